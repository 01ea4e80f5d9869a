/*
 * test_body.c - CONTENT_LENGTH and the body behind it (T-30, T-34, T-42).
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "body.h"
#include "rows.h"

enum { MAX = 1000 };

/* A descriptor with n bytes behind it, 'x' each. */
static int file_of(size_t n)
{
	int fd = memfd_create("body", 0);
	char x[512];

	memset(x, 'x', sizeof(x));
	cr_assert(fd >= 0);
	for (size_t k; n != 0; n -= k) {
		k = n < sizeof(x) ? n : sizeof(x);
		cr_assert_eq(write(fd, x, k), (ssize_t)k);
	}
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static int read_from(
    int fd, const char *length, size_t max, struct body *b, struct err *e)
{
	struct gateway g = gateway_cgi(&(struct gateway_cgi){ .in = fd });

	return body_read(&g, length, max, b, e);
}

static const struct {
	const char *length; /* NULL: not set */
	size_t sent;
	bool too_long, is_short;
	size_t got, left; /* in the buffer, in the descriptor */
} cases[] = {
	{ "0", 0, false, false, 0, 0 },
	{ "10", 10, false, false, 10, 0 },
	{ "010", 10, false, false, 10, 0 },
	{ "10", 25, false, false, 10, 15 }, /* not ours to read */
	{ "10", 9, false, true, 9, 0 },
	{ "10", 0, false, true, 0, 0 },
	{ "1000", 1000, false, false, 1000, 0 },
	{ "1001", 1001, true, false, 0, 0 },
	{ "1000000000", 100, true, true, 0, 0 },
	{ "18446744073709551616", 10, false, true, 10, 0 },
	{ "99999999999999999999999", 10, false, true, 10, 0 },
	{ "-1", 10, false, true, 10, 0 },
	{ "+10", 10, false, true, 10, 0 },
	{ " 10", 10, false, true, 10, 0 },
	{ "10 ", 10, false, true, 10, 0 },
	{ "0x0a", 10, false, true, 10, 0 },
	{ "12abc", 10, false, true, 10, 0 },
	{ "10,10", 10, false, true, 10, 0 },
	{ "", 10, false, true, 10, 0 },
	{ NULL, 0, false, false, 0, 0 },
	{ NULL, 1000, false, false, 1000, 0 },
	{ NULL, 1001, true, false, 0, 0 },
	{ NULL, BODY_DRAIN_MAX + 512, true, false, 0, 512 },
	{ "99999999", BODY_DRAIN_MAX + 512, true, true, 0, 512 },
};

TEST_ROWS(body, table, cases)
{
	const char *row = cases[i].length != NULL ? cases[i].length : "(none)";
	int fd = file_of(cases[i].sent);
	struct body b = { 0 };
	struct err e;

	cr_assert_eq(read_from(fd, cases[i].length, MAX, &b, &e), 0);
	cr_expect_eq(b.too_long, cases[i].too_long, "%s", row);
	cr_expect_eq(b.is_short, cases[i].is_short, "%s", row);
	cr_expect_eq(b.bytes.n, cases[i].got, "%s: %zu", row, b.bytes.n);
	cr_expect_eq((size_t)lseek(fd, 0, SEEK_CUR) + cases[i].left,
	    cases[i].sent, "%s: not read to where it should", row);
	body_release(&b);
	close(fd);
}

Test(body, unreadable)
{
	struct body b = { 0 };
	struct err e = { 0 };

	cr_expect_eq(read_from(-1, "5", MAX, &b, &e), -1);
	cr_expect_eq(e.kind, ERR_SYS);
	cr_expect_eq(b.bytes.n, 0);
}

/* A pipe gives it in pieces of its own choice. */
Test(body, in_pieces)
{
	struct body b = { 0 };
	struct err e;
	int fds[2];
	pid_t pid;

	cr_assert_eq(pipe(fds), 0);
	pid = fork();
	if (pid == 0) {
		for (int i = 0; i < 10; i++) {
			if (write(fds[1], "0123456789", 10) != 10)
				_exit(1);
			usleep(1000);
		}
		_exit(0);
	}
	close(fds[1]);
	cr_assert_eq(read_from(fds[0], "100", MAX, &b, &e), 0);
	cr_expect_eq(b.bytes.n, 100);
	cr_expect_not(b.is_short);
	cr_expect_eq(memcmp(b.bytes.p + 90, "0123456789", 10), 0);
	cr_expect_eq(waitpid(pid, NULL, 0), pid);
	body_release(&b);
}
