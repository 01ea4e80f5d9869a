/*
 * T-24: requests made to get past a reader, and names made to be misread.  A
 * table of crafted CSRs, each refused (by the reader, by its signature, or by
 * policy) or granted as exactly what is said here; and whatever of it is told
 * to people can be printed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy_case.h"
#include "tree.h"

#define CN(n, len, tag, text) \
	"\x31" n "\x30" len "\x06\x03\x55\x04\x03" tag text
#define R1 "\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1"
#define R2 "\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02r2"
#define ORG "\x31\x0a\x30\x08\x06\x03\x55\x04\x0a\x0c\x01o"

/* What is asked for, beside what a plain request has. */
struct craft {
	struct span rdns;	/* of the subject; empty: CN=r1 */
	struct span attributes; /* Attributes, whole */
	struct span version;	/* contents; empty: 0 */
	struct span behind;	/* bytes behind the request */
	bool long_length;    /* the outermost in a form that is not minimal */
	bool big_name;	     /* 10 KiB of CN */
	bool big_san;	     /* and of a dNSName */
	bool unsigned_twice; /* its signature is over something else */
};

#define REQUEST(oid, len, all) "\x30" all "\x06" oid "\x31" len
#define PKCS9 "\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x0e"
#define MICROSOFT "\x0a\x2b\x06\x01\x04\x01\x82\x37\x02\x01\x0e"
#define CHALLENGE "\x09\x2a\x86\x48\x86\xf7\x0d\x01\x09\x07"
/* extensionRequest of a DNS name r1 / r2 */
#define SAN_R1 "\x30\x0d\x06\x03\x55\x1d\x11\x04\x06\x30\x04\x82\x02r1"
#define SAN_R2 "\x30\x0d\x06\x03\x55\x1d\x11\x04\x06\x30\x04\x82\x02r2"
#define ASK_R1 REQUEST(PKCS9, "\x11", "\x1e") "\x30\x0f" SAN_R1
#define ASK_R2 REQUEST(PKCS9, "\x11", "\x1e") "\x30\x0f" SAN_R2
#define ASK_R1_MS REQUEST(MICROSOFT, "\x11", "\x1f") "\x30\x0f" SAN_R1
#define ASK_BOTH \
	REQUEST(PKCS9, "\x22", "\x2f") "\x30\x0f" SAN_R1 "\x30\x0f" SAN_R2
#define ASK_TWICE REQUEST(PKCS9, "\x20", "\x2d") "\x30\x1e" SAN_R1 SAN_R2
#define PASSWORD                           \
	REQUEST(CHALLENGE, "\x06", "\x13") \
	"\x0c\x04"                         \
	"pass"
#define PASSWORD_2                         \
	REQUEST(CHALLENGE, "\x06", "\x13") \
	"\x0c\x04"                         \
	"word"
#define PASSWORDS                          \
	REQUEST(CHALLENGE, "\x0c", "\x19") \
	"\x0c\x04"                         \
	"pass"                             \
	"\x0c\x04"                         \
	"word"
#define NOTHING REQUEST(PKCS9, "\x02", "\x0f") "\x30\x00"

enum stage { GRANTED, UNREADABLE, UNPROVEN, REFUSED };

