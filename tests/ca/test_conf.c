/* ca.conf: defaults, values, and every mistake with its line. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "ca_home.h"

/* Lines of a wrong file; what the error must say. */
static const struct {
	const char *text, *want;
} wrong[] = {
	{ "url = http://h/\n", "ca.conf:1: a setting before the first" },
	{ "[ca]\n\n# fine\nurl = ftp://h/\n",
	    "ca.conf:4: url = ftp://h/; want"
	    " http://HOST/PATH" },
	{ "[ca]\nurl = http://h/a b\n", "ca.conf:2: url" },
	{ "[ca]\nurl =\n", "ca.conf:2: url" },
	{ "[ca]\nurll = http://h/\n",
	    "ca.conf:2: unknown setting 'urll' in "
	    "this section; known are url" },
	{ "[ca]\nurl = http://h/\nurl = http://h/\n",
	    "ca.conf:3: url is set "
	    "twice" },
	{ "[ca]\nhello\n", "ca.conf:2: neither a section nor a setting" },
	{ "[ca]\n= x\n", "ca.conf:2: unknown setting ''" },
	{ "[cа]\n",
	    "ca.conf:1: unknown section; want [ca], [endpoint NAME], "
	    "[profile NAME] or [trust NAME]" }, /* Cyrillic a */
	{ "[ca]\n[ca]\n", "ca.conf:2: this section stands above" },
	{ "[ca\n", "ca.conf:1: a section without ]" },
	{ "[ca] url = x\n", "ca.conf:1: something behind the ]" },
	{ "[]\n", "ca.conf:1: unknown section" },
	{ "[profile default]\n[profile default]\n",
	    "ca.conf:2: this profile stands" },
	{ "[profile]\n", "ca.conf:1: unknown section" },
	{ "[profile a/b]\n", "ca.conf:1: bad name of a profile" },
	{ "[trust ]\n", "ca.conf:1: bad name of a trust" },
	{ "[endpoint]\n", "ca.conf:1: unknown section" },
	{ "[endpoint ]\n", "ca.conf:1: bad name of an endpoint" },
	{ "[endpoint a b]\n", "ca.conf:1: bad name of an endpoint" },
	{ "[endpoint aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	  "aaaaaaa]\n",
	    "ca.conf:1: bad name of an endpoint" },
	{ "[endpoint x]\n[endpoint x]\n", "ca.conf:2: this endpoint stands" },
	{ "[endpoint default]\n[endpoint default]\n", "ca.conf:2: this end" },
	{ "[endpoint x]\nlegacy = true\n",
	    "ca.conf:2: legacy = true; want yes "
	    "or no" },
	{ "[endpoint x]\nlegacy = no\nobsolete = yes\n",
	    "ca.conf:3: obsolete" },
	{ "[endpoint x]\nobsolete = yes\nlegacy = no\n", "ca.conf:3: legacy" },
	{ "[endpoint x]\nreply_chain = all\n",
	    "ca.conf:2: reply_chain = all; "
	    "want none, chain or full" },
	{ "[endpoint x]\ntime_window = -1\n", "ca.conf:2: time_window" },
	{ "[endpoint x]\ndays = 1\n", "ca.conf:2: unknown setting 'days'" },
	{ "[profile default]\ndays = 0\n",
	    "ca.conf:2: days = 0; want a number "
	    "from 1 to 36500" },
	{ "[profile default]\ndays = 36501\n", "ca.conf:2: days" },
	{ "[profile default]\ndays = 12x\n", "ca.conf:2: days" },
	{ "[profile default]\ndays = 99999999999999999999999\n", "ca.conf:2" },
	{ "[profile default]\nbackdate = 31d\n", "ca.conf:2: backdate" },
	{ "[profile default]\nrsa_min = 512\n", "ca.conf:2: rsa_min" },
	{ "[profile default]\nrsa_max = 8192\n", "ca.conf:2: rsa_max" },
	{ "[profile default]\nrsa_min = 3072\n\nrsa_max = 2048\n\n",
	    "ca.conf:4: rsa_min is above rsa_max" },
	{ "[profile default]\nsan = maybe\n", "ca.conf:2: san = maybe" },
	{ "[ca]\nurl = http://h/?a=b\n",
	    "ca.conf:2: url" }, /* a path follows */
	{ "[ca]\nurl = https:///\n", "ca.conf:2: url" },
	{ "[ca]\n\ncrl_lifetime = 2d\ncrl_renew = 2d\n\n",
	    "ca.conf:4: crl_renew, which is 1d unless it is set, is not" },
	{ "[ca]\ncrl_lifetime = 12h\n[profile default]\n",
	    "ca.conf:2: crl_renew, which is 1d unless it is set, is not" },
	{ "[trust m]\ntie = subject\n", "ca.conf:1: a trust without certs" },
	{ "[endpoint x]\nunauthorised = program\n",
	    "ca.conf:2: unauthorised = program without a program" },
	/* a preset is the ground on which the rest stands */
	{ "[endpoint x]\nlegacy = no\npreset = cisco\n",
	    "ca.conf:3: preset stands below other settings; want it first" },
	{ "[endpoint x]\npreset = strict\nobsolete = yes\n",
	    "ca.conf:3: obsolete = yes" },
	{ "[endpoint x]\nrenewal_of = a b\nrenewal_of = b\n",
	    "ca.conf:3: renewal_of = b; want the NAMEs of other endpoints" },
	{ "[profile p]\nsan_dns = *.a\nsan_dns = any\n",
	    "ca.conf:3: san_dns = any" },
	/* keys are known in their own section only */
	{ "[ca]\nrenewal = no\n", "ca.conf:2: unknown setting 'renewal'" },
	{ "[endpoint x]\nissue = online\n", "ca.conf:2: unknown setting" },
	{ "[endpoint x]\nduplicate = allow\n", "ca.conf:2: unknown setting" },
	/* what one section says of another, or of a file */
	{ "[endpoint x]\nlegacy = no\nprofile = phone\n[profile phones]\n",
	    "ca.conf:3: there is no [profile phone]; add that section" },
	{ "[trust mic]\ncerts = /etc/passwd\n[endpoint x]\ntrust = mic mac\n",
	    "ca.conf:4: there is no [trust mac]; add that section" },
	{ "[trust mic]\ncerts = /etc/passwd\nprofile = mic\n",
	    "ca.conf:3: there is no [profile mic]; add that section" },
	{ "[trust mic]\n\ntie = subject\n",
	    "ca.conf:1: a trust without certs; want certs = FILE" },
	{ "[trust mic]\ntie = subject\ncerts = certs/none.pem\n",
	    "ca.conf:3: /" },
	{ "[trust mic]\ncerts = /etc/passwd\ncrl = /nowhere/crl\n",
	    "ca.conf:3: /nowhere/crl: No such file or directory; want a file" },
	{ "[endpoint x]\nunauthorised = program\n",
	    "ca.conf:2: unauthorised = program without a program; want" },
	{ "[endpoint x]\n\nauthorise = /nowhere/to/be/found\n",
	    "ca.conf:3: /nowhere/to/be/found: No such file or directory; want "
	    "a program" },
	{ "[endpoint x]\nauthorise = bin/true\n",
	    "ca.conf:2: authorise = bin/true; want the absolute path" },
	{ "[ca]\nnotify = /etc/passwd\n",
	    "ca.conf:2: /etc/passwd: Permission denied; want a program" },
	{ "[endpoint x]\nlegacy = yes\npreset = cisco\n",
	    "ca.conf:3: preset stands below other settings; want it first" },
	{ "[endpoint x]\npreset = juniper\n",
	    "ca.conf:2: preset = juniper; want default, strict, cisco" },
	{ "[profile x]\nsize = 1\n",
	    "ca.conf:2: unknown setting 'size' in this section; known are days "
	    "backdate" },
	/* indented: inih alone would take it for the end of the value above */
	{ "[ca]\nurl = http://h/\n  url = http://i/\n", "ca.conf:3: url is" },
	{ "[ca]\nurl = http://h/\001\n", "ca.conf:2: a control character" },
	{ "[ca]\nhello\n[cb]\n", "ca.conf:2: neither" }, /* the first of two */
	{ "[ca]\n# 4567890123456789012345678901234567890123456789012345678901"
	  "234567890123456789012345678901234567890123456789012345678901234567"
	  "89012345678901234567890123456789012345678901234567890123456789012345"
	  "67890\n",
	    "ca.conf:2: this line is too long" },
};

