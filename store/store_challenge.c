/*
 * store_challenge.c - challenges by keyed hash, and by short name for people.
 */
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "txn_audit.h"

enum challenge_state challenge_state(
    const struct stored_challenge *c, int64_t now)
{
	if (c->revoked_at != 0)
		return CHALLENGE_REVOKED;
	/* before expiry: using one again always looks like a breach (R108) */
	if (c->uses != CHALLENGE_UNLIMITED && c->used >= c->uses)
		return CHALLENGE_USED;
	if (c->expires_at != 0 && now >= c->expires_at)
		return CHALLENGE_EXPIRED;
	return CHALLENGE_GOOD;
}

/* Did an earlier run of this visit record it after all? */
static bool is_recorded(struct visit *v, const struct stored_challenge *c)
{
	struct stored_challenge have;

	return v->again && txn_get_challenge(v, c->mac, &have, NULL) == 0 &&
	    strcmp(have.id, c->id) == 0 && have.created_at == c->created_at;
}

struct addition {
	const struct stored_challenge *c;
	const char *audit;
};

static int add(struct visit *v, void *arg, struct err *e)
{
	const struct addition *a = arg;
	const struct stored_challenge *c = a->c;
	struct buf mac = { 0 }, value = { 0 };
	struct rec_key key, id;
	bool added;
	int rc = -1;

	if (is_recorded(v, c)) {
		v->undo = true;
		return 0;
	}
	rec_key_challenge(c->mac, &key);
	if (rec_key_challenge_id(c->id, &id, e) != 0 ||
	    rec_put_challenge_id(c->mac, &mac, e) != 0 ||
	    rec_put_challenge(c, &value, e) != 0)
		goto out;
	if (txn_add(v, &id, buf_span(&mac), &added, e) != 0)
		goto out;
	if (!added) {
		err_set(e, ERR_STORE, "challenge id %s is taken", c->id);
		goto out;
	}
	if (txn_add(v, &key, buf_span(&value), &added, e) != 0)
		goto out;
	if (!added) {
		err_set(e, ERR_STORE, "this challenge is there already");
		goto out;
	}
	rc = txn_audit(v, c->created_at, a->audit, e);
out:
	buf_release(&mac);
	buf_release(&value);
	return rc;
}

int store_challenge_add(struct store *st, const struct stored_challenge *c,
    const char *audit, struct err *e)
{
	struct addition a = { c, audit };

	return visit_run(st, VISIT_WRITE, add, &a, e);
}

int txn_use_challenge(struct visit *v, const uint8_t mac[32],
    const struct stored_request *by, int64_t now, bool *gone, struct err *e)
{
	struct stored_challenge c;
	struct buf value = { 0 };
	struct rec_key key;
	struct err why;
	int rc = -1;

	*gone = true;
	if (txn_get_challenge(v, mac, &c, &why) != 0) {
		if (why.kind == ERR_NOT_FOUND)
			return 0;
		if (e != NULL)
			*e = why;
		return -1;
	}
	if (challenge_state(&c, now) != CHALLENGE_GOOD)
		return 0;
	*gone = false;
	if (c.used < INT32_MAX) /* one without limit may go on for ever */
		c.used++;
	c.last_used_at = now;
	memcpy(c.last_key, by->key.key_hash, sizeof(c.last_key));
	memcpy(c.last_remote, by->remote, sizeof(c.last_remote));
	rec_key_challenge(c.mac, &key);
	if (rec_put_challenge(&c, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

static int find(struct visit *v, void *arg, struct err *e)
{
	struct stored_challenge *c = arg;
	uint8_t mac[32];

	memcpy(mac, c->mac, sizeof(mac));
	return txn_get_challenge(v, mac, c, e);
}

int store_challenge_find(struct store *st, const uint8_t mac[32],
    struct stored_challenge *c, struct err *e)
{
	struct stored_challenge got = { .used = 0 };

	memcpy(got.mac, mac, sizeof(got.mac));
	if (visit_run(st, VISIT_READ, find, &got, e) != 0)
		return -1;
	*c = got;
	return 0;
}

static int read_challenge(struct visit *v, const struct txn_scan *s,
    void *items, size_t i, struct err *e)
{
	(void)v;
	return rec_get_challenge(
	    s->key, s->value, (struct stored_challenge *)items + i, e);
}

int store_challenge_page(struct store *st, const uint8_t *after_mac,
    struct stored_challenge *page, size_t max, size_t *n, struct err *e)
{
	struct page p = { .kind = REC_CHALLENGE,
		.items = page,
		.max = max,
		.read = read_challenge };

	rec_key_first(REC_CHALLENGE, &p.after);
	if (after_mac != NULL)
		rec_key_challenge(after_mac, &p.after);
	return page_run(st, &p, n, e);
}

/* find_by_id - the one challenge whose id is, or else begins with, `id` */
static int find_by_id(
    struct visit *v, const char *id, struct stored_challenge *c, struct err *e)
{
	uint8_t mac[32], second[32];
	struct rec_key from;
	struct txn_scan s;
	size_t hits = 0;
	char name[16];
	int rc;

	if (rec_key_challenge_id(id, &from, e) != 0)
		return -1;
	rc = txn_scan_from(v, &s, &from, e);
	while (rc == 0 && hits < 2 && !s.end && s.key.n >= from.n &&
	    memcmp(s.key.p, from.b, from.n) == 0) {
		rc = rec_get_challenge_id(
		    s.key, s.value, name, hits == 0 ? mac : second, e);
		hits++;
		if (rc == 0 && s.key.n == from.n)
			break; /* in full */
		if (rc == 0)
			rc = txn_scan_next(&s, e);
	}
	txn_scan_end(&s);
	if (rc != 0)
		return -1;
	if (hits == 0)
		return err_set(e, ERR_NOT_FOUND, "no challenge %s", id);
	if (hits > 1)
		return err_set(e, ERR_INPUT,
		    "several challenges begin with %s: give more digits", id);
	memcpy(c->mac, mac, sizeof(mac));
	return find(v, c, e);
}

struct revocation {
	const char *id;
	int64_t now;
	const char *audit;
	struct stored_challenge c;
};

static int tell_revoked(
    struct visit *v, const struct revocation *r, struct err *e)
{
	char event[256];
	int n;

	if (r->audit == NULL)
		return 0;
	n = snprintf(event, sizeof(event), "%s id=%s", r->audit, r->c.id);
	if (n < 0 || (size_t)n >= sizeof(event))
		return err_set(e, ERR_INPUT, "event too long");
	return txn_audit(v, r->now, event, e);
}

static int revoke_once(struct visit *v, void *arg, struct err *e)
{
	struct revocation *r = arg;
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	if (find_by_id(v, r->id, &r->c, e) != 0)
		return -1;
	v->undo = r->c.revoked_at != 0;
	if (v->undo)
		return 0;
	r->c.revoked_at = r->now;
	if (tell_revoked(v, r, e) != 0)
		return -1;
	rec_key_challenge(r->c.mac, &key);
	if (rec_put_challenge(&r->c, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

int store_challenge_revoke(struct store *st, const char *id, int64_t now,
    const char *audit, struct stored_challenge *c, struct err *e)
{
	struct revocation r = { .id = id, .now = now, .audit = audit };

	if (visit_run(st, VISIT_WRITE, revoke_once, &r, e) != 0)
		return -1;
	*c = r.c;
	return 0;
}
