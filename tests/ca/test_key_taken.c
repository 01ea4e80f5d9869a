/* T-22: a key that is certified for somebody else. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "pending.h"
#include "scene.h"
#include "store_revoke.h"

#define OTHER_NAME "CN=r2.example.com,O=Test"

static const struct challenge_spec often = { .uses = 10 };
static char word[CHALLENGE_TEXT_SIZE + 1];
static struct client other; /* another name, the same key */
static struct buf first;    /* what the first one got */

/* The device has its certificate; a second one has the device's key. */
static void begin_taken(const char *conf)
{
	struct result r;

	begin(CA_RSA, conf);
	ca_home_challenge(&h, &often, word);
	client_make(&other, "dev1", "rsa:2048", OTHER_NAME);
	client_enrol(&c, &h, &(struct ask){ .challenge = word }, &r);
	granted(&r);
	buf_move(&first, &r.cert);
	result_release(&r);
}

static void end_taken(void)
{
	buf_release(&first);
	client_release(&other);
	end();
}

/* Of the first certificate */
static struct serial first_serial(void)
{
	struct serial s = { 0 };
	struct cert_view v;

	ok(cert_parse(buf_span(&first), &v, e));
	s.n = (uint8_t)v.serial.n;
	memcpy(s.b, v.serial.p, v.serial.n);
	return s;
}

/* Ask once more, under another transactionID each time. */
static void ask(const struct client *who, const char *challenge_text,
    int64_t now, struct result *r)
{
	static unsigned n;
	char id[16];
	struct ask q = { .challenge = challenge_text, .trans_id = id };

	snprintf(id, sizeof(id), "again-%u", n++);
	q.signing_time = now;
	client_enrol_at(who, &h, &q, now, r);
}

/* The log names a certificate, the client learns nothing of it. */
static void expect_taken(const struct result *r)
{
	cr_assert_eq(r->answer.status, SCEP_FAILURE);
	cr_expect_eq(r->ev.refusal, REFUSE_KEY_TAKEN, "%s (%s)",
	    refusal_entry(r->ev.refusal)->code, r->ev.detail);
	cr_expect_not_null(
	    strstr(r->ev.detail, "has it"), "'%s'", r->ev.detail);
	cr_expect_str_eq(result_text(r), refusal_entry(REFUSE_KEY_TAKEN)->text);
}

static void expect(const struct client *who, int64_t now, bool taken)
{
	struct result r;

	ask(who, word, now, &r);
	if (taken)
		expect_taken(&r);
	else
		granted(&r);
	result_release(&r);
}

/* Its name may have it again, another may not, whatever he waits for. */
Test(key_taken, by_another_name)
{
	char hex[2 * SERIAL_MAX + 1];
	struct serial s;
	struct result r;

	begin_taken("");
	ask(&other, word, TEST_NOW, &r);
	expect_taken(&r);
	s = first_serial();
	for (size_t i = 0; i < s.n; i++)
		snprintf(hex + 2 * i, 3, "%02x", s.b[i]);
	cr_expect_not_null(strstr(r.ev.detail, hex), "'%s'", r.ev.detail);
	result_release(&r);
	expect(&c, TEST_NOW, false);
	expect(&other, TEST_NOW, true);
	cr_expect_eq(ca_home_certs(&h), 2);
	/* nor does he wait for the operator with it */
	ask(&other, NULL, TEST_NOW, &r);
	expect_taken(&r);
	result_release(&r);
	end_taken();
}

/* A renewal keeps the name, and so it may keep the key. */
Test(key_taken, renewal)
{
	struct client holder;

	begin_taken("");
	client_make(&holder, "dev1", "rsa:2048", NAME);
	client_adopt(&holder, NULL, buf_span(&first));
	expect(&holder, TEST_NOW, false);
	client_release(&holder);
	end_taken();
}

/* Whoever has a certificate asks for one with the key of somebody else. */
Test(key_taken, renewal_with_a_foreign_key)
{
	struct ask q = { .challenge = word, .trans_id = "r" };
	struct buf second = { 0 };
	struct client thief;
	struct result r;

	begin_taken("");
	client_make(&thief, "dev2", "rsa:2048", OTHER_NAME);
	client_enrol(&thief, &h, &(struct ask){ .challenge = word }, &r);
	granted(&r);
	buf_move(&second, &r.cert);
	result_release(&r);
	client_adopt(&thief, NULL, buf_span(&second));
	q.csr_key = c.key;
	/* he cannot prove that he has it … */
	q.bad_csr_signature = true;
	client_enrol(&thief, &h, &q, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_ENVELOPE);
	result_release(&r);
	/* … and if he could */
	q.bad_csr_signature = false;
	client_enrol(&thief, &h, &q, &r);
	expect_taken(&r);
	result_release(&r);
	buf_release(&second);
	client_release(&thief);
	end_taken();
}

