/*
 * test_revoke.c - certificates that are no longer good, and who makes the next
 * list of them: R176.
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
	fixture_init(&f, "revoke");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(revoke, .init = set_up, .fini = tear_down, .timeout = 60);

static void add_cert(uint32_t n)
{
	struct sample s;

	sample_init(&s, n);
	s.grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	sample_release(&s);
}

static struct serial serial_of(uint32_t n)
{
	struct serial serial;
	struct sample s;

	sample_init(&s, n);
	serial = s.cert.serial;
	sample_release(&s);
	return serial;
}

static enum revoke_outcome revoke_cert(
    uint32_t n, enum crl_reason reason, int64_t now, struct stored_cert *c)
{
	struct serial serial = serial_of(n);
	enum revoke_outcome outcome;

	cr_assert_eq(
	    store_revoke(st, &serial, reason, now, NULL, &outcome, c, &e), 0,
	    "%s", e.text);
	return outcome;
}

static bool is_changed(void)
{
	struct crl_state s;

	cr_assert_eq(store_crl_state(st, &s, &e), 0, "%s", e.text);
	return s.changed;
}

/* What a certificate was, what is asked, and what it is then. */
enum { NONE = -1 };
static const struct {
	int before, reason; /* at 10 and 20; enum crl_reason */
	enum revoke_outcome want;
	enum cert_state state;
	int64_t revoked_at;
	uint8_t recorded;
} steps[] = {
	{ NONE, REASON_UNSPECIFIED, REVOKE_DONE, CERT_REVOKED, 20, 0 },
	{ NONE, REASON_AA_COMPROMISE, REVOKE_DONE, CERT_REVOKED, 20, 10 },
	{ NONE, REASON_CERTIFICATE_HOLD, REVOKE_DONE, CERT_HELD, 20, 6 },
	{ NONE, REASON_REMOVE_FROM_CRL, REVOKE_NOT_HELD, CERT_VALID, 0, 0 },
	{ REASON_KEY_COMPROMISE, REASON_SUPERSEDED, REVOKE_ALREADY,
	    CERT_REVOKED, 10, 1 },
	{ REASON_KEY_COMPROMISE, REASON_KEY_COMPROMISE, REVOKE_ALREADY,
	    CERT_REVOKED, 10, 1 },
	{ REASON_KEY_COMPROMISE, REASON_CERTIFICATE_HOLD, REVOKE_ALREADY,
	    CERT_REVOKED, 10, 1 },
	{ REASON_KEY_COMPROMISE, REASON_REMOVE_FROM_CRL, REVOKE_NOT_HELD,
	    CERT_REVOKED, 10, 1 },
	{ REASON_CERTIFICATE_HOLD, REASON_CERTIFICATE_HOLD, REVOKE_ALREADY,
	    CERT_HELD, 10, 6 },
	{ REASON_CERTIFICATE_HOLD, REASON_REMOVE_FROM_CRL, REVOKE_DONE,
	    CERT_VALID, 0, 0 },
	{ REASON_CERTIFICATE_HOLD, REASON_KEY_COMPROMISE, REVOKE_DONE,
	    CERT_REVOKED, 10, 1 },
};
ParameterizedTestParameters(revoke, step)
{
	static size_t idx[sizeof(steps) / sizeof(steps[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
/* R176: for ever, and a second time is no error */
ParameterizedTest(size_t *i, revoke, step)
{
	struct revoked page[2];
	struct stored_cert c;
	size_t n;

	add_cert(1);
	if (steps[*i].before != NONE) {
		cr_expect_eq(
		    revoke_cert(1, (enum crl_reason)steps[*i].before, 10, &c),
		    REVOKE_DONE);
		stored_cert_release(&c);
	}
	cr_expect_eq(revoke_cert(1, (enum crl_reason)steps[*i].reason, 20, &c),
	    steps[*i].want, "row %zu", *i);
	cr_expect_eq(c.state, steps[*i].state, "row %zu", *i);
	cr_expect_eq(c.revoked_at, steps[*i].revoked_at, "row %zu", *i);
	cr_expect_eq(c.reason, steps[*i].recorded, "row %zu", *i);
	cr_expect(c.der.n > 0);
	stored_cert_release(&c);
	cr_expect_eq(is_changed(),
	    steps[*i].before != NONE || steps[*i].want == REVOKE_DONE);
	cr_assert_eq(store_revoked_page(st, NULL, page, 2, &n, &e), 0);
	cr_assert_eq(n, steps[*i].state != CERT_VALID, "row %zu", *i);
	if (n > 0) {
		cr_expect_eq(page[0].revoked_at, steps[*i].revoked_at);
		cr_expect_eq(page[0].reason, steps[*i].recorded);
		cr_expect_eq(page[0].not_after, 2000);
	}
}

Test(revoke, refused)
{
	struct serial serial = serial_of(1);
	enum revoke_outcome outcome;
	struct stored_cert c;

	cr_expect_eq(store_revoke(st, &serial, REASON_SUPERSEDED, 1, NULL,
			 &outcome, &c, &e),
	    -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
	add_cert(1);
	cr_expect_eq(store_revoke(st, &serial, (enum crl_reason)7, 1, NULL,
			 &outcome, &c, &e),
	    -1);
	cr_expect_eq(e.kind, ERR_INPUT, "%s", e.text);
	cr_expect_eq(store_revoke(st, &serial, (enum crl_reason)11, 1, NULL,
			 &outcome, &c, &e),
	    -1);
	cr_expect(!is_changed());
}

/* By serial, a page at a time; valid ones are not among them. */
Test(revoke, pages)
{
	struct revoked page[3];
	struct serial last;
	struct stored_cert c;
	size_t n, seen = 0;
	uint32_t i;

	for (i = 1; i <= 10; i++)
		add_cert(i);
	for (i = 1; i <= 10; i += 2) {
		revoke_cert(i, REASON_UNSPECIFIED, i, &c);
		stored_cert_release(&c);
	}
	do {
		cr_assert_eq(store_revoked_page(
				 st, seen == 0 ? NULL : &last, page, 3, &n, &e),
		    0, "%s", e.text);
		for (i = 0; i < n; i++, seen++) {
			last = page[i].serial;
			cr_expect_eq(page[i].revoked_at, 1 + 2 * (int)seen);
		}
	} while (n == 3);
	cr_expect_eq(seen, 5);
	last.n = 21;
	cr_expect_eq(store_revoked_page(st, &last, page, 3, &n, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
}

static bool claim(int64_t now, int seconds, int64_t *number)
{
	bool claimed;

	cr_assert_eq(store_crl_claim(st, now, seconds, number, &claimed, &e), 0,
	    "%s", e.text);
	return claimed;
}

static void done(int64_t number, int64_t this_update, int64_t next_update)
{
	cr_assert_eq(
	    store_crl_done(st, number, this_update, next_update, NULL, &e), 0,
	    "%s", e.text);
}

/* One at a time; numbers rise (RFC 5280, 5.2.3), whatever becomes of it. */
Test(revoke, crl_claim)
{
	struct crl_state s;
	int64_t number = 77, second;

	cr_assert_eq(store_crl_state(st, &s, &e), 0);
	cr_expect(s.number == 0 && s.this_update == 0 && !s.changed &&
	    s.claimed_until == 0 && s.next_update == 0);
	cr_assert(claim(1000, 60, &number));
	cr_expect_eq(number, 1000, "not below the clock");
	cr_assert_eq(store_crl_state(st, &s, &e), 0);
	cr_expect(s.number == 0 && s.claimed_until == 1060);
	second = 77;
	cr_expect(!claim(1001, 60, &second), "somebody has it");
	cr_expect(!claim(1059, 60, &second));
	cr_expect_eq(second, 77);
	cr_assert(claim(1060, 60, &second), "it has run out");
	cr_expect_eq(second, 1060);
	done(second, 1061, 2000);
	cr_assert_eq(store_crl_state(st, &s, &e), 0);
	cr_expect(s.number == 1060 && s.this_update == 1061 &&
	    s.next_update == 2000 && s.claimed_until == 0);
	/* the first one comes too late: the newer one stays */
	done(number, 1062, 2001);
	cr_assert_eq(store_crl_state(st, &s, &e), 0);
	cr_expect(s.number == 1060 && s.this_update == 1061);
	/* a clock that stands still, or goes back */
	cr_assert(claim(1060, 60, &number));
	cr_expect_eq(number, 1061);
	done(number, 0, 0);
	cr_assert_eq(store_crl_state(st, &s, &e), 0);
	cr_expect(s.number == 1060 && s.claimed_until == 0, "not published");
	cr_assert(claim(500, 60, &number));
	cr_expect_eq(number, 1062);
	done(number, 0, 0);
	/* a claim by a clock that was years ahead is no claim */
	cr_assert(claim(900000000, 60, &number));
	cr_assert(claim(2000, 60, &number));
	cr_expect_eq(number, 900000001);
	cr_expect_eq(
	    store_crl_claim(st, 1, 0, &number, &(bool){ false }, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_expect_eq(
	    store_crl_claim(st, 1, 3601, &number, &(bool){ false }, &e), -1);
}

/* What was revoked before the claim is in it; what came after is not. */
Test(revoke, crl_changes)
{
	struct stored_cert c;
	int64_t number, late;

	add_cert(1);
	add_cert(2);
	add_cert(3);
	revoke_cert(1, REASON_UNSPECIFIED, 10, &c);
	stored_cert_release(&c);
	cr_expect(is_changed());
	cr_assert(claim(1000, 60, &number));
	cr_expect(is_changed(), "it is not published yet");
	done(number, 0, 0);
	cr_expect(is_changed(), "nor will it be");
	cr_assert(claim(1001, 60, &number));
	done(number, 1001, 2000);
	cr_expect(!is_changed());
	cr_assert(claim(1002, 60, &number));
	revoke_cert(2, REASON_CERTIFICATE_HOLD, 11, &c);
	stored_cert_release(&c);
	done(number, 1002, 2000);
	cr_expect(is_changed(), "it came after the claim");
	cr_assert(claim(1003, 60, &number));
	done(number, 1003, 2000);
	cr_expect(!is_changed());
	revoke_cert(2, REASON_REMOVE_FROM_CRL, 12, &c);
	stored_cert_release(&c);
	cr_expect(is_changed());

	/* a claim that ran out: what it holds is not known any more */
	cr_assert(claim(1100, 10, &late));
	revoke_cert(3, REASON_UNSPECIFIED, 13, &c);
	stored_cert_release(&c);
	cr_assert(claim(1110, 60, &number));
	done(late, 1111, 2000);
	cr_expect(is_changed());
	cr_expect(!claim(1112, 60, &late), "the second one is still at it");
	done(number, 1112, 2000);
	cr_expect(!is_changed());
}
