/*
 * Requests that wait, and client and CA that lost sight of each other: the four
 * cases of RFC 8894, section 5.2 (in the draft: resync), each with its exact
 * sequence of answers, and the ways in which clients really poll.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"
#include "world.h"

/* One step of a conversation: what the answer must be. */
static void expect(struct result *r, enum scep_status status, enum refusal why,
    const char *step)
{
	cr_assert_eq(r->answer.status, status, "%s: status %d, %s (%s)", step,
	    r->answer.status, refusal_entry(r->ev.refusal)->code, r->ev.detail);
	cr_expect_eq(r->ev.refusal, why, "%s: %s", step,
	    refusal_entry(r->ev.refusal)->code);
}

static void ask(const struct client *who, const struct ask *q, int64_t now,
    enum scep_status status, enum refusal why, const char *step)
{
	struct result r;

	client_enrol_at(who, &h, q, now, &r);
	expect(&r, status, why, step);
	result_release(&r);
}

static void poll(const struct client *who, const char *id, int64_t now,
    enum scep_status status, enum refusal why, const char *step)
{
	struct result r;

	world_poll(who, &h, id, now, &r);
	expect(&r, status, why, step);
	result_release(&r);
}

static void approve(const char *id)
{
	world_decide(&h, &c, id, true, "", TEST_NOW);
}

/*
 * R066, R071, R087, R118, R133, R134, R137, R154, R193: PENDING as often as it
 * is asked for, then SUCCESS; no poll decrypts anything.
 */
Test(resync, pending_then_success)
{
	struct scep_msg m;
	struct result r;

	begin(CA_RSA_RA, "");
	client_enrol(&c, &h, &(struct ask){ 0 }, &r);
	expect(&r, SCEP_PENDING, REFUSE_NONE, "PKCSReq");
	open_reply(&r, &m);
	cr_expect(m.cms.has_content); /* field-notes.md, decision 1 */
	cr_expect_eq(m.cms.content.n, 0);
	cr_expect(!m.has_envelope);
	cr_expect_eq(m.attrs.sender_nonce.n, SCEP_NONCE_SIZE);
	cr_expect(!m.attrs.has_fail);
	scep_msg_release(&m);
	cr_expect(span_eq(buf_span(&r.ev.subject), span_str(NAME)));
	result_release(&r);
	cr_expect_eq(ca_home_certs(&h), 0);

	ca_home_open(&h, NULL);
	for (int i = 0; i < 3; i++)
		poll(&c, "t1", TEST_NOW + 60 * i, SCEP_PENDING, REFUSE_NONE,
		    "poll");
	cr_expect_null(h.ca->enc_key);
	cr_expect_null(h.ca->ca_key);
	approve("t1");
	world_poll(&c, &h, "t1", TEST_NOW + 300, &r);
	expect(&r, SCEP_SUCCESS, REFUSE_NONE, "the fourth poll");
	cr_expect_null(h.ca->enc_key);
	ok(scep_cert_issued_by(buf_span(&r.cert), h.ca->ca_cert.der, e));
	cr_expect_eq(r.ev.type, SCEP_CERTPOLL);
	result_release(&r);
	cr_expect_eq(ca_home_certs(&h), 1);
	cr_expect_eq(world_state(&h, &c, "t1"), REQUEST_GRANTED);
	end();
}

/* cryptlib breaks on an empty eContent (decision 1): PENDING too leaves it out
 */
Test(resync, pending_without_content)
{
	struct scep_msg m;
	struct result r;

	begin(CA_RSA, "");
	client_enrol(&c, &h, &(struct ask){ .wants_no_content = true }, &r);
	expect(&r, SCEP_PENDING, REFUSE_NONE, "PKCSReq");
	open_reply(&r, &m);
	cr_expect(!m.cms.has_content);
	scep_msg_release(&m);
	result_release(&r);
	end();
}

/*
 * R141, case 1: the client lost its state while PENDING and asks anew with a
 * new id.  R140: both are open, and each gets an answer of its own.
 */
Test(resync, case_1_new_id)
{
	const struct ask first = { .trans_id = "first" };
	const struct ask second = { .trans_id = "second" };
	struct census n;

	begin(CA_RSA, "");
	ask(&c, &first, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "(1) PKCSReq");
	ask(&c, &second, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "(2) new id");
	world_census(&h, &n);
	cr_expect_eq(n.open, 2);
	approve("second");
	poll(&c, "second", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "(3) poll");
	poll(&c, "first", TEST_NOW, SCEP_PENDING, REFUSE_NONE, "the older");
	world_decide(&h, &c, "first", false, "twice", TEST_NOW);
	poll(&c, "first", TEST_NOW, SCEP_FAILURE, REFUSE_REJECTED, "rejected");
	poll(&c, "second", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "still good");
	cr_expect_eq(ca_home_certs(&h), 1);
	end();
}