/* Values that each setting takes, and ones that it does not. */
static const struct {
	const char *section, *name;
	const char *right[6], *wrong[8];
	const char *say; /* of every wrong one */
} values[] = {
	{ "ca", "issue", { "online", "offline" }, { "", "yes", "Online" },
	    "want online or offline" },
	{ "ca", "pending_ttl", { "1m", "7d", "365d" },
	    { "", "59s", "0", "366d", "x", "never" },
	    "want a duration such as 7d, from 1m to 365d" },
	{ "ca", "pending_max", { "1", "1000000" },
	    { "", "0", "1000001", "-1", "1k", "18446744073709551617" },
	    "want a number from 1 to 1000000" },
	{ "ca", "pending_per_address", { "1", "1000000" },
	    { "", "0", "1000001", "1 2", "+1" },
	    "want a number from 1 to 1000000" },
	{ "ca", "crl_lifetime", { "25h", "365d" },
	    { "", "59m", "0", "366d", "7 d" },
	    "want a duration such as 7d, from 1h to 365d" },
	{ "ca", "crl_renew", { "1m", "6d", "604799" },
	    { "", "59", "0", "366d", "daily" },
	    "want a duration such as 1d, from 1m and below crl_lifetime" },
	{ "endpoint default", "preset",
	    { "default", "strict", "cisco-legacy", "apple", "windows" },
	    { "", "Cisco", "ios", "strict cisco" },
	    "want default, strict, cisco, cisco-legacy, apple or windows" },
	{ "endpoint default", "profile", { "default" }, { "", "a b", "a/b" },
	    "want the NAME of a [profile NAME]" },
	{ "endpoint default", "authorise", { "/bin/true" },
	    { "", "true", "./true", "~/x" },
	    "want the absolute path of a program, without arguments" },
	{ "endpoint default", "authorise_timeout", { "1s", "20" },
	    { "", "0", "21s", "1m", "fast" },
	    "want a duration such as 10s, from 1s to 20s" },
	{ "profile default", "keys", { "rsa", "ec", "ec rsa" },
	    { "", "RSA", "dsa", "rsa,ec", "any" }, "want rsa, ec or both" },
	{ "profile default", "key_reuse", { "refuse", "allow" },
	    { "", "yes", "no" }, "want refuse or allow" },
	{ "profile default", "key_usage",
	    { "digitalSignature", "keyAgreement nonRepudiation" },
	    { "", "none", "keyCertSign", "cRLSign", "digitalsignature",
		"digitalSignature,keyAgreement" },
	    "want some of digitalSignature nonRepudiation keyEncipherment "
	    "dataEncipherment keyAgreement" },
	{ "profile default", "ext_key_usage",
	    { "none", "clientAuth", "clientAuth 1.2.3.4", "msSmartcardLogin" },
	    { "", "clientauth", "clientAuth clientAuth", "OCSPSigning",
		"anyExtendedKeyUsage", "2.5.29.37.0", "none clientAuth" },
	    "want none, or purposes such as clientAuth, or their OIDs; not "
	    "those of a CA" },
	{ "profile default", "ext_key_usage_allowed",
	    { "none", "serverAuth codeSigning" },
	    { "", "any", "1.3.6.1.5.5.7.3.9", "msCertificateRequestAgent",
		"cmcRA" },
	    "want none, or purposes such as clientAuth serverAuth, or their "
	    "OIDs; not those of a CA" },
	{ "profile default", "asked_key_usage", { "grant", "drop", "refuse" },
	    { "", "yes", "no", "Grant" }, "want grant, drop or refuse" },
	{ "profile default", "asked_ext_key_usage",
	    { "grant", "drop", "refuse" }, { "", "allow" },
	    "want grant, drop or refuse" },
	{ "profile default", "asked_other", { "drop", "refuse" },
	    { "", "grant", "yes" }, "want drop or refuse" },
	{ "profile default", "san", { "yes", "drop", "no" },
	    { "", "refuse", "grant", "any" }, "want yes, drop or no" },
	{ "profile default", "san_dns",
	    { "any", "none", "subject", "*.a.example subject", "r*.a" },
	    { "", "any *.a", "*.a none", "a..b", "a/b", "**.a", ".a" },
	    "want any, none, or patterns such as *.example.com, or subject" },
	{ "profile default", "san_ip",
	    { "any", "none", "192.0.2.1", "192.0.2.0/24 2001:db8::/32",
		"0.0.0.0/0" },
	    { "", "subject", "192.0.2.*", "192.0.2.0/33", "192.0.2.1/24",
		"192.0.2.0/", "r1" },
	    "want any, none, or patterns such as 192.0.2.0/24" },
	{ "profile default", "san_email",
	    { "any", "none", "subject", "*@a.example", "a@*.example" },
	    { "", "a.example", "@a", "a@", "a@b@c" },
	    "want any, none, or patterns such as *@example.com, or subject" },
	{ "profile default", "san_uri", { "any", "none", "urn:*", "*" },
	    { "", "subject any", "none urn:*", "urn:**" },
	    "want any, none, or patterns such as urn:example:*" },
	{ "profile default", "san_upn", { "any", "none", "*@corp.example" },
	    { "", "subject", "corp.example", "any none" },
	    "want any, none, or patterns such as *@corp.example.com" },
	{ "profile default", "san_sid", { "any", "none", "S-1-5-21-*" },
	    { "", "subject", "5-21", "s-1-5", "S-1-5-x", "S-1-5-" },
	    "want any, none, or patterns such as S-1-5-21-*" },
	{ "profile default", "wildcard", { "yes", "no" }, { "", "any", "true" },
	    "want yes or no" },
	{ "profile default", "subject_required",
	    { "CN", "cn serialNumber", "2.5.4.99" },
	    { "", "any", "commonname,O", "CN=r1" },
	    "want types of attributes such as CN serialNumber" },
	{ "profile default", "subject_allowed", { "any", "CN O", "2.5.4.3" },
	    { "", "none", "CN any", "CNN" },
	    "want any, or types of attributes such as CN O serialNumber" },
	{ "profile default", "subject_fixed",
	    { "O=Example", "O=Example,C=CH", "O=a\\,b" },
	    { "", "Example", "O=", "O=a,", "O=\"a\"" },
	    "want a name such as O=Example,C=CH (RFC 4514)" },
	{ "profile default", "subject_derived",
	    { "CN:dns", "cn:upn UID:email", "2.5.4.5:ip" },
	    { "", "CN", "CN:", "CN:sid", "CN:DNS", ":dns", "dns:CN" },
	    "want TYPE:SOURCE such as CN:dns; SOURCE is dns, ip, email, uri "
	    "or upn" },
	{ "profile default", "policies", { "1.2.3.4", "1.2.3 2.5.29.32.0" },
	    { "", "any", "1", "1.2.3 1.2.3", "1.2.x" },
	    "want OIDs such as 1.3.6.1.4.1.99999.1, each once" },
	{ "endpoint default", "unauthorised", { "pending", "refuse" },
	    { "", "reject", "allow", "no" },
	    "want pending, refuse or program" },
	{ "endpoint default", "renewal", { "yes", "no", "challenge" },
	    { "", "true", "YES" }, "want yes, no or challenge" },
	{ "endpoint default", "renewal_of", { "old", "a b-1 c", "*" },
	    { "", "a/b", "a *b", "**", "any?" },
	    "want the NAMEs of other endpoints, each once, or * for all" },
	{ "endpoint default", "renewal_from", { "0%", "50%", "99%" },
	    { "", "50", "100%", "%", "-1%", "5 %", "50%%" },
	    "want 0% to 99% of the old certificate's life, such as 50%" },
	{ "endpoint default", "renewal_grace", { "0", "30d", "365d" },
	    { "", "366d", "-1", "no" },
	    "want a duration such as 30d, of at most 365d" },
	{ "endpoint default", "renewal_key", { "any", "new" },
	    { "", "old", "yes" }, "want any or new" },
	{ "endpoint default", "getcert", { "own", "any", "no" },
	    { "", "off", "yes" }, "want own, any or no" },
	{ "endpoint default", "getcrl", { "crl", "cdp", "no" },
	    { "", "yes", "CRL" }, "want crl, cdp or no" },
	{ "profile default", "rsa_exponent_min", { "3", "17", "65537" },
	    { "", "1", "2", "65538" }, "want a number from 3 to 65537" },
	{ "profile default", "duplicate", { "allow", "refuse", "pending" },
	    { "", "yes", "revoke" }, "want allow, refuse or pending" },
	{ "profile default", "supersede", { "never", "0", "7d", "365d" },
	    { "", "366d", "days:7", "immediately" },
	    "want never, or a duration such as 7d, of at most 365d" },
};

