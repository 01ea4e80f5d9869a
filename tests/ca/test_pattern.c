/* Patterns: for one value, for alternative names, for whole names. */
#include <criterion/criterion.h>
#include <string.h>
#include <time.h>

#include "ca_home.h"
#include "name_pattern.h"

/* A * is one or more characters, and nothing else means anything. */
Test(pattern, stars)
{
	static const struct {
		const char *pattern;
		struct span text;
		bool exact, folded;
	} rows[] = {
		{ "a", BYTES("a"), true, true },
		{ "a", BYTES("A"), false, true },
		{ "A", BYTES("a"), false, true },
		{ "a", BYTES("ab"), false, false },
		{ "ab", BYTES("a"), false, false },
		{ "a", BYTES(""), false, false },
		{ "", BYTES(""), false, false },
		{ "*", BYTES(""), false, false },
		{ "*", BYTES("a"), true, true },
		{ "*", BYTES("abc"), true, true },
		{ "*", BYTES("*"), false, false },
		{ "a*", BYTES("a"), false, false },
		{ "a*", BYTES("ab"), true, true },
		{ "*a", BYTES("a"), false, false },
		{ "*a", BYTES("aa"), true, true },
		{ "*a", BYTES("ab"), false, false },
		{ "a*a", BYTES("aa"), false, false },
		{ "a*a", BYTES("aaa"), true, true },
		{ "a*b*c", BYTES("abc"), false, false },
		{ "a*b*c", BYTES("a-b-c"), true, true },
		{ "a*b*c", BYTES("a-b-b-c"), true, true },
		{ "a*b*c", BYTES("a-c-b"), false, false },
		{ "*ab", BYTES("abab"), true, true },
		{ "*ab*", BYTES("abab"), false, false },
		{ "*ab*", BYTES("ababx"), true, true },
		{ "a.b", BYTES("axb"), false, false },
		{ "[ab]?", BYTES("ax"), false, false },
		{ "a", BYTES("a\0"), false, false },
		{ "a*", BYTES("a\0b"), true, true }, /* bytes are bytes */
		{ "k", BYTES("\xe2\x84\xaa"), false, false }, /* kelvin sign */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_expect_eq(pattern_match(rows[i].pattern, rows[i].text),
		    rows[i].exact, "row %zu: %s", i, rows[i].pattern);
		cr_expect_eq(
		    pattern_match_folded(rows[i].pattern, rows[i].text),
		    rows[i].folded, "row %zu: %s", i, rows[i].pattern);
	}
}

/* Nothing is tried twice: what takes others for ever takes no time here. */
Test(pattern, no_blow_up, .timeout = 20)
{
	char pattern[PATTERN_MAX + 2] = "", text[PATTERN_TEXT_MAX + 1];

	while (strlen(pattern) < PATTERN_MAX - 3)
		strcat(pattern, "a*");
	strcat(pattern, "b");
	memset(text, 'a', sizeof(text));
	for (int i = 0; i < 10000; i++)
		cr_assert_not(pattern_match_folded(pattern,
		    (struct span){ (uint8_t *)text, PATTERN_TEXT_MAX }));
	text[PATTERN_TEXT_MAX - 1] = 'b';
	cr_expect(pattern_match(
	    pattern, (struct span){ (uint8_t *)text, PATTERN_TEXT_MAX }));
	/* longer than the longest */
	cr_expect_not(
	    pattern_match("*", (struct span){ (uint8_t *)text, sizeof(text) }));
	memset(pattern, 'a', PATTERN_MAX + 1);
	pattern[PATTERN_MAX + 1] = '\0';
	cr_expect_not(pattern_match(
	    pattern, (struct span){ (uint8_t *)text, PATTERN_MAX + 1 }));
}

