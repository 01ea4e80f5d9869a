/* T-27: every way a certificate can be wrong, and that it is not signed. */
#include <criterion/criterion.h>
#include <string.h>

#include "ca_home.h"
#include "extensions.h"
#include "lint.h"

enum { DAY = 86400 };

/* A certificate in the making.  Rows change one thing. */
struct work {
	struct ca_home h;
	struct privkey *key, *other_key, *ec_key;
	struct buf spki, other_spki, ec_spki;
	struct cert_view issuer;
	struct cert_fields made, decided;
	struct extension_plan plan;
	const char *digest;
	struct span extra;   /* Extensions behind the planned ones */
	const char *without; /* an extension to be left out */
	const char *flip;    /* an extension whose criticality is turned */
	bool version_2;
};

static void serial_long(struct work *w)
{
	w->made.serial = w->decided.serial =
	    SPAN_LIT("\1........................");
}

static void serial_zero(struct work *w)
{
	w->made.serial = w->decided.serial = SPAN_LIT("\0");
}

static void serial_negative(struct work *w)
{
	w->made.serial = w->decided.serial = SPAN_LIT("\x80\1");
}

static void serial_not_minimal(struct work *w)
{
	w->made.serial = w->decided.serial = SPAN_LIT("\0\1......");
}

static void serial_short(struct work *w)
{
	w->made.serial = w->decided.serial = SPAN_LIT("\0\x80......");
}

static void serial_of_64_bits(struct work *w)
{
	w->made.serial = w->decided.serial = SPAN_LIT("\0\x80.......");
}

static void serial_other(struct work *w)
{
	w->decided.serial = SPAN_LIT("\1\2.......");
}

static void dates_backwards(struct work *w)
{
	w->made.not_after = w->decided.not_after = w->made.not_before;
}

static void dates_before_ca(struct work *w)
{
	w->made.not_before = w->decided.not_before = TEST_NOW - 601;
}

static void dates_after_ca(struct work *w)
{
	w->made.not_after = w->decided.not_after =
	    w->h.ca->ca_cert.not_after + 1;
}

static void dates_other(struct work *w)
{
	w->decided.not_after++;
}

static void issuer_other(struct work *w)
{
	w->made.issuer = w->made.subject;
}

static void issuer_decided_other(struct work *w)
{
	w->made.issuer = w->decided.issuer = w->made.subject;
}

static void issuer_nameless(struct work *w)
{
	w->made.issuer = w->decided.issuer = w->issuer.subject =
	    SPAN_LIT("\x30\x00");
}

static void subject_other(struct work *w)
{
	w->made.subject = SPAN_LIT("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04"
				   "\x03\x13\x02r1"); /* PrintableString */
}

static void key_other(struct work *w)
{
	w->made.spki = buf_span(&w->other_spki);
}

static void sha1(struct work *w)
{
	w->digest = "SHA-1";
}

static void version_2(struct work *w)
{
	w->version_2 = true;
}

static void no_bc(struct work *w)
{
	w->without = "2.5.29.19";
}

static void no_ku(struct work *w)
{
	w->without = "2.5.29.15";
}

static void no_ski(struct work *w)
{
	w->without = "2.5.29.14";
}

static void no_aki(struct work *w)
{
	w->without = "2.5.29.35";
}

static void bc_not_critical(struct work *w)
{
	w->flip = "2.5.29.19";
}

static void ku_not_critical(struct work *w)
{
	w->flip = "2.5.29.15";
}

static void aki_critical(struct work *w)
{
	w->flip = "2.5.29.35";
}

static void ku_twice(struct work *w)
{
	w->extra = SPAN_LIT("\x30\x0e\x06\x03\x55\x1d\x0f\x01\x01\xff\x04\x04"
			    "\x03\x02\x05\xa0");
}

static void san_empty(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x00");
}

static void eku_empty(struct work *w)
{
	w->plan.eku = SPAN_LIT("\x30\x00");
}

