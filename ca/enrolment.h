/*
 * enrolment.h - what the gates behind the proof of possession know of one
 * request, and their judgement: enrol.c brings it here and carries it out.
 */
#ifndef ENROLMENT_H
#define ENROLMENT_H

#include "authorise.h"
#include "pki_operation.h"
#include "policy.h"

/* A request whose requester has proven that he holds its key. */
struct enrolment {
	struct ca *ca;
	int64_t now;
	enum scep_type type;
	const struct csr *csr;
	const struct signer *who;
	struct stored_request r;
	struct authorisation a;
	const struct profile *profile;
	struct profile other; /* if it is not the endpoint's */
	struct grantable g;
	bool ask;     /* it is for the operator to decide */
	bool guessed; /* the challenge is nobody's, whatever else is wrong */
	struct pki_event *ev;
};

/*
 * enrolment_judge - gates 7 and 8: may he, and may he have that?  A request that
 * is for the operator to decide (`ask`) has passed gate 8, too.  Fills in a,
 * profile, g, what of r is to be recorded, and what the log is told.  *why is
 * REFUSE_NONE if all is well.
 */
int enrolment_judge(struct enrolment *n, enum refusal *why, struct err *e);

/* enrolment_explain - in the log, behind the refusal or the waiting */
void enrolment_explain(struct enrolment *n, const char *text);

#endif
