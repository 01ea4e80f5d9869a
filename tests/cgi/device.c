#include "device.h"

#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

static struct err e;

/* Put what is in `b` into an element of its own. */
static void wrap(struct buf *b, uint8_t tag)
{
	struct buf in = { 0 };

	buf_move(&in, b);
	cr_assert_eq(der_put(b, tag, buf_span(&in), &e), 0, "%s", e.text);
	buf_release(&in);
}

void device_rename(struct device *d, const char *name)
{
	static const uint8_t common_name[] = { 0x55, 4, 3 };
	struct buf *b = &d->subject;

	buf_release(b);
	buf_release(&d->self_signed);
	cr_assert_eq(der_put(b, DER_OID,
			 (struct span){ common_name, sizeof(common_name) }, &e),
	    0);
	cr_assert_eq(der_put(b, DER_UTF8, span_str(name), &e), 0);
	wrap(b, DER_SEQUENCE);
	wrap(b, DER_SET);
	wrap(b, DER_SEQUENCE);
	cr_assert_eq(scep_self_signed(
			 buf_span(b), d->key, time(NULL), &d->self_signed, &e),
	    0, "%s", e.text);
}

void device_make(struct device *d, const char *name)
{
	*d = (struct device){ 0 };
	cr_assert(privkey_generate("rsa:2048", &d->pem, &e) == 0 &&
		privkey_import(buf_span(&d->pem), &d->key, &e) == 0 &&
		privkey_spki(d->key, &d->spki, &e) == 0,
	    "%s", e.text);
	device_rename(d, name);
}

void device_release(struct device *d)
{
	privkey_free(d->key);
	buf_release(&d->pem);
	buf_release(&d->spki);
	buf_release(&d->subject);
	buf_release(&d->self_signed);
}

void device_ask(const struct device *d, const struct lab_ca *l,
    const char *trans_id, struct span challenge, struct asked *q)
{
	const struct alg_digest *sha256 = alg_digest_by_name("SHA-256");
	struct buf csr = { 0 };
	struct scep_request r = {
		.type = SCEP_PKCSREQ,
		.trans_id = q->trans_id,
		.nonce = { q->nonce, sizeof(q->nonce) },
		.signer_cert = buf_span(&d->self_signed),
		.signer_key = d->key,
		.recipient = l->ca->enc_cert.der,
		.digest = sha256,
		.cipher = alg_cipher_by_name("AES-128-CBC"),
		.now = time(NULL),
	};

	*q = (struct asked){ 0 };
	snprintf(q->trans_id, sizeof(q->trans_id), "%s", trans_id);
	cr_assert_eq(
	    gnutls_rnd(GNUTLS_RND_NONCE, q->nonce, sizeof(q->nonce)), 0);
	cr_assert_eq(csr_build(buf_span(&d->subject), d->key, sha256,
			 (struct span){ NULL, 0 }, challenge, &csr, &e),
	    0, "%s", e.text);
	r.content = buf_span(&csr);
	cr_assert_eq(scep_request_make(&r, &q->message, &e), 0, "%s", e.text);
	buf_release(&csr);
}

void asked_release(struct asked *q)
{
	buf_release(&q->message);
}

enum scep_status device_read(const struct device *d, const struct lab_ca *l,
    const struct asked *q, struct span reply, struct buf *cert)
{
	static const struct alg_policy algs = { ALG_CURRENT };
	const struct scep_expect x = {
		.trans_id = q->trans_id,
		.nonce = { q->nonce, sizeof(q->nonce) },
		.ca_signer = l->ca->sign_cert.der,
		.own_cert = buf_span(&d->self_signed),
		.own_key = d->key,
		.algs = &algs,
	};
	struct scep_answer a;
	enum scep_status status;
	struct span der;

	cr_assert_eq(scep_answer_open(reply, &x, &a, &e), 0, "%s", e.text);
	status = a.status;
	if (status == SCEP_SUCCESS) {
		cr_assert_eq(scep_answer_cert(&a, buf_span(&d->spki), &der, &e),
		    0, "%s", e.text);
		cr_expect_eq(scep_cert_issued_by(der, l->ca->ca_cert.der, &e),
		    0, "%s", e.text);
		cr_assert_eq(buf_put(cert, der, &e), 0);
	}
	scep_answer_release(&a);
	return status;
}

void device_base64(const struct asked *q, struct buf *text)
{
	gnutls_datum_t der = { q->message.p, (unsigned)q->message.n }, out;

	cr_assert_eq(gnutls_base64_encode2(&der, &out), 0);
	cr_assert_eq(buf_put(text, (struct span){ out.data, out.size }, &e), 0);
	gnutls_free(out.data);
}

void device_query(const struct asked *q, struct buf *query)
{
	struct buf text = { 0 };

	device_base64(q, &text);
	cr_assert_eq(
	    buf_put(query, SPAN_LIT("operation=PKIOperation&message="), &e), 0);
	for (size_t n = 0; n < text.n; n++) {
		struct span one = { text.p + n, 1 };

		if (text.p[n] == '+')
			one = SPAN_LIT("%2B");
		else if (text.p[n] == '/')
			one = SPAN_LIT("%2F");
		else if (text.p[n] == '=')
			one = SPAN_LIT("%3D");
		cr_assert_eq(buf_put(query, one, &e), 0);
	}
	buf_release(&text);
}
