/*
 * txn_audit.h - the audit log within a visit.
 *
 * A line is made in the transaction that does what it tells of: so there is
 * no event without its line, and no line without its event, wherever a process
 * is killed.  It waits in the store until it stands in the file.
 */
#ifndef TXN_AUDIT_H
#define TXN_AUDIT_H

#include "store_audit.h"
#include "txn.h"

/* txn_audit - tell `event`, which happens at `now`; NULL: nothing is told */
int txn_audit(struct visit *v, int64_t now, const char *event, struct err *e);

/* What is known of the log; all zero before there was anything. */
int txn_get_audit(struct visit *v, struct rec_audit *a, struct err *e);
int txn_put_audit(struct visit *v, const struct rec_audit *a, struct err *e);

/* txn_get_line - append the line of that number; ERR_NOT_FOUND */
int txn_get_line(struct visit *v, int64_t seq, struct buf *line, struct err *e);

/*
 * txn_drain - append lines that wait to `file`, forget those that are durable
 * there.  *left says how many wait still; *changed whether the store has.
 */
int txn_drain(struct visit *v, struct audit_file *file, int64_t *left,
    bool *changed, struct err *e);

#endif
