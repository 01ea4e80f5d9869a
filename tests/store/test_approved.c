/*
 * test_approved.c - what store_grant does to a request that waits, to another
 * certificate of the name, and to the one that is replaced: R118, R133, R176.
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
	fixture_init(&f, "approved");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(approved, .init = set_up, .fini = tear_down, .timeout = 60);

static size_t count_open(void)
{
	struct stored_request page[4];
	size_t n, i;

	cr_assert_eq(store_pending_page(st, NULL, page, 4, &n, &e), 0);
	for (i = 0; i < n; i++)
		stored_request_release(&page[i]);
	return n;
}

enum before {
	NOTHING,
	PENDING,
	OVERDUE,
	APPROVED,
	OTHER_CSR,
	REJECTED,
	EXPIRED,
	GRANTED,
	GRANTED_OTHER,
	GRANTED_AND_REVOKED
};

static const struct {
	const char *name;
	enum before before;
	bool approved;
	enum grant_outcome want;
} grants[] = {
	{ "unknown", NOTHING, true, GRANT_NOT_OPEN },
	{ "pending", PENDING, true, GRANT_NOT_OPEN },
	{ "overdue", OVERDUE, true, GRANT_NOT_OPEN },
	{ "approved", APPROVED, true, GRANT_DONE },
	{ "another CSR", OTHER_CSR, true, GRANT_NOT_OPEN },
	{ "rejected", REJECTED, true, GRANT_NOT_OPEN },
	{ "expired", EXPIRED, true, GRANT_NOT_OPEN },
	{ "granted", GRANTED, true, GRANT_ALREADY },
	{ "granted to another", GRANTED_OTHER, true, GRANT_NOT_OPEN },
	{ "revoked since", GRANTED_AND_REVOKED, true, GRANT_NOT_OPEN },
	{ "at once: pending", PENDING, false, GRANT_DONE },
	{ "at once: overdue", OVERDUE, false, GRANT_DONE },
	{ "at once: approved", APPROVED, false, GRANT_DONE },
	{ "at once: another CSR", OTHER_CSR, false, GRANT_DONE },
	{ "at once: rejected", REJECTED, false, GRANT_DONE },
	{ "at once: expired", EXPIRED, false, GRANT_DONE },
};
ParameterizedTestParameters(approved, grant)
{
	static size_t idx[sizeof(grants) / sizeof(grants[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}

/* The transaction of s as `before` says. */
static void prepare(struct sample *s, enum before before)
{
	enum revoke_outcome outcome;
	enum request_state state;
	struct stored_cert c;
	struct sample first;
	size_t n;

	if (before == NOTHING)
		return;
	strcpy(s->waiting.remote, "198.51.100.7");
	strcpy(s->waiting.endpoint, "manual");
	s->waiting.created_at = 900;
	if (before == OVERDUE || before == EXPIRED)
		s->waiting.expires_at = 1001;
	if (before == OTHER_CSR)
		s->waiting.csr_hash[0] ^= 1;
	s->pend.now = 900;
	cr_assert_eq(sample_pend(st, s), PEND_DONE);
	if (before == APPROVED)
		cr_assert(sample_decide(st, s, true, &state));
	if (before == REJECTED)
		cr_assert(sample_decide(st, s, false, &state));
	if (before == EXPIRED)
		cr_assert_eq(store_expire(st, 1001, 9, &n, &e), 0);
	if (before != GRANTED && before != GRANTED_OTHER &&
	    before != GRANTED_AND_REVOKED)
		return;
	sample_init(&first, 50);
	first.request.key = s->request.key;
	memcpy(first.cert.trans_id, s->cert.trans_id, 256);
	if (before != GRANTED_OTHER)
		memcpy(first.request.csr_hash, s->request.csr_hash, 32);
	first.grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &first, NULL), GRANT_DONE);
	if (before == GRANTED_AND_REVOKED) {
		cr_assert_eq(
		    store_revoke(st, &first.cert.serial, REASON_KEY_COMPROMISE,
			1001, NULL, &outcome, &c, &e),
		    0);
		stored_cert_release(&c);
	}
	sample_release(&first);
}

