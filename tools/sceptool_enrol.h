/*
 * sceptool_enrol.h - one certificate: what is asked for, and what comes of it.
 * The same for a first one, a renewal, and one that was asked for before.
 */
#ifndef SCEPTOOL_ENROL_H
#define SCEPTOOL_ENROL_H

#include "sceptool_session.h"

struct enrolment {
	struct session s;
	struct buf subject, extensions, challenge;
	struct buf key_pem;	 /* a key that was made and is not written */
	struct privkey *new_key; /* NULL: the certificate is for s.key */
	const char *type;	 /* of --message-type, or NULL */
	bool wait;
	long interval;	/* seconds between two polls */
	long max_polls; /* then it is given up */
	long after;	/* per cent of a lifetime before it is renewed */
	bool not_due;	/* it is too early for that */
};

/*
 * What the command line says, and whatever can be wrong with it alone:
 * ERR_INPUT.  A new key is made, but not written.
 */
int enrol_options(struct enrolment *n, const struct opts *o, struct err *e);
int renew_options(struct enrolment *n, const struct opts *o, struct err *e);
int poll_options(struct enrolment *n, const struct opts *o, struct err *e);

/* enrol_challenge - read the challenge, if there is a file for it */
int enrol_challenge(struct enrolment *n, const struct opts *o, struct err *e);

/*
 * enrol_settle - from the answer in n->s to the certificate in --cert-out:
 * polls as long as the CA has not decided, if it may; returns an exit code.
 * enrol_poll - ask again (RFC 8894, 3.3.3)
 */
int enrol_settle(struct enrolment *n, const struct opts *o, struct out *out);
int enrol_poll(struct enrolment *n, struct err *e);

/* enrol_key - the one that the certificate is for */
const struct privkey *enrol_key(const struct enrolment *n);

#endif