static const struct {
	const char *what;
	struct craft craft;
	enum stage stage;
	const char *text; /* granted: the subject; refused: in the detail */
	const char *san;  /* granted: the GeneralNames' contents, or NULL */
} crafted[] = {
	{ "plain", { .version = { 0 } }, GRANTED, "CN=r1", NULL },
	/* attributes */
	{ "one name asked for", { .attributes = BYTES(ASK_R1) }, GRANTED,
	    "CN=r1", "\x82\x02r1" },
	{ "with the old OID", { .attributes = BYTES(ASK_R1_MS) }, GRANTED,
	    "CN=r1", "\x82\x02r1" },
	{ "extensionRequest twice", { .attributes = BYTES(ASK_R1 ASK_R2) },
	    UNREADABLE, "", NULL },
	{ "the very same twice", { .attributes = BYTES(ASK_R1 ASK_R1) },
	    UNREADABLE, "", NULL },
	{ "both OIDs", { .attributes = BYTES(ASK_R1_MS ASK_R2) }, UNREADABLE,
	    "", NULL },
	{ "two values", { .attributes = BYTES(ASK_BOTH) }, UNREADABLE, "",
	    NULL },
	{ "one extension twice", { .attributes = BYTES(ASK_TWICE) }, REFUSED,
	    "extension 2.5.29.17 is there twice", NULL },
	{ "no extension", { .attributes = BYTES(NOTHING) }, GRANTED, "CN=r1",
	    NULL },
	{ "challenge twice", { .attributes = BYTES(PASSWORD PASSWORD_2) },
	    UNREADABLE, "", NULL },
	{ "two challenges in one", { .attributes = BYTES(PASSWORDS) },
	    UNREADABLE, "", NULL },
	/* DER wants the shorter one first; nothing depends on it (T-24) */
	{ "attributes unsorted", { .attributes = BYTES(ASK_R1 PASSWORD) },
	    GRANTED, "CN=r1", "\x82\x02r1" },
	{ "attributes sorted", { .attributes = BYTES(PASSWORD ASK_R1) },
	    GRANTED, "CN=r1", "\x82\x02r1" },
	{ "an attribute that is none", { .attributes = BYTES("\x02\x01\x01") },
	    UNREADABLE, "", NULL },
	/* the request as a whole */
	{ "version 7", { .version = BYTES("\x07") }, GRANTED, "CN=r1", NULL },
	{ "version 2, as macOS", { .version = BYTES("\x02") }, GRANTED, "CN=r1",
	    NULL },
	{ "version -1", { .version = BYTES("\xff") }, GRANTED, "CN=r1", NULL },
	/* nobody looks at it: macOS has 2 (D6) */
	{ "version not minimal", { .version = BYTES("\0\0") }, GRANTED, "CN=r1",
	    NULL },
	{ "garbage behind it", { .behind = BYTES("\0") }, UNREADABLE, "",
	    NULL },
	{ "another request behind it", { .behind = BYTES("\x30\x00") },
	    UNREADABLE, "", NULL },
	{ "length not minimal", { .long_length = true }, UNREADABLE, "", NULL },
	{ "signature over something else", { .unsigned_twice = true }, UNPROVEN,
	    "", NULL },
	/* subjects: several common names */
	{ "a second CN", { .rdns = BYTES(R1 R2) }, GRANTED, "CN=r2,CN=r1",
	    NULL },
	{ "the CN in another RDN", { .rdns = BYTES(ORG R1) }, GRANTED,
	    "CN=r1,O=o", NULL },
	{ "two CN in one RDN",
	    { .rdns = BYTES("\x31\x16\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1"
			    "\x30\x09\x06\x03\x55\x04\x03\x0c\x02r2") },
	    GRANTED, "CN=r1+CN=r2", NULL },
	{ "RDN not sorted",
	    { .rdns = BYTES("\x31\x15\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1"
			    "\x30\x08\x06\x03\x55\x04\x0a\x0c\x01o") },
	    GRANTED, "CN=r1+O=o", NULL },
	/* characters */
	{ "NUL", { .rdns = BYTES(CN("\x0c", "\x0a", "\x0c", "\x03r\0x")) },
	    REFUSED, "the value of CN is no character string, or one with NUL",
	    NULL },
	{ "NUL of BMP",
	    { .rdns = BYTES(CN("\x0d", "\x0b", "\x1e", "\x04\0r\0\0")) },
	    REFUSED, "NUL", NULL },
	{ "line end", { .rdns = BYTES(CN("\x0c", "\x0a", "\x0c", "\x03r\nx")) },
	    REFUSED, "control", NULL },
	{ "escape", { .rdns = BYTES(CN("\x0c", "\x0a", "\x13", "\x03r\x1bx")) },
	    REFUSED, "control", NULL },
	{ "delete", { .rdns = BYTES(CN("\x0c", "\x0a", "\x0c", "\x03r\x7fx")) },
	    REFUSED, "control", NULL },
	{ "CSI in Latin-1",
	    { .rdns = BYTES(CN("\x0c", "\x0a", "\x14", "\x03r\x9bx")) },
	    REFUSED, "control", NULL },
	{ "right to left",
	    { .rdns = BYTES(CN("\x0e", "\x0c", "\x0c", "\x05r\xe2\x80\xaex")) },
	    REFUSED, "direction", NULL },
	{ "right to left in BMP",
	    { .rdns = BYTES(CN("\x0d", "\x0b", "\x1e", "\x04\0r\x20\x2e")) },
	    REFUSED, "direction", NULL },
	{ "isolate",
	    { .rdns = BYTES(CN("\x0e", "\x0c", "\x0c", "\x05r\xe2\x81\xa6x")) },
	    REFUSED, "direction", NULL },
	{ "width of zero",
	    { .rdns = BYTES(CN("\x0e", "\x0c", "\x0c", "\x05r\xe2\x80\x8bx")) },
	    REFUSED, "invisible", NULL },
	{ "byte order mark",
	    { .rdns = BYTES(CN("\x0e", "\x0c", "\x0c", "\x05r\xef\xbb\xbfx")) },
	    REFUSED, "invisible", NULL },
	{ "soft hyphen",
	    { .rdns = BYTES(CN("\x0d", "\x0b", "\x0c", "\x04r\xc2\xadx")) },
	    REFUSED, "invisible", NULL },
	{ "tag characters",
	    { .rdns = BYTES(
		  CN("\x0f", "\x0d", "\x0c", "\x06r\xf3\xa0\x81\xa1x")) },
	    REFUSED, "invisible", NULL },
	{ "line separator in an O",
	    { .rdns = BYTES(R1 "\x31\x0c\x30\x0a\x06\x03\x55\x04\x0a\x0c\x03"
			       "\xe2\x80\xa8") },
	    REFUSED, "part 2: the value of O is", NULL },
	{ "UTF-8 too long for its character",
	    { .rdns = BYTES(CN("\x0c", "\x0a", "\x0c", "\x03r\xc0\xaf")) },
	    REFUSED, "no character string", NULL },
	{ "empty value", { .rdns = BYTES(CN("\x09", "\x07", "\x0c", "\0")) },
	    REFUSED, "empty", NULL },
	{ "BIT STRING",
	    { .rdns = BYTES(CN("\x0b", "\x09", "\x03", "\x02\0x")) }, REFUSED,
	    "no character string", NULL },
	/* the field's own, which stay as they are (C12) */
	{ "T61String",
	    { .rdns = BYTES(CN("\x0c", "\x0a", "\x14", "\x03J\xf6r")) },
	    GRANTED, "CN=J\xc3\xb6r", NULL },
	{ "PrintableString that is none",
	    { .rdns = BYTES(CN("\x0c", "\x0a", "\x13", "\x03r_@")) }, GRANTED,
	    "CN=r_@", NULL },
	{ "blanks at the ends",
	    { .rdns = BYTES(CN("\x0d", "\x0b", "\x0c", "\x04 r1 ")) }, GRANTED,
	    "CN=\\ r1\\ ", NULL },
	{ "what text would need escapes for",
	    { .rdns = BYTES(CN("\x0f", "\x0d", "\x0c", "\x06r,CN=x")) },
	    GRANTED, "CN=r\\,CN=x", NULL },
	/* names for others */
	{ "wildcard",
	    { .rdns = BYTES(CN("\x0e", "\x0c", "\x0c", "\x05*.lab")) }, REFUSED,
	    "wildcard is no in [profile default]", NULL },
	{ "wildcard in BMP",
	    { .rdns = BYTES(CN("\x0d", "\x0b", "\x1e", "\x04\0*\0.")) },
	    REFUSED, "wildcard", NULL },
	{ "an address for a CN, as routers have",
	    { .rdns = BYTES(CN("\x12", "\x10", "\x0c",
		  "\x09"
		  "192.0.2.1")) },
	    GRANTED, "CN=192.0.2.1", NULL },
	/* sizes */
	{ "10 KiB of CN", { .big_name = true }, REFUSED, "over 8192 bytes",
	    NULL },
	{ "10 KiB of dNSName", { .big_san = true }, REFUSED,
	    "name 1: dns xxxxx", NULL },
	/* structure */
	{ "an RDN that is a SEQUENCE", { .rdns = BYTES("\x30\x00") }, REFUSED,
	    "part 1 is no SET", NULL },
	{ "an empty RDN", { .rdns = BYTES("\x31\x00") }, REFUSED,
	    "part 1 is empty", NULL },
	{ "three members in an attribute",
	    { .rdns = BYTES("\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x0c\x02r1"
			    "\x05\x00") },
	    REFUSED, "part 1 is malformed", NULL },
};

