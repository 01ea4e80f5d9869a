/*
 * test_scale.c - ten thousand requests that wait are as good as ten: T-17.
 *
 * What is counted is pages of the database, not time: the same on any machine.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "store_fixture.h"
#include "txn_request.h"

static struct fixture f;
static struct store *st;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "scale");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	store_close(st);
	fixture_release(&f);
}

TestSuite(scale, .init = set_up, .fini = tear_down, .timeout = 110);

enum { BATCH = 500, FEW = 10, MANY = 10000 };

/* Samples from..to begin to wait: in one visit, or it would take minutes. */
struct batch {
	uint32_t from, to;
};

static void make(struct sample *s, uint32_t n)
{
	sample_init(s, n);
	s->waiting.created_at = n;
	s->waiting.expires_at = 1000000 - (int64_t)n;
	snprintf(s->waiting.remote, sizeof(s->waiting.remote), "10.%u.%u.%u",
	    n >> 16, n >> 8 & 255, n & 255);
	s->pend.max = 2 * MANY;
	s->pend.max_per_remote = 5;
}

static int fill(struct visit *v, void *arg, struct err *err)
{
	const struct batch *b = arg;
	struct sample s;
	uint32_t n;
	int rc = 0;

	for (n = b->from; rc == 0 && n < b->to; n++) {
		make(&s, n);
		rc = txn_put_request(v, NULL, &s.waiting, err);
		sample_release(&s);
	}
	return rc;
}

static void wait_from_to(uint32_t from, uint32_t to)
{
	struct batch b = { .from = from };

	for (; b.from < to; b.from = b.to) {
		b.to = to - b.from < BATCH ? to : b.from + BATCH;
		cr_assert_eq(
		    visit_run(st, VISIT_WRITE, fill, &b, &e), 0, "%s", e.text);
	}
}

/* Pages that were asked for since the last time. */
static uint64_t pages(void)
{
	static uint64_t before;
	DB_MPOOL_STAT *stat;
	uint64_t now, n;

	must(st->db.env->memp_stat(st->db.env, &stat, NULL, 0) == 0, "stat");
	now = stat->st_cache_hit + stat->st_cache_miss;
	free(stat);
	n = now - before;
	before = now;
	return n;
}

enum act { PEND, POLL, AGAIN, PAGE, NAMED, APPROVE, GRANT, EXPIRE, ACTS };
static const char *const names[ACTS] = { "pend", "poll", "pend again", "page",
	"named", "approve", "grant", "expire" };

static uint64_t count_one(enum act act, uint32_t n)
{
	enum request_state state;
	struct stored_request page[10], r;
	struct stored_cert c;
	struct sample s;
	size_t got, i;

	make(&s, n);
	s.grant.challenge_mac = NULL;
	s.grant.approved = s.grant.unique_name = true;
	(void)pages();
	switch (act) {
	case POLL:
		cr_expect_eq(sample_state(st, &s), REQUEST_PENDING);
		break;
	case PEND:
		cr_expect_eq(sample_pend(st, &s), PEND_DONE);
		break;
	case AGAIN:
		cr_expect_eq(sample_pend(st, &s), PEND_ALREADY);
		break;
	case PAGE:
		cr_assert_eq(
		    store_pending_page(st, NULL, page, 10, &got, &e), 0);
		cr_expect_eq(got, 10);
		for (i = 0; i < got; i++)
			stored_request_release(&page[i]);
		break;
	case NAMED:
		cr_assert_eq(
		    store_request_named(st, s.request.key.trans_id, &r, &c, &e),
		    0, "%s", e.text);
		stored_request_release(&r);
		stored_cert_release(&c);
		break;
	case APPROVE:
		cr_expect(sample_decide(st, &s, true, &state));
		break;
	case GRANT:
		cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE);
		break;
	case EXPIRE:
		cr_assert_eq(store_expire(st, 1, 100, &got, &e), 0);
		cr_expect_eq(got, 0);
		break;
	case ACTS:
		break;
	}
	sample_release(&s);
	return pages();
}

/* T-17: "10 000 pending: list and poll stay" as they were. */
Test(scale, ten_thousand_wait)
{
	uint64_t few[ACTS], many;
	enum act act;

	wait_from_to(0, FEW);
	(void)count_one(POLL, 0); /* the database is open from here on */
	for (act = PEND; act < ACTS; act++) /* one comes, and is granted */
		few[act] = count_one(act, MANY);
	wait_from_to(FEW, MANY);
	for (act = PEND; act < ACTS; act++) {
		many = count_one(act, MANY + 1);
		fprintf(stderr, "%s: %llu pages, then %llu\n", names[act],
		    (unsigned long long)few[act], (unsigned long long)many);
		/* the tree is deeper, that is all */
		cr_expect(many <= 4 * few[act] + 10, "%s: %llu, %llu",
		    names[act], (unsigned long long)few[act],
		    (unsigned long long)many);
	}
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
}
