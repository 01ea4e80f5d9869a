/*
 * test_cgi_workers.c - pkiclient.exe that serves many requests: each as if it
 * were alone, by what the files of its CA say now.
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "fcgi_server.h"

static struct lab_ca lab;
static struct device dev;
static struct fcgi_server server;
static struct err e;

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

TestSuite(workers, .init = setup, .fini = teardown, .timeout = 60);

/* One worker, so that every request meets what the one before has left. */
static void start_for(const char *workers, const char *home)
{
	if (!fcgi_server_start(&server, workers, home)) {
		teardown();
		cr_skip("no cgi-fcgi here");
	}
}

static void start(const char *workers)
{
	start_for(workers, NULL);
}

static void expect_status(const char *query, int status)
{
	struct cgi_done d;

	cgi_get(lab.home, query, &d);
	cr_expect_eq(d.status, status, "%s: HTTP %d", query, d.status);
	cr_expect(d.whole);
	cgi_release(&d);
}

static void expect_log(const char *text)
{
	struct buf log = { 0 };

	fcgi_log(&server, &log);
	cr_expect(cgi_has(buf_span(&log), span_str(text)), "no %s in %.*s",
	    text, (int)log.n, (const char *)log.p);
	buf_release(&log);
}

/* A new certificate for the device; its status. */
static enum scep_status enrol(const struct lab_ca *l, const char *trans_id)
{
	struct buf challenge = { 0 }, cert = { 0 };
	enum scep_status status = SCEP_FAILURE;
	struct cgi_done d;
	struct asked q;

	lab_ca_challenge((struct lab_ca *)l, 1, &challenge);
	device_ask(&dev, l, trans_id, buf_span(&challenge), &q);
	cgi_post(l->home, buf_span(&q.message), &d);
	cr_expect_eq(d.status, 200, "%s: HTTP %d", trans_id, d.status);
	if (d.status == 200)
		status = device_read(&dev, l, &q, d.body, &cert);
	cgi_release(&d);
	asked_release(&q);
	buf_release(&cert);
	buf_release(&challenge);
	return status;
}

static void write_conf(const char *text)
{
	cr_assert_eq(
	    home_replace(lab.home, HOME_CONF, 0640, span_str(text), &e), 0);
}

static pid_t only_worker(void)
{
	pid_t pid[2] = { 0 };

	cr_assert_eq(fcgi_workers(&server, pid, 2), 1);
	return pid[0];
}

Test(workers, one_serves_many)
{
	char id[16];
	pid_t first;

	start("1");
	expect_status("operation=GetCACaps", 200);
	first = only_worker();
	kill(first, SIGUSR1); /* libfcgi would end with it, and not say so */
	for (int n = 0; n < 20; n++) {
		snprintf(id, sizeof(id), "%d", n);
		cr_expect_eq(enrol(&lab, id), SCEP_SUCCESS);
		expect_status("operation=GetCACert", 200);
		expect_status("operation=nothing", 400);
	}
	cr_expect_eq(only_worker(), first, "it died");
	cr_expect_eq(lab_ca_certs(&lab), 20);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* Gate 1 (R038): what the web server says of a body, and what comes. */
Test(workers, bodies)
{
	static char big[100000];
	static const struct {
		const char *length;
		size_t sent;
		int status;
	} cases[] = {
		{ "10", 10, 400 },
		{ "10", 9, 400 },
		{ "100000", 100000, 413 },
		{ "65537", 65537, 413 },
		{ "x", 10, 400 },
		{ "0", 0, 400 },
	};
	static const char *const more[] = { "REQUEST_METHOD=POST",
		"QUERY_STRING=operation=PKIOperation", NULL };

	start("1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cgi_call c = { .body = {
					  (uint8_t *)big, cases[i].sent } };
		char length[40];
		struct cgi_done d;
		size_t n = 0;

		cgi_env_of(&c, lab.home, more);
		while (c.env[n] != NULL)
			n++;
		snprintf(length, sizeof(length), "CONTENT_LENGTH=%s",
		    cases[i].length);
		c.env[n] = length;
		cgi_run(&c, &d);
		cr_expect_eq(d.status, cases[i].status, "case %zu: HTTP %d", i,
		    d.status);
		cgi_release(&d);
	}
	cr_expect_eq(enrol(&lab, "1"), SCEP_SUCCESS, "and goes on");
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