/* Only an open one can be approved; and a grant of any sort closes it. */
ParameterizedTest(size_t *i, approved, grant)
{
	struct stored_cert recorded = { .serial = { 0 } }, c;
	struct stored_request r;
	enum request_state was;
	size_t open;
	struct sample s;
	int again;

	sample_init(&s, 1);
	prepare(&s, grants[*i].before);
	was = sample_state(st, &s);
	open = count_open();
	s.grant.challenge_mac = NULL;
	s.grant.approved = grants[*i].approved;
	cr_expect_eq(sample_grant(st, &s, &recorded), grants[*i].want, "%s",
	    grants[*i].name);
	if (grants[*i].want != GRANT_DONE) {
		cr_expect_eq(sample_state(st, &s), was);
		cr_expect_eq(count_open(), open);
		cr_expect_eq(store_cert_find(st, &s.cert.serial, &c, &e), -1);
		goto out;
	}
	for (again = 0; again < 2; again++) { /* the call may be repeated */
		cr_assert_eq(store_request_find(st, &s.request.key, &r, &c, &e),
		    0, "%s", e.text);
		cr_expect_eq(r.state, REQUEST_GRANTED);
		cr_expect(r.csr.n == 0 && r.expires_at == 0);
		cr_expect(span_eq(buf_span(&c.der), buf_span(&s.cert.der)));
		/* where it came from, and when, is what was asked first */
		cr_expect_eq(r.created_at, grants[*i].approved ? 900 : 1001);
		cr_expect_str_eq(r.remote,
		    grants[*i].approved ? "198.51.100.7" : "192.0.2.1");
		cr_expect_str_eq(
		    r.endpoint, grants[*i].approved ? "manual" : "");
		stored_request_release(&r);
		stored_cert_release(&c);
		cr_expect_eq(count_open(), 0);
		cr_expect_eq(sample_grant(st, &s, &recorded), GRANT_DONE);
	}
out:
	stored_cert_release(&recorded);
	sample_release(&s);
}

/* A request as it was loaded, CSR and all, may be what is granted. */
Test(approved, grant_of_a_loaded_record)
{
	enum request_state state;
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	s.waiting.expires_at = 5000;
	cr_assert_eq(sample_pend(st, &s), PEND_DONE);
	cr_assert(sample_decide(st, &s, true, &state));
	cr_assert_eq(store_request_find(st, &s.request.key, &r, &c, &e), 0);
	r.state = REQUEST_GRANTED;
	r.serial = s.cert.serial;
	s.grant.request = &r;
	s.grant.approved = true;
	s.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	cr_expect_eq(sample_state(st, &s), REQUEST_GRANTED);
	cr_expect(r.csr.n > 0, "still the caller's");
	stored_request_release(&r);
	sample_release(&s);
}

static size_t named(const struct sample *s, int64_t now,
    const struct serial *except, size_t max)
{
	size_t n;

	cr_assert_eq(
	    store_cert_named(st, s->cert.name_hash, now, except, max, &n, &e),
	    0, "%s", e.text);
	return n;
}

static void set_state(
    const struct sample *s, enum crl_reason reason, int64_t now)
{
	enum revoke_outcome outcome;
	struct stored_cert c;

	cr_assert_eq(store_revoke(st, &s->cert.serial, reason, now, NULL,
			 &outcome, &c, &e),
	    0, "%s", e.text);
	stored_cert_release(&c);
}

