/*
 * What comes between while a CRL is made, and lists that come out wrong.  The
 * linker puts the functions __wrap_... of this file in front of the real ones.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "crl_home.h"

enum { DAY = 86400, LATE = 61 /* when a claim is over */ };

static void (*meanwhile)(struct store *st); /* once, before the first page */
static void (*spoil)(struct crl_fields *f); /* what is to be made */
static bool other_key;
static long flip; /* this octet of the list, from its end; 0: none */

int __real_store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e);
int __wrap_store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e);
int __wrap_store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e)
{
	void (*now)(struct store *) = meanwhile;

	meanwhile = NULL;
	if (now != NULL)
		now(st);
	return __real_store_revoked_page(st, after, page, max, n, e);
}

int __real_crl_make(const struct crl_fields *f, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);
int __wrap_crl_make(const struct crl_fields *f, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);
int __wrap_crl_make(const struct crl_fields *f, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e)
{
	struct privkey *another =
	    other_key ? test_key("dev1", "rsa:2048") : NULL;
	struct crl_fields changed = *f;
	int rc;

	if (spoil != NULL)
		spoil(&changed);
	rc = __real_crl_make(
	    &changed, other_key ? another : key, digest, der, e);
	if (flip != 0)
		der->p[der->n - (size_t)flip] ^= 1;
	privkey_free(another);
	return rc;
}

static struct ca_home h;

/* A list is out, and one certificate, number 1, is revoked since. */
static void begin(void)
{
	ca_home_make(&h, CA_RSA, "");
	cr_assert(crl_home_publish(&h, TEST_NOW - 1, false));
	crl_home_cert(&h, 1, TEST_NOW + 100 * DAY);
	crl_home_revoke(&h, 1, REASON_KEY_COMPROMISE, TEST_NOW);
	crl_home_cert(&h, 2, TEST_NOW + 100 * DAY);
}

static void end(void)
{
	ca_home_drop(&h);
}

TestSuite(crl_faults, .init = begin, .fini = end, .timeout = 60);

/* Another process found our claim over, and has published. */
static void overtake(struct store *st)
{
	int64_t number;
	bool claimed;

	ok(store_crl_claim(st, TEST_NOW + LATE, 60, &number, &claimed, e));
	cr_assert(claimed);
	ok(store_crl_done(
	    st, number, TEST_NOW + LATE, TEST_NOW + DAY, NULL, e));
}

/* T-19: numbers never fall, not even if we stand still while we make one */
Test(crl_faults, overtaken)
{
	struct crl_list before, after;
	struct crl_state s;

	crl_home_read(&h, &before);
	meanwhile = overtake;
	cr_expect_not(crl_home_publish(&h, TEST_NOW, false));
	crl_home_read(&h, &after);
	cr_expect(span_eq(buf_span(&before.der), buf_span(&after.der)));
	ok(store_crl_state(h.ca->store, &s, e));
	cr_expect_eq(s.this_update, TEST_NOW + LATE, "theirs is noted");
	crl_list_release(&before);
	crl_list_release(&after);
}

static void revoke_two(struct store *st)
{
	(void)st;
	crl_home_revoke(&h, 2, REASON_SUPERSEDED, TEST_NOW);
}

/* R176: a revocation during the making is in the next list at the latest */
Test(crl_faults, revoked_meanwhile)
{
	struct crl_list l;

	meanwhile = revoke_two;
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	cr_expect(crl_home_publish(&h, TEST_NOW, false), "it has changed");
	cr_expect_not(crl_home_publish(&h, TEST_NOW, false));
	crl_home_read(&h, &l);
	cr_expect_eq(l.n, 2);
	crl_list_release(&l);
}

static void no_entries(struct crl_fields *f)
{
	f->entries.n = 0;
}

static void another_number(struct crl_fields *f)
{
	f->number--;
}

static void another_time(struct crl_fields *f)
{
	f->this_update--;
}

static void another_end(struct crl_fields *f)
{
	f->next_update++;
}

static void another_issuer(struct crl_fields *f)
{
	f->issuer = SPAN_LIT("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c"
			     "\x02r1");
}

/* One octet of its date */
static void another_entry(struct crl_fields *f)
{
	static uint8_t entry[64];

	memcpy(entry, f->entries.p, f->entries.n);
	entry[f->entries.n - 14 - 1 - 8] = '9';
	f->entries.p = entry;
}

static const struct {
	void (*spoil)(struct crl_fields *f);
	bool other_key;
	long flip;
} wrongs[] = {
	{ no_entries, false, 0 }, { another_number, false, 0 },
	{ another_time, false, 0 }, { another_end, false, 0 },
	{ another_issuer, false, 0 }, { another_entry, false, 0 },
	{ NULL, true, 0 }, { NULL, false, 1 }, /* of the signature */
	{ NULL, false, 256 + 40 },	       /* of what is signed */
};

ParameterizedTestParameters(crl_faults, wrong)
{
	static size_t idx[COUNT(wrongs)];

	for (size_t n = 0; n < COUNT(idx); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, COUNT(idx));
}

/* Whatever made it wrong, it is not published, and the next one may be. */
ParameterizedTest(size_t *i, crl_faults, wrong)
{
	struct crl_list before, after;
	struct err bad;
	bool made;

	crl_home_read(&h, &before);
	spoil = wrongs[*i].spoil;
	other_key = wrongs[*i].other_key;
	flip = wrongs[*i].flip;
	cr_expect_eq(
	    crl_publish(h.ca, TEST_NOW, false, &made, &bad), -1, "row %zu", *i);
	crl_home_read(&h, &after);
	cr_expect(span_eq(buf_span(&before.der), buf_span(&after.der)));
	crl_list_release(&before);
	crl_list_release(&after);
	spoil = NULL;
	other_key = false;
	flip = 0;
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	crl_home_read(&h, &after);
	cr_expect_eq(after.n, 1);
	crl_list_release(&after);
}
