/*
 * What waits: for the operator, who may say no or nothing; for the key of the
 * CA, which may be elsewhere; and renewals that wait.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "pending.h"
#include "scene.h"
#include "world.h"

#define OFFLINE "[ca]\nissue = offline\n"

static void ask(const struct client *who, const struct ask *q, int64_t now,
    enum scep_status status, enum refusal why, const char *step)
{
	struct result r;

	client_enrol_at(who, &h, q, now, &r);
	cr_assert_eq(r.answer.status, status, "%s: status %d, %s (%s)", step,
	    r.answer.status, refusal_entry(r.ev.refusal)->code, r.ev.detail);
	cr_expect_eq(r.ev.refusal, why, "%s: %s", step,
	    refusal_entry(r.ev.refusal)->code);
	result_release(&r);
}

static void poll(const struct client *who, const char *id, int64_t now,
    enum scep_status status, enum refusal why, const char *step)
{
	ask(who, &(struct ask){ .type = SCEP_CERTPOLL, .trans_id = id }, now,
	    status, why, step);
}

/* R118, R192: rejected, with the operator's words; the id is free again */
Test(waiting, rejected)
{
	struct result r;
	struct buf msg = { 0 };
	const struct ask q = { 0 };

	begin(CA_RSA, "");
	client_ask(&c, &h, &q, &msg);
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	world_decide(&h, &c, "t1", false, "no such device", TEST_NOW);
	for (int i = 0; i < 2; i++) {
		world_poll(&c, &h, "t1", TEST_NOW, &r);
		cr_expect_eq(r.ev.refusal, REFUSE_REJECTED);
		cr_expect_eq(r.answer.fail, SCEP_BAD_REQUEST);
		cr_expect_not_null(strstr(result_text(&r), "no such device"),
		    "%s", result_text(&r));
		result_release(&r);
	}
	/* T-14: sent once more it is still the request that was rejected */
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_REJECTED);
	result_release(&r);
	cr_expect_eq(ca_home_certs(&h), 0);
	/* another request is another matter */
	ask(&c, &(struct ask){ .challenge = challenge }, TEST_NOW, SCEP_SUCCESS,
	    REFUSE_NONE, "with a challenge");
	buf_release(&msg);
	end();
}

/* An approval can be taken back as long as nothing has been issued. */
Test(waiting, approved_then_rejected)
{
	begin(CA_RSA, "");
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	world_decide(&h, &c, "t1", true, "", TEST_NOW);
	world_decide(&h, &c, "t1", false, "after all", TEST_NOW);
	poll(&c, "t1", TEST_NOW, SCEP_FAILURE, REFUSE_REJECTED, "poll");
	cr_expect_eq(ca_home_certs(&h), 0);
	end();
}

/* Nobody decided in time: to the second, and an approved one does not expire */
Test(waiting, expires)
{
	const struct ask kept = { .trans_id = "kept" };
	struct request_key key;
	struct stored_request record;
	bool decided;

	begin(CA_RSA, "[ca]\npending_ttl = 1h\n");
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	ask(&c, &kept, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	world_decide(&h, &c, "kept", true, "", TEST_NOW);
	poll(&c, "t1", TEST_NOW + 3599, SCEP_PENDING, REFUSE_NONE, "in time");
	poll(&c, "t1", TEST_NOW + 3600, SCEP_FAILURE, REFUSE_EXPIRED, "late");
	/* what the device was told stands: no word comes after that */
	world_key(&c, "t1", &key);
	ok(store_decide(h.ca->store, &key, NULL, true, "", TEST_NOW + 3600,
	    NULL, &decided, &record, e));
	cr_expect(!decided);
	stored_request_release(&record);
	poll(&c, "t1", TEST_NOW + 7200, SCEP_FAILURE, REFUSE_EXPIRED, "later");
	poll(&c, "kept", TEST_NOW + 7200, SCEP_SUCCESS, REFUSE_NONE, "kept");
	ask(&c, &(struct ask){ .trans_id = "anew" }, TEST_NOW + 7200,
	    SCEP_PENDING, REFUSE_NONE, "a new request");
	cr_expect_eq(ca_home_certs(&h), 1);
	end();
}

/* T-17: the queue has an end, for all and for each; polls do not need room */
Test(waiting, queue_is_full)
{
	static const struct {
		const char *id, *remote;
		enum refusal why;
	} rows[] = {
		{ "a1", "192.0.2.1", REFUSE_NONE },
		{ "a2", "192.0.2.1", REFUSE_NONE },
		{ "a3", "192.0.2.1", REFUSE_QUEUE }, /* of this address */
		{ "a1", "192.0.2.1", REFUSE_NONE },  /* a poll */
		{ "b1", "192.0.2.2", REFUSE_NONE },
		{ "c1", "192.0.2.3", REFUSE_QUEUE }, /* of all */
		{ "b1", "192.0.2.9", REFUSE_NONE },  /* a poll from elsewhere */
	};
	struct census n;

	begin(CA_RSA, "[ca]\npending_max = 3\npending_per_address = 2\n");
	for (size_t i = 0; i < COUNT(rows); i++)
		ask(&c,
		    &(struct ask){
			.trans_id = rows[i].id, .remote = rows[i].remote },
		    TEST_NOW,
		    rows[i].why == REFUSE_NONE ? SCEP_PENDING : SCEP_FAILURE,
		    rows[i].why, rows[i].id);
	world_census(&h, &n);
	cr_expect_eq(n.requests, 3);
	/* a full queue stops nobody who has a challenge */
	ask(&c, &(struct ask){ .trans_id = "d", .challenge = challenge },
	    TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "with a challenge");
	world_decide(&h, &c, "a2", false, "", TEST_NOW);
	ask(&c, &(struct ask){ .trans_id = "a4" }, TEST_NOW, SCEP_PENDING,
	    REFUSE_NONE, "there is room again");
	/* and what has expired takes none */
	ask(&c, &(struct ask){ .trans_id = "e1" }, TEST_NOW + 8 * 86400,
	    SCEP_PENDING, REFUSE_NONE, "a week later");
	end();
}

/* A good challenge that would have to wait is not used up by a full queue. */
Test(waiting, queue_is_full_for_a_challenge)
{
	const struct ask q = { .trans_id = "q", .challenge = challenge };
	struct client lost;

	begin(CA_RSA,
	    "[ca]\npending_max = 1\n"
	    "[profile default]\nduplicate = pending\n");
	world_enrol(&lost, &h, "dev2", NAME, TEST_NOW, NULL);
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	ask(&c, &q, TEST_NOW, SCEP_FAILURE, REFUSE_QUEUE, "full");
	cr_expect_eq(world_uses(&h, challenge), 0);
	cr_expect_eq(world_state(&h, &c, "q"), 0);
	world_decide(&h, &c, "t1", false, "", TEST_NOW);
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "room");
	cr_expect_eq(world_uses(&h, challenge), 1);
	client_release(&lost);
	end();
}

