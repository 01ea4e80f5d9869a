#include "service_log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "home.h"

enum {
	TRIES = 4,
	/* Who cannot put a full file away still ends here. */
	HARD_MAX = 2 * SERVICE_LOG_MAX,
};

static int failed(const char *path, int why, struct err *e)
{
	enum err_kind kind = ERR_SYS;

	if (why == ENOENT)
		kind = ERR_NOT_FOUND;
	else if (why == EACCES || why == EPERM)
		kind = ERR_PERM;
	return err_set(e, kind, "%s: %s", path, strerror(why));
}

/* A regular file and nothing else: somebody may have put a FIFO there. */
static int open_regular(
    const char *path, int flags, struct stat *st, struct err *e)
{
	int fd = open(
	    path, flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | O_NOCTTY, 0600);

	if (fd < 0)
		return failed(path, errno, e);
	if (fstat(fd, st) != 0) {
		failed(path, errno, e);
	} else if (!S_ISREG(st->st_mode)) {
		err_set(e, ERR_CONF, "%s: is not a regular file", path);
	} else {
		return fd;
	}
	close(fd);
	return -1;
}

static bool is_at(const char *path, const struct stat *st)
{
	struct stat now;

	return lstat(path, &now) == 0 && now.st_ino == st->st_ino &&
	    now.st_dev == st->st_dev;
}

/*
 * Put a full file away, unless another process has just done so: then the one
 * that stands there now is not the one that was full.  The lock goes with fd.
 */
static int rotate(const char *path, const char *old, int fd,
    const struct stat *st, struct err *e)
{
	if (flock(fd, LOCK_EX) != 0)
		return failed(path, errno, e);
	if (is_at(path, st) && rename(path, old) != 0)
		return failed(path, errno, e);
	return 0;
}

/* The file to write to, open; it is not full, or nearly not. */
static int open_current(
    const char *path, const char *old, struct stat *st, struct err *e)
{
	int fd, rc = 0;

	for (int tries = 0; tries < TRIES; tries++) {
		fd = open_regular(path, O_RDWR | O_APPEND | O_CREAT, st, e);
		if (fd < 0 || st->st_size < SERVICE_LOG_MAX)
			return fd;
		rc = rotate(path, old, fd, st, e);
		if (rc != 0 && st->st_size < HARD_MAX)
			return fd;
		close(fd);
		if (rc != 0)
			return -1;
	}
	return err_set(e, ERR_SYS, "%s: is always full", path);
}

/* Did the one before us get his whole line written?  The disk may be full. */
static bool ends_in_line(int fd, const struct stat *st)
{
	char last;

	return st->st_size == 0 || pread(fd, &last, 1, st->st_size - 1) != 1 ||
	    last == '\n';
}

int service_log_append(const char *home, struct span line, struct err *e)
{
	char path[HOME_PATH_MAX], old[HOME_PATH_MAX];
	struct iovec v[2] = {
		{ (char[]){ '\n' }, 1 },
		{ (void *)(uintptr_t)line.p, line.n },
	};
	struct stat st;
	ssize_t n;
	int fd, torn, rc = 0;

	if (home_path(home, HOME_SERVICE_LOG, path, e) != 0 ||
	    home_path(home, HOME_SERVICE_LOG_OLD, old, e) != 0)
		return -1;
	fd = open_current(path, old, &st, e);
	if (fd < 0)
		return -1;
	torn = !ends_in_line(fd, &st);
	do
		n = writev(fd, torn ? v : v + 1, torn ? 2 : 1);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		rc = failed(path, errno, e);
	else if ((size_t)n != line.n + (size_t)torn)
		rc = err_set(e, ERR_FULL, "%s: there is no room", path);
	close(fd);
	return rc;
}

/* Append the end of the file to `all`: what a writer keeps it to, and no more. */
static int read_end(int fd, const char *path, const struct stat *st,
    struct buf *all, struct err *e)
{
	off_t at = st->st_size > HARD_MAX ? st->st_size - HARD_MAX : 0;
	size_t want = (size_t)(st->st_size - at), got = 0;
	uint8_t *p;
	ssize_t n;

	all->max = HARD_MAX;
	if (want == 0)
		return 0;
	if (buf_grow(all, want, &p, e) != 0)
		return -1;
	while (got < want) {
		n = pread(fd, p + got, want - got, at + (off_t)got);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return failed(path, errno, e);
		if (n == 0) /* somebody has cut it meanwhile */
			break;
		got += (size_t)n;
	}
	buf_cut(all, got);
	return 0;
}

static void each_line(struct span all, int (*fn)(struct span line, void *arg),
    void *arg, bool *stop)
{
	const uint8_t *feed;
	struct span line;

	while (all.n > 0 && !*stop) {
		if (all.p[all.n - 1] == '\n')
			all.n--;
		feed = memrchr(all.p, '\n', all.n);
		line = all;
		if (feed != NULL)
			line = (struct span){ feed + 1,
				all.n - (size_t)(feed + 1 - all.p) };
		all.n -= line.n;
		if (line.n > 0 && line.n <= SERVICE_LINE_MAX)
			*stop = fn(line, arg) != 0;
	}
}

static int each_of(const char *path, int fd, const struct stat *st,
    int (*fn)(struct span line, void *arg), void *arg, bool *stop,
    struct err *e)
{
	struct buf all = { 0 };
	int rc = read_end(fd, path, st, &all, e);

	if (rc == 0)
		each_line(buf_span(&all), fn, arg, stop);
	buf_release(&all);
	return rc;
}

/* open_there - *fd is -1 if there is no such file, which is no error */
static int open_there(const char *path, int *fd, struct stat *st, struct err *e)
{
	struct err why;

	*fd = open_regular(path, O_RDONLY, st, &why);
	if (*fd >= 0 || why.kind == ERR_NOT_FOUND)
		return 0;
	return err_set(e, why.kind, "%s", why.text);
}

int service_log_each(const char *home, int (*fn)(struct span line, void *arg),
    void *arg, bool *cut, struct err *e)
{
	char path[2][HOME_PATH_MAX];
	struct stat st[2];
	int fd[2] = { -1, -1 }, rc;
	bool stop = false;

	*cut = false;
	if (home_path(home, HOME_SERVICE_LOG, path[0], e) != 0 ||
	    home_path(home, HOME_SERVICE_LOG_OLD, path[1], e) != 0)
		return -1;
	/* the newer first: if it is put away now, it is there twice, not never */
	rc = open_there(path[0], &fd[0], &st[0], e);
	if (rc == 0)
		rc = open_there(path[1], &fd[1], &st[1], e);
	if (rc == 0 && fd[0] >= 0)
		rc = each_of(path[0], fd[0], &st[0], fn, arg, &stop, e);
	if (rc == 0 && fd[1] >= 0) {
		*cut = true;
		if (fd[0] < 0 || st[0].st_ino != st[1].st_ino)
			rc = each_of(path[1], fd[1], &st[1], fn, arg, &stop, e);
	}
	for (int n = 0; n < 2; n++)
		if (fd[n] >= 0)
			close(fd[n]);
	return rc;
}
