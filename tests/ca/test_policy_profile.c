/*
 * Each rule of a profile, granted, dropped and refused (security.md T-20,
 * T-23): the settings are lines of ca.conf, the requests are crafted.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "policy_case.h"

enum {
	DS = GNUTLS_KEY_DIGITAL_SIGNATURE,
	NR = GNUTLS_KEY_NON_REPUDIATION,
	KE = GNUTLS_KEY_KEY_ENCIPHERMENT,
	DE = GNUTLS_KEY_DATA_ENCIPHERMENT,
	KA = GNUTLS_KEY_KEY_AGREEMENT
};

#define KEY_USAGE_ALL                                                  \
	"key_usage = digitalSignature nonRepudiation keyEncipherment " \
	"dataEncipherment keyAgreement\n"
#define ASKED_DS_KE "\x03\x02\x05\xa0"
#define CLIENT "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02"
#define SERVER "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
#define CODE "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x03"
#define OCSP "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x09"
#define ANY_EKU "\x06\x04\x55\x1d\x25\x00"

/* Keys and their usage: what is in the certificate, or the refusal's words. */
static const struct {
	const char *settings, *key;
	struct span asked; /* keyUsage; empty: none */
	unsigned usage;
	enum refusal why;
	const char *text;
} usages[] = {
	{ "keys = rsa\n", "rsa:2048", { 0 }, DS | KE, REFUSE_NONE, "" },
	{ "keys = rsa\n", "ec:p256", { 0 }, 0, REFUSE_KEY_TYPE,
	    "ec is not in keys of [profile p]" },
	{ "keys = ec\n", "rsa:2048", { 0 }, 0, REFUSE_KEY_TYPE,
	    "rsa is not in keys of [profile p]" },
	{ "keys = ec\n", "ec:p384", { 0 }, DS | KA, REFUSE_NONE, "" },
	{ "rsa_min = 3072\n", "rsa:2048", { 0 }, 0, REFUSE_KEY_SIZE,
	    "of [profile p] are 3072 and 4096" },
	/* all of it that fits the key */
	{ KEY_USAGE_ALL, "rsa:2048", { 0 }, DS | NR | KE | DE, REFUSE_NONE,
	    "" },
	{ KEY_USAGE_ALL, "ec:p256", { 0 }, DS | NR | KA, REFUSE_NONE, "" },
	{ "key_usage = digitalSignature\n", "rsa:2048", { 0 }, DS, REFUSE_NONE,
	    "" },
	{ "key_usage = keyAgreement\n", "rsa:2048", { 0 }, 0, REFUSE_KEY_TYPE,
	    "key_usage of [profile p]" },
	{ "key_usage = keyEncipherment\n", "ec:p256", { 0 }, 0, REFUSE_KEY_TYPE,
	    "key_usage of [profile p]" },
	/* asked for less, for more, for something else */
	{ KEY_USAGE_ALL, "rsa:2048", BYTES(ASKED_DS_KE), DS | KE, REFUSE_NONE,
	    "" },
	{ "key_usage = digitalSignature\n", "rsa:2048", BYTES(ASKED_DS_KE), DS,
	    REFUSE_NONE, "" },
	{ "key_usage = digitalSignature\n", "rsa:2048",
	    BYTES("\x03\x02\x05\x20"), 0, REFUSE_EXTENSION,
	    "key_usage of [profile p]" },
	{ "asked_key_usage = drop\n", "rsa:2048", BYTES("\x03\x02\x07\x80"),
	    DS | KE, REFUSE_NONE, "" },
	{ "asked_key_usage = refuse\n", "rsa:2048", BYTES(ASKED_DS_KE), 0,
	    REFUSE_EXTENSION, "asked_key_usage is refuse in [profile p]" },
	{ "asked_key_usage = refuse\n", "rsa:2048", { 0 }, DS | KE, REFUSE_NONE,
	    "" },
	/* those of a CA are not to be had by any setting */
	{ KEY_USAGE_ALL "asked_key_usage = drop\n", "rsa:2048",
	    BYTES("\x03\x02\x02\x84"), 0, REFUSE_EXTENSION, "keyCertSign" },
	{ KEY_USAGE_ALL, "rsa:2048", BYTES("\x03\x02\x01\x82"), 0,
	    REFUSE_EXTENSION, "cRLSign" },
};