/* ---- issue = offline ---- */

static void hide_key(bool hide)
{
	const char *key = ca_home_path(&h, HOME_CA_KEY);
	const char *away = ca_home_path(&h, "ca.key.away");

	cr_assert_eq(hide ? rename(key, away) : rename(away, key), 0);
}

/* What scepca maintain does, on the host that has the key. */
static void maintain(size_t want_issued, size_t want_left)
{
	size_t issued, left;

	hide_key(false);
	ca_home_open(&h, NULL);
	ok(pending_issue_all(h.ca, TEST_NOW, NULL, NULL, &issued, &left, e));
	cr_expect_eq(issued, want_issued);
	cr_expect_eq(left, want_left);
	hide_key(true);
	ca_home_open(&h, NULL);
}

/*
 * R135, T-05: the key of the CA is elsewhere.  A good challenge is used up at
 * once and once, a bad one is refused at once.
 */
Test(waiting, offline)
{
	const struct ask q = { .challenge = challenge };
	struct client other;

	begin(CA_RSA_RA, OFFLINE);
	client_make(&other, "dev2", "rsa:2048", "CN=other");
	hide_key(true);
	ask(&other, &(struct ask){ .challenge = "wrong, quite wrong" },
	    TEST_NOW, SCEP_FAILURE, REFUSE_CHALLENGE_UNKNOWN, "wrong");
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "authorised");
	cr_expect_eq(world_state(&h, &c, "t1"), REQUEST_APPROVED);
	cr_expect_eq(world_uses(&h, challenge), 1);
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "asked again");
	poll(&c, "t1", TEST_NOW, SCEP_PENDING, REFUSE_NONE, "poll");
	ask(&other, &q, TEST_NOW, SCEP_FAILURE, REFUSE_CHALLENGE_USED, "twice");
	cr_expect_eq(ca_home_certs(&h), 0);

	maintain(1, 0);
	poll(&c, "t1", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "issued");
	ask(&c, &q, TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "asked again");
	cr_expect_eq(ca_home_certs(&h), 1);
	cr_expect_eq(world_uses(&h, challenge), 1);
	maintain(0, 0);
	cr_expect_eq(ca_home_certs(&h), 1);
	client_release(&other);
	end();
}

/* Offline and unauthorised: the operator's word first, then the key */
Test(waiting, offline_unauthorised)
{
	begin(CA_RSA_RA, OFFLINE);
	hide_key(true);
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	cr_expect_eq(world_state(&h, &c, "t1"), REQUEST_PENDING);
	maintain(0, 0);
	poll(&c, "t1", TEST_NOW, SCEP_PENDING, REFUSE_NONE, "undecided");
	world_decide(&h, &c, "t1", true, "", TEST_NOW);
	poll(&c, "t1", TEST_NOW, SCEP_PENDING, REFUSE_NONE, "approved");
	maintain(1, 0);
	poll(&c, "t1", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "issued");
	end();
}

