/*
 * test_sweep.c - what time ends, and requests by the names that people give
 * them: R140, R141, R148, T-17, T-33.
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
	fixture_init(&f, "sweep");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(sweep, .init = set_up, .fini = tear_down, .timeout = 60);

static size_t expire(int64_t now, size_t max)
{
	size_t n;

	cr_assert_eq(store_expire(st, now, max, &n, &e), 0, "%s", e.text);
	return n;
}

static size_t purge(int64_t before, size_t max)
{
	size_t n;

	cr_assert_eq(store_purge(st, before, max, &n, &e), 0, "%s", e.text);
	return n;
}

static enum request_state state_of(uint32_t n)
{
	enum request_state state;
	struct sample s;

	sample_init(&s, n);
	state = sample_state(st, &s);
	sample_release(&s);
	return state;
}

static void pend_until(uint32_t n, int64_t expires_at)
{
	struct sample s;

	sample_init(&s, n);
	s.waiting.expires_at = expires_at;
	cr_assert_eq(sample_pend(st, &s), PEND_DONE);
	sample_release(&s);
}

static void decide_at(uint32_t n, bool approve, int64_t now)
{
	enum request_state state;
	struct sample s;

	sample_init(&s, n);
	s.pend.now = now;
	cr_assert(sample_decide(st, &s, approve, &state));
	sample_release(&s);
}

/* In the order of their end, which is not that of their age. */
Test(sweep, expire)
{
	pend_until(1, 1300);
	pend_until(2, 1100);
	pend_until(3, 0); /* never */
	pend_until(4, 1200);
	pend_until(5, 1100);
	decide_at(5, true, 1050); /* its expiry ends with it */
	cr_expect_eq(expire(1099, 10), 0);
	cr_expect_eq(expire(1300, 2), 2, "so many are left");
	cr_expect_eq(state_of(2), REQUEST_EXPIRED);
	cr_expect_eq(state_of(4), REQUEST_EXPIRED);
	cr_expect_eq(state_of(1), REQUEST_PENDING);
	cr_expect_eq(expire(INT64_MAX, 10), 1);
	cr_expect_eq(expire(INT64_MAX, 10), 0);
	cr_expect_eq(state_of(3), REQUEST_PENDING);
	cr_expect_eq(state_of(5), REQUEST_APPROVED);
}

/* More than one visit takes. */
Test(sweep, many)
{
	uint32_t i;

	for (i = 0; i < 230; i++)
		pend_until(i, 1100);
	cr_expect_eq(expire(1200, 220), 220);
	cr_expect_eq(expire(1200, 220), 10);
	cr_expect_eq(purge(1200, 500), 0, "not before they ended");
	cr_expect_eq(purge(1201, 215), 215);
	cr_expect_eq(purge(1201, 215), 15);
	cr_expect_eq(state_of(3), 0);
}

/* T-33: what was refused is forgotten; nothing else is. */
Test(sweep, purge_requests)
{
	struct sample s;
	uint32_t i;

	for (i = 1; i <= 5; i++)
		pend_until(i, i == 2 ? 1100 : 0);
	decide_at(1, false, 1500);
	cr_expect_eq(expire(1600, 10), 1); /* 2 */
	decide_at(3, true, 1500);
	sample_init(&s, 4);
	s.grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	sample_release(&s);
	cr_expect_eq(purge(1500, 10), 0);
	cr_expect_eq(purge(1501, 10), 1);
	cr_expect_eq(state_of(1), 0);
	cr_expect_eq(state_of(2), REQUEST_EXPIRED);
	cr_expect_eq(purge(INT64_MAX, 10), 1);
	cr_expect_eq(state_of(2), 0);
	cr_expect_eq(state_of(3), REQUEST_APPROVED);
	cr_expect_eq(state_of(4), REQUEST_GRANTED);
	cr_expect_eq(state_of(5), REQUEST_PENDING);
	/* and it may all begin anew */
	pend_until(1, 0);
	cr_expect_eq(state_of(1), REQUEST_PENDING);
}