static void write_conf(char dir[512], struct span text)
{
	test_dir_make(dir, 512);
	ok(home_create(dir, HOME_CONF, 0640, text, e));
}

TEST_ROWS(conf, wrong, wrong)
{
	char dir[512];
	struct conf c = { .url = "untouched" };
	struct err bad;

	write_conf(dir, span_str(wrong[i].text));
	cr_expect_eq(conf_load(dir, NULL, &c, &bad), -1, "%s", wrong[i].text);
	cr_expect_eq(bad.kind, ERR_CONF);
	cr_expect_eq(strncmp(bad.text, wrong[i].want, strlen(wrong[i].want)), 0,
	    "'%s', want '%s'", bad.text, wrong[i].want);
	cr_expect_not_null(strchr(bad.text, ';'), "no remedy: '%s'", bad.text);
	cr_expect_str_eq(c.url, "untouched");
	test_dir_drop(dir);
}

Test(conf, defaults)
{
	char dir[512];
	struct conf c;

	write_conf(dir, (struct span){ NULL, 0 });
	ok(conf_load(dir, "", &c, e));
	cr_expect_str_eq(c.url, "");
	cr_expect_str_eq(c.endpoint.name, "default");
	cr_expect_eq(c.endpoint.algs.worst, ALG_LEGACY);
	cr_expect_eq(c.endpoint.reply_chain, CHAIN_NONE);
	cr_expect_eq(c.endpoint.time_window, 0);
	cr_expect_eq(c.profile.lifetime, 365 * 86400);
	cr_expect_eq(c.profile.backdate, 600);
	cr_expect_eq(c.profile.rsa_min, 2048);
	cr_expect_eq(c.profile.rsa_max, 4096);
	cr_expect_eq(c.profile.san, WISH_GRANT);
	cr_expect_not(c.offline);
	cr_expect_eq(c.pending_ttl, 7 * 86400);
	cr_expect_eq(c.pending_max, 1000);
	cr_expect_eq(c.pending_per_remote, 20);
	cr_expect_eq(c.crl_lifetime, 7 * 86400);
	cr_expect_eq(c.crl_renew, 86400);
	cr_expect_eq(c.endpoint.unauthorised, UNAUTHORISED_PENDING);
	cr_expect_eq(c.endpoint.renewal, RENEWAL_YES);
	cr_expect(words_is_empty(&c.endpoint.renewal_of));
	cr_expect_eq(c.endpoint.renewal_from, 0);
	cr_expect_eq(c.endpoint.renewal_grace, 0);
	cr_expect_not(c.endpoint.renewal_needs_new);
	cr_expect_eq(c.endpoint.getcert, GETCERT_OWN);
	cr_expect_eq(c.endpoint.getcrl, GETCRL_CRL);
	cr_expect_eq(c.profile.duplicate, DUPLICATE_ALLOW);
	cr_expect_eq(c.profile.supersede, SUPERSEDE_NEVER);
	test_dir_drop(dir);
}

