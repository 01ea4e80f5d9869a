/*
 * test_reply.c - the bytes of a reply, header by header (R025, R026, T-49,
 * T-50).
 */
#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "reply.h"

static const struct request request = {
	.method = HTTP_GET, .remote = "192.0.2.7", .id = "0123456789abcdef"
};

static int write_to(int fd, const struct reply *r, struct err *e)
{
	struct gateway g = gateway_cgi(&(struct gateway_cgi){ .out = fd });

	return reply_write(&g, r, e);
}

static void expect_written(const struct reply *r, const char *want)
{
	int fd = memfd_create("reply", 0);
	char got[2048] = "";
	struct err e;

	cr_assert(fd >= 0);
	cr_assert_eq(write_to(fd, r, &e), 0);
	cr_assert(pread(fd, got, sizeof(got) - 1, 0) >= 0);
	cr_expect_str_eq(got, want);
	close(fd);
}

Test(reply, answer)
{
	struct reply r = { .status = 200, .content_type = "text/plain" };

	cr_assert_eq(buf_put(&r.body, SPAN_LIT("AES\n"), NULL), 0);
	expect_written(&r,
	    "Status: 200 OK\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 4\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "\r\n"
	    "AES\n");
	r.head = true;
	r.no_store = true;
	expect_written(&r,
	    "Status: 200 OK\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 4\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n"
	    "\r\n");
	reply_release(&r);
	cr_expect_null(r.body.p);
}

Test(reply, refuse)
{
	struct reply r = { 0 };

	cr_assert_eq(buf_put(&r.body, SPAN_LIT("half an answer"), NULL), 0);
	reply_refuse(&r, &request, 405, "Method not allowed.", NULL);
	r.allow = "GET, POST";
	expect_written(&r,
	    "Status: 405 Method Not Allowed\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 47\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n"
	    "Allow: GET, POST\r\n"
	    "\r\n"
	    "Method not allowed. (request 0123456789abcdef)\n");
	cr_expect(span_eq(
	    buf_span(&r.log), SPAN_LIT(" error=\"Method not allowed.\"")));
	reply_release(&r);
}

/* The reason is for the log: no path, no version, no secret goes out. */
Test(reply, fault)
{
	const struct err busy = { ERR_BUSY, "/secret: busy" };
	const struct err full = { ERR_FULL, "/secret: full" };
	struct reply r = { 0 };

	reply_fault(&r, &request, &busy);
	expect_written(&r,
	    "Status: 503 Service Unavailable\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 50\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n"
	    "Retry-After: 30\r\n"
	    "\r\n"
	    "Busy. Try again later. (request 0123456789abcdef)\n");
	cr_expect(
	    span_eq(buf_span(&r.log), SPAN_LIT(" error=\"/secret: busy\"")));
	reply_release(&r);

	reply_fault(&r, &request, &full);
	expect_written(&r,
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 64\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n"
	    "\r\n"
	    "The server failed. Its log says why. (request "
	    "0123456789abcdef)\n");
	reply_release(&r);
}

/* Whoever was to read it has gone: an error, not a signal, not a loop. */
Test(reply, reader_gone)
{
	struct reply r = { .status = 200, .content_type = "text/plain" };
	struct err e = { 0 };
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(fds), 0);
	close(fds[0]);
	cr_expect_eq(write_to(fds[1], &r, &e), -1);
	cr_expect_eq(e.kind, ERR_SYS);
	cr_expect_eq(write_to(-1, &r, &e), -1);
}