/* Purposes; `granted` is the contents of the ExtKeyUsageSyntax. */
static const struct {
	const char *settings;
	struct span asked, granted;
	enum refusal why;
	const char *text;
} purposes[] = {
	{ "", { 0 }, BYTES(CLIENT), REFUSE_NONE, "" },
	{ "ext_key_usage = none\n", { 0 }, { 0 }, REFUSE_NONE, "" },
	{ "ext_key_usage = none\n", BYTES("\x30\x0a" SERVER), BYTES(SERVER),
	    REFUSE_NONE, "" },
	{ "ext_key_usage = clientAuth serverAuth\n", { 0 },
	    BYTES(CLIENT SERVER), REFUSE_NONE, "" },
	{ "ext_key_usage = clientAuth\next_key_usage_allowed = none\n",
	    BYTES("\x30\x0a" CLIENT), BYTES(CLIENT), REFUSE_NONE, "" },
	{ "ext_key_usage = clientAuth\next_key_usage_allowed = none\n",
	    BYTES("\x30\x0a" SERVER), { 0 }, REFUSE_EXTENSION,
	    "extKeyUsage serverAuth (1.3.6.1.5.5.7.3.1) is not in "
	    "ext_key_usage_allowed of [profile p]" },
	{ "ext_key_usage_allowed = codeSigning\n", BYTES("\x30\x0a" CODE),
	    BYTES(CODE), REFUSE_NONE, "" },
	{ "ext_key_usage_allowed = codeSigning\n",
	    BYTES("\x30\x14" CODE SERVER), { 0 }, REFUSE_EXTENSION,
	    "serverAuth" },
	{ "asked_ext_key_usage = drop\n", BYTES("\x30\x0a" CODE), BYTES(CLIENT),
	    REFUSE_NONE, "" },
	{ "asked_ext_key_usage = drop\next_key_usage = none\n",
	    BYTES("\x30\x06" ANY_EKU), { 0 }, REFUSE_NONE, "" },
	{ "asked_ext_key_usage = refuse\n", BYTES("\x30\x0a" CLIENT), { 0 },
	    REFUSE_EXTENSION, "asked_ext_key_usage is refuse in [profile p]" },
	{ "", BYTES("\x30\x0a" OCSP), { 0 }, REFUSE_EXTENSION, "OCSPSigning" },
	{ "", BYTES("\x30\x06" ANY_EKU), { 0 }, REFUSE_EXTENSION,
	    "anyExtendedKeyUsage" },
};

/* Other extensions, and the SAN as a whole. */
static const struct {
	const char *settings, *oid;
	bool critical;
	struct span value;
	enum refusal why;
	const char *text;
	bool san; /* is there one in the certificate? */
} others[] = {
	{ "", "1.2.3.4", false, BYTES("x"), REFUSE_NONE, "", false },
	{ "asked_other = refuse\n", "1.2.3.4", false, BYTES("x"),
	    REFUSE_EXTENSION,
	    "extension 1.2.3.4: asked_other is refuse in [profile p]", false },
	{ "", "1.2.3.4", true, BYTES("x"), REFUSE_EXTENSION, "critical",
	    false },
	{ "asked_other = refuse\n", "1.3.6.1.4.1.311.20.2", false,
	    BYTES("\x1e\x02\0A"), REFUSE_NONE, "", false },
	{ "asked_other = refuse\n", BC, true, BYTES("\x30\x00"), REFUSE_NONE,
	    "", false },
	{ "", BC, true, BYTES("\x30\x03\x01\x01\xff"), REFUSE_EXTENSION,
	    "CA:TRUE", false },
	{ "", SAN, false, BYTES("\x30\x04\x82\x02r1"), REFUSE_NONE, "", true },
	{ "san = drop\n", SAN, false, BYTES("\x30\x04\x82\x02r1"), REFUSE_NONE,
	    "", false },
	{ "san = no\n", SAN, false, BYTES("\x30\x04\x82\x02r1"), REFUSE_SAN,
	    "san is no in [profile p]", false },
};

/* One extension, if there is one, asked for under these settings. */
static void ask(const char *settings, const char *key, const char *oid,
    bool critical, struct span value, struct decision *d)
{
	struct buf list = { 0 };
	struct profile p;

	profile_read(settings, &p);
	if (value.n > 0)
		ok(extension_put(&list, oid, critical, value, e));
	decide(key, plain_name, buf_span(&list), &p, d);
	buf_release(&list);
}

static void expect(const struct decision *d, enum refusal why, const char *text)
{
	cr_expect_eq(
	    d->why, why, "%s: '%s'", refusal_entry(d->why)->code, d->detail);
	cr_expect_not_null(
	    strstr(d->detail, text), "'%s', want '%s'", d->detail, text);
}

TEST_ROWS(policy_profile, usage, usages)
{
	struct decision d;

	ask(usages[i].settings, usages[i].key, KU, true, usages[i].asked, &d);
	expect(&d, usages[i].why, usages[i].text);
	cr_expect_eq(
	    d.g.key_usage, usages[i].usage, "row %zu: %x", i, d.g.key_usage);
	decision_release(&d);
}

TEST_ROWS(policy_profile, purpose, purposes)
{
	struct span eku, list = { 0 };
	struct decision d;

	ask(purposes[i].settings, "rsa:2048", EKU, false, purposes[i].asked,
	    &d);
	expect(&d, purposes[i].why, purposes[i].text);
	eku = buf_span(&d.g.eku);
	if (eku.n > 0)
		ok(der_next(&eku, DER_SEQUENCE, &list, e));
	cr_expect(span_eq(list, purposes[i].granted), "row %zu", i);
	decision_release(&d);
}

TEST_ROWS(policy_profile, other, others)
{
	struct decision d;

	ask(others[i].settings, "rsa:2048", others[i].oid, others[i].critical,
	    others[i].value, &d);
	expect(&d, others[i].why, others[i].text);
	cr_expect_eq(d.g.san.n != 0, others[i].san, "row %zu", i);
	decision_release(&d);
}
