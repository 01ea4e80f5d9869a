/*
 * test_limits.c - so many requests wait and no more: T-17.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "store_fixture.h"

static struct fixture f;
static struct store *st;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "limits");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(limits, .init = set_up, .fini = tear_down, .timeout = 60);

static void find(const struct sample *s, struct stored_request *r)
{
	struct stored_cert c;

	cr_assert_eq(store_request_find(st, &s->request.key, r, &c, &e), 0,
	    "%s", e.text);
	stored_cert_release(&c);
}

static size_t count_open(void)
{
	struct stored_request page[40];
	size_t n, i;

	cr_assert_eq(
	    store_pending_page(st, NULL, page, 40, &n, &e), 0, "%s", e.text);
	for (i = 0; i < n; i++)
		stored_request_release(&page[i]);
	return n;
}

/* T-17: so many in all, so many from one address; overdue ones make way. */
Test(limits, full)
{
	struct stored_request r;
	struct sample s[7];
	uint32_t i;

	for (i = 0; i < 7; i++) {
		sample_init(&s[i], i);
		s[i].pend.max = 4;
		s[i].pend.max_per_remote = 2;
		s[i].waiting.expires_at = 1100;
		snprintf(s[i].waiting.remote, sizeof(s[i].waiting.remote),
		    "192.0.2.%u", 1 + i / 2);
	}
	cr_expect_eq(sample_pend(st, &s[0]), PEND_DONE);
	cr_expect_eq(sample_pend(st, &s[1]), PEND_DONE);
	cr_expect_eq(sample_pend(st, &s[1]), PEND_ALREADY);
	strcpy(s[2].waiting.remote, s[0].waiting.remote);
	cr_expect_eq(sample_pend(st, &s[2]), PEND_FULL_REMOTE);
	cr_expect_eq(sample_state(st, &s[2]), 0, "nothing is recorded");
	strcpy(s[2].waiting.remote, s[3].waiting.remote);
	cr_expect_eq(sample_pend(st, &s[2]), PEND_DONE);
	cr_expect_eq(sample_pend(st, &s[3]), PEND_DONE);
	cr_expect_eq(sample_pend(st, &s[4]), PEND_FULL);
	cr_expect_eq(sample_state(st, &s[4]), 0);
	/* one that takes its own place needs no more room … */
	s[3].waiting.csr_hash[0] ^= 1;
	cr_expect_eq(sample_pend(st, &s[3]), PEND_DONE);
	cr_expect_eq(count_open(), 4);
	/* … but at another address it does */
	s[3].waiting.csr_hash[0] ^= 1;
	strcpy(s[3].waiting.remote, s[0].waiting.remote);
	cr_expect_eq(sample_pend(st, &s[3]), PEND_FULL_REMOTE);
	find(&s[3], &r);
	cr_expect_str_eq(r.remote, "192.0.2.2", "as it was");
	stored_request_release(&r);
	/* a limit of zero is none */
	s[4].pend.max = s[4].pend.max_per_remote = 0;
	strcpy(s[4].waiting.remote, s[0].waiting.remote);
	s[4].waiting.expires_at = 0;
	cr_expect_eq(sample_pend(st, &s[4]), PEND_DONE);

	/* in all: whatever is overdue goes, wherever it is from */
	s[5].pend.now = 1100;
	s[5].waiting.expires_at = 1200;
	cr_expect_eq(sample_pend(st, &s[5]), PEND_DONE);
	for (i = 0; i < 4; i++)
		cr_expect_eq(sample_state(st, &s[i]), REQUEST_EXPIRED);
	cr_expect_eq(count_open(), 2);
	/* at one address: only its own are looked at */
	s[6].pend.max = 0;
	s[6].pend.max_per_remote = 1;
	s[6].pend.now = 1200;
	strcpy(s[6].waiting.remote, s[4].waiting.remote);
	cr_expect_eq(sample_pend(st, &s[6]), PEND_FULL_REMOTE);
	strcpy(s[6].waiting.remote, s[5].waiting.remote);
	cr_expect_eq(sample_pend(st, &s[6]), PEND_DONE);
	cr_expect_eq(sample_state(st, &s[5]), REQUEST_EXPIRED);
	for (i = 0; i < 7; i++)
		sample_release(&s[i]);
}

/* A full queue of overdue ones: what one visit sweeps away stays away. */
Test(limits, full_of_overdue_ones)
{
	enum { MANY = 150 };
	struct sample s;
	uint32_t i;

	for (i = 0; i < MANY; i++) {
		sample_init(&s, i);
		s.waiting.expires_at = 1100;
		cr_assert_eq(sample_pend(st, &s), PEND_DONE);
		sample_release(&s);
	}
	sample_init(&s, MANY);
	s.pend.now = 1100;
	s.pend.max = 1;
	for (i = 0; i < 10 && sample_pend(st, &s) == PEND_FULL; i++)
		;
	cr_expect_eq(sample_state(st, &s), REQUEST_PENDING);
	cr_expect(i > 0 && i < 5, "%u times full", i);
	sample_release(&s);
}
