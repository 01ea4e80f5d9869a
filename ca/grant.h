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
 * GRANT_DONE and GRANT_ALREADY: *cert is what is recorded; GRANT_KEY_TAKEN
 * and GRANT_PRESENTED: it is the other one that has the key, or was got with
 * what the signer presents; release it.
 * Serials that are taken are replaced here.
 */
int grant_certificate(struct ca *ca, const struct granting *what,
    struct stored_request *r, struct stored_cert *cert,
    enum grant_outcome *outcome, struct err *e);

/*
 * grant_refusal - of GRANT_KEY_TAKEN or GRANT_PRESENTED; detail[] names the other
 * certificate for the log: that is not for the client
 */
enum refusal grant_refusal(enum grant_outcome taken,
    const struct stored_cert *other, char *detail, size_t size);

#endif
