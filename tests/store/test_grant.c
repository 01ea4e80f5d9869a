/*
 * test_grant.c - the one commit that grants a request: R107, R109, R145, T-15.
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
	fixture_init(&f, "grant");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	store_close(st);
	fixture_release(&f);
}

TestSuite(grant, .init = set_up, .fini = tear_down, .timeout = 60);

static int uses_of(struct sample *s)
{
	struct stored_challenge c;

	cr_assert_eq(store_challenge_find(st, s->challenge.mac, &c, &e), 0,
	    "%s", e.text);
	return (int)c.used;
}

/*
 * R107: the challenge is consumed with the grant; R142: a new start finds it.
 */
Test(grant, grant_records_everything)
{
	struct stored_challenge ch;
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	sample_add_challenge(st, &s);
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	for (int turn = 0; turn < 2; turn++) {
		cr_assert_eq(store_request_find(st, &s.request.key, &r, &c, &e),
		    0, "%s", e.text);
		cr_expect(r.state == REQUEST_GRANTED &&
		    request_is_same(&r, &s.request));
		cr_expect(span_eq(buf_span(&c.der), buf_span(&s.cert.der)));
		stored_cert_release(&c);
		cr_assert_eq(store_cert_find(st, &s.cert.serial, &c, &e), 0);
		cr_expect_str_eq(c.trans_id, s.request.key.trans_id);
		stored_cert_release(&c);
		store_close(st);
		st = fixture_open(f.dir);
	}
	cr_assert_eq(store_challenge_find(st, s.challenge.mac, &ch, &e), 0);
	cr_expect(ch.used == 1 && ch.last_used_at == s.grant.now);
	cr_expect_arr_eq(ch.last_key, s.request.key.key_hash, 32);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	sample_release(&s);
}

