/* der.h: single elements, the structural check, text and times. */
#include <criterion/criterion.h>
#include <string.h>

#include "der.h"
#include "rows.h"

static const struct {
	const char *name;
	uint8_t in[8];
	size_t n;
	int want;
} next_rows[] = {
	{ "empty sequence", { 0x30, 0x00 }, 2, 0 },
	{ "one byte", { 0x30, 0x01, 0xaa }, 3, 0 },
	{ "bytes behind are left", { 0x30, 0x01, 0xaa, 0xbb }, 4, 0 },
	{ "nothing", { 0 }, 0, -1 },
	{ "tag alone", { 0x30 }, 1, -1 },
	{ "another tag", { 0x31, 0x00 }, 2, -1 },
	{ "longer than input", { 0x30, 0x02, 0xaa }, 3, -1 },
	{ "non-minimal length", { 0x30, 0x81, 0x01, 0xaa }, 4, -1 },
	{ "leading zero in length", { 0x30, 0x82, 0x00, 0x80 }, 4, -1 },
	{ "indefinite length", { 0x30, 0x80, 0x00, 0x00 }, 4, -1 },
	{ "length of five octets", { 0x30, 0x85, 1, 1, 1, 1, 1 }, 7, -1 },
	{ "length octets cut off", { 0x30, 0x82, 0x01 }, 3, -1 },
};

TEST_ROWS(der, next, next_rows)
{
	struct span in = { next_rows[i].in, next_rows[i].n }, body = { 0 };
	struct span before = in;
	struct err e;
	int rc = der_next(&in, 0x30, &body, &e);

	cr_expect_eq(rc, next_rows[i].want, "%s", next_rows[i].name);
	if (rc != 0) {
		cr_expect(in.p == before.p && in.n == before.n);
		cr_expect_eq(e.kind, ERR_INPUT);
	}
}

Test(der, long_tag_is_refused)
{
	const uint8_t in[] = { 0x1f, 0x81, 0x00, 0x00 };
	struct span s = { in, sizeof(in) };

	cr_expect_eq(der_any(&s, NULL, NULL, NULL, NULL), -1);
}

Test(der, put_is_read_back_at_every_length_form)
{
	static const size_t lengths[] = { 0, 1, 0x7f, 0x80, 0xff, 0x100, 0xffff,
		0x10000 };

	for (size_t i = 0; i < COUNT(lengths); i++) {
		struct buf body = { 0 }, out = { 0 };
		struct span in, back;
		uint8_t *at;

		cr_assert_eq(buf_grow(&body, lengths[i], &at, NULL), 0);
		cr_assert_eq(
		    der_put(&out, DER_SEQUENCE, buf_span(&body), NULL), 0);
		in = buf_span(&out);
		cr_assert_eq(der_next(&in, DER_SEQUENCE, &back, NULL), 0);
		cr_expect_eq(back.n, lengths[i]);
		cr_expect_eq(in.n, 0);
		buf_release(&body);
		buf_release(&out);
	}
}

/* T-30: nested `depth` deep, around an INTEGER. */
static void nest(struct buf *out, unsigned depth)
{
	struct buf inner = { 0 };

	cr_assert_eq(der_put(&inner, DER_INTEGER, SPAN_LIT("\x01"), NULL), 0);
	for (unsigned i = 1; i < depth; i++) {
		struct buf next = { 0 };

		cr_assert_eq(
		    der_put(&next, DER_SEQUENCE, buf_span(&inner), NULL), 0);
		buf_move(&inner, &next);
	}
	buf_move(out, &inner);
}

/* T-30, T-24: at the limit and one over it. */
Test(der, check_limits)
{
	const struct der_limits few = { .depth = 16, .elements = 3 };
	const uint8_t three[] = { 0x30, 4, 2, 0, 2, 0 };
	const uint8_t four[] = { 0x30, 6, 2, 0, 2, 0, 2, 0 };
	const uint8_t trailing[] = { 0x30, 0, 0 };
	const uint8_t overlap[] = { 0x30, 4, 0x30, 3, 2, 0 };
	struct buf deep = { 0 };

	nest(&deep, 16);
	cr_expect_eq(der_check(buf_span(&deep), &der_limits, NULL), 0);
	nest(&deep, 17);
	cr_expect_eq(der_check(buf_span(&deep), &der_limits, NULL), -1);
	buf_release(&deep);
	cr_expect_eq(
	    der_check((struct span){ three, sizeof(three) }, &few, NULL), 0);
	cr_expect_eq(
	    der_check((struct span){ four, sizeof(four) }, &few, NULL), -1);
	cr_expect_eq(der_check((struct span){ trailing, sizeof(trailing) },
			 &der_limits, NULL),
	    -1);
	cr_expect_eq(der_check((struct span){ overlap, sizeof(overlap) },
			 &der_limits, NULL),
	    -1);
	cr_expect_eq(der_check((struct span){ 0 }, &der_limits, NULL), -1);
}

