/*
 * test_cgi_workers_peer.c - web servers in front of the workers that keep
 * connections, hang up, or come when a worker is told to end: FastCGI record by
 * record, because no program sends them so on demand.
 */
#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "fcgi_server.h"

/* FastCGI 1.0, 8 */
enum { BEGIN = 1, END = 3, PARAMS = 4, IN = 5 };
enum { VERSION = 1, RESPONDER = 1, KEEP_CONN = 1, HEADER = 8 };

static struct lab_ca lab;
static struct device dev;
static struct fcgi_server server;

static void setup(void)
{
	lab_ca_make(&lab, "");
	device_make(&dev, "router1");
}

static void teardown(void)
{
	device_release(&dev);
	lab_ca_drop(&lab);
}

TestSuite(workers_peer, .init = setup, .fini = teardown, .timeout = 60);

static void start(void)
{
	if (!fcgi_server_start(&server, "1", NULL)) {
		teardown();
		cr_skip("no cgi-fcgi here");
	}
	signal(SIGPIPE, SIG_IGN);
}

static void put(struct buf *out, struct span s)
{
	cr_assert_eq(buf_put(out, s, NULL), 0);
}

static void put_record(struct buf *out, uint8_t type, struct span content)
{
	const uint8_t head[HEADER] = { VERSION, type, 0, 1,
		(uint8_t)(content.n >> 8), (uint8_t)content.n };

	cr_assert_leq(content.n, 65535);
	put(out, (struct span){ head, sizeof(head) });
	put(out, content);
}

static void put_param(struct buf *out, const char *name, const char *value)
{
	const uint8_t lengths[2] = { (uint8_t)strlen(name),
		(uint8_t)strlen(value) };

	cr_assert(strlen(name) < 128 && strlen(value) < 128);
	put(out, (struct span){ lengths, sizeof(lengths) });
	put(out, span_str(name));
	put(out, span_str(value));
}

/* A request up to its body, which has that length; a GET has none. */
static void put_request(struct buf *out, uint8_t flags, const char *method,
    const char *query, size_t length)
{
	const uint8_t begin[8] = { 0, RESPONDER, flags };
	struct buf params = { 0 };
	char number[24];

	snprintf(number, sizeof(number), "%zu", length);
	put_record(out, BEGIN, (struct span){ begin, sizeof(begin) });
	put_param(&params, "REQUEST_METHOD", method);
	put_param(&params, "QUERY_STRING", query);
	put_param(&params, "CONTENT_LENGTH", number);
	put_param(&params, "SCEPCA_HOME", lab.home);
	put_param(&params, "REMOTE_ADDR", "192.0.2.7");
	put_record(out, PARAMS, buf_span(&params));
	put_record(out, PARAMS, SPAN_LIT(""));
	buf_release(&params);
}

static int reach(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(a.sun_path, server.socket);
	cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	return fd;
}

static void send_out(int fd, struct buf *out)
{
	cr_assert_eq(write(fd, out->p, out->n), (ssize_t)out->n);
	buf_release(out);
}

static bool read_exactly(int fd, uint8_t *p, size_t n)
{
	struct pollfd in = { .fd = fd, .events = POLLIN };

	while (n != 0) {
		ssize_t got = poll(&in, 1, 10000) == 1 ? read(fd, p, n) : -1;

		if (got <= 0)
			return false;
		p += got;
		n -= (size_t)got;
	}
	return true;
}

/* Read to the end of an answer; false if it has none. */
static bool read_answer(int fd)
{
	static uint8_t content[65536 + 256];
	uint8_t head[HEADER];

	while (read_exactly(fd, head, sizeof(head))) {
		size_t n = (size_t)head[4] << 8 | head[5];

		if (!read_exactly(fd, content, n + head[6]))
			return false;
		if (head[1] == END)
			return true;
	}
	return false;
}

