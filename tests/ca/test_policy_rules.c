/*
 * Names under the rules of a profile: alternative names by kind and pattern,
 * subjects required, allowed, fixed and derived (security.md T-20, T-23).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "policy_case.h"

#define SID "tag:microsoft.com,2022-09-14:sid:"
#define UPN(n, m, text)                                             \
	"\xa0" n "\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x03" \
	"\xa0" m "\x0c" text

/* GeneralName elements, asked for by CN=r1.lab */
static const struct {
	const char *settings;
	struct span names;
	const char *refused; /* NULL: granted, to the octet */
} sans[] = {
	{ "san_dns = *.lab\n", BYTES("\x82\x06r1.lab"), NULL },
	{ "san_dns = *.lab\n", BYTES("\x82\x06R1.LaB"), NULL },
	{ "san_dns = *.lab\n", BYTES("\x82\x06r1.lax"),
	    "name 1: dns r1.lax is not allowed by san_dns of [profile p]" },
	{ "san_dns = *.lab\n", BYTES("\x82\x04.lab"), "no host name" },
	{ "san_dns = *.lab *.net\n", BYTES("\x82\x05r.net\x82\x02z."),
	    "no host name" },
	{ "san_dns = *.lab\nsan_dns = *.net\n",
	    BYTES("\x82\x05r.net\x82\x05r.lab"), NULL },
	{ "san_dns = *.lab\n",
	    BYTES("\x82\x05r.lab\x82\x04"
		  "evil"),
	    "name 2: dns evil is not allowed by san_dns" },
	{ "san_dns = none\n", BYTES("\x82\x06r1.lab"), "san_dns" },
	{ "san_dns = none\n", BYTES("\x87\x04\xc0\x00\x02\x01"), NULL },
	{ "san_dns = subject\n", BYTES("\x82\x06R1.lab"), NULL },
	{ "san_dns = subject\n", BYTES("\x82\x06r2.lab"), "san_dns" },
	{ "san_dns = subject r2.*\n", BYTES("\x82\x06r2.lab\x82\x06r1.lab"),
	    NULL },
	/* host names */
	{ "", BYTES("\x82\x07r1.lab."), "no host name" },
	{ "", BYTES("\x82\x07r1..lab"), "no host name" },
	{ "", BYTES("\x82\x05-r1.l"), "no host name" },
	{ "", BYTES("\x82\x05r1-.l"), "no host name" },
	{ "", BYTES("\x82\x05_a_.l"), NULL },
	{ "",
	    BYTES("\x82\x09"
		  "192.0.2.1"),
	    "an address" },
	{ "", BYTES("\x82\x06r1/lab"), "no host name" },
	/* wildcards: only if the operator says so, and only such */
	{ "", BYTES("\x82\x05*.lab"), "wildcard is no in [profile p]" },
	{ "wildcard = yes\n", BYTES("\x82\x05*.lab"), NULL },
	{ "wildcard = yes\n", BYTES("\x82\x06r*.lab"), "no host name" },
	{ "wildcard = yes\n",
	    BYTES("\x82\x07"
		  "a.*.lab"),
	    "no host name" },
	{ "wildcard = yes\n", BYTES("\x82\x07*.*.lab"), "no host name" },
	{ "wildcard = yes\n", BYTES("\x82\x01*"), "no host name" },
	{ "wildcard = yes\nsan_dns = *.lab\n", BYTES("\x82\x05*.LAB"), NULL },
	{ "wildcard = yes\nsan_dns = *.lab\n", BYTES("\x82\x07*.a.lab"),
	    "san_dns" },
	/* addresses */
	{ "san_ip = 192.0.2.0/24\n", BYTES("\x87\x04\xc0\x00\x02\x01"), NULL },
	{ "san_ip = 192.0.2.0/24\n", BYTES("\x87\x04\xc0\x00\x03\x01"),
	    "name 1: ip 192.0.3.1 is not allowed by san_ip of [profile p]" },
	{ "san_ip = 2001:db8::/32 10.0.0.1\n",
	    BYTES("\x87\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"
		  "\x87\x04\x0a\0\0\x01"),
	    NULL },
	{ "san_ip = 2001:db8::/32\n",
	    BYTES("\x87\x10\x20\x02\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1"),
	    "ip 2002:db8::1 is not" },
	/* mail: the domain in either case, what is before it exactly */
	{ "san_email = *@a.lab\n", BYTES("\x81\x07x@A.lab"), NULL },
	{ "san_email = r1@a.lab\n", BYTES("\x81\x08R1@a.lab"), "san_email" },
	{ "san_email = *@a.lab\n", BYTES("\x81\x09x@b.a.lab"), "san_email" },
	{ "", BYTES("\x81\x05r1lab"), "no USER@DOMAIN" },
	{ "",
	    BYTES("\x81\x05"
		  "a@b@c"),
	    "no USER@DOMAIN" },
	/* URIs */
	{ "san_uri = urn:a:*\n", BYTES("\x86\x08urn:a:b1"), NULL },
	{ "san_uri = urn:a:*\n", BYTES("\x86\x08urn:b:b1"), "san_uri" },
	{ "", BYTES("\x86\x05/path"), "no absolute URI" },
	/* user principal names */
	{ "san_upn = *@lab\n", BYTES(UPN("\x15", "\x07", "\x05u@LAB")), NULL },
	{ "san_upn = *@lab\n", BYTES(UPN("\x15", "\x07", "\x05u@lax")),
	    "name 1: upn u@lax is not allowed by san_upn of [profile p]" },
	{ "san_upn = none\n", BYTES(UPN("\x15", "\x07", "\x05u@lab")),
	    "san_upn" },
	{ "", BYTES(UPN("\x15", "\x07", "\x05u-lab")), "no USER@DOMAIN" },
	{ "", BYTES(UPN("\x16", "\x08", "\x06u\xe2\x80\xae@l")),
	    "direction or invisible" },
	/* SIDs: not by san_uri, but by a rule of their own, and off */
	{ "san_uri = any\n", BYTES("\x86\x29" SID "S-1-5-21"),
	    "name 1: sid S-1-5-21 is not allowed by san_sid of [profile p]" },
	{ "san_sid = S-1-5-21-*\n", BYTES("\x86\x2b" SID "S-1-5-21-7"), NULL },
	{ "san_sid = S-1-5-21-*\n", BYTES("\x86\x2b" SID "S-1-5-22-7"),
	    "san_sid" },
	{ "san_sid = any\nsan_uri = none\n", BYTES("\x86\x29" SID "S-1-5-21"),
	    NULL },
	{ "san_sid = any\n", BYTES("\x86\x29" SID "S-1-5--1"),
	    "no security identifier" },
	{ "san_sid = any\n", BYTES("\x86\x24" SID "S-1"),
	    "no security identifier" },
};