/* 10 KiB of x as a CN or a dNSName, into lists of their own. */
static void put_big(const struct craft *c, struct buf *rdns, struct buf *attrs)
{
	struct buf text = { 0 }, name = { 0 }, san = { 0 }, list = { 0 };
	struct buf all = { 0 }, set = { 0 }, attr = { 0 };
	uint8_t *x;

	ok(buf_grow(&text, 10240, &x, e));
	memset(x, 'x', 10240);
	if (c->big_name) {
		ok(oid_put(&attr, "2.5.4.3", e));
		ok(der_put(&attr, DER_UTF8, buf_span(&text), e));
		ok(der_put(&set, DER_SEQUENCE, buf_span(&attr), e));
		ok(der_put(rdns, DER_SET, buf_span(&set), e));
	} else {
		ok(der_put(&name, 0x82, buf_span(&text), e));
		ok(der_put(&san, DER_SEQUENCE, buf_span(&name), e));
		ok(extension_put(&list, SAN, false, buf_span(&san), e));
		ok(der_put(&all, DER_SEQUENCE, buf_span(&list), e));
		ok(der_put(&set, DER_SET, buf_span(&all), e));
		ok(oid_put(&attr, "1.2.840.113549.1.9.14", e));
		ok(buf_put(&attr, buf_span(&set), e));
		ok(der_put(attrs, DER_SEQUENCE, buf_span(&attr), e));
	}
	buf_release(&text);
	buf_release(&name);
	buf_release(&san);
	buf_release(&list);
	buf_release(&all);
	buf_release(&set);
	buf_release(&attr);
}

