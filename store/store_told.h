/*
 * store_told.h - up to when the end of certificates has been told of.
 */
#ifndef STORE_TOLD_H
#define STORE_TOLD_H

#include "store.h"

/*
 * A certificate has been told of if the moment at which it was due is not after
 * `until`: `before` seconds before its end, or when it was issued, if that was
 * later.  All zero: nothing was ever told.
 */
struct store_told {
	int64_t until, before; /* seconds */
};

int store_told_find(struct store *st, struct store_told *t, struct err *e);
/* store_told_note - ERR_INPUT if either is negative */
int store_told_note(
    struct store *st, const struct store_told *t, struct err *e);

#endif