/* Those on hold are counted: not the revoked, expired or excepted. */
Test(approved, named)
{
	struct sample s[4];
	uint32_t i;

	for (i = 0; i < 4; i++) {
		sample_init(&s[i], i + 1);
		memcpy(s[i].cert.name_hash, s[0].cert.name_hash, 32);
		if (i == 3) /* of another name, in the last bit */
			s[i].cert.name_hash[31] ^= 1;
		s[i].cert.not_after = 2000 + i;
		s[i].grant.challenge_mac = NULL;
		cr_assert_eq(sample_grant(st, &s[i], NULL), GRANT_DONE);
	}
	cr_expect_eq(named(&s[0], 1001, NULL, 99), 3);
	cr_expect_eq(named(&s[0], 1001, NULL, 2), 2, "that will do");
	cr_expect_eq(named(&s[0], 1001, NULL, 0), 0);
	cr_expect_eq(named(&s[0], 1001, &s[1].cert.serial, 99), 2);
	cr_expect_eq(named(&s[0], 2000, NULL, 99), 3, "in its last second");
	cr_expect_eq(named(&s[0], 2001, NULL, 99), 2);
	cr_expect_eq(named(&s[0], 2003, NULL, 99), 0);
	cr_expect_eq(named(&s[3], 1001, NULL, 99), 1);
	set_state(&s[1], REASON_CERTIFICATE_HOLD, 1001);
	cr_expect_eq(named(&s[0], 1001, NULL, 99), 3);
	cr_expect_eq(named(&s[0], 2002, NULL, 99), 1, "it ends all the same");
	set_state(&s[2], REASON_SUPERSEDED, 1001);
	cr_expect_eq(named(&s[0], 1001, NULL, 99), 2);
	set_state(&s[1], REASON_REMOVE_FROM_CRL, 1002);
	cr_expect_eq(named(&s[0], 1001, NULL, 99), 2);
	set_state(&s[1], REASON_CERTIFICATE_HOLD, 1003);
	set_state(&s[1], REASON_SUPERSEDED, 1004);
	cr_expect_eq(named(&s[0], 1004, NULL, 99), 1);
	/* a name that nobody has, and none at all, which is not looked up */
	s[3].cert.name_hash[0] ^= 1;
	cr_expect_eq(named(&s[3], 1001, NULL, 99), 0);
	for (i = 0; i < 4; i++)
		sample_release(&s[i]);
	sample_init(&s[0], 9);
	memset(s[0].cert.name_hash, 0, 32);
	s[0].grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &s[0], NULL), GRANT_DONE);
	cr_expect_eq(named(&s[0], 1001, NULL, 99), 0);
	sample_release(&s[0]);
}

/* unique_name: within the commit, and nothing is recorded or used. */
Test(approved, unique_name)
{
	struct stored_challenge ch;
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	memcpy(b.cert.name_hash, a.cert.name_hash, 32);
	a.grant.challenge_mac = NULL;
	a.grant.unique_name = b.grant.unique_name = true;
	sample_add_challenge(st, &b);
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE);
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE, "once more");
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_NAME_TAKEN);
	cr_expect_eq(sample_state(st, &b), 0);
	cr_assert_eq(store_challenge_find(st, b.challenge.mac, &ch, &e), 0);
	cr_expect_eq(ch.used, 0);
	/* the one that it renews is no obstacle; nor is one that expired */
	b.cert.renews = a.cert.serial;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_DONE);
	sample_release(&b);
	sample_init(&b, 3);
	memcpy(b.cert.name_hash, a.cert.name_hash, 32);
	b.grant.unique_name = true;
	b.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_NAME_TAKEN);
	b.grant.now = 2001;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_DONE);
	sample_release(&a);
	sample_release(&b);
}

static bool elsewhere(const struct sample *s, int64_t now, uint8_t *serial)
{
	const struct key_claim claim = {
		.key_hash = s->cert.key_hash,
		.name_hash = s->cert.name_hash,
		.now = now,
	};
	struct stored_cert other = { .der = { 0 } };
	bool found;

	cr_assert_eq(store_cert_key_elsewhere(st, &claim, &found, &other, &e),
	    0, "%s", e.text);
	*serial = found ? other.serial.b[other.serial.n - 1] : 0;
	stored_cert_release(&other);
	return found;
}

