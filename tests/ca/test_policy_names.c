/* policy_decide: subjects, to the octet (security.md T-20). */
#include <criterion/criterion.h>
#include <string.h>

#include "policy_case.h"

/* Subjects, and what comes of them; all that is granted is to the octet */
static const struct {
	const char *what;
	struct span name;
	enum refusal why;
} subjects[] = {
	{ "UTF8String",
	    BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c"
		  "\x03J\xc3\xb6"),
	    REFUSE_NONE },
	/* field note C12 */
	{ "T61String, as old Cisco has it",
	    BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x14\x03J\xf6r"),
	    REFUSE_NONE },
	{ "BMPString",
	    BYTES("\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x1e"
		  "\x04\0J\0\xf6"),
	    REFUSE_NONE },
	{ "PrintableString with what it cannot hold",
	    BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x13\x02_@"),
	    REFUSE_NONE },
	{ "NumericString",
	    BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x05"
		  "\x12\x02"
		  "42"),
	    REFUSE_NONE },
	/* field notes C12, D11 */
	{ "Cisco: CN, serialNumber and unstructuredName in one RDN",
	    BYTES("\x30\x2a\x31\x28\x30\x09\x06\x03\x55\x04\x03\x13\x02r1\x30"
		  "\x09\x06\x03\x55\x04\x05\x13\x02"
		  "42\x30\x10\x06\x09\x2a"
		  "\x86\x48\x86\xf7\x0d\x01\x09\x02\x16\x03r1."),
	    REFUSE_NONE },
	/* R090 */
	{ "empty", BYTES("\x30\x00"), REFUSE_SUBJECT },
	{ "NUL",
	    BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03"
		  "r\0"
		  "1"),
	    REFUSE_SUBJECT },
	{ "broken UTF-8",
	    BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03"
		  "\x0c\x02\xc3\x28"),
	    REFUSE_SUBJECT },
	{ "half a BMP character",
	    BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55"
		  "\x04\x03\x1e\x03\0r\0"),
	    REFUSE_SUBJECT },
	{ "an INTEGER",
	    BYTES("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x02"
		  "\x01\x01"),
	    REFUSE_SUBJECT },
	{ "empty RDN", BYTES("\x30\x02\x31\x00"), REFUSE_SUBJECT },
};

TEST_ROWS(policy_names, subjects, subjects)
{
	struct decision d;

	decide("rsa:2048", subjects[i].name, (struct span){ 0 },
	    &conf_default_profile, &d);
	cr_expect_eq(
	    d.why, subjects[i].why, "%s: %s", subjects[i].what, d.detail);
	if (d.why == REFUSE_NONE)
		cr_expect(span_eq(d.g.subject, subjects[i].name));
	decision_release(&d);
}

/* A name of `n` parts of `len` characters each */
static void long_name(struct buf *name, unsigned n, size_t len)
{
	struct buf list = { 0 }, attr = { 0 }, seq = { 0 }, text = { 0 };
	uint8_t *p;

	ok(buf_grow(&text, len, &p, e));
	memset(p, 'x', len);
	ok(der_put(&attr, DER_OID, SPAN_LIT("\x55\x04\x0b"), e));
	ok(der_put(&attr, DER_UTF8, buf_span(&text), e));
	ok(der_put(&seq, DER_SEQUENCE, buf_span(&attr), e));
	for (unsigned i = 0; i < n; i++)
		ok(der_put(&list, DER_SET, buf_span(&seq), e));
	ok(der_put(name, DER_SEQUENCE, buf_span(&list), e));
	buf_release(&list);
	buf_release(&attr);
	buf_release(&seq);
	buf_release(&text);
}

Test(policy_names, long_names)
{
	static const struct {
		unsigned n;
		size_t len;
		enum refusal why;
	} rows[] = {
		{ 1, 4096, REFUSE_NONE },
		{ 32, 100, REFUSE_NONE },
		{ 33, 1, REFUSE_SUBJECT },
		{ 1, 8160, REFUSE_NONE },
		{ 1, 8192, REFUSE_SUBJECT },
	};
	struct buf name = { 0 };
	struct decision d;

	for (size_t i = 0; i < COUNT(rows); i++) {
		long_name(&name, rows[i].n, rows[i].len);
		decide("rsa:2048", buf_span(&name), (struct span){ 0 },
		    &conf_default_profile, &d);
		cr_expect_eq(d.why, rows[i].why, "row %zu: %s", i, d.detail);
		decision_release(&d);
		buf_release(&name);
	}
}

/* Field note D10: no subject but a name elsewhere */
Test(policy_names, empty_subject_with_names)
{
	struct buf list = { 0 };
	struct decision d;

	ok(extension_put(&list, SAN, false, SPAN_LIT("\x30\x04\x82\x02r1"), e));
	decide("rsa:2048", SPAN_LIT("\x30\x00"), buf_span(&list),
	    &conf_default_profile, &d);
	cr_expect_eq(d.why, REFUSE_NONE, "%s", d.detail);
	decision_release(&d);
	buf_release(&list);
}

/* T-20: a challenge for one name brings no other in by the back door */
Test(policy_names, names_that_follow)
{
	static const struct {
		struct span san;
		bool follows;
	} rows[] = {
		{ { NULL, 0 }, true },
		{ BYTES("\x30\x04\x82\x02r1"), true },
		{ BYTES("\x30\x04\x82\x02R1"), true },
		{ BYTES("\x30\x08\x82\x02r1\x82\x02r1"), true },
		{ BYTES("\x30\x08\x82\x02r1\x82\x02r2"), false },
		{ BYTES("\x30\x05\x82\x03r1."), false },
		{ BYTES("\x30\x04\x81\x02r1"), false },
		{ BYTES("\x30\x06\x87\x04\xc0\x00\x02\x01"), false },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct grantable g = { .subject = plain_name,
			.san = rows[i].san };

		cr_expect_eq(policy_san_follows(&g, g.subject), rows[i].follows,
		    "row %zu", i);
	}
}
