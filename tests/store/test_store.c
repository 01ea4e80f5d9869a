/*
 * test_store.c - what the functions of store/ promise, in one process.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "txn.h"

static struct fixture f;
static struct store *st;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "api");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	store_close(st);
	fixture_release(&f);
}

TestSuite(store, .init = set_up, .fini = tear_down, .timeout = 60);

static const struct {
	const char *name;
	struct stored_challenge c;
	int64_t now;
	enum challenge_state want;
} challenges[] = {
	{ "fresh", { .uses = 1 }, 10, CHALLENGE_GOOD },
	{ "used up", { .uses = 1, .used = 1 }, 10, CHALLENGE_USED },
	{ "one left", { .uses = 2, .used = 1 }, 10, CHALLENGE_GOOD },
	{ "no uses at all", { .uses = 0 }, 10, CHALLENGE_USED },
	{ "unlimited", { .uses = -1, .used = 99 }, 10, CHALLENGE_GOOD },
	/* R109 */
	{ "before expiry", { .uses = 1, .expires_at = 11 }, 10,
	    CHALLENGE_GOOD },
	{ "at expiry", { .uses = 1, .expires_at = 10 }, 10, CHALLENGE_EXPIRED },
	{ "behind it", { .uses = 1, .expires_at = 9 }, 10, CHALLENGE_EXPIRED },
	{ "revoked", { .uses = 1, .revoked_at = 99 }, 10, CHALLENGE_REVOKED },
	{ "unlimited, revoked", { .uses = -1, .revoked_at = 1 }, 10,
	    CHALLENGE_REVOKED },
	{ "unlimited, expired", { .uses = -1, .expires_at = 1 }, 10,
	    CHALLENGE_EXPIRED },
	/* R108: re-use is to be told from mere lateness */
	{ "used and expired", { .uses = 1, .used = 1, .expires_at = 1 }, 10,
	    CHALLENGE_USED },
};
ParameterizedTestParameters(challenge_state, table)
{
	static size_t idx[sizeof(challenges) / sizeof(challenges[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, challenge_state, table)
{
	cr_expect_eq(challenge_state(&challenges[*i].c, challenges[*i].now),
	    challenges[*i].want, "%s", challenges[*i].name);
}

static enum grant_outcome grant_it(
    struct sample *s, struct stored_cert *recorded)
{
	enum grant_outcome outcome;

	cr_assert_eq(store_grant(st, &s->grant, &outcome, recorded, &e), 0,
	    "%s", e.text);
	return outcome;
}

static void add_challenge(struct sample *s)
{
	cr_assert_eq(
	    store_challenge_add(st, &s->challenge, &e), 0, "%s", e.text);
}

static int uses_of(struct sample *s)
{
	struct stored_challenge c;

	cr_assert_eq(store_challenge_find(st, s->challenge.mac, &c, &e), 0,
	    "%s", e.text);
	return (int)c.used;
}

/* R107: the challenge is consumed with the grant; R142: a new start finds it. */
Test(store, grant_records_everything)
{
	struct stored_challenge ch;
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	add_challenge(&s);
	cr_expect_eq(grant_it(&s, NULL), GRANT_DONE);
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

Test(store, nothing_there)
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
	cr_expect_eq(store_challenge_revoke(st, "abc", 1, &ch, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(store_cert_delivered(st, &s.cert.serial, 1, &e), -1);
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
ParameterizedTestParameters(store, second_grant)
{
	static size_t idx[sizeof(seconds) / sizeof(seconds[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, store, second_grant)
{
	struct stored_cert recorded = { .serial = { 0 } }, c;
	struct stored_request r;
	struct sample a, b;

	sample_init(&a, 1);
	a.cert.state = seconds[*i].state;
	a.cert.not_after = seconds[*i].not_after;
	a.grant.challenge_mac = NULL;
	cr_assert_eq(grant_it(&a, NULL), GRANT_DONE);

	sample_init(&b, 2); /* another certificate and challenge … */
	b.request = a.request;
	sample_serial(&b, 2);
	memcpy(b.cert.trans_id, a.cert.trans_id, sizeof(b.cert.trans_id));
	if (!seconds[*i].same_csr)
		b.request.csr_hash[0] ^= 1;
	add_challenge(&b);
	cr_expect_eq(
	    grant_it(&b, &recorded), seconds[*i].want, "%s", seconds[*i].name);

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
Test(store, repeated_grant)
{
	struct sample s;

	sample_init(&s, 1);
	add_challenge(&s);
	cr_expect_eq(grant_it(&s, NULL), GRANT_DONE);
	cr_expect_eq(grant_it(&s, NULL), GRANT_DONE);
	cr_expect_eq(uses_of(&s), 1);
	sample_release(&s);
}

/* T-15, R069: one transactionID, two keys, two transactions */
Test(store, transaction_belongs_to_key)
{
	struct stored_request r;
	struct stored_cert c;
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	strcpy(b.request.key.trans_id, a.request.key.trans_id);
	strcpy(b.cert.trans_id, a.cert.trans_id);
	a.grant.challenge_mac = b.grant.challenge_mac = NULL;
	cr_expect_eq(grant_it(&a, NULL), GRANT_DONE);
	cr_expect_eq(grant_it(&b, NULL), GRANT_DONE);
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
ParameterizedTestParameters(store, challenge_gone)
{
	static size_t idx[sizeof(gone) / sizeof(gone[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
/* R107, R109, R095: whatever it is, nothing is recorded */
ParameterizedTest(size_t *i, store, challenge_gone)
{
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	s.challenge.uses = gone[*i].uses;
	s.challenge.expires_at = gone[*i].expires_at;
	s.challenge.revoked_at = gone[*i].revoked_at;
	if (gone[*i].exists)
		add_challenge(&s);
	cr_expect_eq(
	    grant_it(&s, NULL), GRANT_CHALLENGE_GONE, "%s", gone[*i].name);
	cr_expect_eq(store_request_find(st, &s.request.key, &r, &c, &e), -1);
	cr_expect_eq(store_cert_find(st, &s.cert.serial, &c, &e), -1);
	sample_release(&s);
}

Test(store, challenge_uses_are_counted)
{
	struct sample s, t;

	sample_init(&s, 1);
	s.challenge.uses = 3;
	add_challenge(&s);
	for (uint32_t n = 1; n <= 4; n++) {
		sample_init(&t, n);
		t.grant.challenge_mac = s.challenge.mac;
		cr_expect_eq(grant_it(&t, NULL),
		    n <= 3 ? GRANT_DONE : GRANT_CHALLENGE_GONE);
		sample_release(&t);
	}
	cr_expect_eq(uses_of(&s), 3);
	sample_release(&s);
}

/* The serial is taken: nothing is recorded, and the challenge is still good. */
Test(store, serial_taken)
{
	struct stored_request r;
	struct stored_cert c;
	struct sample a, b;

	sample_init(&a, 1);
	sample_init(&b, 2);
	a.grant.challenge_mac = NULL;
	sample_serial(&b, 1);
	add_challenge(&b);
	cr_expect_eq(grant_it(&a, NULL), GRANT_DONE);
	cr_expect_eq(grant_it(&b, NULL), GRANT_SERIAL_TAKEN);
	cr_expect_eq(uses_of(&b), 0);
	cr_expect_eq(store_request_find(st, &b.request.key, &r, &c, &e), -1);
	cr_assert_eq(store_cert_find(st, &a.cert.serial, &c, &e), 0);
	cr_expect(span_eq(buf_span(&c.der), buf_span(&a.cert.der)));
	stored_cert_release(&c);
	sample_serial(&b, 2);
	cr_expect_eq(grant_it(&b, NULL), GRANT_DONE);
	sample_release(&a);
	sample_release(&b);
}

/* A grant whose two halves do not belong together is our own mistake. */
Test(store, grant_checks_its_halves)
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
	cr_expect_eq(grant_it(&s, NULL), GRANT_DONE);
	sample_release(&s);
}

Test(store, cert_add_and_deliver)
{
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	s.cert.trans_id[0] = '\0'; /* the CA's own */
	cr_assert_eq(store_cert_add(st, &s.cert, &e), 0, "%s", e.text);
	cr_expect_eq(store_cert_add(st, &s.cert, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE);
	cr_expect_eq(store_cert_delivered(st, &s.cert.serial, 77, &e), 0);
	cr_assert_eq(store_cert_find(st, &s.cert.serial, &c, &e), 0);
	cr_expect_eq(c.delivered_at, 77);
	cr_expect(span_eq(buf_span(&c.der), buf_span(&s.cert.der)));
	stored_cert_release(&c);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	sample_release(&s);
}

/* Serial numbers come in the order of the numbers, whatever their lengths. */
Test(store, cert_pages)
{
	static const struct serial serials[] = {
		{ 1, { 0 } },
		{ 1, { 0x7f } },
		{ 2, { 0x00, 0x80 } },
		{ 2, { 0x01, 0x00 } },
		{ 3, { 0x01, 0x00, 0x00 } },
		{ 20, { 0x01 } },
		{ 20, { 0x7f } },
	};
	enum { ALL = sizeof(serials) / sizeof(serials[0]) };
	struct stored_cert page[ALL + 1];
	struct sample s;
	size_t n, size, at, i;

	for (i = ALL; i-- > 0;) {
		sample_init(&s, (uint32_t)i);
		s.cert.serial = serials[i];
		cr_assert_eq(store_cert_add(st, &s.cert, &e), 0, "%s", e.text);
		sample_release(&s);
	}
	for (size = 1; size <= ALL + 1; size++) {
		at = 0;
		do {
			cr_assert_eq(store_cert_page(st,
					 at == 0 ? NULL : &serials[at - 1],
					 page, size, &n, &e),
			    0, "%s", e.text);
			cr_assert(n <= size && at + n <= ALL);
			for (i = 0; i < n; i++, at++) {
				cr_expect_eq(page[i].serial.n, serials[at].n);
				cr_expect_arr_eq(page[i].serial.b,
				    serials[at].b, serials[at].n);
				stored_cert_release(&page[i]);
			}
		} while (n == size);
		cr_expect_eq(at, ALL);
	}
	/* behind one that is not there */
	cr_assert_eq(store_cert_page(st, &(struct serial){ 2, { 0x00, 0xff } },
			 page, 1, &n, &e),
	    0);
	cr_expect(n == 1 && page[0].serial.b[0] == 1);
	stored_cert_release(&page[0]);
}

Test(store, challenge_pages)
{
	struct stored_challenge page[4];
	uint8_t after[32];
	size_t n, total = 0, i;
	bool first = true;
	struct sample s;

	cr_assert_eq(store_challenge_page(st, NULL, page, 4, &n, &e), 0);
	cr_expect_eq(n, 0);
	for (uint32_t k = 0; k < 10; k++) {
		sample_init(&s, k);
		add_challenge(&s);
		sample_release(&s);
	}
	do {
		cr_assert_eq(store_challenge_page(
				 st, first ? NULL : after, page, 4, &n, &e),
		    0);
		for (i = 0; i < n; i++) {
			cr_expect(first || memcmp(page[i].mac, after, 32) > 0);
			memcpy(after, page[i].mac, 32);
			first = false;
		}
		total += n;
	} while (n == 4);
	cr_expect_eq(total, 10);
}

Test(store, challenge_taken)
{
	struct sample s, t;

	sample_init(&s, 1);
	sample_init(&t, 2);
	add_challenge(&s);
	cr_expect_eq(store_challenge_add(st, &s.challenge, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE);
	strcpy(t.challenge.id, s.challenge.id); /* one id, two values */
	cr_expect_eq(store_challenge_add(st, &t.challenge, &e), -1);
	cr_expect(strstr(e.text, s.challenge.id) != NULL, "%s", e.text);
	memcpy(t.challenge.mac, s.challenge.mac, 32); /* one value, two ids */
	strcpy(t.challenge.id, "99");
	cr_expect_eq(store_challenge_add(st, &t.challenge, &e), -1);
	/* and the id that came first has not been left behind */
	cr_expect_eq(store_challenge_revoke(st, "99", 1, &t.challenge, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	sample_release(&s);
	sample_release(&t);
}

static const struct {
	const char *id;
	int want; /* 0, or the kind of error */
} revocations[] = {
	{ "abc", 0 },		      /* in full, though two others begin so */
	{ "abc1", 0 },		      /* in full */
	{ "abc23", 0 },		      /* the only one that begins so */
	{ "abc2", 0 },		      /* likewise */
	{ "ab", ERR_INPUT },	      /* three */
	{ "a", ERR_INPUT },	      /* all four */
	{ "ad", 0 },		      /* */
	{ "b", ERR_NOT_FOUND },	      /* behind the last */
	{ "0", ERR_NOT_FOUND },	      /* before the first */
	{ "abc2345", ERR_NOT_FOUND }, /* longer than any */
	{ "", ERR_INPUT },
	{ "ABC", ERR_INPUT },
	{ "abc*", ERR_INPUT },
};
ParameterizedTestParameters(store, revoke_by_prefix)
{
	static size_t idx[sizeof(revocations) / sizeof(revocations[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, store, revoke_by_prefix)
{
	static const char *const ids[] = { "abc", "abc1", "abc234", "ad12" };
	const char *id = revocations[*i].id;
	struct stored_challenge c;
	struct sample s;
	int rc;

	for (uint32_t n = 0; n < 4; n++) {
		sample_init(&s, n);
		strcpy(s.challenge.id, ids[n]);
		add_challenge(&s);
		sample_release(&s);
	}
	rc = store_challenge_revoke(st, id, 500, &c, &e);
	cr_assert_eq(rc, revocations[*i].want == 0 ? 0 : -1, "%s", id);
	if (rc != 0) {
		cr_expect_eq((int)e.kind, revocations[*i].want, "%s", e.text);
		return;
	}
	cr_expect_eq(strncmp(c.id, id, strlen(id)), 0);
	cr_expect_eq(c.revoked_at, 500);
	cr_assert_eq(store_challenge_revoke(st, id, 600, &c, &e), 0);
	cr_expect_eq(c.revoked_at, 500, "twice is no error, the first counts");
	cr_assert_eq(store_challenge_find(st, c.mac, &c, &e), 0);
	cr_expect_eq(challenge_state(&c, 0), CHALLENGE_REVOKED);
}

/* store_check names the first record that is wrong */
static struct rec_key damaged_key;
static struct span damaged_value;

static int put_damaged(struct visit *v, void *arg, struct err *err)
{
	(void)arg;
	return txn_put(v, &damaged_key, damaged_value, err);
}

static const char *check_after(struct span value)
{
	damaged_value = value;
	cr_assert_eq(
	    visit_run(st, VISIT_WRITE, put_damaged, NULL, &e), 0, "%s", e.text);
	cr_assert_eq(store_check(st, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE);
	return e.text;
}

Test(store, check_finds)
{
	struct buf value = { 0 };
	struct sample s;

	sample_init(&s, 1);
	add_challenge(&s);
	cr_expect_eq(grant_it(&s, NULL), GRANT_DONE);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);

	/* an id that leads nowhere */
	rec_key_challenge_id("ff", &damaged_key, NULL);
	rec_put_challenge_id(s.request.csr_hash, &value, NULL);
	cr_expect(strstr(check_after(buf_span(&value)),
		      "challenge id, key 496666: its challenge") != NULL,
	    "%s", e.text);
	/* a challenge that is known under two ids */
	buf_cut(&value, 0);
	rec_put_challenge_id(s.challenge.mac, &value, NULL);
	cr_expect(strstr(check_after(buf_span(&value)), "is called") != NULL,
	    "%s", e.text);
	buf_cut(&value, 0);

	/* a request whose certificate is missing; 'R' comes behind 'I' */
	rec_key_challenge_id("ff", &damaged_key, NULL);
	s.challenge.mac[0] ^= 1;
	strcpy(s.challenge.id, "ff");
	rec_put_challenge_id(s.challenge.mac, &value, NULL);
	damaged_value = buf_span(&value);
	cr_assert_eq(visit_run(st, VISIT_WRITE, put_damaged, NULL, &e), 0);
	buf_cut(&value, 0);
	rec_key_challenge(s.challenge.mac, &damaged_key);
	rec_put_challenge(&s.challenge, &value, NULL);
	damaged_value = buf_span(&value);
	cr_assert_eq(visit_run(st, VISIT_WRITE, put_damaged, NULL, &e), 0);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);
	buf_cut(&value, 0);
	rec_key_request(&s.request.key, &damaged_key, NULL);
	s.request.serial.b[0] ^= 2;
	rec_put_request(&s.request, &value, NULL);
	cr_expect(
	    strstr(check_after(buf_span(&value)), "its certificate") != NULL,
	    "%s", e.text);
	/* truncated; then of a kind that nobody knows */
	cr_expect(strstr(check_after((struct span){ value.p, value.n - 1 }),
		      "truncated") != NULL,
	    "%s", e.text);
	rec_key_cert(&s.cert.serial, &damaged_key, NULL);
	damaged_key.b[0] = 'A';
	cr_expect(strstr(check_after(SPAN_LIT("x")), "unknown kind") != NULL,
	    "%s", e.text);
	buf_release(&value);
	sample_release(&s);
}

/* More records than one visit of store_check or a split tree's page takes. */
Test(store, check_goes_through_many)
{
	struct sample s;

	for (uint32_t n = 0; n < 600; n++) {
		sample_init(&s, n);
		s.grant.challenge_mac = NULL;
		cr_assert_eq(grant_it(&s, NULL), GRANT_DONE);
		sample_release(&s);
	}
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
}

Test(store, create_refuses)
{
	cr_expect_eq(store_create(f.dir, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE, "there already");
	cr_expect_eq(store_create("relative", &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_expect_eq(store_create(fixture_path(&f, "no/store"), &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
}

Test(store, created_is_private_whatever_the_umask)
{
	static const char *const names[] = { "", "/store.db", "/log.0000000001",
		"/.state", "/__db.001" };
	const char *dir = fixture_path(&f, "second");
	char path[2 * FIXTURE_PATH];
	struct stored_cert c;
	struct store *second;
	struct stat sb;

	umask(0);
	cr_assert_eq(store_create(dir, &e), 0, "%s", e.text);
	second = fixture_open(dir);
	(void)store_cert_find(second, &(struct serial){ 1, { 1 } }, &c, NULL);
	for (size_t i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "%s%s", dir, names[i]);
		cr_assert_eq(stat(path, &sb), 0, "%s", path);
		cr_expect_eq(
		    sb.st_mode & 0777, i == 0 ? 0700 : 0600, "%s", path);
	}
	cr_expect_eq(umask(022), 0, "the caller's umask is as it was");
	store_close(second);
}

Test(store, open_refuses)
{
	const char *dir = fixture_path(&f, "empty");
	struct store *no = NULL;

	cr_expect_eq(store_open("relative", &no, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_expect_eq(store_open(dir, &no, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_assert_eq(mkdir(dir, 0700), 0);
	cr_expect_eq(store_open(dir, &no, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
	cr_assert_eq(chmod(f.dir, 0750), 0);
	cr_expect_eq(store_open(f.dir, &no, &e), -1);
	cr_expect_eq(e.kind, ERR_PERM);
	cr_expect(strstr(e.text, "chmod 700") != NULL, "%s", e.text);
	cr_assert_eq(chmod(f.dir, 0700), 0);
	cr_expect_null(no);
	store_close(NULL);
}