/* R142, case 2: the CA (or the client) was away; the poll is resumed */
Test(resync, case_2_outage)
{
	begin(CA_RSA, "");
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE,
	    "(1) PKCSReq");
	ca_home_open(&h, NULL);
	poll(&c, "t1", TEST_NOW + 60, SCEP_PENDING, REFUSE_NONE, "(2) poll");
	ca_home_open(&h, NULL);
	approve("t1");
	ca_home_open(&h, NULL);
	poll(&c, "t1", TEST_NOW + 86400, SCEP_SUCCESS, REFUSE_NONE,
	    "(3) poll after the outage");
	cr_expect_eq(ca_home_certs(&h), 1);
	end();
}

/*
 * R143, T-25, case 3: the client lost its certificate.  A new request for its
 * name is a FAILURE until the operator has revoked the old one, with a new key
 * and with the old, in other string types and in other case; it uses up no
 * challenge.
 */
Test(resync, case_3_duplicate_name)
{
	struct client again;
	struct ask q = { .trans_id = "again", .challenge = challenge };
	struct buf upper = { 0 };
	struct serial serial;
	struct client lost;

	begin(CA_RSA, "[profile default]\nduplicate = refuse\n");
	world_enrol(&lost, &h, "dev2", NAME, TEST_NOW, &serial);
	client_make(&again, "dev3", "rsa:2048", NAME);
	ok(name_parse("CN=R1.EXAMPLE.COM,O=test", &upper, e));
	ask(&again, &q, TEST_NOW, SCEP_FAILURE, REFUSE_DUPLICATE, "(6)");
	q.subject = buf_span(&upper);
	ask(&again, &q, TEST_NOW, SCEP_FAILURE, REFUSE_DUPLICATE, "case");
	q.subject = (struct span){ 0 };
	ask(&again, &(struct ask){ .trans_id = "again" }, TEST_NOW,
	    SCEP_FAILURE, REFUSE_DUPLICATE, "without a challenge");
	cr_expect_eq(world_uses(&h, challenge), 0);
	cr_expect_eq(world_state(&h, &again, "again"), 0);
	world_revoke(&h, &serial, REASON_SUPERSEDED, TEST_NOW); /* (7) */
	ask(&again, &q, TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "(8)");
	cr_expect_eq(world_uses(&h, challenge), 1);
	client_release(&again);
	client_release(&lost);
	buf_release(&upper);
	end();
}

/* R143: an old one that has expired is in nobody's way */
Test(resync, duplicate_of_an_expired_one)
{
	struct client lost;

	begin(CA_RSA, "[profile default]\nduplicate = refuse\ndays = 1\n");
	world_enrol(&lost, &h, "dev2", NAME, TEST_NOW, NULL);
	ask(&c, &(struct ask){ .challenge = challenge }, TEST_NOW + 86401,
	    SCEP_SUCCESS, REFUSE_NONE, "a day later");
	client_release(&lost);
	end();
}

/* R144, case 4: SUCCESS got lost; the poll gets the same certificate again */
Test(resync, case_4_lost_success)
{
	struct result first, r;

	begin(CA_RSA, "");
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE,
	    "(1) PKCSReq");
	approve("t1");
	world_poll(&c, &h, "t1", TEST_NOW, &first);
	expect(&first, SCEP_SUCCESS, REFUSE_NONE, "(2) lost");
	for (int i = 0; i < 2; i++) {
		world_poll(&c, &h, "t1", TEST_NOW + 60, &r);
		expect(&r, SCEP_SUCCESS, REFUSE_NONE, "(3) poll");
		cr_expect(r.ev.repeated);
		cr_expect(span_eq(buf_span(&r.cert), buf_span(&first.cert)));
		cr_expect_eq(r.ev.serial.n, first.ev.serial.n);
		result_release(&r);
		ca_home_open(&h, NULL);
	}
	cr_expect_eq(ca_home_certs(&h), 1);
	result_release(&first);
	end();
}

/* R146, R163: the connection broke after the commit; a poll finds it all */
Test(resync, poll_after_a_lost_enrolment)
{
	struct result first, r;

	begin(CA_RSA, "");
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &first);
	expect(&first, SCEP_SUCCESS, REFUSE_NONE, "nobody read this");
	ca_home_open(&h, NULL);
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	expect(&r, SCEP_SUCCESS, REFUSE_NONE, "poll");
	cr_expect(span_eq(buf_span(&r.cert), buf_span(&first.cert)));
	result_release(&first);
	result_release(&r);
	cr_expect_eq(ca_home_certs(&h), 1);
	cr_expect_eq(world_uses(&h, challenge), 1);
	end();
}