static const struct {
	const char *name;
	struct stored_challenge c;
	int64_t end; /* 0: it has none */
} challenges[] = {
	{ "good", { .uses = 1 }, 0 },
	{ "used once", { .uses = 2, .used = 1, .last_used_at = 50 }, 0 },
	{ "used up", { .uses = 2, .used = 2, .last_used_at = 50 }, 50 },
	{ "expired", { .uses = 1, .expires_at = 60 }, 60 },
	{ "revoked", { .uses = 1, .revoked_at = 70 }, 70 },
	{ "revoked after its end",
	    { .uses = 1, .expires_at = 60, .revoked_at = 70 }, 60 },
	{ "used before its end",
	    { .uses = 1, .used = 1, .last_used_at = 50, .expires_at = 60 },
	    50 },
	{ "without limit",
	    { .uses = CHALLENGE_UNLIMITED, .used = 9, .last_used_at = 50 }, 0 },
};
ParameterizedTestParameters(sweep, purge_challenge)
{
	static size_t idx[sizeof(challenges) / sizeof(challenges[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, sweep, purge_challenge)
{
	struct stored_challenge c = challenges[*i].c, found;
	int64_t end = challenges[*i].end;

	strcpy(c.id, "abcd");
	c.mac[0] = 1;
	c.created_at = 1;
	cr_assert_eq(store_challenge_add(st, &c, NULL, &e), 0, "%s", e.text);
	cr_expect_eq(purge(end == 0 ? INT64_MAX : end, 10), 0, "%s",
	    challenges[*i].name);
	cr_assert_eq(store_challenge_find(st, c.mac, &found, &e), 0);
	if (end == 0)
		return;
	cr_expect_eq(purge(end + 1, 10), 1, "%s", challenges[*i].name);
	cr_expect_eq(store_challenge_find(st, c.mac, &found, &e), -1);
	/* its short name is free again */
	cr_assert_eq(store_challenge_add(st, &c, NULL, &e), 0, "%s", e.text);
}

/* Good ones in between are passed over, visit after visit. */
Test(sweep, purge_many_challenges)
{
	struct stored_challenge c = { .uses = 1 }, page[20];
	size_t n;
	int i;

	for (i = 0; i < 700; i++) {
		snprintf(c.id, sizeof(c.id), "%08x", i);
		c.mac[0] = (uint8_t)(i >> 8);
		c.mac[1] = (uint8_t)i;
		c.expires_at = i < 520 || i % 10 == 0 ? 0 : 100;
		cr_assert_eq(store_challenge_add(st, &c, NULL, &e), 0);
	}
	cr_expect_eq(purge(101, 20), 20);
	cr_expect_eq(purge(101, 500), 142);
	cr_expect_eq(purge(101, 500), 0);
	c.mac[0] = 2;
	c.mac[1] = 0;
	cr_assert_eq(store_challenge_page(st, c.mac, page, 20, &n, &e), 0);
	cr_assert_eq(n, 20);
	for (i = 0; i < 20; i++)
		cr_expect_eq(page[i].expires_at, 0);
}

static int named(const char *text, struct stored_request *r)
{
	struct stored_cert c;

	*r = (struct stored_request){ .type = 0 };
	if (store_request_named(st, text, r, &c, &e) != 0)
		return -1;
	cr_expect_eq(c.der.n > 0, r->state == REQUEST_GRANTED);
	stored_cert_release(&c);
	return 0;
}

static void expect_named(const char *text, const struct sample *s)
{
	struct stored_request r;

	cr_expect_eq(named(text, &r), 0, "%s: %s", text, e.text);
	cr_expect_str_eq(r.key.trans_id, s->request.key.trans_id);
	cr_expect_arr_eq(r.key.key_hash, s->request.key.key_hash, 32);
	stored_request_release(&r);
}

static void expect_no(const char *text, enum err_kind kind)
{
	struct stored_request r;

	cr_expect_eq(named(text, &r), -1, "%s", text);
	cr_expect_eq(e.kind, kind, "%s: %s", text, e.text);
}

static void put_named(struct sample *s, uint32_t n, const char *trans_id)
{
	sample_init(s, n);
	strcpy(s->request.key.trans_id, trans_id);
	strcpy(s->waiting.key.trans_id, trans_id);
	strcpy(s->cert.trans_id, trans_id);
	s->grant.challenge_mac = NULL;
	cr_assert_eq(sample_pend(st, s), PEND_DONE);
}

/* transactionID, else id, else the beginning of a transactionID */
Test(sweep, named)
{
	char id[REQUEST_ID_SIZE + 1], again[REQUEST_ID_SIZE + 1], text[300];
	enum request_state state;
	struct sample a, b, c;
	size_t n;

	put_named(&a, 1, "alpha-1");
	put_named(&b, 2, "alpha-2");
	cr_assert_eq(request_id(&a.request.key, id, &e), 0);
	cr_assert_eq(strspn(id, "0123456789abcdef"), 64, "%s", id);
	cr_assert_eq(request_id(&b.request.key, again, &e), 0);
	cr_expect(strcmp(id, again) != 0);
	expect_named("alpha-1", &a);
	expect_named("alpha-2", &b);
	expect_named(id, &a);
	for (n = 4; n < 64; n++) {
		snprintf(text, sizeof(text), "%.*s", (int)n, id);
		expect_named(text, &a);
	}
	text[0] = (char)(text[0] >= 'a' ? text[0] - 'a' + 'A' : text[0]);
	expect_named(text, &a);
	snprintf(text, sizeof(text), "%.3s", id);
	expect_no(text, ERR_NOT_FOUND); /* too few digits */
	snprintf(text, sizeof(text), "%s0", id);
	expect_no(text, ERR_NOT_FOUND);
	expect_no("alpha-", ERR_INPUT); /* two of them */
	expect_no("beta", ERR_NOT_FOUND);
	expect_no("", ERR_INPUT);
	memset(text, 'a', 256);
	text[256] = '\0';
	expect_no(text, ERR_NOT_FOUND);
	/* open ones go before finished ones */
	cr_assert(sample_decide(st, &a, false, &state));
	expect_named("alpha-", &b);
	expect_named("alpha-1", &a);
	cr_assert(sample_decide(st, &b, false, &state));
	expect_no("alpha-", ERR_INPUT);
	/* a transactionID that is the id of another goes before that */
	snprintf(text, sizeof(text), "%.8s", id);
	put_named(&c, 3, text);
	expect_named(text, &c);
	snprintf(text, sizeof(text), "%.9s", id);
	expect_named(text, &a);
	/* the beginning of an id goes before the beginning of a transactionID */
	snprintf(text, sizeof(text), "%.7s", id);
	expect_named(text, &a);
	/* granted: with its certificate */
	cr_assert_eq(sample_grant(st, &c, NULL), GRANT_DONE);
	snprintf(text, sizeof(text), "%.8s", id);
	expect_named(text, &c);
	sample_release(&a);
	sample_release(&b);
	sample_release(&c);
}

/* R140, T-15: one transactionID of many keys */
Test(sweep, named_alike)
{
	char id[REQUEST_ID_SIZE + 1];
	enum request_state state;
	struct sample s[3];
	int i;

	for (i = 0; i < 3; i++)
		put_named(&s[i], (uint32_t)i, "1");
	expect_no("1", ERR_INPUT);
	for (i = 0; i < 3; i++) {
		cr_assert_eq(request_id(&s[i].request.key, id, &e), 0);
		expect_named(id, &s[i]);
	}
	cr_assert(sample_decide(st, &s[0], false, &state));
	cr_assert(sample_decide(st, &s[2], false, &state));
	expect_named("1", &s[1]);
	for (i = 0; i < 3; i++)
		sample_release(&s[i]);
}