/* One file with one value; what conf_load said. */
static int load_value(size_t i, const char *value, struct err *said)
{
	char dir[512], text[256];
	struct conf c;
	int rc,
	    n = snprintf(text, sizeof(text), "[%s]\n%s = %s\n",
		values[i].section, values[i].name, value);

	write_conf(dir, (struct span){ (uint8_t *)text, (size_t)n });
	rc = conf_load(dir, NULL, &c, said);
	test_dir_drop(dir);
	return rc;
}

TEST_ROWS(conf, values, values)
{
	char want[256];
	struct err said;

	for (size_t v = 0; values[i].right[v] != NULL; v++)
		cr_expect_eq(load_value(i, values[i].right[v], &said), 0, "%s",
		    said.text);
	for (size_t v = 0; values[i].wrong[v] != NULL; v++) {
		cr_expect_eq(load_value(i, values[i].wrong[v], &said), -1,
		    "%s = %s", values[i].name, values[i].wrong[v]);
		snprintf(want, sizeof(want), "ca.conf:2: %s = %s; %s",
		    values[i].name, values[i].wrong[v], values[i].say);
		cr_expect_str_eq(said.text, want);
		cr_expect_eq(said.kind, ERR_CONF);
	}
}

static const char full[] =
    "\xef\xbb\xbf; all there is, with CR LF and blanks\r\n"
    "[ca]\r\n"
    "url = https://ca.example.com:8443/scep/%41\r\n"
    "issue = offline\r\n"
    "pending_ttl = 2d\r\n"
    "pending_max = 50\r\n"
    "pending_per_address = 5\r\n"
    "crl_renew = 6h\r\n"
    "crl_lifetime = 12h\r\n"
    "\r\n"
    "[profile default]   # what goes in\r\n"
    "  days = 730\t\r\n"
    "backdate=1h ; an hour\r\n"
    "rsa_max = 3072\r\n"
    "rsa_min = 3072\r\n"
    "san = no\r\n"
    "duplicate = refuse\r\n"
    "supersede = 1h\r\n"
    "[endpoint old-routers]\r\n"
    "obsolete = yes\r\n"
    "reply_chain = full\r\n"
    "unauthorised = refuse\r\n"
    "renewal = challenge\r\n"
    "renewal_of = strict_1.x\r\n"
    "renewal_of = gone\r\n"
    "renewal_from = 50%\r\n"
    "renewal_grace = 30d\r\n"
    "renewal_key = new\r\n"
    "getcert = any\r\n"
    "getcrl = cdp\r\n"
    "[endpoint strict_1.x]\r\n"
    "legacy = no\r\n"
    "time_window: 5m\r\n"
    "renewal = no\r\n"
    "getcert = no\r\n"
    "getcrl = no\r\n"
    "[endpoint default]\r\n"
    "reply_chain = chain";

