/*
 * T-20, R119: a challenge for CN=r1.branch.example yields that name and nothing
 * else, whatever the request holds; so, in their way, do CN=*.branch.example
 * and dns:*.branch.example.  What is refused uses nothing up.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "attribute.h"
#include "name_match.h"
#include "scene.h"
#include "shape.h"
#include "world.h"

#define HOST "r1.branch.example"
#define CN "\x55\x04\x03"
#define OU "\x55\x04\x0b"
#define O "\x55\x04\x0a"
#define SERIAL "\x55\x04\x05"
#define EMAIL "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"
#define UNSTRUCTURED "\x2a\x86\x48\x86\xf7\x0d\x01\x09\x02"
#define DC "\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"
#define SAN_OID "2.5.29.17"

/* A GeneralName of a text that is as long as HOST, 17 octets. */
#define SAN_OF(tag, text) BYTES("\x30\x13" tag "\x11" text)
#define SAN_HOST SAN_OF("\x82", HOST)

enum { NOBODY = 0, EXACT = 1, STAR = 2, DNS = 4 };

#define EXACT_NAME "CN=" HOST
static const char *const bindings[] = { EXACT_NAME, "CN=*.branch.example",
	"dns:*.branch.example" };

struct part {
	const char *oid;
	const char *text;
	uint8_t tag; /* UTF8String */
	bool joined; /* to the RDN before it */
	uint8_t n;   /* of text, with a NUL in it */
};

