/*
 * requests.h - transactions of the store, for commands: walked through, and as
 * JSON.
 */
#ifndef REQUESTS_H
#define REQUESTS_H

#include "out.h"
#include "store_pending.h"

/* Digits of an id that are shown in lists, and enough to name one. */
enum { REQUEST_ID_SHOWN = 12 };

/*
 * requests_each_open - fn for every open transaction, the oldest first.
 * requests_each - for all of them, in no order of meaning.
 * Read in pages; fn may visit the store itself; a return other than 0 stops.
 */
int requests_each_open(struct store *st,
    int (*fn)(const struct stored_request *r, void *arg), void *arg,
    struct err *e);
int requests_each(struct store *st,
    int (*fn)(const struct stored_request *r, void *arg), void *arg,
    struct err *e);

/*
 * requests_state - what is recorded, but for pending ones that are overdue:
 * they are expired, if nobody has written it down yet.
 */
enum request_state requests_state(const struct stored_request *r, int64_t now);
const char *requests_state_name(enum request_state s);

/*
 * requests_name - the subject, a Name: of the CSR of an open transaction (it
 * borrows r), else of its certificate (c; may be NULL).  False if there is
 * neither.
 */
bool requests_name(const struct stored_request *r, const struct stored_cert *c,
    struct span *name);

/* requests_id - the id, or the first digits of it */
json_t *requests_id(const struct request_key *key, bool whole);

/*
 * requests_json - id, state, created, remote, subject, transaction; for people
 * the id is cut to what can be read.
 */
json_t *requests_json(const struct stored_request *r,
    const struct stored_cert *c, int64_t now, bool for_people);

#endif