Test(grant, nothing_there)
{
	struct stored_challenge ch;
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	cr_expect_eq(store_request_find(st, &s.request.key, &r, &c, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(store_cert_find(st, &s.cert.serial, &c, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(store_challenge_find(st, s.challenge.mac, &ch, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(store_challenge_revoke(st, "abc", 1, NULL, &ch, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(
	    store_cert_delivered(st, &s.cert.serial, 1, NULL, NULL, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	/* the error may be unwanted */
	cr_expect_eq(store_cert_find(st, &s.cert.serial, &c, NULL), -1);
	sample_release(&s);
}

/*
 * The state of the certificate recorded for a request decides what the same
 * request gets (R145), and another one under its id gets a new one (R145,
 * sscep and strongSwan).
 */
static const struct {
	const char *name;
	enum cert_state state; /* of the recorded certificate */
	int64_t not_after;     /* g->now is 1001 */
	bool same_csr;
	enum grant_outcome want;
} seconds[] = {
	{ "retransmission", CERT_VALID, 2000, true, GRANT_ALREADY },
	{ "in its last second", CERT_VALID, 1001, true, GRANT_ALREADY },
	{ "expired", CERT_VALID, 1000, true, GRANT_DONE },
	{ "revoked", CERT_REVOKED, 2000, true, GRANT_DONE },
	{ "held", CERT_HELD, 2000, true, GRANT_DONE },
	{ "another CSR", CERT_VALID, 2000, false, GRANT_DONE },
};
ParameterizedTestParameters(grant, second_grant)
{
	static size_t idx[sizeof(seconds) / sizeof(seconds[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, grant, second_grant)
{
	struct stored_cert recorded = { .serial = { 0 } }, c;
	struct stored_request r;
	struct sample a, b;

	sample_init(&a, 1);
	a.cert.state = seconds[*i].state;
	a.cert.not_after = seconds[*i].not_after;
	a.grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &a, NULL), GRANT_DONE);

	sample_init(&b, 2); /* another certificate and challenge … */
	b.request = a.request;
	sample_serial(&b, 2);
	memcpy(b.cert.trans_id, a.cert.trans_id, sizeof(b.cert.trans_id));
	if (!seconds[*i].same_csr)
		b.request.csr_hash[0] ^= 1;
	sample_add_challenge(st, &b);
	cr_expect_eq(sample_grant(st, &b, &recorded), seconds[*i].want, "%s",
	    seconds[*i].name);

	cr_assert_eq(store_request_find(st, &a.request.key, &r, &c, &e), 0);
	if (seconds[*i].want == GRANT_ALREADY) {
		cr_expect(
		    span_eq(buf_span(&recorded.der), buf_span(&a.cert.der)));
		cr_expect(span_eq(buf_span(&c.der), buf_span(&a.cert.der)));
		cr_expect_eq(uses_of(&b), 0, "consumed"); /* R145 */
		stored_cert_release(&c);
		cr_expect_eq(store_cert_find(st, &b.cert.serial, &c, &e), -1);
	} else { /* … and both certificates are on record */
		cr_expect(span_eq(buf_span(&c.der), buf_span(&b.cert.der)));
		cr_expect_eq(uses_of(&b), 1);
		stored_cert_release(&c);
		cr_assert_eq(store_cert_find(st, &a.cert.serial, &c, &e), 0);
		stored_cert_release(&c);
	}
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	stored_cert_release(&recorded);
	sample_release(&a);
	sample_release(&b);
}

/* "the same call may be repeated": one certificate, one use */
Test(grant, repeated_grant)
{
	struct sample s;

	sample_init(&s, 1);
	sample_add_challenge(st, &s);
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	cr_expect_eq(uses_of(&s), 1);
	sample_release(&s);
}

/* T-15, R069: one transactionID, two keys, two transactions */
Test(grant, transaction_belongs_to_key)
{
	struct stored_request r;
	struct stored_cert c;
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	strcpy(b.request.key.trans_id, a.request.key.trans_id);
	strcpy(b.cert.trans_id, a.cert.trans_id);
	a.grant.challenge_mac = b.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE);
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_DONE);
	cr_assert_eq(store_request_find(st, &a.request.key, &r, &c, &e), 0);
	cr_expect(span_eq(buf_span(&c.der), buf_span(&a.cert.der)));
	stored_cert_release(&c);
	sample_release(&a);
	sample_release(&b);
}

static const struct {
	const char *name;
	bool exists;
	int32_t uses;
	int64_t expires_at, revoked_at; /* now is 1001 */
} gone[] = {
	{ "unknown", false, 1, 0, 0 },
	{ "used", true, 0, 0, 0 },
	{ "expired", true, 1, 1001, 0 },
	{ "revoked", true, 1, 0, 900 },
	{ "static, but revoked", true, CHALLENGE_UNLIMITED, 0, 900 },
};
ParameterizedTestParameters(grant, challenge_gone)
{
	static size_t idx[sizeof(gone) / sizeof(gone[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
/* R107, R109, R095: whatever it is, nothing is recorded */
ParameterizedTest(size_t *i, grant, challenge_gone)
{
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	s.challenge.uses = gone[*i].uses;
	s.challenge.expires_at = gone[*i].expires_at;
	s.challenge.revoked_at = gone[*i].revoked_at;
	if (gone[*i].exists)
		sample_add_challenge(st, &s);
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_CHALLENGE_GONE, "%s",
	    gone[*i].name);
	cr_expect_eq(store_request_find(st, &s.request.key, &r, &c, &e), -1);
	cr_expect_eq(store_cert_find(st, &s.cert.serial, &c, &e), -1);
	sample_release(&s);
}

Test(grant, challenge_uses_are_counted)
{
	struct sample s, t;

	sample_init(&s, 1);
	s.challenge.uses = 3;
	sample_add_challenge(st, &s);
	for (uint32_t n = 1; n <= 4; n++) {
		sample_init(&t, n);
		t.grant.challenge_mac = s.challenge.mac;
		cr_expect_eq(sample_grant(st, &t, NULL),
		    n <= 3 ? GRANT_DONE : GRANT_CHALLENGE_GONE);
		sample_release(&t);
	}
	cr_expect_eq(uses_of(&s), 3);
	sample_release(&s);
}

/* The serial is taken: nothing is recorded, and the challenge is still good. */
Test(grant, serial_taken)
{
	struct stored_request r;
	struct stored_cert c;
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	a.grant.challenge_mac = NULL;
	sample_serial(&b, 1);
	sample_add_challenge(st, &b);
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE);
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_SERIAL_TAKEN);
	cr_expect_eq(uses_of(&b), 0);
	cr_expect_eq(store_request_find(st, &b.request.key, &r, &c, &e), -1);
	cr_assert_eq(store_cert_find(st, &a.cert.serial, &c, &e), 0);
	cr_expect(span_eq(buf_span(&c.der), buf_span(&a.cert.der)));
	stored_cert_release(&c);
	sample_serial(&b, 2);
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_DONE);
	sample_release(&a);
	sample_release(&b);
}

/* A grant whose two halves do not belong together is our own mistake. */
Test(grant, grant_checks_its_halves)
{
	enum grant_outcome outcome;
	struct sample s;

	sample_init(&s, 1);
	s.request.serial.b[0] ^= 1;
	cr_expect_eq(store_grant(st, &s.grant, &outcome, NULL, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	sample_serial(&s, 1);
	s.cert.trans_id[0] ^= 1;
	cr_expect_eq(store_grant(st, &s.grant, &outcome, NULL, &e), -1);
	s.cert.trans_id[0] ^= 1;
	s.request.state = REQUEST_PENDING;
	cr_expect_eq(store_grant(st, &s.grant, &outcome, NULL, &e), -1);
	s.request.state = REQUEST_GRANTED;
	s.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	sample_release(&s);
}
