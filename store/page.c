#include "page.h"

static void drop(struct page *p)
{
	for (; p->n > 0; p->n--)
		if (p->drop != NULL)
			p->drop(p->items, p->n - 1);
}

static int read_page(struct visit *v, void *arg, struct err *e)
{
	struct page *p = arg;
	struct txn_scan s;
	int rc;

	drop(p);
	rc = txn_scan_from(v, &s, &p->after, e);
	if (rc == 0 && !s.end && span_eq(s.key, rec_key_span(&p->after)))
		rc = txn_scan_next(&s, e);
	while (rc == 0 && p->n < p->max && !s.end && rec_is(s.key, p->kind)) {
		rc = p->read(v, &s, p->items, p->n, e);
		if (rc == 0 && ++p->n < p->max)
			rc = txn_scan_next(&s, e);
	}
	txn_scan_end(&s);
	return rc;
}

int page_run(struct store *st, struct page *p, size_t *n, struct err *e)
{
	if (visit_run(st, VISIT_READ, read_page, p, e) != 0) {
		drop(p);
		return -1;
	}
	*n = p->n;
	return 0;
}
