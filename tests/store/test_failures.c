/*
 * test_failures.c - wrong challenges: 10,000 of them are counted right, few
 * addresses are kept, and what is old counts for less (T-12).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "store_failure.h"
#include "store_fixture.h"

enum { NOW = 1800000000, SLOT = FAILURE_SLOT_SECONDS };

static struct fixture f;
static struct store *st;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "failures");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(failures, .init = set_up, .fini = tear_down, .timeout = 100);

static int32_t fail(const char *remote, int64_t now)
{
	const struct failure what = { .remote = remote, .now = now };
	struct stored_challenge none;
	struct failures from;

	cr_assert_eq(
	    store_failure_note(st, &what, &from, &none, &e), 0, "%s", e.text);
	cr_assert_str_eq(from.remote, remote);
	cr_expect_eq(none.reuses, 0);
	return failures_weight(&from, now);
}

static size_t addresses(const char *find, struct failures *found)
{
	static struct failures page[64];
	char after[64] = "";
	size_t n, all = 0;

	do {
		cr_assert_eq(
		    store_failure_page(
			st, after[0] != '\0' ? after : NULL, page, 64, &n, &e),
		    0, "%s", e.text);
		for (size_t i = 0; i < n; i++) {
			if (find != NULL && strcmp(page[i].remote, find) == 0)
				*found = page[i];
			strcpy(after, page[i].remote);
		}
		all += n;
	} while (n == 64);
	return all;
}

static int64_t in_all(int64_t now)
{
	struct failures all;

	cr_assert_eq(store_failure_all(st, &all, &e), 0, "%s", e.text);
	cr_expect_str_eq(all.remote, "");
	return failures_hour(&all, now);
}

Test(failures, ten_thousand)
{
	struct failures had = { .remote = "" };
	char remote[64];

	cr_expect_eq(in_all(NOW), 0);
	cr_expect_eq(addresses(NULL, NULL), 0);
	for (int32_t i = 1; i <= 2000; i++)
		cr_assert_eq(fail("192.0.2.1", NOW), i);
	for (unsigned i = 0; i < 8000; i++) {
		snprintf(remote, sizeof(remote), "10.0.%u.%u", i % 2000 / 250,
		    i % 250);
		fail(remote, NOW + 1 + i / 2000);
		if (i == 500)
			cr_expect_eq(fail("192.0.2.1", NOW + 1), 2001);
	}
	cr_expect_eq(in_all(NOW + 10), 10001);
	cr_expect_eq(
	    addresses("10.0.7.249", &had), (size_t)FAILURE_ADDRESSES_MAX);
	cr_expect_str_eq(had.remote, "10.0.7.249"); /* the last */
	had.remote[0] = '\0';
	addresses("192.0.2.1", &had); /* heard of too long ago */
	cr_expect_str_eq(had.remote, "");
	cr_expect_eq(fail("192.0.2.1", NOW + 10), 1);
	cr_expect_eq(addresses(NULL, NULL), (size_t)FAILURE_ADDRESSES_MAX);
	/* an hour later nothing is left of them */
	cr_expect_eq(store_failure_purge(st, NOW + 3700, &e), 0, "%s", e.text);
	cr_expect_eq(addresses(NULL, NULL), 0);
	cr_expect_eq(in_all(NOW + 3700), 0);
	cr_expect_eq(fail("192.0.2.1", NOW + 3700), 1);
	cr_expect_eq(addresses(NULL, NULL), 1);
}

/* Half as much after each ten minutes; the rate counts, not the regularity. */
Test(failures, decay)
{
	int64_t t = NOW - NOW % SLOT;
	int32_t weight = 0;

	for (int i = 0; i < 64; i++)
		weight = fail("a", t);
	cr_expect_eq(weight, 64);
	cr_expect_eq(fail("a", t + SLOT), 33);
	cr_expect_eq(fail("a", t + 2 * SLOT), 17);
	cr_expect_eq(fail("a", t + 5 * SLOT), 3);
	cr_expect_eq(in_all(t + 5 * SLOT), 67);
	cr_expect_eq(in_all(t + 6 * SLOT), 3);
	cr_expect_eq(fail("a", t + 20 * SLOT), 1);
	cr_expect_eq(fail("b", t + 20 * SLOT), 1);
	/* one in five minutes never comes to anything */
	for (int i = 0; i < 200; i++)
		weight = fail("c", t + i * (SLOT / 2));
	cr_expect_leq(weight, 5);
}

/* A clock that was set back, and a process after this one */
Test(failures, clock_and_restart)
{
	cr_expect_eq(fail("a", NOW), 1);
	cr_expect_eq(fail("a", NOW - 86400), 2);
	store_close(st);
	st = fixture_open(f.dir);
	cr_expect_eq(fail("a", NOW - 86400), 3);
	cr_expect_eq(in_all(NOW - 86400), 3);
}

Test(failures, bad_addresses)
{
	struct failure what = { .remote = "", .now = NOW };
	struct stored_challenge none;
	struct failures from;
	char longest[65];

	cr_expect_eq(store_failure_note(st, &what, &from, &none, &e), -1);
	memset(longest, 'x', 64);
	longest[64] = '\0';
	what.remote = longest;
	cr_expect_eq(store_failure_note(st, &what, &from, &none, &e), -1);
	longest[63] = '\0';
	cr_expect_eq(fail(longest, NOW), 1);
	cr_expect_eq(in_all(NOW), 1);
}

/* R108: a challenge that is used up is marked, another one is not. */
Test(failures, reuse_is_marked)
{
	struct failure what = { .remote = "b", .now = NOW };
	struct stored_challenge c;
	struct failures from;
	struct sample s;

	sample_init(&s, 1);
	sample_add_challenge(st, &s);
	what.reused_mac = s.challenge.mac;
	cr_assert_eq(store_failure_note(st, &what, &from, &c, &e), 0);
	cr_expect_eq(c.reuses, 0, "it is not used yet");
	cr_assert_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	cr_assert_eq(store_failure_note(st, &what, &from, &c, &e), 0);
	cr_assert_eq(store_failure_note(st, &what, &from, &c, &e), 0);
	cr_assert_eq(store_challenge_find(st, s.challenge.mac, &c, &e), 0);
	cr_expect_eq(c.reuses, 2);
	cr_expect_eq(c.reused_at, NOW);
	cr_expect_eq(c.used, 1);
	cr_expect_str_eq(c.last_remote, s.request.remote);
	cr_expect_arr_eq(c.last_key, s.request.key.key_hash, 32);
	sample_release(&s);
}
