/*
 * store_dir.h - the directory around the database: whose it is, what file
 * system it lies on, how much room there is, and its files by kind.
 *
 *   store.db   the database        log.NNNNNNNNNN   its log
 *   __db.NNN   shared memory of those who have it open ("regions")
 *   .state     see store_state.h
 */
#ifndef STORE_DIR_H
#define STORE_DIR_H

#include <stdbool.h>
#include <sys/stat.h>

#include "scep_err.h"

/*
 * store_dir_open - *fd for the directory, which must be ours, private (0700)
 * and on a local file system; *sb is its stat.  ERR_NOT_FOUND, ERR_PERM,
 * ERR_STORE.
 */
int store_dir_open(const char *dir, int *fd, struct stat *sb, struct err *e);

/* store_dir_kind - the kind of error that an errno means here */
enum err_kind store_dir_kind(int number);

/* store_dir_owned - ERR_PERM unless it belongs to our effective user, 0700 */
int store_dir_owned(const struct stat *sb, struct err *e);

/* store_dir_local - ERR_STORE if flock and shared memory do not work there */
int store_dir_local(int fd, struct err *e);

/*
 * store_dir_room - ERR_FULL unless there is room to write: running out halfway
 * costs more than the answer "full" now.  Recovery may use the last reserve.
 */
int store_dir_room(int fd, bool recovering, struct err *e);

/*
 * store_dir_sync - bring the database, the log and the directory itself to the
 * disk.  ERR_STORE if there is no log at all.
 */
int store_dir_sync(int fd, struct err *e);

/* store_dir_drop_regions - unlink them; who has them open keeps the old ones */
int store_dir_drop_regions(int fd, struct err *e);

/*
 * store_dir_hold_regions - allocate the blocks of all that they may grow to,
 * now: a page of mapped memory that finds the disk full later would be a
 * SIGBUS.  ERR_FULL.
 */
enum {
	STORE_REGION_MAX = 1536 << 10
}; /* bytes; the engine maps less of each */

int store_dir_hold_regions(int fd, struct err *e);

#endif
