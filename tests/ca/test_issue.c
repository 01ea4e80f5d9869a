/* Certificates as they are made: serials, dates, extensions, names. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "ca_home.h"
#include "client.h"

enum { DAY = 86400 };

/* With http:// it is as long as a line of ca.conf lets it be. */
#define TEN "abcdefghi."
#define FIFTY TEN TEN TEN TEN TEN
#define LONG_HOST FIFTY FIFTY FIFTY TEN "example"

static const uint8_t client_auth[] = { 0x30, 0x0a, 0x06, 0x08, 0x2b, 0x06, 0x01,
	0x05, 0x05, 0x07, 0x03, 0x02 };

static const struct authorisation allowed = { .granted = true };

/* A leaf for the name of `c` from the CA of `h` */
static int issue(struct ca_home *h, const struct client *c, struct span san,
    int64_t now, struct stored_cert *cert, struct err *why)
{
	struct grantable g = {
		.subject = buf_span(&c->name),
		.san = san,
		.key_usage =
		    GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT,
	};
	struct buf spki = { 0 };
	int rc;

	*cert = (struct stored_cert){ .issued_at = 0 };
	ok(buf_put(
	    &g.eku, (struct span){ client_auth, sizeof(client_auth) }, e));
	ok(privkey_spki(c->key, &spki, e));
	rc = issue_leaf(h->ca, &allowed, &h->ca->conf.profile, &g,
	    buf_span(&spki), now, cert, why);
	grantable_release(&g);
	buf_release(&spki);
	return rc;
}

static int by_serial(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct serial));
}

/* T-08: 10^4 serials: unique, positive, minimal, at most 20 octets */
Test(issue, serials)
{
	static struct serial all[10000];
	size_t full = 0;

	for (size_t i = 0; i < COUNT(all); i++) {
		struct serial *s = &all[i];

		ok(serial_random(s, e));
		cr_assert(s->n >= 1 && s->n <= SERIAL_MAX);
		cr_assert((s->b[0] & 0x80) == 0);
		cr_assert(s->n == 1 || s->b[0] != 0 || (s->b[1] & 0x80) != 0);
		cr_assert(s->n > 1 || s->b[0] != 0);
		full += s->n == SERIAL_MAX;
	}
	qsort(all, COUNT(all), sizeof(all[0]), by_serial);
	for (size_t i = 1; i < COUNT(all); i++)
		cr_assert_neq(by_serial(&all[i - 1], &all[i]), 0);
	/* 159 random bits: all 20 octets but for one in 256 */
	cr_expect_gt(full, 9900, "%zu", full);
	cr_expect_lt(full, 10000, "%zu", full);
}

/* R182: never beyond the CA; that of the tests lives from -600 for 3650 days */
static const struct {
	const char *conf;
	int64_t now, from, to; /* relative to TEST_NOW */
} dates[] = {
	{ "", DAY, DAY - 600, 366 * DAY },
	{ "", 0, -600, 365 * DAY },
	{ "", 3600 - 600, 2400, 365 * DAY + 3000 },
	{ "[profile default]\nbackdate = 1d\n", 3600, -600, 365 * DAY + 3600 },
	{ "[profile default]\nbackdate = 0\n", 5, 5, 365 * DAY + 5 },
	{ "[profile default]\ndays = 120\n", 3590 * DAY, 3590 * DAY - 600,
	    INT64_C(3650) * DAY },
	{ "[profile default]\ndays = 36500\n", DAY, DAY - 600,
	    INT64_C(3650) * DAY },
	{ "[profile default]\ndays = 60\n", 3590 * DAY, 3590 * DAY - 600,
	    INT64_C(3650) * DAY },
	{ "[profile default]\ndays = 59\n", 3590 * DAY, 3590 * DAY - 600,
	    INT64_C(3649) * DAY },
};