/* The record that ends a body comes late, or behind libfcgi's buffer. */
Test(workers_peer, kept_connection)
{
	static uint8_t body[20000];
	static const size_t sizes[] = { 10, 7900, 7950, 7980, 8000, 8024, 8060,
		20000 };
	struct buf out = { 0 };
	int fd;

	start();
	fd = reach();
	for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		put_request(&out, KEEP_CONN, "POST", "operation=PKIOperation",
		    sizes[i]);
		put_record(&out, IN, (struct span){ body, sizes[i] });
		if (i % 2 == 0) {
			send_out(fd, &out);
			usleep(50000);
		}
		put_record(&out, IN, SPAN_LIT(""));
		send_out(fd, &out);
		cr_expect(read_answer(fd), "POST of %zu", sizes[i]);
		put_request(&out, KEEP_CONN, "GET", "operation=GetCACaps", 0);
		put_record(&out, IN, SPAN_LIT(""));
		send_out(fd, &out);
		cr_expect(read_answer(fd), "behind a POST of %zu", sizes[i]);
	}
	close(fd);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* Who waits on a connection of his own is served although one is kept. */
Test(workers_peer, kept_and_another)
{
	struct buf out = { 0 };
	int kept, other;

	start();
	kept = reach();
	put_request(&out, KEEP_CONN, "GET", "operation=GetCACaps", 0);
	put_record(&out, IN, SPAN_LIT(""));
	send_out(kept, &out);
	cr_expect(read_answer(kept));
	other = reach();
	put_request(&out, 0, "GET", "operation=GetCACaps", 0);
	put_record(&out, IN, SPAN_LIT(""));
	send_out(other, &out);
	cr_expect(read_answer(other));
	close(other);
	close(kept);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* Told to end, it serves the one that it has, and none of those who wait. */
Test(workers_peer, ends_under_load)
{
	struct buf out = { 0 };
	int slow, waiting[20];

	start();
	slow = reach();
	put_request(&out, 0, "POST", "operation=PKIOperation", 1);
	send_out(slow, &out);
	usleep(200000); /* it is with the worker */
	for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
		waiting[i] = reach();
		put_request(&out, 0, "GET", "operation=GetCACaps", 0);
		put_record(&out, IN, SPAN_LIT(""));
		send_out(waiting[i], &out);
	}
	kill(server.pid, SIGTERM);
	usleep(200000);
	put_record(&out, IN, SPAN_LIT(""));
	send_out(slow, &out);
	cr_expect(read_answer(slow));
	close(slow);
	cr_expect_eq(fcgi_server_end(&server), 0);
	for (size_t i = 0; i < sizeof(waiting) / sizeof(waiting[0]); i++) {
		cr_expect_not(read_answer(waiting[i]), "%zu was served", i);
		close(waiting[i]);
	}
}

/* R142: the client hangs up; what was granted is in audit.log all the same. */
Test(workers_peer, nobody_reads)
{
	struct buf out = { 0 }, challenge = { 0 }, log = { 0 };
	struct asked q;
	bool told = false;
	int fd;

	start();
	lab_ca_challenge(&lab, 1, &challenge);
	device_ask(&dev, &lab, "gone", buf_span(&challenge), &q);
	fd = reach();
	put_request(&out, 0, "POST", "operation=PKIOperation", q.message.n);
	put_record(&out, IN, buf_span(&q.message));
	put_record(&out, IN, SPAN_LIT(""));
	send_out(fd, &out);
	close(fd);
	for (int n = 0; n < 100 && !told; n++) {
		usleep(50000);
		buf_release(&log);
		(void)home_read(lab.home, HOME_AUDIT, &log, NULL);
		told = cgi_has(buf_span(&log), SPAN_LIT("granted"));
	}
	cr_expect(told, "%.*s", (int)log.n, (const char *)log.p);
	cr_expect_not(cgi_has(buf_span(&log), SPAN_LIT("delivered")));
	cr_expect_eq(lab_ca_certs(&lab), 1);
	cr_expect_eq(fcgi_server_stop(&server), 0);
	asked_release(&q);
	buf_release(&challenge);
	buf_release(&log);
}

/* On the network everybody could choose the home. */
Test(workers_peer, no_network)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), status = -1;
	const char *exe = getenv("CGI_EXE");
	pid_t pid;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	cr_assert_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	cr_assert_eq(listen(fd, 1), 0);
	pid = fork();
	cr_assert_geq(pid, 0);
	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		dup2(fd, STDIN_FILENO);
		execl(exe, exe, (char *)NULL);
		_exit(127);
	}
	cr_assert_eq(waitpid(pid, &status, 0), pid);
	cr_expect(WIFEXITED(status) && WEXITSTATUS(status) == 2);
	close(fd);
}
