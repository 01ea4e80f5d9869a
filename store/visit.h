/*
 * visit.h - how everything in this folder reaches the database: lock, look
 * whether the last holder left cleanly, join or recover, one transaction,
 * proof that it is on the disk, unlock.
 */
#ifndef VISIT_H
#define VISIT_H

#include "db_env.h"
#include "store.h"
#include "store_lock.h"
#include "store_state.h"

struct store {
	char *dir; /* absolute */
	int dir_fd;
	dev_t dev;
	ino_t ino;
	pid_t pid; /* whose handles these are */
	struct store_lock lock;
	struct store_state state;
	struct db_env db;
	uint64_t generation; /* that db is attached to, if it is open */
	bool audit_due;	     /* see store_audit_due */
	bool ends_process;   /* see store_ends_process */
};

/* What a visit wants. */
enum visit_kind {
	VISIT_READ,  /* no transaction, no flush */
	VISIT_NOTE,  /* commit without waiting for the disk; a process that ends
			leaves with it */
	VISIT_WRITE, /* durable when it returns */
};

struct visit {
	struct db_env *db;
	DB_TXN *txn; /* NULL while only reading */
	enum visit_kind kind;
	bool again;  /* a second run: was the first one's commit lost? */
	bool broken; /* the engine failed: recover and try again */
	bool undo;   /* set by the work: end well, but record nothing */
	bool told;   /* it has made a line for the audit log */
};

/*
 * visit_run - run `work` within one visit.  If it returns 0 its writes are
 * committed, on -1 or visit->undo nothing is recorded.  When the engine fails,
 * the environment is recovered and work is run once more, from the start: so
 * it must set its results on every run, and find its own commit if that went
 * through after all.
 */
int visit_run(struct store *st, enum visit_kind kind,
    int (*work)(struct visit *v, void *arg, struct err *e), void *arg,
    struct err *e);

/* visit_leave - checkpoint if one is due, close, for the last visit */
void visit_leave(struct store *st);

#endif