TEST_ROWS(issue, dates, dates)
{
	struct ca_home h;
	struct client c;
	struct stored_cert cert;
	struct cert_view v;

	ca_home_make(&h, CA_RSA, dates[i].conf);
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	ok(issue(
	    &h, &c, (struct span){ 0 }, TEST_NOW + dates[i].now, &cert, e));
	ok(cert_parse(buf_span(&cert.der), &v, e));
	cr_expect_eq(v.not_before, TEST_NOW + dates[i].from, "from %lld",
	    (long long)(v.not_before - TEST_NOW));
	cr_expect_eq(v.not_after, TEST_NOW + dates[i].to, "to %lld",
	    (long long)(v.not_after - TEST_NOW));
	cr_expect_eq(cert.not_before, v.not_before);
	cr_expect_eq(cert.not_after, v.not_after);
	cr_expect_eq(cert.state, CERT_VALID);
	stored_cert_release(&cert);
	client_release(&c);
	ca_home_drop(&h);
}

static const struct extension {
	const char *oid;
	bool critical;
} leaf_extensions[] = {
	{ "2.5.29.19", true },
	{ "2.5.29.15", true },
	{ "2.5.29.37", false },
	{ "2.5.29.14", false },
	{ "2.5.29.35", false },
	{ "2.5.29.17", false },
};

/* The extensions of the certificate are these, in this order. */
static void expect_extensions(
    struct span der, const struct extension *want, size_t n)
{
	char oid[EXTENSION_OID_MAX];
	struct cert_view v;
	struct span value;
	bool critical;

	ok(cert_parse(der, &v, e));
	for (size_t i = 0; i < n; i++) {
		ok(extension_next(&v.extensions, oid, &value, &critical, e));
		cr_expect_str_eq(oid, want[i].oid);
		cr_expect_eq(critical, want[i].critical, "%s", oid);
	}
	cr_expect_eq(v.extensions.n, 0);
}

/* The golden case, for each kind of CA: T-27 in what passes */
static void leaf(enum ca_kind kind, const char *sig_oid, size_t oid_size)
{
	const struct span san = SPAN_LIT("\x30\x04\x82\x02r1");
	struct ca_home h;
	struct client c;
	struct stored_cert cert;
	struct cert_view v;
	struct span value, aki, ski;

	ca_home_make(&h, kind, "");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	ok(issue(&h, &c, san, TEST_NOW, &cert, e));
	expect_extensions(
	    buf_span(&cert.der), leaf_extensions, COUNT(leaf_extensions));
	ok(cert_parse(buf_span(&cert.der), &v, e));
	cr_expect(
	    span_eq(v.serial, (struct span){ cert.serial.b, cert.serial.n }));
	ok(cert_extension(v.extensions, "2.5.29.19", &value, NULL, e));
	cr_expect(span_eq(value, SPAN_LIT("\x30\x00")));
	ok(cert_extension(v.extensions, "2.5.29.15", &value, NULL, e));
	cr_expect(span_eq(value, SPAN_LIT("\x03\x02\x05\xa0")));
	ok(cert_extension(v.extensions, "2.5.29.17", &value, NULL, e));
	cr_expect(span_eq(value, san));
	/* AKI names the CA's SKI */
	ok(cert_ski(&h.ca->ca_cert, &ski, e));
	cr_expect_eq(ski.n, 20);
	ok(cert_extension(v.extensions, "2.5.29.35", &value, NULL, e));
	ok(der_next(&value, DER_SEQUENCE, &aki, e));
	ok(der_next(&aki, DER_CTX0, &value, e));
	cr_expect(span_eq(value, ski));
	cr_expect_not_null(memmem(cert.der.p, cert.der.n, sig_oid, oid_size));
	ok(scep_cert_issued_by(buf_span(&cert.der), h.ca->ca_cert.der, e));
	stored_cert_release(&cert);
	client_release(&c);
	ca_home_drop(&h);
}

