/* GetCert and GetCRL: what was made before (RFC 8894, 3.3.4, 4.5, 4.6). */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "crl.h"
#include "crl_publish.h"
#include "scene.h"
#include "store_revoke.h"

static struct client other;
static struct buf own, foreign; /* the two certificates */

/* Two devices, each with a certificate. */
static void begin_two(const char *conf)
{
	char second[CHALLENGE_TEXT_SIZE + 1];
	struct result r;

	begin(CA_RSA, conf);
	ca_home_challenge(&h, NULL, second);
	client_make(&other, "dev2", "rsa:2048", "CN=r2");
	own = foreign = (struct buf){ 0 };
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	granted(&r);
	ok(buf_put(&own, buf_span(&r.cert), e));
	result_release(&r);
	client_enrol(&other, &h, &(struct ask){ .challenge = second }, &r);
	granted(&r);
	ok(buf_put(&foreign, buf_span(&r.cert), e));
	result_release(&r);
}

static void end_two(void)
{
	buf_release(&own);
	buf_release(&foreign);
	client_release(&other);
	end();
}

/* ask_for - the certificate `der`, or with `issuer` that number of another CA */
static void ask_for(const struct client *who, int type, struct span der,
    struct span issuer, struct result *r)
{
	struct buf id = { 0 }, body = { 0 };
	struct cert_view v;

	ok(cert_parse(der, &v, e));
	ok(buf_put(&body, issuer.n > 0 ? issuer : v.issuer, e));
	ok(der_put(&body, DER_INTEGER, v.serial, e));
	ok(der_put(&id, DER_SEQUENCE, buf_span(&body), e));
	client_enrol(who, &h,
	    &(struct ask){ .type = type, .content = buf_span(&id) }, r);
	buf_release(&body);
	buf_release(&id);
}

/* The certificates of a SUCCESS. */
static size_t certs_of(const struct result *r, struct span *certs)
{
	size_t n;

	ok(cms_certs_only_parse(
	    buf_span(&r->answer.content), certs, CMS_CERTS_MAX, &n, e));
	return n;
}

/* R164, R167: a device's own certificate, to the octet; the leaf is first */
Test(getcert, own)
{
	struct span certs[CMS_CERTS_MAX];
	struct result r;

	begin_two("");
	ask_for(&c, SCEP_GETCERT, buf_span(&own), SPAN_LIT(""), &r);
	granted(&r);
	cr_assert_eq(certs_of(&r, certs), 1);
	cr_expect(span_eq(certs[0], buf_span(&own)));
	cr_expect(!r.ev.delivers);
	result_release(&r);
	/* the CA's own number is nobody's device */
	ask_for(&c, SCEP_GETCERT, h.ca->ca_cert.der, SPAN_LIT(""), &r);
	cr_expect_eq(r.answer.fail, SCEP_BAD_CERT_ID);
	result_release(&r);
	end_two();
}

/* R165: with the CA's certificate, where enrolment has it, too */
Test(getcert, with_the_chain)
{
	struct span certs[CMS_CERTS_MAX];
	struct result r;

	begin_two("[endpoint default]\nreply_chain = full\n");
	ask_for(&c, SCEP_GETCERT, buf_span(&own), SPAN_LIT(""), &r);
	granted(&r);
	cr_assert_eq(certs_of(&r, certs), 2);
	cr_expect(span_eq(certs[0], buf_span(&own)));
	cr_expect(span_eq(certs[1], h.ca->ca_cert.der));
	result_release(&r);
	end_two();
}

