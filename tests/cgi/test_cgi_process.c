/*
 * test_cgi_process.c - pkiclient.exe as a process: its descriptors, its
 * environment, its limits, and clients that do not do their part.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "lab_ca.h"
#include "op.h"
#include "rows.h"
#include "run_cgi.h"

static struct lab_ca lab;

static void setup(void)
{
	lab_ca_make(&lab, "");
}

static void teardown(void)
{
	lab_ca_drop(&lab);
}

TestSuite(process, .init = setup, .fini = teardown, .timeout = 60);

#define GET "REQUEST_METHOD=GET"
#define POST "REQUEST_METHOD=POST"
#define Q "QUERY_STRING="

/* T-44: with any of the three closed, nothing of ours becomes one of them. */
Test(process, closed_descriptors)
{
	static const char *const env[] = { POST, Q, "CONTENT_LENGTH=1", NULL };

	for (unsigned closed = 1; closed < 8; closed++) {
		struct cgi_call c = { .body = SPAN_LIT("0"), .closed = closed };
		struct cgi_done d;

		cgi_env_of(&c, lab.home, env);
		cgi_run(&c, &d);
		cr_expect_eq(d.exit_code, 0, "%u", closed);
		cr_expect_eq(d.status, closed & 2 ? 0 : 400, "%u", closed);
		cr_expect_eq(d.log.n != 0, (closed & 4) == 0, "%u", closed);
		cgi_release(&d);
	}
	cr_expect_eq(lab_ca_certs(&lab), 0);
}

/* T-41: whatever else is in the environment, the answer is the same. */
Test(process, environment)
{
	static const char *const env[] = { GET, Q "operation=GetCACert",
		"HTTP_PROXY=http://192.0.2.1/", "GNUTLS_DEBUG_LEVEL=9",
		"GNUTLS_FORCE_FIPS_MODE=1", "GNUTLS_NO_EXPLICIT_INIT=1",
		"GNUTLS_SYSTEM_PRIORITY_FILE=/dev/zero", "SSLKEYLOGFILE=/tmp/k",
		"DB_HOME=/nonexistent", "TMPDIR=/nonexistent",
		"LC_ALL=tr_TR.UTF-8", "TZ=../../etc/passwd",
		"SCRIPT_NAME=/x/y/../pkiclient.exe",
		"PATH_INFO=/../../../etc/passwd", "REQUEST_URI=//", "HTTPS=on",
		"SERVER_PROTOCOL=HTTP/0.9", "CONTENT_TYPE=\x01", NULL };
	static char odd[50][64];
	struct cgi_call c = { 0 };
	struct cgi_done d;
	size_t n;

	cgi_env_of(&c, lab.home, env);
	for (n = 0; c.env[n] != NULL; n++)
		continue;
	for (size_t i = 0; i < COUNT(odd); i++) {
		snprintf(odd[i], sizeof(odd[i]), "HTTP_X_%zu=%c%c\n\xff", i,
		    (char)(i + 1), (char)(i + 128));
		c.env[n++] = odd[i];
	}
	cr_assert_lt(n, CGI_ENV_MAX);
	cgi_run(&c, &d);
	cr_expect_eq(d.status, 200);
	cr_expect(span_eq(d.body, lab.ca->ca_cert.der));
	cr_expect(cgi_log_has(&d, "op=GetCACert"), "%.*s", (int)d.log.n,
	    (const char *)d.log.p);
	cgi_release(&d);
}

/* A foreign address, if a web server should ever hand one over. */
Test(process, remote)
{
	static const char *const env[] = { GET, Q "operation=\x1b[2J%0A\"",
		"REMOTE_ADDR=::1\nscepca: forged=\"yes\"\x07", NULL };
	struct cgi_call c = { 0 };
	struct cgi_done d;

	cgi_env_of(&c, lab.home, env);
	c.env[1] = "X=";
	cgi_run(&c, &d);
	cr_expect_eq(d.status, 400);
	cr_expect(cgi_log_has(
	    &d, "remote=\"::1\\x0ascepca: forged=\\x22yes\\x22\\x07\""));
	cr_expect(cgi_log_has(&d, "op=\"\\x1b[2J%0A\\x22\""));
	cgi_release(&d);
}

