#include "home.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int home_path(const char *home, const char *name, char *out, struct err *e)
{
	int n;

	if (home == NULL || home[0] != '/')
		return err_set(e, ERR_CONF,
		    "the CA home must be an absolute path; set --home or "
		    "SCEPCA_HOME");
	n = snprintf(out, HOME_PATH_MAX, "%s/%s", home, name);
	if (n < 0 || n >= HOME_PATH_MAX)
		return err_set(e, ERR_CONF,
		    "the path of the CA home is over %d bytes long",
		    HOME_PATH_MAX);
	return 0;
}

/* The reason why a path cannot be opened, sorted by what mends it. */
static int open_failed(const char *path, int why, struct err *e)
{
	switch (why) {
	case ENOENT:
	case ENOTDIR:
		return err_set(e, ERR_NOT_FOUND, "%s: no such file", path);
	case EACCES:
	case EPERM:
		return err_set(e, ERR_PERM,
		    "%s: not readable by user id %ld; run: chown %ld %s", path,
		    (long)geteuid(), (long)geteuid(), path);
	case ELOOP:
		return err_set(e, ERR_CONF,
		    "%s: is a symbolic link; put the file itself there", path);
	default:
		return err_set(e, ERR_SYS, "%s: %s", path, strerror(why));
	}
}

/* T-46: nobody but us may have a part in what is secret. */
static int check_secret(const char *path, const struct stat *st, struct err *e)
{
	mode_t mode = st->st_mode & 07777;
	bool dir = S_ISDIR(st->st_mode);

	if (!dir && !S_ISREG(st->st_mode))
		return err_set(
		    e, ERR_PERM, "%s: neither file nor directory", path);
	if (st->st_uid != geteuid())
		return err_set(e, ERR_PERM,
		    "%s: belongs to user id %ld, this process is %ld; "
		    "run: chown %ld %s",
		    path, (long)st->st_uid, (long)geteuid(), (long)geteuid(),
		    path);
	if (dir ? mode != 0700 : mode != 0400 && mode != 0600)
		return err_set(e, ERR_PERM,
		    "%s: mode %04o is not private; run: chmod %s %s", path,
		    (unsigned)mode, dir ? "0700" : "0400", path);
	return 0;
}

int home_check_secret(const char *home, const char *name, struct err *e)
{
	char path[HOME_PATH_MAX];
	struct stat st;

	if (home_path(home, name, path, e) != 0)
		return -1;
	if (lstat(path, &st) != 0)
		return open_failed(path, errno, e);
	return check_secret(path, &st, e);
}

/* Append what `fd` holds; it may have changed its size since it was opened. */
static int read_all(
    int fd, const char *path, size_t max, struct buf *out, struct err *e)
{
	struct buf got = { .max = max };
	uint8_t chunk[4096];
	ssize_t n;
	int rc = -1;

	for (;;) {
		n = read(fd, chunk, sizeof(chunk));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
			break;
		}
		if (n == 0) {
			rc = buf_put(out, buf_span(&got), e);
			break;
		}
		if ((size_t)n > max - got.n) {
			err_set(e, ERR_CONF, "%s: over %zu bytes", path, max);
			break;
		}
		if (buf_put(&got, (struct span){ chunk, (size_t)n }, e) != 0)
			break;
	}
	explicit_bzero(chunk, sizeof(chunk));
	buf_release(&got);
	return rc;
}

static int read_file(const char *home, const char *name, bool secret,
    size_t max, struct buf *out, struct err *e)
{
	char path[HOME_PATH_MAX];
	struct stat st;
	int fd, rc = -1;

	if (home_path(home, name, path, e) != 0)
		return -1;
	/* NONBLOCK: a FIFO that somebody put there must not hold us up */
	fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0) {
		/* a secret that we may not read has a more precise reason */
		if (secret && errno == EACCES &&
		    home_check_secret(home, name, e) != 0)
			return -1;
		return open_failed(path, errno, e);
	}
	if (fstat(fd, &st) != 0)
		err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
	else if (!S_ISREG(st.st_mode))
		err_set(e, ERR_CONF, "%s: is not a regular file", path);
	else if (!secret || check_secret(path, &st, e) == 0)
		rc = read_all(fd, path, max, out, e);
	close(fd);
	return rc;
}

int home_read(
    const char *home, const char *name, struct buf *out, struct err *e)
{
	return read_file(home, name, false, HOME_FILE_MAX, out, e);
}

int home_read_large(const char *home, const char *name, size_t max,
    struct buf *out, struct err *e)
{
	return read_file(home, name, false, max, out, e);
}