/* R167: the same name with another key; another's only where any may */
Test(getcert, of_another)
{
	static const struct {
		const char *conf;
		enum refusal why;
	} rules[] = {
		{ "", REFUSE_NO_CERT },
		{ "[endpoint default]\ngetcert = any\n", REFUSE_NONE },
		{ "[endpoint default]\ngetcert = no\n", REFUSE_GETCERT_OFF },
	};
	struct client same_name;
	struct result r;

	for (size_t i = 0; i < COUNT(rules); i++) {
		begin_two(rules[i].conf);
		ask_for(&c, SCEP_GETCERT, buf_span(&foreign), SPAN_LIT(""), &r);
		cr_expect_eq(r.ev.refusal, rules[i].why, "%zu", i);
		result_release(&r);
		client_make(&same_name, "dev3", "rsa:2048", NAME);
		ask_for(
		    &same_name, SCEP_GETCERT, buf_span(&own), SPAN_LIT(""), &r);
		cr_expect_eq(r.ev.refusal, i == 0 ? REFUSE_NONE : rules[i].why,
		    "%zu", i);
		result_release(&r);
		client_release(&same_name);
		end_two();
	}
}

/* R166: never PENDING; another issuer, another number: badCertId */
Test(getcert, nothing_there)
{
	static const struct span odd[] = { BYTES(
					       "\x30\x05\x30\x00\x02\x01\x07"),
		BYTES("\x30\x26\x30\x00\x02\x22"
		      "0123456789012345678901234567890123") };
	struct result r;

	begin_two("");
	ask_for(&c, SCEP_GETCERT, buf_span(&own), buf_span(&c.name), &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_CERT);
	cr_expect_eq(r.answer.fail, SCEP_BAD_CERT_ID);
	result_release(&r);
	for (size_t i = 0; i < COUNT(odd); i++) {
		client_enrol(&c, &h,
		    &(struct ask){ .type = SCEP_GETCERT, .content = odd[i] },
		    &r);
		cr_expect_eq(r.ev.refusal, REFUSE_NO_CERT, "%zu", i);
		result_release(&r);
	}
	end_two();
}

/*
 * R051, R083: what is in the envelope fits the type, or cannot be read.  Here
 * that is answered as what is not there (T-02); the log says what it was.
 */
Test(getcert, other_content)
{
	static const enum refusal why[] = { REFUSE_NO_CERT, REFUSE_NO_CRL };
	struct buf csr = { 0 };
	struct result r;

	begin_two("");
	client_csr(&c, &(struct ask){ .challenge = challenge }, &csr);
	for (int i = 0; i < 2; i++) {
		client_enrol(&c, &h,
		    &(struct ask){ .type = SCEP_GETCERT + i,
			.trans_id = "x",
			.content = buf_span(&csr) },
		    &r);
		cr_expect_eq(r.ev.refusal, why[i], "%d", i);
		cr_expect_eq(r.answer.fail, SCEP_BAD_CERT_ID);
		cr_expect_str_eq(r.ev.detail, "the envelope cannot be read");
		cr_expect_str_eq(result_text(&r), refusal_entry(why[i])->text);
		result_release(&r);
	}
	buf_release(&csr);
	end_two();
}

/* The one CRL in a SUCCESS, which holds nothing else (R168, R169). */
static struct span crl_of(const struct result *r)
{
	struct span list[2], crl = { NULL, 0 };
	size_t n;

	ok(cms_crls_only_parse(buf_span(&r->answer.content), list, 2, &n, e));
	cr_expect_eq(n, 1);
	if (n == 1)
		crl = list[0];
	ok(cms_certs_only_parse(buf_span(&r->answer.content), list, 2, &n, e));
	cr_expect_eq(n, 0);
	ok(crl_verify(crl, h.ca->ca_cert.spki, e));
	return crl;
}

static size_t entries_of(struct span crl)
{
	struct crl_view v;
	struct span serial;
	int64_t when;
	unsigned reason;
	size_t n = 0;

	ok(crl_parse(crl, &v, e));
	for (; v.entries.n > 0; n++)
		ok(crl_entry_next(&v.entries, &serial, &when, &reason, e));
	return n;
}

