/*
 * alike.h - names that an operator takes for one another: equal, or different
 * in case, in blanks and in what cannot be seen only (security.md T-17).
 */
#ifndef ALIKE_H
#define ALIKE_H

#include "buf.h"

/* What a name looks like. */
struct look {
	uint8_t b[16];
};

/* look_of - of a Name, DER */
int look_of(struct span name, struct look *l, struct err *e);
bool look_same(const struct look *a, const struct look *b);

/* The looks of many names: 16 bytes each.  All zero is an empty one. */
struct looks {
	struct look *all;
	size_t n, max;
	bool sorted;
};

int looks_add(struct looks *s, const struct look *l, struct err *e);

/* looks_count - how many of them are the same as `l` */
size_t looks_count(struct looks *s, const struct look *l);

void looks_release(struct looks *s);

#endif