/* CertificationRequestInfo, and the request signed by `key`. */
static void build(
    const struct craft *c, const struct privkey *key, struct buf *der)
{
	const struct alg_digest *sha256 = alg_digest_by_name("SHA-256");
	struct buf info = { 0 }, rdns = { 0 }, attrs = { 0 }, body = { 0 };
	struct buf sig = { 0 }, bits = { 0 }, all = { 0 };
	struct span version = c->version.n > 0 ? c->version : SPAN_LIT("\0");
	uint8_t head[4] = { 0x30, 0x83, 0, 0 };

	if (c->big_name || c->big_san)
		put_big(c, &rdns, &attrs);
	if (rdns.n == 0)
		ok(buf_put(&rdns, c->rdns.n > 0 ? c->rdns : SPAN_LIT(R1), e));
	ok(buf_put(&attrs, c->attributes, e));
	ok(der_put(&body, DER_INTEGER, version, e));
	ok(der_put(&body, DER_SEQUENCE, buf_span(&rdns), e));
	ok(privkey_spki(key, &body, e));
	ok(der_put(&body, DER_CTX0_CONS, buf_span(&attrs), e));
	ok(der_put(&info, DER_SEQUENCE, buf_span(&body), e));
	ok(privkey_sign(key, sha256,
	    c->unsigned_twice ? SPAN_LIT("else") : buf_span(&info), &sig, e));
	ok(buf_put(&bits, SPAN_LIT("\0"), e));
	ok(buf_put(&bits, buf_span(&sig), e));
	ok(buf_put(&all, buf_span(&info), e));
	ok(buf_put(&all,
	    SPAN_LIT("\x30\x0d\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
		     "\x05\x00"),
	    e));
	ok(der_put(&all, DER_BIT_STRING, buf_span(&bits), e));
	if (c->long_length) {
		uint8_t size[3] = { 0, (uint8_t)(all.n >> 8), (uint8_t)all.n };

		ok(buf_put(der, (struct span){ head, 2 }, e));
		ok(buf_put(der, (struct span){ size, 3 }, e));
		ok(buf_put(der, buf_span(&all), e));
	} else {
		ok(der_put(der, DER_SEQUENCE, buf_span(&all), e));
	}
	ok(buf_put(der, c->behind, e));
	buf_release(&info);
	buf_release(&rdns);
	buf_release(&attrs);
	buf_release(&body);
	buf_release(&sig);
	buf_release(&bits);
	buf_release(&all);
}

