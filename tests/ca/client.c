#include "client.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "attribute.h"

#define OID_MESSAGE_TYPE "2.16.840.1.113733.1.9.2"
#define OID_SENDER_NONCE "2.16.840.1.113733.1.9.5"
#define OID_TRANS_ID "2.16.840.1.113733.1.9.7"
#define OID_SIGNING_TIME "1.2.840.113549.1.9.5"
#define OID_CRYPTLIB "1.2.840.113549.1.9.25.3"

static const uint8_t default_nonce[SCEP_NONCE_SIZE] = "0123456789abcde";

void client_make(
    struct client *c, const char *key, const char *kind, const char *name)
{
	*c = (struct client){ .key = test_key(key, kind) };
	ok(name_parse(name, &c->name, e));
	ok(scep_self_signed(buf_span(&c->name), c->key, TEST_NOW, &c->cert, e));
}

void client_adopt(struct client *c, struct privkey *key, struct span cert)
{
	buf_cut(&c->cert, 0);
	ok(buf_put(&c->cert, cert, e));
	if (key == NULL)
		return;
	privkey_free(c->key);
	c->key = key;
}

void client_release(struct client *c)
{
	privkey_free(c->key);
	buf_release(&c->name);
	buf_release(&c->cert);
}

static const char *text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

static struct span nonce_of(const struct ask *q)
{
	if (q->no_nonce)
		return (struct span){ 0 };
	return q->nonce.n > 0
	    ? q->nonce
	    : (struct span){ default_nonce, sizeof(default_nonce) };
}

void client_csr(const struct client *c, const struct ask *q, struct buf *csr)
{
	const struct alg_digest *digest =
	    alg_digest_by_name(text_or(q->csr_digest, "SHA-256"));

	ok(csr_build(q->subject.n > 0 ? q->subject : buf_span(&c->name),
	    q->csr_key != NULL ? q->csr_key : c->key, digest, q->extensions,
	    span_str(text_or(q->challenge, "")), csr, e));
	if (q->bad_csr_signature)
		csr->p[csr->n - 1] ^= 1;
}

/* What RFC 8894, 3.3.3 and 3.3.4, wants in the envelope of the other types. */
static void other_content(const struct client *c, const struct ca_home *h,
    const struct ask *q, struct buf *out)
{
	struct buf names = { 0 };
	struct cert_view own;

	ok(cert_parse(buf_span(&c->cert), &own, e));
	if (q->type != SCEP_CERTPOLL) {
		ok(issuer_and_serial_put(out, &own, e));
		return;
	}
	ok(buf_put(&names, h->ca->ca_cert.subject, e));
	ok(buf_put(&names, buf_span(&c->name), e));
	ok(der_put(out, DER_SEQUENCE, buf_span(&names), e));
	buf_release(&names);
}

void client_envelope(const struct client *c, const struct ca_home *h,
    const struct ask *q, struct buf *env)
{
	/* contents of the OID rsaEncryption; the last octet is the algorithm */
	static const uint8_t rsa[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
		0x01, 0x01 };
	const struct alg_cipher *cipher =
	    alg_cipher_by_name(text_or(q->cipher, "AES-128-CBC"));
	struct buf csr = { 0 };
	struct cert_view to;
	struct pubkey key;
	uint8_t *oid;

	ok(ca_certs(h->ca, e));
	if (q->content.n > 0)
		ok(buf_put(&csr, q->content, e));
	else if (q->type >= SCEP_CERTPOLL && q->type <= SCEP_GETCRL)
		other_content(c, h, q, &csr);
	else
		client_csr(c, q, &csr);
	ok(cert_parse(
	    q->recipient.n > 0 ? q->recipient : h->ca->enc_cert.der, &to, e));
	ok(pubkey_import(to.spki, &key, e));
	ok(cms_enveloped_make(buf_span(&csr), &to, &key, cipher, env, e));
	if (q->oaep) {
		oid = memmem(env->p, env->n, rsa, sizeof(rsa));
		cr_assert_not_null(oid);
		oid[sizeof(rsa) - 1] = 0x07;
	}
	pubkey_release(&key);
	buf_release(&csr);
}

static void put_attrs(const struct ask *q, struct buf *attrs)
{
	char type[16];
	struct buf time = { 0 };
	struct span left, value;
	uint8_t tag;

	snprintf(type, sizeof(type), "%d", q->type != 0 ? q->type : 19);
	ok(attribute_put(attrs, OID_MESSAGE_TYPE, DER_PRINTABLE,
	    span_str(text_or(q->type_text, type)), e));
	ok(attribute_put(attrs, OID_TRANS_ID, DER_PRINTABLE,
	    span_str(text_or(q->trans_id, "t1")), e));
	if (!q->no_nonce)
		ok(attribute_put(
		    attrs, OID_SENDER_NONCE, DER_OCTET_STRING, nonce_of(q), e));
	if (q->wants_no_content)
		ok(attribute_put(
		    attrs, OID_CRYPTLIB, DER_INTEGER, SPAN_LIT("\x01"), e));
	if (q->no_signing_time)
		return;
	ok(der_put_time(
	    &time, q->signing_time != 0 ? q->signing_time : TEST_NOW, e));
	left = buf_span(&time);
	ok(der_any(&left, &tag, &value, NULL, e));
	if (q->bad_signing_time) /* without its Z */
		value.n--;
	ok(attribute_put(attrs, OID_SIGNING_TIME, tag, value, e));
	buf_release(&time);
}

