#include "scep_client.h"

#include <string.h>

#include <gnutls/x509.h>

#include "ber.h"
#include "crl.h"

enum {
	DAY = 24 * 60 * 60,
	BEFORE = DAY,	  /* a device's clock may be ahead of the server's */
	AFTER = 30 * DAY, /* longer than any request stays pending */
	SERIAL_SIZE = 16,
};

/*
 * What is in an envelope for us comes from the CA, and the answer to GetCRL has
 * some elements for each entry of the list; its size is bounded already.
 */
static const struct der_limits answer_limits = {
	.depth = 16,
	.elements = CRL_MAX / 4, /* octets of the shortest ones that matter */
};

int scep_self_signed(struct span subject, const struct privkey *key,
    int64_t now, struct buf *der, struct err *e)
{
	/* BIT STRING: digitalSignature, keyEncipherment */
	static const uint8_t usage[] = { DER_BIT_STRING, 2, 5, 0xa0 };
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf spki = { 0 }, extensions = { 0 }, tbs = { 0 };
	struct cert_fields f = { 0 };
	uint8_t serial[32];
	int rc = -1;

	if (privkey_spki(key, &spki, e) != 0 ||
	    sha256_of(buf_span(&spki), serial, e) != 0 ||
	    extension_put(&extensions, "2.5.29.15", true,
		(struct span){ usage, sizeof(usage) }, e) != 0)
		goto out;
	/* Nobody looks it up, so the key's hash will do: positive, minimal. */
	serial[0] = (uint8_t)((serial[0] & 0x3f) | 0x40);
	f.serial = (struct span){ serial, SERIAL_SIZE };
	f.issuer = f.subject = subject;
	f.spki = buf_span(&spki);
	f.not_before = now - BEFORE;
	f.not_after = now + AFTER;
	f.extensions = buf_span(&extensions);
	if (cert_tbs(&f, privkey_algorithm(key), digest, &tbs, e) == 0 &&
	    cert_sign(buf_span(&tbs), key, digest, der, e) == 0)
		rc = 0;
out:
	buf_release(&spki);
	buf_release(&extensions);
	buf_release(&tbs);
	return rc;
}

/* The SHA-256 of the key's SPKI with `more` behind it, in hex. */
static int make_id(const struct privkey *key, struct span more,
    char id[SCEP_TRANS_ID_MAX + 1], struct err *e)
{
	struct buf what = { 0 }, hex = { 0 };
	uint8_t hash[32];
	int rc = -1;

	if (privkey_spki(key, &what, e) == 0 && buf_put(&what, more, e) == 0 &&
	    sha256_of(buf_span(&what), hash, e) == 0 &&
	    hex_put(&hex, (struct span){ hash, sizeof(hash) }, e) == 0) {
		memcpy(id, hex.p, hex.n);
		id[hex.n] = '\0';
		rc = 0;
	}
	buf_release(&what);
	buf_release(&hex);
	return rc;
}

int scep_trans_id(
    const struct privkey *key, char id[SCEP_TRANS_ID_MAX + 1], struct err *e)
{
	return make_id(key, (struct span){ 0 }, id, e);
}

int scep_renewal_id(const struct privkey *key, struct span old_cert,
    char id[SCEP_TRANS_ID_MAX + 1], struct err *e)
{
	return make_id(key, old_cert, id, e);
}

int issuer_and_subject_put(
    struct buf *out, struct span issuer, struct span subject, struct err *e)
{
	struct buf names = { 0 };
	int rc = -1;

	if (buf_put(&names, issuer, e) == 0 && buf_put(&names, subject, e) == 0)
		rc = der_put(out, DER_SEQUENCE, buf_span(&names), e);
	buf_release(&names);
	return rc;
}

int issuer_and_subject_get(
    struct span der, struct span *issuer, struct span *subject, struct err *e)
{
	struct span in, names[2];
	uint8_t tag;

	if (der_next(&der, DER_SEQUENCE, &in, e) != 0)
		return err_prefix(e, "IssuerAndSubject");
	for (size_t i = 0; i < 2; i++)
		if (der_any(&in, &tag, NULL, &names[i], e) != 0 ||
		    tag != DER_SEQUENCE)
			return err_set(e, ERR_INPUT,
			    "IssuerAndSubject: not two Names "
			    "(RFC 8894, 3.3.3)");
	if (in.n != 0 || der.n != 0)
		return err_set(
		    e, ERR_INPUT, "IssuerAndSubject: trailing bytes");
	*issuer = names[0];
	*subject = names[1];
	return 0;
}

