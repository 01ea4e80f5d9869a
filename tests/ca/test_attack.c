/* Attacks with messages that are well-formed: other people's, or forged. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "scene.h"
#include "world.h"
#include "x509_signed.h"

static struct client thief;

static void begin_theft(const char *conf)
{
	begin(CA_RSA_RA, conf);
	client_make(&thief, "dev2", "rsa:2048", "CN=thief");
}

static void end_theft(void)
{
	client_release(&thief);
	end();
}

/* The challenge of the scene is as good as ever. */
static void still_good(void)
{
	struct result r;

	cr_expect_eq(world_uses(&h, challenge), 0);
	client_enrol(&c, &h,
	    &(struct ask){ .trans_id = "still good", .challenge = challenge },
	    &r);
	granted(&r);
	result_release(&r);
}

/*
 * T-03: a captured envelope in somebody else's signature.  To a stranger the
 * answer is that to any noise, octet by octet; who holds a certificate of ours
 * is told that he may not; neither gets one, and the challenge survives.
 */
static const struct {
	const char *name; /* NULL: no certificate of ours */
	int type;
	enum refusal why;
} rewrapped[] = {
	{ NULL, SCEP_PKCSREQ, REFUSE_ENVELOPE },
	{ NULL, SCEP_RENEWALREQ, REFUSE_COUNT }, /* 19 or 17: see below */
	{ NULL, SCEP_GETCERT, REFUSE_COUNT },
	{ NULL, SCEP_GETCRL, REFUSE_COUNT },
	{ "CN=device", SCEP_PKCSREQ, REFUSE_RENEWAL_NAME },
	{ "CN=device", SCEP_RENEWALREQ, REFUSE_RENEWAL_NAME },
};

ParameterizedTestParameters(attack, rewrapped_envelope)
{
	static size_t idx[COUNT(rewrapped)];

	for (size_t n = 0; n < COUNT(idx); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, COUNT(idx));
}

ParameterizedTest(size_t *i, attack, rewrapped_envelope)
{
	struct buf captured = { 0 }, a = { 0 }, b = { 0 };
	struct client device, *who = &thief;
	struct ask q = { .type = rewrapped[*i].type };
	struct census before;
	struct result r, noise;

	begin_theft("");
	if (rewrapped[*i].name != NULL) {
		world_enrol(
		    &device, &h, "dev3", rewrapped[*i].name, TEST_NOW, NULL);
		who = &device;
	}
	client_envelope(
	    &c, &h, &(struct ask){ .challenge = challenge }, &captured);
	world_census(&h, &before);
	q.envelope = buf_span(&captured);
	client_enrol(who, &h, &q, &r);
	cr_expect_eq(r.answer.status, SCEP_FAILURE);
	if (rewrapped[*i].why != REFUSE_COUNT)
		cr_expect_eq(r.ev.refusal, rewrapped[*i].why, "%s",
		    refusal_entry(r.ev.refusal)->code);
	cr_expect_str_eq(r.ev.challenge_id, "");
	world_unchanged(&h, &before, "rewrapped");
	if (who == &thief) {
		captured.p[captured.n - 1] ^= 1;
		client_enrol(who, &h, &q, &noise);
		world_noise(&r, &a);
		world_noise(&noise, &b);
		cr_expect(span_eq(buf_span(&a), buf_span(&b)), "type %d: '%s'",
		    q.type, result_text(&r));
		cr_expect_eq(r.ev.subject.n, 0); /* no word of the victim */
		cr_expect_str_eq(r.ev.detail, noise.ev.detail);
		result_release(&noise);
	}
	result_release(&r);
	still_good();
	if (who == &device)
		client_release(&device);
	buf_release(&captured);
	buf_release(&a);
	buf_release(&b);
	end_theft();
}

/*
 * T-16, R139: whoever polls for another's id hears the same as before that
 * request was made, while it waits, is approved, and is granted.
 */
static void hijack(const char *when, struct buf *first)
{
	struct buf said = { 0 };
	struct result r;

	world_poll(&thief, &h, "t1", TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_REQUEST, "%s", when);
	cr_expect_eq(r.answer.fail, SCEP_BAD_CERT_ID, "%s", when);
	world_noise(&r, &said);
	if (first->n == 0)
		buf_move(first, &said);
	else
		cr_expect(
		    span_eq(buf_span(first), buf_span(&said)), "%s", when);
	buf_release(&said);
	result_release(&r);
}

