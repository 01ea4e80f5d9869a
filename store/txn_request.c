/*
 * txn_request.c - a request's record and everything that follows from it.
 */
#include <string.h>

#include "pubkey.h"
#include "txn_request.h"

int request_hash(const struct request_key *key, uint8_t id[32], struct err *e)
{
	struct rec_key k;

	if (rec_key_request(key, &k, e) != 0)
		return -1;
	return sha256_of((struct span){ k.b + 1, k.n - 1 }, id, e);
}

bool request_is_overdue(const struct stored_request *r, int64_t now)
{
	return r->state == REQUEST_PENDING && r->expires_at != 0 &&
	    now >= r->expires_at;
}

int request_entries(
    const struct stored_request *r, struct request_entries *x, struct err *e)
{
	uint8_t id[32];

	x->n = 0;
	if (request_hash(&r->key, id, e) != 0 ||
	    rec_key_trans_id(&r->key, &x->key[x->n++], e) != 0)
		return -1;
	rec_key_request_id(id, &x->key[x->n++]);
	if (request_is_open(r)) {
		rec_key_time(REC_OPEN, r->created_at, id, &x->key[x->n++]);
		if (rec_key_address(r->remote, id, &x->key[x->n++], e) != 0)
			return -1;
	}
	if (r->state == REQUEST_PENDING && r->expires_at != 0)
		rec_key_time(REC_EXPIRY, r->expires_at, id, &x->key[x->n++]);
	if (r->state == REQUEST_REJECTED || r->state == REQUEST_EXPIRED)
		rec_key_time(REC_FINISHED, r->decided_at, id, &x->key[x->n++]);
	return 0;
}

int txn_get_request(struct visit *v, const struct request_key *key,
    struct stored_request *r, struct err *e)
{
	struct span value;
	struct rec_key k;

	if (rec_key_request(key, &k, e) != 0 || txn_get(v, &k, &value, e) != 0)
		return -1;
	return rec_get_request(rec_key_span(&k), value, r, e);
}

int txn_follow(struct visit *v, const struct request_key *key,
    struct stored_request *r, struct err *e)
{
	struct err why;

	if (txn_get_request(v, key, r, &why) == 0)
		return 0;
	if (why.kind == ERR_NOT_FOUND)
		err_set(&why, ERR_STORE,
		    "an index leads to a request that is not there: run "
		    "scepca check");
	if (e != NULL)
		*e = why;
	return -1;
}

int txn_get_outcome(struct visit *v, const struct request_key *key,
    struct stored_request *r, struct stored_cert *c, struct err *e)
{
	struct stored_cert cert = { .der = { 0 } };
	struct stored_request got;
	struct err why;

	if (txn_get_request(v, key, &got, e) != 0)
		return -1;
	if (got.state == REQUEST_GRANTED &&
	    txn_get_cert(v, &got.serial, &cert, &why) != 0) {
		stored_request_release(&got);
		if (why.kind == ERR_NOT_FOUND)
			err_set(&why, ERR_STORE,
			    "granted request without its certificate");
		if (e != NULL)
			*e = why;
		return -1;
	}
	*r = got;
	*c = cert;
	return 0;
}

int txn_count_open(struct visit *v, struct rec_open *o, struct err *e)
{
	struct rec_key key;
	struct span value;
	struct err why;

	rec_key_state("open", &key);
	if (txn_get(v, &key, &value, &why) == 0)
		return rec_get_open(rec_key_span(&key), value, o, e);
	if (why.kind != ERR_NOT_FOUND) {
		if (e != NULL)
			*e = why;
		return -1;
	}
	*o = (struct rec_open){ .count = 0 }; /* there never was one */
	return 0;
}

