/*
 * grant.h - a certificate made, and recorded with everything that belongs to
 * it, in one commit.
 */
#ifndef GRANT_H
#define GRANT_H

#include "authorise.h"
#include "issue.h"
#include "policy.h"

/* What is granted.  Borrows everything. */
struct granting {
	const struct authorisation *a;
	const struct profile *profile;
	const struct grantable *g;
	struct span spki;
	bool approved; /* the request is open in the store, and approved … */
	bool asked;    /* … by the operator, who knows what name it has */
};

/*
 * grant_certificate - for the request *r, which is completed to what is
 * recorded of it (state, serial).  The signature is made outside the store.
 * GRANT_DONE and GRANT_ALREADY: *cert is what is recorded; GRANT_KEY_TAKEN: it
 * is the other one with this key; release it.
 * Serials that are taken are replaced here.
 */
int grant_certificate(struct ca *ca, const struct granting *what,
    struct stored_request *r, struct stored_cert *cert,
    enum grant_outcome *outcome, struct err *e);

/*
 * grant_key_holder - "certificate SERIAL has it", for the log: who holds the
 * key that is asked for is not for the client
 */
void grant_key_holder(
    const struct stored_cert *other, char *detail, size_t size);

#endif
