/*
 * authorise_program.h - the word of the operator's own program (authorise in
 * ca.conf) on a request that has passed everything else.
 */
#ifndef AUTHORISE_PROGRAM_H
#define AUTHORISE_PROGRAM_H

#include "authorise.h"
#include "policy.h"

/* What it is told about.  Borrows. */
struct judged {
	const struct stored_request *r;
	const struct csr *csr;
	const struct signer *who;
	const struct grantable *g;
};

/*
 * authorise_program - ask the endpoint's program, if there is one.  It gets the
 * CSR on its stdin and the facts in its environment; no visit to the store is
 * under way.
 *
 * Exit 0: *a stays granted, or becomes so if it was for the program to say; 1:
 * *why is REFUSE_PROGRAM; 2: *ask, the operator decides.  For the last two
 * reason[] is the first line that it wrote.  -1: it cannot be run or does
 * anything else, and nothing is granted; that is no fault of the client's.
 */
int authorise_program(struct ca *ca, const struct judged *j,
    struct authorisation *a, bool *ask, enum refusal *why, char *reason,
    size_t size, struct err *e);

#endif
