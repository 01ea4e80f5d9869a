/*
 * store_failure.h - wrong challenges, counted by the address that they came
 * from and in all (security.md T-12).
 *
 * Nothing is lost with these counts: they are written without waiting for the
 * disk, and of the addresses at most FAILURE_ADDRESSES_MAX are remembered, the
 * one that was heard of last first.
 */
#ifndef STORE_FAILURE_H
#define STORE_FAILURE_H

#include "store_challenge.h"

enum {
	FAILURE_SLOTS = 6,
	FAILURE_SLOT_SECONDS = 600,
	FAILURE_ADDRESSES_MAX = 1000,
};

/* How many there were in each ten minutes of about an hour. */
struct failures {
	char remote[64];	  /* empty: from everywhere */
	int64_t last;		  /* of them; seconds since 1970 */
	int64_t slot;		  /* n[0] is of; since 1970 */
	int32_t n[FAILURE_SLOTS]; /* that slot, the one before it … */
};

/*
 * failures_add - one more at `now`
 * failures_weight - what counts at `now`: of each older slot half as much
 * failures_hour - all of the last hour.  The three are pure.
 */
void failures_add(struct failures *f, int64_t now);
int32_t failures_weight(const struct failures *f, int64_t now);
int64_t failures_hour(const struct failures *f, int64_t now);

/* A wrong challenge.  Borrows everything. */
struct failure {
	const char *remote;	   /* of 1 to 63 octets */
	const uint8_t *reused_mac; /* of one that is used up, or NULL */
	int64_t now;
};

/*
 * store_failure_note - count it; *from is what there is of its address now.
 * The challenge `reused_mac` is marked as tried again, and *reused is its
 * record, in which `reuses` is 0 if it was not used up.
 */
int store_failure_note(struct store *st, const struct failure *f,
    struct failures *from, struct stored_challenge *reused, struct err *e);

/*
 * store_failure_all - from everywhere
 * store_failure_page - by address, as store_cert_page; in the order of the text
 */
int store_failure_all(struct store *st, struct failures *all, struct err *e);
int store_failure_page(struct store *st, const char *after_remote,
    struct failures *page, size_t max, size_t *n, struct err *e);

/* store_failure_purge - forget the addresses that count for nothing at `now` */
int store_failure_purge(struct store *st, int64_t now, struct err *e);

#endif
