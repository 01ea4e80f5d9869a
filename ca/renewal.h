/*
 * renewal.h - a certificate for the holder of another one (RFC 8894, 2.5).
 */
#ifndef RENEWAL_H
#define RENEWAL_H

#include "csr.h"
#include "policy.h"
#include "refusal.h"
#include "signer.h"

/*
 * renewal_judge - may the holder of `who`, which is SIGNER_OURS, renew it now
 * and here: is it valid, unrevoked, not too young, is it for this endpoint to
 * renew (T-21; all are whose endpoint is not known), and is the key one that may
 * be asked for?  *why is REFUSE_NONE if so; detail[] is for the log.  Pure.
 */
void renewal_judge(const struct endpoint *rules, const struct signer *who,
    const struct csr *csr, int64_t now, enum refusal *why, char *detail,
    size_t size);

/*
 * renewal_had - the alternative names of the old certificate, GeneralNames;
 * empty: it has none.  For policy_decide, which keeps them.
 */
int renewal_had(const struct cert_view *old, struct span *had, struct err *e);

/*
 * renewal_names - is what is granted of the old certificate's names and no other
 * (security.md T-21)?  If not, *why says so.
 */
int renewal_names(const struct cert_view *old, const struct grantable *g,
    enum refusal *why, struct err *e);

/* renewal_names_within - is every name of `asked` one of `had`?  GeneralNames */
bool renewal_names_within(struct span asked, struct span had);

#endif
