/*
 * What clients in the field send, shape by shape (field-notes.md, tables C and
 * D), and what it gets: a certificate, or the right refusal.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "attribute.h"
#include "content_info.h"
#include "scene.h"
#include "shape.h"

#define OID_CHALLENGE "1.2.840.113549.1.9.7"
#define OID_EXTENSIONS "1.2.840.113549.1.9.14"

/* A new challenge, and the envelope of a plain request with it. */
static void plain_envelope(struct buf *env)
{
	struct ask q = { .challenge = challenge };

	ca_home_challenge(&h, NULL, challenge);
	buf_cut(env, 0);
	client_envelope(&c, &h, &q, env);
}

/* Send it, and expect this refusal, or (REFUSE_NONE) a certificate. */
static void expect(const char *what, const struct shape *s, enum refusal want)
{
	const struct ask q = { .type = 19 };
	size_t before = ca_home_certs(&h);
	struct buf msg = { 0 };
	struct result r;

	shape_message(&c, s, &msg);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, want, "%s: '%s' %s", what,
	    refusal_entry(r.ev.refusal)->code, r.ev.detail);
	cr_expect_eq(
	    ca_home_certs(&h), before + (want == REFUSE_NONE), "%s", what);
	result_release(&r);
	buf_release(&msg);
}

/* What is no pkiMessage: no signed answer, and the web server says 400. */
static void expect_nothing(const char *what, struct span msg)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct buf reply = { 0 };
	struct pki_event ev;
	struct err bad;

	cr_expect_eq(
	    pki_operation(h.ca, &f, msg, &reply, &ev, &bad), -1, "%s", what);
	cr_expect_eq(bad.kind, ERR_INPUT, "%s: %s", what, bad.text);
	cr_expect_eq(reply.n, 0);
	pki_event_release(&ev);
}

static const struct {
	const char *what;
	struct shape s;
	enum refusal why;
} signed_data[] = {
	{ "plain", { .version = 1 }, REFUSE_NONE },
	/* field note C3: openscepproxy */
	{ "attributes not sorted", { .backwards = true }, REFUSE_NONE },
	/* R054 */
	{ "version 3", { .version = 3 }, REFUSE_NONE },
	{ "no digestAlgorithms", { .no_digests = true }, REFUSE_NONE },
	/* field note C5: Go, BouncyCastle */
	{ "sha256WithRSAEncryption", { .sig_oid = "1.2.840.113549.1.1.11" },
	    REFUSE_NONE },
	{ "no parameters", { .no_params = true }, REFUSE_NONE },
	{ "both", { .sig_oid = "1.2.840.113549.1.1.11", .no_params = true },
	    REFUSE_NONE },
	{ "sha512WithRSA over SHA-256", { .sig_oid = "1.2.840.113549.1.1.13" },
	    REFUSE_ALG },
	/* field note C16 */
	{ "signer by key identifier", { .by_key_id = true }, REFUSE_NONE },
	/* R060 */
	{ "transactionID as UTF8String", { .id_tag = DER_UTF8 }, REFUSE_NONE },
	{ "transactionID as IA5String", { .id_tag = DER_IA5 }, REFUSE_NONE },
	/* R050: data, and what stands for it (field note C4); nothing else */
	{ "signedData in it", { .content_type = OID_SIGNED_DATA },
	    REFUSE_NO_ENVELOPE },
	{ "encryptedData in it", { .content_type = "1.2.840.113549.1.7.6" },
	    REFUSE_NO_ENVELOPE },
	/* R053: each attribute is there, and once */
	{ "no messageType", { .omit = "2.16.840.1.113733.1.9.2" },
	    REFUSE_TYPE },
	{ "two messageTypes", { .twice = "2.16.840.1.113733.1.9.2" },
	    REFUSE_TYPE },
	{ "no senderNonce", { .omit = "2.16.840.1.113733.1.9.5" },
	    REFUSE_NO_NONCE },
	{ "two senderNonces", { .twice = "2.16.840.1.113733.1.9.5" },
	    REFUSE_NO_NONCE },
	{ "no contentType", { .omit = "1.2.840.113549.1.9.3" },
	    REFUSE_SIGNATURE },
	{ "two contentTypes", { .twice = "1.2.840.113549.1.9.3" },
	    REFUSE_SIGNATURE },
	{ "no messageDigest", { .omit = "1.2.840.113549.1.9.4" },
	    REFUSE_SIGNATURE },
	{ "two messageDigests", { .twice = "1.2.840.113549.1.9.4" },
	    REFUSE_SIGNATURE },
};

