/* A home opened: certificates, keys, what they must fit, what GetCA* says. */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "client.h"
#include "cms_signed.h"
#include "get_ca.h"

/* Each of these is a broken home; the text says what to do. */
static void expect_conf(int rc, const struct err *e, const char *text)
{
	cr_expect_eq(rc, -1);
	cr_expect_eq(e->kind, ERR_CONF, "%s", e->text);
	cr_expect_not_null(
	    strstr(e->text, text), "'%s', want '%s'", e->text, text);
}

/* Field note A20: what clients ask before every call costs no key */
Test(ca, keys_are_loaded_when_needed)
{
	struct ca_home h;
	struct buf body = { 0 };
	const char *type;

	ca_home_make(&h, CA_RSA_RA, "");
	ok(get_ca_caps(h.ca, &body, e));
	cr_expect(!h.ca->has_certs);
	ok(get_ca_cert(h.ca, &body, &type, e));
	cr_expect(h.ca->has_certs && h.ca->has_ra);
	cr_expect_null(h.ca->sign_key);
	ok(ca_sign_key(h.ca, e));
	cr_expect_not_null(h.ca->sign_key);
	cr_expect(h.ca->ca_key == NULL && h.ca->enc_key == NULL);
	ok(ca_enc_key(h.ca, e));
	cr_expect_null(h.ca->ca_key);
	ok(ca_keys(h.ca, e));
	cr_expect(h.ca->ca_key != h.ca->sign_key);
	cr_expect(h.ca->enc_key != h.ca->sign_key);
	buf_release(&body);
	ca_home_drop(&h);

	ca_home_make(&h, CA_RSA, "");
	ok(ca_keys(h.ca, e));
	cr_expect(h.ca->ca_key == h.ca->sign_key);
	cr_expect(h.ca->ca_key == h.ca->enc_key);
	ca_home_drop(&h);
}

/* R001: a CA certificate for certificates only cannot do the messages */
Test(ca, usage_of_the_ca_certificate)
{
	struct ca_home h;
	struct err bad;

	ca_home_make(&h, CA_RSA_RA, "");
	cr_assert_eq(unlink(ca_home_path(&h, HOME_RA_SIGN_CERT)), 0);
	cr_assert_eq(unlink(ca_home_path(&h, HOME_RA_ENC_CERT)), 0);
	ca_home_open(&h, NULL);
	ok(ca_issue_key(h.ca, e));
	expect_conf(ca_sign_key(h.ca, &bad), &bad, "digitalSignature");
	expect_conf(ca_enc_key(h.ca, &bad), &bad, "keyEncipherment");
	expect_conf(ca_keys(h.ca, &bad), &bad, "RFC 8894, 2.1.2");
	cr_expect_null(h.ca->sign_key);
	ca_home_drop(&h);
}

/* R004: messages are RSA; a CA with another key needs an RA */
Test(ca, ec_alone)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct ca_home h;
	struct client c;
	struct buf msg = { 0 }, reply = { 0 };
	struct pki_event ev;
	struct err bad;
	struct ask q = { .no_envelope = true };

	ca_home_make(&h, CA_EC, "");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	expect_conf(ca_sign_key(h.ca, &bad), &bad, "RA with RSA keys");
	expect_conf(ca_enc_key(h.ca, &bad), &bad, "RA with RSA keys");
	ok(ca_issue_key(h.ca, e));
	client_ask(&c, &h, &q, &msg);
	expect_conf(pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, &bad),
	    &bad, "RSA");
	cr_expect(!ev.answered);
	buf_release(&msg);
	client_release(&c);
	ca_home_drop(&h);
}

