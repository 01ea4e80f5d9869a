/*
 * store_failure.c - wrong challenges: two counts, one for the address and one
 * for all of them, in one visit that does not wait for the disk.
 */
#include <string.h>

#include "page.h"

enum { CHUNK = 100 };

/* How many slots have begun since; the clock may have been set back. */
static int64_t age_of(const struct failures *f, int64_t now)
{
	int64_t slot = now / FAILURE_SLOT_SECONDS;

	return slot > f->slot ? slot - f->slot : 0;
}

void failures_add(struct failures *f, int64_t now)
{
	int64_t age = age_of(f, now);

	for (int64_t i = FAILURE_SLOTS - 1; age > 0 && i >= 0; i--)
		f->n[i] = i >= age ? f->n[i - age] : 0;
	f->slot = now / FAILURE_SLOT_SECONDS;
	f->last = now;
	if (f->n[0] < INT32_MAX)
		f->n[0]++;
}

int32_t failures_weight(const struct failures *f, int64_t now)
{
	int64_t age = age_of(f, now), sum = 0;

	for (int64_t i = 0; i + age < FAILURE_SLOTS; i++)
		sum += f->n[i] >> (i + age);
	return sum < INT32_MAX ? (int32_t)sum : INT32_MAX;
}

int64_t failures_hour(const struct failures *f, int64_t now)
{
	int64_t age = age_of(f, now), sum = 0;

	for (int64_t i = 0; i + age < FAILURE_SLOTS; i++)
		sum += f->n[i];
	return sum;
}

/* ---- both counts ---- */

static int get_all(struct visit *v, struct rec_failures *all, struct err *e)
{
	struct span value;
	struct rec_key key;
	struct err why;

	rec_key_state("failures", &key);
	if (txn_get(v, &key, &value, &why) == 0)
		return rec_get_all_failures(rec_key_span(&key), value, all, e);
	if (why.kind != ERR_NOT_FOUND)
		return err_set(e, why.kind, "%s", why.text);
	*all = (struct rec_failures){ .addresses = 0 };
	return 0;
}