/* A certificate with a key identifier, for those who name it by that. */
static void with_key_id(void)
{
	struct buf extensions = { 0 };

	ok(extension_put(&extensions, "2.5.29.14", false,
	    SPAN_LIT("\x04\x04"
		     "1234"),
	    e));
	shape_cert(
	    &c, &(struct cert_shape){ .extensions = buf_span(&extensions) });
	buf_release(&extensions);
}

Test(shapes, signed_data)
{
	struct buf env = { 0 };

	begin(CA_RSA, "");
	with_key_id();
	for (size_t i = 0; i < COUNT(signed_data); i++) {
		struct shape s = signed_data[i].s;

		plain_envelope(&env);
		s.content = buf_span(&env);
		if (strstr(signed_data[i].what, "Nonce") != NULL &&
		    signed_data[i].why == REFUSE_NO_NONCE) {
			/* nothing to echo: client_send would miss it */
			struct ask q = { .no_nonce = true };
			struct buf msg = { 0 };
			struct result r;

			shape_message(&c, &s, &msg);
			client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
			cr_expect_eq(r.ev.refusal, REFUSE_NO_NONCE, "%s",
			    signed_data[i].what);
			result_release(&r);
			buf_release(&msg);
			continue;
		}
		expect(signed_data[i].what, &s, signed_data[i].why);
	}
	buf_release(&env);
	end();
}

/* R052, R053: no attributes, no transactionID, two of them: no pkiMessage. */
Test(shapes, nothing_to_answer)
{
	static const struct {
		const char *what;
		struct shape s;
	} rows[] = {
		{ "no attributes", { .no_attrs = true } },
		{ "no transactionID", { .omit = "2.16.840.1.113733.1.9.7" } },
		{ "two transactionIDs",
		    { .twice = "2.16.840.1.113733.1.9.7" } },
	};
	struct buf env = { 0 }, msg = { 0 };

	begin(CA_RSA, "");
	plain_envelope(&env);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct shape s = rows[i].s;

		s.content = buf_span(&env);
		buf_cut(&msg, 0);
		shape_message(&c, &s, &msg);
		expect_nothing(rows[i].what, buf_span(&msg));
	}
	cr_expect_eq(ca_home_certs(&h), 0);
	buf_release(&env);
	buf_release(&msg);
	end();
}

/* T-04: a SET OF attributes as the content of a message without any. */
Test(shapes, attributes_for_content)
{
	struct buf attrs = { 0 }, set = { 0 }, msg = { 0 };

	begin(CA_RSA, "");
	ok(attribute_put(&attrs, "2.16.840.1.113733.1.9.7", DER_PRINTABLE,
	    SPAN_LIT("t1"), e));
	ok(der_put(&set, DER_SET, buf_span(&attrs), e));
	shape_message(&c,
	    &(struct shape){ .content = buf_span(&set), .no_attrs = true },
	    &msg);
	expect_nothing("attributes", buf_span(&msg));
	buf_release(&attrs);
	buf_release(&set);
	buf_release(&msg);
	end();
}

/* Field note C15, R062: what else is among the attributes is not looked at. */
Test(shapes, more_attributes)
{
	struct buf more = { 0 }, env = { 0 };

	begin(CA_RSA, "");
	/* signingTime in 1999, CMSAlgorithmProtection, cryptlib's, Windows' */
	ok(attribute_put(&more, "1.2.840.113549.1.9.5", DER_UTC_TIME,
	    SPAN_LIT("990101000000Z"), e));
	ok(attribute_put(
	    &more, "1.2.840.113549.1.9.52", DER_SEQUENCE, SPAN_LIT(""), e));
	ok(attribute_put(&more, "1.2.840.113549.1.9.25.3", DER_OCTET_STRING,
	    SPAN_LIT("0123456789abcdef"), e));
	ok(attribute_put(&more, "1.3.6.1.4.1.311.21.38", DER_OCTET_STRING,
	    SPAN_LIT("x"), e));
	ok(attribute_put(
	    &more, "1.2.840.113549.1.9.15", DER_SEQUENCE, SPAN_LIT(""), e));
	plain_envelope(&env);
	expect("more attributes",
	    &(struct shape){
		.content = buf_span(&env), .more = buf_span(&more) },
	    REFUSE_NONE);
	buf_release(&more);
	buf_release(&env);
	end();
}