int scep_request_make(
    const struct scep_request *q, struct buf *out, struct err *e)
{
	struct cert_view to;
	struct pubkey to_key = { 0 };
	struct scep_seal s = {
		.attrs = {
			.type = q->type,
			.trans_id = q->trans_id,
			.sender_nonce = q->nonce,
			.signing_time = q->now,
		},
		.has_content = true,
		.content = q->content,
		.to = &to,
		.to_key = &to_key,
		.cipher = q->cipher,
		.digest = q->digest,
		.cert = q->signer_cert,
		.certs = &q->signer_cert,
		.n_certs = 1,
		.key = q->signer_key,
	};
	int rc = -1;

	if (cert_parse(q->recipient, &to, e) != 0 ||
	    pubkey_import(to.spki, &to_key, e) != 0)
		return err_prefix(e, "recipient's certificate");
	if (to_key.pk != GNUTLS_PK_RSA)
		err_set(e, ERR_ALG, "recipient's certificate: not an RSA key");
	else
		rc = scep_msg_seal(&s, out, e);
	pubkey_release(&to_key);
	return rc;
}

/*
 * The signature counts if it is by the key that we know, whatever certificates
 * came along: NDES sends none.
 */
static int check_signature(
    struct scep_msg *m, const struct scep_expect *x, struct err *e)
{
	struct cert_view ca;

	pubkey_release(&m->signer_key);
	m->signer_key = (struct pubkey){ 0 };
	if (cert_parse(x->ca_signer, &ca, e) != 0 ||
	    pubkey_import(ca.spki, &m->signer_key, e) != 0)
		return err_prefix(e, "signer's certificate");
	if (scep_msg_algs(m, x->algs, e) != 0)
		return -1;
	return cms_signed_verify(&m->cms, &m->signer_key, e);
}

/* RFC 8894, 3.2.1: is it the answer to this request, and one we understand? */
static int check_attrs(
    const struct scep_attrs *at, const struct scep_expect *x, struct err *e)
{
	if (at->type != SCEP_CERTREP)
		return err_set(e, ERR_INPUT,
		    "answer: messageType %s is not CertRep (RFC 8894, 3.3.2)",
		    at->type_text);
	if (strcmp(at->trans_id, x->trans_id) != 0)
		return err_set(e, ERR_INPUT,
		    "answer: transactionID of another request "
		    "(RFC 8894, 3.2.1.1)");
	if (x->nonce.n == 0 || !span_eq(at->recipient_nonce, x->nonce))
		return err_set(e, ERR_INPUT,
		    "answer: recipientNonce is not the nonce that was sent "
		    "(RFC 8894, 3.2.1.5)");
	if (!at->has_status || at->status < 0)
		return err_set(e, ERR_INPUT,
		    "answer: pkiStatus %s (RFC 8894, 3.2.1.3)",
		    at->has_status ? "unknown" : "missing");
	if (at->status == SCEP_FAILURE && (!at->has_fail || at->fail < 0))
		return err_set(e, ERR_INPUT,
		    "answer: FAILURE with failInfo %s (RFC 8894, 3.2.1.4)",
		    at->has_fail ? "unknown" : "missing");
	return 0;
}

static int open_content(const struct scep_msg *m, const struct scep_expect *x,
    struct buf *content, struct err *e)
{
	struct span certs[CMS_CERTS_MAX];
	struct buf plain = { .max = m->content.max };
	struct buf der = { .max = m->content.max };
	struct cert_view own;
	size_t n;
	int rc = -1;

	if (!m->has_envelope) {
		if (e != NULL)
			*e = m->env_err;
		return err_prefix(e, "answer: SUCCESS without an envelope");
	}
	if (cert_parse(x->own_cert, &own, e) != 0)
		return err_prefix(e, "own certificate");
	if (scep_msg_decrypt(m, &own, x->own_key, &plain, e) != 0)
		err_prefix(e, "answer: envelope");
	else if (ber_to_der(buf_span(&plain), &answer_limits, &der, e) != 0 ||
	    cms_certs_only_parse(buf_span(&der), certs, CMS_CERTS_MAX, &n, e) !=
		0)
		err_prefix(e, "answer: no certs-only message in the envelope");
	else {
		buf_move(content, &der);
		rc = 0;
	}
	buf_release(&plain);
	buf_release(&der);
	return rc;
}

int scep_answer_open(struct span reply, const struct scep_expect *x,
    struct scep_answer *a, struct err *e)
{
	struct scep_answer got = { .fail = -1 };
	struct scep_msg m;
	int rc = -1;