int home_exists(const char *home, const char *name, bool *there, struct err *e)
{
	char path[HOME_PATH_MAX];
	struct stat st;

	if (home_path(home, name, path, e) != 0)
		return -1;
	if (lstat(path, &st) != 0) {
		if (errno != ENOENT)
			return open_failed(path, errno, e);
		*there = false;
		return 0;
	}
	if (S_ISLNK(st.st_mode))
		return open_failed(path, ELOOP, e);
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONF, "%s: is not a regular file", path);
	*there = true;
	return 0;
}

int home_read_secret(
    const char *home, const char *name, struct buf *out, struct err *e)
{
	return read_file(home, name, true, HOME_FILE_MAX, out, e);
}

static int write_all(int fd, struct span s)
{
	while (s.n > 0) {
		ssize_t n = write(fd, s.p, s.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		s = (struct span){ s.p + n, s.n - (size_t)n };
	}
	return 0;
}

/* Make a rename durable: the directory that `path` is in. */
static int sync_parent(const char *path)
{
	char dir[HOME_PATH_MAX];
	char *slash;
	int fd, rc;

	snprintf(dir, sizeof(dir), "%s", path);
	slash = strrchr(dir, '/');
	slash[slash == dir ? 1 : 0] = '\0';
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	rc = fsync(fd);
	close(fd);
	return rc;
}

/* `flags` are those of renameat2(2). */
static int write_file(const char *home, const char *name, mode_t mode,
    struct span bytes, unsigned flags, struct err *e)
{
	char path[HOME_PATH_MAX], temp[HOME_PATH_MAX + 8];
	int fd, why;

	if (home_path(home, name, path, e) != 0)
		return -1;
	snprintf(temp, sizeof(temp), "%s.XXXXXX", path);
	fd = mkostemp(temp, O_CLOEXEC);
	if (fd < 0)
		return err_set(e, errno == EACCES ? ERR_PERM : ERR_SYS,
		    "%s: cannot be written: %s", path, strerror(errno));
	if (write_all(fd, bytes) == 0 && fchmod(fd, mode) == 0 &&
	    fsync(fd) == 0 &&
	    renameat2(AT_FDCWD, temp, AT_FDCWD, path, flags) == 0) {
		close(fd);
		if (sync_parent(path) == 0)
			return 0;
		return err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
	}
	why = errno;
	close(fd);
	unlink(temp);
	if (why == EEXIST)
		return err_set(e, ERR_CONF, "%s: exists already", path);
	return err_set(e, ERR_SYS, "%s: %s", path, strerror(why));
}

int home_create(const char *home, const char *name, mode_t mode,
    struct span bytes, struct err *e)
{
	return write_file(home, name, mode, bytes, RENAME_NOREPLACE, e);
}

int home_replace(const char *home, const char *name, mode_t mode,
    struct span bytes, struct err *e)
{
	return write_file(home, name, mode, bytes, 0, e);
}

/* Is `entry` what mkostemp(3) makes of the template base.XXXXXX? */
static bool is_temporary(const char *entry, const char *base)
{
	static const char random[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz";
	size_t n = strlen(base);

	return strncmp(entry, base, n) == 0 && entry[n] == '.' &&
	    strlen(entry + n + 1) == 6 && strspn(entry + n + 1, random) == 6;
}

int home_sweep(const char *home, const char *name, int64_t before, size_t *n,
    struct err *e)
{
	char path[HOME_PATH_MAX];
	struct dirent *entry;
	struct stat st;
	char *base;
	size_t gone = 0;
	int rc = 0;
	DIR *dir;

	if (home_path(home, name, path, e) != 0)
		return -1;
	base = strrchr(path, '/');
	*base++ = '\0';
	dir = opendir(path);
	if (dir == NULL)
		return open_failed(path, errno, e);
	while (rc == 0 && (entry = readdir(dir)) != NULL) {
		if (!is_temporary(entry->d_name, base) ||
		    fstatat(dirfd(dir), entry->d_name, &st,
			AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(st.st_mode) || st.st_mtime >= before)
			continue;
		if (unlinkat(dirfd(dir), entry->d_name, 0) == 0)
			gone++;
		else if (errno != ENOENT) /* somebody else was faster */
			rc =
			    err_set(e, ERR_PERM, "%s/%s: cannot be removed: %s",
				path, entry->d_name, strerror(errno));
	}
	closedir(dir);
	if (rc == 0)
		*n = gone;
	return rc;
}