/* R056: the signer's certificate among others, wherever; and not at all. */
Test(shapes, certificates)
{
	struct client a, b;
	struct buf env = { 0 };
	struct span certs[3];

	begin(CA_RSA, "");
	client_make(&a, "dev2", "rsa:2048", "CN=a");
	client_make(&b, "dev2", "rsa:2048", "CN=a longer name");
	for (size_t own = 0; own <= 3; own++) {
		for (size_t i = 0; i < 3; i++)
			certs[i] = buf_span(i % 2 == 0 ? &a.cert : &b.cert);
		if (own < 3)
			certs[own] = buf_span(&c.cert);
		plain_envelope(&env);
		expect("certificates",
		    &(struct shape){ .content = buf_span(&env),
			.certs = certs,
			.n_certs = 3 },
		    own < 3 ? REFUSE_NONE : REFUSE_SIGNATURE);
	}
	expect("no certificates",
	    &(struct shape){
		.content = buf_span(&env), .certs = certs, .n_certs = 0 },
	    REFUSE_SIGNATURE);
	buf_release(&env);
	client_release(&a);
	client_release(&b);
	end();
}

/* Field note C17: a newline, or padding, behind the message */
Test(shapes, trailing_bytes)
{
	const struct ask q = { .challenge = challenge };
	struct buf msg = { 0 };
	struct result r;

	begin(CA_RSA, "");
	client_ask(&c, &h, &q, &msg);
	ok(buf_put(&msg, SPAN_LIT("\r\n\0\0"), e));
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	granted(&r);
	result_release(&r);
	buf_release(&msg);
	end();
}

/* An envelope around the same request: which of them are opened */
static const struct {
	const char *what;
	struct envelope_shape s;
	const char *content_type;
	enum refusal why;
} envelopes[] = {
	{ "plain", { .version = 0 }, NULL, REFUSE_NONE },
	/* field note C2: micromdm 2.1; C1 too: encryptedContent in pieces */
	{ "A0 with one string", { .in_one_piece = true }, NULL, REFUSE_NONE },
	{ "A0 with two", { .in_pieces = true }, NULL, REFUSE_NONE },
	/* field notes C4, R050: xipki, and its ContentInfo left out */
	{ "eContentType envelopedData", { .version = 0 }, OID_ENVELOPED_DATA,
	    REFUSE_NONE },
	{ "no ContentInfo", { .bare = true }, OID_ENVELOPED_DATA, REFUSE_NONE },
	/* field note D4: PyScep; R055 judges no version */
	{ "version 1", { .version = 1 }, NULL, REFUSE_NONE },
	{ "version 2", { .version = 2 }, NULL, REFUSE_NONE },
	/* field note D5: Go, openscepproxy */
	{ "rsaEncryption without NULL", { .no_key_params = true }, NULL,
	    REFUSE_NONE },
	/* R082 */
	{ "signedData in it", { .content_type = OID_SIGNED_DATA }, NULL,
	    REFUSE_NO_ENVELOPE },
	{ "envelopedData in it", { .content_type = OID_ENVELOPED_DATA }, NULL,
	    REFUSE_NO_ENVELOPE },
};

Test(shapes, enveloped_data)
{
	struct buf env = { 0 }, shaped = { 0 };

	begin(CA_RSA, "");
	for (size_t i = 0; i < COUNT(envelopes); i++) {
		struct envelope_shape s = envelopes[i].s;

		plain_envelope(&env);
		s.env = buf_span(&env);
		buf_cut(&shaped, 0);
		shape_envelope(&s, &shaped);
		expect(envelopes[i].what,
		    &(struct shape){ .content = buf_span(&shaped),
			.content_type = envelopes[i].content_type },
		    envelopes[i].why);
	}
	buf_release(&env);
	buf_release(&shaped);
	end();
}

/*
 * R055, field note B11: micromdm encrypts to every certificate that it was
 * given.  `others` recipients around ours: of 10 in all ours is found.
 */
Test(shapes, recipients)
{
	static const struct {
		int before, after;
		bool ours;
		enum refusal why;
	} rows[] = {
		{ 2, 0, true, REFUSE_NONE },
		{ 0, 2, true, REFUSE_NONE },
		{ 1, 1, true, REFUSE_NONE },
		{ 9, 0, true, REFUSE_NONE },
		{ 10, 0, true, REFUSE_NO_ENVELOPE }, /* eleven */
		{ 2, 1, false, REFUSE_RECIPIENT },
	};
	struct buf env = { 0 }, theirs = { 0 }, other = { 0 }, shaped = { 0 };

	begin(CA_RSA, "");
	client_envelope(
	    &c, &h, &(struct ask){ .recipient = buf_span(&c.cert) }, &theirs);
	shape_recipient(buf_span(&theirs), &other);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct envelope_shape s = { .no_recipient = !rows[i].ours };
		struct buf before = { 0 }, after = { 0 };

		for (int n = 0; n < rows[i].before; n++)
			ok(buf_put(&before, buf_span(&other), e));
		for (int n = 0; n < rows[i].after; n++)
			ok(buf_put(&after, buf_span(&other), e));
		plain_envelope(&env);
		s.env = buf_span(&env);
		s.before = buf_span(&before);
		s.after = buf_span(&after);
		buf_cut(&shaped, 0);
		shape_envelope(&s, &shaped);
		expect("recipients",
		    &(struct shape){ .content = buf_span(&shaped) },
		    rows[i].why);
		buf_release(&before);
		buf_release(&after);
	}
	buf_release(&env);
	buf_release(&theirs);
	buf_release(&other);
	buf_release(&shaped);
	end();
}