/* Where no new one can be made the old one will do, and the log says why. */
Test(getcrl, old_for_want_of_the_key)
{
	char key[HOME_PATH_MAX], away[HOME_PATH_MAX];
	struct ask q = { .type = SCEP_GETCRL };
	struct buf issued = { 0 };
	struct result r;

	begin(CA_RSA_RA, "");
	ok(ca_certs(h.ca, e));
	ok(issuer_and_serial_put(&issued, &h.ca->sign_cert, e));
	q.content = buf_span(&issued);
	snprintf(key, sizeof(key), "%s", ca_home_path(&h, HOME_CA_KEY));
	snprintf(away, sizeof(away), "%s", ca_home_path(&h, "keys/away"));
	client_enrol(&c, &h, &q, &r);
	granted(&r);
	cr_expect_str_eq(r.ev.warning, "");
	result_release(&r);
	cr_assert_eq(rename(key, away), 0);
	ca_home_open(&h, NULL);
	client_enrol_at(&c, &h, &q, TEST_NOW + 2 * 86400, &r);
	granted(&r);
	cr_expect_not_null(
	    strstr(r.ev.warning, "an old CRL: "), "%s", r.ev.warning);
	cr_expect_not_null(strstr(r.ev.warning, HOME_CA_KEY));
	result_release(&r);
	buf_release(&issued);
	end();
}

/*
 * R168, R169, R170, R175, R177: the newest, for anybody who asks, for any
 * number; a revocation is in the next one that is asked for.
 */
Test(getcrl, newest)
{
	struct client stranger;
	struct serial serial = { 0 };
	enum revoke_outcome outcome;
	struct stored_cert gone;
	struct cert_view v;
	struct result r;

	begin_two("");
	client_make(&stranger, "dev3", "rsa:2048", "CN=nobody");
	ask_for(&stranger, SCEP_GETCRL, buf_span(&own), SPAN_LIT(""), &r);
	granted(&r);
	cr_expect_eq(entries_of(crl_of(&r)), 0);
	cr_expect(!r.ev.delivers);
	cr_expect_eq(r.ev.serial.n, 0);
	result_release(&r);

	ok(cert_parse(buf_span(&foreign), &v, e));
	serial.n = (uint8_t)v.serial.n;
	memcpy(serial.b, v.serial.p, v.serial.n);
	ok(store_revoke(h.ca->store, &serial, REASON_SUPERSEDED, TEST_NOW, NULL,
	    &outcome, &gone, e));
	stored_cert_release(&gone);
	ask_for(&stranger, SCEP_GETCRL, h.ca->ca_cert.der, SPAN_LIT(""), &r);
	granted(&r);
	cr_expect_eq(entries_of(crl_of(&r)), 1);
	result_release(&r);

	ask_for(&stranger, SCEP_GETCRL, buf_span(&own), buf_span(&c.name), &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_CRL); /* of another issuer */
	result_release(&r);
	client_release(&stranger);
	end_two();
}

/* R171: refused with the URL, or without one; never a SUCCESS without a CRL */
Test(getcrl, elsewhere)
{
	static const struct {
		const char *conf, *says;
	} rules[] = {
		{ "[ca]\nurl = http://h.example/x/\n"
		  "[endpoint default]\ngetcrl = cdp\n",
		    "http://h.example/x/pki/ca.crl" },
		{ "[endpoint default]\ngetcrl = no\n", "not served" },
	};
	struct result r;

	for (size_t i = 0; i < COUNT(rules); i++) {
		begin_two(rules[i].conf);
		ask_for(&c, SCEP_GETCRL, buf_span(&own), SPAN_LIT(""), &r);
		cr_expect_eq(r.ev.refusal, REFUSE_GETCRL_OFF);
		cr_expect_eq(r.answer.fail, SCEP_BAD_REQUEST);
		cr_expect_not_null(strstr(result_text(&r), rules[i].says),
		    "'%s'", result_text(&r));
		result_release(&r);
		end_two();
	}
}
