/*
 * failure.h - wrong challenges: counted, and answered slowly (security.md,
 * T-12).
 *
 * The delay depends on what came from one address, so that nobody can slow
 * another down; it is for refusals only, so that a good challenge works at
 * once; and it has a ceiling, so that nobody is locked out.
 */
#ifndef FAILURE_H
#define FAILURE_H

#include "ca.h"
#include "store_failure.h"

enum {
	FAILURE_FREE = 3,	 /* answered at once, from one address */
	FAILURE_DELAY_MIN = 100, /* milliseconds; then twice that … */
	FAILURE_DELAY_MAX = 2000,
};

/* failure_delay - of an answer, in milliseconds, where so many count; pure */
unsigned failure_delay(int32_t weight);

/*
 * failure_address - what `remote` is counted as: an IPv6 address as its /64,
 * which is one customer's, and an IPv4 address in an IPv6 one as itself.  Pure.
 */
void failure_address(const char *remote, char address[64]);

/*
 * failure_note - a wrong challenge came from `remote`.  *delay is that of the
 * answer.  `used_mac`, of one that is used up, or NULL: *reused is its record
 * then, and reused->reuses is 0 if there is none.
 */
int failure_note(struct ca *ca, const char *remote, const uint8_t *used_mac,
    int64_t now, unsigned *delay, struct stored_challenge *reused,
    struct err *e);

#endif