static void eku_of_anything(struct work *w)
{
	w->plan.eku = SPAN_LIT("\x30\x06\x06\x04\x55\x1d\x25\x00");
}

/* clientAuth before it */
static void eku_of_ocsp(struct work *w)
{
	w->plan.eku = SPAN_LIT("\x30\x14\x06\x08\x2b\x06\x01\x05\x05"
			       "\x07\x03\x02\x06\x08\x2b\x06\x01\x05"
			       "\x05\x07\x03\x09");
}

static void policies_good(struct work *w)
{
	w->extra = SPAN_LIT("\x30\x15\x06\x03\x55\x1d\x20\x04\x0e\x30\x0c"
			    "\x30\x04\x06\x02\x2a\x03"
			    "\x30\x04\x06\x02\x2a\x04");
}

static void policy_twice(struct work *w)
{
	w->extra = SPAN_LIT("\x30\x15\x06\x03\x55\x1d\x20\x04\x0e\x30\x0c"
			    "\x30\x04\x06\x02\x2a\x03"
			    "\x30\x04\x06\x02\x2a\x03");
}

static void policies_empty(struct work *w)
{
	w->extra = SPAN_LIT("\x30\x09\x06\x03\x55\x1d\x20\x04\x02\x30\x00");
}

static void ski_other(struct work *w)
{
	w->plan.spki = buf_span(&w->other_spki);
}

static void aki_other(struct work *w)
{
	w->plan.aki = SPAN_LIT("01234567890123456789");
}

/* A name twice is a client's habit, and does no harm. */
static void san_good(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x1e\x82\x04r_-1\x82\x04r_-1\x82\x05*.lab"
			       "\x82\x03x.y\x87\x04\xc0\x00\x02\x01");
}

static void san_dns_blank(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x05\x82\x03r 1");
}

static void san_dns_empty(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x02\x82\x00");
}

static void san_dns_dot(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x05\x82\x03r1.");
}

static void san_ip_of_five(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x07\x87\x05\1\2\3\4\5");
}

static void san_critical(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x04\x82\x02r1");
	w->flip = "2.5.29.17";
}

static void san_behind(struct work *w)
{
	w->plan.san = SPAN_LIT("\x30\x06\x82\x02r1\x82\x7f");
}

static void value_empty(struct work *w)
{
	w->extra = SPAN_LIT("\x30\x07\x06\x03\x2a\x03\x04\x04\x00");
}

static void urls_good(struct work *w)
{
	w->plan.crl_url = "http://h/pki/ca.crl";
	w->plan.ca_url = "https://h/pki/ca.crt";
}

static void crl_url_other(struct work *w)
{
	w->plan.crl_url = "ldap://h/cn=CRL";
}

static void crl_url_critical(struct work *w)
{
	urls_good(w);
	w->flip = "2.5.29.31";
}

/* cRLIssuer only */
static void crl_point_without_url(struct work *w)
{
	w->extra = SPAN_LIT("\x30\x18\x06\x03\x55\x1d\x1f\x04\x11\x30\x0f"
			    "\x30\x0d\xa2\x0b\xa4\x09\x30\x07\x31\x05"
			    "\x30\x03\x06\x01\x2a");
}

static void ca_url_other(struct work *w)
{
	w->plan.ca_url = "ftp://h/pki/ca.crt";
}

static void ca_url_critical(struct work *w)
{
	urls_good(w);
	w->flip = "1.3.6.1.5.5.7.1.1";
}

static void ca_url_is_ocsp(struct work *w)
{
	w->extra = SPAN_LIT("\x30\x25\x06\x08\x2b\x06\x01\x05\x05\x07"
			    "\x01\x01\x04\x19\x30\x17\x30\x15\x06\x08"
			    "\x2b\x06\x01\x05\x05\x07\x30\x01\x86\x09"
			    "http://h/");
}

