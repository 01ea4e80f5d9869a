/*
 * txn_request.h - requests within a visit: the record, its indexes and the
 * number of open ones change together.
 */
#ifndef TXN_REQUEST_H
#define TXN_REQUEST_H

#include "txn.h"

/* The entries that a record has in the indexes; they follow from it. */
enum { REQUEST_ENTRIES = 5 };
struct request_entries {
	size_t n;
	struct rec_key key[REQUEST_ENTRIES];
};
int request_entries(
    const struct stored_request *r, struct request_entries *x, struct err *e);

/* request_hash - the id as octets */
int request_hash(const struct request_key *key, uint8_t id[32], struct err *e);

/* request_is_overdue - nobody has decided it in time */
bool request_is_overdue(const struct stored_request *r, int64_t now);

/* txn_get_request - ERR_NOT_FOUND; release *r */
int txn_get_request(struct visit *v, const struct request_key *key,
    struct stored_request *r, struct err *e);
/* txn_get_outcome - the same, with its certificate if it is granted */
int txn_get_outcome(struct visit *v, const struct request_key *key,
    struct stored_request *r, struct stored_cert *c, struct err *e);

/* txn_follow - the request that an index leads to: ERR_STORE if there is none */
int txn_follow(struct visit *v, const struct request_key *key,
    struct stored_request *r, struct err *e);

/*
 * txn_put_request - in place of `old`, the one that is recorded under its key
 * (NULL: none is).
 * txn_drop_request - forget it.
 */
int txn_put_request(struct visit *v, const struct stored_request *old,
    const struct stored_request *r, struct err *e);
int txn_drop_request(
    struct visit *v, const struct stored_request *old, struct err *e);

/* txn_close_request - *r, which is recorded, becomes `state` and is recorded */
int txn_close_request(struct visit *v, struct stored_request *r,
    enum request_state state, int64_t now, struct err *e);

/* txn_count_open - how many requests are open */
int txn_count_open(struct visit *v, struct rec_open *o, struct err *e);

/*
 * txn_first_entry - the first entry at or behind `from` among those that begin
 * with `prefix`, and the request that it leads to: *found is false if there is
 * none.
 */
int txn_first_entry(struct visit *v, const struct rec_key *prefix,
    const struct rec_key *from, struct rec_key *entry, struct request_key *rk,
    bool *found, struct err *e);

/*
 * txn_expire - up to `max` pending requests that are overdue become expired.
 */
int txn_expire(
    struct visit *v, int64_t now, size_t max, size_t *n, struct err *e);

#endif
