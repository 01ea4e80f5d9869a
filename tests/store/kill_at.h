/*
 * kill_at.h - a process that is killed at a system call of its life.
 */
#ifndef KILL_AT_H
#define KILL_AT_H

#include <stdbool.h>
#include <stdint.h>

#include "store_fixture.h"

enum { CALLS_MAX = 4000 };

/* The system calls of one life, by number. */
struct life {
	unsigned n;
	uint64_t call[CALLS_MAX];
};

/*
 * run_until - run `act` in a child up to its system call number `stop`, which
 * is not carried out: the child is killed.  *life, if wanted, gets the calls
 * before.  True if the child came to its end instead, with status 0.
 */
bool run_until(unsigned stop, struct life *life,
    void (*act)(struct acks *a, uint32_t n), struct acks *a, uint32_t n);

/* life_repeats - in a long row of one call (zeros to a log) some will do */
bool life_repeats(const struct life *life, unsigned stop);

#endif
