/* cms_signed.h, cms_enveloped.h, scep_attr.h, scep_msg.h: T-02, T-37. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "attribute.h"
#include "ber.h"
#include "content_info.h"
#include "fixture.h"

static const struct alg_policy legacy = { ALG_LEGACY };

/* A PKCSReq whose content is the text "content". */
static void request(const struct party *device, const struct party *ca,
    const char *d, const char *c, struct buf *out)
{
	struct scep_request q = {
		.type = SCEP_PKCSREQ,
		.trans_id = "id-1",
		.nonce = SPAN_LIT("0123456789abcdef"),
		.content = SPAN_LIT("content"),
		.signer_cert = buf_span(&device->cert),
		.signer_key = device->key,
		.recipient = buf_span(&ca->cert),
		.digest = digest(d),
		.cipher = cipher(c),
		.now = time(NULL),
	};
	struct err e;

	buf_cut(out, 0);
	cr_assert_eq(scep_request_make(&q, out, &e), 0, "%s", e.text);
}

/* R076, R077, R080: each cipher with each digest, there and back. */
Test(scep_msg, algorithms)
{
	static const char *const digests[] = { "SHA-256", "SHA-384", "SHA-512",
		"SHA-1", "MD5" };
	static const char *const ciphers[] = { "AES-128-CBC", "AES-192-CBC",
		"AES-256-CBC", "DES-EDE3-CBC", "DES-CBC" };
	struct buf der = { 0 }, plain = { 0 };
	struct party device, ca;
	struct scep_msg m;
	struct err e;

	party_make(&device, "rsa:2048", "CN=device");
	party_make(&ca, "rsa:2048", "CN=ca");
	for (size_t i = 0; i < 25; i++) {
		const char *d = digests[i / 5], *c = ciphers[i % 5];
		enum alg_grade worst = digest(d)->grade > cipher(c)->grade
		    ? digest(d)->grade
		    : cipher(c)->grade;
		struct alg_policy p = { worst };

		request(&device, &ca, d, c, &der);
		cr_assert_eq(
		    scep_msg_open(buf_span(&der), &m, &e), 0, "%s", e.text);
		cr_expect_eq(scep_msg_algs(&m, &p, &e), 0, "%s %s", d, c);
		cr_expect_eq(scep_msg_verify(&m, &e), 0, "%s", e.text);
		buf_cut(&plain, 0);
		cr_expect_eq(
		    scep_msg_decrypt(&m, &ca.view, ca.key, &plain, &e), 0);
		cr_expect(span_eq(buf_span(&plain), SPAN_LIT("content")));
		cr_expect_eq(m.attrs.type, SCEP_PKCSREQ);
		cr_expect_str_eq(m.attrs.trans_id, "id-1");
		cr_expect(span_eq(
		    m.attrs.sender_nonce, SPAN_LIT("0123456789abcdef")));
		cr_expect(m.attrs.has_signing_time);
		if (worst > ALG_CURRENT) { /* R078, T-09: named and refused */
			p.worst = worst - 1;
			cr_expect_eq(scep_msg_algs(&m, &p, &e), -1);
			cr_expect_eq(e.kind, ERR_ALG);
			cr_expect(strstr(e.text, d) != NULL ||
			    strstr(e.text, c) != NULL);
		}
		scep_msg_release(&m);
	}
	buf_release(&der);
	buf_release(&plain);
	party_release(&device);
	party_release(&ca);
}

/*
 * R057: whichever octet changes, the message is no longer good: not read, not
 * verified, or (what is not signed: version, digestAlgorithms, other people's
 * identifiers) of no effect on what is read.
 */
Test(scep_msg, every_octet_counts)
{
	struct buf der = { 0 }, plain = { 0 };
	struct party device, ca;
	struct scep_msg m;
	struct err e;

	party_make(&device, "rsa:2048", "CN=device");
	party_make(&ca, "rsa:2048", "CN=ca");
	request(&device, &ca, "SHA-256", "AES-128-CBC", &der);
	for (size_t i = 0; i < der.n; i++) {
		der.p[i] ^= 0x04;
		if (scep_msg_open(buf_span(&der), &m, &e) == 0) {
			if (scep_msg_algs(&m, &legacy, &e) == 0 &&
			    scep_msg_verify(&m, &e) == 0) {
				buf_cut(&plain, 0);
				cr_expect_eq(scep_msg_decrypt(&m, &ca.view,
						 ca.key, &plain, &e),
				    0, "octet %zu", i);
				cr_expect(span_eq(buf_span(&plain),
					      SPAN_LIT("content")),
				    "octet %zu", i);
				cr_expect_str_eq(m.attrs.trans_id, "id-1");
			}
			scep_msg_release(&m);
		}
		der.p[i] ^= 0x04;
	}
	/* R019: every prefix */
	for (size_t n = 0; n < der.n; n++)
		cr_expect_eq(
		    scep_msg_open((struct span){ der.p, n }, &m, &e), -1);
	buf_release(&der);
	buf_release(&plain);
	party_release(&device);
	party_release(&ca);
}