static void ku_of_a_ca(struct work *w)
{
	w->plan.key_usage |= GNUTLS_KEY_KEY_CERT_SIGN;
}

static void ca_without_ku(struct work *w)
{
	w->plan.ca = true;
}

static void ku_of_ec(struct work *w)
{
	w->plan.key_usage = GNUTLS_KEY_KEY_AGREEMENT;
}

static void ku_of_rsa(struct work *w)
{
	w->plan.key_usage = GNUTLS_KEY_KEY_ENCIPHERMENT;
	w->plan.spki = w->made.spki = w->decided.spki = buf_span(&w->ec_spki);
}

static void ku_of_crl_signer(struct work *w)
{
	w->plan.key_usage |= GNUTLS_KEY_CRL_SIGN;
}

static void ku_none(struct work *w)
{
	w->plan.key_usage = 0;
}

static void ca_below_ca(struct work *w)
{
	w->plan.ca = true;
	w->plan.key_usage |= GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN;
}

static void nameless(struct work *w)
{
	w->made.subject = w->decided.subject = w->plan.subject =
	    SPAN_LIT("\x30\x00");
}

static void nameless_san_not_critical(struct work *w)
{
	nameless(w);
	w->plan.san = SPAN_LIT("\x30\x04\x82\x02r1");
	w->flip = "2.5.29.17";
}

static void nameless_good(struct work *w)
{
	nameless(w);
	w->plan.san = SPAN_LIT("\x30\x04\x82\x02r1");
}

static void nothing(struct work *w)
{
	(void)w;
}

static const struct {
	void (*change)(struct work *w);
	const char *want; /* in the error; NULL: passes */
} rows[] = {
	{ nothing, NULL },
	{ serial_long, "serial of more than 20" },
	{ serial_zero, "not positive" },
	{ serial_negative, "not positive" },
	{ serial_not_minimal, "not minimal" },
	{ serial_short, "less than 64 bits" },
	{ serial_of_64_bits, NULL },
	{ serial_other, "another serial" },
	{ dates_backwards, "ends before" },
	{ dates_before_ca, "outside" },
	{ dates_after_ca, "outside" },
	{ dates_other, "other dates" },
	{ issuer_other, "another issuer" },
	{ issuer_decided_other, "another issuer" },
	{ issuer_nameless, "without a name" },
	{ subject_other, "another subject" },
	{ key_other, "another key" },
	{ sha1, "less than SHA-256" },
	{ version_2, "unreadable" }, /* with extensions, says GnuTLS */
	{ no_bc, "basicConstraints" },
	{ no_ku, "keyUsage" },
	{ no_ski, "subjectKeyIdentifier" },
	{ no_aki, "authorityKeyIdentifier" },
	{ bc_not_critical, "basicConstraints" },
	{ ku_not_critical, "keyUsage" },
	{ aki_critical, "authorityKeyIdentifier" },
	{ ku_twice, "unreadable" }, /* says GnuTLS, and to the next */
	{ san_empty, "empty extension" },
	{ eku_empty, "empty extension" },
	{ value_empty, "empty extension" },
	{ eku_of_anything, "anyExtendedKeyUsage" },
	{ eku_of_ocsp, "OCSPSigning" },
	{ policies_good, NULL },
	{ policy_twice, "a policy twice" },
	{ policies_empty, "empty extension" },
	{ ski_other, "another key" },
	{ aki_other, "another issuer" },
	{ san_good, NULL },
	{ san_dns_blank, "dNSName" },
	{ san_dns_empty, "unreadable" },
	{ san_dns_dot, "dNSName" },
	{ san_ip_of_five, "neither IP" },
	{ san_critical, "critical without need" },
	{ san_behind, "unreadable" },
	{ urls_good, NULL },
	{ crl_url_other, "cRLDistributionPoints" },
	{ crl_url_critical, "cRLDistributionPoints" },
	{ crl_point_without_url, "cRLDistributionPoints" },
	{ ca_url_other, "authorityInfoAccess" },
	{ ca_url_critical, "authorityInfoAccess" },
	{ ca_url_is_ocsp, "authorityInfoAccess" },
	{ ku_of_a_ca, "against basicConstraints" },
	{ ca_without_ku, "with CA:TRUE" },
	{ ca_below_ca, "with CA:TRUE" },
	{ ku_of_crl_signer, "against basicConstraints" },
	{ ku_none, "keyUsage" },
	{ ku_of_ec, "against the type of key" },
	{ ku_of_rsa, "against the type of key" },
	{ nameless, "no name" },
	{ nameless_good, NULL },
	{ nameless_san_not_critical, "critical without need, or not" },
};