Test(attack, poll_hijack)
{
	struct client enrolled;
	struct buf first = { 0 };
	struct result r;

	begin_theft("");
	world_enrol(&enrolled, &h, "dev3", NAME, TEST_NOW, NULL);
	hijack("before", &first);
	client_enrol(&c, &h, &(struct ask){ 0 }, &r);
	cr_expect_eq(r.answer.status, SCEP_PENDING);
	result_release(&r);
	hijack("pending", &first);
	/* nor somebody who has a certificate of ours, and the same name */
	world_poll(&enrolled, &h, "t1", TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_REQUEST);
	result_release(&r);
	world_decide(&h, &c, "t1", true, "", TEST_NOW);
	hijack("approved", &first);
	cr_expect_eq(ca_home_certs(&h), 1);
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	granted(&r);
	hijack("granted", &first);
	world_revoke(&h, &r.ev.serial, REASON_SUPERSEDED, TEST_NOW);
	hijack("revoked", &first);
	result_release(&r);
	client_release(&enrolled);
	buf_release(&first);
	end_theft();
}

/* T-15: the victim's id taken beforehand by another key, and decided upon */
Test(attack, id_taken_beforehand)
{
	const struct ask own = { .challenge = challenge };
	struct census n;
	struct result r;

	begin_theft("");
	client_enrol(&thief, &h, &(struct ask){ 0 }, &r);
	cr_expect_eq(r.answer.status, SCEP_PENDING);
	result_release(&r);
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_REQUEST);
	result_release(&r);
	client_enrol(&c, &h, &(struct ask){ 0 }, &r);
	cr_expect_eq(r.answer.status, SCEP_PENDING);
	result_release(&r);
	world_census(&h, &n);
	cr_expect_eq(n.open, 2); /* the operator sees both */
	world_decide(&h, &thief, "t1", false, "who is that?", TEST_NOW);
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	cr_expect_eq(r.answer.status, SCEP_PENDING);
	result_release(&r);
	client_enrol(&c, &h, &own, &r);
	granted(&r);
	result_release(&r);
	world_poll(&thief, &h, "t1", TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_REJECTED);
	result_release(&r);
	end_theft();
}

/*
 * T-21, R122: a certificate that says that it is ours, and a good challenge in
 * the request: refused, for it is not what the store has, and nothing is used
 * up; as 17, as 19, and as a poll.
 */
enum forgery { OTHER_KEY, RIGHT_KEY, UNKNOWN_SERIAL, ODD_SERIAL, FORGERIES };

static void forge(
    enum forgery how, const struct client *device, struct client *forger)
{
	struct world_issuer namesake = { thief.key, h.ca->ca_cert.subject };
	struct world_cert w = { .key = forger->key };
	struct cert_view real;

	ok(cert_parse(buf_span(&device->cert), &real, e));
	w.subject = real.subject;
	w.serial = real.serial;
	if (how == RIGHT_KEY)
		w.key = device->key;
	if (how == UNKNOWN_SERIAL)
		w.serial = SPAN_LIT("\x12\x34\x56");
	if (how == ODD_SERIAL) /* of 40 octets (field-notes.md, C7) */
		w.serial = SPAN_LIT("0123456789012345678901234567890123456789");
	forger->key = (struct privkey *)w.key;
	buf_release(&forger->name);
	ok(buf_put(&forger->name, real.subject, e));
	world_sign(&namesake, &w, &forger->cert);
}

Test(attack, forged_certificates)
{
	static const int types[] = { SCEP_RENEWALREQ, SCEP_PKCSREQ };
	struct client device, forger = { .key = NULL };
	struct census before;
	struct result r;
	struct ask q;

	begin_theft("");
	world_enrol(&device, &h, "dev3", "CN=device", TEST_NOW, NULL);
	world_census(&h, &before);
	for (unsigned f = 0; f < FORGERIES; f++) {
		forger.key = thief.key;
		forge((enum forgery)f, &device, &forger);
		for (size_t t = 0; t < COUNT(types); t++) {
			q = (struct ask){ .type = types[t],
				.trans_id = "forged",
				.challenge = challenge };
			client_enrol(&forger, &h, &q, &r);
			cr_expect_eq(r.ev.refusal, REFUSE_SIGNER_UNKNOWN,
			    "forgery %u, type %d: %s", f, q.type,
			    refusal_entry(r.ev.refusal)->code);
			cr_expect_eq(r.answer.status, SCEP_FAILURE);
			result_release(&r);
		}
		world_unchanged(&h, &before, "forged");
	}
	buf_release(&forger.name);
	buf_release(&forger.cert);
	still_good();
	client_release(&device);
	end_theft();
}

/*
 * T-14: a whole message, recorded and sent again, after everything that may
 * have happened since.
 */