static bool is_printable(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* A name as it is logged and shown: no control or direction characters. */
static void expect_shown(struct span name)
{
	struct buf text = { 0 };

	ok(name_text(name, &text, e));
	for (size_t i = 0; i < text.n; i++)
		cr_expect(text.p[i] >= ' ' && text.p[i] != 0x7f);
	if (text.n > 0)
		cr_expect_null(memmem(text.p, text.n, "\xe2\x80\xae", 3));
	buf_release(&text);
}

static void expect_granted(size_t i, const struct decision *d)
{
	struct span san = d->g.san, list = { 0 };
	struct buf text = { 0 };

	cr_expect(span_eq(d->g.subject, d->csr.subject), "%s", crafted[i].what);
	ok(name_text(d->g.subject, &text, e));
	cr_expect(span_eq(buf_span(&text), span_str(crafted[i].text)),
	    "%s: '%.*s'", crafted[i].what, (int)text.n, text.p);
	if (san.n > 0)
		ok(der_next(&san, DER_SEQUENCE, &list, e));
	cr_expect(span_eq(list,
		      span_str(crafted[i].san != NULL ? crafted[i].san : "")),
	    "%s", crafted[i].what);
	buf_release(&text);
}

TEST_ROWS(policy_crafted, table, crafted)
{
	static const struct alg_policy algs = { .worst = ALG_LEGACY };
	struct privkey *key = test_key("rsa:2048", "rsa:2048");
	struct decision d = { .why = REFUSE_COUNT };
	enum stage stage = UNREADABLE;

	build(&crafted[i].craft, key, &d.der);
	if (csr_parse(buf_span(&d.der), &d.csr, NULL) == 0) {
		stage = UNPROVEN;
		expect_shown(d.csr.subject);
		if (csr_verify(&d.csr, NULL) == 0) {
			ok(policy_decide(&d.csr, (struct span){ 0 },
			    &conf_default_profile, &algs, &d.g, &d.why,
			    d.detail, sizeof(d.detail), e));
			stage = d.why == REFUSE_NONE ? GRANTED : REFUSED;
		}
	}
	cr_expect_eq(stage, crafted[i].stage, "%s: %d, %s", crafted[i].what,
	    (int)stage, d.detail);
	cr_expect(is_printable(d.detail), "%s", crafted[i].what);
	if (stage == REFUSED)
		cr_expect_not_null(strstr(d.detail, crafted[i].text),
		    "%s: '%s'", crafted[i].what, d.detail);
	if (stage == GRANTED)
		expect_granted(i, &d);
	decision_release(&d);
	privkey_free(key);
}