/* A subject, and alternative names if there are any. */
static void ask(const char *settings, const char *subject, struct span names,
    struct decision *d)
{
	struct buf name = { 0 }, san = { 0 }, list = { 0 };
	struct profile p;

	profile_read(settings, &p);
	if (subject[0] != '\0')
		ok(name_parse(subject, &name, e));
	else
		ok(der_put(&name, DER_SEQUENCE, (struct span){ 0 }, e));
	if (names.n > 0) {
		ok(der_put(&san, DER_SEQUENCE, names, e));
		ok(extension_put(&list, SAN, false, buf_span(&san), e));
	}
	decide("rsa:2048", buf_span(&name), buf_span(&list), &p, d);
	buf_release(&list);
	buf_release(&san);
	buf_release(&name);
}

TEST_ROWS(policy_rules, san, sans)
{
	struct span san, list = { 0 };
	struct decision d;

	ask(sans[i].settings, "CN=r1.lab", sans[i].names, &d);
	if (sans[i].refused != NULL) {
		cr_expect_eq(d.why, REFUSE_SAN, "row %zu", i);
		cr_expect_not_null(strstr(d.detail, sans[i].refused),
		    "row %zu: '%s'", i, d.detail);
	} else {
		cr_expect_eq(d.why, REFUSE_NONE, "row %zu: '%s'", i, d.detail);
		san = d.g.san;
		ok(der_next(&san, DER_SEQUENCE, &list, e));
		cr_expect(span_eq(list, sans[i].names), "row %zu", i);
	}
	decision_release(&d);
}