/*
 * R063, R064: a self-signed certificate is the carrier of a key, whatever else
 * it says.
 */
Test(shapes, self_signed)
{
	static const uint8_t serial[] = "0123456789ABCDEF0123456789ABCDEF";
	static const struct {
		const char *what;
		struct cert_shape s;
		const char *oid; /* of an extension */
		struct span value;
		bool critical;
	} rows[] = {
		{ .what = "none of the extensions" },
		/* field note C6: certmonger, PIX; sscep */
		{ .what = "v1", .s = { .v1 = true } },
		{ .what = "v4", .s = { .version = 3 } },
		/* field note C7: sscep, OpenSCEP: hex digits, NUL and all */
		{ .what = "serial of 33 octets",
		    .s = { .serial = { serial, sizeof(serial) } } },
		{ .what = "serial 0", .s = { .serial = BYTES("\0") } },
		/* field note C8: Mocana, openscepproxy, certmonger */
		{ .what = "expired for ten years",
		    .s = { .from = TEST_NOW - INT64_C(4000) * 86400,
			.to = TEST_NOW - INT64_C(3650) * 86400 } },
		{ .what = "not yet valid",
		    .s = { .from = TEST_NOW + 86400,
			.to = TEST_NOW + 2 * 86400 } },
		{ .what = "for a hundred years",
		    .s = { .to = TEST_NOW + INT64_C(36500) * 86400 } },
		/* field note C9, R102: Apple, micromdm, openscepproxy */
		{ .what = "another subject",
		    .s = { .name = BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03"
					 "\x55\x04\x03\x0c\x02me") } },
		/* field note C10: Windows */
		{ .what = "critical authorityKeyIdentifier",
		    .oid = "2.5.29.35",
		    .value = BYTES("\x30\x06\x80\x04"
				   "1234"),
		    .critical = true },
		/* field note C11: macOS, and the one that says never */
		{ .what = "digitalSignature only",
		    .oid = "2.5.29.15",
		    .value = BYTES("\x03\x02\x07\x80"),
		    .critical = true },
		{ .what = "keyCertSign only",
		    .oid = "2.5.29.15",
		    .value = BYTES("\x03\x02\x02\x04"),
		    .critical = true },
		{ .what = "unknown critical extension",
		    .oid = "1.2.3.4",
		    .value = BYTES("x"),
		    .critical = true },
	};
	struct buf env = { 0 }, extensions = { 0 };

	begin(CA_RSA, "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct cert_shape s = rows[i].s;

		buf_cut(&extensions, 0);
		if (rows[i].oid != NULL)
			ok(extension_put(&extensions, rows[i].oid,
			    rows[i].critical, rows[i].value, e));
		s.extensions = buf_span(&extensions);
		shape_cert(&c, &s);
		plain_envelope(&env);
		expect(rows[i].what,
		    &(struct shape){ .content = buf_span(&env) }, REFUSE_NONE);
	}
	buf_release(&env);
	buf_release(&extensions);
	end();
}

/* The challenge as an attribute of a CSR. */
static void put_challenge(struct buf *attrs)
{
	ca_home_challenge(&h, NULL, challenge);
	ok(attribute_put(
	    attrs, OID_CHALLENGE, DER_PRINTABLE, span_str(challenge), e));
}

static void put_san(struct buf *attrs, const char *oid)
{
	struct buf extensions = { 0 };

	ok(extension_put(&extensions, "2.5.29.17", false,
	    SPAN_LIT("\x30\x04\x82\x02r1"), e));
	ok(attribute_put(attrs, oid, DER_SEQUENCE, buf_span(&extensions), e));
	buf_release(&extensions);
}

static void expect_csr(
    const char *what, const struct csr_shape *s, enum refusal want)
{
	struct buf csr = { 0 }, env = { 0 };
	struct ask q = { .type = 19 };

	shape_csr(&c, s, &csr);
	q.content = buf_span(&csr);
	client_envelope(&c, &h, &q, &env);
	expect(what, &(struct shape){ .content = buf_span(&env) }, want);
	buf_release(&csr);
	buf_release(&env);
}

