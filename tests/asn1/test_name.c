/* Names as text and back: cert.h's name_text and name_parse.  T-48. */
#include <criterion/criterion.h>
#include <string.h>

#include "cert.h"

/* RFC 4514 text, and the DER that it stands for. */
static const struct {
	const char *text, *der; /* hex; NULL: refused */
} rows[] = {
	{ "CN=r1",
	    "300d310b300906035504031302"
	    "7231" },
	{ "cn = r1 ",
	    "300d310b300906035504031302"
	    "7231" },
	{ "2.5.4.3=r1",
	    "300d310b300906035504031302"
	    "7231" },
	{ "CN=r1,O=x", /* the last RDN is written first */
	    "3019310a3008060355040a130178310b300906035504031302"
	    "7231" },
	{ "CN=r1, O=x",
	    "3019310a3008060355040a130178310b300906035504031302"
	    "7231" },
	{ "O=x+CN=r1", /* one RDN of two, in DER order */
	    "301731153008060355040a130178300906035504031302"
	    "7231" },
	{ "CN=a\\,b",
	    "300e310c300a060355040313"
	    "03612c62" },
	{ "CN=a\\2Cb",
	    "300e310c300a060355040313"
	    "03612c62" },
	{ "CN=\\C3\\A4",
	    "300d310b3009060355040"
	    "30c02c3a4" },
	{ "CN=\xc3\xa4",
	    "300d310b3009060355040"
	    "30c02c3a4" },
	{ "CN=\\ a\\ ",
	    "300e310c300a060355040313"
	    "03206120" },
	{ "CN=#0c0161", "300c310a300806035504030c0161" },
	{ "unstructuredName=r1",
	    "3013311130"
	    "0f06092a864886f70d0109021602"
	    "7231" },
	{ "", NULL },
	{ "r1", NULL },
	{ "=r1", NULL },
	{ "CN=", NULL },
	{ "CN=a,", NULL },
	{ "CN=a+", NULL },
	{ ",CN=a", NULL },
	{ "XX=a", NULL },
	{ "1.2.x=a", NULL },
	{ "2=a", NULL },
	{ "2.=a", NULL },
	{ ".2.5=a", NULL },
	{ "3.1=a", NULL },
	{ "1.40=a", NULL },
	{ "2.05.4.3=a", NULL },
	{ "2.5.99999999999=a", NULL },
	{ "CN=a;b", NULL },
	{ "CN=a\\", NULL },
	{ "CN=a\\q", NULL },
	{ "CN=\\00", NULL },
	{ "CN=\\ff", NULL },
	{ "CN=#0c02", NULL },
	{ "CN=#0c0161ff", NULL },
	{ "CN=#xy", NULL },
};

Test(name, parse)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf name = { 0 }, hex = { 0 };
		int rc = name_parse(rows[i].text, &name, NULL);

		cr_expect_eq(
		    rc, rows[i].der == NULL ? -1 : 0, "%s", rows[i].text);
		cr_assert_eq(hex_put(&hex, buf_span(&name), NULL), 0);
		if (rows[i].der != NULL)
			cr_expect(
			    span_eq(buf_span(&hex), span_str(rows[i].der)),
			    "%s: %.*s", rows[i].text, (int)hex.n,
			    (char *)hex.p);
		else
			cr_expect_eq(name.n, 0);
		buf_release(&name);
		buf_release(&hex);
	}
}

Test(name, parts_are_counted)
{
	char text[33 * 5 + 1] = "";
	struct buf name = { 0 };

	for (int i = 0; i < 32; i++)
		strcat(text, i == 0 ? "CN=a" : ",CN=a");
	cr_expect_eq(name_parse(text, &name, NULL), 0);
	strcat(text, ",CN=a");
	cr_expect_eq(name_parse(text, &name, NULL), -1);
	buf_release(&name);
}

/*
 * What name_text prints, name_parse reads: a name in a log can be used.  (The
 * type of a string is not in the text.)
 */
Test(name, there_and_back)
{
	static const char *const texts[] = { "CN=r1", "CN=r1,O=Lab,C=DE",
		"CN=M\xc3\xbcller,O=Lab", "CN=a\\,b\\+c\\=d", "CN=\\#a\\ ",
		"O=x+CN=r1,C=DE", "serialNumber=7+CN=r1",
		"unstructuredName=r1.example,CN=r1", "EMAIL=a@example.org",
		"CN=a\\0Ab", "CN=\\E2\\80\\AEabc" };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct buf name = { 0 }, text = { 0 }, again = { 0 };
		struct err e;

		cr_assert_eq(name_parse(texts[i], &name, &e), 0, "%s", e.text);
		cr_assert_eq(name_text(buf_span(&name), &text, NULL), 0);
		cr_assert_eq(buf_put(&text, SPAN_LIT("\0"), NULL), 0);
		cr_assert_eq(name_parse((char *)text.p, &again, &e), 0,
		    "%s: %s", (char *)text.p, e.text);
		cr_expect(span_eq(buf_span(&name), buf_span(&again)), "%s: %s",
		    texts[i], (char *)text.p);
		buf_release(&name);
		buf_release(&text);
		buf_release(&again);
	}
}

/* Names of devices as people want to see them. */
Test(name, text)
{
	static const struct {
		const char *der, *text;
	} shown[] = {
		{ "3000", "" },
		{ "300d310b300906035504030c027231", "CN=r1" },
		/* unstructuredName, an IA5String, which Cisco IOS sends */
		{ "30133111300f06092a864886f70d01090216027231",
		    "unstructuredName=r1" },
		/* T61String, read as Latin-1 */
		{ "300d310b3009060355040314024dfc", "CN=M\xc3\xbc" },
		{ "300c310a300806035504030c0123", "CN=\\#" },
		{ "300d310b300906035504030c022061", "CN=\\ a" },
		{ "300d310b300906035504030c026120", "CN=a\\ " },
		/* a value that is no text, a type that nobody knows */
		{ "300c310a30080603550403020100", "CN=#020100" },
		{ "300b3109300706022a03"
		  "0c0161",
		    "1.2.3=#0c0161" },
	};

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		struct buf der = { 0 }, text = { 0 };

		cr_assert_eq(hex_get(&der, span_str(shown[i].der), NULL), 0);
		cr_assert_eq(name_text(buf_span(&der), &text, NULL), 0);
		cr_expect(span_eq(buf_span(&text), span_str(shown[i].text)),
		    "%s: %.*s", shown[i].text, (int)text.n, (char *)text.p);
		buf_release(&der);
		buf_release(&text);
	}
}

/* A terminal sees no control, no direction mark, whatever a name holds. */
Test(name, text_is_printable)
{
	struct buf der = { 0 }, text = { 0 };

	/* CN = a, newline, escape, RIGHT-TO-LEFT OVERRIDE, b */
	cr_assert_eq(
	    hex_get(&der, SPAN_LIT("30123110300e06035504030c07610a1be280ae62"),
		NULL),
	    0);
	cr_assert_eq(name_text(buf_span(&der), &text, NULL), 0);
	for (size_t i = 0; i < text.n; i++)
		cr_expect(text.p[i] >= 0x20 && text.p[i] < 0x7f);
	buf_cut(&text, 0);
	cr_assert_eq(name_text(SPAN_LIT("no name"), &text, NULL), 0);
	cr_expect(span_eq(buf_span(&text), SPAN_LIT("#6e6f206e616d65")));
	buf_release(&der);
	buf_release(&text);
}
