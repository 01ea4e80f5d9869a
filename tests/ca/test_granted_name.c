/*
 * The name that is granted, not the one that was asked for, is what counts:
 * for names that are taken, requests sent once more, renewals, and the CA's
 * own (R143, R145; security.md T-21, T-25).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "scene.h"
#include "world.h"

#define RULES                                        \
	"[profile default]\nsubject_fixed = O=Lab\n" \
	"duplicate = refuse\n"

static void ask(const struct client *who, const char *id, enum scep_status s,
    enum refusal why, const char *step)
{
	char value[CHALLENGE_TEXT_SIZE + 1];
	const struct challenge_spec spec = { .uses = 1,
		.expires_at = TEST_NOW + 3600 };
	const struct ask q = { .trans_id = id, .challenge = value };
	struct result r;

	ca_home_challenge(&h, &spec, value);
	client_enrol(who, &h, &q, &r);
	cr_expect_eq(r.answer.status, s, "%s: %d, %s (%s)", step,
	    r.answer.status, refusal_entry(r.ev.refusal)->code, r.ev.detail);
	cr_expect_eq(r.ev.refusal, why, "%s: %s", step,
	    refusal_entry(r.ev.refusal)->code);
	result_release(&r);
}

Test(granted_name, is_the_one_that_is_taken)
{
	struct client plain, whole, wrong;

	begin(CA_RSA, RULES);
	client_make(&plain, "dev2", "rsa:2048", "CN=r1");
	client_make(&whole, "dev3", "rsa:2048", "CN=r1,O=Lab");
	client_make(&wrong, "dev4", "rsa:2048", "CN=r1,O=Other");
	ask(&plain, "a", SCEP_SUCCESS, REFUSE_NONE, "first");
	ask(&whole, "b", SCEP_FAILURE, REFUSE_DUPLICATE, "the same in full");
	ask(&wrong, "c", SCEP_FAILURE, REFUSE_SUBJECT, "another O");
	cr_expect_eq(ca_home_certs(&h), 1);
	client_release(&plain);
	client_release(&whole);
	client_release(&wrong);
	end();
}

/* The very bytes once more get the same certificate; a renewal its name. */
Test(granted_name, comes_again)
{
	const struct ask q = { .challenge = challenge };
	struct buf msg = { 0 };
	struct client device;
	struct result first, second;

	begin(CA_RSA, RULES);
	client_make(&device, "dev2", "rsa:2048", "CN=r1");
	client_ask(&device, &h, &q, &msg);
	client_send(&device, &h, &q, buf_span(&msg), TEST_NOW, &first);
	granted(&first);
	client_send(&device, &h, &q, buf_span(&msg), TEST_NOW, &second);
	granted(&second);
	cr_expect_eq(ca_home_certs(&h), 1);
	cr_expect(span_eq(buf_span(&first.cert), buf_span(&second.cert)));
	client_adopt(&device, NULL, buf_span(&first.cert));
	ask(&device, "r", SCEP_SUCCESS, REFUSE_NONE, "renewal");
	cr_expect_eq(ca_home_certs(&h), 2);
	result_release(&first);
	result_release(&second);
	buf_release(&msg);
	client_release(&device);
	end();
}
