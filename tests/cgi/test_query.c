/*
 * test_query.c - the query string, and what clients make of base64 in it.
 */
#include <stdio.h>

#include "query.h"
#include "rows.h"

static void expect_bytes(const struct buf *b, const char *want, const char *row)
{
	struct span s = span_str(want);

	cr_expect(span_eq(buf_span(b), s), "%s: got \"%.*s\"", row, (int)b->n,
	    (const char *)b->p);
}

/* R011, R023: order, case, escapes, strangers, repetitions */
static const struct {
	const char *query;
	int rc;
	const char *operation, *message; /* NULL: not there */
} splits[] = {
	{ "", 0, NULL, NULL },
	{ "operation=GetCACaps", 0, "GetCACaps", NULL },
	{ "operation=GetCACert&message=0", 0, "GetCACert", "0" },
	{ "message=MIA=&operation=PKIOperation", 0, "PKIOperation", "MIA=" },
	{ "OPERATION=x&Message=y", 0, "x", "y" },
	{ "%6fperation=x&m%45ssage=y", 0, "x", "y" },
	{ "operation", 0, "", NULL },
	{ "operation=", 0, "", NULL },
	{ "operation=a&message=", 0, "a", "" },
	{ "&&operation=a&&", 0, "a", NULL },
	{ "x=1&operation=a&operations=b&peration=c", 0, "a", NULL },
	{ "%zz=1&operation=a&%", 0, "a", NULL },
	{ "=operation&operation=a", 0, "a", NULL },
	{ "operation=a=b", 0, "a=b", NULL },
	{ "operation=a;message=b", 0, "a;message=b", NULL },
	{ "operation=a&operation=a", -1, NULL, NULL },
	{ "operation=a&Operation=b", -1, NULL, NULL },
	{ "operation=a&%4fperation=b", -1, NULL, NULL },
	{ "message=a&operation=b&message=", -1, NULL, NULL },
};

static void expect_span(
    bool has, struct span got, const char *want, const char *row)
{
	cr_expect_eq(has, want != NULL, "%s", row);
	if (want != NULL)
		cr_expect(span_eq(got, span_str(want)), "%s: \"%.*s\"", row,
		    (int)got.n, (const char *)got.p);
}

TEST_ROWS(query, split, splits)
{
	const char *row = splits[i].query;
	struct query u = { 0 };
	struct err e;

	cr_assert_eq(
	    query_split(span_str(row), &u, &e), splits[i].rc, "%s", row);
	expect_span(u.has_operation, u.operation, splits[i].operation, row);
	expect_span(u.has_message, u.message, splits[i].message, row);
	if (splits[i].rc != 0)
		cr_expect_eq(e.kind, ERR_INPUT, "%s", row);
}

static const struct {
	const char *raw, *want; /* NULL: refused */
} decodes[] = {
	{ "", "" },
	{ "abc", "abc" },
	{ "%41%42", "AB" },
	{ "a%2Bb%2fc%3D", "a+b/c=" },
	{ "a+b", "a+b" },
	{ "%252B", "%2B" },
	{ "%", NULL },
	{ "%4", NULL },
	{ "ab%4", NULL },
	{ "%g1", NULL },
	{ "%1g", NULL },
	{ "% 1", NULL },
	{ "%-1", NULL },
};

TEST_ROWS(query, decode, decodes)
{
	const char *raw = decodes[i].raw, *want = decodes[i].want;
	struct buf out = { 0 };
	struct err e;

	cr_assert_eq(buf_put(&out, SPAN_LIT("<"), &e), 0);
	cr_expect_eq(query_decode(span_str(raw), &out, &e),
	    want != NULL ? 0 : -1, "%s", raw);
	cr_expect_eq(out.p[0], '<', "%s: what was there stays", raw);
	memmove(out.p, out.p + 1, --out.n);
	expect_bytes(&out, want != NULL ? want : "", raw);
	buf_release(&out);
}