Test(workers, settings_change)
{
	struct cgi_done d;

	start("1");
	cgi_get(lab.home, "operation=GetCACaps", &d);
	cr_expect(cgi_has(d.body, SPAN_LIT("DES3")));
	cgi_release(&d);
	write_conf("[endpoint default]\nlegacy = no\n");
	cgi_get(lab.home, "operation=GetCACaps", &d);
	cr_expect_not(cgi_has(d.body, SPAN_LIT("DES3")));
	cgi_release(&d);
	write_conf("[endpoint default]\nlegacy = perhaps\n");
	expect_status("operation=GetCACaps", 500);
	expect_log("ca.conf:2: legacy = perhaps");
	write_conf("");
	expect_status("operation=GetCACaps", 200);
	cr_expect_eq(enrol(&lab, "1"), SCEP_SUCCESS);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* T-46: a key that others can read is refused, also by one who has it. */
Test(workers, modes_change)
{
	char key[512];

	strcpy(key, lab_ca_path(&lab, HOME_CA_KEY));
	start("1");
	cr_expect_eq(enrol(&lab, "1"), SCEP_SUCCESS);
	cr_assert_eq(chmod(key, 0444), 0);
	expect_status("operation=PKIOperation&message=MAA=", 400);
	{
		struct cgi_done d;
		struct asked q;

		device_ask(&dev, &lab, "2", SPAN_LIT(""), &q);
		cgi_post(lab.home, buf_span(&q.message), &d);
		cr_expect_eq(d.status, 500, "HTTP %d", d.status);
		cgi_release(&d);
		asked_release(&q);
	}
	expect_log("keys/ca.pem");
	cr_assert_eq(chmod(key, 0400), 0);
	cr_expect_eq(enrol(&lab, "3"), SCEP_SUCCESS);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

static void copy(const struct lab_ca *from, const char *name, mode_t mode)
{
	struct buf bytes = { 0 };

	cr_assert_eq(home_read(from->home, name, &bytes, &e), 0);
	cr_assert_eq(
	    home_replace(lab.home, name, mode, buf_span(&bytes), &e), 0);
	buf_release(&bytes);
}

/* Two homes by turns, and then the certificate and key of one in the other. */
Test(workers, another_ca)
{
	struct lab_ca other;
	struct cgi_done d;

	lab_ca_make(&other, "");
	start("1");
	for (int n = 0; n < 3; n++) {
		char id[16];

		snprintf(id, sizeof(id), "%d", n);
		cr_expect_eq(enrol(&lab, id), SCEP_SUCCESS);
		cr_expect_eq(enrol(&other, id), SCEP_SUCCESS);
	}
	cr_expect_eq(lab_ca_certs(&lab), 3);
	cr_expect_eq(lab_ca_certs(&other), 3);
	copy(&other, HOME_CA_CERT, 0644);
	copy(&other, HOME_CA_KEY, 0400);
	cgi_get(lab.home, "operation=GetCACert", &d);
	cr_expect(span_eq(d.body, other.ca->ca_cert.der));
	cgi_release(&d);
	cr_expect_eq(fcgi_server_stop(&server), 0);
	lab_ca_drop(&other);
}

/* What a request does not say, the environment of the server does. */
Test(workers, home_of_the_server)
{
	struct cgi_call c = { .env = { "REQUEST_METHOD=GET",
				  "QUERY_STRING=operation=GetCACert" } };
	struct cgi_done d;

	start_for("1", lab.home);
	cgi_run(&c, &d);
	cr_expect(span_eq(d.body, lab.ca->ca_cert.der));
	cgi_release(&d);
	cr_expect_eq(fcgi_server_stop(&server), 0);
	start("1");
	cgi_run(&c, &d);
	cr_expect_eq(d.status, 500);
	cgi_release(&d);
	expect_log("SCEPCA_HOME is not set");
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* The endpoint is the request's. */
Test(workers, endpoints)
{
	static const char *const old[] = { "REQUEST_METHOD=GET",
		"QUERY_STRING=operation=GetCACaps", "SCEPCA_ENDPOINT=old",
		NULL };
	struct cgi_call c = { 0 };
	struct cgi_done d;

	write_conf("[endpoint default]\nlegacy = no\n[endpoint old]\n");
	start("1");
	for (int n = 0; n < 3; n++) {
		cgi_env_of(&c, lab.home, old);
		cgi_run(&c, &d);
		cr_expect(cgi_has(d.body, SPAN_LIT("DES3")));
		cgi_release(&d);
		cgi_get(lab.home, "operation=GetCACaps", &d);
		cr_expect_not(cgi_has(d.body, SPAN_LIT("DES3")));
		cgi_release(&d);
	}
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* A program of the operator's is started by it, and leaves no zombie. */
Test(workers, notices)
{
	char text[4000], told[512], children[64], line[16] = "";
	int fd;

	snprintf(told, sizeof(told), "%s", lab_ca_path(&lab, "told"));
	snprintf(text, sizeof(text), "#!/bin/sh\necho x >>%s\n", told);
	cr_assert_eq(
	    home_replace(lab.home, "program", 0755, span_str(text), &e), 0);
	start("1");
	expect_status("operation=GetCACaps", 200);
	snprintf(text, sizeof(text), "[ca]\nnotify = %s\n",
	    lab_ca_path(&lab, "program"));
	write_conf(text);
	for (int n = 0; n < 3; n++) {
		snprintf(text, sizeof(text), "%d", n);
		cr_expect_eq(enrol(&lab, text), SCEP_SUCCESS);
	}
	for (int n = 0; n < 100; n++) {
		struct stat st;

		if (stat(told, &st) == 0 && st.st_size == 6)
			break;
		usleep(50000);
	}
	fd = open(told, O_RDONLY);
	cr_expect_eq(read(fd, text, sizeof(text)), 6, "three were told");
	close(fd);
	expect_status("operation=GetCACaps", 200); /* behind which it looks */
	snprintf(children, sizeof(children), "/proc/%ld/task/%ld/children",
	    (long)only_worker(), (long)only_worker());
	for (int n = 0; n < 100; n++) {
		fd = open(children, O_RDONLY);
		cr_assert_geq(fd, 0);
		memset(line, 0, sizeof(line));
		cr_assert_geq(read(fd, line, sizeof(line) - 1), 0);
		close(fd);
		if (line[0] == '\0')
			break;
		usleep(50000);
		expect_status("operation=GetCACaps", 200);
	}
	cr_expect_str_empty(line, "a zombie: %s", line);
	cgi_proc(only_worker(), "limits", text, sizeof(text));
	cr_expect_not_null(
	    strstr(text, "Max processes             0  "), "%s", text);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* T-32, T-44, T-47 */
Test(workers, hardened)
{
	static char text[8192];
	pid_t pid;

	start("1");
	expect_status("operation=GetCACaps", 200);
	pid = only_worker();
	cgi_proc(pid, "status", text, sizeof(text));
	cr_expect_not_null(strstr(text, "NoNewPrivs:\t1"));
	cr_expect_not_null(strstr(text, "Umask:\t0077"));
	cgi_proc(pid, "limits", text, sizeof(text));
	cr_expect_not_null(strstr(text, "Max core file size        0  "));
	cr_expect_not_null(strstr(text, "Max cpu time              10  "));
	cr_expect_not_null(strstr(text, "Max processes             0  "));
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* SIGTERM: the request that is under way gets its answer. */
Test(workers, ends_behind_a_request)
{
	static const char *const more[] = { "REQUEST_METHOD=POST",
		"QUERY_STRING=operation=PKIOperation", "CONTENT_LENGTH=2",
		NULL };
	struct cgi_call c = { 0 };
	struct cgi_process p;
	struct cgi_done d;
	int fds[2];

	start("2");
	expect_status("operation=GetCACaps", 200);
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	cr_assert_eq(write(fds[1], "0", 1), 1);
	c.in = fds[0];
	cgi_env_of(&c, lab.home, more);
	cgi_start(&c, &p);
	usleep(500000); /* long enough to be with a worker */
	kill(server.pid, SIGTERM);
	usleep(200000);
	cr_assert_eq(write(fds[1], "0", 1), 1);
	close(fds[1]);
	cgi_finish(&p, &d);
	cr_expect_eq(d.status, 400, "HTTP %d", d.status);
	cgi_release(&d);
	cr_expect_eq(fcgi_server_end(&server), 0);
}

/* T-34: who connects and says half of it.  30 s, so only when asked for. */
Test(workers, silent_peer)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (getenv("CGI_LONG") == NULL) {
		teardown();
		cr_skip("takes 30 s: set CGI_LONG");
	}
	start("1");
	strcpy(a.sun_path, server.socket);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	cr_assert_eq(write(fd, "\1\1\0", 3), 3);
	usleep(200000); /* it is with the worker */
	expect_status("operation=GetCACaps", 200);
	expect_log("gave up");
	close(fd);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}

/* A worker that dies is replaced; without the first process all end. */
Test(workers, killed)
{
	pid_t pid[4], old;

	start("1");
	expect_status("operation=GetCACaps", 200);
	old = only_worker();
	kill(old, SIGKILL);
	expect_status("operation=GetCACaps", 200);
	cr_expect_neq(only_worker(), old);
	cr_assert_eq(fcgi_workers(&server, pid, 4), 1);
	kill(server.pid, SIGKILL);
	cr_expect_eq(fcgi_server_end(&server), -1);
	for (int n = 0; n < 100 && kill(pid[0], 0) == 0; n++)
		usleep(50000);
	cr_expect_neq(kill(pid[0], 0), 0, "a worker is left");
}

Test(workers, how_many)
{
	static const char *const wrong[] = { "0", "65", "x", "4 ", "-1" };
	pid_t pid[10];

	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		start(wrong[i]);
		cr_expect_eq(fcgi_server_end(&server), 2, "%s", wrong[i]);
		expect_log("SCEPCA_WORKERS is no number from 1 to 64");
	}
	start(NULL);
	expect_status("operation=GetCACaps", 200);
	cr_expect_eq(fcgi_workers(&server, pid, 10), 4);
	cr_expect_eq(fcgi_server_stop(&server), 0);
}
