/*
 * pending.h - requests that wait, and what ends their waiting: the operator's
 * word, and the key of the CA.
 */
#ifndef PENDING_H
#define PENDING_H

#include "pki_operation.h"
#include "store_pending.h"

/*
 * pending_issue - make the certificate of an approved request, with the policy
 * of today, and record it: in the tool, or at the next poll, whichever has the
 * key.  0: *why is REFUSE_NONE and *cert is recorded (release it), or *why and
 * detail[] say why not; then the request is as it was.  -1: nothing happened.
 */
int pending_issue(struct ca *ca, const struct stored_request *r, int64_t now,
    struct stored_cert *cert, enum refusal *why, char *detail,
    size_t detail_size, struct err *e);

/*
 * pending_judge - would pending_issue be refused by policy, with the settings of
 * the endpoint in `ca`?  *why and detail[] as there.  Nothing is recorded.
 */
int pending_judge(struct ca *ca, const struct stored_request *r,
    enum refusal *why, char *detail, size_t detail_size, struct err *e);

/*
 * pending_issue_all - the same for all that are approved (scepca maintain);
 * *issued and *left count them, and `done`, if it is not NULL, is called for
 * each certificate, with the request as it waited.  ERR_PERM, ERR_CONF without the CA's key.
 */
int pending_issue_all(struct ca *ca, int64_t now,
    void (*done)(
	const struct stored_request *r, const struct stored_cert *c, void *arg),
    void *arg, size_t *issued, size_t *left, struct err *e);

#endif