static const struct row {
	const char *what;
	struct part parts[3];
	struct span san;
	unsigned for_whom; /* which of the bindings grants it */
} rows[] = {
	{ "the name", { { CN, HOST, 0, false, 0 } }, { 0 }, EXACT | STAR },
	{ "with itself as SAN", { { CN, HOST, 0, false, 0 } }, SAN_HOST,
	    EXACT | STAR | DNS },
	/* RFC 5280, 7.1: one name, however it is spelt */
	{ "PrintableString", { { CN, HOST, DER_PRINTABLE, false, 0 } }, { 0 },
	    EXACT | STAR },
	{ "T61String", { { CN, HOST, DER_T61, false, 0 } }, { 0 },
	    EXACT | STAR },
	{ "BMPString", { { CN, HOST, DER_BMP, false, 0 } }, { 0 },
	    EXACT | STAR },
	{ "UniversalString", { { CN, HOST, DER_UNIVERSAL, false, 0 } }, { 0 },
	    EXACT | STAR },
	{ "upper case", { { CN, "R1.Branch.EXAMPLE", 0, false, 0 } }, { 0 },
	    EXACT | STAR },
	{ "upper case in the SAN", { { CN, HOST, 0, false, 0 } },
	    SAN_OF("\x82", "R1.Branch.EXAMPLE"), EXACT | STAR | DNS },
	/* the names next to it */
	{ "another CN", { { CN, "r2.branch.example", 0, false, 0 } }, { 0 },
	    STAR },
	{ "another CN and SAN", { { CN, "r2.branch.example", 0, false, 0 } },
	    SAN_OF("\x82", "r2.branch.example"), STAR | DNS },
	{ "a longer CN", { { CN, "x." HOST, 0, false, 0 } }, { 0 }, STAR },
	{ "a shorter CN", { { CN, "r1.branch.exampl", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "something behind", { { CN, HOST ".evil.org", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "the star empty", { { CN, ".branch.example", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "without what is starred", { { CN, "branch.example", 0, false, 0 } },
	    { 0 }, NOBODY },
	{ "the text of two RDNs", { { CN, HOST ",O=x", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "the pattern", { { CN, "*.branch.example", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "the pattern as SAN", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x12\x82\x10*.branch.example"), NOBODY },
	{ "a star within", { { CN, "r*.branch.example", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "an address", { { CN, "192.0.2.1", 0, false, 0 } }, { 0 }, NOBODY },
	/* what a reader does not see */
	{ "a blank behind", { { CN, HOST " ", 0, false, 0 } }, { 0 }, NOBODY },
	{ "a blank in front", { { CN, " " HOST, 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "a NUL behind", { { CN, HOST "\0", 0, false, 18 } }, { 0 }, NOBODY },
	{ "a NUL and another", { { CN, HOST "\0.evil.org", 0, false, 27 } },
	    { 0 }, NOBODY },
	{ "a NUL in front", { { CN, "\0" HOST, 0, false, 18 } }, { 0 },
	    NOBODY },
	{ "a line feed", { { CN, "a\nb.branch.example", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "text that turns", { { CN, "a\u202eb.branch.example", 0, false, 0 } },
	    { 0 }, NOBODY },
	{ "a C1 control",
	    { { CN,
		"a\xc2\x85"
		"b.branch.example",
		0, false, 0 } },
	    { 0 }, NOBODY },
	{ "a Cyrillic letter",
	    { { CN, "r1.br\u0430nch.example", 0, false, 0 } }, { 0 }, NOBODY },
	{ "fullwidth letters",
	    { { CN, "\uff521.branch.exampl\uff45", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "broken UTF-8", { { CN, "r1\xff.branch.example", 0, false, 0 } },
	    { 0 }, NOBODY },
	{ "half a BMP character",
	    { { CN, "r1.branch.exampl", 0x1e, false, 15 } }, { 0 }, NOBODY },
	{ "no string at all", { { CN, HOST, DER_OCTET_STRING, false, 0 } },
	    { 0 }, NOBODY },
	{ "an empty CN", { { CN, "", 0, false, 0 } }, { 0 }, NOBODY },
	/* more of a name, or less */
	{ "a second CN",
	    { { CN, HOST, 0, false, 0 },
		{ CN, "r2.branch.example", 0, false, 0 } },
	    { 0 }, NOBODY },
	{ "a second CN in front",
	    { { CN, "admin", 0, false, 0 }, { CN, HOST, 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "the same CN twice",
	    { { CN, HOST, 0, false, 0 }, { CN, HOST, 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "a second CN in the RDN",
	    { { CN, "evil", 0, false, 0 }, { CN, HOST, 0, true, 0 } }, { 0 },
	    NOBODY },
	{ "O in the RDN", { { CN, HOST, 0, false, 0 }, { O, "x", 0, true, 0 } },
	    { 0 }, NOBODY },
	{ "O added", { { CN, HOST, 0, false, 0 }, { O, "x", 0, false, 0 } },
	    { 0 }, NOBODY },
	{ "OU in front",
	    { { OU, "x", 0, false, 0 }, { CN, HOST, 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "CN as OU", { { OU, HOST, 0, false, 0 } }, { 0 }, NOBODY },
	{ "CN as OU, and OU as CN",
	    { { OU, HOST, 0, false, 0 }, { CN, "x", 0, false, 0 } }, { 0 },
	    NOBODY },
	{ "serialNumber",
	    { { CN, HOST, 0, false, 0 },
		{ SERIAL, "42", DER_PRINTABLE, false, 0 } },
	    { 0 }, NOBODY },
	{ "unstructuredName",
	    { { CN, HOST, 0, false, 0 },
		{ UNSTRUCTURED, HOST, DER_IA5, true, 0 } },
	    { 0 }, NOBODY },
	{ "emailAddress",
	    { { CN, HOST, 0, false, 0 },
		{ EMAIL, "root@a.example", DER_IA5, false, 0 } },
	    { 0 }, NOBODY },
	{ "domain components",
	    { { DC, "example", DER_IA5, false, 0 },
		{ DC, "branch", DER_IA5, false, 0 },
		{ CN, "r1", 0, false, 0 } },
	    { 0 }, NOBODY },
	{ "nothing", { { 0 } }, { 0 }, NOBODY },
	{ "nothing but the SAN", { { 0 } }, SAN_HOST, DNS },
	/* alternative names, of every kind */
	{ "another DNS name", { { CN, HOST, 0, false, 0 } },
	    SAN_OF("\x82", "r2.branch.example"), DNS },
	{ "the right and another", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x1f\x82\x11" HOST "\x82\x0a"
		  "evil.or.at"),
	    NOBODY },
	{ "a DNS name elsewhere", { { CN, HOST, 0, false, 0 } },
	    SAN_OF("\x82", "www.branch.exampl"), NOBODY },
	{ "a dot behind", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x14\x82\x12" HOST "."), NOBODY },
	{ "a dot too many", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x14\x82\x12r1..branch.example"), NOBODY },
	{ "a NUL in a DNS name", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x1d\x82\x1b" HOST "\0.evil.org"), NOBODY },
	{ "a slash in a DNS name", { { CN, HOST, 0, false, 0 } },
	    SAN_OF("\x82", "a/.branch.example"), NOBODY },
	{ "an address as SAN", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x06\x87\x04\xc0\x00\x02\x01"), NOBODY },
	{ "an IPv6 address", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x12\x87\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	    NOBODY },
	{ "e-mail of that text", { { CN, HOST, 0, false, 0 } },
	    SAN_OF("\x81", HOST), NOBODY },
	{ "a URI of that text", { { CN, HOST, 0, false, 0 } },
	    SAN_OF("\x86", HOST), NOBODY },
	{ "a UPN of that text", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x23\xa0\x21\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02"
		  "\x03\xa0\x13\x0c\x11" HOST),
	    NOBODY },
	{ "the name and a URI", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x1c\x82\x11" HOST "\x86\x07http://"), NOBODY },
	{ "a directoryName", { { CN, HOST, 0, false, 0 } },
	    BYTES("\x30\x11\xa4\x0f\x30\x0d\x31\x0b\x30\x09\x06\x03" CN
		  "\x0c\x02r1"),
	    NOBODY },
	{ "an empty SAN", { { CN, HOST, 0, false, 0 } }, BYTES("\x30\x00"),
	    NOBODY },
};

/* ---- requests ---- */

static void put_text(const struct part *p, struct buf *out)
{
	size_t n = p->n != 0 ? p->n : strlen(p->text), width = 1;
	uint8_t tag = p->tag != 0 ? p->tag : DER_UTF8;
	struct buf text = { 0 };

	if (p->n == 0 && (tag == DER_BMP || tag == DER_UNIVERSAL))
		width = tag == DER_BMP ? 2 : 4;
	for (size_t i = 0; i < n; i++) {
		ok(buf_put(&text,
		    (struct span){ (const uint8_t *)"\0\0\0", width - 1 }, e));
		ok(buf_put(&text,
		    (struct span){ (const uint8_t *)p->text + i, 1 }, e));
	}
	ok(der_put(out, tag, buf_span(&text), e));
	buf_release(&text);
}

static void put_subject(const struct part *parts, struct buf *name)
{
	struct buf rdns = { 0 }, set = { 0 }, atv = { 0 };

	for (size_t i = 0; i < 3 && parts[i].oid != NULL; i++) {
		buf_cut(&atv, 0);
		ok(der_put(&atv, DER_OID, span_str(parts[i].oid), e));
		put_text(&parts[i], &atv);
		ok(der_put(&set, DER_SEQUENCE, buf_span(&atv), e));
		if (i + 1 < 3 && parts[i + 1].joined)
			continue;
		ok(der_put_set_of(&rdns, buf_span(&set), e));
		buf_cut(&set, 0);
	}
	ok(der_put(name, DER_SEQUENCE, buf_span(&rdns), e));
	buf_release(&atv);
	buf_release(&set);
	buf_release(&rdns);
}

/* What is in the certificate is what was asked for, to the octet. */
static void check_cert(const struct row *row, struct span subject,
    const struct result *r, const char *binding)
{
	struct span list, value, san = { 0 };
	struct buf want = { 0 };
	char oid[EXTENSION_OID_MAX];
	struct cert_view v;
	bool critical, same;

	ok(cert_parse(buf_span(&r->cert), &v, e));
	cr_expect(span_eq(v.subject, subject), "%s: %s", binding, row->what);
	list = v.extensions;
	while (list.n > 0) {
		ok(extension_next(&list, oid, &value, &critical, e));
		if (strcmp(oid, SAN_OID) == 0)
			san = value;
	}
	cr_expect(span_eq(san, row->san), "%s: %s", binding, row->what);
	if (strcmp(binding, bindings[0]) != 0)
		return;
	ok(name_parse(binding, &want, e));
	ok(name_same(v.subject, buf_span(&want), &same, e));
	cr_expect(same, "%s: %s", binding, row->what);
	buf_release(&want);
}

static void bound_to(const char *name, char value[CHALLENGE_TEXT_SIZE + 1])
{
	const struct challenge_spec spec = { .uses = (int32_t)COUNT(rows) + 1,
		.for_name = name };

	ca_home_challenge(&h, &spec, value);
}

/* One device asks for many names, which is not what is tested here (T-22). */
#define ANY_KEY "[profile default]\nkey_reuse = allow\n"

static void try_row(const struct row *row, unsigned b, const char *value)
{
	struct buf subject = { 0 }, extensions = { 0 };
	struct ask q = { .challenge = value, .trans_id = row->what };
	int32_t used = world_uses(&h, value);
	bool wanted = (row->for_whom & 1U << b) != 0;
	struct result r;

	put_subject(row->parts, &subject);
	q.subject = buf_span(&subject);
	if (row->san.n != 0)
		ok(extension_put(&extensions, SAN_OID, false, row->san, e));
	q.extensions = buf_span(&extensions);
	client_enrol(&c, &h, &q, &r);
	cr_expect_eq(r.answer.status, wanted ? SCEP_SUCCESS : SCEP_FAILURE,
	    "%s: %s: %s: %s", bindings[b], row->what,
	    refusal_entry(r.ev.refusal)->code, r.ev.detail);
	if (r.answer.status == SCEP_SUCCESS)
		check_cert(row, buf_span(&subject), &r, bindings[b]);
	cr_expect_eq(world_uses(&h, value), used + wanted, "%s: %s",
	    bindings[b], row->what);
	result_release(&r);
	buf_release(&extensions);
	buf_release(&subject);
}

ParameterizedTestParameters(bound, crafted)
{
	static size_t idx[COUNT(bindings)];

	for (size_t n = 0; n < COUNT(idx); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, COUNT(idx));
}

ParameterizedTest(size_t *b, bound, crafted)
{
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct row last;

	begin(CA_RSA_RA, ANY_KEY);
	cr_assert_geq(COUNT(rows), 40);
	bound_to(bindings[*b], value);
	for (size_t i = 0; i < COUNT(rows); i++)
		try_row(&rows[i], (unsigned)*b, value);
	last = rows[1];
	last.what = "after all that";
	try_row(&last, (unsigned)*b, value);
	end();
}

/* A CN of 64 KiB */
Test(bound, long_name)
{
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct buf name = { 0 }, text = { 0 }, atv = { 0 }, seq = { 0 },
		   set = { 0 };
	struct result r;
	uint8_t *p;

	begin(CA_RSA_RA, ANY_KEY);
	bound_to(bindings[1], value);
	ok(buf_grow(&text, 65536, &p, e));
	memset(p, 'a', text.n);
	memcpy(p + text.n - 15, ".branch.example", 15);
	ok(der_put(&atv, DER_OID, SPAN_LIT(CN), e));
	ok(der_put(&atv, DER_UTF8, buf_span(&text), e));
	ok(der_put(&seq, DER_SEQUENCE, buf_span(&atv), e));
	ok(der_put(&set, DER_SET, buf_span(&seq), e));
	ok(der_put(&name, DER_SEQUENCE, buf_span(&set), e));
	client_enrol(&c, &h,
	    &(struct ask){ .challenge = value, .subject = buf_span(&name) },
	    &r);
	cr_expect_eq(r.answer.status, SCEP_FAILURE);
	cr_expect_eq(r.ev.refusal, REFUSE_CHALLENGE_NAME, "%s",
	    refusal_entry(r.ev.refusal)->code);
	cr_expect_eq(world_uses(&h, value), 0);
	result_release(&r);
	buf_release(&name);
	buf_release(&text);
	buf_release(&atv);
	buf_release(&seq);
	buf_release(&set);
	end();
}

/* T-24: two lists of extensions, the one that is looked at and another */
Test(bound, two_extension_requests)
{
	static const char *const oids[] = { "1.2.840.113549.1.9.14",
		"1.3.6.1.4.1.311.2.1.14", "2.16.840.1.113733.1.9.8" };
	static const struct span sans[] = { SAN_HOST,
		SAN_OF("\x82", "r2.branch.example") };
	char value[CHALLENGE_TEXT_SIZE + 1];

	begin(CA_RSA_RA, ANY_KEY);
	bound_to(bindings[0], value);
	client_release(&c);
	client_make(&c, "dev1", "rsa:2048", bindings[0]);
	for (size_t i = 0; i < COUNT(oids) * COUNT(oids); i++) {
		struct buf csr = { 0 }, attrs = { 0 }, ext = { 0 };
		struct result r;

		ok(attribute_put(&attrs, "1.2.840.113549.1.9.7", DER_PRINTABLE,
		    span_str(value), e));
		for (size_t k = 0; k < 2; k++) {
			buf_cut(&ext, 0);
			ok(extension_put(&ext, SAN_OID, false, sans[k], e));
			ok(attribute_put(&attrs,
			    oids[k == 0 ? i / COUNT(oids) : i % COUNT(oids)],
			    DER_SEQUENCE, buf_span(&ext), e));
		}
		shape_csr(
		    &c, &(struct csr_shape){ .attrs = buf_span(&attrs) }, &csr);
		client_enrol(
		    &c, &h, &(struct ask){ .content = buf_span(&csr) }, &r);
		cr_expect_eq(r.answer.status, SCEP_FAILURE, "%zu", i);
		cr_expect_eq(world_uses(&h, value), 0);
		result_release(&r);
		buf_release(&csr);
		buf_release(&attrs);
		buf_release(&ext);
	}
	end();
}

/* ---- endpoint, transaction, profile ---- */

static void expect(
    const char *value, const char *trans_id, enum refusal why, const char *what)
{
	struct result r;

	client_enrol(&c, &h,
	    &(struct ask){ .challenge = value, .trans_id = trans_id }, &r);
	cr_expect_eq(r.ev.refusal, why, "%s: %s", what,
	    refusal_entry(r.ev.refusal)->code);
	if (why != REFUSE_NONE) {
		cr_expect_str_eq(result_text(&r), "not authorised");
		cr_expect_str_eq(r.ev.alert.what, "challenge-misused");
		cr_expect_eq(world_uses(&h, value), 0, "%s", what);
	} else {
		cr_expect_null(r.ev.alert.what);
	}
	result_release(&r);
}

/* R069, and what an endpoint is for */
Test(bound, endpoint_and_transaction)
{
	const struct challenge_spec there = { .uses = 1, .endpoint = "old" };
	const struct challenge_spec here = { .uses = 1, .trans_id = "eui-42" };
	char value[CHALLENGE_TEXT_SIZE + 1];

	begin(CA_RSA_RA, "[endpoint old]\n");
	ca_home_challenge(&h, &there, value);
	expect(value, "a", REFUSE_CHALLENGE_ENDPOINT, "default");
	ca_home_open(&h, "old");
	expect(value, "b", REFUSE_NONE, "old");

	ca_home_challenge(&h, &here, value);
	expect(value, "eui-43", REFUSE_CHALLENGE_TRANSACTION, "another");
	expect(value, "eui-4", REFUSE_CHALLENGE_TRANSACTION, "shorter");
	expect(value, "EUI-42", REFUSE_CHALLENGE_TRANSACTION, "upper case");
	expect(value, "eui-42", REFUSE_NONE, "the right one");
	end();
}

/*
 * T-20: a profile that takes the common name from an alternative name does not
 * make that name one of the challenge's.
 */
Test(bound, derived_name)
{
	const struct challenge_spec spec = { .uses = 1,
		.for_name = "serialNumber=123" };
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct buf subject = { 0 }, extensions = { 0 };
	struct ask q = { .challenge = value };
	struct result r;

	begin(CA_RSA_RA, "[profile default]\nsubject_derived = CN:dns\n");
	ca_home_challenge(&h, &spec, value);
	ok(name_parse("serialNumber=123", &subject, e));
	ok(extension_put(&extensions, SAN_OID, false,
	    SPAN_LIT("\x30\x0a\x82\x08"
		     "admin.ex"),
	    e));
	q.subject = buf_span(&subject);
	q.extensions = buf_span(&extensions);
	client_enrol(&c, &h, &q, &r);
	cr_expect_eq(
	    r.ev.refusal, REFUSE_SAN, "%s", refusal_entry(r.ev.refusal)->code);
	cr_expect_eq(world_uses(&h, value), 0);
	result_release(&r);
	buf_release(&subject);
	buf_release(&extensions);
	end();
}

/* R119: the certificate is what the challenge's profile says, not the URL's. */
Test(bound, profile)
{
	const struct challenge_spec spec = { .uses = 1, .profile = "router" };
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct stored_cert cert;
	struct cert_view v;
	struct result r;

	begin(CA_RSA_RA, "[profile router]\ndays = 3\n");
	ca_home_challenge(&h, &spec, value);
	client_enrol(&c, &h, &(struct ask){ .challenge = value }, &r);
	granted(&r);
	ok(cert_parse(buf_span(&r.cert), &v, e));
	cr_expect_eq(v.not_after, TEST_NOW + 3 * 86400);
	ok(store_cert_find(h.ca->store, &r.ev.serial, &cert, e));
	cr_expect_str_eq(cert.profile, "router");
	cr_expect_str_eq(cert.rule, "challenge");
	stored_cert_release(&cert);
	/* T-21: and so is the one that it is renewed by, at this URL, too */
	client_adopt(&c, NULL, buf_span(&r.cert));
	result_release(&r);
	client_enrol(&c, &h, &(struct ask){ .type = 17, .trans_id = "t2" }, &r);
	granted(&r);
	ok(cert_parse(buf_span(&r.cert), &v, e));
	cr_expect_eq(v.not_after, TEST_NOW + 3 * 86400);
	result_release(&r);
	end();
}
