/*
 * store_pending.h - transactions that wait: for the operator (pending) or for
 * the key of the CA (approved).
 *
 * Everything here costs the same with ten of them as with ten thousand.
 */
#ifndef STORE_PENDING_H
#define STORE_PENDING_H

#include "store_request.h"

/* A request that is to wait.  Borrows everything. */
struct pend {
	const struct stored_request *request; /* pending or approved, its CSR */
	const uint8_t *challenge_mac;	      /* to be consumed; NULL: none */
	size_t max, max_per_remote; /* how many may be open; 0: any number */
	int64_t now;
};

enum pend_outcome {
	PEND_DONE,	     /* recorded, durable */
	PEND_ALREADY,	     /* an open one has this CSR; nothing recorded */
	PEND_FULL,	     /* too many are open */
	PEND_FULL_REMOTE,    /* too many from this address */
	PEND_CHALLENGE_GONE, /* used, expired or revoked meanwhile */
};

/*
 * store_pend - record a request that waits, and the use of its challenge, in
 * one durable commit.  Another CSR that is open under the same key is
 * superseded, and so is a finished transaction.  Overdue ones that would stand
 * in its way expire, up to 64 at a time: PEND_FULL may be over the next time.
 */
int store_pend(struct store *st, const struct pend *p,
    enum pend_outcome *outcome, struct err *e);

/*
 * store_decide - approve or reject (*reason: what the client is told; may be
 * empty) the pending request under `key`; its expiry ends with it.  With a
 * csr_hash it must still be that one, which was looked at.  *decided is false
 * if it was not, or not pending any more (then `audit`, store_audit.h, is not
 * told, either): *r is the record as it is now, release it.  An approved one may still be rejected; an overdue one expires instead.
 * ERR_NOT_FOUND; ERR_INPUT for a reason that is too long.
 */
int store_decide(struct store *st, const struct request_key *key,
    const uint8_t *csr_hash, bool approve, const char *reason, int64_t now,
    const char *audit, bool *decided, struct stored_request *r, struct err *e);

/*
 * request_id - a transaction's name for people, from its key alone: 64
 * lower-case hex digits, of which the first few will do.
 */
enum { REQUEST_ID_SIZE = 64 };
int request_id(
    const struct request_key *key, char id[REQUEST_ID_SIZE + 1], struct err *e);

/*
 * store_request_named - the one transaction whose transactionID is `text`, or
 * else whose id begins with it (at least 4 digits), or else whose
 * transactionID begins with it; open ones go before finished ones.
 * ERR_NOT_FOUND; ERR_INPUT if several do.  As store_request_find otherwise.
 */
int store_request_named(struct store *st, const char *text,
    struct stored_request *r, struct stored_cert *c, struct err *e);

/*
 * store_request_namesakes - up to `max` transactions that have just this
 * transactionID, one a key; *n says how many.  Each must be released.
 */
int store_request_namesakes(struct store *st, const char *trans_id,
    struct stored_request *page, size_t max, size_t *n, struct err *e);

/* Where a page of open ones begins: behind this one. */
struct pending_after {
	int64_t created_at;
	struct request_key key;
};

/*
 * store_pending_page - open ones, the oldest first, from the first behind
 * `after` (NULL: from the start); as store_cert_page.
 * store_request_page - all of them, in the order of their keys.
 */
int store_pending_page(struct store *st, const struct pending_after *after,
    struct stored_request *page, size_t max, size_t *n, struct err *e);
int store_request_page(struct store *st, const struct request_key *after,
    struct stored_request *page, size_t max, size_t *n, struct err *e);

/*
 * store_expire - up to `max` pending ones that are overdue become expired.
 * store_purge - up to `max` records are forgotten: transactions that were
 * rejected or expired before `before`, challenges that ended before it.
 * *n says how many; less than max: there are no more.
 */
int store_expire(
    struct store *st, int64_t now, size_t max, size_t *n, struct err *e);
int store_purge(
    struct store *st, int64_t before, size_t max, size_t *n, struct err *e);

#endif
