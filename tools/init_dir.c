#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "init.h"

/* Others may go through the home, to public/, and see nothing of the rest. */
enum { HOME_MODE = 0711 };

static void wait_signals(int how)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(how, &set, NULL);
}

static bool is_interrupted(void)
{
	sigset_t set;

	return sigpending(&set) == 0 &&
	    (sigismember(&set, SIGINT) == 1 ||
		sigismember(&set, SIGTERM) == 1 ||
		sigismember(&set, SIGHUP) == 1);
}

/*
 * remove_tree - `name` in the directory `at`, with all that is in it; by
 * descriptors, so that nobody can lead us elsewhere by a link meanwhile.
 */
static void remove_tree(int at, const char *name)
{
	const struct dirent *d;
	DIR *dir;
	int fd;

	if (unlinkat(at, name, 0) == 0)
		return;
	fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return;
	dir = fdopendir(fd);
	if (dir == NULL) {
		close(fd);
		return;
	}
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			remove_tree(fd, d->d_name);
	closedir(dir);
	unlinkat(at, name, AT_REMOVEDIR);
}

static const char *base(const char *path)
{
	return strrchr(path, '/') + 1;
}

/* name_paths - where the directory is to be, and where it is to be made */
static int name_paths(struct new_dir *d, const char *path, struct err *e)
{
	char copy[2][HOME_PATH_MAX], *parent;
	const char *name;
	int n;

	if (snprintf(copy[0], sizeof(copy[0]), "%s", path) >= HOME_PATH_MAX)
		return err_set(e, ERR_INPUT, "the path is too long");
	memcpy(copy[1], copy[0], sizeof(copy[1]));
	name = basename(copy[0]);
	if (name[0] == '/' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return err_set(e, ERR_INPUT,
		    "%s: want the name of a directory that is to be", path);
	parent = realpath(dirname(copy[1]), NULL);
	if (parent == NULL)
		return err_set(e, ERR_INPUT, "%s: its directory: %s", path,
		    strerror(errno));
	n = snprintf(d->temp, sizeof(d->temp), "%s/.%s.init",
	    strcmp(parent, "/") == 0 ? "" : parent, name);
	if (n < HOME_PATH_MAX - 64) { /* room for what is inside */
		snprintf(d->parent, sizeof(d->parent), "%s", parent);
		snprintf(d->path, sizeof(d->path), "%s/%s",
		    strcmp(parent, "/") == 0 ? "" : parent, name);
	}
	free(parent);
	if (n >= HOME_PATH_MAX - 64)
		return err_set(e, ERR_INPUT, "the path is too long");
	return 0;
}

/*
 * check_place - nothing is there, or an empty directory as adduser(8) makes it
 */
static int check_place(const struct new_dir *d, struct err *e)
{
	const struct dirent *entry;
	size_t n = 0;
	DIR *dir = opendir(d->path);

	if (dir == NULL && errno == ENOENT)
		return 0;
	if (dir == NULL)
		return err_set(
		    e, ERR_INPUT, "%s: %s", d->path, strerror(errno));
	while ((entry = readdir(dir)) != NULL)
		n++;
	closedir(dir);
	if (n > 2)
		return err_set(e, ERR_INPUT,
		    "%s exists, and a CA is never made over something; "
		    "choose another --home",
		    d->path);
	return 0;
}

/*
 * open_temp - make the directory and take its lock; or take the lock of the one
 * that is there, which a killed init has left or a living one holds.
 */
static int open_temp(struct new_dir *d, bool *is_new, struct err *e)
{
	const char *name = base(d->temp);
	struct stat st, now;

	*is_new = mkdirat(d->parent_fd, name, 0700) == 0;
	if (!*is_new && errno != EEXIST)
		return err_set(e, errno == EACCES ? ERR_PERM : ERR_SYS,
		    "%s: %s; as root, scepca init --user USER makes the home "
		    "and gives it away",
		    d->temp, strerror(errno));
	d->fd = openat(d->parent_fd, name,
	    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (d->fd < 0 || fstat(d->fd, &st) != 0)
		return err_set(e, ERR_SYS, "%s: %s", d->temp, strerror(errno));
	if (st.st_uid != geteuid() &&
	    (d->owner == NULL || st.st_uid != d->owner->uid))
		return err_set(e, ERR_PERM,
		    "%s belongs to somebody else; remove it", d->temp);
	if (flock(d->fd, LOCK_EX | LOCK_NB) != 0 ||
	    fstatat(d->parent_fd, name, &now, AT_SYMLINK_NOFOLLOW) != 0 ||
	    now.st_ino != st.st_ino)
		return err_set(
		    e, ERR_BUSY, "another scepca init is making this home");
	return 0;
}

static void clear(struct new_dir *d)
{
	if (d->owner != NULL)
		(void)return_owner(NULL);
	remove_tree(d->parent_fd, base(d->temp));
}

static int open_dir(struct new_dir *d, struct err *e)
{
	bool is_new;

	d->parent_fd = open(d->parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d->parent_fd < 0)
		return err_set(
		    e, ERR_SYS, "%s: %s", d->parent, strerror(errno));
	if (open_temp(d, &is_new, e) != 0)
		return -1;
	if (!is_new) {
		remove_tree(d->parent_fd, base(d->temp));
		close(d->fd);
		if (open_temp(d, &is_new, e) != 0)
			return -1;
		if (!is_new)
			return err_set(
			    e, ERR_SYS, "%s: cannot be removed", d->temp);
	}
	if (d->owner == NULL)
		return 0;
	if (fchown(d->fd, d->owner->uid, d->owner->gid) != 0)
		return err_set(e, ERR_SYS, "%s: %s", d->temp, strerror(errno));
	if (borrow_owner(d->owner, e) != 0)
		return -1;
	if (euidaccess(d->temp, R_OK | W_OK | X_OK) != 0) {
		err_set(e, ERR_PERM,
		    "%s: %s for %s; a directory above is closed to him",
		    d->path, strerror(errno), d->owner->name);
		clear(d);
		return -1;
	}
	return 0;
}

static void close_dir(struct new_dir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	if (d->parent_fd >= 0)
		close(d->parent_fd);
	wait_signals(SIG_UNBLOCK);
}

int new_dir_make(const char *path, const struct owner *owner, struct new_dir *d,
    struct err *e)
{
	*d = (struct new_dir){ .parent_fd = -1, .fd = -1, .owner = owner };
	if (name_paths(d, path, e) != 0 || check_place(d, e) != 0)
		return -1;
	wait_signals(SIG_BLOCK);
	if (open_dir(d, e) == 0)
		return 0;
	close_dir(d);
	return -1;
}

int new_dir_place(struct new_dir *d, struct err *e)
{
	int rc = -1;

	if (fchmod(d->fd, HOME_MODE) != 0 || fsync(d->fd) != 0)
		err_set(e, ERR_SYS, "%s: %s", d->temp, strerror(errno));
	else if (d->owner == NULL || return_owner(e) == 0)
		rc = 0;
	if (rc == 0 && is_interrupted())
		rc = err_set(e, ERR_SYS, "interrupted; nothing was made");
	/* over an empty directory, never over a full one (rename(2)) */
	if (rc == 0 &&
	    renameat(
		d->parent_fd, base(d->temp), d->parent_fd, base(d->path)) != 0)
		rc = err_set(e,
		    errno == ENOTEMPTY || errno == EEXIST ? ERR_INPUT : ERR_SYS,
		    "%s: %s", d->path, strerror(errno));
	if (rc == 0 && fsync(d->parent_fd) != 0)
		rc = err_set(e, ERR_SYS, "%s: %s", d->parent, strerror(errno));
	if (rc == 0)
		close_dir(d);
	else
		new_dir_remove(d);
	return rc;
}

void new_dir_remove(struct new_dir *d)
{
	clear(d);
	close_dir(d);
}