	if (scep_msg_open(reply, &m, e) != 0)
		return err_prefix(e, "answer");
	if (check_signature(&m, x, e) != 0) {
		err_prefix(e, "answer");
		goto out;
	}
	if (check_attrs(&m.attrs, x, e) != 0)
		goto out;
	got.status = (enum scep_status)m.attrs.status;
	if (got.status == SCEP_FAILURE) {
		got.fail = m.attrs.fail;
		if (buf_put(&got.fail_text, m.attrs.fail_text, e) != 0)
			goto out;
	} else if (got.status == SCEP_SUCCESS &&
	    open_content(&m, x, &got.content, e) != 0) {
		goto out;
	}
	*a = got;
	got = (struct scep_answer){ 0 }; /* handed over */
	rc = 0;
out:
	scep_answer_release(&got);
	scep_msg_release(&m);
	return rc;
}

void scep_answer_release(struct scep_answer *a)
{
	buf_release(&a->fail_text);
	buf_release(&a->content);
}

/* The first certificate that fits what is wanted; *cert is empty if none. */
static int find_cert(const struct scep_answer *a,
    bool (*fits)(const struct cert_view *v, struct span want), struct span want,
    struct span *cert, size_t *n, struct err *e)
{
	struct span certs[CMS_CERTS_MAX];
	struct cert_view v;

	*cert = (struct span){ NULL, 0 };
	if (cms_certs_only_parse(
		buf_span(&a->content), certs, CMS_CERTS_MAX, n, e) != 0)
		return -1;
	for (size_t i = 0; i < *n && cert->n == 0; i++) {
		if (cert_parse(certs[i], &v, e) != 0)
			return err_prefix(e, "answer: certificate %zu", i + 1);
		if (fits(&v, want))
			*cert = certs[i];
	}
	return 0;
}

static bool has_key(const struct cert_view *v, struct span spki)
{
	return span_eq(v->spki, spki);
}

static bool has_serial(const struct cert_view *v, struct span serial)
{
	return span_eq(v->serial, serial);
}

int scep_answer_cert(const struct scep_answer *a, struct span spki,
    struct span *cert, struct err *e)
{
	struct span found;
	size_t n;

	if (find_cert(a, has_key, spki, &found, &n, e) != 0)
		return -1;
	if (found.n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "answer: none of %zu certificates has our key "
		    "(RFC 8894, 3.3.2.1)",
		    n);
	*cert = found;
	return 0;
}

int scep_answer_serial(const struct scep_answer *a, struct span serial,
    struct span *cert, struct err *e)
{
	struct span found;
	size_t n;

	if (find_cert(a, has_serial, serial, &found, &n, e) != 0)
		return -1;
	if (found.n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "answer: none of %zu certificates has the serial number "
		    "asked for",
		    n);
	*cert = found;
	return 0;
}

int scep_answer_crl(
    const struct scep_answer *a, struct span *crl, struct err *e)
{
	struct span one;
	size_t n;

	if (cms_crls_only_parse(buf_span(&a->content), &one, 1, &n, e) != 0)
		return err_prefix(e, "answer");
	if (n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "answer: no revocation list in it (RFC 8894, 4.6.1)");
	*crl = one;
	return 0;
}

static int import_crt(struct span der, gnutls_x509_crt_t *crt, struct err *e)
{
	gnutls_datum_t d = { (unsigned char *)der.p, (unsigned)der.n };
	int rc = gnutls_x509_crt_init(crt);

	if (rc >= 0)
		rc = gnutls_x509_crt_import(*crt, &d, GNUTLS_X509_FMT_DER);
	if (rc < 0)
		return err_set(
		    e, ERR_INPUT, "certificate: %s", gnutls_strerror(rc));
	return 0;
}

/*
 * GnuTLS takes a certificate that it is told to trust for good, whatever it
 * is.  Only a CA's may vouch for itself.
 */
static bool vouches_for_itself(
    struct span cert, struct span ca, gnutls_x509_crt_t crt)
{
	return !span_eq(cert, ca) ||
	    gnutls_x509_crt_get_ca_status(crt, NULL) == 1;
}

int scep_cert_issued_by(struct span cert, struct span ca, struct err *e)
{
	gnutls_x509_crt_t c = NULL, issuer = NULL;
	unsigned status = 0;
	int rc = -1;

	if (import_crt(cert, &c, e) != 0 || import_crt(ca, &issuer, e) != 0)
		goto out;
	if (gnutls_x509_crt_verify(c, &issuer, 1,
		GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
		    GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1,
		&status) < 0 ||
	    status != 0 || !vouches_for_itself(cert, ca, issuer))
		err_set(e, ERR_SIG,
		    "certificate is not signed by the CA's certificate");
	else
		rc = 0;
out:
	if (c != NULL)
		gnutls_x509_crt_deinit(c);
	if (issuer != NULL)
		gnutls_x509_crt_deinit(issuer);
	return rc;
}
