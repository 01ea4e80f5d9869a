#include "shape.h"

#include <criterion/criterion.h>
#include <string.h>

#include "attribute.h"
#include "content_info.h"
#include "x509_signed.h"

#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"
#define OID_MESSAGE_TYPE "2.16.840.1.113733.1.9.2"
#define OID_SENDER_NONCE "2.16.840.1.113733.1.9.5"
#define OID_TRANS_ID "2.16.840.1.113733.1.9.7"
#define OID_RSA "1.2.840.113549.1.1.1"
#define OID_SHA256 "2.16.840.1.101.3.4.2.1"

static const char *text_or(const char *text, const char *otherwise)
{
	return text != NULL ? text : otherwise;
}

/* Put what is in `b` into an element of its own. */
static void wrap(struct buf *b, uint8_t tag)
{
	struct buf in = { 0 };

	buf_move(&in, b);
	ok(der_put(b, tag, buf_span(&in), e));
	buf_release(&in);
}

/* The contents of an OBJECT IDENTIFIER, by way of an algorithm of that name */
static void oid_octets(const char *text, struct buf *out)
{
	struct buf alg = { 0 };
	struct span left, seq, oid;

	ok(alg_id_put(&alg, text, (struct span){ 0 }, e));
	left = buf_span(&alg);
	ok(der_next(&left, DER_SEQUENCE, &seq, e));
	ok(der_next(&seq, DER_OID, &oid, e));
	ok(buf_put(out, oid, e));
	buf_release(&alg);
}

static int put_content_info(
    struct buf *out, const char *type, struct span content, struct err *e)
{
	if (content_info_start(out, type, content.n, e) != 0)
		return -1;
	return buf_put(out, content, e);
}

static void put_int(struct buf *out, uint8_t value)
{
	ok(der_put(out, DER_INTEGER, (struct span){ &value, 1 }, e));
}

static void put_attr(const struct shape *s, struct buf *out, const char *oid,
    uint8_t tag, struct span value)
{
	int times = 1;

	if (s->omit != NULL && strcmp(s->omit, oid) == 0)
		times = 0;
	if (s->twice != NULL && strcmp(s->twice, oid) == 0)
		times = 2;
	for (; times > 0; times--)
		ok(attribute_put(out, oid, tag, value, e));
}

/* The list in DER order, or in the very opposite. */
static void put_in_order(struct span list, bool backwards, struct buf *out)
{
	struct span all[CMS_ATTRS_MAX], left, swap;
	size_t n = 0;

	for (left = list; left.n > 0; n++)
		ok(der_any(&left, NULL, NULL, &all[n], e));
	for (size_t i = 0; i < n; i++)
		for (size_t k = i + 1; k < n; k++) {
			size_t m = all[i].n < all[k].n ? all[i].n : all[k].n;

			if ((memcmp(all[i].p, all[k].p, m) > 0) == backwards)
				continue;
			swap = all[i];
			all[i] = all[k];
			all[k] = swap;
		}
	for (size_t i = 0; i < n; i++)
		ok(buf_put(out, all[i], e));
}

static void put_attrs(const struct shape *s, struct buf *out)
{
	static const uint8_t nonce[SCEP_NONCE_SIZE] = "0123456789abcde";
	struct buf list = { 0 }, type = { 0 };
	uint8_t hash[32];

	oid_octets(text_or(s->content_type, OID_DATA), &type);
	cr_assert_eq(gnutls_hash_fast(
			 GNUTLS_DIG_SHA256, s->content.p, s->content.n, hash),
	    0);
	put_attr(s, &list, OID_CONTENT_TYPE, DER_OID, buf_span(&type));
	put_attr(s, &list, OID_MESSAGE_DIGEST, DER_OCTET_STRING,
	    (struct span){ hash, sizeof(hash) });
	put_attr(s, &list, OID_MESSAGE_TYPE, DER_PRINTABLE, SPAN_LIT("19"));
	put_attr(s, &list, OID_TRANS_ID,
	    s->id_tag != 0 ? s->id_tag : DER_PRINTABLE, SPAN_LIT("t1"));
	put_attr(s, &list, OID_SENDER_NONCE, DER_OCTET_STRING,
	    (struct span){ nonce, sizeof(nonce) });
	ok(buf_put(&list, s->more, e));
	put_in_order(buf_span(&list), s->backwards, out);
	buf_release(&list);
	buf_release(&type);
}

