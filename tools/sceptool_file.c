#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sceptool.h"

static int read_all(int fd, size_t max, struct buf *out, struct err *e)
{
	size_t before = out->n;
	uint8_t *at;
	ssize_t n;

	do {
		if (out->n - before > max)
			return err_set(e, ERR_INPUT, "over %zu bytes", max);
		if (buf_grow(out, 4096, &at, e) != 0)
			return -1;
		do
			n = read(fd, at, 4096);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return err_set(e, ERR_SYS, "%s", strerror(errno));
		buf_cut(out, out->n - 4096 + (size_t)n);
	} while (n > 0);
	return 0;
}

int file_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	bool is_stdin = strcmp(path, "-") == 0;
	size_t before = out->n;
	int fd = is_stdin ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	int rc;

	if (fd < 0)
		return err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
	rc = read_all(fd, max, out, e);
	if (rc != 0) {
		buf_cut(out, before);
		err_prefix(e, "%s", is_stdin ? "standard input" : path);
	}
	if (!is_stdin)
		close(fd);
	return rc;
}

static int write_all(int fd, struct span s)
{
	ssize_t n;

	for (; s.n > 0; s.p += n, s.n -= (size_t)n) {
		do
			n = write(fd, s.p, s.n);
		while (n < 0 && errno == EINTR);
		if (n < 0)
			return -1;
	}
	return fsync(fd);
}

int file_create(
    const char *path, unsigned mode, struct span bytes, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	int failed_write, why;

	if (fd < 0)
		return err_set(e, errno == EEXIST ? ERR_CONF : ERR_SYS,
		    "%s: %s", path, strerror(errno));
	failed_write = write_all(fd, bytes);
	why = errno;
	if (close(fd) != 0 && failed_write == 0) {
		failed_write = -1;
		why = errno;
	}
	if (failed_write == 0)
		return 0;
	unlink(path);
	return err_set(e, ERR_SYS, "%s: %s", path, strerror(why));
}

int file_replace(
    const char *path, unsigned mode, struct span bytes, struct err *e)
{
	char temporary[4096];
	int n = snprintf(
	    temporary, sizeof(temporary), "%s.%ld.tmp", path, (long)getpid());

	if (n < 0 || (size_t)n >= sizeof(temporary))
		return err_set(
		    e, ERR_SYS, "%s: %s", path, strerror(ENAMETOOLONG));
	if (file_create(temporary, mode, bytes, e) != 0)
		return -1;
	if (rename(temporary, path) != 0) {
		err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
		unlink(temporary);
		return -1;
	}
	return 0;
}

int pem_write(
    const char *path, const char *label, struct span der, struct err *e)
{
	/* base64, its line feeds, two lines more */
	struct buf pem = { .max = der.n * 3 / 2 + 200 };
	int rc = pem_encode(der, label, &pem, e);

	if (rc == 0)
		rc = file_replace(path, 0644, buf_span(&pem), e);
	buf_release(&pem);
	return rc;
}
