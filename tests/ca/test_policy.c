/* policy_decide: who may have what (security.md T-23, T-24). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy_case.h"

/* The plain case: digitalSignature, keyEncipherment, clientAuth */
Test(policy, plain)
{
	struct decision d;

	decide("rsa:2048", plain_name, (struct span){ 0 },
	    &conf_default_profile, &d);
	cr_assert_eq(d.why, REFUSE_NONE, "%s", d.detail);
	cr_expect(span_eq(d.g.subject, plain_name));
	cr_expect_eq(d.g.san.n, 0);
	cr_expect_eq(d.g.key_usage,
	    GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT);
	cr_expect(span_eq(buf_span(&d.g.eku),
	    SPAN_LIT("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02")));
	cr_expect_str_eq(d.detail, "");
	decision_release(&d);
	decide("ec:p256", plain_name, (struct span){ 0 }, &conf_default_profile,
	    &d);
	cr_assert_eq(d.why, REFUSE_NONE, "%s", d.detail);
	cr_expect_eq(d.g.key_usage,
	    GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_AGREEMENT);
	decision_release(&d);
}

/*
 * One extension asked for, in a request that is otherwise plain.  R097, field
 * note D12: what nobody here may have is a reason to refuse.
 */
static const struct {
	const char *oid;
	bool critical;
	struct span value;
	enum refusal why;
	const char *text; /* in the detail */
} extensions[] = {
	/* key usage: less is less, more is not more, a CA's is refused */
	{ KU, true, BYTES("\x03\x02\x07\x80"), REFUSE_NONE, "" },
	{ KU, true, BYTES("\x03\x02\x05\xa0"), REFUSE_NONE, "" },
	{ KU, true, BYTES("\x03\x02\x04\xf0"), REFUSE_NONE, "" },
	{ KU, true, BYTES("\x03\x02\x06\x40"), REFUSE_EXTENSION, "nothing" },
	{ KU, true, BYTES("\x03\x02\x03\x08"), REFUSE_EXTENSION, "nothing" },
	{ KU, true, BYTES("\x03\x02\x02\x84"), REFUSE_EXTENSION, "CertSign" },
	{ KU, true, BYTES("\x03\x02\x01\x82"), REFUSE_EXTENSION, "cRLSign" },
	{ KU, false, BYTES("\x04\x01\x00"), REFUSE_EXTENSION, "keyUsage" },
	/* basic constraints */
	{ BC, true, BYTES("\x30\x00"), REFUSE_NONE, "" },
	{ BC, true, BYTES("\x30\x03\x01\x01\xff"), REFUSE_EXTENSION, "TRUE" },
	{ BC, false, BYTES("\x30\x06\x01\x01\xff\x02\x01\x00"),
	    REFUSE_EXTENSION, "TRUE" },
	{ BC, false, BYTES("\x31\x00"), REFUSE_EXTENSION, "basicCon" },
	/* extended key usage: the list of what devices do */
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"),
	    REFUSE_NONE, "" }, /* serverAuth */
	{ EKU, true, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x04"),
	    REFUSE_NONE, "" }, /* emailProtection */
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x05"),
	    REFUSE_NONE, "" }, /* ipsecEndSystem, Tunnel, User, IKE */
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x06"),
	    REFUSE_NONE, "" },
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x07"),
	    REFUSE_NONE, "" },
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x11"),
	    REFUSE_NONE, "" },
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x08\x02\x02"),
	    REFUSE_NONE, "" }, /* iKEIntermediate */
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x03"),
	    REFUSE_EXTENSION, "1.3.6.1.5.5.7.3.3" }, /* codeSigning */
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x08"),
	    REFUSE_EXTENSION, "1.3.6.1.5.5.7.3.8" }, /* timeStamping */
	{ EKU, false, BYTES("\x30\x0a\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x09"),
	    REFUSE_EXTENSION, "1.3.6.1.5.5.7.3.9" }, /* OCSPSigning */
	{ EKU, false, BYTES("\x30\x06\x06\x04\x55\x1d\x25\x00"),
	    REFUSE_EXTENSION, "2.5.29.37.0" }, /* any */
	{ EKU, false,
	    BYTES("\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01\x82\x37\x14\x02\x02"),
	    REFUSE_EXTENSION, "1.3.6.1.4.1.311.20.2.2" }, /* smartcardLogon */
	{ EKU, false,
	    BYTES("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02\x06\x08"
		  "\x2b\x06\x01\x05\x05\x07\x03\x03"),
	    REFUSE_EXTENSION, "1.3.6.1.5.5.7.3.3" }, /* a good one before */
	{ EKU, false, BYTES("\x30\x00"), REFUSE_EXTENSION, "extKeyUsage" },
	{ EKU, false, BYTES("\x30\x02\x05\x00"), REFUSE_EXTENSION, "extKey" },
	/* names */
	{ SAN, false, BYTES("\x30\x0a\x82\x08r1.local"), REFUSE_NONE, "" },
	{ SAN, true, BYTES("\x30\x07\x82\x05*.lab"), REFUSE_SAN, "wildcard" },
	{ SAN, false, BYTES("\x30\x06\x87\x04\xc0\x00\x02\x01"), REFUSE_NONE,
	    "" },
	{ SAN, false,
	    BYTES("\x30\x12\x87\x10\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0"
		  "\0\0\0\x01"),
	    REFUSE_NONE, "" },
	{ SAN, false, BYTES("\x30\x07\x81\x05x@y.z"), REFUSE_NONE, "" },
	{ SAN, false, BYTES("\x30\x0a\x86\x08urn:a:b1"), REFUSE_NONE, "" },
	{ SAN, false,
	    BYTES("\x30\x17\xa0\x15\x06\x0a\x2b\x06\x01\x04\x01\x82"
		  "\x37\x14\x02\x03\xa0\x07\x0c\x05u@lab"),
	    REFUSE_NONE, "" }, /* UPN (R099) */
	{ SAN, false, BYTES("\x30\x00"), REFUSE_SAN, "empty" },
	{ SAN, false, BYTES("\x30\x02\x82\x00"), REFUSE_SAN, "name 1" },
	{ SAN, false,
	    BYTES("\x30\x05\x82\x03"
		  "a\0b"),
	    REFUSE_SAN, "name 1" },
	{ SAN, false,
	    BYTES("\x30\x05\x82\x03"
		  "a\nb"),
	    REFUSE_SAN, "name 1" },
	{ SAN, false,
	    BYTES("\x30\x05\x82\x03"
		  "a b"),
	    REFUSE_SAN, "name 1" },
	{ SAN, false, BYTES("\x30\x04\x82\x02\xc3\xa9"), REFUSE_SAN, "name 1" },
	{ SAN, false, BYTES("\x30\x06\x82\x04r_-1"), REFUSE_NONE, "" },
	{ SAN, false, BYTES("\x30\x05\x82\x03r1."), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x05\x82\x03.r1"), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x06\x82\x04r..1"), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x05\x82\x03-r1"), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x07\x82\x05r1-.x"), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x05\x82\x03r:1"), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x03\x82\x01*"), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x04\x82\x02*."), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x07\x82\x05r.*.x"), REFUSE_SAN, "host name" },
	{ SAN, false, BYTES("\x30\x07\x82\x05r*.xy"), REFUSE_SAN, "host name" },
	{ SAN, false,
	    BYTES("\x30\x41\x82\x3f"
		  "123456789.123456789.123456789.123456789.123456789."
		  "123456789.123"),
	    REFUSE_NONE, "" },
	{ SAN, false,
	    BYTES("\x30\x42\x82\x40"
		  "1234567890123456789012345678901234567890123456789012345678"
		  "901234"),
	    REFUSE_SAN, "host name" }, /* a label of 64 */
	{ SAN, false,
	    BYTES("\x30\x05\x81\x03"
		  "a\x7f"
		  "b"),
	    REFUSE_SAN, "1" },
	{ SAN, false,
	    BYTES("\x30\x05\x86\x03"
		  "a\x1b"
		  "b"),
	    REFUSE_SAN, "1" },
	{ SAN, false,
	    BYTES("\x30\x05\x87\x03"
		  "abc"),
	    REFUSE_SAN, "3 bytes" },
	{ SAN, false,
	    BYTES("\x30\x0a\x87\x08"
		  "abcdefgh"),
	    REFUSE_SAN, "IP" },
	{ SAN, false,
	    BYTES("\x30\x08\x82\x01"
		  "a\x88\x03\x2a\x03\x04"),
	    REFUSE_SAN, "name 2: type [8]" },
	{ SAN, false, BYTES("\x30\x04\xa4\x02\x30\x00"), REFUSE_SAN, "[4]" },
	{ SAN, false,
	    BYTES("\x30\x0b\xa0\x09\x06\x03\x2a\x03\x04\xa0\x02\x05"
		  "\x00"),
	    REFUSE_SAN, "UPN" },
	{ SAN, false,
	    BYTES("\x30\x17\xa0\x15\x06\x0a\x2b\x06\x01\x04\x01\x82"
		  "\x37\x14\x02\x03\xa0\x07\x0c\x05u\0lab"),
	    REFUSE_SAN, "upn" },
	{ SAN, false,
	    BYTES("\x30\x17\xa0\x15\x06\x0a\x2b\x06\x01\x04\x01\x82"
		  "\x37\x14\x02\x03\xa0\x07\x16\x05u@lab"),
	    REFUSE_SAN, "UPN" },
	{ SAN, false,
	    BYTES("\x30\x28\x86\x26"
		  "tag:microsoft.com,2022-09-14:sid:S-1-5"),
	    REFUSE_SAN, "san_sid" },
	{ SAN, false,
	    BYTES("\x30\x28\x86\x26"
		  "TAG:Microsoft.com,2022-09-14:SID:S-1-5"),
	    REFUSE_SAN, "san_sid" },
	{ SAN, false,
	    BYTES("\x30\x03\x82\x01"
		  "a\x00"),
	    REFUSE_SAN, "mal" },
	{ SAN, false,
	    BYTES("\x04\x03\x82\x01"
		  "a"),
	    REFUSE_SAN, "mal" },
	/* the rest: known and harmless, unknown, unknown and critical */
	{ "2.5.29.14", true, BYTES("\x04\x01\x01"), REFUSE_NONE, "" },
	{ "1.3.6.1.4.1.311.20.2", true, BYTES("\x1e\x02\0A"), REFUSE_NONE, "" },
	{ "1.3.6.1.4.1.311.25.2", false, BYTES("\x30\x00"), REFUSE_NONE, "" },
	{ "2.5.29.32", false, BYTES("\x30\x00"), REFUSE_NONE, "" },
	{ "2.5.29.32", true, BYTES("\x30\x00"), REFUSE_EXTENSION, "29.32" },
	{ "2.5.29.30", true, BYTES("\x30\x00"), REFUSE_EXTENSION, "29.30" },
	{ "1.2.3.4", false, BYTES("what"), REFUSE_NONE, "" },
	{ "1.2.3.4", true, BYTES("what"), REFUSE_EXTENSION, "1.2.3.4" },
};