static void put_sid(
    const struct client *c, const struct shape *s, struct buf *out)
{
	struct cert_view v;
	struct span ski;

	ok(cert_parse(buf_span(&c->cert), &v, e));
	if (!s->by_key_id) {
		ok(issuer_and_serial_put(out, &v, e));
		return;
	}
	ok(cert_ski(&v, &ski, e));
	ok(der_put(out, DER_CTX0, ski, e));
}

static void put_signer(
    const struct client *c, const struct shape *s, struct buf *out)
{
	struct span params = s->no_params ? (struct span){ 0 } : der_null;
	struct buf attrs = { 0 }, tbs = { 0 }, sig = { 0 };

	put_int(out, s->version != 0 ? s->version : 1);
	put_sid(c, s, out);
	ok(alg_id_put(out, OID_SHA256, params, e));
	if (s->no_attrs) {
		ok(buf_put(&tbs, s->content, e));
	} else {
		put_attrs(s, &attrs);
		ok(der_put(&tbs, DER_SET, buf_span(&attrs), e));
		ok(der_put(out, DER_CTX0_CONS, buf_span(&attrs), e));
	}
	ok(alg_id_put(out, text_or(s->sig_oid, OID_RSA), params, e));
	ok(privkey_sign(
	    c->key, alg_digest_by_name("SHA-256"), buf_span(&tbs), &sig, e));
	ok(der_put(out, DER_OCTET_STRING, buf_span(&sig), e));
	wrap(out, DER_SEQUENCE);
	wrap(out, DER_SET);
	buf_release(&attrs);
	buf_release(&tbs);
	buf_release(&sig);
}

void shape_message(
    const struct client *c, const struct shape *s, struct buf *msg)
{
	struct buf sd = { 0 }, part = { 0 };
	struct span own = buf_span(&c->cert);
	const struct span *certs = s->certs != NULL ? s->certs : &own;
	size_t n = s->certs != NULL ? s->n_certs : 1;

	put_int(&sd, s->version != 0 ? s->version : 1);
	if (!s->no_digests)
		ok(alg_id_put(&part, OID_SHA256, der_null, e));
	ok(der_put(&sd, DER_SET, buf_span(&part), e));
	buf_cut(&part, 0);
	ok(der_put(&part, DER_OCTET_STRING, s->content, e));
	ok(put_content_info(
	    &sd, text_or(s->content_type, OID_DATA), buf_span(&part), e));
	buf_cut(&part, 0);
	for (size_t i = 0; i < n; i++)
		ok(buf_put(&part, certs[i], e));
	ok(der_put(&sd, DER_CTX0_CONS, buf_span(&part), e));
	buf_cut(&part, 0);
	put_signer(c, s, &part);
	ok(buf_put(&sd, buf_span(&part), e));
	wrap(&sd, DER_SEQUENCE);
	ok(put_content_info(msg, OID_SIGNED_DATA, buf_span(&sd), e));
	buf_release(&sd);
	buf_release(&part);
}

/* An envelope taken to pieces. */
struct parts {
	struct span recipient, cipher, ciphertext;
};

static void take_apart(struct span env, struct parts *p)
{
	struct span seq, ed, set, eci;

	ok(content_info_get(env, OID_ENVELOPED_DATA, &seq, e));
	ok(der_next(&seq, DER_SEQUENCE, &ed, e));
	ok(der_next(&ed, DER_INTEGER, &set, e));
	ok(der_next(&ed, DER_SET, &set, e));
	ok(der_any(&set, NULL, NULL, &p->recipient, e));
	ok(der_next(&ed, DER_SEQUENCE, &eci, e));
	ok(der_next(&eci, DER_OID, &set, e));
	ok(der_any(&eci, NULL, NULL, &p->cipher, e));
	ok(der_next(&eci, DER_CTX0, &p->ciphertext, e));
}

void shape_recipient(struct span env, struct buf *out)
{
	struct parts p;

	take_apart(env, &p);
	ok(buf_put(out, p.recipient, e));
}

/* The same RecipientInfo, rsaEncryption without its NULL. */
static void put_without_params(struct span recipient, struct buf *out)
{
	struct buf body = { 0 };
	struct span seq, item;

	ok(der_next(&recipient, DER_SEQUENCE, &seq, e));
	for (int i = 0; seq.n > 0; i++) {
		ok(der_any(&seq, NULL, NULL, &item, e));
		if (i == 2)
			ok(alg_id_put(&body, OID_RSA, (struct span){ 0 }, e));
		else
			ok(buf_put(&body, item, e));
	}
	ok(der_put(out, DER_SEQUENCE, buf_span(&body), e));
	buf_release(&body);
}

