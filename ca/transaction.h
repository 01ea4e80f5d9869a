/*
 * transaction.h - what became of a request that was made before: sent once
 * more, or polled for (RFC 8894, 3.3.3, 5.2).
 */
#ifndef TRANSACTION_H
#define TRANSACTION_H

#include "csr.h"
#include "pki_operation.h"
#include "signer.h"
#include "store_pending.h"

/*
 * transaction_describe - the request of `m` as it is recorded, or compared with
 * what is.  Owns nothing.
 */
int transaction_describe(const struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, const struct csr *csr, const struct signer *who,
    struct stored_request *r, struct err *e);

/*
 * transaction_recall - *known: `r` is a retransmission, or is waiting, and *o
 * is its answer: the recorded certificate, nothing consumed, nothing issued
 * (R145).  `csr` is that of `r`: one that asks for the same as the one that was
 * looked at (asked.h) is no other request.  What ran out (nobody decided, the certificate has expired) is not
 * known any more.
 */
int transaction_recall(struct ca *ca, const struct stored_request *r,
    const struct csr *csr, int64_t now, struct pki_outcome *o,
    struct pki_event *ev, bool *known, struct err *e);

/*
 * transaction_poll - CertPoll: the answer to (signer's key, transactionID).
 * Nothing is decrypted; whoever has another key learns nothing (T-16).
 */
int transaction_poll(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_outcome *o, struct pki_event *ev,
    struct err *e);

#endif