static int count_open(struct visit *v, int by, struct err *e)
{
	struct buf value = { 0 };
	struct rec_open o;
	struct rec_key key;
	int rc = -1;

	if (by == 0)
		return 0;
	if (txn_count_open(v, &o, e) != 0)
		return -1;
	if (o.count + by < 0)
		return err_set(e, ERR_STORE,
		    "fewer open requests counted than there are: run scepca "
		    "check");
	o.count += by;
	o.changes++;
	rec_key_state("open", &key);
	if (rec_put_open(&o, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

static bool has_entry(
    const struct request_entries *x, const struct rec_key *key)
{
	size_t i;

	for (i = 0; i < x->n; i++)
		if (span_eq(rec_key_span(&x->key[i]), rec_key_span(key)))
			return true;
	return false;
}

static int put_entry(struct visit *v, const struct rec_key *key,
    const struct request_key *rk, struct err *e)
{
	struct buf value = { 0 };
	int rc = -1;

	if (rec_put_entry(key->b[0], rk, &value, e) == 0)
		rc = txn_put(v, key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* move_entries - those of `old` become those of `r`; either may be NULL */
static int move_entries(struct visit *v, const struct stored_request *old,
    const struct stored_request *r, struct err *e)
{
	struct request_entries was = { .n = 0 }, is = { .n = 0 };
	size_t i;

	if ((old != NULL && request_entries(old, &was, e) != 0) ||
	    (r != NULL && request_entries(r, &is, e) != 0))
		return -1;
	for (i = 0; i < was.n; i++)
		if (!has_entry(&is, &was.key[i]) &&
		    txn_del(v, &was.key[i], e) != 0)
			return -1;
	for (i = 0; i < is.n; i++)
		if (!has_entry(&was, &is.key[i]) &&
		    put_entry(v, &is.key[i], &r->key, e) != 0)
			return -1;
	return count_open(v,
	    (r != NULL && request_is_open(r)) -
		(old != NULL && request_is_open(old)),
	    e);
}

int txn_put_request(struct visit *v, const struct stored_request *old,
    const struct stored_request *r, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	if (rec_key_request(&r->key, &key, e) == 0 &&
	    rec_put_request(r, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc == 0 ? move_entries(v, old, r, e) : -1;
}

int txn_drop_request(
    struct visit *v, const struct stored_request *old, struct err *e)
{
	struct rec_key key;

	if (rec_key_request(&old->key, &key, e) != 0 ||
	    txn_del(v, &key, e) != 0)
		return -1;
	return move_entries(v, old, NULL, e);
}

int txn_close_request(struct visit *v, struct stored_request *r,
    enum request_state state, int64_t now, struct err *e)
{
	struct stored_request old = *r; /* the indexes need no CSR */

	r->state = state;
	r->decided_at = now;
	r->expires_at = 0;
	if (!request_is_open(r))
		buf_release(&r->csr);
	return txn_put_request(v, &old, r, e);
}

int txn_first_entry(struct visit *v, const struct rec_key *prefix,
    const struct rec_key *from, struct rec_key *entry, struct request_key *rk,
    bool *found, struct err *e)
{
	struct txn_scan s;
	int rc;

	*found = false;
	rc = txn_scan_from(v, &s, from, e);
	if (rc == 0 && !s.end && rec_begins(s.key, prefix)) {
		rc = rec_get_entry(s.key, s.value, rk, e);
		if (rc == 0) {
			*found = true;
			memcpy(entry->b, s.key.p, s.key.n);
			entry->n = s.key.n;
		}
	}
	txn_scan_end(&s);
	return rc;
}

int txn_expire(
    struct visit *v, int64_t now, size_t max, size_t *n, struct err *e)
{
	struct rec_key first, entry;
	struct stored_request r;
	struct request_key rk;
	bool found;
	int rc;

	rec_key_first(REC_EXPIRY, &first);
	for (*n = 0; *n < max; ++*n) {
		if (txn_first_entry(
			v, &first, &first, &entry, &rk, &found, e) != 0)
			return -1;
		if (!found || rec_time_of(rec_key_span(&entry)) > now)
			return 0;
		if (txn_follow(v, &rk, &r, e) != 0)
			return -1;
		if (!request_is_overdue(&r, now))
			rc = err_set(e, ERR_STORE,
			    "a request that is not overdue is listed as such: "
			    "run scepca check");
		else
			rc = txn_close_request(v, &r, REQUEST_EXPIRED, now, e);
		stored_request_release(&r);
		if (rc != 0)
			return -1;
	}
	return 0;
}