TEST_ROWS(policy, extensions, extensions)
{
	struct buf list = { 0 };
	struct decision d;

	ok(extension_put(&list, extensions[i].oid, extensions[i].critical,
	    extensions[i].value, e));
	decide(
	    "rsa:2048", plain_name, buf_span(&list), &conf_default_profile, &d);
	cr_expect_eq(d.why, extensions[i].why, "row %zu (%s): '%s' %s", i,
	    extensions[i].oid, refusal_entry(d.why)->code, d.detail);
	cr_expect_not_null(
	    strstr(d.detail, extensions[i].text), "'%s'", d.detail);
	if (d.why == REFUSE_NONE && strcmp(extensions[i].oid, SAN) == 0)
		cr_expect(span_eq(d.g.san, extensions[i].value));
	else
		cr_expect_eq(d.g.san.n, 0);
	if (d.why == REFUSE_NONE && strcmp(extensions[i].oid, EKU) == 0)
		cr_expect(span_eq(buf_span(&d.g.eku), extensions[i].value));
	if (d.why == REFUSE_NONE)
		cr_expect_eq(d.g.key_usage & ~(unsigned)0xa0, 0);
	decision_release(&d);
	buf_release(&list);
}

/* T-24: what is there twice, and too much of it */
Test(policy, duplicates_and_crowds)
{
	struct buf list = { 0 }, names = { 0 }, san = { 0 };
	char oid[16];
	struct decision d;

	ok(extension_put(&list, BC, false, SPAN_LIT("\x30\x00"), e));
	ok(extension_put(&list, BC, false, SPAN_LIT("\x30\x00"), e));
	decide(
	    "rsa:2048", plain_name, buf_span(&list), &conf_default_profile, &d);
	cr_expect_eq(d.why, REFUSE_EXTENSION);
	cr_expect_not_null(strstr(d.detail, "twice"), "%s", d.detail);
	decision_release(&d);
	buf_release(&list);

	for (int i = 0; i < 33; i++) {
		snprintf(oid, sizeof(oid), "1.2.3.%d", i);
		ok(extension_put(&list, oid, false, SPAN_LIT("x"), e));
	}
	decide(
	    "rsa:2048", plain_name, buf_span(&list), &conf_default_profile, &d);
	cr_expect_eq(d.why, REFUSE_EXTENSION);
	decision_release(&d);
	buf_release(&list);

	for (int i = 0; i < POLICY_SAN_MAX; i++)
		ok(der_put(&names, 0x82, SPAN_LIT("a"), e));
	for (int i = 0; i < 2; i++) { /* 100 names, and one more */
		ok(der_put(&san, DER_SEQUENCE, buf_span(&names), e));
		ok(extension_put(&list, SAN, false, buf_span(&san), e));
		decide("rsa:2048", plain_name, buf_span(&list),
		    &conf_default_profile, &d);
		cr_expect_eq(
		    d.why, i == 0 ? REFUSE_NONE : REFUSE_SAN, "%s", d.detail);
		decision_release(&d);
		buf_release(&list);
		buf_release(&san);
		ok(der_put(&names, 0x82, SPAN_LIT("a"), e));
	}
	buf_release(&names);
}