/* T-22, unique_key: within the commit, and nothing is recorded or used. */
Test(approved, unique_key)
{
	struct stored_cert other = { .der = { 0 } };
	struct stored_challenge ch;
	struct sample a, b, c;
	uint8_t serial;

	sample_init(&a, 1);
	sample_init(&b, 2);
	sample_init(&c, 3);
	memcpy(b.cert.key_hash, a.cert.key_hash, 32);
	memcpy(c.cert.key_hash, a.cert.key_hash, 32);
	memcpy(c.cert.name_hash, a.cert.name_hash, 32);
	a.grant.challenge_mac = c.grant.challenge_mac = NULL;
	a.grant.unique_key = b.grant.unique_key = c.grant.unique_key = true;
	sample_add_challenge(st, &b);
	cr_expect(!elsewhere(&b, 1001, &serial));
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE);
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE, "once more");
	cr_expect(elsewhere(&b, 1001, &serial));
	cr_expect_eq(serial, 1);
	cr_expect_eq(sample_grant(st, &b, &other), GRANT_KEY_TAKEN);
	cr_expect(span_eq(buf_span(&other.der), buf_span(&a.cert.der)));
	stored_cert_release(&other);
	cr_expect_eq(sample_state(st, &b), 0);
	cr_assert_eq(store_challenge_find(st, b.challenge.mac, &ch, &e), 0);
	cr_expect_eq(ch.used, 0);
	/* its own name is no obstacle; nor is one that expired */
	cr_expect(!elsewhere(&c, 1001, &serial));
	cr_expect_eq(sample_grant(st, &c, NULL), GRANT_DONE);
	cr_expect(elsewhere(&b, 2000, &serial));
	cr_expect(!elsewhere(&b, 2001, &serial));
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);
	b.grant.now = 2001;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_DONE);
	sample_release(&a);
	sample_release(&b);
	sample_release(&c);
}

/* T-26: a second name that was allowed does not hide the first one. */
Test(approved, presented)
{
	struct stored_cert other = { .der = { 0 } };
	struct sample s[3];

	for (uint32_t i = 0; i < 3; i++) {
		sample_init(&s[i], i + 1);
		memcpy(
		    s[i].request.key.key_hash, s[0].request.key.key_hash, 32);
		s[i].grant.challenge_mac = NULL;
		s[i].grant.presented = true;
		s[i].grant.one_name = i == 2;
	}
	cr_expect_eq(sample_grant(st, &s[0], NULL), GRANT_DONE);
	cr_expect_eq(sample_grant(st, &s[1], NULL), GRANT_DONE);
	cr_expect_eq(sample_grant(st, &s[2], &other), GRANT_PRESENTED);
	cr_expect(span_eq(buf_span(&other.der), buf_span(&s[0].cert.der)));
	stored_cert_release(&other);
	for (uint32_t i = 0; i < 3; i++)
		sample_release(&s[i]);
}

/* Whichever of the names comes first in the index, and whatever is in between
 */
Test(approved, key_elsewhere)
{
	enum { NAMES = 6 };
	struct sample s[NAMES];
	enum revoke_outcome outcome;
	struct stored_cert c;
	uint8_t serial;

	for (uint32_t i = 0; i < NAMES; i++) {
		sample_init(&s[i], i + 1);
		memset(s[i].cert.key_hash, 0xff, 32);
		memset(s[i].cert.name_hash, (int)(0xff - 0x32 * i), 32);
		s[i].grant.challenge_mac = NULL;
		cr_assert_eq(sample_grant(st, &s[i], NULL), GRANT_DONE);
	}
	for (uint32_t i = 0; i < NAMES; i++) {
		cr_expect(elsewhere(&s[i], 1001, &serial));
		cr_expect_neq(serial, i + 1);
		cr_expect(!elsewhere(&s[i], 2001, &serial));
	}
	for (uint32_t i = 0; i < NAMES; i++) { /* one after the other goes */
		cr_assert_eq(
		    store_revoke(st, &s[i].cert.serial, REASON_UNSPECIFIED,
			1001, NULL, &outcome, &c, &e),
		    0);
		stored_cert_release(&c);
		for (uint32_t k = 0; k < NAMES; k++)
			cr_expect_eq(elsewhere(&s[k], 1001, &serial),
			    i + 1 < NAMES &&
				!(k == NAMES - 1 && i + 2 == NAMES),
			    "%u gone, %u asks", i, k);
	}
	for (uint32_t i = 0; i < NAMES; i++)
		sample_release(&s[i]);
}

