/*
 * test_pending.c - requests that wait: R118, R133, R136, R140, R141, R148,
 * T-17.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "store_fixture.h"

static struct fixture f;
static struct store *st;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "pending");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(pending, .init = set_up, .fini = tear_down, .timeout = 60);

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

static int uses_of(const struct sample *s)
{
	struct stored_challenge c;

	cr_assert_eq(store_challenge_find(st, s->challenge.mac, &c, &e), 0,
	    "%s", e.text);
	return (int)c.used;
}

/* R133, R148: all of it is recorded, and there after a new start. */
Test(pending, pend_records_everything)
{
	struct stored_request r;
	struct sample s;

	sample_init(&s, 1);
	sample_add_challenge(st, &s);
	s.pend.challenge_mac = s.challenge.mac;
	s.waiting.renews = (struct serial){ 2, { 3, 4 } };
	s.waiting.expires_at = 5000;
	strcpy(s.waiting.endpoint, "pki/pkiclient.exe");
	strcpy(s.waiting.challenge_id, s.challenge.id);
	strcpy(s.waiting.reason, "manual");
	cr_expect_eq(sample_pend(st, &s), PEND_DONE);
	cr_expect_eq(uses_of(&s), 1);
	for (int turn = 0; turn < 2; turn++) {
		find(&s, &r);
		cr_expect_eq(r.state, REQUEST_PENDING);
		cr_expect(request_is_open(&r));
		cr_expect(request_is_same(&r, &s.request));
		cr_expect_arr_eq(r.name_hash, s.request.name_hash, 32);
		cr_expect(r.renews.n == 2 && r.renews.b[1] == 4);
		cr_expect(r.created_at == 1001 && r.expires_at == 5000);
		cr_expect_str_eq(r.endpoint, "pki/pkiclient.exe");
		cr_expect_str_eq(r.challenge_id, s.challenge.id);
		cr_expect_str_eq(r.reason, "manual");
		cr_expect_str_eq(r.remote, "192.0.2.1");
		cr_expect(span_eq(buf_span(&r.csr), buf_span(&s.waiting.csr)));
		stored_request_release(&r);
		store_close(st);
		st = fixture_open(f.dir);
	}
	cr_expect_eq(count_open(), 1);
	sample_release(&s);
}

/* A retransmission waits already; another CSR takes its place (R140, R141). */
Test(pending, pend_again)
{
	struct stored_request r;
	struct sample a, b;

	sample_init(&a, 1);
	cr_expect_eq(sample_pend(st, &a), PEND_DONE);
	a.waiting.created_at = 1010;
	cr_expect_eq(sample_pend(st, &a), PEND_ALREADY);
	find(&a, &r);
	cr_expect_eq(r.created_at, 1001, "it is as old as it was");
	stored_request_release(&r);

	sample_init(&b, 2); /* another CSR under the key of a … */
	b.waiting.key = a.request.key;
	b.waiting.created_at = 1020;
	strcpy(b.waiting.remote, "192.0.2.2");
	cr_expect_eq(sample_pend(st, &b), PEND_DONE);
	find(&a, &r);
	cr_expect_eq(r.created_at, 1020, "it is a new one");
	cr_expect_arr_eq(r.csr_hash, b.waiting.csr_hash, 32);
	stored_request_release(&r);
	cr_expect_eq(count_open(), 1);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);

	b.waiting.key = b.request.key; /* … and under one of its own */
	cr_expect_eq(sample_pend(st, &b), PEND_DONE);
	cr_expect_eq(count_open(), 2);
	sample_release(&a);
	sample_release(&b);
}