Test(pattern, alternative_names)
{
	static const struct {
		enum san_kind kind;
		const char *pattern;
		struct span value;
		bool match;
	} rows[] = {
		{ SAN_DNS, "*.example.org", BYTES("r1.example.org"), true },
		{ SAN_DNS, "*.example.org", BYTES("a.r1.Example.ORG"), true },
		{ SAN_DNS, "*.example.org", BYTES("example.org"), false },
		{ SAN_DNS, "*.example.org", BYTES(".example.org"), false },
		{ SAN_DNS, "*.example.org", BYTES("r1.example.org."), false },
		{ SAN_DNS, "*.example.org", BYTES("*.example.org"), false },
		{ SAN_DNS, "*.example.org", BYTES("a b.example.org"), false },
		{ SAN_DNS, "*.example.org", BYTES("a\0.example.org"), false },
		{ SAN_DNS, "*.example.org", BYTES("a..example.org"), false },
		{ SAN_DNS, "*.example.org", BYTES("\xc3\xa4.example.org"),
		    false },
		{ SAN_DNS, "*", BYTES("r1."), false },
		{ SAN_DNS, "*", BYTES(""), false },
		{ SAN_EMAIL, "*@example.org", BYTES("a@example.org"), true },
		{ SAN_EMAIL, "*@example.org", BYTES("a@EXAMPLE.org"), true },
		{ SAN_EMAIL, "Root@example.org", BYTES("root@example.org"),
		    false },
		{ SAN_EMAIL, "*@example.org", BYTES("@example.org"), false },
		{ SAN_EMAIL, "*@example.org", BYTES("a@evil@example.org"),
		    false },
		{ SAN_EMAIL, "*@example.org", BYTES("a@x.example.org"), false },
		{ SAN_EMAIL, "*@*.example.org", BYTES("a@x.example.org"),
		    true },
		{ SAN_EMAIL, "*@example.org", BYTES("a b@example.org"), false },
		{ SAN_EMAIL, "*@example.org", BYTES("\xc3\xa4@example.org"),
		    false },
		{ SAN_EMAIL, "*@example.org", BYTES("example.org"), false },
		{ SAN_UPN, "*@corp.example", BYTES("\xc3\xa4@Corp.example"),
		    true },
		{ SAN_UPN, "*@corp.example", BYTES("a\n@corp.example"), false },
		{ SAN_UPN, "a*@corp.example", BYTES("admin@corp.example"),
		    true },
		{ SAN_UPN, "a*@corp.example", BYTES("Admin@corp.example"),
		    false },
		{ SAN_URI, "urn:x:*", BYTES("urn:x:42"), true },
		{ SAN_URI, "urn:x:*", BYTES("URN:x:42"), false },
		{ SAN_URI, "urn:x:*", BYTES("urn:x:"), false },
		{ SAN_URI, "urn:x:*", BYTES("urn:x:a b"), false },
		{ SAN_IP, "192.0.2.1", BYTES("\xc0\0\2\1"), true },
		{ SAN_IP, "192.0.2.1", BYTES("\xc0\0\2\2"), false },
		{ SAN_IP, "192.0.2.0/24", BYTES("\xc0\0\2\xff"), true },
		{ SAN_IP, "192.0.2.0/24", BYTES("\xc0\0\3\0"), false },
		{ SAN_IP, "192.0.2.128/25", BYTES("\xc0\0\2\x7f"), false },
		{ SAN_IP, "192.0.2.128/25", BYTES("\xc0\0\2\x80"), true },
		{ SAN_IP, "0.0.0.0/0", BYTES("\1\2\3\4"), true },
		{ SAN_IP, "0.0.0.0/0", BYTES("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
		    false },
		{ SAN_IP, "2001:db8::/33",
		    BYTES("\x20\1\xd\xb8\x7f\0\0\0\0\0\0\0\0\0\0\1"), true },
		{ SAN_IP, "2001:db8::/33",
		    BYTES("\x20\1\xd\xb8\x80\0\0\0\0\0\0\0\0\0\0\1"), false },
		{ SAN_IP, "192.0.2.0/24", BYTES("\xc0\0\2"), false },
		{ SAN_IP, "192.0.2.0/24", BYTES(""), false },
	};
	struct err e;

	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_expect_eq(
		    san_pattern_check(rows[i].kind, rows[i].pattern, &e), 0,
		    "%s: %s", rows[i].pattern, e.text);
		cr_expect_eq(san_pattern_match(
				 rows[i].kind, rows[i].pattern, rows[i].value),
		    rows[i].match, "row %zu: %s", i, rows[i].pattern);
	}
	cr_expect(san_pattern_match_text(
	    SAN_IP, "192.0.2.0/24", SPAN_LIT("192.0.2.9")));
	cr_expect_not(san_pattern_match_text(
	    SAN_IP, "192.0.2.0/24", SPAN_LIT("192.0.2.9\0")));
	cr_expect_not(san_pattern_match_text(
	    SAN_IP, "192.0.2.0/24", SPAN_LIT("\xc0\0\2\1")));
}

