/*
 * visit.c - the protocol of a visit.
 *
 * .state is "dirty" for as long as a process is inside, readers too: a reader
 * that is killed in the middle may hold a mutex in the shared regions.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store_dir.h"
#include "visit.h"

enum {
	CHECKPOINT_KB = 1024, /* of log, behind the answer */
	OVERDUE_KB = 4096,    /* of log: nobody has done it, so do it now */
	TRIES = 2,
};

/* The directory at the path is the one we hold: not a restored one by now. */
static int is_same_dir(const struct store *st, bool *same, struct err *e)
{
	struct stat sb;

	*same = true;
	if (stat(st->dir, &sb) != 0)
		return err_set(
		    e, store_dir_kind(errno), "directory: %s", strerror(errno));
	*same = sb.st_dev == st->dev && sb.st_ino == st->ino;
	return *same ? store_dir_owned(&sb, e) : 0;
}

static int reopen_dir(struct store *st, struct err *e)
{
	struct stat sb;
	int fd;

	if (store_dir_open(st->dir, &fd, &sb, e) != 0) {
		if (e->kind == ERR_NOT_FOUND) /* that is for records */
			e->kind = ERR_STORE;
		return -1;
	}
	db_env_discard(&st->db);
	store_state_release(&st->state);
	close(st->dir_fd);
	st->dir_fd = fd;
	st->dev = sb.st_dev;
	st->ino = sb.st_ino;
	return 0;
}

static int enter(struct store *st, struct err *e)
{
	bool same;
	int n;

	if (st->pid != getpid())
		return err_set(e, ERR_STORE, "opened before fork()");
	for (n = 0; n < TRIES; n++) {
		if (store_lock_take(
			&st->lock, st->dir_fd, STORE_LOCK_SECONDS, e) != 0)
			return -1;
		if (is_same_dir(st, &same, e) == 0 && same)
			return 0;
		store_lock_drop(&st->lock, st->dir_fd);
		if (same || reopen_dir(st, e) != 0)
			return -1;
	}
	return err_set(e, ERR_BUSY, "directory is being replaced");
}

/*
 * recover - make the regions anew from the log.  First everything goes to the
 * disk: the engine takes the end of the log as it reads it, from the kernel's
 * cache, for durable, and a power cut after that would leave the database
 * ahead of its log.
 */
static int recover(struct store *st, struct err *e)
{
	store_lock_watch(&st->lock, STORE_RECOVER_SECONDS);
	if (store_dir_room(st->dir_fd, true, e) != 0 ||
	    store_state_begin(&st->state, st->dir_fd, e) != 0 ||
	    store_dir_sync(st->dir_fd, e) != 0 ||
	    store_dir_drop_regions(st->dir_fd, e) != 0 ||
	    db_env_open(&st->db, st->dir, DB_ENV_RECOVER, e) != 0)
		return -1;
	if (store_dir_hold_regions(st->dir_fd, e) != 0 ||
	    store_state_note(&st->state, st->dir_fd, e) != 0) {
		db_env_discard(&st->db);
		return -1;
	}
	st->generation = st->state.generation;
	store_lock_watch(&st->lock, STORE_HOLD_SECONDS);
	return 0;
}

/* attach - have db open on good regions; .state is dirty afterwards */
static int attach(struct store *st, enum visit_kind kind, struct err *e)
{
	bool clean;

	if (store_state_read(&st->state, st->dir_fd, &clean, e) != 0 ||
	    (kind != VISIT_READ && store_dir_room(st->dir_fd, false, e) != 0))
		return -1;
	if (st->db.env != NULL &&
	    (!clean || st->generation != st->state.generation))
		db_env_discard(&st->db);
	if (!clean)
		return recover(st, e);
	if (store_state_mark(&st->state, false, e) != 0)
		return -1;
	if (st->db.env != NULL)
		return 0;
	if (db_env_open(&st->db, st->dir, DB_ENV_JOIN, e) != 0)
		return recover(st, e);
	st->generation = st->state.generation;
	return 0;
}