static int put_all(
    struct visit *v, const struct rec_failures *all, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = rec_put_all_failures(all, &value, e);

	rec_key_state("failures", &key);
	if (rc == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* What is known of an address; *is: anything. */
static int get_one(struct visit *v, const struct rec_key *key,
    struct failures *f, bool *is, struct err *e)
{
	struct span value;
	struct err why;

	*is = txn_get(v, key, &value, &why) == 0;
	if (*is)
		return rec_get_failures(rec_key_span(key), value, f, e);
	if (why.kind != ERR_NOT_FOUND)
		return err_set(e, why.kind, "%s", why.text);
	return 0;
}

static int put_one(struct visit *v, const struct rec_key *key,
    const struct failures *f, struct err *e)
{
	struct buf value = { 0 };
	int rc = rec_put_failures(f, &value, e);

	if (rc == 0)
		rc = txn_put(v, key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* ---- one more ---- */

/* The address that was heard of the longest ago makes room for another. */
static int forget_oldest(
    struct visit *v, struct rec_failures *all, struct err *e)
{
	char remote[sizeof(all->all.remote)] = "";
	struct rec_key first, key;
	int64_t oldest = INT64_MAX;
	struct failures f;
	struct txn_scan s;
	int rc;

	rec_key_first(REC_FAILURES, &first);
	rc = txn_scan_from(v, &s, &first, e);
	while (rc == 0 && !s.end && rec_is(s.key, REC_FAILURES)) {
		rc = rec_get_failures(s.key, s.value, &f, e);
		if (rc == 0 && f.last < oldest) {
			oldest = f.last;
			memcpy(remote, f.remote, sizeof(remote));
		}
		if (rc == 0)
			rc = txn_scan_next(&s, e);
	}
	txn_scan_end(&s);
	if (rc != 0)
		return -1;
	if (remote[0] == '\0') { /* the count was wrong */
		all->addresses = 0;
		return 0;
	}
	all->addresses--;
	return rec_key_failures(remote, &key, e) == 0 ? txn_del(v, &key, e)
						      : -1;
}

struct note {
	const struct failure *f;
	struct failures from;
	struct stored_challenge reused;
};

/* R108: that it was tried again, for scepca check to tell. */
static int mark_reused(struct visit *v, struct note *n, struct err *e)
{
	struct stored_challenge *c = &n->reused;
	struct buf value = { 0 };
	struct rec_key key;
	struct err why;
	int rc;

	*c = (struct stored_challenge){ .used = 0 };
	if (n->f->reused_mac == NULL)
		return 0;
	if (txn_get_challenge(v, n->f->reused_mac, c, &why) != 0)
		return why.kind == ERR_NOT_FOUND
		    ? 0
		    : err_set(e, why.kind, "%s", why.text);
	if (challenge_state(c, n->f->now) != CHALLENGE_USED)
		return 0;
	c->reused_at = n->f->now;
	if (c->reuses < INT32_MAX)
		c->reuses++;
	rec_key_challenge(c->mac, &key);
	rc = rec_put_challenge(c, &value, e);
	if (rc == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

static int note(struct visit *v, void *arg, struct err *e)
{
	struct note *n = arg;
	struct failures *from = &n->from;
	struct rec_failures all;
	struct rec_key key;
	bool known;

	*from = (struct failures){ .last = 0 };
	if (rec_key_failures(n->f->remote, &key, e) != 0 ||
	    get_all(v, &all, e) != 0 || get_one(v, &key, from, &known, e) != 0)
		return -1;
	if (!known) {
		strcpy(from->remote, n->f->remote); /* as long as a key's */
		if (all.addresses >= FAILURE_ADDRESSES_MAX &&
		    forget_oldest(v, &all, e) != 0)
			return -1;
		all.addresses++;
	}
	failures_add(from, n->f->now);
	failures_add(&all.all, n->f->now);
	if (put_one(v, &key, from, e) != 0 || put_all(v, &all, e) != 0)
		return -1;
	return mark_reused(v, n, e);
}

int store_failure_note(struct store *st, const struct failure *f,
    struct failures *from, struct stored_challenge *reused, struct err *e)
{
	struct note n = { .f = f };

	if (visit_run(st, VISIT_NOTE, note, &n, e) != 0)
		return -1;
	*from = n.from;
	*reused = n.reused;
	return 0;
}

/* ---- all of them ---- */

static int read_all(struct visit *v, void *arg, struct err *e)
{
	return get_all(v, arg, e);
}

int store_failure_all(struct store *st, struct failures *all, struct err *e)
{
	struct rec_failures got;

	if (visit_run(st, VISIT_READ, read_all, &got, e) != 0)
		return -1;
	*all = got.all;
	return 0;
}

static int read_one(struct visit *v, const struct txn_scan *s, void *items,
    size_t i, struct err *e)
{
	(void)v;
	return rec_get_failures(
	    s->key, s->value, (struct failures *)items + i, e);
}

int store_failure_page(struct store *st, const char *after_remote,
    struct failures *page, size_t max, size_t *n, struct err *e)
{
	struct page p = { .kind = REC_FAILURES,
		.items = page,
		.max = max,
		.read = read_one };

	rec_key_first(REC_FAILURES, &p.after);
	if (after_remote != NULL &&
	    rec_key_failures(after_remote, &p.after, e) != 0)
		return -1;
	return page_run(st, &p, n, e);
}

/* ---- and what is over ---- */

struct purge {
	int64_t now;
	size_t n; /* of this visit */
};

static int purge(struct visit *v, void *arg, struct err *e)
{
	struct failures over[CHUNK], f;
	struct rec_failures all;
	struct purge *p = arg;
	struct rec_key key;
	struct txn_scan s;
	int rc;

	p->n = 0;
	rec_key_first(REC_FAILURES, &key);
	rc = txn_scan_from(v, &s, &key, e);
	while (
	    rc == 0 && p->n < CHUNK && !s.end && rec_is(s.key, REC_FAILURES)) {
		rc = rec_get_failures(s.key, s.value, &f, e);
		if (rc == 0 && failures_hour(&f, p->now) == 0)
			over[p->n++] = f;
		if (rc == 0)
			rc = txn_scan_next(&s, e);
	}
	txn_scan_end(&s);
	v->undo = p->n == 0;
	if (rc != 0 || p->n == 0)
		return rc;
	rc = get_all(v, &all, e);
	for (size_t i = 0; rc == 0 && i < p->n; i++) {
		rc = rec_key_failures(over[i].remote, &key, e);
		if (rc == 0)
			rc = txn_del(v, &key, e);
		all.addresses -= all.addresses > 0;
	}
	return rc == 0 ? put_all(v, &all, e) : -1;
}

int store_failure_purge(struct store *st, int64_t now, struct err *e)
{
	struct purge p = { .now = now };

	do
		if (visit_run(st, VISIT_WRITE, purge, &p, e) != 0)
			return -1;
	while (p.n == CHUNK);
	return 0;
}