static void begin(struct work *w)
{
	static const struct span name =
	    BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1");

	*w = (struct work){ .digest = "SHA-256" };
	ca_home_make(&w->h, CA_RSA, "");
	ok(ca_keys(w->h.ca, e));
	w->key = test_key("dev1", "rsa:2048");
	w->other_key = test_key("dev2", "rsa:2048");
	ok(privkey_spki(w->key, &w->spki, e));
	ok(privkey_spki(w->other_key, &w->other_spki, e));
	w->ec_key = test_key("dev-ec", "ec:p256");
	ok(privkey_spki(w->ec_key, &w->ec_spki, e));
	w->issuer = w->h.ca->ca_cert;
	w->made = (struct cert_fields){
		.serial = SPAN_LIT("\1\2......"),
		.issuer = w->h.ca->ca_cert.subject,
		.subject = name,
		.spki = buf_span(&w->spki),
		.not_before = TEST_NOW,
		.not_after = TEST_NOW + DAY,
	};
	w->plan = (struct extension_plan){
		.key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
		.subject = name,
		.spki = buf_span(&w->spki),
	};
	ok(cert_ski(&w->issuer, &w->plan.aki, e));
	w->decided = w->made;
}

static void end(struct work *w)
{
	privkey_free(w->key);
	privkey_free(w->other_key);
	buf_release(&w->spki);
	privkey_free(w->ec_key);
	buf_release(&w->other_spki);
	buf_release(&w->ec_spki);
	ca_home_drop(&w->h);
}

/* The planned extensions, with the row's change in them */
static void put_extensions(const struct work *w, struct buf *out)
{
	struct buf planned = { 0 };
	char oid[EXTENSION_OID_MAX];
	struct span list, value;
	bool critical;

	ok(extensions_build(&w->plan, &planned, e));
	list = buf_span(&planned);
	while (list.n > 0) {
		ok(extension_next(&list, oid, &value, &critical, e));
		if (w->without != NULL && strcmp(oid, w->without) == 0)
			continue;
		if (w->flip != NULL && strcmp(oid, w->flip) == 0)
			critical = !critical;
		ok(extension_put(out, oid, critical, value, e));
	}
	ok(buf_put(out, w->extra, e));
	buf_release(&planned);
}

static void make(struct work *w, struct buf *extensions, struct buf *tbs)
{
	uint8_t *version;

	put_extensions(w, extensions);
	w->made.extensions = w->decided.extensions = buf_span(extensions);
	ok(cert_tbs(
	    &w->made, GNUTLS_PK_RSA, alg_digest_by_name(w->digest), tbs, e));
	if (w->version_2) {
		version = memmem(tbs->p, tbs->n, "\xa0\x03\x02\x01\x02", 5);
		cr_assert_not_null(version);
		version[4] = 1;
	}
}

TEST_ROWS(lint, each, rows)
{
	struct buf extensions = { 0 }, tbs = { 0 };
	struct err bad = { 0 };
	struct work w;
	int rc;

	begin(&w);
	rows[i].change(&w);
	make(&w, &extensions, &tbs);
	rc = lint_tbs(buf_span(&tbs), &w.decided, &w.issuer, &bad);
	cr_expect_eq(
	    rc, rows[i].want == NULL ? 0 : -1, "row %zu: %s", i, bad.text);
	if (rc != 0) {
		cr_expect_eq(bad.kind, ERR_CRYPTO);
		cr_expect_not_null(strstr(bad.text, rows[i].want),
		    "row %zu: '%s'", i, bad.text);
	}
	buf_release(&extensions);
	buf_release(&tbs);
	end(&w);
}

