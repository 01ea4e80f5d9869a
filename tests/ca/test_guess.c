/*
 * T-12, R108, R120: wrong challenges are counted and answered slowly, a good
 * one works at once, and a one-time challenge that comes again is told of.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "failure.h"
#include "scene.h"
#include "world.h"

Test(guess, schedule)
{
	static const unsigned want[] = { 0, 0, 0, 0, 100, 200, 400, 800, 1600,
		2000, 2000 };

	for (size_t i = 0; i < COUNT(want); i++)
		cr_expect_eq(failure_delay((int32_t)i), want[i], "%zu", i);
	cr_expect_eq(failure_delay(INT32_MAX), 2000);
}

Test(guess, addresses)
{
	static const struct {
		const char *remote, *address;
	} rows[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64" },
		{ "2001:DB8:1:2::1", "2001:db8:1:2::/64" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "::1", "::/64" },
		{ "", "unknown" },
		{ "unix:", "unix:" },
	};
	char address[64], longest[100];

	for (size_t i = 0; i < COUNT(rows); i++) {
		failure_address(rows[i].remote, address);
		cr_expect_str_eq(address, rows[i].address);
	}
	memset(longest, 'x', sizeof(longest));
	longest[sizeof(longest) - 1] = '\0';
	failure_address(longest, address);
	cr_expect_eq(strlen(address), 63);
}

static void try(const struct client *who, const struct ask *q, int64_t now,
    enum refusal why, unsigned delay)
{
	struct result r;

	client_enrol_at(who, &h, q, now, &r);
	cr_expect_eq(r.ev.refusal, why, "%s: %s",
	    refusal_entry(r.ev.refusal)->code, r.ev.detail);
	cr_expect_eq(r.ev.delay_ms, delay, "%u ms", r.ev.delay_ms);
	result_release(&r);
}

static int64_t counted(const char *remote, int64_t now)
{
	struct failures page[10];
	size_t n;

	ok(store_failure_page(h.ca->store, NULL, page, COUNT(page), &n, e));
	for (size_t i = 0; i < n; i++)
		if (strcmp(page[i].remote, remote) == 0)
			return failures_hour(&page[i], now);
	return 0;
}

/* A stranger guesses; he waits longer and longer; nobody else does. */
Test(guess, delays)
{
	static const unsigned want[] = { 0, 0, 0, 100, 200, 400, 800, 1600,
		2000, 2000 };
	struct ask q = { .challenge = "aaaaaaaaaaaaaaaaaaaaaaaaaa" };
	struct ask good = { .trans_id = "good", .challenge = challenge };
	struct failures all;

	begin(CA_RSA, "");
	for (size_t i = 0; i < COUNT(want); i++)
		try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_UNKNOWN, want[i]);
	cr_expect_eq(counted("192.0.2.1", TEST_NOW), COUNT(want));
	q.remote = "192.0.2.2";
	try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_UNKNOWN, 0);
	q.remote = "2001:db8::1";
	for (unsigned i = 0; i < 4; i++)
		try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_UNKNOWN,
		    i < 3 ? 0 : 100);
	q.remote = "2001:db8::2"; /* the same network */
	try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_UNKNOWN, 200);
	ok(store_failure_all(h.ca->store, &all, e));
	cr_expect_eq(failures_hour(&all, TEST_NOW), COUNT(want) + 6);
	/* a good one works, at once, from wherever */
	try(&c, &good, TEST_NOW, REFUSE_NONE, 0);
	/* and all is forgotten after a while */
	q.remote = NULL;
	try(&c, &q, TEST_NOW + 3600, REFUSE_CHALLENGE_UNKNOWN, 0);
	end();
}

/* What is no guess is not counted: none, and what fails before gate 7. */
Test(guess, not_counted)
{
	struct ask q = { .trans_id = "1" };
	struct census n;

	begin(CA_RSA, "[endpoint default]\nunauthorised = refuse\n");
	try(&c, &q, TEST_NOW, REFUSE_NO_CHALLENGE, 0);
	q.challenge = "wrong";
	q.bad_csr_signature = true;
	try(&c, &q, TEST_NOW, REFUSE_ENVELOPE, 0);
	q.bad_csr_signature = false;
	q.bad_signature = true;
	try(&c, &q, TEST_NOW, REFUSE_SIGNATURE, 0);
	world_census(&h, &n); /* has the store opened */
	cr_expect_eq(counted("192.0.2.1", TEST_NOW), 0);
	end();
}

/* Every refusal for a challenge's sake looks and counts like every other. */
Test(guess, all_kinds_count)
{
	const struct challenge_spec late = { .uses = 1,
		.expires_at = TEST_NOW };
	const struct challenge_spec bound = { .uses = 1, .for_name = "CN=x" };
	const struct challenge_spec away = { .uses = 1, .trans_id = "x" };
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct ask q = { .challenge = value };

	begin(CA_RSA, "");
	ca_home_challenge(&h, &late, value);
	try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_EXPIRED, 0);
	ca_home_challenge(&h, &bound, value);
	try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_NAME, 0);
	ca_home_challenge(&h, &away, value);
	try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_TRANSACTION, 0);
	ca_home_challenge(&h, NULL, value);
	try(&c, &q, TEST_NOW, REFUSE_NONE, 0);
	q.trans_id = "again";
	try(&c, &q, TEST_NOW, REFUSE_CHALLENGE_USED, 100);
	cr_expect_eq(counted("192.0.2.1", TEST_NOW), 4);
	end();
}

/* R108: both of them are named, and the record says it, too */
Test(guess, reuse_is_an_alert)
{
	struct ask q = { .challenge = challenge, .remote = "198.51.100.7" };
	struct request_key first, second;
	struct stored_challenge record;
	struct client other;
	struct result r;
	size_t n;

	begin(CA_RSA, "");
	client_make(&other, "dev2", "rsa:2048", "CN=other");
	client_enrol(&c, &h, &q, &r);
	granted(&r);
	cr_expect_null(r.ev.alert.what);
	result_release(&r);
	/* sent once more by the one who has it: no alert */
	client_enrol(&c, &h, &q, &r);
	granted(&r);
	cr_expect_null(r.ev.alert.what);
	result_release(&r);

	q.remote = "203.0.113.9";
	client_enrol_at(&other, &h, &q, TEST_NOW + 60, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_CHALLENGE_USED);
	cr_expect_str_eq(r.ev.alert.what, "challenge-reused");
	world_key(&c, "t1", &first);
	world_key(&other, "t1", &second);
	cr_expect_arr_eq(r.ev.alert.first_key, first.key_hash, 32);
	cr_expect_arr_eq(r.ev.key_hash, second.key_hash, 32);
	cr_expect_str_eq(r.ev.alert.first_remote, "198.51.100.7");
	cr_expect_eq(r.ev.alert.first_at, TEST_NOW);
	cr_expect_neq(r.ev.challenge_id[0], '\0');
	ok(store_challenge_page(h.ca->store, NULL, &record, 1, &n, e));
	cr_expect_str_eq(record.id, r.ev.challenge_id);
	cr_expect_eq(record.reuses, 1);
	cr_expect_eq(record.reused_at, TEST_NOW + 60);
	cr_expect_eq(record.used, 1);
	result_release(&r);
	client_release(&other);
	end();
}
