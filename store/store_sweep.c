/*
 * store_sweep.c - what time ends: requests that nobody decided, and records
 * that nobody needs any more.
 *
 * In visits of a bounded size: nobody has to wait for a long one.
 */
#include "txn_request.h"

enum { CHUNK = 100, LOOK = 500 };

struct sweep {
	int64_t now, before;
	size_t max, n;	     /* of this visit */
	struct rec_key from; /* challenges: where this visit begins */
	struct rec_key next; /* and where the one after it does */
	bool end;
};

static int expire(struct visit *v, void *arg, struct err *e)
{
	struct sweep *s = arg;

	if (txn_expire(v, s->now, s->max, &s->n, e) != 0)
		return -1;
	s->end = s->n < s->max;
	v->undo = s->n == 0;
	return 0;
}

static int forget_requests(struct visit *v, void *arg, struct err *e)
{
	struct rec_key first, entry;
	struct stored_request r;
	struct request_key rk;
	struct sweep *s = arg;
	bool found;
	int rc;

	rec_key_first(REC_FINISHED, &first);
	for (s->n = 0; s->n < s->max; s->n++) {
		if (txn_first_entry(
			v, &first, &first, &entry, &rk, &found, e) != 0)
			return -1;
		if (!found || rec_time_of(rec_key_span(&entry)) >= s->before)
			break;
		if (txn_follow(v, &rk, &r, e) != 0)
			return -1;
		if ((r.state != REQUEST_REJECTED &&
			r.state != REQUEST_EXPIRED) ||
		    r.decided_at >= s->before)
			rc = err_set(e, ERR_STORE,
			    "a request that is not finished is listed as such: "
			    "run scepca check");
		else
			rc = txn_drop_request(v, &r, e);
		stored_request_release(&r);
		if (rc != 0)
			return -1;
	}
	s->end = s->n < s->max;
	v->undo = s->n == 0;
	return 0;
}

/* When it was over for a challenge, whatever came first; INT64_MAX: not yet. */
static int64_t end_of(const struct stored_challenge *c)
{
	int64_t end = INT64_MAX;

	if (c->revoked_at != 0)
		end = c->revoked_at;
	if (c->expires_at != 0 && c->expires_at < end)
		end = c->expires_at;
	if (c->uses != CHALLENGE_UNLIMITED && c->used >= c->uses &&
	    c->last_used_at < end)
		end = c->last_used_at;
	return end;
}

static int forget_challenge(
    struct visit *v, const struct stored_challenge *c, struct err *e)
{
	struct rec_key key, id;

	rec_key_challenge(c->mac, &key);
	if (rec_key_challenge_id(c->id, &id, e) != 0 ||
	    txn_del(v, &key, e) != 0)
		return -1;
	return txn_del(v, &id, e);
}

/* Challenges are few: those that are over go.  A look at each will do. */
static int forget_challenges(struct visit *v, void *arg, struct err *e)
{
	struct stored_challenge over[CHUNK];
	struct sweep *s = arg;
	struct rec_key next = s->from;
	struct txn_scan scan;
	size_t looked, i;
	int rc;

	s->n = 0;
	rc = txn_scan_from(v, &scan, &s->from, e);
	for (looked = 0; rc == 0 && looked < LOOK && s->n < s->max; looked++) {
		if (scan.end || !rec_is(scan.key, REC_CHALLENGE))
			break;
		rc = rec_get_challenge(scan.key, scan.value, &over[s->n], e);
		if (rc != 0)
			break;
		rec_key_challenge(over[s->n].mac, &next);
		next.b[next.n++] = 0; /* the next key there can be */
		s->n += end_of(&over[s->n]) < s->before;
		rc = txn_scan_next(&scan, e);
	}
	s->end = looked < LOOK && s->n < s->max;
	txn_scan_end(&scan);
	for (i = 0; rc == 0 && i < s->n; i++)
		rc = forget_challenge(v, &over[i], e);
	v->undo = s->n == 0;
	if (rc == 0)
		s->next = next;
	return rc;
}

/* run - visit after visit, until there is no more or *n is max */
static int run(struct store *st, struct sweep *s,
    int (*work)(struct visit *v, void *arg, struct err *e), size_t max,
    size_t *n, struct err *e)
{
	for (s->end = false; !s->end && *n < max; *n += s->n) {
		s->max = max - *n < CHUNK ? max - *n : CHUNK;
		s->from = s->next;
		if (visit_run(st, VISIT_WRITE, work, s, e) != 0)
			return -1;
	}
	return 0;
}

int store_expire(
    struct store *st, int64_t now, size_t max, size_t *n, struct err *e)
{
	struct sweep s = { .now = now };
	size_t done = 0;

	if (run(st, &s, expire, max, &done, e) != 0)
		return -1;
	*n = done;
	return 0;
}

int store_purge(
    struct store *st, int64_t before, size_t max, size_t *n, struct err *e)
{
	struct sweep s = { .before = before };
	size_t done = 0;

	rec_key_first(REC_CHALLENGE, &s.next);
	if (run(st, &s, forget_requests, max, &done, e) != 0 ||
	    run(st, &s, forget_challenges, max, &done, e) != 0)
		return -1;
	*n = done;
	return 0;
}
