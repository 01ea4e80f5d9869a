/*
 * race.h - many processes at one store at one moment.
 */
#ifndef RACE_H
#define RACE_H

#include "store_fixture.h"

enum { PROCESSES = 32 };

/* What the processes of a test report; index: the process. */
struct report {
	int outcome[PROCESSES]; /* enum grant_outcome, or 99 */
	uint32_t serial[PROCESSES];
	uint64_t generation[PROCESSES];
};

struct report *report_new(void); /* shared with children */

/* run_all - let PROCESSES of them loose; all must end well */
void run_all(void (*one)(int i, struct report *r), struct report *r);

/* report_count - how many had this outcome */
int report_count(const struct report *r, int outcome);

#endif