/* Revoked or expired, it holds the key no more; on hold, it does. */
Test(key_taken, while_valid_only)
{
	enum revoke_outcome outcome;
	struct stored_cert cert;
	struct serial serial;

	begin_taken("[profile default]\ndays = 1\n");
	serial = first_serial();
	expect(&other, TEST_NOW, true);
	ok(store_revoke(h.ca->store, &serial, REASON_CERTIFICATE_HOLD, TEST_NOW,
	    NULL, &outcome, &cert, e));
	stored_cert_release(&cert);
	expect(&other, TEST_NOW, true);
	ok(store_revoke(h.ca->store, &serial, REASON_SUPERSEDED, TEST_NOW, NULL,
	    &outcome, &cert, e));
	stored_cert_release(&cert);
	expect(&other, TEST_NOW, false);
	expect(&c, TEST_NOW, true); /* and now it is the other's */
	end_taken();

	begin_taken("[profile default]\ndays = 1\n");
	expect(&other, TEST_NOW + 86400, true);
	expect(&other, TEST_NOW + 86401, false);
	end_taken();
}

/* key_reuse = allow */
Test(key_taken, allowed)
{
	begin_taken("");
	h.ca->conf.profile.key_reuse = true;
	expect(&other, TEST_NOW, false);
	end_taken();
}

/* Keys of the CA and its RA: in renewals, too */
Test(key_taken, keys_of_the_ca)
{
	static const char *const keys[] = { "ca", "ra-sign", "ra-enc" };
	struct ask q = { .challenge = challenge };
	struct privkey *key;
	struct client holder;
	struct result r;
	char id[16];

	begin(CA_RSA_RA, "");
	client_enrol(&c, &h, &q, &r);
	granted(&r);
	client_make(&holder, "dev1", "rsa:2048", NAME);
	client_adopt(&holder, NULL, buf_span(&r.cert));
	result_release(&r);
	for (size_t i = 0; i < COUNT(keys); i++) {
		key = test_key(keys[i], "rsa:2048");
		snprintf(id, sizeof(id), "renewal-%zu", i);
		client_enrol(&holder, &h,
		    &(struct ask){ .csr_key = key, .trans_id = id }, &r);
		cr_expect_eq(r.ev.refusal, REFUSE_CA_KEY, "%s: %s", keys[i],
		    refusal_entry(r.ev.refusal)->code);
		result_release(&r);
		privkey_free(key);
	}
	client_release(&holder);
	end();
}

/* What was approved in between is asked again when it is made. */
Test(key_taken, after_approval)
{
	struct ask q = { .trans_id = "waits" };
	struct stored_request r, now;
	struct stored_cert cert = { 0 };
	char detail[256] = "";
	enum refusal why;
	struct result res;
	bool decided;

	begin(CA_RSA, "");
	ca_home_challenge(&h, &often, word);
	client_make(&other, "dev1", "rsa:2048", OTHER_NAME);
	client_enrol(&other, &h, &q, &res);
	cr_assert_eq(res.answer.status, SCEP_PENDING);
	result_release(&res);
	ask(&c, word, TEST_NOW, &res);
	granted(&res);
	buf_move(&first, &res.cert);
	result_release(&res);
	ok(store_request_named(h.ca->store, "waits", &r, &cert, e));
	ok(store_decide(h.ca->store, &r.key, NULL, true, NULL, TEST_NOW, NULL,
	    &decided, &now, e));
	cr_assert(decided);
	ok(pending_issue(
	    h.ca, &now, TEST_NOW, &cert, &why, detail, sizeof(detail), e));
	cr_expect_eq(why, REFUSE_KEY_TAKEN);
	cr_expect_not_null(strstr(detail, "has it"), "'%s'", detail);
	cr_expect_eq(cert.der.n, 0);
	stored_request_release(&r);
	stored_request_release(&now);
	end_taken();
}