void client_ask(const struct client *c, const struct ca_home *h,
    const struct ask *q, struct buf *msg)
{
	struct buf content = { 0 }, attrs = { 0 };
	struct span certs[2] = { buf_span(&c->cert), q->between };
	struct cms_to_sign m = {
		.has_content = !q->no_content,
		.cert = certs[0],
		.certs = certs,
		.n_certs = q->no_cert  ? 0
		    : q->between.n > 0 ? 2
				       : 1,
		.key = c->key,
		.digest = alg_digest_by_name(text_or(q->digest, "SHA-256")),
	};

	if (q->envelope.n > 0)
		ok(buf_put(&content, q->envelope, e));
	else if (q->no_envelope)
		client_csr(c, q, &content);
	else
		client_envelope(c, h, q, &content);
	put_attrs(q, &attrs);
	if (!q->no_content)
		m.content = buf_span(&content);
	m.attrs = buf_span(&attrs);
	ok(cms_signed_make(&m, msg, e));
	if (q->bad_signature)
		msg->p[msg->n - 1] ^= 1;
	buf_release(&attrs);
	buf_release(&content);
}

/* A strict client opens no answer to a nonce that it did not send. */
static void open_without_nonce(struct span reply, struct result *r)
{
	struct scep_msg m;

	ok(scep_msg_open(reply, &m, e));
	ok(scep_msg_algs(&m, &(struct alg_policy){ .worst = ALG_OBSOLETE }, e));
	ok(scep_msg_verify(&m, e));
	cr_expect_eq(m.attrs.recipient_nonce.n, 0);
	r->answer.status = (enum scep_status)m.attrs.status;
	r->answer.fail = m.attrs.fail;
	ok(buf_put(&r->answer.fail_text, m.attrs.fail_text, e));
	scep_msg_release(&m);
}

static void open_answer(const struct client *c, const struct ca_home *h,
    const struct ask *q, struct result *r)
{
	const struct alg_policy any = { .worst = ALG_OBSOLETE };
	const struct scep_expect x = {
		.trans_id = text_or(q->trans_id, "t1"),
		.nonce = nonce_of(q),
		.ca_signer = h->ca->sign_cert.der,
		.own_cert = buf_span(&c->cert),
		.own_key = c->key,
		.algs = &any,
	};

	if (q->no_nonce)
		open_without_nonce(buf_span(&r->reply), r);
	else
		ok(scep_answer_open(buf_span(&r->reply), &x, &r->answer, e));
}

/* The certificate of a SUCCESS: with the key that was to be certified. */
static void take_cert(
    const struct client *c, const struct ask *q, struct result *r)
{
	struct span all[CMS_CERTS_MAX], content = buf_span(&r->answer.content);
	struct buf spki = { 0 };
	struct span cert;
	size_t n;

	if (q->type == SCEP_GETCRL) { /* R169: one CRL and nothing else */
		ok(cms_crls_only_parse(content, all, CMS_CERTS_MAX, &n, e));
		cr_assert_eq(n, 1);
		ok(buf_put(&r->crl, all[0], e));
		ok(cms_certs_only_parse(content, all, CMS_CERTS_MAX, &n, e));
		cr_assert_eq(n, 0);
		return;
	}
	if (q->type == SCEP_GETCERT) {
		ok(cms_certs_only_parse(content, all, CMS_CERTS_MAX, &n, e));
		cr_assert_gt(n, 0);
		cert = all[0];
	} else {
		ok(privkey_spki(
		    q->csr_key != NULL ? q->csr_key : c->key, &spki, e));
		ok(scep_answer_cert(&r->answer, buf_span(&spki), &cert, e));
	}
	ok(buf_put(&r->cert, cert, e));
	buf_release(&spki);
}

void client_send(const struct client *c, struct ca_home *h, const struct ask *q,
    struct span msg, int64_t now, struct result *r)
{
	const struct pki_facts f = { .now = now,
		.remote = text_or(q->remote, "192.0.2.1") };

	*r = (struct result){ .answer.fail = -1 };
	ok(pki_operation(h->ca, &f, msg, &r->reply, &r->ev, e));
	cr_assert(r->ev.answered);
	open_answer(c, h, q, r);
	cr_expect_eq(r->answer.status, r->ev.status);
	if (r->answer.status == SCEP_FAILURE) {
		cr_expect_neq(r->ev.refusal, REFUSE_NONE);
		cr_expect_eq(
		    r->answer.fail, (int)refusal_entry(r->ev.refusal)->fail);
		return;
	}
	cr_expect_eq(r->ev.refusal, REFUSE_NONE);
	cr_expect_eq(r->answer.fail, -1);
	if (r->answer.status == SCEP_SUCCESS)
		take_cert(c, q, r);
}

void client_enrol_at(const struct client *c, struct ca_home *h,
    const struct ask *q, int64_t now, struct result *r)
{
	struct buf msg = { 0 };

	client_ask(c, h, q, &msg);
	client_send(c, h, q, buf_span(&msg), now, r);
	buf_release(&msg);
}

void client_enrol(const struct client *c, struct ca_home *h,
    const struct ask *q, struct result *r)
{
	client_enrol_at(c, h, q, TEST_NOW, r);
}

void result_release(struct result *r)
{
	pki_event_release(&r->ev);
	buf_release(&r->reply);
	scep_answer_release(&r->answer);
	buf_release(&r->cert);
	buf_release(&r->crl);
}

const char *result_text(const struct result *r)
{
	static char text[600];

	snprintf(text, sizeof(text), "%.*s", (int)r->answer.fail_text.n,
	    r->answer.fail_text.n > 0 ? (const char *)r->answer.fail_text.p
				      : "");
	return text;
}