/*
 * Sign `attrs` over `content` as the device; contentType and digest are added.
 */
static void sign(const struct party *device, struct span attrs,
    bool has_content, struct span content, struct buf *out)
{
	struct span cert = buf_span(&device->cert);
	struct cms_to_sign m = {
		.has_content = has_content,
		.content = content,
		.attrs = attrs,
		.cert = cert,
		.certs = &cert,
		.n_certs = 1,
		.key = device->key,
		.digest = digest("SHA-256"),
	};

	buf_cut(out, 0);
	cr_assert_eq(cms_signed_make(&m, out, NULL), 0);
}

#define OID_TYPE "2.16.840.1.113733.1.9.2"
#define OID_NONCE "2.16.840.1.113733.1.9.5"
#define OID_ID "2.16.840.1.113733.1.9.7"

/* R065: the types, as they are written and as they are not. */
Test(scep_attr, message_types)
{
	static const struct {
		const char *text;
		enum scep_type want;
	} rows[] = {
		{ "3", SCEP_CERTREP },
		{ "17", SCEP_RENEWALREQ },
		{ "19", SCEP_PKCSREQ },
		{ "20", SCEP_CERTPOLL },
		{ "21", SCEP_GETCERT },
		{ "22", SCEP_GETCRL },
		{ "18", SCEP_UNKNOWN },
		{ "0", SCEP_UNKNOWN },
		{ "23", SCEP_UNKNOWN },
		{ "255", SCEP_UNKNOWN },
		{ "019", SCEP_UNKNOWN },
		{ " 19", SCEP_UNKNOWN },
		{ "19 ", SCEP_UNKNOWN },
		{ "", SCEP_UNKNOWN },
		{ "-1", SCEP_UNKNOWN },
		{ "1a", SCEP_UNKNOWN },
		{ "65555", SCEP_UNKNOWN },
	};
	struct buf attrs = { 0 }, der = { 0 };
	struct party device;
	struct scep_msg m;

	party_make(&device, "rsa:2048", "CN=device");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_cut(&attrs, 0);
		attribute_put(&attrs, OID_TYPE, DER_PRINTABLE,
		    span_str(rows[i].text), NULL);
		attribute_put(
		    &attrs, OID_ID, DER_PRINTABLE, SPAN_LIT("id"), NULL);
		sign(
		    &device, buf_span(&attrs), false, (struct span){ 0 }, &der);
		cr_assert_eq(scep_msg_open(buf_span(&der), &m, NULL), 0);
		cr_expect_eq(m.attrs.type, rows[i].want, "'%s'", rows[i].text);
		scep_msg_release(&m);
	}
	buf_release(&attrs);
	buf_release(&der);
	party_release(&device);
}

