/* ber.h: R058, T-30. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ber.h"
#include "rows.h"

static const struct {
	const char *name;
	const char *in;	 /* hex */
	const char *out; /* hex; NULL: refused */
} rows[] = {
	{ "DER is copied", "3003020101", "3003020101" },
	{ "odd lengths without BER inside are kept", "308103020101",
	    "308103020101" },
	{ "indefinite sequence", "30800201010000", "3003020101" },
	{ "indefinite in indefinite",
	    "3080a0800201010000"
	    "0000",
	    "3005a003020101" },
	{ "definite around indefinite",
	    "300730800201010000"
	    "",
	    "3005"
	    "3003020101" },
	{ "constructed string", "24060401aa0401bb", "0402aabb" },
	{ "constructed string, indefinite", "24800401aa0401bb0000",
	    "0402aabb" },
	{ "string in string",
	    "24802404"
	    "0402aabb"
	    "0401cc"
	    "0000",
	    "0403aabbcc" },
	{ "empty constructed string", "24800000", "0400" },
	{ "context string in pieces is left to its reader",
	    "a0800401aa0401bb0000", "a0060401aa0401bb" },
	{ "length that shrinks from three octets", "3083000003020101",
	    "3083000003020101" },
	{ "the same around BER", "308300000730800201010000", "30053003020101" },
	{ "bytes behind are left out", "3003020101ffff", "3003020101" },
	{ "end of contents missing", "3080020101", NULL },
	{ "half an end of contents", "308002010100", NULL },
	{ "primitive of indefinite length", "0480aa0000", NULL },
	{ "an INTEGER inside a string", "2403020101", NULL },
	{ "longer than input", "3004020101", NULL },
	{ "child longer than parent", "30030204010203", NULL },
	{ "long tag", "1f810000", NULL },
	{ "huge length", "3089010000000000000000", NULL },
	{ "length of eight octets", "3088ffffffffffffffff", NULL },
	{ "nothing", "", NULL },
};

TEST_ROWS(ber, table, rows)
{
	struct buf in = { 0 }, out = { 0 }, want = { 0 };
	int rc;

	cr_assert_eq(hex_get(&in, span_str(rows[i].in), NULL), 0);
	rc = ber_to_der(buf_span(&in), &der_limits, &out, NULL);
	if (rows[i].out == NULL) {
		cr_expect_eq(rc, -1, "%s", rows[i].name);
		cr_expect_eq(out.n, 0);
	} else {
		cr_assert_eq(hex_get(&want, span_str(rows[i].out), NULL), 0);
		cr_expect_eq(rc, 0, "%s", rows[i].name);
		cr_expect(span_eq(buf_span(&out), buf_span(&want)), "%s",
		    rows[i].name);
	}
	buf_release(&in);
	buf_release(&out);
	buf_release(&want);
}

/* `depth` nested indefinite elements of one tag. */
static void nest(struct buf *out, uint8_t tag, unsigned depth)
{
	const uint8_t open[] = { tag, 0x80 }, close[] = { 0, 0 };

	for (unsigned i = 0; i < depth; i++)
		cr_assert_eq(buf_put(out, (struct span){ open, 2 }, NULL), 0);
	for (unsigned i = 0; i < depth; i++)
		cr_assert_eq(buf_put(out, (struct span){ close, 2 }, NULL), 0);
}

/* R058, T-30: nested constructed strings to the limit and one more. */
Test(ber, depth)
{
	static const uint8_t tags[] = { 0x30, 0x24, 0xa0 };

	for (size_t i = 0; i < COUNT(tags); i++) {
		struct buf in = { 0 }, out = { 0 };

		nest(&in, tags[i], 16);
		cr_expect_eq(
		    ber_to_der(buf_span(&in), &der_limits, &out, NULL), 0);
		buf_cut(&in, 0);
		buf_cut(&out, 0);
		nest(&in, tags[i], 17);
		cr_expect_eq(
		    ber_to_der(buf_span(&in), &der_limits, &out, NULL), -1);
		buf_release(&in);
		buf_release(&out);
	}
}

/* T-30: a wide one. */
Test(ber, elements)
{
	struct buf in = { 0 }, out = { 0 };

	cr_assert_eq(buf_put(&in, SPAN_LIT("\x30\x80"), NULL), 0);
	for (unsigned i = 0; i < der_limits.elements - 1; i++)
		cr_assert_eq(buf_put(&in, SPAN_LIT("\x02\x00"), NULL), 0);
	cr_assert_eq(buf_put(&in, SPAN_LIT("\x00\x00"), NULL), 0);
	cr_expect_eq(ber_to_der(buf_span(&in), &der_limits, &out, NULL), 0);
	buf_cut(&in, in.n - 2);
	buf_cut(&out, 0);
	cr_assert_eq(buf_put(&in, SPAN_LIT("\x02\x00\x00\x00"), NULL), 0);
	cr_expect_eq(ber_to_der(buf_span(&in), &der_limits, &out, NULL), -1);
	buf_release(&in);
	buf_release(&out);
}

/*
 * A random tree, written at once as DER and as some BER form of it: indefinite
 * lengths and strings in pieces, chosen by lot.
 */
static void grow(struct buf *der, struct buf *ber, unsigned depth)
{
	struct buf d = { 0 }, b = { 0 };
	bool string = depth == 0 || rand() % 3 == 0;
	uint8_t octets[40], tag = rand() % 2 == 0 ? 0x30 : 0xa1;
	size_t n = (size_t)(rand() % 40);

	if (string) {
		for (size_t i = 0; i < n; i++)
			octets[i] = (uint8_t)rand();
		cr_assert_eq(der_put(der, DER_OCTET_STRING,
				 (struct span){ octets, n }, NULL),
		    0);
		if (rand() % 2 == 0) {
			cr_assert_eq(der_put(ber, DER_OCTET_STRING,
					 (struct span){ octets, n }, NULL),
			    0);
			return;
		}
		for (size_t at = 0, k; at < n; at += k) {
			k = 1 + (size_t)rand() % (n - at);
			cr_assert_eq(der_put(&b, DER_OCTET_STRING,
					 (struct span){ octets + at, k }, NULL),
			    0);
		}
		tag = 0x24;
	} else {
		for (int k = rand() % 5; k > 0; k--)
			grow(&d, &b, depth - 1);
		cr_assert_eq(der_put(der, tag, buf_span(&d), NULL), 0);
	}
	if (rand() % 2 == 0) {
		cr_assert_eq(der_put(ber, tag, buf_span(&b), NULL), 0);
	} else {
		const uint8_t open[] = { tag, 0x80 };

		cr_assert_eq(buf_put(ber, (struct span){ open, 2 }, NULL), 0);
		cr_assert_eq(buf_put(ber, buf_span(&b), NULL), 0);
		cr_assert_eq(buf_put(ber, SPAN_LIT("\x00\x00"), NULL), 0);
	}
	buf_release(&d);
	buf_release(&b);
}

Test(ber, random_forms_come_back_byte_for_byte)
{
	srand(20);
	for (int i = 0; i < 5000; i++) {
		struct buf der = { 0 }, ber = { 0 }, out = { 0 };
		struct err e;

		grow(&der, &ber, 6);
		if (ber_to_der(buf_span(&ber), &der_limits, &out, &e) == 0)
			cr_assert(span_eq(buf_span(&out), buf_span(&der)));
		else /* only a tree over the limits may be refused */
			cr_assert(strstr(e.text, "over") != NULL ||
			    strstr(e.text, "deeper") != NULL);
		buf_release(&der);
		buf_release(&ber);
		buf_release(&out);
	}
}
