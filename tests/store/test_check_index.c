/*
 * test_check_index.c - store_check sees an index that does not agree with its
 * records, from both sides.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "store_fixture.h"
#include "txn_cert.h"
#include "txn_request.h"

static struct fixture f;
static struct store *st;
static struct err e;

/* Sample 1 waits, 2 is rejected, 3 granted and revoked. */
static struct sample s[4];

static void set_up(void)
{
	enum revoke_outcome outcome;
	enum request_state state;
	struct stored_cert c;
	uint32_t n;

	fixture_init(&f, "check-index");
	st = fixture_open(f.dir);
	for (n = 1; n < 4; n++) {
		sample_init(&s[n], n);
		s[n].grant.challenge_mac = NULL;
	}
	s[1].waiting.expires_at = 3000;
	cr_assert_eq(sample_pend(st, &s[1]), PEND_DONE);
	cr_assert_eq(sample_pend(st, &s[2]), PEND_DONE);
	cr_assert(sample_decide(st, &s[2], false, &state));
	cr_assert_eq(sample_grant(st, &s[3], NULL), GRANT_DONE);
	cr_assert_eq(store_revoke(st, &s[3].cert.serial, REASON_SUPERSEDED, 5,
			 NULL, &outcome, &c, &e),
	    0);
	stored_cert_release(&c);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);
}

static void tear_down(void)
{
	uint32_t n;

	for (n = 1; n < 4; n++)
		sample_release(&s[n]);
	store_close(st);
	fixture_release(&f);
}

TestSuite(check_index, .init = set_up, .fini = tear_down, .timeout = 60);

static struct rec_key key;
static struct buf value;

static int put(struct visit *v, void *arg, struct err *err)
{
	(void)arg;
	return txn_put(v, &key, buf_span(&value), err);
}

static int del(struct visit *v, void *arg, struct err *err)
{
	(void)arg;
	return txn_del(v, &key, err);
}

/* The first record of a kind; there must be one. */
static int get_first(struct visit *v, void *arg, struct err *err)
{
	enum rec_kind kind = *(enum rec_kind *)arg;
	struct txn_scan scan;
	int rc;

	rec_key_first(kind, &key);
	rc = txn_scan_from(v, &scan, &key, err);
	must(rc == 0 && !scan.end && rec_is(scan.key, kind), "no %c", kind);
	memcpy(key.b, scan.key.p, scan.key.n);
	key.n = scan.key.n;
	buf_cut(&value, 0);
	must(buf_put(&value, scan.value, NULL) == 0, "memory");
	txn_scan_end(&scan);
	return 0;
}

static void run(
    int (*work)(struct visit *v, void *arg, struct err *err), void *arg)
{
	cr_assert_eq(
	    visit_run(st, VISIT_WRITE, work, arg, &e), 0, "%s", e.text);
}

static void expect_wrong(char kind, const char *what)
{
	cr_expect_eq(store_check(st, &e), -1, "%c: %s", kind, what);
	cr_expect_eq(e.kind, ERR_STORE, "%c: %s: %s", kind, what, e.text);
}

static const enum rec_kind kinds[] = { REC_CERT_NAME, REC_CERT_KEY, REC_REVOKED,
	REC_REQUEST_ID, REC_TRANS_ID, REC_OPEN, REC_ADDRESS, REC_EXPIRY,
	REC_FINISHED };
