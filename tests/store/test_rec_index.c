/*
 * test_rec_index.c - the small records as octets: what an index has in it, and
 * what there is one of.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "rec.h"
#include "store_fixture.h"

static const uint8_t id[32] = { 9, 8, 7 };
static const struct serial serial = { 3, { 1, 2, 3 } };
static const struct stored_cert by_key = {
	.serial = { 3, { 1, 2, 3 } },
	.not_after = -5,
	.key_hash = { 6, 5 },
	.name_hash = { 9, 8, 7 },
};
static const struct request_key request = { { 1, 2 }, "a transaction" };

enum {
	NAME,
	PUBKEY,
	PRESENTED,
	REVOKED,
	OPEN_COUNT,
	CRL,
	TOLD,
	REQUEST_ID,
	TRANS_ID,
	AGE,
	EXPIRY,
	FINISHED,
	ADDRESS,
	NO_ADDRESS,
	KINDS
};

static const char *const names[KINDS] = { "name", "key", "presented", "revoked",
	"open", "crl", "told", "id", "transactionID", "age", "expiry",
	"finished", "address", "no address" };

struct example {
	struct rec_key key;
	struct buf value;
};

static const struct revoked a_revoked = { { 3, { 1, 2, 3 } }, 11, 12, 13 };
static const struct rec_open an_open = { 21, 22 };
static const struct rec_crl a_crl = { 31, 32, 33, 39, 34, 36, 37, 38 };

static const struct store_told a_told = { 41, 42 };

static void make_key(int kind, struct rec_key *k)
{
	int rc = 0;

	switch (kind) {
	case NAME:
		rc = rec_key_name(id, -5, &serial, k, NULL);
		break;
	case PUBKEY:
		rc = rec_key_pubkey(&by_key, k, NULL);
		break;
	case PRESENTED:
		rec_key_presented(id, k);
		break;
	case REVOKED:
		rc = rec_key_revoked(&serial, k, NULL);
		break;
	case OPEN_COUNT:
		rec_key_state("open", k);
		break;
	case CRL:
		rec_key_state("crl", k);
		break;
	case TOLD:
		rec_key_state("told", k);
		break;
	case REQUEST_ID:
		rec_key_request_id(id, k);
		break;
	case TRANS_ID:
		rc = rec_key_trans_id(&request, k, NULL);
		break;
	case AGE:
		rec_key_time(REC_OPEN, INT64_MIN, id, k);
		break;
	case EXPIRY:
		rec_key_time(REC_EXPIRY, -1, id, k);
		break;
	case FINISHED:
		rec_key_time(REC_FINISHED, INT64_MAX, id, k);
		break;
	case ADDRESS:
		rc = rec_key_address("2001:db8::1", id, k, NULL);
		break;
	case NO_ADDRESS:
		rc = rec_key_address("", id, k, NULL);
		break;
	}
	cr_assert_eq(rc, 0, "%s", names[kind]);
}

static void encode(int kind, struct example *x)
{
	int rc;

	*x = (struct example){ .value = { 0 } };
	make_key(kind, &x->key);
	switch (kind) {
	case NAME:
		rc = rec_put_name(&x->value, NULL);
		break;
	case PUBKEY:
		rc = rec_put_pubkey(&x->value, NULL);
		break;
	case PRESENTED:
		rc = rec_put_presented(&serial, &x->value, NULL);
		break;
	case REVOKED:
		rc = rec_put_revoked(&a_revoked, &x->value, NULL);
		break;
	case OPEN_COUNT:
		rc = rec_put_open(&an_open, &x->value, NULL);
		break;
	case CRL:
		rc = rec_put_crl(&a_crl, &x->value, NULL);
		break;
	case TOLD:
		rc = rec_put_told(&a_told, &x->value, NULL);
		break;
	default:
		rc = rec_put_entry(x->key.b[0], &request, &x->value, NULL);
	}
	cr_assert_eq(rc, 0, "%s", names[kind]);
}

/* Decode and encode again: 0 and the same octets, or -1. */
static int decode(int kind, struct span key, struct span value,
    struct buf *again, struct err *e)
{
	struct request_key rk;
	struct rec_open open;
	struct stored_cert c;
	struct revoked r;
	struct rec_crl crl;
	struct store_told told;
	struct serial got;
	uint8_t hash[32];

	switch (kind) {
	case NAME:
		return rec_get_name(key, value, &c, e) != 0
		    ? -1
		    : rec_put_name(again, e);
	case PUBKEY:
		return rec_get_pubkey(key, value, &c, e) != 0
		    ? -1
		    : rec_put_pubkey(again, e);
	case PRESENTED:
		return rec_get_presented(key, value, hash, &got, e) != 0
		    ? -1
		    : rec_put_presented(&got, again, e);
	case REVOKED:
		return rec_get_revoked(key, value, &r, e) != 0
		    ? -1
		    : rec_put_revoked(&r, again, e);
	case OPEN_COUNT:
		return rec_get_open(key, value, &open, e) != 0
		    ? -1
		    : rec_put_open(&open, again, e);
	case CRL:
		return rec_get_crl(key, value, &crl, e) != 0
		    ? -1
		    : rec_put_crl(&crl, again, e);
	case TOLD:
		return rec_get_told(key, value, &told, e) != 0
		    ? -1
		    : rec_put_told(&told, again, e);
	}
	return rec_get_entry(key, value, &rk, e) != 0
	    ? -1
	    : rec_put_entry(key.p[0], &rk, again, e);
}