Test(conf, all_keys)
{
	char dir[512];
	struct conf c;

	write_conf(dir, span_str(full));
	ok(conf_load(dir, "old-routers", &c, e));
	cr_expect_str_eq(c.url, "https://ca.example.com:8443/scep/%41");
	cr_expect_eq(c.profile.lifetime, 730 * 86400);
	cr_expect_eq(c.profile.backdate, 3600);
	cr_expect_eq(c.profile.rsa_min, 3072);
	cr_expect_eq(c.profile.rsa_max, 3072);
	cr_expect_eq(c.profile.san, WISH_REFUSE);
	cr_expect_eq(c.profile.duplicate, DUPLICATE_REFUSE);
	cr_expect_eq(c.profile.supersede, 3600);
	cr_expect(c.offline);
	cr_expect_eq(c.pending_ttl, 2 * 86400);
	cr_expect_eq(c.pending_max, 50);
	cr_expect_eq(c.pending_per_remote, 5);
	cr_expect_eq(c.crl_lifetime, 12 * 3600);
	cr_expect_eq(c.crl_renew, 6 * 3600);
	cr_expect_str_eq(c.endpoint.name, "old-routers");
	cr_expect_eq(c.endpoint.algs.worst, ALG_OBSOLETE);
	cr_expect_eq(c.endpoint.reply_chain, CHAIN_FULL);
	cr_expect_eq(c.endpoint.time_window, 0);
	cr_expect_eq(c.endpoint.unauthorised, UNAUTHORISED_REFUSE);
	cr_expect_eq(c.endpoint.renewal, RENEWAL_CHALLENGE);
	cr_expect_str_eq(c.endpoint.renewal_of.text, "strict_1.x gone");
	cr_expect_eq(c.endpoint.renewal_from, 50);
	cr_expect_eq(c.endpoint.renewal_grace, 30 * 86400);
	cr_expect(c.endpoint.renewal_needs_new);
	cr_expect_eq(c.endpoint.getcert, GETCERT_ANY);
	cr_expect_eq(c.endpoint.getcrl, GETCRL_CDP);
	ok(conf_load(dir, "strict_1.x", &c, e));
	cr_expect_eq(c.endpoint.renewal, RENEWAL_NO);
	cr_expect_eq(c.endpoint.getcert, GETCERT_NO);
	cr_expect_eq(c.endpoint.getcrl, GETCRL_NO);
	cr_expect_eq(c.endpoint.algs.worst, ALG_CURRENT);
	cr_expect_eq(c.endpoint.reply_chain, CHAIN_NONE);
	cr_expect_eq(c.endpoint.time_window, 300);
	ok(conf_load(dir, NULL, &c, e));
	cr_expect_eq(c.endpoint.algs.worst, ALG_LEGACY);
	cr_expect_eq(c.endpoint.reply_chain, CHAIN_CHAIN);
	test_dir_drop(dir);
}

