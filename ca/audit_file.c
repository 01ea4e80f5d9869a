#include "audit_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const struct audit_log *log, const char *what, struct err *e)
{
	return err_set(e, errno == EACCES ? ERR_PERM : ERR_SYS, "%s: %s: %s",
	    log->path, what, strerror(errno));
}

int audit_log_check(int fd, const char *path, struct err *e)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONF, "%s: is not a regular file", path);
	if (st.st_uid != geteuid())
		return err_set(e, ERR_PERM,
		    "%s: belongs to user id %ld, this process is %ld; run: "
		    "chown %ld %s",
		    path, (long)st.st_uid, (long)geteuid(), (long)geteuid(),
		    path);
	if ((st.st_mode & 022) != 0)
		return err_set(e, ERR_PERM,
		    "%s: mode %04o: others can change it; run: chmod go-w %s",
		    path, (unsigned)(st.st_mode & 07777), path);
	return 0;
}

/* The bytes at the end of the file, at most `max`. */
static int read_tail(
    struct audit_log *log, uint8_t *tail, size_t max, size_t *n, struct err *e)
{
	off_t size = lseek(log->fd, 0, SEEK_END), at;
	ssize_t got = 0;

	if (size < 0)
		return failed(log, "read", e);
	at = size > (off_t)max ? size - (off_t)max : 0;
	for (*n = 0; *n < (size_t)(size - at); *n += (size_t)got) {
		got = pread(log->fd, tail + *n, (size_t)(size - at) - *n,
		    at + (off_t)*n);
		if (got < 0 && errno == EINTR)
			got = 0;
		else if (got < 0)
			return failed(log, "read", e);
		else if (got == 0)
			break; /* somebody has cut it just now */
	}
	return 0;
}

static int last(struct audit_file *f, struct audit_head *head, struct err *e)
{
	struct audit_log *log = (struct audit_log *)f;
	uint8_t tail[2 * (AUDIT_LINE_MAX + 1)];
	const uint8_t *end, *begin;
	size_t n = 0;

	if (read_tail(log, tail, sizeof(tail), &n, e) != 0)
		return -1;
	end = memrchr(tail, '\n', n);
	log->n_rest = n - (end != NULL ? (size_t)(end - tail) + 1 : 0);
	if (log->n_rest > AUDIT_LINE_MAX)
		return err_set(e, ERR_STORE,
		    "%s: its end was not made by this CA", log->path);
	memcpy(log->rest, tail + n - log->n_rest, log->n_rest);
	if (end == NULL) {
		*head = (struct audit_head){ .seq = 0 };
		return 0;
	}
	begin = memrchr(tail, '\n', (size_t)(end - tail));
	begin = begin != NULL ? begin + 1 : tail;
	if (audit_line_read(
		(struct span){ begin, (size_t)(end - begin) }, head, e) != 0) {
		e->kind = ERR_STORE;
		return err_prefix(e, "%s: its last line", log->path);
	}
	return 0;
}

static int append(struct audit_file *f, struct span lines, struct err *e)
{
	struct audit_log *log = (struct audit_log *)f;
	ssize_t n;

	if (log->n_rest > lines.n ||
	    memcmp(log->rest, lines.p, log->n_rest) != 0)
		return err_set(e, ERR_STORE,
		    "%s: its last line is cut off and was not made by this CA",
		    log->path);
	lines.p += log->n_rest;
	lines.n -= log->n_rest;
	while (lines.n > 0) {
		n = write(log->fd, lines.p, lines.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			/* what is there of a line is completed next time */
			return failed(log, "write", e);
		}
		lines.p += n;
		lines.n -= (size_t)n;
	}
	return 0;
}

/* create - durably, so that lines that are durable in it do not go with it */
static int create(const char *home, struct audit_log *log, struct err *e)
{
	int dir, rc;

	log->fd = open(log->path,
	    O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC,
	    0600);
	if (log->fd < 0)
		return failed(log, "cannot be made", e);
	dir = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rc = dir < 0 ? -1 : fsync(dir);
	if (rc != 0)
		failed(log, "cannot be made", e);
	if (dir >= 0)
		close(dir);
	if (rc != 0)
		close(log->fd);
	return rc;
}

int audit_log_open(const char *home, struct audit_log *log, struct err *e)
{
	struct audit_head head;

	log->file = (struct audit_file){ .last = last, .append = append };
	log->n_rest = 0;
	if (home_path(home, HOME_AUDIT, log->path, e) != 0)
		return -1;
	log->fd = open(
	    log->path, O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (log->fd < 0 && errno == ENOENT) {
		if (create(home, log, e) != 0)
			return -1;
	} else if (log->fd < 0) {
		return failed(log, "cannot be opened", e);
	}
	/*
	 * Brought to the disk here, where nobody waits for us, and not within
	 * the visit: so the line that a process adds is forgotten by the store
	 * when the next one comes.
	 */
	if (audit_log_check(log->fd, log->path, e) == 0) {
		if (last(&log->file, &head, e) == 0) {
			if (head.seq == 0 || fdatasync(log->fd) == 0) {
				log->file.synced = head.seq;
				return 0;
			}
			failed(log, "write", e);
		}
	}
	close(log->fd);
	return -1;
}

void audit_log_close(struct audit_log *log)
{
	close(log->fd);
}
