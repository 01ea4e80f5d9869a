/*
 * why.h - the parts of scepca why: what the service log says about transactions,
 * what the store says, and both in plain words.
 */
#ifndef WHY_H
#define WHY_H

#include "out.h"
#include "store_pending.h"

enum { WHY_TRANSACTION_MAX = 256 };

/*
 * why_log_find - which transaction is meant by `word`: its transactionID, the id
 * of a request in the log, or the beginning of a transactionID that no other
 * begins with.  ERR_NOT_FOUND; ERR_INPUT if several begin so; what
 * service_log_each returns.
 */
int why_log_find(const char *home, const char *word,
    char transaction[WHY_TRANSACTION_MAX], struct err *e);

/*
 * why_log_events - what happened to a transaction, the newest first; what
 * happened several times in the same way is one event.  NULL: the last refusal
 * or failure of each transaction.  At most `max`, then *cut is set, as it is if
 * the log has begun anew.
 *
 * An event is an object: time, since, times, transaction, id, remote, type,
 * subject, key, challenge, serial, detail, error (texts or null), outcome
 * ("refused", "failed", "pending", "granted"), code, cause, remedy.
 */
int why_log_events(const char *home, const char *transaction, size_t max,
    json_t **events, bool *cut, struct err *e);

/*
 * why_explain - fill in outcome, code, cause and remedy from the fields of the
 * line, `result`, `refusal`, `status` and so on.
 * why_add_fact - put one more fact into the cause.
 * why_name - let `value` stand in the remedy for the word that it is there.
 */
void why_explain(json_t *event);
void why_add_fact(json_t *event, const char *fact);
void why_name(json_t *event, const char *word, const char *value);

/*
 * why_state - what the store says of a request, as an object: id, key, state,
 * subject, remote, challenge, serial, created, and `text` and `remedy`: what it
 * is and what to do.  `c` may be empty.
 */
json_t *why_state(
    const struct stored_request *r, const struct stored_cert *c, int64_t now);

/* why_text - of a JSON value that is a text; else "" */
const char *why_text(const json_t *o, const char *key);

#endif
