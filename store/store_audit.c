/*
 * store_audit.c - the audit log leaves the store, and is looked at.
 */
#include <string.h>

#include "txn_audit.h"

bool store_audit_due(const struct store *st)
{
	return st->audit_due;
}

/* settle - what was only noted so far becomes durable with this commit */
static int settle(struct visit *v, void *arg, struct err *e)
{
	struct rec_audit a;

	(void)arg;
	if (txn_get_audit(v, &a, e) != 0)
		return -1;
	v->undo = a.firm == a.seq;
	if (v->undo)
		return 0;
	a.firm = a.seq;
	return txn_put_audit(v, &a, e);
}

struct drain {
	struct audit_file *file;
	int64_t left;
};

static int drain(struct visit *v, void *arg, struct err *e)
{
	struct drain *d = arg;
	bool changed;

	if (txn_drain(v, d->file, &d->left, &changed, e) != 0)
		return -1;
	v->undo = !changed;
	return 0;
}

int store_audit_drain(struct store *st, struct audit_file *file, bool all,
    int64_t *left, struct err *e)
{
	struct drain d = { .file = file };

	if ((all && visit_run(st, VISIT_WRITE, settle, NULL, e) != 0) ||
	    visit_run(st, VISIT_NOTE, drain, &d, e) != 0)
		return -1;
	st->audit_due = false;
	*left = d.left;
	return 0;
}

struct look {
	int64_t after, written;
	struct audit_head head;
	struct buf *lines;
	size_t max, n;
};

static void drop(struct look *l)
{
	for (; l->n > 0; l->n--)
		buf_release(&l->lines[l->n - 1]);
}

static int look(struct visit *v, void *arg, struct err *e)
{
	struct look *l = arg;
	struct rec_audit a;
	struct rec_key from;
	struct txn_scan s;
	struct span line;
	int64_t seq;
	int rc;

	drop(l);
	if (txn_get_audit(v, &a, e) != 0)
		return -1;
	l->written = a.written;
	l->head.seq = a.seq;
	memcpy(l->head.chain, a.chain, sizeof(a.chain));
	rec_key_line(l->after + 1, &from);
	rc = txn_scan_from(v, &s, &from, e);
	while (rc == 0 && l->n < l->max && !s.end && rec_is(s.key, REC_LINE)) {
		l->lines[l->n] = (struct buf){ 0 };
		rc = rec_get_line(s.key, s.value, &seq, &line, e);
		if (rc == 0)
			rc = buf_put(&l->lines[l->n], line, e);
		if (rc == 0 && ++l->n < l->max)
			rc = txn_scan_next(&s, e);
	}
	txn_scan_end(&s);
	return rc;
}

int store_audit_page(struct store *st, int64_t after, struct audit_head *head,
    int64_t *written, struct buf *lines, size_t max, size_t *n, struct err *e)
{
	struct look l = { .after = after, .lines = lines, .max = max };

	if (visit_run(st, VISIT_READ, look, &l, e) != 0) {
		drop(&l);
		return -1;
	}
	*head = l.head;
	*written = l.written;
	*n = l.n;
	return 0;
}