/* Only root may look: the process is not dumpable (T-47). */
static void expect_three_fds(pid_t pid)
{
	char path[64];
	unsigned n = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%ld/fd", (long)pid);
	dir = opendir(path);
	if (geteuid() != 0) {
		cr_expect_null(dir);
		return;
	}
	cr_assert_not_null(dir, "%s", path);
	for (struct dirent *d; (d = readdir(dir)) != NULL;)
		n += d->d_name[0] != '.';
	closedir(dir);
	cr_expect_eq(n, 3);
}

/* T-32, T-44, T-47: seen from outside, while it waits for a body. */
Test(process, hardened)
{
	static const char *const env[] = { POST, Q, "CONTENT_LENGTH=1", NULL };
	static char text[8192];
	struct cgi_call c = { 0 };
	struct cgi_process p;
	struct cgi_done d;
	int fds[2], stray = dup(STDERR_FILENO); /* not to be inherited */
	struct rlimit core;

	getrlimit(RLIMIT_CORE, &core);
	core.rlim_cur = core.rlim_max;
	setrlimit(RLIMIT_CORE, &core);
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	c.in = fds[0];
	cgi_env_of(&c, lab.home, env);
	cgi_start(&c, &p);
	for (int n = 0; n < 1000; n++) { /* until it sleeps in read(2) */
		cgi_proc(p.pid, "status", text, sizeof(text));
		if (strstr(text, "NoNewPrivs:\t1") != NULL &&
		    strstr(text, "State:\tS") != NULL)
			break;
		usleep(5000);
	}
	cr_expect_not_null(strstr(text, "NoNewPrivs:\t1"));
	cr_expect_not_null(strstr(text, "Umask:\t0077"));
	expect_three_fds(p.pid);
	cgi_proc(p.pid, "limits", text, sizeof(text));
	cr_expect_not_null(strstr(text, "Max core file size        0  "));
	cr_expect_not_null(strstr(text, "Max cpu time              10  "));
	cr_expect_not_null(strstr(text, "Max processes             0  "));
	cr_assert_eq(write(fds[1], "0", 1), 1);
	cgi_finish(&p, &d);
	cr_expect_eq(d.status, 400);
	cgi_release(&d);
	close(stray);
}

/*
 * fcgiwrap writes the whole body before it reads, and mod_cgid must be read to
 * the end: a body over the limit, through a pipe, gets its answer.
 */
Test(process, body_is_drained)
{
	static const char *const env[] = { POST, Q, NULL };
	static char block[65536];
	struct cgi_call c = { 0 };
	struct cgi_process p;
	struct cgi_done d;
	int fds[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	c.in = fds[0];
	cgi_env_of(&c, lab.home, env);
	cgi_start(&c, &p);
	close(fds[0]);
	for (int n = 0; n < 16; n++) /* 1 MiB */
		cr_expect_eq(write(fds[1], block, sizeof(block)),
		    (ssize_t)sizeof(block), "block %d", n);
	close(fds[1]);
	cgi_finish(&p, &d);
	cr_expect_eq(d.status, 413);
	cgi_release(&d);
}

/* The client has gone: no signal, and the log has it. */
Test(process, nobody_reads)
{
	static const char *const env[] = { GET, Q "operation=GetCACaps", NULL };
	struct cgi_call c = { 0 };
	struct cgi_done d;
	int fds[2];

	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	c.out = fds[1];
	cgi_env_of(&c, lab.home, env);
	cgi_run(&c, &d);
	cr_expect_eq(d.exit_code, 1);
	cr_expect(cgi_log_has(&d, " lost="), "%.*s", (int)d.log.n,
	    (const char *)d.log.p);
	cgi_release(&d);
}

/* T-34: one byte and then nothing.  30 s, so only when asked for. */
Test(process, slow_body)
{
	static const char *const env[] = { POST, Q, "CONTENT_LENGTH=5", NULL };
	struct cgi_call c = { 0 };
	struct cgi_done d;
	int fds[2];

	if (getenv("CGI_LONG") == NULL) {
		lab_ca_drop(&lab);
		cr_skip("takes 30 s: set CGI_LONG");
	}
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	cr_assert_eq(write(fds[1], "0", 1), 1);
	c.in = fds[0];
	cgi_env_of(&c, lab.home, env);
	cgi_run(&c, &d);
	cr_expect_eq(d.exit_code, 1);
	cr_expect_eq(d.status, 0);
	cr_expect(cgi_log_has(&d, "gave up"));
	cgi_release(&d);
}