Test(ca, broken_homes)
{
	struct ca_home h;
	struct buf pem = { 0 };
	struct err bad;

	ca_home_make(&h, CA_RSA_RA, "");
	/* half an RA */
	ok(home_read(h.dir, HOME_RA_ENC_CERT, &pem, e));
	cr_assert_eq(unlink(ca_home_path(&h, HOME_RA_ENC_CERT)), 0);
	expect_conf(ca_certs(h.ca, &bad), &bad, HOME_RA_ENC_CERT);
	cr_expect(!h.ca->has_certs);
	ca_home_write(&h, HOME_RA_ENC_CERT, 0644, buf_span(&pem));
	ok(ca_certs(h.ca, e)); /* what was mended works */

	/* the key of another certificate */
	buf_release(&pem);
	test_key_pem("dev1", "rsa:2048", &pem);
	ca_home_write(&h, HOME_RA_ENC_KEY, 0400, buf_span(&pem));
	expect_conf(ca_enc_key(h.ca, &bad), &bad,
	    HOME_RA_ENC_KEY " is not the key of " HOME_RA_ENC_CERT);
	ca_home_write(&h, HOME_RA_ENC_KEY, 0400, SPAN_LIT("-----BEGIN no"));
	expect_conf(ca_enc_key(h.ca, &bad), &bad, HOME_RA_ENC_KEY);

	/* no certificate in the file; no file */
	ca_home_open(&h, NULL);
	ca_home_write(&h, HOME_CA_CERT, 0644, SPAN_LIT("what?\n"));
	expect_conf(ca_certs(h.ca, &bad), &bad, HOME_CA_CERT);
	cr_assert_eq(unlink(ca_home_path(&h, HOME_CA_CERT)), 0);
	cr_expect_eq(ca_certs(h.ca, &bad), -1);
	cr_expect_eq(bad.kind, ERR_NOT_FOUND, "%s", bad.text);
	buf_release(&pem);
	ca_home_drop(&h);
}

Test(ca, ra_of_another_ca)
{
	struct ca_home h;
	struct buf pem = { 0 }, name = { 0 };
	struct privkey *key = test_key("dev2", "rsa:2048");
	struct stored_cert cert = { .issued_at = 0 };
	struct err bad;

	ca_home_make(&h, CA_RSA_RA, "");
	ok(name_parse("CN=Other CA", &name, e));
	ok(issue_ca(buf_span(&name), key, false, TEST_NOW, 86400, &cert, e));
	ok(pem_encode(buf_span(&cert.der), "CERTIFICATE", &pem, e));
	ca_home_write(&h, HOME_RA_SIGN_CERT, 0644, buf_span(&pem));
	expect_conf(ca_certs(h.ca, &bad), &bad, "another CA");
	stored_cert_release(&cert);
	buf_release(&pem);
	buf_release(&name);
	privkey_free(key);
	ca_home_drop(&h);
}

Test(ca, open)
{
	struct ca_home h;
	struct ca *ca = NULL;
	struct err bad;

	ca_home_make(&h, CA_RSA, "[endpoint old]\nobsolete = yes\n");
	expect_conf(ca_open("here", NULL, &ca, &bad), &bad, "absolute");
	expect_conf(ca_open(h.dir, "none", &ca, &bad), &bad, "endpoint");
	expect_conf(ca_open("/nowhere", NULL, &ca, &bad), &bad, "ca.conf");
	cr_expect_null(ca);
	ok(ca_open(h.dir, "old", &ca, e));
	cr_expect_eq(ca->conf.endpoint.algs.worst, ALG_OBSOLETE);
	cr_expect_str_eq(ca->home, h.dir);
	ca_close(ca);
	ca_close(NULL);
	ca_home_drop(&h);
}

/*
 * R020, R030, R031, R033, decision 4: to the octet, and never what is not true.
 * R032: legacy = no takes DES3 and SHA-1 away (and test_gates.c: the service).
 * R036: no endpoint is without SCEPStandard.  Field notes B1, B3 and B4: what
 * Apple, certmonger and MikroTik look for, AES before DES3.  R128, field note
 * B5: Renewal with them.
 */
Test(ca, capabilities)
{
	static const struct {
		const char *endpoint, *want;
	} rows[] = {
		{ NULL,
		    "AES\nDES3\nSHA-1\nSHA-256\nSHA-384\nSHA-512\n"
		    "POSTPKIOperation\nRenewal\nSCEPStandard\n" },
		{ "strict",
		    "AES\nSHA-256\nSHA-384\nSHA-512\n"
		    "POSTPKIOperation\nRenewal\nSCEPStandard\n" },
		{ "old",
		    "AES\nDES3\nSHA-1\nSHA-256\nSHA-384\nSHA-512\n"
		    "POSTPKIOperation\nRenewal\nSCEPStandard\n" },
		{ "both",
		    "AES\nDES3\nSHA-1\nSHA-256\nSHA-384\nSHA-512\n"
		    "POSTPKIOperation\nRenewal\nSCEPStandard\n" },
		{ "once",
		    "AES\nDES3\nSHA-1\nSHA-256\nSHA-384\nSHA-512\n"
		    "POSTPKIOperation\nSCEPStandard\n" },
	};
	struct ca_home h;
	struct buf body = { 0 };

	ca_home_make(&h, CA_RSA,
	    "[endpoint strict]\nlegacy = no\n"
	    "[endpoint old]\nobsolete = yes\n"
	    "[endpoint both]\nrenewal = challenge\n"
	    "[endpoint once]\nrenewal = no\n");
	for (size_t i = 0; i < COUNT(rows); i++) {
		ca_home_open(&h, rows[i].endpoint);
		ok(get_ca_caps(h.ca, &body, e));
		cr_expect(span_eq(buf_span(&body), span_str(rows[i].want)),
		    "%.*s", (int)body.n, (const char *)body.p);
		buf_release(&body);
	}
	ca_home_drop(&h);
}