static void put_ciphertext(
    const struct envelope_shape *s, struct span octets, struct buf *out)
{
	struct buf pieces = { 0 };
	size_t half = s->in_pieces ? octets.n / 3 : octets.n;

	if (!s->in_pieces && !s->in_one_piece) {
		ok(der_put(out, DER_CTX0, octets, e));
		return;
	}
	ok(der_put(
	    &pieces, DER_OCTET_STRING, (struct span){ octets.p, half }, e));
	if (half < octets.n)
		ok(der_put(&pieces, DER_OCTET_STRING,
		    (struct span){ octets.p + half, octets.n - half }, e));
	ok(der_put(out, DER_CTX0_CONS, buf_span(&pieces), e));
	buf_release(&pieces);
}

void shape_envelope(const struct envelope_shape *s, struct buf *out)
{
	struct buf ed = { 0 }, part = { 0 }, oid = { 0 };
	struct parts p;

	take_apart(s->env, &p);
	put_int(&ed, s->version);
	ok(buf_put(&part, s->before, e));
	if (s->no_key_params)
		put_without_params(p.recipient, &part);
	else if (!s->no_recipient)
		ok(buf_put(&part, p.recipient, e));
	ok(buf_put(&part, s->after, e));
	ok(der_put(&ed, DER_SET, buf_span(&part), e));
	buf_cut(&part, 0);
	oid_octets(text_or(s->content_type, OID_DATA), &oid);
	ok(der_put(&part, DER_OID, buf_span(&oid), e));
	ok(buf_put(&part, p.cipher, e));
	put_ciphertext(s, p.ciphertext, &part);
	ok(der_put(&ed, DER_SEQUENCE, buf_span(&part), e));
	wrap(&ed, DER_SEQUENCE);
	if (s->bare)
		ok(buf_put(out, buf_span(&ed), e));
	else
		ok(put_content_info(out, OID_ENVELOPED_DATA, buf_span(&ed), e));
	buf_release(&ed);
	buf_release(&part);
	buf_release(&oid);
}

/* version [0] as it is to be, or (v1) not there at all. */
static void patch_version(const struct cert_shape *s, struct buf *tbs)
{
	static const uint8_t v3[] = { 0xa0, 3, 2, 1, 2 };
	uint8_t *at = memmem(tbs->p, tbs->n, v3, sizeof(v3));
	struct buf body = { 0 };
	struct span left = { 0 }, seq;

	cr_assert_not_null(at);
	if (!s->v1) {
		at[4] = (uint8_t)s->version;
		return;
	}
	left = buf_span(tbs);
	ok(der_next(&left, DER_SEQUENCE, &seq, e));
	ok(buf_put(
	    &body, (struct span){ seq.p + sizeof(v3), seq.n - sizeof(v3) }, e));
	wrap(&body, DER_SEQUENCE);
	buf_move(tbs, &body);
}

void shape_cert(struct client *c, const struct cert_shape *s)
{
	const struct alg_digest *sha256 = alg_digest_by_name("SHA-256");
	struct span name = s->name.n > 0 ? s->name : buf_span(&c->name);
	struct buf spki = { 0 }, tbs = { 0 };
	struct cert_fields f = {
		.serial = s->serial.n > 0 ? s->serial : SPAN_LIT("\x01"),
		.issuer = name,
		.subject = name,
		.not_before = s->from != 0 ? s->from : TEST_NOW - 86400,
		.not_after = s->to != 0 ? s->to : TEST_NOW + 86400,
		.extensions = s->extensions,
	};

	ok(privkey_spki(c->key, &spki, e));
	f.spki = buf_span(&spki);
	ok(cert_tbs(&f, GNUTLS_PK_RSA, sha256, &tbs, e));
	if (s->v1 || s->version != 0)
		patch_version(s, &tbs);
	buf_cut(&c->cert, 0);
	ok(cert_sign(buf_span(&tbs), c->key, sha256, &c->cert, e));
	buf_release(&spki);
	buf_release(&tbs);
}

void shape_csr(
    const struct client *c, const struct csr_shape *s, struct buf *csr)
{
	struct buf spki = { 0 }, info = { 0 };

	ok(privkey_spki(c->key, &spki, e));
	put_int(&info, s->version);
	ok(buf_put(&info, buf_span(&c->name), e));
	ok(buf_put(&info, s->spki.n > 0 ? s->spki : buf_span(&spki), e));
	ok(der_put(&info, DER_CTX0_CONS, s->attrs, e));
	wrap(&info, DER_SEQUENCE);
	ok(x509_sign(
	    buf_span(&info), c->key, alg_digest_by_name("SHA-256"), csr, e));
	buf_release(&spki);
	buf_release(&info);
}