static const struct {
	const char *raw, *word;
	bool want;
} words[] = {
	{ "GetCACaps", "GetCACaps", true },
	{ "getcacaps", "GetCACaps", true },
	{ "GETCAC%41PS", "GetCACaps", true },
	{ "GetCACap", "GetCACaps", false },
	{ "GetCACapsx", "GetCACaps", false },
	{ "GetCACaps%00", "GetCACaps", false },
	{ "GetCACaps ", "GetCACaps", false },
	{ "%00", "", false },
	{ "", "GetCACaps", false },
	{ "GetCAC%4", "GetCACaps", false },
	{ "GetC\xc1"
	  "Caps",
	    "GetCACaps", false },
};

TEST_ROWS(query, is, words)
{
	cr_expect_eq(query_is(span_str(words[i].raw), words[i].word),
	    words[i].want, "%s", words[i].raw);
}

/*
 * R016, R017, R018, field notes A3, A4, A5, A7; RFC 4648, 10 has the first
 * seven.
 */
static const struct {
	const char *raw, *want; /* NULL: refused */
} messages[] = {
	{ "", "" }, { "Zg%3D%3D", "f" }, { "Zm8%3D", "fo" }, { "Zm9v", "foo" },
	{ "Zm9vYg==", "foob" }, { "Zm9vYmE=", "fooba" },
	{ "Zm9vYmFy", "foobar" },
	{ "Zm9v%0AYmFy%0A", "foobar" }, /* sscep, strongSwan, IOS */
	{ "Zm9v%0D%0AYmFy%0D%0A", "foobar" }, { "%0AZm%099vYmFy", "foobar" },
	{ "fn5%2BPz8%2F", "~~~???" },
	{ "fn5+Pz8/", "~~~???" },     /* macOS escapes only '=' */
	{ "fn5 Pz8/", "~~~???" },     /* '+' taken for a blank … */
	{ "fn5%20Pz8%2F", "~~~???" }, /* … and escaped again */
	{ "fn5-Pz8_", "~~~???" },     /* the alphabet for URLs */
	{ "Zg", "f" },		      /* without padding */
	{ "Zm8", "fo" }, { "Zm9vYg%253D%253D", "foob" }, /* escaped twice */
	{ "fn5%252BPz8%252F", "~~~???" }, { "Zm9vYg==%0A", "foob" },
	{ "Zm9vYg=%0A=", "foob" }, { "Z", NULL }, /* six bits are no byte */
	{ "Zm9vY", NULL }, { "Zm9v=", NULL },	  /* padding of nothing */
	{ "Zm9vYg=", NULL }, { "Zm9vYg===", NULL }, { "Zm9vYmE==", NULL },
	{ "====", NULL }, { "=", NULL },
	{ "Zm9vYg==Zg==", NULL },		    /* two in one */
	{ "Zm9vY=g=", NULL }, { "Zm9vYh==", NULL }, /* bits that nobody sent */
	{ "Zm9vYmF=", NULL }, { "Zm9v!", NULL }, { "Zm9v%00", NULL },
	{ "Zm9v%C3%A4", NULL }, { "Zm9v%", NULL }, { "Zm9v%25", NULL },
	{ "%25252B", NULL }, /* twice is enough */
};

TEST_ROWS(query, message, messages)
{
	const char *raw = messages[i].raw, *want = messages[i].want;
	struct buf out = { 0 };
	struct err e;

	cr_expect_eq(query_message(span_str(raw), &out, &e),
	    want != NULL ? 0 : -1, "%s", raw);
	if (want == NULL)
		cr_expect_eq(e.kind, ERR_INPUT, "%s", raw);
	expect_bytes(&out, want != NULL ? want : "", raw);
	buf_release(&out);
}

/* Every byte value comes through both layers. */
Test(query, all_bytes)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf out = { 0 };
	struct err e;
	char text[5];

	for (unsigned c = 0; c < 256; c++) {
		snprintf(text, sizeof(text), "%c%c==", digits[c >> 2],
		    digits[(c & 3) << 4]);
		cr_assert_eq(base64_decode(span_str(text), &out, &e), 0);
		cr_expect_eq(out.n, 1);
		cr_expect_eq(out.p[0], c);
		buf_cut(&out, 0);
	}
	buf_release(&out);
}