/* Offline renewals, and their policy on the day of issue */
Test(waiting, offline_renewal)
{
	const struct ask q = { .type = SCEP_RENEWALREQ, .trans_id = "r" };
	const struct ask later = { .type = SCEP_RENEWALREQ, .trans_id = "s" };
	struct client device;
	struct serial serial;

	begin(CA_RSA_RA, "");
	world_enrol(&device, &h, "dev2", "CN=d", TEST_NOW, &serial);
	ca_home_write(&h, HOME_CONF, 0640, span_str(OFFLINE));
	hide_key(true);
	ca_home_open(&h, NULL);
	ask(&device, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "renewal");
	maintain(1, 0);
	poll(&device, "r", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "issued");
	/* T-21: revoked between the request and its certificate */
	ask(&device, &later, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "renewal");
	world_revoke(&h, &serial, REASON_KEY_COMPROMISE, TEST_NOW);
	maintain(0, 1);
	cr_expect_eq(ca_home_certs(&h), 2);
	end();
	client_release(&device);
}

/* ---- names that two have ---- */

/* R143, T-25: duplicate = pending lets the operator decide */
Test(waiting, duplicate_waits)
{
	const struct ask q = { .challenge = challenge };
	struct client lost;

	begin(CA_RSA, "[profile default]\nduplicate = pending\n");
	world_enrol(&lost, &h, "dev2", NAME, TEST_NOW, NULL);
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "name taken");
	cr_expect_eq(world_state(&h, &c, "t1"), REQUEST_PENDING);
	cr_expect_eq(ca_home_certs(&h), 1);
	world_decide(&h, &c, "t1", true, "", TEST_NOW);
	poll(&c, "t1", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "approved");
	cr_expect_eq(world_uses(&h, challenge), 1);
	client_release(&lost);
	end();
}

/*
 * R143: two ask for one name while nobody has it.  With duplicate = refuse the
 * second gets nothing until the first is revoked, whoever approved it; and then
 * what was approved stands.
 */
Test(waiting, two_for_one_name)
{
	struct serial serial;
	struct client other;
	struct result r;

	begin(CA_RSA, "[profile default]\nduplicate = refuse\n");
	client_make(&other, "dev2", "rsa:2048", NAME);
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "one");
	ask(&other, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE,
	    "two");
	world_decide(&h, &c, "t1", true, "", TEST_NOW);
	world_decide(&h, &other, "t1", true, "", TEST_NOW);
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	granted(&r);
	serial = r.ev.serial;
	result_release(&r);
	poll(&other, "t1", TEST_NOW, SCEP_FAILURE, REFUSE_DUPLICATE, "second");
	cr_expect_eq(ca_home_certs(&h), 1);
	world_revoke(&h, &serial, REASON_SUPERSEDED, TEST_NOW);
	poll(&other, "t1", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "revoked");
	client_release(&other);
	end();
}

/* The same where the key is elsewhere, and two challenges approved them. */
static void offline_twice(const char *conf)
{
	const struct ask q = { .challenge = challenge };
	char second[CHALLENGE_TEXT_SIZE + 1];
	struct client other;

	begin(CA_RSA_RA, conf);
	client_make(&other, "dev2", "rsa:2048", NAME);
	ca_home_challenge(&h, NULL, second);
	hide_key(true);
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "one");
	ask(&other, &(struct ask){ .challenge = second }, TEST_NOW + 1,
	    SCEP_PENDING, REFUSE_NONE, "two");
	maintain(1, 1);
	poll(&c, "t1", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "the first");
	poll(&other, "t1", TEST_NOW, SCEP_PENDING, REFUSE_NONE, "the second");
	maintain(0, 1);
	cr_expect_eq(ca_home_certs(&h), 1);
	client_release(&other);
	end();
}

/* Nobody was asked about the second: it waits where pending is said, too. */
Test(waiting, offline_two_for_one_name)
{
	offline_twice(OFFLINE "[profile default]\nduplicate = refuse\n");
	offline_twice(OFFLINE "[profile default]\nduplicate = pending\n");
}

/*
 * R143: a renewal is no duplicate, also where two have the name: each of them
 * goes on with it.
 */
Test(waiting, renewal_of_a_name_that_two_have)
{
	static const enum duplicate rules[] = { DUPLICATE_REFUSE,
		DUPLICATE_PENDING };
	struct client one, two;
	struct ask q = { .type = SCEP_RENEWALREQ };

	begin(CA_RSA, "");
	world_enrol(&one, &h, "dev2", NAME, TEST_NOW, NULL);
	world_enrol(&two, &h, "dev3", NAME, TEST_NOW, NULL);
	for (size_t i = 0; i < COUNT(rules); i++) {
		h.ca->conf.profile.duplicate = rules[i];
		q.trans_id = i == 0 ? "r" : "s";
		ask(&one, &q, TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "one");
		ask(&two, &q, TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "two");
	}
	client_release(&one);
	client_release(&two);
	end();
}
