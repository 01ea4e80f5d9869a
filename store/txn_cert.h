/*
 * txn_cert.h - certificates within a visit: the record, the indexes by subject
 * and by key, and the list of revoked ones change together.
 */
#ifndef TXN_CERT_H
#define TXN_CERT_H

#include "txn.h"

/* cert_is_good - neither revoked, held nor expired at `now` */
bool cert_is_good(const struct stored_cert *c, int64_t now);

/* cert_counts - has its name and its key: neither revoked for good nor expired */
bool cert_counts(const struct stored_cert *c, int64_t now);

/* txn_add_cert - *added: false if the serial is taken; nothing is changed */
int txn_add_cert(
    struct visit *v, const struct stored_cert *c, bool *added, struct err *e);

/*
 * txn_put_cert - in place of the one with this serial; name_hash, key_hash and
 * not_after are as they were.
 */
int txn_put_cert(struct visit *v, const struct stored_cert *c, struct err *e);

/* txn_count_named - store_cert_named within a visit */
int txn_count_named(struct visit *v, const uint8_t name_hash[32], int64_t now,
    const struct serial *except, size_t max, size_t *n, struct err *e);

/* txn_key_elsewhere - store_cert_key_elsewhere within a visit */
int txn_key_elsewhere(struct visit *v, const struct key_claim *claim,
    bool *found, struct stored_cert *other, struct err *e);

/* txn_presented_elsewhere - store_cert_presented_elsewhere within a visit */
int txn_presented_elsewhere(struct visit *v, const struct key_claim *claim,
    bool *found, struct stored_cert *last, struct err *e);

/* txn_put_presented - this one was got last */
int txn_put_presented(struct visit *v, const uint8_t key_hash[32],
    const struct serial *serial, struct err *e);

/*
 * txn_revoke - store_revoke within a visit, and one change for the CRL.  *c is
 * the record afterwards, whatever the outcome; release it.
 */
int txn_revoke(struct visit *v, const struct serial *serial,
    enum crl_reason reason, int64_t now, enum revoke_outcome *outcome,
    struct stored_cert *c, struct err *e);

/* What is known of the CRL; all zero before there was anything. */
int txn_get_crl(struct visit *v, struct rec_crl *c, struct err *e);
int txn_put_crl(struct visit *v, const struct rec_crl *c, struct err *e);

#endif