/* R053, R060, R068: transactionIDs and nonces, good, odd, missing, doubled. */
Test(scep_attr, ids_and_nonces)
{
	static const struct {
		const char *name;
		uint8_t tag;
		const char *id;
		size_t n;
		int want;
	} rows[] = {
		{ "printable", DER_PRINTABLE, "A-1", 3, 0 },
		{ "every character of R068", DER_PRINTABLE, "'()+,-./:=? ", 12,
		    0 },
		{ "utf8", DER_UTF8, "A-1", 3, 0 },
		{ "bmp", DER_BMP, "\0A", 2, 0 },
		{ "base64", DER_PRINTABLE, "a+b/c==", 7, 0 },
		{ "empty", DER_PRINTABLE, "", 0, -1 },
		{ "newline", DER_PRINTABLE, "a\n", 2, -1 },
		{ "beyond ASCII", DER_UTF8, "\xc3\xbc", 2, -1 },
		{ "octets", DER_OCTET_STRING, "A", 1, -1 },
	};
	struct buf attrs = { 0 }, der = { 0 };
	struct party device;
	struct scep_msg m;
	char longest[257];

	party_make(&device, "rsa:2048", "CN=device");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		buf_cut(&attrs, 0);
		attribute_put(&attrs, OID_ID, rows[i].tag,
		    (struct span){ (const uint8_t *)rows[i].id, rows[i].n },
		    NULL);
		sign(
		    &device, buf_span(&attrs), false, (struct span){ 0 }, &der);
		cr_expect_eq(scep_msg_open(buf_span(&der), &m, NULL),
		    rows[i].want, "%s", rows[i].name);
		if (rows[i].want == 0)
			scep_msg_release(&m);
	}
	for (size_t n = 255; n <= 256; n++) {
		memset(longest, 'x', n);
		longest[n] = '\0';
		buf_cut(&attrs, 0);
		attribute_put(
		    &attrs, OID_ID, DER_PRINTABLE, span_str(longest), NULL);
		sign(
		    &device, buf_span(&attrs), false, (struct span){ 0 }, &der);
		cr_expect_eq(
		    scep_msg_open(buf_span(&der), &m, NULL), n == 255 ? 0 : -1);
		if (n == 255)
			scep_msg_release(&m);
	}
	/* nonces: 64 octets are echoed, 65 are none, and so are two */
	for (size_t n = 64; n <= 65; n++) {
		buf_cut(&attrs, 0);
		attribute_put(
		    &attrs, OID_ID, DER_PRINTABLE, SPAN_LIT("id"), NULL);
		attribute_put(&attrs, OID_NONCE, DER_OCTET_STRING,
		    (struct span){ (const uint8_t *)longest, n }, NULL);
		sign(
		    &device, buf_span(&attrs), false, (struct span){ 0 }, &der);
		cr_assert_eq(scep_msg_open(buf_span(&der), &m, NULL), 0);
		cr_expect_eq(m.attrs.sender_nonce.n, n == 64 ? 64 : 0);
		scep_msg_release(&m);
	}
	attribute_put(&attrs, OID_ID, DER_PRINTABLE, SPAN_LIT("id-2"), NULL);
	sign(&device, buf_span(&attrs), false, (struct span){ 0 }, &der);
	cr_expect_eq(scep_msg_open(buf_span(&der), &m, NULL), -1, "two ids");
	buf_cut(&attrs, 0);
	sign(&device, buf_span(&attrs), false, (struct span){ 0 }, &der);
	cr_expect_eq(scep_msg_open(buf_span(&der), &m, NULL), -1, "no id");
	buf_release(&attrs);
	buf_release(&der);
	party_release(&device);
}

/* R052, R054: no signer, and a degenerate message, are no pkiMessage. */
Test(cms_signed, certs_only)
{
	struct span certs[3], got[3];
	struct buf der = { 0 };
	struct cms_signed s;
	struct party a, b;
	size_t n;

	party_make(&a, "rsa:2048", "CN=a much longer name than the other");
	party_make(&b, "ec:p256", "CN=b");
	certs[0] = buf_span(&a.cert);
	certs[1] = buf_span(&b.cert);
	/* field note E1: in the order given, not sorted by size */
	cr_assert_eq(cms_certs_only(certs, 2, NULL, 0, &der, NULL), 0);
	cr_assert_eq(cms_certs_only_parse(buf_span(&der), got, 3, &n, NULL), 0);
	cr_expect_eq(n, 2);
	cr_expect(span_eq(got[0], certs[0]));
	cr_expect(span_eq(got[1], certs[1]));
	cr_expect_eq(
	    cms_certs_only_parse(buf_span(&der), got, 1, &n, NULL), -1);
	cr_expect_eq(cms_signed_parse(buf_span(&der), &s, NULL), -1);
	buf_release(&der);
	party_release(&a);
	party_release(&b);
}

/* R054: a second signer is one too many, though both are valid. */
Test(cms_signed, two_signers)
{
	struct buf der = { 0 }, doubled = { 0 }, out = { 0 };
	struct span sd, infos;
	struct party device;
	struct cms_signed s;
	struct tree t;
	struct span field;

	party_make(&device, "rsa:2048", "CN=device");
	sign(&device, (struct span){ 0 }, true, SPAN_LIT("x"), &der);
	cr_assert_eq(cms_signed_parse(buf_span(&der), &s, NULL), 0);
	cr_assert_eq(cms_signed_verify(&s, &device.pub, NULL), 0);
	cr_assert_eq(
	    content_info_get(buf_span(&der), OID_SIGNED_DATA, &sd, NULL), 0);
	cr_assert_eq(tree_decode("SCEP.SignedData", sd, &t, NULL), 0);
	cr_assert_eq(tree_list(&t, "signerInfos", &infos, NULL), 0);
	cr_assert_eq(tree_put_list(&t, "signerInfos", infos, NULL), 0);
	cr_assert_eq(tree_element(&t, "version", &field, NULL), 0);
	cr_assert_eq(tree_encode(&t, &doubled, NULL), 0);
	tree_free(&t);
	cr_assert_eq(
	    content_info_start(&out, OID_SIGNED_DATA, doubled.n, NULL), 0);
	cr_assert_eq(buf_put(&out, buf_span(&doubled), NULL), 0);
	cr_expect_eq(cms_signed_parse(buf_span(&out), &s, NULL), -1);
	buf_release(&der);
	buf_release(&doubled);
	buf_release(&out);
	party_release(&device);
}