static void expect_broken(int rc, const struct err *bad, const char *want)
{
	cr_expect_eq(rc, -1, "%s", want);
	cr_expect_eq(bad->kind, ERR_CRYPTO);
	cr_expect_not_null(strstr(bad->text, want), "'%s'", bad->text);
}

/* What was decided and what was made differ in the extensions only. */
Test(lint, other_extensions)
{
	struct buf extensions = { 0 }, tbs = { 0 };
	struct err bad = { 0 };
	struct work w;
	int rc;

	begin(&w);
	make(&w, &extensions, &tbs);
	w.decided.extensions.n -= 1;
	rc = lint_tbs(buf_span(&tbs), &w.decided, &w.issuer, &bad);
	expect_broken(rc, &bad, "other extensions");
	buf_release(&extensions);
	buf_release(&tbs);
	end(&w);
}

/* A leaf is no CA that signs itself, and the other way round. */
Test(lint, self_signed)
{
	struct buf extensions = { 0 }, tbs = { 0 };
	struct err bad = { 0 };
	struct work w;
	int rc;

	begin(&w);
	w.made.issuer = w.decided.issuer = w.made.subject;
	w.plan.aki = w.plan.spki;
	make(&w, &extensions, &tbs);
	rc = lint_tbs(buf_span(&tbs), &w.decided, NULL, &bad);
	expect_broken(rc, &bad, "without CA:TRUE");
	buf_release(&extensions);
	buf_release(&tbs);
	end(&w);
}

/*
 * T-07: between what was looked at and what leaves there is no octet of
 * difference, and the signature is the issuer's.
 */
Test(lint, what_was_signed)
{
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf extensions = { 0 }, tbs = { 0 }, der = { 0 }, other = { 0 };
	struct err bad = { 0 };
	struct span signed_tbs;
	struct work w;
	uint8_t *alg;
	size_t missed = 0;

	begin(&w);
	make(&w, &extensions, &tbs);
	signed_tbs = buf_span(&tbs);
	ok(cert_sign(signed_tbs, w.h.ca->ca_key, digest, &der, e));
	ok(lint_signed(buf_span(&der), signed_tbs, &w.issuer, e));

	for (size_t i = 0; i < der.n; i++) {
		der.p[i] ^= 1;
		missed += lint_signed(
			      buf_span(&der), signed_tbs, &w.issuer, NULL) == 0;
		der.p[i] ^= 1;
	}
	cr_expect_eq(missed, 0, "%zu octets may change", missed);

	/* what somebody else signed, or what was not looked at */
	ok(cert_sign(signed_tbs, w.other_key, digest, &other, e));
	expect_broken(
	    lint_signed(buf_span(&other), signed_tbs, &w.issuer, &bad), &bad,
	    "does not verify");
	tbs.p[tbs.n - 1] ^= 1;
	expect_broken(lint_signed(buf_span(&der), signed_tbs, &w.issuer, &bad),
	    &bad, "not what was looked at");
	tbs.p[tbs.n - 1] ^= 1;

	/* the algorithm beside the signature: SHA-384 for SHA-256 */
	alg = memmem(der.p + tbs.n, der.n - tbs.n, "\x01\x01\x0b", 3);
	cr_assert_not_null(alg);
	alg[2] = 0x0c;
	expect_broken(lint_signed(buf_span(&der), signed_tbs, &w.issuer, &bad),
	    &bad, "another algorithm");
	buf_release(&extensions);
	buf_release(&tbs);
	buf_release(&der);
	buf_release(&other);
	end(&w);
}