/*
 * R034, R035: words of the IANA registry "SCEP CA Capabilities"; and SHA-384,
 * without which strongSwan 5.9.8 believes no other (field note B2).
 */
Test(ca, registered_capabilities)
{
	static const char registry[] =
	    " AES DES3 GetNextCACert POSTPKIOperation Renewal SHA-1 SHA-256 "
	    "SHA-512 SCEPStandard SHA-384 ";
	struct ca_home h;
	struct buf body = { 0 };
	char word[40];
	size_t n = 0;

	ca_home_make(&h, CA_RSA, "");
	ok(get_ca_caps(h.ca, &body, e));
	for (size_t i = 0; i < body.n; i++) {
		cr_assert_lt(n + 3, sizeof(word));
		if (body.p[i] != '\n') {
			word[1 + n++] = (char)body.p[i];
			continue;
		}
		word[0] = word[n + 1] = ' ';
		word[n + 2] = '\0';
		cr_expect_not_null(strstr(registry, word), "'%s'", word);
		n = 0;
	}
	cr_expect_eq(n, 0, "the last line has no end");
	buf_release(&body);
	ca_home_drop(&h);
}

/*
 * R041, R042, R044, field notes B7, B12: one certificate bare; with an RA all,
 * the CA last.  R046: these certificates, and nothing else that we have.
 */
Test(ca, ca_certificates)
{
	struct ca_home h;
	struct span certs[CMS_CERTS_MAX];
	struct buf body = { 0 };
	const char *type;
	size_t n;

	ca_home_make(&h, CA_RSA, "");
	ok(get_ca_cert(h.ca, &body, &type, e));
	cr_expect_str_eq(type, "application/x-x509-ca-cert");
	cr_expect(span_eq(buf_span(&body), h.ca->ca_cert.der));
	buf_release(&body);
	ca_home_drop(&h);

	ca_home_make(&h, CA_EC_RA, "");
	ok(get_ca_cert(h.ca, &body, &type, e));
	cr_expect_str_eq(type, "application/x-x509-ca-ra-cert");
	ok(cms_certs_only_parse(buf_span(&body), certs, COUNT(certs), &n, e));
	cr_assert_eq(n, 3);
	cr_expect(span_eq(certs[0], h.ca->sign_cert.der));
	cr_expect(span_eq(certs[1], h.ca->enc_cert.der));
	cr_expect(span_eq(certs[2], h.ca->ca_cert.der));
	buf_release(&body);
	ca_home_drop(&h);
}

/* R045, R046: in one form whatever the CA is, and certificates only */
Test(ca, ca_chain)
{
	static const struct {
		enum ca_kind kind;
		size_t n;
	} rows[] = { { CA_RSA, 1 }, { CA_RSA_RA, 3 }, { CA_EC_RA, 3 } };
	struct ca_home h;
	struct span certs[CMS_CERTS_MAX];
	struct buf body = { 0 }, again = { 0 };
	const char *type;
	size_t n;

	for (size_t i = 0; i < COUNT(rows); i++) {
		ca_home_make(&h, rows[i].kind, "");
		ok(get_ca_chain(h.ca, &body, &type, e));
		cr_expect_str_eq(type, "application/x-x509-ca-ra-cert-chain");
		ok(cms_certs_only_parse(
		    buf_span(&body), certs, COUNT(certs), &n, e));
		cr_assert_eq(n, rows[i].n);
		cr_expect(span_eq(certs[n - 1], h.ca->ca_cert.der));
		cr_expect(span_eq(certs[0], h.ca->sign_cert.der));
		/* nothing else is in it: what is made of these is the same */
		ok(cms_certs_only(certs, n, NULL, 0, &again, e));
		cr_expect(span_eq(buf_span(&body), buf_span(&again)));
		buf_release(&body);
		buf_release(&again);
		ca_home_drop(&h);
	}
}