#define NAMES_ALL                                                       \
	"\x82\x06r1.lab\x82\x02zz\x87\x04\xc0\x00\x02\x01\x81\x05m@lab" \
	"\x86\x07urn:a:b" UPN("\x15", "\x07", "\x05u@lab")

/* Subjects as RFC 4514 text; what comes out, or the refusal's words. */
#define DERIVED_ONLY "subject_derived = CN:dns\nsubject_allowed = OU\n"

static const struct {
	const char *settings, *asked, *out, *refused;
	bool names; /* NAMES_ALL are asked for, too */
} subjects[] = {
	{ "subject_required = CN\n", "CN=r1", "CN=r1", NULL, false },
	{ "subject_required = CN serialNumber\n", "CN=r1", NULL,
	    "no serialNumber; subject_required of [profile p] wants it",
	    false },
	{ "subject_required = serialNumber\n", "CN=r1+serialNumber=42",
	    "CN=r1+serialNumber=42", NULL, false },
	{ "subject_allowed = CN O\n", "CN=r1,O=x", "CN=r1,O=x", NULL, false },
	{ "subject_allowed = CN O\n", "CN=r1,OU=y,O=x", NULL,
	    "part 2: OU is not in subject_allowed of [profile p]", false },
	{ "subject_allowed = CN\n", "CN=r1+unstructuredName=r1.lab", NULL,
	    "unstructuredName is not in", false },
	{ "subject_allowed = CN\n", "2.5.4.99=#0c0161,CN=r1", NULL,
	    "2.5.4.99 is not in", false },
	/* fixed: behind what was asked for */
	{ "subject_fixed = O=Example,C=CH\n", "CN=r1", "CN=r1,O=Example,C=CH",
	    NULL, false },
	{ "subject_fixed = O=Example,C=CH\n", "CN=r1,O=EXAMPLE,C=ch",
	    "CN=r1,O=EXAMPLE,C=ch", NULL, false },
	{ "subject_fixed = O=Example,C=CH\n", "CN=r1,O=Example",
	    "CN=r1,O=Example,C=CH", NULL, false },
	{ "subject_fixed = O=Example,C=CH\n", "CN=r1,O=Other", NULL,
	    "O is another than in subject_fixed of [profile p]", false },
	{ "subject_fixed = O=Example\n", "CN=r1,O=Example,O=Other", NULL,
	    "subject_fixed", false },
	{ "subject_fixed = OU=a,OU=b\n", "CN=r1,OU=b", "CN=r1,OU=b,OU=a", NULL,
	    false },
	{ "subject_fixed = O=Example\n", "unstructuredName=r1.+CN=r1",
	    "CN=r1+unstructuredName=r1.,O=Example", NULL, false },
	/* as a renewal asks */
	{ "subject_fixed = O=Example\nsubject_allowed = CN\n",
	    "CN=r1,O=Example", "CN=r1,O=Example", NULL, false },
	{ "subject_fixed = O=Example\nsubject_allowed = CN\n", "CN=r1",
	    "CN=r1,O=Example", NULL, false },
	{ "subject_fixed = O=Example\n", "", "O=Example", NULL, false },
	/* derived: in front, from what is granted */
	{ "subject_derived = CN:dns\n", "", "CN=r1.lab", NULL, true },
	{ "subject_derived = CN:dns\n", "CN=x", "CN=x", NULL, true },
	{ "subject_derived = CN:dns\n", "OU=x", "CN=r1.lab,OU=x", NULL, true },
	{ "subject_derived = CN:ip\n", "", "CN=192.0.2.1", NULL, true },
	{ "subject_derived = emailAddress:email\n", "CN=x", "EMAIL=m@lab,CN=x",
	    NULL, true },
	{ "subject_derived = CN:uri\n", "", "CN=urn:a:b", NULL, true },
	{ "subject_derived = CN:upn UID:upn\n", "", "UID=u@lab,CN=u@lab", NULL,
	    true },
	{ "subject_derived = CN:email CN:dns\n", "", "CN=m@lab", NULL, true },
	{ "subject_derived = CN:dns\nsubject_required = CN\n", "OU=x",
	    "CN=r1.lab,OU=x", NULL, true },
	{ "subject_derived = CN:dns\nsubject_fixed = O=e\n", "",
	    "CN=r1.lab,O=e", NULL, true },
	{ "subject_derived = CN:dns\nsan = drop\n", "", NULL, "empty", true },
	{ "subject_derived = CN:dns\n", "OU=x", "OU=x", NULL, false },
	/* … and may be asked for, as a renewal does, if it is what is derived */
	{ DERIVED_ONLY, "CN=r1.lab,OU=x", "CN=r1.lab,OU=x", NULL, true },
	{ DERIVED_ONLY, "CN=R1.lab", "CN=R1.lab", NULL, true },
	{ DERIVED_ONLY, "CN=admin", NULL, "subject_derived", true },
	{ DERIVED_ONLY, "CN=r1.lab,CN=admin", NULL, "CN is not in", true },
	{ DERIVED_ONLY, "CN=r1.lab", NULL, "subject_derived", false },
	{ DERIVED_ONLY, "O=x", NULL, "O is not in subject_allowed", true },
	{ DERIVED_ONLY "san = drop\n", "CN=r1.lab", NULL, "CN is not", true },
	{ "subject_derived = CN:email CN:dns\nsubject_allowed = OU\n",
	    "CN=r1.lab", NULL, "subject_derived", true },
	{ "subject_derived = CN:email CN:dns\nsubject_allowed = OU\n",
	    "CN=m@lab", "CN=m@lab", NULL, true },
	{ "subject_derived = CN:dns\nsubject_allowed = OU CN\n", "CN=admin",
	    "CN=admin", NULL, true },
	/* wildcards */
	{ "", "CN=*.lab", NULL, "CN *.lab: wildcard is no in [profile p]",
	    false },
	{ "", "CN=a*b", NULL, "wildcard", false },
	{ "wildcard = yes\n", "CN=*.lab", "CN=*.lab", NULL, false },
	{ "wildcard = yes\n", "CN=a*b", NULL, "first label", false },
	{ "", "OU=a*b,CN=r1", "OU=a*b,CN=r1", NULL, false },
};

TEST_ROWS(policy_rules, subject, subjects)
{
	static const struct span all = BYTES(NAMES_ALL);
	struct buf text = { 0 };
	struct decision d;

	ask(subjects[i].settings, subjects[i].asked,
	    subjects[i].names ? all : (struct span){ 0 }, &d);
	if (subjects[i].refused != NULL) {
		cr_expect_eq(d.why, REFUSE_SUBJECT, "row %zu", i);
		cr_expect_not_null(strstr(d.detail, subjects[i].refused),
		    "row %zu: '%s'", i, d.detail);
	} else {
		cr_expect_eq(d.why, REFUSE_NONE, "row %zu: '%s'", i, d.detail);
		ok(name_text(d.g.subject, &text, e));
		cr_expect(span_eq(buf_span(&text), span_str(subjects[i].out)),
		    "row %zu: '%.*s'", i, (int)text.n, text.p);
	}
	buf_release(&text);
	decision_release(&d);
}
