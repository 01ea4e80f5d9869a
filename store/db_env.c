/*
 * db_env.c - the calls to Berkeley DB 5.3 that open, recover and close.
 *
 * Shared regions without the locking subsystem: store_lock.h already lets in
 * one process at a time.  DB_REGISTER and failchk are of no use with Debian's
 * blocking, not robust mutexes: a process killed inside one would hang all
 * others.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "db_env.h"
#include "store_dir.h"

enum {
	PAGE_BYTES = 4096, /* a killed write() is cut at multiples of this */
	CACHE_BYTES = 1 << 20,
	LOG_FILE_BYTES = 1 << 20, /* also bounds the time of a recovery */
	LOG_BUFFER_BYTES = 128 << 10,
};

static const char db_name[] = "store.db";
static const u_int32_t subsystems = DB_INIT_TXN | DB_INIT_LOG | DB_INIT_MPOOL;

int db_env_fail(const struct db_env *d, int rc, const char *what, struct err *e)
{
	return err_set(e, store_dir_kind(rc), "%s: %s%s%s", what,
	    db_strerror(rc), d->said[0] != '\0' ? "; " : "", d->said);
}

static void hear(const DB_ENV *env, const char *prefix, const char *msg)
{
	struct db_env *d = env->app_private;

	(void)prefix;
	/* the first complaint of a chain names the cause */
	if (d->said[0] == '\0')
		snprintf(d->said, sizeof(d->said), "%s", msg);
}

/*
 * The engine sleeps for seconds when it runs out of space or descriptors,
 * hoping for better times.  We hold the lock: no.
 */
static int yield_briefly(u_long secs, u_long usecs)
{
	struct timespec ms = { .tv_nsec = 1000000 };

	(void)secs;
	(void)usecs;
	nanosleep(&ms, NULL);
	return 0;
}

static int set_up(struct db_env *d, enum db_env_mode mode)
{
	DB_ENV *env = d->env;
	int rc;

	env->app_private = d;
	env->set_errcall(env, hear);
	/* unasked, it looks for a temporary directory and counts processors */
	if ((rc = env->set_cachesize(env, 0, CACHE_BYTES, 1)) != 0 ||
	    (rc = env->set_tmp_dir(env, ".")) != 0 ||
	    (rc = env->mutex_set_tas_spins(env, 1)) != 0 ||
	    (rc = env->set_lg_max(env, LOG_FILE_BYTES)) != 0 ||
	    (rc = env->set_lg_bsize(env, LOG_BUFFER_BYTES)) != 0 ||
	    (rc = env->log_set_config(env, DB_LOG_AUTO_REMOVE, 1)) != 0 ||
	    (rc = env->log_set_config(env, DB_LOG_ZERO, 1)) != 0)
		return rc;
	/* touch each page of new regions while an error can be reported */
	return mode == DB_ENV_JOIN ? 0 : env->set_flags(env, DB_REGION_INIT, 1);
}

static int open_db(struct db_env *d, enum db_env_mode mode)
{
	bool create = mode == DB_ENV_CREATE;
	DB_ENV *env = d->env;
	DB_TXN *txn = NULL;
	int rc;

	if ((rc = db_create(&d->db, env, 0)) != 0)
		return rc;
	if (create &&
	    ((rc = d->db->set_pagesize(d->db, PAGE_BYTES)) != 0 ||
		(rc = d->db->set_flags(d->db, DB_CHKSUM)) != 0))
		return rc;
	/* an unsynced create would be rolled back by the first early kill */
	if ((rc = env->txn_begin(
		 env, NULL, &txn, create ? DB_TXN_SYNC : DB_TXN_NOSYNC)) != 0)
		return rc;
	rc = d->db->open(d->db, txn, db_name, NULL, DB_BTREE,
	    create ? DB_CREATE | DB_EXCL : 0, 0600);
	if (rc != 0) {
		(void)txn->abort(txn); /* rc already says why */
		return rc;
	}
	return txn->commit(txn, 0);
}

int db_env_open(
    struct db_env *d, const char *dir, enum db_env_mode mode, struct err *e)
{
	static const u_int32_t extra[] = {
		[DB_ENV_JOIN] = 0, /* never DB_CREATE: see store_state.h */
		[DB_ENV_RECOVER] = DB_CREATE | DB_RECOVER,
		[DB_ENV_CREATE] = DB_CREATE,
	};
	const char *what = "set up Berkeley DB";
	int rc;

	db_env_set_func_yield(yield_briefly);
	*d = (struct db_env){ 0 };
	if ((rc = db_env_create(&d->env, 0)) != 0)
		return db_env_fail(d, rc, what, e);
	if ((rc = set_up(d, mode)) != 0)
		goto fail;
	what = mode == DB_ENV_RECOVER ? "recover" : "open environment";
	if ((rc = d->env->open(d->env, dir, subsystems | extra[mode], 0600)) !=
	    0)
		goto fail;
	what = "open store.db";
	if ((rc = open_db(d, mode)) != 0)
		goto fail;
	return 0;
fail:
	db_env_fail(d, rc, what, e);
	db_env_discard(d);
	return -1;
}

int db_env_checkpoint(struct db_env *d, unsigned kbytes, struct err *e)
{
	DB_LOG_STAT *log = NULL;
	uint64_t grown;
	int rc;

	/* txn_checkpoint() reads the log to find out whether it is due: slow */
	if ((rc = d->env->log_stat(d->env, &log, 0)) != 0)
		return db_env_fail(d, rc, "log", e);
	grown = ((uint64_t)log->st_wc_mbytes << 10) + (log->st_wc_bytes >> 10);
	free(log);
	if (grown < kbytes)
		return 0;
	rc = d->env->txn_checkpoint(d->env, 0, 0, DB_FORCE);
	return rc == 0 ? 0 : db_env_fail(d, rc, "checkpoint", e);
}

int db_env_close(struct db_env *d, struct err *e)
{
	int db_rc = 0, rc;

	/* both are gone afterwards, even on error */
	if (d->db != NULL)
		db_rc = d->db->close(d->db, DB_NOSYNC);
	rc = d->env->close(d->env, 0);
	d->db = NULL;
	d->env = NULL;
	if (db_rc != 0 || rc != 0)
		return db_env_fail(d, db_rc != 0 ? db_rc : rc, "close", e);
	return 0;
}

int db_env_part(struct db_env *d, struct err *e)
{
	int rc = d->db->close(d->db, DB_NOSYNC);

	d->db = NULL;
	d->env = NULL;
	return rc == 0 ? 0 : db_env_fail(d, rc, "close", e);
}

void db_env_discard(struct db_env *d)
{
	if (d->env == NULL)
		return;
	(void)d->env->set_flags(d->env, DB_PANIC_ENVIRONMENT, 1);
	(void)db_env_close(d, NULL);
}