/* R147: approval does not wait for the client */
Test(resync, approved_before_the_first_poll)
{
	begin(CA_RSA, "");
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	approve("t1");
	cr_expect_eq(world_state(&h, &c, "t1"), REQUEST_APPROVED);
	poll(&c, "t1", TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "first poll");
	end();
}

/* R136: a poll for what was never asked, and for another's id */
Test(resync, poll_for_nothing)
{
	struct client other;
	struct result r;

	begin(CA_RSA, "");
	client_make(&other, "dev2", "rsa:2048", NAME);
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	world_poll(&c, &h, "t2", TEST_NOW, &r);
	expect(&r, SCEP_FAILURE, REFUSE_NO_REQUEST, "unknown id");
	cr_expect_eq(r.answer.fail, SCEP_BAD_CERT_ID);
	result_release(&r);
	poll(&other, "t1", TEST_NOW, SCEP_FAILURE, REFUSE_NO_REQUEST, "other");
	client_release(&other);
	end();
}

/* R138, D14, F4: whatever is in a poll's envelope, and if there is none */
Test(resync, poll_contents)
{
	struct ask q[] = {
		{ .content = SPAN_LIT("\x30\x00") },
		{ .content = SPAN_LIT("garbage") },
		{ .envelope = SPAN_LIT("garbage") }, { .no_content = true },
		{ .nonce = SPAN_LIT("another nonce") }, /* R073 */
		{ .recipient = { 0 } },			/* not the CA */
	};

	begin(CA_RSA_RA, "");
	q[COUNT(q) - 1].recipient = buf_span(&c.cert);
	ask(&c, &(struct ask){ 0 }, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	for (size_t i = 0; i < COUNT(q); i++) {
		q[i].type = SCEP_CERTPOLL;
		ask(&c, &q[i], TEST_NOW, SCEP_PENDING, REFUSE_NONE, "poll");
	}
	end();
}

/* F1: micromdm sends the same octets again, certmonger a new message */
Test(resync, polls_by_asking_again)
{
	const struct ask q = { 0 };
	struct buf msg = { 0 };
	struct result r, last;
	struct census n;

	begin(CA_RSA, "");
	client_ask(&c, &h, &q, &msg);
	for (int i = 0; i < 2; i++) {
		client_send(&c, &h, &q, buf_span(&msg), TEST_NOW + 30 * i, &r);
		expect(&r, SCEP_PENDING, REFUSE_NONE, "the same octets");
		result_release(&r);
		ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "new message");
	}
	world_census(&h, &n);
	cr_expect_eq(n.requests, 1);
	approve("t1");
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW + 90, &r);
	expect(&r, SCEP_SUCCESS, REFUSE_NONE, "the same octets, approved");
	client_enrol(&c, &h, &q, &last);
	expect(&last, SCEP_SUCCESS, REFUSE_NONE, "new message, granted");
	cr_expect(span_eq(buf_span(&r.cert), buf_span(&last.cert)));
	cr_expect_eq(ca_home_certs(&h), 1);
	result_release(&r);
	result_release(&last);
	buf_release(&msg);
	end();
}

/* Design 5: another CSR under an id that waits takes its place. */
Test(resync, other_request_under_a_pending_id)
{
	struct buf name = { 0 };
	struct ask q = { 0 };
	struct cert_view v;
	struct census n;
	struct result r;

	begin(CA_RSA, "");
	ok(name_parse("CN=r2.example.com", &name, e));
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	q.subject = buf_span(&name);
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask for another");
	world_census(&h, &n);
	cr_expect_eq(n.requests, 1);
	cr_expect_eq(n.open, 1);
	approve("t1");
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	expect(&r, SCEP_SUCCESS, REFUSE_NONE, "poll");
	ok(cert_parse(buf_span(&r.cert), &v, e));
	cr_expect(span_eq(v.subject, q.subject));
	result_release(&r);
	buf_release(&name);
	end();
}

/*
 * The operator approved what he saw: a request that comes under its id
 * afterwards was not seen by him.
 */
Test(resync, other_request_under_an_approved_id)
{
	struct buf name = { 0 };
	struct ask q = { 0 };

	begin(CA_RSA, "");
	ok(name_parse("CN=admin", &name, e));
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask");
	approve("t1");
	q.subject = buf_span(&name);
	ask(&c, &q, TEST_NOW, SCEP_PENDING, REFUSE_NONE, "ask for another");
	poll(&c, "t1", TEST_NOW, SCEP_PENDING, REFUSE_NONE, "poll");
	cr_expect_eq(ca_home_certs(&h), 0);
	buf_release(&name);
	end();
}
