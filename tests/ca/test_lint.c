/* T-27: every way a certificate can be wrong, and that it is noticed. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "ca_home.h"
#include "extensions.h"
#include "lint.h"

enum { DAY = 86400 };

/* A certificate in the making.  Rows change one thing. */
struct work {
	struct ca_home h;
	struct privkey *key, *other_key;
	struct buf spki, other_spki;
	struct cert_fields made, decided;
	struct extension_plan plan;
	const struct privkey *signer;
	const char *digest;
	struct span extra;   /* Extensions behind the planned ones */
	const char *without; /* an extension to be left out */
	const char *flip;    /* an extension whose criticality is turned */
	bool version_2, bad_signature;
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

static void serial_other(struct work *w)
{
	w->decided.serial = SPAN_LIT("\1\2\4");
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

static void signer_other(struct work *w)
{
	w->signer = w->other_key;
}

static void signature_bit(struct work *w)
{
	w->bad_signature = true;
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
	{ serial_other, "another serial" },
	{ dates_backwards, "ends before" },
	{ dates_before_ca, "outside" },
	{ dates_after_ca, "outside" },
	{ dates_other, "other dates" },
	{ issuer_other, "another issuer" },
	{ issuer_decided_other, "another issuer" },
	{ subject_other, "another subject" },
	{ key_other, "another key" },
	{ sha1, "less than SHA-256" },
	{ signer_other, "does not verify" },
	{ signature_bit, "does not verify" },
	{ version_2, "unreadable" }, /* with extensions, says GnuTLS */
	{ no_bc, "basicConstraints" },
	{ no_ku, "keyUsage" },
	{ no_ski, "subjectKeyIdentifier" },
	{ no_aki, "authorityKeyIdentifier" },
	{ bc_not_critical, "basicConstraints" },
	{ ku_not_critical, "keyUsage" },
	{ aki_critical, "authorityKeyIdentifier" },
	{ ku_twice, "wrong" },
	{ san_empty, "empty extension" },
	{ eku_empty, "empty extension" },
	{ value_empty, "without a value" },
	{ urls_good, NULL },
	{ crl_url_other, "cRLDistributionPoints" },
	{ crl_url_critical, "cRLDistributionPoints" },
	{ crl_point_without_url, "cRLDistributionPoints" },
	{ ca_url_other, "authorityInfoAccess" },
	{ ca_url_critical, "authorityInfoAccess" },
	{ ca_url_is_ocsp, "authorityInfoAccess" },
	{ ku_of_a_ca, "against basicConstraints" },
	{ ca_without_ku, "against basicConstraints" },
	{ ku_of_ec, "against the type of key" },
	{ nameless, "no name" },
	{ nameless_san_not_critical, "no name" },
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
	w->signer = w->h.ca->ca_key;
	w->made = (struct cert_fields){
		.serial = SPAN_LIT("\1\2\3"),
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
		.aki = SPAN_LIT("01234567890123456789"),
	};
	w->decided = w->made;
}

static void end(struct work *w)
{
	privkey_free(w->key);
	privkey_free(w->other_key);
	buf_release(&w->spki);
	buf_release(&w->other_spki);
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

static void sign(struct work *w, struct buf *extensions, struct buf *der)
{
	const struct alg_digest *digest = alg_digest_by_name(w->digest);
	struct buf tbs = { 0 };
	uint8_t *version;

	put_extensions(w, extensions);
	w->made.extensions = w->decided.extensions = buf_span(extensions);
	ok(cert_tbs(&w->made, GNUTLS_PK_RSA, digest, &tbs, e));
	if (w->version_2) {
		version = memmem(tbs.p, tbs.n, "\xa0\x03\x02\x01\x02", 5);
		cr_assert_not_null(version);
		version[4] = 1;
	}
	ok(cert_sign(buf_span(&tbs), w->signer, digest, der, e));
	if (w->bad_signature)
		der->p[der->n - 1] ^= 1;
	buf_release(&tbs);
}

ParameterizedTestParameters(lint, each)
{
	static size_t idx[COUNT(rows)];

	for (size_t n = 0; n < COUNT(idx); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, COUNT(idx));
}

ParameterizedTest(size_t *i, lint, each)
{
	struct buf extensions = { 0 }, der = { 0 };
	struct err bad = { 0 };
	struct work w;
	int rc;

	begin(&w);
	rows[*i].change(&w);
	sign(&w, &extensions, &der);
	rc = lint_cert(buf_span(&der), &w.decided, &w.h.ca->ca_cert, &bad);
	cr_expect_eq(
	    rc, rows[*i].want == NULL ? 0 : -1, "row %zu: %s", *i, bad.text);
	if (rc != 0)
		cr_expect_not_null(strstr(bad.text, rows[*i].want),
		    "row %zu: '%s'", *i, bad.text);
	buf_release(&extensions);
	buf_release(&der);
	end(&w);
}

/* What was decided and what was made differ in the extensions only. */
Test(lint, other_extensions)
{
	struct buf extensions = { 0 }, der = { 0 };
	struct err bad;
	struct work w;

	begin(&w);
	sign(&w, &extensions, &der);
	w.decided.extensions.n -= 1;
	cr_expect_eq(
	    lint_cert(buf_span(&der), &w.decided, &w.h.ca->ca_cert, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CRYPTO);
	cr_expect_not_null(
	    strstr(bad.text, "other extensions"), "%s", bad.text);
	buf_release(&extensions);
	buf_release(&der);
	end(&w);
}
