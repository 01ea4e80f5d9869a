/*
 * txn.h - reading and writing records within a visit.
 *
 * Values and keys that are handed out belong to the engine and live until the
 * next call here.  When the engine fails, the visit is marked broken.
 */
#ifndef TXN_H
#define TXN_H

#include "rec.h"
#include "visit.h"

/* txn_get - ERR_NOT_FOUND */
int txn_get(struct visit *v, const struct rec_key *k, struct span *value,
    struct err *e);

/* The same, decoded; a certificate must be released. */
int txn_get_cert(struct visit *v, const struct serial *serial,
    struct stored_cert *c, struct err *e);
int txn_get_challenge(struct visit *v, const uint8_t mac[32],
    struct stored_challenge *c, struct err *e);

/* txn_put - whether there is such a record or not */
int txn_put(
    struct visit *v, const struct rec_key *k, struct span value, struct err *e);

/* txn_add - *added: false if there is one, which stays as it is */
int txn_add(struct visit *v, const struct rec_key *k, struct span value,
    bool *added, struct err *e);

/* txn_del - whether there is such a record or not */
int txn_del(struct visit *v, const struct rec_key *k, struct err *e);

/*
 * txn_use_challenge - *gone if it is not good any more, else it counts one more
 * use, by this request (store_challenge.c).
 */
int txn_use_challenge(struct visit *v, const uint8_t mac[32],
    const struct stored_request *by, int64_t now, bool *gone, struct err *e);

/* A walk through the records in the order of their keys. */
struct txn_scan {
	struct visit *visit;
	DBC *cursor;
	bool end; /* there is no further record: key and value mean nothing */
	struct span key, value;
};

/* txn_scan_from - stand on the first record at or behind `from` */
int txn_scan_from(struct visit *v, struct txn_scan *s,
    const struct rec_key *from, struct err *e);
int txn_scan_next(struct txn_scan *s, struct err *e);
/* txn_scan_end - due after any txn_scan_from, failed or not */
void txn_scan_end(struct txn_scan *s);

#endif