Test(pattern, what_is_none)
{
	static const struct {
		enum san_kind kind;
		const char *pattern;
	} rows[] = {
		{ SAN_DNS, "" },
		{ SAN_DNS, "a**b" },
		{ SAN_DNS, "a b" },
		{ SAN_DNS, ".a" },
		{ SAN_DNS, "a." },
		{ SAN_DNS, "a..b" },
		{ SAN_DNS, "\xc3\xa4" },
		{ SAN_EMAIL, "a" },
		{ SAN_EMAIL, "@a" },
		{ SAN_EMAIL, "a@" },
		{ SAN_EMAIL, "a@b@c" },
		{ SAN_UPN, "*" },
		{ SAN_URI, "a b" },
		{ SAN_IP, "*" },
		{ SAN_IP, "10.0.0.1/8" },
		{ SAN_IP, "10.0.0.0/33" },
		{ SAN_IP, "10.0.0.0/" },
		{ SAN_IP, "10.0.0.0/8x" },
		{ SAN_IP, "10.0.0.0/-1" },
		{ SAN_IP, "10.0.0.0/ 8" },
		{ SAN_IP, "10.0.0" },
		{ SAN_IP, "2001:db8::1/64" },
		{ SAN_IP, "2001:db8::/129" },
	};
	struct err e;

	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_expect_eq(
		    san_pattern_check(rows[i].kind, rows[i].pattern, &e), -1,
		    "%s", rows[i].pattern);
		cr_expect_eq(e.kind, ERR_INPUT);
	}
}

static bool matches(const char *pattern, const char *subject)
{
	struct buf normal = { 0 }, name = { 0 };
	bool match;

	ok(name_pattern_parse(pattern, &normal, e));
	ok(buf_put(&normal, (struct span){ (const uint8_t *)"", 1 }, e));
	ok(name_parse(subject, &name, e));
	ok(name_pattern_subject(
	    (const char *)normal.p, buf_span(&name), &match, e));
	buf_release(&normal);
	buf_release(&name);
	return match;
}

Test(pattern, names)
{
	static const struct {
		const char *pattern, *subject;
		bool match;
	} rows[] = {
		{ "CN=*.b.example", "CN=r1.b.example", true },
		{ "cn = *.b.example , o = X", "CN=r1.b.example,O=x", true },
		{ "CN=*.b.example,O=X", "O=X,CN=r1.b.example", false },
		{ "CN=*.b.example,O=*", "CN=r1.b.example,O=any", true },
		{ "CN=*,O=*", "CN=a", false },
		{ "CN=*", "CN=a,O=b", false },
		{ "CN=*", "CN=a+O=b", false },
		{ "CN=*+serialNumber=*", "CN=a+serialNumber=1", true },
		{ "serialNumber=*+CN=*", "CN=a+serialNumber=1", true },
		{ "CN=*+serialNumber=*", "CN=a+CN=b", false },
		{ "CN=*+serialNumber=*", "CN=a,serialNumber=1", false },
		{ "CN=a\\,O=x", "CN=a\\,O=x", true },
		{ "CN=a\\,O=x", "CN=a,O=x", false },
		{ "CN=M\xc3\xbcller", "CN=M\xc3\xbcller", true },
		{ "CN=M\xc3\xbcller", "CN=M\xc3\x9cller", false },
		{ "1.2.3.4=x*", "1.2.3.4=xy", true },
		{ "1.2.3.4=x*", "1.2.3.5=xy", false },
		{ "dns:*.b.example", "CN=r1.b.example", true },
		{ "dns:*.b.example", "CN=r1.b.example,O=x", false },
		{ "dns:*.b.example", "CN=other.example", false },
		{ "ip:192.0.2.0/24", "CN=192.0.2.7", true },
		{ "ip:192.0.2.0/24", "CN=192.0.3.7", false },
		{ "email:*@b.example", "CN=a@b.example", true },
		{ "upn:*@b.example", "CN=a@b.example", true },
		{ "uri:urn:x:*", "CN=urn:x:1", true },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(matches(rows[i].pattern, rows[i].subject),
		    rows[i].match, "%s: %s", rows[i].pattern, rows[i].subject);
}

/* A list of alternative names must be whole, and all of it of one kind. */
Test(pattern, lists_of_names)
{
	static const struct {
		struct span san;
		bool match;
	} rows[] = {
		{ BYTES("\x30\x05\x82\x03"
			"a.b"),
		    true },
		{ BYTES("\x30\x0a\x82\x03"
			"a.b\x82\x03"
			"c.b"),
		    true },
		{ BYTES("\x30\x0a\x82\x03"
			"a.b\x82\x03"
			"c.c"),
		    false },
		{ BYTES("\x30\x0a\x82\x03"
			"a.b\x86\x03"
			"a.b"),
		    false },
		{ BYTES("\x30\x00"), false },
		{ BYTES(""), false },
		{ BYTES("\x30\x05\x82\x04"
			"a.b"),
		    false },
		{ BYTES("\x30\x05\x82\x03"
			"a.b\0"),
		    false },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		cr_expect_eq(name_pattern_san("dns:*.b", rows[i].san),
		    rows[i].match, "row %zu", i);
	cr_expect_not(name_pattern_san("CN=a.b", rows[0].san));
}