/* What stands below a preset changes what that has set, and no more. */
Test(conf, preset_order)
{
	char dir[512];
	struct conf c;

	write_conf(dir,
	    SPAN_LIT("[endpoint a]\npreset = cisco-legacy\n"
		     "[endpoint b]\npreset = cisco-legacy\nobsolete = no\n"
		     "renewal_grace = 0\nprofile = p\n"
		     "[profile p]\nsan_dns = *.a\nsan_dns = *.b subject\n"
		     "subject_allowed = CN\nsubject_allowed = O\n"));
	ok(conf_load(dir, "a", &c, e));
	cr_expect_eq(c.endpoint.algs.worst, ALG_OBSOLETE);
	cr_expect_eq(c.endpoint.reply_chain, CHAIN_FULL);
	cr_expect_eq(c.endpoint.renewal_grace, 30 * 86400);
	cr_expect_str_eq(c.profile.name, "default");
	ok(conf_load(dir, "b", &c, e));
	cr_expect_eq(c.endpoint.algs.worst, ALG_LEGACY);
	cr_expect_eq(c.endpoint.reply_chain, CHAIN_FULL);
	cr_expect_eq(c.endpoint.renewal_grace, 0);
	cr_expect_str_eq(c.profile.name, "p");
	/* lines of a list add up */
	cr_expect_str_eq(c.profile.san_rule[SAN_DNS].text, "*.a *.b subject");
	cr_expect_str_eq(c.profile.subject_allowed.text, "2.5.4.3 2.5.4.10");
	test_dir_drop(dir);
}