/* R055: our entry, and not somebody else's. */
Test(cms_enveloped, recipients)
{
	struct buf der = { 0 }, plain = { 0 };
	struct cms_enveloped v;
	struct party ca, other;

	party_make(&ca, "rsa:2048", "CN=ca");
	party_make(&other, "rsa:2048", "CN=other");
	cr_assert_eq(cms_enveloped_make(SPAN_LIT("secret"), &ca.view, &ca.pub,
			 cipher("AES-256-CBC"), &der, NULL),
	    0);
	cr_assert_eq(cms_enveloped_parse(buf_span(&der), &v, NULL), 0);
	cr_expect_not_null(cms_enveloped_pick(&v, &ca.view));
	cr_expect_null(cms_enveloped_pick(&v, &other.view));
	cms_enveloped_release(&v);
	cr_expect_eq(cms_enveloped_parse(SPAN_LIT("\x30\x00"), &v, NULL), -1);
	cr_expect_eq(cms_enveloped_make(SPAN_LIT("x"), &ca.view,
			 &(struct pubkey){ .pk = GNUTLS_PK_ECDSA },
			 cipher("AES-256-CBC"), &der, NULL),
	    -1);
	buf_release(&der);
	buf_release(&plain);
	party_release(&ca);
	party_release(&other);
}

/* Field note D3: an absent IV means zeros with DES, and nothing with others. */
Test(cms_enveloped, absent_iv)
{
	static const struct {
		const char *cipher;
		int want;
	} rows[] = { { "DES-CBC", 0 }, { "DES-EDE3-CBC", -1 },
		{ "AES-128-CBC", -1 } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf der = { 0 }, plain = { 0 };
		struct cms_enveloped v;
		struct party ca;

		party_make(&ca, "rsa:2048", "CN=ca");
		cr_assert_eq(cms_enveloped_make(SPAN_LIT("secret"), &ca.view,
				 &ca.pub, cipher(rows[i].cipher), &der, NULL),
		    0);
		cr_assert_eq(cms_enveloped_parse(buf_span(&der), &v, NULL), 0);
		v.iv = (struct span){ 0 };
		cr_expect_eq(cms_enveloped_decrypt(&v, &v.recipients[0],
				 cipher(rows[i].cipher), ca.key, &plain, NULL),
		    rows[i].want, "%s", rows[i].cipher);
		cms_enveloped_release(&v);
		buf_release(&der);
		buf_release(&plain);
		party_release(&ca);
	}
}

/* R089: a fresh key and IV each time. */
Test(cms_enveloped, fresh_keys)
{
	struct buf a = { 0 }, b = { 0 };
	struct cms_enveloped va, vb;
	struct party ca;

	party_make(&ca, "rsa:2048", "CN=ca");
	cms_enveloped_make(SPAN_LIT("secret"), &ca.view, &ca.pub,
	    cipher("AES-128-CBC"), &a, NULL);
	cms_enveloped_make(SPAN_LIT("secret"), &ca.view, &ca.pub,
	    cipher("AES-128-CBC"), &b, NULL);
	cr_assert_eq(cms_enveloped_parse(buf_span(&a), &va, NULL), 0);
	cr_assert_eq(cms_enveloped_parse(buf_span(&b), &vb, NULL), 0);
	cr_expect_not(span_eq(va.iv, vb.iv));
	cr_expect_not(span_eq(va.ciphertext, vb.ciphertext));
	cms_enveloped_release(&va);
	cms_enveloped_release(&vb);
	buf_release(&a);
	buf_release(&b);
	party_release(&ca);
}

/*
 * T-02: whatever is done to the last block of a captured envelope, decrypting
 * it reports nothing but success.
 */
Test(cms_enveloped, no_padding_oracle)
{
	struct buf der = { 0 }, plain = { 0 };
	struct cms_enveloped v;
	struct party ca;
	uint8_t *octet;

	party_make(&ca, "rsa:2048", "CN=ca");
	cms_enveloped_make(SPAN_LIT("a secret of more than one block"),
	    &ca.view, &ca.pub, cipher("AES-128-CBC"), &der, NULL);
	cr_assert_eq(cms_enveloped_parse(buf_span(&der), &v, NULL), 0);
	octet = (uint8_t *)v.ciphertext.p + v.ciphertext.n - 17;
	for (int guess = 0; guess < 256; guess++) {
		*octet = (uint8_t)guess;
		buf_cut(&plain, 0);
		cr_expect_eq(cms_enveloped_decrypt(&v, &v.recipients[0],
				 cipher("AES-128-CBC"), ca.key, &plain, NULL),
		    0);
	}
	cms_enveloped_release(&v);
	buf_release(&der);
	buf_release(&plain);
	party_release(&ca);
}
