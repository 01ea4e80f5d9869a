#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "gateway.h"

static ssize_t read_some(void *arg, uint8_t *p, size_t n)
{
	const struct gateway_cgi *fds = arg;
	ssize_t got;

	do
		got = read(fds->in, p, n);
	while (got < 0 && errno == EINTR);
	return got;
}

/* In as few pieces as the kernel takes; a CRL may be large. */
static int write_all(
    void *arg, struct span head, struct span body, struct err *e)
{
	const struct gateway_cgi *fds = arg;
	struct iovec v[2] = {
		{ (void *)(uintptr_t)head.p, head.n },
		{ (void *)(uintptr_t)body.p, body.n },
	};
	ssize_t n;

	while (v[0].iov_len + v[1].iov_len != 0) {
		n = writev(fds->out, v, 2);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(
			    e, ERR_SYS, "reply: %s", strerror(errno));
		for (size_t i = 0; i < 2; i++) {
			size_t done =
			    (size_t)n < v[i].iov_len ? (size_t)n : v[i].iov_len;

			v[i].iov_base = (uint8_t *)v[i].iov_base + done;
			v[i].iov_len -= done;
			n -= (ssize_t)done;
		}
	}
	return 0;
}

/* fcgiwrap waits for the end of both. */
static void done(void *arg)
{
	const struct gateway_cgi *fds = arg;
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	dup2(fd, fds->out);
	dup2(fd, STDERR_FILENO);
	close(fd);
}

struct gateway gateway_cgi(struct gateway_cgi *fds)
{
	return (struct gateway){ read_some, write_all, done, fds };
}