ParameterizedTestParameters(check_index, each)
{
	static size_t idx[sizeof(kinds) / sizeof(kinds[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, check_index, each)
{
	enum rec_kind kind = kinds[*i];
	struct request_key rk = s[2].request.key;
	struct rec_key good;
	struct buf keep = { 0 };

	run(get_first, &kind);
	good = key;
	must(buf_put(&keep, buf_span(&value), NULL) == 0, "memory");
	run(del, NULL);
	expect_wrong((char)kind, "missing");
	run(put, NULL);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);

	/* one too many: of nobody, or of somebody whom it does not suit */
	key.b[key.n - 1] ^= 1;
	run(put, NULL);
	expect_wrong((char)kind, "one too many");
	run(del, NULL);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);

	key = good;
	buf_cut(&value, value.n - 1);
	run(put, NULL);
	expect_wrong((char)kind, "truncated");
	if (kind == REC_REVOKED) { /* says something else than the record */
		buf_cut(&value, 0);
		rec_put_revoked(&(struct revoked){ .reason = 4 }, &value, NULL);
		run(put, NULL);
		expect_wrong((char)kind, "other date");
	} else if (kind != REC_CERT_NAME && kind != REC_CERT_KEY &&
	    kind != REC_TRANS_ID) {
		rk.trans_id[0] ^= 1; /* leads to nobody */
		buf_cut(&value, 0);
		rec_put_entry(kind, &rk, &value, NULL);
		run(put, NULL);
		expect_wrong((char)kind, "leads nowhere");
		rk = s[kind == REC_FINISHED ? 1 : 2].request.key;
		buf_cut(&value, 0); /* leads to another */
		rec_put_entry(kind, &rk, &value, NULL);
		run(put, NULL);
		expect_wrong((char)kind, "leads to another");
	}
	buf_cut(&value, 0);
	must(buf_put(&value, buf_span(&keep), NULL) == 0, "memory");
	run(put, NULL);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	buf_release(&keep);
	buf_release(&value);
}

/* An entry that its certificate, being valid, must not have. */
Test(check_index, revoked_but_valid)
{
	struct sample t;

	sample_init(&t, 4);
	t.grant.challenge_mac = NULL;
	cr_assert_eq(sample_grant(st, &t, NULL), GRANT_DONE);
	rec_key_revoked(&t.cert.serial, &key, NULL);
	rec_put_revoked(&(struct revoked){ .reason = 4 }, &value, NULL);
	run(put, NULL);
	expect_wrong('V', "valid");
	cr_expect(strstr(e.text, "not revoked") != NULL, "%s", e.text);
	buf_release(&value);
	sample_release(&t);
}

/* What was got with a certificate of others must be there. */
Test(check_index, presented)
{
	struct serial nobody = { 2, { 1, 2 } };

	rec_key_presented(s[3].cert.key_hash, &key);
	rec_put_presented(&s[3].cert.serial, &value, NULL);
	run(put, NULL);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	buf_cut(&value, value.n - 1);
	run(put, NULL);
	expect_wrong('S', "truncated");
	buf_cut(&value, 0);
	rec_put_presented(&nobody, &value, NULL);
	run(put, NULL);
	expect_wrong('S', "leads nowhere");
	buf_release(&value);
}

static void put_count(int64_t count)
{
	struct rec_open o = { count, 9 };

	rec_key_state("open", &key);
	buf_cut(&value, 0);
	must(rec_put_open(&o, &value, NULL) == 0, "count");
	run(put, NULL);
}

/* The number is that of the entries; nothing else makes it wrong. */
Test(check_index, count)
{
	enum request_state state;

	put_count(0);
	expect_wrong('M', "fewer");
	cr_expect(
	    strstr(e.text, "1 requests are open, but 0") != NULL, "%s", e.text);
	/* nor can one be taken away from it */
	cr_expect_eq(
	    store_decide(st, &s[1].request.key, NULL, false, "", 1001, NULL,
		&(bool){ false }, &(struct stored_request){ 0 }, &e),
	    -1);
	cr_expect_eq(e.kind, ERR_STORE, "%s", e.text);
	cr_expect_eq(sample_state(st, &s[1]), REQUEST_PENDING);
	put_count(2);
	expect_wrong('M', "more");
	put_count(1);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);
	cr_expect(sample_decide(st, &s[1], false, &state));
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);
	rec_key_state("other", &key);
	run(put, NULL);
	expect_wrong('M', "of no known name");
	buf_release(&value);
}
