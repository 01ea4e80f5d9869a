/*
 * authorise.h - may this requester have a certificate?
 *
 * The one door to issuing (security.md T-11): issue_leaf asks for a granted
 * authorisation, and only the functions here, authorise_program and
 * challenge_authorise give one.
 */
#ifndef AUTHORISE_H
#define AUTHORISE_H

#include "challenge.h"
#include "csr.h"
#include "signer.h"
#include "store_request.h"

/*
 * authorise - for a PKCSReq or RenewalReq whose requester has proven that he
 * holds the key.  A stranger needs a challenge; the holder of a certificate of
 * ours renews that, if he may; one whom a CA vouches for that the endpoint
 * trusts gets what he is tied to; nobody else gets anything, whatever the type
 * of his message says (field-notes.md, decision 6).
 * 0: *a is granted; or *why says why not, and *ask that the operator is to
 * decide, or a->by_program that a program is.  -1: the store failed.
 */
int authorise(struct ca *ca, enum scep_type type, const struct csr *csr,
    const char *trans_id, const struct signer *who, int64_t now,
    struct authorisation *a, bool *ask, enum refusal *why, struct err *e);

/* authorised_by_trust - does this rule say that a trust vouched? */
bool authorised_by_trust(const char *rule);

/* authorise_approved - granted if the operator has approved it; else not */
void authorise_approved(
    const struct stored_request *r, struct authorisation *a);

#endif