/* Certification requests as clients make them. */
Test(shapes, requests)
{
	struct buf attrs = { 0 };

	begin(CA_RSA, "");
	/* field note D6: macOS says version 2 */
	put_challenge(&attrs);
	expect_csr("version 2",
	    &(struct csr_shape){ .version = 2, .attrs = buf_span(&attrs) },
	    REFUSE_NONE);
	/* field note D7: the longer attribute first; DER wants it last */
	buf_cut(&attrs, 0);
	put_san(&attrs, OID_EXTENSIONS);
	put_challenge(&attrs);
	expect_csr("attributes not sorted",
	    &(struct csr_shape){ .attrs = buf_span(&attrs) }, REFUSE_NONE);
	/* field notes D9, D13: Microsoft's OID, and what else it sends */
	buf_cut(&attrs, 0);
	ok(attribute_put(&attrs, "1.3.6.1.4.1.311.13.2.3", DER_IA5,
	    SPAN_LIT("10.0.19045.2"), e));
	ok(attribute_put(&attrs, "1.3.6.1.4.1.311.13.2.2", DER_SEQUENCE,
	    SPAN_LIT("\x02\x01\x01"), e));
	ok(attribute_put(
	    &attrs, "1.2.840.113549.1.9.20", DER_BMP, SPAN_LIT("\0f\0n"), e));
	put_san(&attrs, "1.3.6.1.4.1.311.2.1.14");
	put_challenge(&attrs);
	expect_csr("Microsoft",
	    &(struct csr_shape){ .attrs = buf_span(&attrs) }, REFUSE_NONE);
	/* R091: no key that can be read */
	expect_csr("no key",
	    &(struct csr_shape){
		.attrs = buf_span(&attrs), .spki = BYTES("\x30\x00") },
	    REFUSE_ENVELOPE);
	/* R092: two challenges are none */
	buf_cut(&attrs, 0);
	put_challenge(&attrs);
	put_challenge(&attrs);
	expect_csr("two challenges",
	    &(struct csr_shape){ .attrs = buf_span(&attrs) }, REFUSE_ENVELOPE);
	buf_release(&attrs);
	end();
}

static void put_usage_and_name(struct buf *attrs)
{
	struct buf extensions = { 0 };

	ok(extension_put(
	    &extensions, "2.5.29.15", true, SPAN_LIT("\x03\x02\x05\xa0"), e));
	ok(extension_put(&extensions, "2.5.29.17", false,
	    SPAN_LIT("\x30\x18\x82\x16"
		     "webservers.example.com"),
	    e));
	ok(attribute_put(
	    attrs, OID_EXTENSIONS, DER_SEQUENCE, buf_span(&extensions), e));
	buf_release(&extensions);
}

/*
 * R100: the request that Cisco's overview shows, with a key of today: its key
 * usage, critical, and its alternative name are granted.  Its empty challenge
 * is none.
 */
Test(shapes, cisco_example)
{
	const struct ask q = { .type = 19 };
	struct buf attrs = { 0 }, csr = { 0 }, msg = { 0 };
	struct ask content = { .type = 19 };
	struct cert_view v;
	struct span value;
	struct result r;
	bool critical;

	begin(CA_RSA, "[endpoint default]\nunauthorised = refuse\n");
	put_usage_and_name(&attrs);
	ok(attribute_put(
	    &attrs, OID_CHALLENGE, DER_PRINTABLE, SPAN_LIT(""), e));
	expect_csr("empty challenge",
	    &(struct csr_shape){ .attrs = buf_span(&attrs) },
	    REFUSE_NO_CHALLENGE);

	buf_cut(&attrs, 0);
	put_usage_and_name(&attrs);
	put_challenge(&attrs);
	shape_csr(&c, &(struct csr_shape){ .attrs = buf_span(&attrs) }, &csr);
	content.content = buf_span(&csr);
	client_ask(&c, &h, &content, &msg);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	granted(&r);
	ok(cert_parse(buf_span(&r.cert), &v, e));
	ok(cert_extension(v.extensions, "2.5.29.15", &value, &critical, e));
	cr_expect(critical);
	cr_expect(span_eq(value, SPAN_LIT("\x03\x02\x05\xa0")));
	ok(cert_extension(v.extensions, "2.5.29.17", &value, NULL, e));
	cr_expect_not_null(
	    memmem(value.p, value.n, "webservers.example.com", 22));
	result_release(&r);
	buf_release(&attrs);
	buf_release(&csr);
	buf_release(&msg);
	end();
}