/* Round trip, every truncation, every other octet, what trails, versions. */
Test(rec_index, values)
{
	struct buf again = { 0 };
	struct example x;
	struct span cut;
	struct err e;
	uint8_t *copy;
	size_t n;

	for (int kind = 0; kind < KINDS; kind++) {
		encode(kind, &x);
		cr_expect_eq(decode(kind, rec_key_span(&x.key),
				 buf_span(&x.value), &again, &e),
		    0, "%s: %s", names[kind], e.text);
		cr_expect(span_eq(buf_span(&again), buf_span(&x.value)), "%s",
		    names[kind]);
		for (n = 0; n < x.value.n; n++) {
			/* on the heap: the sanitizer sees a read behind it */
			copy = malloc(n + (n == 0));
			memcpy(copy, x.value.p, n);
			cut = (struct span){ copy, n };
			cr_expect_eq(decode(kind, rec_key_span(&x.key), cut,
					 &again, NULL),
			    -1, "%s cut at %zu", names[kind], n);
			free(copy);
		}
		for (n = 0; n < x.value.n; n++) {
			x.value.p[n] ^= 0x81;
			buf_cut(&again, 0);
			if (decode(kind, rec_key_span(&x.key),
				buf_span(&x.value), &again, NULL) == 0)
				cr_expect(span_eq(buf_span(&again),
					      buf_span(&x.value)),
				    "%s at %zu", names[kind], n);
			cr_expect(n > 0 || again.n == 0, "other version");
			x.value.p[n] ^= 0x81;
		}
		cr_assert_eq(buf_put(&x.value, SPAN_LIT("\0"), NULL), 0);
		cr_expect_eq(decode(kind, rec_key_span(&x.key),
				 buf_span(&x.value), &again, &e),
		    -1);
		cr_expect_eq(e.kind, ERR_STORE);
		buf_cut(&again, 0);
		buf_release(&x.value);
	}
	buf_release(&again);
}

/* A key is what it is for its kind, whole, and of no other kind. */
Test(rec_index, keys)
{
	struct buf again = { 0 };
	struct rec_key k;
	struct example x;
	struct span key;
	size_t n;

	for (int kind = 0; kind < KINDS; kind++) {
		encode(kind, &x);
		for (n = 0; n <= x.key.n + 1; n++) {
			k = x.key;
			k.b[k.n] = 1;
			key = (struct span){ k.b, n };
			/* a transactionID may be shorter: no NUL then */
			cr_expect_eq(
			    decode(kind, key, buf_span(&x.value), &again, NULL),
			    n == x.key.n ? 0 : -1, "%s: %zu of %zu",
			    names[kind], n, x.key.n);
		}
		k = x.key;
		k.b[0] = 'Z';
		cr_expect_eq(decode(kind, rec_key_span(&k), buf_span(&x.value),
				 &again, NULL),
		    -1, "%s", names[kind]);
		buf_release(&x.value);
	}
	buf_release(&again);
}

