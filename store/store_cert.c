/*
 * store_cert.c - certificates by serial number.
 */
#include "page.h"
#include "txn_audit.h"
#include "txn_cert.h"

void stored_cert_release(struct stored_cert *c)
{
	buf_release(&c->der);
	*c = (struct stored_cert){ .der = { 0 } };
}

static int find(struct visit *v, void *arg, struct err *e)
{
	struct stored_cert *c = arg;
	struct serial serial = c->serial;

	return txn_get_cert(v, &serial, c, e);
}

int store_cert_find(struct store *st, const struct serial *serial,
    struct stored_cert *c, struct err *e)
{
	struct stored_cert got = { .serial = *serial };

	if (visit_run(st, VISIT_READ, find, &got, e) != 0)
		return -1;
	*c = got;
	return 0;
}

static int read_cert(struct visit *v, const struct txn_scan *s, void *items,
    size_t i, struct err *e)
{
	(void)v;
	return rec_get_cert(
	    s->key, s->value, (struct stored_cert *)items + i, e);
}

static void drop_cert(void *items, size_t i)
{
	stored_cert_release((struct stored_cert *)items + i);
}

int store_cert_page(struct store *st, const struct serial *after,
    struct stored_cert *page, size_t max, size_t *n, struct err *e)
{
	struct page p = { .kind = REC_CERT,
		.items = page,
		.max = max,
		.read = read_cert,
		.drop = drop_cert };

	rec_key_first(REC_CERT, &p.after);
	if (after != NULL && rec_key_cert(after, &p.after, e) != 0)
		return -1;
	return page_run(st, &p, n, e);
}

static bool is_recorded(struct visit *v, const struct stored_cert *c)
{
	struct stored_cert have;
	bool same;

	if (txn_get_cert(v, &c->serial, &have, NULL) != 0)
		return false;
	same = span_eq(buf_span(&have.der), buf_span(&c->der));
	stored_cert_release(&have);
	return same;
}

struct addition {
	const struct stored_cert *c;
	const char *audit;
};

static int add(struct visit *v, void *arg, struct err *e)
{
	const struct addition *a = arg;
	bool added;

	if (txn_add_cert(v, a->c, &added, e) != 0)
		return -1;
	if (added)
		return txn_audit(v, a->c->issued_at, a->audit, e);
	if (!v->again || !is_recorded(v, a->c))
		return err_set(e, ERR_STORE, "this serial number is taken");
	return 0;
}

int store_cert_add(struct store *st, const struct stored_cert *c,
    const char *audit, struct err *e)
{
	struct addition a = { c, audit };

	return visit_run(st, VISIT_WRITE, add, &a, e);
}

struct delivery {
	const struct serial *serial;
	int64_t now;
	const char *audit;
	struct audit_file *file;
	bool drained;
};

static int note_delivery(struct visit *v, void *arg, struct err *e)
{
	struct delivery *d = arg;
	struct stored_cert c;
	bool first, changed;
	int64_t left;
	int rc;

	/* in front of our own line, whose commit is not durable */
	d->drained =
	    d->file != NULL && txn_drain(v, d->file, &left, &changed, e) == 0;
	if (v->broken || txn_get_cert(v, d->serial, &c, e) != 0)
		return -1;
	first = c.delivered_at == 0;
	c.delivered_at = d->now;
	rc = txn_put_cert(v, &c, e);
	stored_cert_release(&c);
	return rc == 0 && first ? txn_audit(v, d->now, d->audit, e) : rc;
}

int store_cert_delivered(struct store *st, const struct serial *serial,
    int64_t now, const char *audit, struct audit_file *file, struct err *e)
{
	struct delivery d = {
		.serial = serial, .now = now, .audit = audit, .file = file
	};

	if (visit_run(st, VISIT_NOTE, note_delivery, &d, e) != 0)
		return -1;
	st->audit_due = st->audit_due && !d.drained;
	return 0;
}

struct namesakes {
	const uint8_t *name_hash;
	const struct serial *except;
	int64_t now;
	size_t max, n;
};

static int count_named(struct visit *v, void *arg, struct err *e)
{
	struct namesakes *s = arg;

	return txn_count_named(
	    v, s->name_hash, s->now, s->except, s->max, &s->n, e);
}

int store_cert_named(struct store *st, const uint8_t name_hash[32], int64_t now,
    const struct serial *except, size_t max, size_t *n, struct err *e)
{
	struct namesakes s = { name_hash, except, now, max, 0 };

	if (visit_run(st, VISIT_READ, count_named, &s, e) != 0)
		return -1;
	*n = s.n;
	return 0;
}

struct key_search {
	const struct key_claim *claim;
	int (*look)(struct visit *v, const struct key_claim *claim, bool *found,
	    struct stored_cert *other, struct err *e);
	bool found;
	struct stored_cert other;
};

static int find_key(struct visit *v, void *arg, struct err *e)
{
	struct key_search *s = arg;

	stored_cert_release(&s->other);
	return s->look(v, s->claim, &s->found, &s->other, e);
}

static int search_key(struct store *st, struct key_search *s, bool *found,
    struct stored_cert *other, struct err *e)
{
	if (visit_run(st, VISIT_READ, find_key, s, e) != 0) {
		stored_cert_release(&s->other);
		return -1;
	}
	*found = s->found;
	*other = s->other;
	return 0;
}

int store_cert_key_elsewhere(struct store *st, const struct key_claim *claim,
    bool *found, struct stored_cert *other, struct err *e)
{
	struct key_search s = { .claim = claim, .look = txn_key_elsewhere };

	return search_key(st, &s, found, other, e);
}

int store_cert_presented_elsewhere(struct store *st,
    const struct key_claim *claim, bool *found, struct stored_cert *last,
    struct err *e)
{
	struct key_search s = { .claim = claim,
		.look = txn_presented_elsewhere };

	return search_key(st, &s, found, last, e);
}
