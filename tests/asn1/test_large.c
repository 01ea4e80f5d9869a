/*
 * A CRL of many entries as the content of an answer (R168): what is written may
 * be larger than anything that is read.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "content_info.h"
#include "fixture.h"

enum { LARGE = 5 << 20, ROOM = 6 << 20 };

/* An element of LARGE bytes, no two stretches of it alike. */
static void large_element(struct buf *b)
{
	size_t header = der_size(LARGE) - LARGE;
	uint8_t *at;

	b->max = ROOM;
	cr_assert_eq(der_put_header(b, DER_SEQUENCE, LARGE - header, NULL), 0);
	cr_assert_eq(buf_grow(b, LARGE - header, &at, NULL), 0);
	for (size_t i = 0; i < LARGE - header; i++)
		at[i] = (uint8_t)(i >> 16 ^ i >> 8 ^ i);
	cr_assert_eq(b->n, LARGE);
}

static struct span inside(struct span *in, uint8_t tag)
{
	struct span body = { 0 };
	struct err e;

	cr_assert_eq(der_next(in, tag, &body, &e), 0, "%s", e.text);
	return body;
}

static void skip(struct span *in)
{
	cr_assert_eq(der_any(in, NULL, NULL, NULL, NULL), 0);
}

/* The contents of the SEQUENCE in a ContentInfo of type `oid`. */
static struct span unwrap(struct span der, const char *oid)
{
	struct span content;
	struct err e;

	cr_assert_eq(content_info_get(der, oid, &content, &e), 0, "%s", e.text);
	return inside(&content, DER_SEQUENCE);
}

/* R168: the CRL, octet for octet, under [1]; nothing behind anything. */
Test(large, crl_only)
{
	struct buf crl = { 0 }, der = { .max = ROOM };
	struct span item, sd, crls;
	struct err e;

	large_element(&crl);
	item = buf_span(&crl);
	cr_assert_eq(
	    cms_certs_only(NULL, 0, &item, 1, &der, &e), 0, "%s", e.text);
	cr_expect_lt(der.cap, LARGE + 1024, "memory for it once");
	sd = unwrap(buf_span(&der), OID_SIGNED_DATA);
	skip(&sd); /* version */
	skip(&sd); /* digestAlgorithms */
	skip(&sd); /* encapContentInfo */
	crls = inside(&sd, DER_CTX0_CONS | 1);
	cr_expect(span_eq(crls, item));
	cr_expect_eq(inside(&sd, DER_SET).n, 0);
	cr_expect_eq(sd.n, 0);
	buf_release(&crl);
	buf_release(&der);
}