Test(attack, replay)
{
	const struct ask q = { .challenge = challenge };
	struct buf msg = { 0 };
	struct result first, r;

	begin_theft("");
	client_ask(&c, &h, &q, &msg);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &first);
	granted(&first);
	/* the challenge is used, and would be over: that does not matter */
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW + 86400, &r);
	granted(&r);
	cr_expect(span_eq(buf_span(&r.cert), buf_span(&first.cert)));
	result_release(&r);

	world_revoke(&h, &first.ev.serial, REASON_CERTIFICATE_HOLD, TEST_NOW);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_REVOKED, "held");
	result_release(&r);
	world_revoke(&h, &first.ev.serial, REASON_REMOVE_FROM_CRL, TEST_NOW);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	granted(&r);
	result_release(&r);

	world_revoke(&h, &first.ev.serial, REASON_KEY_COMPROMISE, TEST_NOW);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_REVOKED, "revoked");
	result_release(&r);
	world_poll(&c, &h, "t1", TEST_NOW, &r); /* nor by polling */
	cr_expect_eq(r.answer.status, SCEP_FAILURE);
	cr_expect_eq(r.ev.refusal, REFUSE_REVOKED, "%s",
	    refusal_entry(r.ev.refusal)->code);
	result_release(&r);
	cr_expect_eq(ca_home_certs(&h), 1);
	result_release(&first);
	buf_release(&msg);
	end_theft();
}

/* T-14: a renewal, recorded, sent again when its result has been revoked */
Test(attack, replay_of_a_renewal)
{
	const struct ask q = { .type = SCEP_RENEWALREQ, .trans_id = "r" };
	struct client device;
	struct buf msg = { 0 };
	struct result r;

	begin_theft("");
	world_enrol(&device, &h, "dev3", "CN=device", TEST_NOW, NULL);
	client_ask(&device, &h, &q, &msg);
	client_send(&device, &h, &q, buf_span(&msg), TEST_NOW, &r);
	granted(&r);
	world_revoke(&h, &r.ev.serial, REASON_KEY_COMPROMISE, TEST_NOW);
	result_release(&r);
	client_send(&device, &h, &q, buf_span(&msg), TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_REVOKED, "%s",
	    refusal_entry(r.ev.refusal)->code);
	result_release(&r);
	cr_expect_eq(ca_home_certs(&h), 2);
	buf_release(&msg);
	client_release(&device);
	end_theft();
}

/*
 * T-22, R093: an enrolled device asks for a certificate with somebody else's
 * public key under its own name; it cannot sign the CSR with that key.
 */
Test(attack, foreign_key_in_a_renewal)
{
	static const int types[] = { SCEP_RENEWALREQ, SCEP_PKCSREQ };
	struct buf real = { 0 }, forged = { 0 };
	struct client device;
	struct census before;
	struct result r;
	struct csr csr;
	struct ask q = { .csr_key = NULL, .trans_id = "r" };

	begin_theft("");
	world_enrol(&device, &h, "dev3", "CN=device", TEST_NOW, NULL);
	q.csr_key = c.key;
	client_csr(&device, &q, &real);
	ok(csr_parse(buf_span(&real), &csr, e));
	ok(x509_sign(
	    csr.info, device.key, alg_digest_by_name("SHA-256"), &forged, e));
	world_census(&h, &before);
	q.content = buf_span(&forged);
	for (size_t i = 0; i < COUNT(types); i++) {
		q.type = types[i];
		client_enrol(&device, &h, &q, &r);
		cr_expect_eq(r.ev.refusal, REFUSE_ENVELOPE, "type %d: %s",
		    q.type, refusal_entry(r.ev.refusal)->code);
		result_release(&r);
	}
	world_unchanged(&h, &before, "foreign key");
	csr_release(&csr);
	buf_release(&real);
	buf_release(&forged);
	client_release(&device);
	end_theft();
}

/* R065: our own answer, sent back: a CertRep is no request */
Test(attack, answer_as_a_request)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct pki_event ev;
	struct buf reply = { 0 };
	struct census before;
	struct result r;

	begin_theft("");
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	granted(&r);
	world_census(&h, &before);
	ok(pki_operation(h.ca, &f, buf_span(&r.reply), &reply, &ev, e));
	cr_expect_eq(ev.status, SCEP_FAILURE);
	cr_expect_eq(
	    ev.refusal, REFUSE_TYPE, "%s", refusal_entry(ev.refusal)->code);
	world_unchanged(&h, &before, "CertRep");
	pki_event_release(&ev);
	result_release(&r);
	buf_release(&reply);
	end_theft();
}