static const struct {
	const char *name;
	enum crl_reason before; /* REASON_UNSPECIFIED: it is valid */
	bool supersede;
	enum cert_state want;
	uint8_t reason;
	int64_t revoked_at; /* g->now is 1001 */
} replaced[] = {
	{ "valid", REASON_UNSPECIFIED, true, CERT_REVOKED, REASON_SUPERSEDED,
	    1001 },
	{ "unasked", REASON_UNSPECIFIED, false, CERT_VALID, 0, 0 },
	{ "revoked", REASON_KEY_COMPROMISE, true, CERT_REVOKED,
	    REASON_KEY_COMPROMISE, 950 },
	{ "held", REASON_CERTIFICATE_HOLD, true, CERT_REVOKED,
	    REASON_SUPERSEDED, 950 },
};
ParameterizedTestParameters(approved, supersede)
{
	static size_t idx[sizeof(replaced) / sizeof(replaced[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, approved, supersede)
{
	struct crl_state crl;
	struct stored_cert c;
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	a.grant.challenge_mac = b.grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &a, NULL), GRANT_DONE);
	if (replaced[*i].before != REASON_UNSPECIFIED)
		set_state(&a, replaced[*i].before, 950);
	b.cert.renews = a.cert.serial;
	b.grant.supersede = replaced[*i].supersede;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_DONE);
	cr_assert_eq(store_cert_find(st, &a.cert.serial, &c, &e), 0);
	cr_expect_eq(c.state, replaced[*i].want, "%s", replaced[*i].name);
	cr_expect_eq(c.reason, replaced[*i].reason);
	cr_expect_eq(c.revoked_at, replaced[*i].revoked_at);
	stored_cert_release(&c);
	cr_assert_eq(store_crl_state(st, &crl, &e), 0);
	cr_expect_eq(crl.changed,
	    replaced[*i].before != REASON_UNSPECIFIED || b.grant.supersede);
	cr_assert_eq(store_cert_find(st, &b.cert.serial, &c, &e), 0);
	cr_expect(c.renews.n == a.cert.serial.n &&
	    memcmp(c.renews.b, a.cert.serial.b, c.renews.n) == 0);
	stored_cert_release(&c);
	sample_release(&a);
	sample_release(&b);
}

/* One that is not on record, and one that is not granted after all. */
Test(approved, supersede_nothing)
{
	struct stored_cert c;
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	b.cert.renews = a.cert.serial;
	b.grant.supersede = true;
	a.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_CHALLENGE_GONE);
	b.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_DONE, "unknown");
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE);
	sample_release(&b);
	sample_init(&b, 3);
	sample_serial(&b, 2); /* is taken */
	b.cert.renews = a.cert.serial;
	b.grant.supersede = true;
	b.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &b, NULL), GRANT_SERIAL_TAKEN);
	cr_assert_eq(store_cert_find(st, &a.cert.serial, &c, &e), 0);
	cr_expect_eq(c.state, CERT_VALID);
	stored_cert_release(&c);
	sample_release(&a);
	sample_release(&b);
}

/*
 * A certificate without a subject that was recorded before alternative names
 * were a name may be renewed with its key; one of the CA's own holds it.
 */
Test(approved, key_without_name)
{
	struct sample a, b;
	uint8_t serial;

	sample_init(&a, 1);
	sample_init(&b, 2);
	memset(a.cert.name_hash, 0, sizeof(a.cert.name_hash));
	memcpy(b.cert.key_hash, a.cert.key_hash, 32);
	a.grant.challenge_mac = NULL;
	cr_expect_eq(sample_grant(st, &a, NULL), GRANT_DONE);
	cr_expect(!elsewhere(&b, 1001, &serial));
	a.cert.serial.b[a.cert.serial.n - 1] = 7;
	a.cert.trans_id[0] = '\0';
	cr_assert_eq(store_cert_add(st, &a.cert, NULL, &e), 0, "%s", e.text);
	cr_expect(elsewhere(&b, 1001, &serial));
	cr_expect_eq(serial, 7);
	sample_release(&a);
	sample_release(&b);
}
