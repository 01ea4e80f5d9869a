/*
 * db_env.h - Berkeley DB's environment and its one database, open or not.
 *
 * Every function needs the store's lock.  Between locks the handles stay open
 * and nobody touches them; they are good for as long as nobody has recovered.
 * A child after fork() must not use them.
 */
#ifndef DB_ENV_H
#define DB_ENV_H

#include <db.h>

#include "scep_err.h"

struct db_env {
	DB_ENV *env; /* NULL: not open */
	DB *db;
	char said[160]; /* the engine's last complaint, for error texts */
};

/* What to do about the environment at db_env_open. */
enum db_env_mode {
	DB_ENV_JOIN,	/* the regions are there and good */
	DB_ENV_RECOVER, /* make them and run recovery from the log */
	DB_ENV_CREATE,	/* make everything, the database too */
};

/* db_env_open - on -1 nothing is open; the regions must not be joined then */
int db_env_open(
    struct db_env *d, const char *dir, enum db_env_mode mode, struct err *e);

/*
 * db_env_checkpoint - write the cache back if the log has grown by `kbytes`
 * since the last time (0: in any case), so that old log files can go.
 */
int db_env_checkpoint(struct db_env *d, unsigned kbytes, struct err *e);

/*
 * db_env_close - -1: the regions must not be joined any more
 * db_env_part - likewise, but the regions stay mapped, for a process that ends
 * now.  In them a process owns nothing but what its open database needs, and
 * that is given back.
 */
int db_env_close(struct db_env *d, struct err *e);
int db_env_part(struct db_env *d, struct err *e);

/*
 * db_env_discard - give the handles up without touching what is behind them:
 * the regions are damaged, or another process has replaced them.  Some memory
 * of the process is lost each time (under 1 MB, the engine's).
 */
void db_env_discard(struct db_env *d);

/* db_env_fail - set *e from a return code of the engine; returns -1 */
int db_env_fail(
    const struct db_env *d, int rc, const char *what, struct err *e);

#endif
