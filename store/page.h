/*
 * page.h - a stretch of records of one kind, in the order of their keys, read
 * in one short visit: a long listing keeps nobody waiting.
 */
#ifndef PAGE_H
#define PAGE_H

#include "txn.h"

struct page {
	enum rec_kind kind;
	struct rec_key after; /* begin behind it: a key, or only the kind */
	void *items;	      /* an array of max */
	size_t max, n;
	/* decode a record into items[i] */
	int (*read)(struct visit *v, const struct txn_scan *s, void *items,
	    size_t i, struct err *e);
	void (*drop)(void *items, size_t i); /* NULL: nothing to release */
};

/* page_run - *n is how many were read; on -1 nothing is to be released */
int page_run(struct store *st, struct page *p, size_t *n, struct err *e);

#endif