/* What they say. */
Test(rec_index, fields)
{
	static const int64_t times[] = { INT64_MIN, -2, -1, 0, 1, 255, 256,
		INT64_MAX };
	struct rec_key k, next;
	struct request_key rk;
	struct rec_open open;
	struct stored_cert c;
	struct revoked r;
	struct example x;
	struct rec_crl crl;
	struct store_told told;
	struct serial got;
	uint8_t hash[32];
	size_t n;

	encode(NAME, &x);
	cr_assert_eq(
	    rec_get_name(rec_key_span(&x.key), buf_span(&x.value), &c, NULL),
	    0);
	cr_expect(c.not_after == -5 && c.serial.n == 3 && c.serial.b[2] == 3);
	cr_expect_arr_eq(c.name_hash, id, 32);
	buf_release(&x.value);

	encode(PUBKEY, &x);
	cr_assert_eq(
	    rec_get_pubkey(rec_key_span(&x.key), buf_span(&x.value), &c, NULL),
	    0);
	cr_expect(c.not_after == -5 && c.serial.n == 3 && c.serial.b[2] == 3);
	cr_expect_arr_eq(c.key_hash, by_key.key_hash, 32);
	cr_expect_arr_eq(c.name_hash, by_key.name_hash, 32);
	buf_release(&x.value);

	encode(PRESENTED, &x);
	cr_assert_eq(rec_get_presented(rec_key_span(&x.key), buf_span(&x.value),
			 hash, &got, NULL),
	    0);
	cr_expect(got.n == 3 && got.b[2] == 3);
	cr_expect_arr_eq(hash, id, 32);
	buf_release(&x.value);

	encode(REVOKED, &x);
	cr_assert_eq(
	    rec_get_revoked(rec_key_span(&x.key), buf_span(&x.value), &r, NULL),
	    0);
	cr_expect(r.serial.n == 3 && r.serial.b[0] == 1);
	cr_expect(r.revoked_at == 11 && r.not_after == 12 && r.reason == 13);
	buf_release(&x.value);

	encode(OPEN_COUNT, &x);
	cr_assert_eq(
	    rec_get_open(rec_key_span(&x.key), buf_span(&x.value), &open, NULL),
	    0);
	cr_expect(open.count == 21 && open.changes == 22);
	buf_release(&x.value);

	encode(CRL, &x);
	cr_assert_eq(
	    rec_get_crl(rec_key_span(&x.key), buf_span(&x.value), &crl, NULL),
	    0);
	cr_expect_arr_eq(&crl, &a_crl, sizeof(crl));
	buf_release(&x.value);

	encode(TOLD, &x);
	cr_assert_eq(
	    rec_get_told(rec_key_span(&x.key), buf_span(&x.value), &told, NULL),
	    0);
	cr_expect(told.until == 41 && told.before == 42);
	buf_release(&x.value);

	for (int kind = REQUEST_ID; kind < KINDS; kind++) {
		encode(kind, &x);
		memset(&rk, 0, sizeof(rk));
		cr_assert_eq(rec_get_entry(rec_key_span(&x.key),
				 buf_span(&x.value), &rk, NULL),
		    0);
		cr_expect_arr_eq(rk.key_hash, request.key_hash, 32);
		cr_expect_str_eq(rk.trans_id, request.trans_id);
		buf_release(&x.value);
	}

	for (n = 0; n < 8; n++) { /* the order of keys is that of time */
		rec_key_time(REC_OPEN, times[n], id, &k);
		cr_expect_eq(rec_time_of(rec_key_span(&k)), times[n]);
		if (n > 0)
			cr_expect(memcmp(next.b, k.b, k.n) < 0, "%zu", n);
		next = k;
	}
	/* one address is not the beginning of another */
	rec_key_address("10.0.0.1", NULL, &k, NULL);
	rec_key_address("10.0.0.11", id, &next, NULL);
	cr_expect(!rec_begins(rec_key_span(&next), &k));
}

static const struct {
	const char *name;
	struct rec_crl c;
} bad_crls[] = {
	{ "negative number", { .number = -1 } },
	{ "published, but not claimed", { .number = 2, .claimed_number = 1 } },
	{ "no number above", { .claimed_number = INT64_MAX } },
	{ "more published than claimed", { .changes = 2, .published = 1 } },
	{ "more claimed than there were", { .claimed = 1 } },
	{ "negative", { .published = -1 } },
	{ "no change above", { .changes = INT64_MAX } },
};

/* What cannot be read back is not written, and a key must fit. */
Test(rec_index, encode_refuses)
{
	struct request_key rk = request;
	struct buf out = { 0 };
	struct rec_key k;
	char remote[64];
	size_t n;

	for (n = 0; n < sizeof(bad_crls) / sizeof(bad_crls[0]); n++)
		cr_expect_eq(rec_put_crl(&bad_crls[n].c, &out, NULL), -1, "%s",
		    bad_crls[n].name);
	cr_expect_eq(rec_put_open(&(struct rec_open){ -1, 1 }, &out, NULL), -1);
	cr_expect_eq(rec_put_open(&(struct rec_open){ 2, 1 }, &out, NULL), -1);
	memset(rk.trans_id, 'x', sizeof(rk.trans_id));
	cr_expect_eq(rec_put_entry(REC_OPEN, &rk, &out, NULL), -1);
	cr_expect_eq(rec_key_trans_id(&rk, &k, NULL), -1);
	rk.trans_id[255] = '\0';
	cr_expect_eq(rec_key_trans_id(&rk, &k, NULL), 0);
	cr_expect_eq(k.n, REC_KEY_MAX);
	rk.trans_id[0] = '\0';
	cr_expect_eq(rec_put_entry(REC_OPEN, &rk, &out, NULL), -1);
	cr_expect_eq(rec_key_trans_id(&rk, &k, NULL), -1);
	cr_expect_eq(out.n, 0);
	memset(remote, 'x', sizeof(remote));
	cr_expect_eq(rec_key_address(remote, id, &k, NULL), -1);
	remote[63] = '\0';
	cr_expect_eq(rec_key_address(remote, id, &k, NULL), 0);
	cr_expect_eq(
	    rec_key_name(id, 0, &(struct serial){ 0, { 0 } }, &k, NULL), -1);
	cr_expect_eq(
	    rec_key_revoked(&(struct serial){ .n = 21 }, &k, NULL), -1);
	cr_expect_eq(
	    rec_put_presented(&(struct serial){ .n = 0 }, &out, NULL), -1);
	buf_release(&out);
}