Test(issue, leaf_of_rsa)
{
	leaf(CA_RSA, "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9);
}

Test(issue, leaf_of_p384)
{
	leaf(CA_EC_RA, "\x2a\x86\x48\xce\x3d\x04\x03\x03", 8); /* SHA-384 */
}

Test(issue, leaf_of_p256)
{
	leaf(CA_EC, "\x2a\x86\x48\xce\x3d\x04\x03\x02", 8); /* SHA-256 */
}

static const struct {
	const char *conf;
	const char *crl, *issuer; /* NULL: the certificate says nothing */
} urls[] = {
	{ "", NULL, NULL },
	{ "[ca]\nurl = http://h\n", "http://h/pki/ca.crl",
	    "http://h/pki/ca.crt" },
	{ "[ca]\nurl = http://h:8080/\n", "http://h:8080/pki/ca.crl",
	    "http://h:8080/pki/ca.crt" },
	{ "[ca]\nurl = https://[::1]/a/b//\n", "https://[::1]/a/b/pki/ca.crl",
	    "https://[::1]/a/b/pki/ca.crt" },
	{ "[ca]\nurl = http://" LONG_HOST "\n",
	    "http://" LONG_HOST "/pki/ca.crl",
	    "http://" LONG_HOST "/pki/ca.crt" },
};

/* The extension `oid` holds `url` as a URI behind `head`, and no more. */
static void expect_url(const struct cert_view *v, const char *oid,
    struct span head, const char *url)
{
	struct span value;
	struct buf want = { 0 };
	bool critical;

	if (url == NULL) {
		cr_expect_eq(
		    cert_extension(v->extensions, oid, &value, &critical, NULL),
		    -1, "%s", oid);
		return;
	}
	ok(cert_extension(v->extensions, oid, &value, &critical, e));
	cr_expect_not(critical);
	ok(der_put(&want, 0x86, span_str(url), e));
	cr_assert(value.n > want.n + head.n);
	cr_expect(span_eq((struct span){ value.p + value.n - want.n, want.n },
	    buf_span(&want)));
	cr_expect_not_null(memmem(value.p, value.n - want.n, head.p, head.n));
	buf_release(&want);
}

/* R172, R173: where CRL and issuer are, if the operator has said where we are */
Test(issue, pointers)
{
	const struct span ca_issuers = SPAN_LIT("\x2b\6\1\5\5\x07\x30\2");

	for (size_t i = 0; i < COUNT(urls); i++) {
		struct ca_home h;
		struct client c;
		struct stored_cert cert;
		struct cert_view v;

		ca_home_make(&h, CA_RSA, urls[i].conf);
		client_make(&c, "dev1", "rsa:2048", "CN=r1");
		ok(issue(&h, &c, (struct span){ 0 }, TEST_NOW, &cert, e));
		ok(cert_parse(buf_span(&cert.der), &v, e));
		expect_url(&v, "2.5.29.31", SPAN_LIT("\xa0"), urls[i].crl);
		expect_url(&v, "1.3.6.1.5.5.7.1.1", ca_issuers, urls[i].issuer);
		stored_cert_release(&cert);
		client_release(&c);
		ca_home_drop(&h);
	}
}

/* Field note D10: the SAN of a certificate without a subject is critical */
Test(issue, no_subject)
{
	struct ca_home h;
	struct client c;
	struct stored_cert cert;
	struct cert_view v;
	struct span value;
	struct err bad;
	bool critical;

	ca_home_make(&h, CA_RSA, "");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	buf_cut(&c.name, 0);
	ok(buf_put(&c.name, SPAN_LIT("\x30\x00"), e));
	ok(issue(&h, &c, SPAN_LIT("\x30\x04\x82\x02r1"), TEST_NOW, &cert, e));
	ok(cert_parse(buf_span(&cert.der), &v, e));
	ok(cert_extension(v.extensions, "2.5.29.17", &value, &critical, e));
	cr_expect(critical);
	stored_cert_release(&cert);
	/* and one with neither does not leave the house */
	cr_expect_eq(
	    issue(&h, &c, (struct span){ 0 }, TEST_NOW, &cert, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CRYPTO, "%s", bad.text);
	cr_expect_eq(cert.der.n, 0);
	client_release(&c);
	ca_home_drop(&h);
}

/* T-11: nothing without an authorisation; T-36: nor outside the CA's life */
Test(issue, not_now_not_so)
{
	static const int64_t times[] = { -601, INT64_C(3650) * DAY };
	struct ca_home h;
	struct client c;
	struct grantable g = { .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE };
	struct stored_cert cert = { .issued_at = 0 };
	struct err bad;

	ca_home_make(&h, CA_RSA, "");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	for (size_t i = 0; i < COUNT(times); i++) {
		cr_expect_eq(issue(&h, &c, (struct span){ 0 },
				 TEST_NOW + times[i], &cert, &bad),
		    -1);
		cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);
	}
	g.subject = buf_span(&c.name);
	cr_expect_eq(
	    issue_leaf(h.ca, &(struct authorisation){ .has_challenge = true },
		&h.ca->conf.profile, &g, h.ca->ca_cert.spki, TEST_NOW, &cert,
		&bad),
	    -1);
	cr_expect_eq(cert.der.n, 0);
	client_release(&c);
	ca_home_drop(&h);
}

/*
 * R001: what the CA's own certificates say that they may do.  Field note B8: a
 * CA alone signs and deciphers, of an RA there is one certificate for each.
 */
Test(issue, ca_and_ra)
{
	static const struct extension ca[] = { { "2.5.29.19", true },
		{ "2.5.29.15", true }, { "2.5.29.14", false },
		{ "2.5.29.35", false } };
	static const struct {
		enum ca_kind kind;
		struct span usage;
	} rows[] = {
		{ CA_RSA, BYTES("\x03\x02\x01\xa6") },
		{ CA_EC, BYTES("\x03\x02\x01\x86") },
		{ CA_RSA_RA, BYTES("\x03\x02\x01\x06") },
	};
	struct ca_home h;
	struct span value;

	for (size_t i = 0; i < COUNT(rows); i++) {
		ca_home_make(&h, rows[i].kind, "");
		ok(ca_certs(h.ca, e));
		expect_extensions(h.ca->ca_cert.der, ca, COUNT(ca));
		ok(cert_extension(
		    h.ca->ca_cert.extensions, "2.5.29.15", &value, NULL, e));
		cr_expect(span_eq(value, rows[i].usage));
		ok(cert_extension(h.ca->ca_cert.extensions, "2.5.29.19", &value,
		    NULL, e)); /* T-23: CA:TRUE, no CA below it */
		cr_expect(span_eq(
		    value, SPAN_LIT("\x30\x06\x01\x01\xff\x02\x01\x00")));
		if (rows[i].kind != CA_RSA_RA) {
			ca_home_drop(&h);
			continue;
		}
		expect_extensions(h.ca->sign_cert.der, leaf_extensions, 5);
		expect_extensions(h.ca->enc_cert.der, leaf_extensions, 5);
		ok(cert_extension(
		    h.ca->sign_cert.extensions, "2.5.29.15", &value, NULL, e));
		cr_expect(span_eq(value, SPAN_LIT("\x03\x02\x07\x80")));
		ok(cert_extension(
		    h.ca->enc_cert.extensions, "2.5.29.15", &value, NULL, e));
		cr_expect(span_eq(value, SPAN_LIT("\x03\x02\x05\x20")));
		/* field note B9: Certificate Request Agent, for Windows */
		ok(cert_extension(
		    h.ca->sign_cert.extensions, "2.5.29.37", &value, NULL, e));
		cr_expect(span_eq(value,
		    SPAN_LIT("\x30\x0c\x06\x0a\x2b\x06\x01\x04\x01"
			     "\x82\x37\x14\x02\x01")));
		cr_expect_eq(h.ca->enc_cert.not_after,
		    h.ca->ca_cert.not_after); /* R182 */
		ca_home_drop(&h);
	}
}

/* RFC 5280, 4.1.2.5: from 2050 on the other form of time; both pass the lint */
Test(issue, beyond_2050)
{
	struct privkey *key = test_key("ca", "rsa:2048");
	struct buf name = { 0 };
	struct stored_cert cert = { .issued_at = 0 };
	struct cert_view v;

	ok(name_parse("CN=Long", &name, e));
	ok(issue_ca(buf_span(&name), key, false, TEST_NOW, INT64_C(36500) * DAY,
	    &cert, e));
	ok(cert_parse(buf_span(&cert.der), &v, e));
	cr_expect_eq(v.not_after, TEST_NOW + INT64_C(36500) * DAY);
	cr_expect_not_null(memmem(cert.der.p, cert.der.n, "\x18\x0f", 2));
	stored_cert_release(&cert);
	buf_release(&name);
	privkey_free(key);
}
