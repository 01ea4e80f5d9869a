/*
 * test_records.c - certificates and challenges, one by one and in pages.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "store_fixture.h"
#include "store_told.h"

static struct fixture f;
static struct store *st;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "records");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	store_close(st);
	fixture_release(&f);
}

TestSuite(records, .init = set_up, .fini = tear_down, .timeout = 60);

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

/* What was told is remembered, and is none of nonsense. */
Test(records, told)
{
	struct store_told t = { 1, 2 };

	cr_assert_eq(store_told_find(st, &t, &e), 0, "%s", e.text);
	cr_expect(t.until == 0 && t.before == 0);
	for (int i = 1; i < 3; i++) {
		t = (struct store_told){ 100 * i, 30 };
		cr_assert_eq(store_told_note(st, &t, &e), 0, "%s", e.text);
		t = (struct store_told){ 0 };
		cr_assert_eq(store_told_find(st, &t, &e), 0, "%s", e.text);
		cr_expect(t.until == 100 * i && t.before == 30);
	}
	cr_expect_eq(
	    store_told_note(st, &(struct store_told){ -1, 0 }, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
}

Test(records, cert_add_and_deliver)
{
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 1);
	s.cert.trans_id[0] = '\0'; /* the CA's own */
	cr_assert_eq(store_cert_add(st, &s.cert, NULL, &e), 0, "%s", e.text);
	cr_expect_eq(store_cert_add(st, &s.cert, NULL, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE);
	cr_expect_eq(
	    store_cert_delivered(st, &s.cert.serial, 77, NULL, NULL, &e), 0);
	cr_assert_eq(store_cert_find(st, &s.cert.serial, &c, &e), 0);
	cr_expect_eq(c.delivered_at, 77);
	cr_expect(span_eq(buf_span(&c.der), buf_span(&s.cert.der)));
	stored_cert_release(&c);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	sample_release(&s);
}

/* Serial numbers come in the order of the numbers, whatever their lengths. */
Test(records, cert_pages)
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
		cr_assert_eq(
		    store_cert_add(st, &s.cert, NULL, &e), 0, "%s", e.text);
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

Test(records, challenge_pages)
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
		sample_add_challenge(st, &s);
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

Test(records, challenge_taken)
{
	struct sample s, t;

	sample_init(&s, 1);
	sample_init(&t, 2);
	sample_add_challenge(st, &s);
	cr_expect_eq(store_challenge_add(st, &s.challenge, NULL, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE);
	strcpy(t.challenge.id, s.challenge.id); /* one id, two values */
	cr_expect_eq(store_challenge_add(st, &t.challenge, NULL, &e), -1);
	cr_expect(strstr(e.text, s.challenge.id) != NULL, "%s", e.text);
	memcpy(t.challenge.mac, s.challenge.mac, 32); /* one value, two ids */
	strcpy(t.challenge.id, "99");
	cr_expect_eq(store_challenge_add(st, &t.challenge, NULL, &e), -1);
	/* and the id that came first has not been left behind */
	cr_expect_eq(
	    store_challenge_revoke(st, "99", 1, NULL, &t.challenge, &e), -1);
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
ParameterizedTestParameters(records, revoke_by_prefix)
{
	static size_t idx[sizeof(revocations) / sizeof(revocations[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, records, revoke_by_prefix)
{
	static const char *const ids[] = { "abc", "abc1", "abc234", "ad12" };
	const char *id = revocations[*i].id;
	struct stored_challenge c;
	struct sample s;
	int rc;

	for (uint32_t n = 0; n < 4; n++) {
		sample_init(&s, n);
		strcpy(s.challenge.id, ids[n]);
		sample_add_challenge(st, &s);
		sample_release(&s);
	}
	rc = store_challenge_revoke(st, id, 500, NULL, &c, &e);
	cr_assert_eq(rc, revocations[*i].want == 0 ? 0 : -1, "%s", id);
	if (rc != 0) {
		cr_expect_eq((int)e.kind, revocations[*i].want, "%s", e.text);
		return;
	}
	cr_expect_eq(strncmp(c.id, id, strlen(id)), 0);
	cr_expect_eq(c.revoked_at, 500);
	cr_assert_eq(store_challenge_revoke(st, id, 600, NULL, &c, &e), 0);
	cr_expect_eq(c.revoked_at, 500, "twice is no error, the first counts");
	cr_assert_eq(store_challenge_find(st, c.mac, &c, &e), 0);
	cr_expect_eq(challenge_state(&c, 0), CHALLENGE_REVOKED);
}