/* The endpoint that the web server names must be there; so must the file. */
Test(conf, not_there)
{
	char dir[512];
	struct conf c;
	struct err bad;

	test_dir_make(dir, sizeof(dir));
	cr_expect_eq(conf_load(dir, NULL, &c, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF);
	cr_expect_not_null(strstr(bad.text, "scepca init"), "%s", bad.text);
	ok(home_create(dir, HOME_CONF, 0640, SPAN_LIT("[endpoint a]\n"), e));
	cr_expect_eq(conf_load(dir, "b", &c, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF);
	cr_expect_eq(conf_load(dir, "a", &c, &bad), 0);
	cr_expect_eq(conf_load(dir, NULL, &c, &bad), 0);
	test_dir_drop(dir);
}

static int collect(const struct conf *c, void *arg)
{
	char *names = arg;

	strcat(names, c->endpoint.name);
	strcat(names, " ");
	return strcmp(c->endpoint.name, "strict_1.x") == 0 ? -1 : 0;
}

Test(conf, each_endpoint)
{
	char dir[512], names[256] = "";

	write_conf(dir, span_str(full));
	ok(conf_each_endpoint(dir, collect, names, e));
	cr_expect_str_eq(names, "default old-routers strict_1.x ");
	test_dir_drop(dir);
}

Test(conf, durations)
{
	static const struct {
		const char *text;
		int64_t want; /* -1: refused */
	} rows[] = {
		{ "0", 0 },
		{ "90", 90 },
		{ "90s", 90 },
		{ "10m", 600 },
		{ "12h", 43200 },
		{ "365d", 365 * 86400 },
		{ "36525d", INT64_C(36525) * 86400 },
		{ "36526d", -1 },
		{ "99999999999999999999", -1 },
		{ "", -1 },
		{ "m", -1 },
		{ "-1m", -1 },
		{ "1 m", -1 },
		{ "1m ", -1 },
		{ "1M", -1 },
		{ "1w", -1 },
		{ "1.5h", -1 },
		{ "1h30m", -1 },
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		int64_t s = -1;
		struct err bad;
		int rc = parse_duration(rows[i].text, &s, &bad);

		cr_expect_eq(s, rows[i].want, "'%s'", rows[i].text);
		cr_expect_eq(rc, rows[i].want < 0 ? -1 : 0);
		if (rc != 0)
			cr_expect_eq(bad.kind, ERR_INPUT);
	}
}
