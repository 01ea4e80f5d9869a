/*
 * audit_verify.h - is audit.log what the CA has written, line for line?
 */
#ifndef AUDIT_VERIFY_H
#define AUDIT_VERIFY_H

#include "ca.h"
#include "store_audit.h"

/* What was found. */
struct audit_report {
	int64_t lines;		/* in the file, the good ones from its start */
	int64_t waiting;	/* made, but in the store yet */
	struct audit_head head; /* the end of the chain, of the last good one */
	bool broken;		/* then: */
	int64_t line;		/* the first that is wrong; from 1 */
	int64_t seq;		/* the number it should have */
	char what[300];		/* what is wrong, in words */
};

/*
 * audit_verify - compare the file with its own chain, and its end with what the
 * store remembers: so what was changed, taken out, put in, moved or cut off is
 * found.  In bounded memory; other processes may write meanwhile.
 * `recent`: the last 64 KiB of the file only, whose first line is believed;
 * then lines are counted from there.
 * 0: *r says, also that the file is missing.  -1: it cannot be told.
 */
int audit_verify(
    struct ca *ca, bool recent, struct audit_report *r, struct err *e);

#endif
