/*
 * store_audit.h - the audit log's lines on their way to its file.
 *
 * The functions that change something take the event that is to be told of it
 * ("revoked serial=…", audit_line.h; NULL: none) and make its line in the same
 * commit.  Nothing here opens a file: that is the caller's.
 */
#ifndef STORE_AUDIT_H
#define STORE_AUDIT_H

#include "audit_line.h"
#include "store.h"

/*
 * The file, as the caller gives it.  Both functions are called within a visit,
 * so that no other process is at it.
 */
struct audit_file {
	/* the number of its last line when it was last brought to the disk */
	int64_t synced;
	/* the last whole line in it; all zero if there is none */
	int (*last)(
	    struct audit_file *f, struct audit_head *head, struct err *e);
	/* append whole lines, each with its line feed */
	int (*append)(struct audit_file *f, struct span lines, struct err *e);
};

/*
 * store_audit_due - has this store made lines that it has not drained yet?  No
 * visit.
 */
bool store_audit_due(const struct store *st);

/*
 * store_audit_drain - write what waits, some 64 lines at a time, to the file,
 * and forget what is durable there (`synced`).  A line goes to the file only
 * when its commit is durable, so that a power cut leaves none there that never
 * happened; `all`: make the last ones durable first.  *left says how many
 * lines are not in the file yet.
 * ERR_STORE if what stands in the file is not ours; whatever `file` says.  A
 * line is never lost by that, nor written twice.
 */
int store_audit_drain(struct store *st, struct audit_file *file, bool all,
    int64_t *left, struct err *e);

/*
 * store_audit_page - the end of the chain; the number of the last line that was
 * written; and the first lines that wait behind number `after`, up to `max`,
 * each released by the caller.
 */
int store_audit_page(struct store *st, int64_t after, struct audit_head *head,
    int64_t *written, struct buf *lines, size_t max, size_t *n, struct err *e);

#endif
