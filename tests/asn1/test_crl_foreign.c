/* crl.h: lists that others make (RFC 5280, 5), octet by octet. */
#include "crl.h"
#include "rows.h"

#define NOW 1767225600 /* 2026-01-01 */

#define BYTES(s)                                    \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}
#define ALG "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02"
#define OTHER "\x30\x0a\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03"
#define NAME "\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1"
#define TIME       \
	"\x17\x0d" \
	"260101000000Z"
#define REST NAME TIME
#define NUMBER "\x06\x03\x55\x1d\x14\x04"

/* A list with the contents `tbs`, read. */
static int parse(
    struct span tbs, struct buf *der, struct crl_view *v, struct err *e)
{
	struct buf in = { 0 };

	der_put(&in, DER_SEQUENCE, tbs, NULL);
	buf_put(&in, SPAN_LIT(ALG "\x03\x02\x00\x55"), NULL);
	der_put(der, DER_SEQUENCE, buf_span(&in), NULL);
	buf_release(&in);
	return crl_parse(buf_span(der), v, e);
}

/* Version 1 with its bare fields, a number of 9 octets. */
static const struct {
	const char *name;
	struct span tbs; /* contents */
	int rc;
	int64_t number;
} odd[] = {
	{ "version 1", BYTES(ALG REST), 0, -1 },
	{ "version 3", BYTES("\x02\x01\x02" ALG REST), -1, 0 },
	{ "two algorithms", BYTES(OTHER REST), -1, 0 },
	{ "no date", BYTES(ALG NAME), -1, 0 },
	{ "something behind", BYTES(ALG REST "\x05\x00"), -1, 0 },
	{ "number of 6 octets",
	    BYTES("\x02\x01\x01" ALG REST "\xa0\x13\x30\x11\x30\x0f" NUMBER
		  "\x08\x02\x06\x01\x02\x03\x04\x05\x06"),
	    0, 0x010203040506 },
	{ "number of 9 octets",
	    BYTES("\x02\x01\x01" ALG REST "\xa0\x16\x30\x14\x30\x12" NUMBER
		  "\x0b\x02\x09\x01\x02\x03\x04\x05\x06\x07\x08\x09"),
	    0, -1 },
	{ "number twice",
	    BYTES("\x02\x01\x01" ALG REST "\xa0\x1a\x30\x18"
		  "\x30\x0a" NUMBER "\x03\x02\x01\x01"
		  "\x30\x0a" NUMBER "\x03\x02\x01\x01"),
	    -1, 0 },
};

TEST_ROWS(crl_foreign, odd_ones_are_read, odd)
{
	struct buf der = { 0 };
	struct crl_view v;
	struct err e = { 0 };

	cr_assert_eq(parse(odd[i].tbs, &der, &v, &e), odd[i].rc, "%s: %s",
	    odd[i].name, e.text);
	if (odd[i].rc == 0) {
		cr_expect_eq(v.number, odd[i].number, "%s", odd[i].name);
		cr_expect_eq(v.next_update, 0);
		cr_expect_eq(v.this_update, NOW);
	}
	buf_release(&der);
}

#define FULL(EXT_LENGTH, LENGTH) \
	"\x02\x01\x01" ALG REST "\xa0" EXT_LENGTH "\x30" LENGTH
#define ENTRY(LIST_LENGTH, LENGTH)                               \
	"\x02\x01\x01" ALG REST "\x30" LIST_LENGTH "\x30" LENGTH \
	"\x02\x01\x05" TIME

/* RFC 5280, 5.2 and 5.3: what makes a list one of a part, and what does not. */
static const struct {
	const char *name;
	struct span tbs; /* contents */
	bool full;
} scopes[] = {
	{ "no extension", BYTES(ALG REST), true },
	{ "critical number",
	    BYTES(FULL("\x11", "\x0f") "\x30\x0d\x06\x03\x55\x1d\x14"
				       "\x01\x01\xff\x04\x03\x02\x01"
				       "\x01"),
	    true },
	{ "unknown",
	    BYTES(FULL("\x0d", "\x0b") "\x30\x09\x06\x03\x55\x1d\x63"
				       "\x04\x02\x05\x00"),
	    true },
	{ "unknown, critical",
	    BYTES(FULL("\x10", "\x0e") "\x30\x0c\x06\x03\x55\x1d\x63"
				       "\x01\x01\xff\x04\x02\x05"
				       "\x00"),
	    false },
	{ "distribution point",
	    BYTES(FULL("\x0d", "\x0b") "\x30\x09\x06\x03\x55\x1d\x1c"
				       "\x04\x02\x30\x00"),
	    false },
	{ "delta",
	    BYTES(FULL("\x0e", "\x0c") "\x30\x0a\x06\x03\x55\x1d\x1b"
				       "\x04\x03\x02\x01\x01"),
	    false },
	{ "entry", BYTES(ENTRY("\x14", "\x12")), true },
	{ "entry with a reason, critical",
	    BYTES(ENTRY("\x25", "\x23") "\x30\x0f\x30\x0d\x06\x03"
					"\x55\x1d\x15\x01\x01\xff"
					"\x04\x03\x0a\x01\x01"),
	    true },
	{ "certificateIssuer",
	    BYTES(ENTRY("\x24", "\x22") "\x30\x0e\x30\x0c\x06\x03"
					"\x55\x1d\x1d\x01\x01\xff"
					"\x04\x02\x30\x00"),
	    false },
};

TEST_ROWS(crl_foreign, full_or_partial, scopes)
{
	struct buf der = { 0 };
	struct crl_view v;
	struct err e = { 0 };

	cr_assert_eq(parse(scopes[i].tbs, &der, &v, &e), 0, "%s: %s",
	    scopes[i].name, e.text);
	cr_expect_eq(crl_is_full(&v), scopes[i].full, "%s", scopes[i].name);
	buf_release(&der);
}