/* What a caller did not ask room for is refused, and leaves nothing. */
Test(large, the_callers_maximum_counts)
{
	struct buf crl = { 0 }, der = { 0 };
	struct party ca;
	struct span item;
	struct err e = { 0 };

	party_make(&ca, "rsa:2048", "CN=ca");
	large_element(&crl);
	item = buf_span(&crl);
	cr_assert_eq(buf_put(&der, SPAN_LIT("before"), NULL), 0);
	cr_expect_eq(cms_certs_only(NULL, 0, &item, 1, &der, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_expect(span_eq(buf_span(&der), SPAN_LIT("before")));
	cr_expect_eq(cms_enveloped_make(item, &ca.view, &ca.pub,
			 cipher("AES-128-CBC"), &der, &e),
	    -1);
	cr_expect(span_eq(buf_span(&der), SPAN_LIT("before")));
	der.max = LARGE; /* of which the wrapping needs some, too */
	cr_expect_eq(cms_certs_only(NULL, 0, &item, 1, &der, &e), -1);
	cr_expect(span_eq(buf_span(&der), SPAN_LIT("before")));
	party_release(&ca);
	buf_release(&crl);
	buf_release(&der);
}

/* The envelope in the signed message that holds it, read by hand. */
static void read_envelope(
    struct span envelope, struct cms_enveloped *v, struct span *rsa)
{
	struct span ed = unwrap(envelope, OID_ENVELOPED_DATA);
	struct span list, info, eci, alg;

	skip(&ed); /* version */
	list = inside(&ed, DER_SET);
	info = inside(&list, DER_SEQUENCE);
	cr_expect_eq(list.n, 0);
	skip(&info); /* version */
	skip(&info); /* rid */
	skip(&info); /* keyEncryptionAlgorithm */
	*rsa = inside(&info, DER_OCTET_STRING);
	eci = inside(&ed, DER_SEQUENCE);
	cr_expect_eq(ed.n, 0);
	skip(&eci); /* contentType */
	alg = inside(&eci, DER_SEQUENCE);
	skip(&alg);
	v->iv = inside(&alg, DER_OCTET_STRING);
	v->ciphertext = inside(&eci, DER_CTX0);
	cr_expect_eq(eci.n, 0);
}

/* The messageDigest of the one signer is that of `content`. */
static void check_digest(struct span infos, struct span content)
{
	struct span info = inside(&infos, DER_SEQUENCE), attrs;
	uint8_t hash[32];
	bool found = false;

	cr_expect_eq(infos.n, 0);
	skip(&info); /* version */
	skip(&info); /* sid */
	skip(&info); /* digestAlgorithm */
	attrs = inside(&info, DER_CTX0_CONS);
	cr_assert_eq(sha256_of(content, hash, NULL), 0);
	for (size_t i = 0; i + sizeof(hash) <= attrs.n && !found; i++)
		found = memcmp(attrs.p + i, hash, sizeof(hash)) == 0;
	cr_expect(found);
}

/* R168: through envelope and signature, and out again. */
Test(large, sealed)
{
	struct buf content = { 0 }, plain = { .max = ROOM };
	struct buf out = { .max = ROOM };
	struct cms_enveloped v = { 0 };
	struct cms_recipient r = { 0 };
	struct party ca, device;
	struct scep_seal s = { 0 };
	struct span cert, sd, eci, explicit_0, envelope;
	struct err e;

	party_make(&ca, "rsa:2048", "CN=ca");
	party_make(&device, "rsa:2048", "CN=device");
	large_element(&content);
	cert = buf_span(&ca.cert);
	s.attrs.type = SCEP_CERTREP;
	s.attrs.trans_id = "id";
	s.attrs.sender_nonce = SPAN_LIT("0123456789abcdef");
	s.has_content = true;
	s.content = buf_span(&content);
	s.to = &device.view;
	s.to_key = &device.pub;
	s.cipher = cipher("AES-256-CBC");
	s.digest = digest("SHA-256");
	s.cert = cert;
	s.certs = &cert;
	s.n_certs = 1;
	s.key = ca.key;
	cr_assert_eq(scep_msg_seal(&s, &out, &e), 0, "%s", e.text);
	cr_expect_lt(out.cap, LARGE + 8192, "memory for it once");

	sd = unwrap(buf_span(&out), OID_SIGNED_DATA);
	skip(&sd); /* version */
	skip(&sd); /* digestAlgorithms */
	eci = inside(&sd, DER_SEQUENCE);
	skip(&eci); /* eContentType */
	explicit_0 = inside(&eci, DER_CTX0_CONS);
	cr_expect_eq(eci.n, 0);
	envelope = inside(&explicit_0, DER_OCTET_STRING);
	cr_expect_eq(explicit_0.n, 0);
	cr_expect(span_eq(inside(&sd, DER_CTX0_CONS), cert));
	check_digest(inside(&sd, DER_SET), envelope);
	cr_expect_eq(sd.n, 0);

	read_envelope(envelope, &v, &r.encrypted_key);
	cr_assert_eq(
	    cms_enveloped_decrypt(&v, &r, s.cipher, device.key, &plain, &e), 0,
	    "%s", e.text);
	cr_expect(span_eq(buf_span(&plain), buf_span(&content)));
	buf_release(&content);
	buf_release(&plain);
	buf_release(&out);
	party_release(&ca);
	party_release(&device);
}
