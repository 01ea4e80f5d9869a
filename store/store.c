/*
 * store.c - making a store, opening it, closing it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store_dir.h"
#include "visit.h"

static int fail_errno(struct err *e, const char *what, const char *path)
{
	enum err_kind kind =
	    errno == ENOENT ? ERR_NOT_FOUND : store_dir_kind(errno);

	return err_set(e, kind, "%s %s: %s", what, path, strerror(errno));
}

int store_open(const char *dir, struct store **st, struct err *e)
{
	struct store *s;
	struct stat sb;

	if (dir[0] != '/')
		return err_set(
		    e, ERR_INPUT, "store %s: not an absolute path", dir);
	if ((s = calloc(1, sizeof(*s))) == NULL ||
	    (s->dir = strdup(dir)) == NULL) {
		free(s);
		return err_set(e, ERR_NOMEM, "store %s", dir);
	}
	s->dir_fd = -1;
	s->pid = getpid();
	store_state_init(&s->state);
	if (store_dir_open(dir, &s->dir_fd, &sb, e) != 0)
		goto fail;
	s->dev = sb.st_dev;
	s->ino = sb.st_ino;
	if (faccessat(s->dir_fd, "store.db", F_OK, 0) != 0) {
		err_set(e, ERR_NOT_FOUND,
		    "no store.db in it: not a store, or not all of one");
		goto fail;
	}
	if (store_lock_init(&s->lock, e) != 0)
		goto fail;
	*st = s;
	return 0;
fail:
	err_prefix(e, "store %s", dir);
	store_close(s);
	return -1;
}

void store_ends_process(struct store *st)
{
	st->ends_process = true;
}

void store_close(struct store *st)
{
	if (st == NULL)
		return;
	if (st->pid == getpid()) {
		visit_leave(st);
		store_lock_release(&st->lock);
	}
	store_state_release(&st->state);
	if (st->dir_fd >= 0)
		close(st->dir_fd);
	free(st->dir);
	free(st);
}

/* Fill the new directory and bring it to the disk; no regions stay behind. */
static int fill(const char *dir, int fd, struct err *e)
{
	struct db_env db;

	if (store_dir_local(fd, e) != 0 || store_dir_room(fd, false, e) != 0 ||
	    db_env_open(&db, dir, DB_ENV_CREATE, e) != 0)
		return -1;
	if (db_env_checkpoint(&db, 0, e) != 0) {
		db_env_discard(&db);
		return -1;
	}
	if (db_env_close(&db, e) != 0 || store_dir_drop_regions(fd, e) != 0 ||
	    store_dir_sync(fd, e) != 0)
		return -1;
	return 0;
}

/* Best effort, on the way out of a failure. */
static void remove_dir(const char *dir, int fd)
{
	(void)store_dir_drop_regions(fd, NULL);
	(void)unlinkat(fd, "store.db", 0);
	(void)unlinkat(fd, "log.0000000001", 0);
	(void)rmdir(dir);
}

static int sync_parent(const char *dir, struct err *e)
{
	char *parent = strdup(dir), *slash;
	int fd = -1, rc = -1;

	if (parent == NULL)
		return err_set(e, ERR_NOMEM, "path");
	if ((slash = strrchr(parent, '/')) != NULL)
		slash[slash == parent] = '\0';
	fd = open(
	    slash != NULL ? parent : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 || fsync(fd) != 0)
		fail_errno(e, "sync", parent);
	else
		rc = 0;
	if (fd >= 0)
		close(fd);
	free(parent);
	return rc;
}

int store_create(const char *dir, struct err *e)
{
	mode_t mask = umask(077);
	char *made = NULL;
	int fd = -1, rc = -1;

	if (dir[0] != '/') {
		err_set(e, ERR_INPUT, "store %s: not an absolute path", dir);
		goto out;
	}
	if (faccessat(AT_FDCWD, dir, F_OK, AT_SYMLINK_NOFOLLOW) == 0) {
		err_set(e, ERR_STORE, "store %s: there already", dir);
		goto out;
	}
	if (asprintf(&made, "%s.new-XXXXXX", dir) < 0) {
		made = NULL;
		err_set(e, ERR_NOMEM, "store %s", dir);
		goto out;
	}
	if (mkdtemp(made) == NULL) {
		fail_errno(e, "make directory", made);
		goto out;
	}
	fd = open(made, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		fail_errno(e, "open", made);
		(void)rmdir(made);
		goto out;
	}
	if ((rc = fill(made, fd, e)) != 0) {
		err_prefix(e, "store %s", dir);
	} else if ((rc = renameat2(AT_FDCWD, made, AT_FDCWD, dir,
			RENAME_NOREPLACE)) != 0) {
		fail_errno(e, "rename to", dir);
	}
	if (rc != 0)
		remove_dir(made, fd);
	else
		rc = sync_parent(dir, e);
out:
	if (fd >= 0)
		close(fd);
	free(made);
	umask(mask);
	return rc;
}