Test(policy, profile)
{
	struct profile p = conf_default_profile;
	struct buf list = { 0 };
	struct decision d;

	/* R094: RSA 1024 when the operator says so, and not otherwise */
	decide("rsa:1024", plain_name, (struct span){ 0 }, &p, &d);
	cr_expect_eq(d.why, REFUSE_KEY_SIZE);
	cr_expect_not_null(strstr(d.detail, "2048"), "%s", d.detail);
	decision_release(&d);
	p.rsa_min = 1024;
	decide("rsa:1024", plain_name, (struct span){ 0 }, &p, &d);
	cr_expect_eq(d.why, REFUSE_NONE, "%s", d.detail);
	decision_release(&d);
	p.rsa_max = 1024;
	decide("rsa:2048", plain_name, (struct span){ 0 }, &p, &d);
	cr_expect_eq(d.why, REFUSE_KEY_SIZE);
	decision_release(&d);

	/* names besides the subject: not dropped in silence, but refused */
	p = conf_default_profile;
	p.san = WISH_REFUSE;
	ok(extension_put(&list, SAN, false, SPAN_LIT("\x30\x04\x82\x02r1"), e));
	decide("rsa:2048", plain_name, buf_span(&list), &p, &d);
	cr_expect_eq(d.why, REFUSE_SAN);
	decision_release(&d);
	buf_release(&list);
}

/* T-09: the digest of the CSR itself */
Test(policy, csr_digest)
{
	static const struct {
		const char *digest;
		enum alg_grade worst;
		enum refusal why;
	} rows[] = {
		{ "SHA-256", ALG_CURRENT, REFUSE_NONE },
		{ "SHA-512", ALG_CURRENT, REFUSE_NONE },
		{ "SHA-1", ALG_CURRENT, REFUSE_CSR_ALG },
		{ "SHA-1", ALG_LEGACY, REFUSE_NONE },
		{ "MD5", ALG_LEGACY, REFUSE_CSR_ALG },
		{ "MD5", ALG_OBSOLETE, REFUSE_NONE },
	};
	struct decision d;

	decide("rsa:2048", plain_name, (struct span){ 0 },
	    &conf_default_profile, &d);
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct alg_policy a = { .worst = rows[i].worst };

		grantable_release(&d.g);
		d.csr.digest = alg_digest_by_name(rows[i].digest);
		ok(policy_decide(&d.csr, (struct span){ 0 },
		    &conf_default_profile, &a, &d.g, &d.why, d.detail,
		    sizeof(d.detail), e));
		cr_expect_eq(d.why, rows[i].why, "row %zu", i);
	}
	decision_release(&d);
}