/* Commit, and believe it only when the log says so too. */
static int commit(struct visit *v, enum visit_kind kind, struct err *e)
{
	DB_ENV *env = v->db->env;
	DB_TXN *txn = v->txn;
	int rc;

	v->txn = NULL; /* gone, even on error */
	if (kind == VISIT_NOTE) {
		rc = txn->commit(txn, DB_TXN_WRITE_NOSYNC);
	} else if ((rc = txn->commit(txn, DB_TXN_SYNC)) == 0) {
		/*
		 * commit() returns 0 without having written if the first write
		 * to a new log file fails (5.3.28): this finds out.
		 */
		rc = env->log_flush(env, NULL);
	}
	if (rc != 0) {
		v->broken = true;
		return db_env_fail(v->db, rc, "commit", e);
	}
	return 0;
}

static int once(struct visit *v, enum visit_kind kind,
    int (*work)(struct visit *v, void *arg, struct err *e), void *arg,
    struct err *e)
{
	DB_ENV *env = v->db->env;
	int rc;

	v->db->said[0] = '\0';
	if (kind != VISIT_READ &&
	    (rc = env->txn_begin(env, NULL, &v->txn, 0)) != 0) {
		v->broken = true;
		return db_env_fail(v->db, rc, "begin", e);
	}
	rc = work(v, arg, e);
	if (v->txn == NULL)
		return rc;
	if (rc == 0 && !v->undo) {
		if (commit(v, kind, e) != 0)
			return -1;
		rc = db_env_checkpoint(v->db,
		    kind == VISIT_NOTE ? CHECKPOINT_KB : OVERDUE_KB, NULL);
		v->broken = rc != 0; /* but what was committed is durable */
		return 0;
	}
	if (v->txn->abort(v->txn) != 0)
		v->broken = true;
	v->txn = NULL;
	return rc;
}

/* Inside, with .state dirty: the regions are left as they should be. */
static void leave(struct store *st)
{
	int (*close_env)(struct db_env * d, struct err * e) =
	    st->ends_process ? db_env_part : db_env_close;

	if (db_env_checkpoint(&st->db, CHECKPOINT_KB, NULL) == 0 &&
	    close_env(&st->db, NULL) == 0)
		(void)store_state_mark(&st->state, true, NULL);
	db_env_discard(&st->db); /* if it is still open */
}

int visit_run(struct store *st, enum visit_kind kind,
    int (*work)(struct visit *v, void *arg, struct err *e), void *arg,
    struct err *e)
{
	struct err why = { 0 };
	struct visit v;
	int rc, n;

	if ((rc = enter(st, &why)) != 0)
		goto out;
	for (n = 0; n < TRIES; n++) {
		v = (struct visit){
			.db = &st->db, .kind = kind, .again = n > 0
		};
		if ((rc = attach(st, kind, &why)) != 0)
			break;
		rc = once(&v, kind, work, arg, &why);
		if (!v.broken)
			break;
		db_env_discard(&st->db); /* .state stays dirty */
		if (rc == 0)
			break;
	}
	if (rc == 0 && kind == VISIT_WRITE && v.told && !v.undo)
		st->audit_due = true;
	if (st->db.env != NULL && kind == VISIT_NOTE && st->ends_process)
		leave(st);
	else if (st->db.env != NULL)
		(void)store_state_mark(&st->state, true, NULL);
	store_lock_drop(&st->lock, st->dir_fd);
out:
	if (rc != 0 && e != NULL) {
		*e = why;
		err_prefix(e, "store %s", st->dir);
	}
	return rc;
}

void visit_leave(struct store *st)
{
	bool clean = false;
	struct err e;

	/* if it cannot be had, the regions outlive us a little worn */
	if (st->db.env == NULL || enter(st, &e) != 0)
		return;
	if (store_state_read(&st->state, st->dir_fd, &clean, NULL) == 0 &&
	    clean && st->db.env != NULL &&
	    st->generation == st->state.generation &&
	    store_state_mark(&st->state, false, NULL) == 0)
		leave(st);
	db_env_discard(&st->db); /* regions of others, or gone */
	store_lock_drop(&st->lock, st->dir_fd);
}