/* Field note D8: a challenge may come in each of these. */
static const struct {
	const char *name;
	uint8_t tag;
	const char *in;
	size_t n;
	const char *want; /* NULL: refused */
} text_rows[] = {
	{ "printable", DER_PRINTABLE, "abc", 3, "abc" },
	{ "ia5", DER_IA5, "a@b", 3, "a@b" },
	{ "utf8", DER_UTF8, "M\xc3\xbcller", 7, "M\xc3\xbcller" },
	{ "t61 is latin-1", DER_T61, "M\xfcller", 6, "M\xc3\xbcller" },
	{ "bmp", DER_BMP, "\0M\0\xfc\x20\xac", 6, "M\xc3\xbc\xe2\x82\xac" },
	{ "universal", DER_UNIVERSAL, "\0\x01\xf6\0", 4, "\xf0\x9f\x98\x80" },
	{ "empty", DER_UTF8, "", 0, "" },
	{ "not text", DER_OCTET_STRING, "abc", 3, NULL },
	{ "nul", DER_UTF8, "a\0b", 3, NULL },
	{ "nul in printable", DER_PRINTABLE, "\0", 1, NULL },
	{ "half a bmp character", DER_BMP, "\0Mx", 3, NULL },
	{ "bmp surrogate", DER_BMP, "\xd8\x3d", 2, NULL },
	{ "beyond unicode", DER_UNIVERSAL, "\0\x11\0\0", 4, NULL },
	{ "utf8 cut off", DER_UTF8, "\xc3", 1, NULL },
	{ "utf8 overlong", DER_UTF8, "\xc0\x80", 2, NULL },
	{ "utf8 overlong of three", DER_UTF8, "\xe0\x80\xaf", 3, NULL },
	{ "utf8 surrogate", DER_UTF8, "\xed\xa0\x80", 3, NULL },
	{ "utf8 stray continuation", DER_UTF8, "\x80", 1, NULL },
	{ "utf8 lead f8", DER_UTF8, "\xf8\x88\x80\x80\x80", 5, NULL },
};

TEST_ROWS(der, text, text_rows)
{
	struct span in = { (const uint8_t *)text_rows[i].in, text_rows[i].n };
	struct buf out = { 0 };
	int rc = der_text(text_rows[i].tag, in, &out, NULL);

	if (text_rows[i].want == NULL) {
		cr_expect_eq(rc, -1, "%s", text_rows[i].name);
		cr_expect_eq(out.n, 0);
	} else {
		cr_expect_eq(rc, 0, "%s", text_rows[i].name);
		cr_expect(span_eq(buf_span(&out), span_str(text_rows[i].want)),
		    "%s", text_rows[i].name);
	}
	buf_release(&out);
}

/* RFC 5280, 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050. */
static const struct {
	int64_t t;
	uint8_t tag;
	const char *text;
} time_rows[] = {
	{ 0, DER_UTC_TIME, "700101000000Z" },
	{ 2524607999, DER_UTC_TIME, "491231235959Z" },
	{ 2524608000, DER_GENERALIZED_TIME, "20500101000000Z" },
	{ 253402300799, DER_GENERALIZED_TIME, "99991231235959Z" },
};

TEST_ROWS(der, time, time_rows)
{
	struct buf out = { 0 };
	struct span in, body;
	int64_t back;
	uint8_t tag;

	cr_assert_eq(der_put_time(&out, time_rows[i].t, NULL), 0);
	in = buf_span(&out);
	cr_assert_eq(der_any(&in, &tag, &body, NULL, NULL), 0);
	cr_expect_eq(tag, time_rows[i].tag);
	cr_expect(span_eq(body, span_str(time_rows[i].text)));
	cr_assert_eq(der_time(tag, body, &back, NULL), 0);
	cr_expect_eq(back, time_rows[i].t);
	buf_release(&out);
}

Test(der, times_that_are_none)
{
	static const char *const bad[] = { "", "700101000000", "7001010000Z",
		"701301000000Z", "700132000000Z", "700101240000Z",
		"7001010000x0Z", "700101000000+" };
	int64_t t;

	for (size_t i = 0; i < COUNT(bad); i++)
		cr_expect_eq(der_time(DER_UTC_TIME, span_str(bad[i]), &t, NULL),
		    -1, "%s", bad[i]);
	cr_expect_eq(der_put_time(&(struct buf){ 0 }, INT64_MAX, NULL), -1);
}

/* X.690, 8.19: a find of fuzzing, which only GnuTLS minded, too late. */
Test(der, oids)
{
	cr_expect(is_oid(SPAN_LIT("\x55\x04\x03")));
	cr_expect(is_oid(SPAN_LIT("\x2a\x86\x48\x86\xf7\x0d")));
	cr_expect_not(is_oid((struct span){ 0 }), "empty");
	cr_expect_not(is_oid(SPAN_LIT("\x55\x80\x06")), "not shortest");
	cr_expect_not(is_oid(SPAN_LIT("\x80")), "not shortest");
	cr_expect_not(is_oid(SPAN_LIT("\x55\x84")), "cut off");
	cr_expect_not(
	    is_oid(SPAN_LIT("\x55\x84\x84\x84\x84\x84\x84\x84\x84\x04")),
	    "an arc of 63 bits");
}
