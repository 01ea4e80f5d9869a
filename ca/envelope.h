/*
 * envelope.h - what is in an envelope: gate 6 of design.md, section 4, with its
 * one exit.
 *
 * Whoever cannot read the content must not learn whether we can (security.md
 * T-01, T-02, T-03): one answer, REFUSE_ENVELOPE, and on every path one key is
 * imported and one signature verified.
 */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include "ca.h"
#include "csr.h"
#include "refusal.h"
#include "scep_msg.h"

/*
 * envelope_csr - decrypt a certification request into `plain` and *csr, which
 * borrows it.  It must be signed by its own key, and that must be the signer's
 * if the signer has nothing but his key: `any_key` is for those who are known
 * by their certificate.  0: *why is REFUSE_NONE or REFUSE_ENVELOPE.  Release
 * both in any case.
 */
int envelope_csr(struct ca *ca, const struct scep_msg *m, bool any_key,
    struct buf *plain, struct csr *csr, enum refusal *why, struct err *e);

/*
 * envelope_issuer_and_serial - the same for the content of GetCert and GetCRL;
 * both spans borrow `plain`.
 */
int envelope_issuer_and_serial(struct ca *ca, const struct scep_msg *m,
    struct buf *plain, struct span *issuer, struct span *serial,
    enum refusal *why, struct err *e);

#endif