static const struct {
	const char *name;
	enum request_state was; /* 0: granted */
} finished[] = {
	{ "rejected", REQUEST_REJECTED },
	{ "expired", REQUEST_EXPIRED },
	{ "granted", REQUEST_GRANTED },
};
ParameterizedTestParameters(pending, pend_after)
{
	static size_t idx[sizeof(finished) / sizeof(finished[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
/* A finished transaction makes room for a new one under its key. */
ParameterizedTest(size_t *i, pending, pend_after)
{
	enum request_state state;
	struct sample s;
	size_t n;

	sample_init(&s, 1);
	s.grant.challenge_mac = NULL;
	s.waiting.expires_at = 1500;
	cr_assert_eq(sample_pend(st, &s), PEND_DONE);
	switch (finished[*i].was) {
	case REQUEST_REJECTED:
		cr_assert(sample_decide(st, &s, false, &state));
		break;
	case REQUEST_EXPIRED:
		cr_assert_eq(store_expire(st, 1500, 10, &n, &e), 0);
		cr_assert_eq(n, 1);
		break;
	default:
		cr_assert_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	}
	cr_assert_eq(sample_state(st, &s), finished[*i].was);
	cr_expect_eq(count_open(), 0);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	cr_expect_eq(sample_pend(st, &s), PEND_DONE, "%s", finished[*i].name);
	cr_expect_eq(sample_state(st, &s), REQUEST_PENDING);
	cr_expect_eq(count_open(), 1);
	sample_release(&s);
}

/* Only what waits can be pended, and only with its CSR. */
Test(pending, pend_checks)
{
	enum pend_outcome outcome;
	struct stored_request r;
	struct sample s;

	sample_init(&s, 1);
	s.pend.request = &s.request;
	cr_expect_eq(store_pend(st, &s.pend, &outcome, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	s.pend.request = &s.waiting;
	buf_release(&s.waiting.csr);
	cr_expect_eq(store_pend(st, &s.pend, &outcome, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT, "%s", e.text);
	sample_release(&s);

	sample_init(&s, 1); /* approved beforehand: it has no expiry */
	s.waiting.state = REQUEST_APPROVED;
	s.waiting.expires_at = 1500;
	cr_expect_eq(sample_pend(st, &s), PEND_DONE);
	find(&s, &r);
	cr_expect(r.state == REQUEST_APPROVED && r.expires_at == 0);
	stored_request_release(&r);
	sample_release(&s);
}

/* The challenge goes with the request, or neither does (R107). */
Test(pending, challenge_gone)
{
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	a.pend.challenge_mac = b.pend.challenge_mac = a.challenge.mac;
	cr_expect_eq(sample_pend(st, &a), PEND_CHALLENGE_GONE);
	sample_add_challenge(st, &a);
	cr_expect_eq(sample_pend(st, &a), PEND_DONE);
	cr_expect_eq(sample_pend(st, &b), PEND_CHALLENGE_GONE);
	cr_expect_eq(sample_state(st, &b), 0);
	cr_expect_eq(sample_pend(st, &a), PEND_ALREADY, "nothing is used");
	cr_expect_eq(uses_of(&a), 1);
	sample_release(&a);
	sample_release(&b);
}

/* R118: approved or rejected, with the operator's reason, once. */
Test(pending, decide)
{
	struct stored_request r;
	struct sample a, b;
	bool decided;

	sample_init(&a, 1);
	sample_init(&b, 2);
	a.waiting.expires_at = 5000;
	cr_expect_eq(store_decide(st, &a.request.key, NULL, true, "", 1010,
			 NULL, &decided, &r, &e),
	    -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(sample_pend(st, &a), PEND_DONE);
	cr_expect_eq(sample_pend(st, &b), PEND_DONE);
	cr_assert_eq(store_decide(st, &a.request.key, NULL, true, NULL, 1010,
			 NULL, &decided, &r, &e),
	    0, "%s", e.text);
	cr_expect(decided && r.state == REQUEST_APPROVED);
	cr_expect(r.decided_at == 1010 && r.expires_at == 0);
	cr_expect(span_eq(buf_span(&r.csr), buf_span(&a.waiting.csr)));
	stored_request_release(&r);
	cr_expect_eq(count_open(), 2);
	cr_assert_eq(store_decide(st, &a.request.key, NULL, true, "", 1011,
			 NULL, &decided, &r, &e),
	    0);
	cr_expect(!decided && r.decided_at == 1010);
	stored_request_release(&r);
	/* an approved one may still be rejected, and that is the end of it */
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(store_decide(st, &a.request.key, NULL, false,
				 i == 0 ? "not ours" : "again", 1012 + i, NULL,
				 &decided, &r, &e),
		    0);
		cr_expect_eq(decided, i == 0);
		cr_expect_eq(r.state, REQUEST_REJECTED);
		cr_expect_eq(r.decided_at, 1012);
		cr_expect_str_eq(r.reason, "not ours");
		cr_expect_eq(r.csr.n, 0, "not kept");
		stored_request_release(&r);
	}
	cr_expect_eq(count_open(), 1);
	cr_assert_eq(store_decide(st, &a.request.key, NULL, true, "", 1014,
			 NULL, &decided, &r, &e),
	    0);
	cr_expect(!decided && r.state == REQUEST_REJECTED);
	stored_request_release(&r);
	/* R140: the other one is not concerned */
	cr_expect_eq(sample_state(st, &b), REQUEST_PENDING);
	sample_release(&a);
	sample_release(&b);
}

Test(pending, decide_too_late)
{
	struct stored_request r;
	char reason[257];
	struct sample s;
	bool decided;

	sample_init(&s, 1);
	s.waiting.expires_at = 1100;
	cr_expect_eq(sample_pend(st, &s), PEND_DONE);
	memset(reason, 'x', 256);
	reason[256] = '\0';
	cr_expect_eq(store_decide(st, &s.request.key, NULL, false, reason, 1010,
			 NULL, &decided, &r, &e),
	    -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_assert_eq(store_decide(st, &s.request.key, NULL, true, "", 1100,
			 NULL, &decided, &r, &e),
	    0);
	cr_expect(!decided && r.state == REQUEST_EXPIRED && r.csr.n == 0);
	stored_request_release(&r);
	cr_expect_eq(sample_state(st, &s), REQUEST_EXPIRED);
	cr_expect_eq(count_open(), 0);
	s.pend.now = 1100; /* so a new one begins */
	s.waiting.expires_at = 1200;
	cr_expect_eq(sample_pend(st, &s), PEND_DONE);
	s.pend.now = 1200; /* and if nobody swept the old one away, too */
	s.waiting.expires_at = 1300;
	cr_expect_eq(sample_pend(st, &s), PEND_DONE);
	find(&s, &r);
	cr_expect_eq(r.expires_at, 1300);
	stored_request_release(&r);
	sample_release(&s);
}

/* The list is in the order of their age, a page at a time (R118, T-17). */
Test(pending, pages)
{
	static const int64_t ages[] = { 50, -7, 50, 12, INT64_MAX, 0 };
	static const int64_t sorted[] = { -7, 0, 12, 50, 50, INT64_MAX };
	struct stored_request page[4], all[8];
	struct pending_after after;
	size_t n, i, seen = 0;
	struct sample s;

	for (i = 0; i < 6; i++) {
		sample_init(&s, (uint32_t)i);
		s.waiting.created_at = ages[i];
		cr_assert_eq(sample_pend(st, &s), PEND_DONE);
		sample_release(&s);
	}
	do {
		cr_assert_eq(store_pending_page(st, seen == 0 ? NULL : &after,
				 page, 4, &n, &e),
		    0, "%s", e.text);
		for (i = 0; i < n; i++) {
			cr_expect_eq(page[i].created_at, sorted[seen++]);
			cr_expect(page[i].csr.n > 0);
			after.created_at = page[i].created_at;
			after.key = page[i].key;
			stored_request_release(&page[i]);
		}
	} while (n == 4);
	cr_expect_eq(seen, 6);

	sample_init(&s, 7); /* all of them: finished ones, too */
	s.grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	cr_assert_eq(store_request_page(st, NULL, all, 8, &n, &e), 0);
	cr_assert_eq(n, 7);
	for (i = 0; i + 1 < n; i++)
		cr_expect(memcmp(all[i].key.key_hash, all[i + 1].key.key_hash,
			      32) < 0);
	cr_assert_eq(store_request_page(st, &all[4].key, page, 4, &n, &e), 0);
	cr_expect_eq(n, 2);
	cr_expect_str_eq(page[0].key.trans_id, all[5].key.trans_id);
	for (i = 0; i < n; i++)
		stored_request_release(&page[i]);
	for (i = 0; i < 7; i++)
		stored_request_release(&all[i]);
	sample_release(&s);
}
