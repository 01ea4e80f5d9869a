/*
 * audit.h - the audit log: who authorised what (security.md T-61).
 *
 * HOME/audit.log has a line for everything that the CA did and an auditor asks
 * about; refusals, of which a stranger can make as many as he likes, are not in
 * it.  Here the events are put into words; the store makes their lines
 * (store_audit.h), and what waits there is written to the file.  No secret is
 * in any of them.
 */
#ifndef AUDIT_H
#define AUDIT_H

#include "ca.h"
#include "store_audit.h"
#include "store_pending.h"

/*
 * audit_* - put the event into *event, which is empty; release it.  `by` is
 * ca->by.
 */
/* granted; `subject` is a Name */
int audit_granted(const struct ca *ca, const struct stored_request *r,
    const struct stored_cert *cert, struct span subject, struct buf *event,
    struct err *e);
/* approved, or rejected for `reason` */
int audit_decided(const struct ca *ca, const struct stored_request *r,
    bool approved, const char *reason, struct buf *event, struct err *e);
/* revoked, held or released: `word`; `reason` as RFC 5280, 5.3.1, calls it */
int audit_revoked(const struct ca *ca, const char *word,
    const struct serial *serial, const char *reason, struct buf *event,
    struct err *e);
/* a challenge is made; of its value nothing is told */
int audit_challenge(const struct ca *ca, const struct stored_challenge *c,
    struct buf *event, struct err *e);
/* what store_challenge_revoke adds the id to: `word` is challenge-revoked … */
int audit_challenge_end(
    const struct ca *ca, const char *word, struct buf *event, struct err *e);
int audit_crl(const struct ca *ca, int64_t number, int64_t next_update,
    struct buf *event, struct err *e);
/* the CA's own certificate, or its RA's: `word` is ca or ra */
int audit_own(const char *by, const char *word, const struct stored_cert *cert,
    struct buf *event, struct err *e);

/* audit_text - the event as the store takes it */
const char *audit_text(const struct buf *event);

/*
 * audit_note_delivered - store_cert_delivered, and what waits goes to the file
 * in the same visit.
 */
int audit_note_delivered(struct ca *ca, const struct serial *serial,
    const char *remote, int64_t now, struct err *e);

/*
 * audit_drain - what waits goes to the file; `all`: down to the last line, and
 * durably.  *left says how many lines are not in the file.  -1: it could not be
 * written; the lines wait on.
 * audit_drain_due - if this process has made any; called by ca_close.
 */
int audit_drain(struct ca *ca, bool all, int64_t *left, struct err *e);
void audit_drain_due(struct ca *ca);

#endif
