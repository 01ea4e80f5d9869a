/*
 * test_cgi_programs.c - authorise and notify under pkiclient.exe: within its
 * limits, as root and as the user of a web server, and in nobody's way.
 */
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "run_cgi.h"

enum { NOBODY = 65534 };

static struct lab_ca lab;
static struct device dev;
static struct buf challenge;
static struct err e;

static void setup(void)
{
	lab_ca_make(&lab, "");
	lab_ca_challenge(&lab, 1, &challenge);
	device_make(&dev, "router1");
}

static void teardown(void)
{
	device_release(&dev);
	buf_release(&challenge);
	lab_ca_drop(&lab);
}

TestSuite(programs, .init = setup, .fini = teardown, .timeout = 120);

/* ca.conf: `conf`, the program and `more`; it does `script`, $H is the home. */
static void use(const char *conf, const char *more, const char *script)
{
	char text[2000];

	snprintf(text, sizeof(text), "%s%s/program\n%s", conf, lab.home, more);
	cr_assert_eq(
	    home_replace(lab.home, HOME_CONF, 0644, span_str(text), &e), 0);
	snprintf(text, sizeof(text), "#!/bin/sh\nH=%s\n%s\n", lab.home, script);
	cr_assert_eq(
	    home_replace(lab.home, "program", 0755, span_str(text), &e), 0);
}

#define AUTHORISE "[endpoint default]\nauthorise = ", "authorise_timeout = 1s\n"
#define NOTIFY "[ca]\nnotify = ", "notify_timeout = 1s\n"
#define SLOW_NOTIFY "[ca]\nnotify = ", "notify_timeout = 10s\n"

static int give_away(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return lchown(path, NOBODY, NOBODY);
}

/* From here on this is a web server's user; false: nobody may change that. */
static bool become_nobody(void)
{
	if (geteuid() != 0)
		return true;
	cr_assert_eq(nftw(lab.home, give_away, 16, FTW_PHYS), 0);
	if (setegid(NOBODY) != 0 || setresuid(NOBODY, NOBODY, 0) != 0)
		return false;
	return access(getenv("CGI_EXE"), X_OK) == 0;
}

static void post(struct asked *q, struct cgi_done *d)
{
	device_ask(&dev, &lab, "4711", buf_span(&challenge), q);
	cgi_post(lab.home, buf_span(&q->message), d);
}

static void expect_granted(const char *how)
{
	struct buf cert = { 0 };
	struct cgi_done d;
	struct asked q;

	post(&q, &d);
	cr_assert_eq(d.status, 200, "%s: %.*s", how, (int)d.log.n,
	    (const char *)d.log.p);
	cr_expect_eq(device_read(&dev, &lab, &q, d.body, &cert), SCEP_SUCCESS,
	    "%s: %.*s", how, (int)d.log.n, (const char *)d.log.p);
	buf_release(&cert);
	asked_release(&q);
	cgi_release(&d);
}

/* The file appears within 5 s. */
static void wait_for(const char *name, struct buf *text)
{
	for (int i = 0; i < 500; i++) {
		buf_cut(text, 0);
		if (home_read(lab.home, name, text, NULL) == 0)
			return;
		usleep(10000);
	}
	cr_assert_fail("%s does not come", name);
}

static const char counts[] = "test $(cat | wc -c) -gt 200 && exit 0; exit 1";

/* A shell that starts others, in spite of RLIMIT_NPROC. */
Test(programs, authorise_as_root)
{
	use(AUTHORISE, counts);
	expect_granted("root");
}

Test(programs, authorise_as_nobody)
{
	use(AUTHORISE, counts);
	if (!become_nobody())
		cr_skip("the program cannot be run by another user");
	expect_granted("nobody");
}

Test(programs, authorise_hangs)
{
	time_t began = time(NULL);
	struct cgi_done d;
	struct asked q;

	use(AUTHORISE, "echo 'no answer from the MDM' >&2; sleep 60");
	post(&q, &d);
	cr_expect_eq(d.status, 500);
	cr_expect(cgi_log_has(&d,
		      "did not end within 1 seconds; it said: no answer from "
		      "the MDM"),
	    "%.*s", (int)d.log.n, (const char *)d.log.p);
	cr_expect_leq(time(NULL) - began, 15);
	cr_expect_eq(lab_ca_certs(&lab), 0);
	asked_release(&q);
	cgi_release(&d);
	/* and the challenge is as good as before */
	use(AUTHORISE, "exit 0");
	expect_granted("afterwards");
}

static void expect_notice(void)
{
	struct buf got = { 0 }, env = { 0 }, cert = { 0 };
	int fds[2];
	struct cgi_call c = { 0 };
	struct cgi_process p;
	struct cgi_done d;
	struct asked q;
	struct timespec before, after;
	char length[40], chunk[4096];
	struct buf reply = { 0 };
	const char *const more[] = { "REQUEST_METHOD=POST",
		"QUERY_STRING=operation=PKIOperation", length, NULL };
	ssize_t n;

	device_ask(&dev, &lab, "4711", buf_span(&challenge), &q);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", q.message.n);
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	c.body = buf_span(&q.message);
	c.out = fds[1];
	cgi_env_of(&c, lab.home, more);
	clock_gettime(CLOCK_MONOTONIC, &before);
	cgi_start(&c, &p);
	close(fds[1]);
	/* to the end of the pipe, as fcgiwrap reads */
	while ((n = read(fds[0], chunk, sizeof(chunk))) > 0)
		cr_assert_eq(
		    buf_put(&reply,
			(struct span){ (uint8_t *)chunk, (size_t)n }, &e),
		    0);
	cgi_finish(&p, &d);
	clock_gettime(CLOCK_MONOTONIC, &after);
	cr_expect_gt(
	    reply.n, 1000, "%.*s", (int)d.log.n, (const char *)d.log.p);
	cr_expect_eq(d.exit_code, 0);
	/* the program sleeps for 3 s before it does anything */
	cr_expect_eq(home_read(lab.home, "got", &got, NULL), -1,
	    "the answer took %ld s", (long)(after.tv_sec - before.tv_sec));
	wait_for("done", &got);
	buf_cut(&got, 0);
	wait_for("got", &got);
	wait_for("env", &env);
	cr_expect(cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_EVENT=issued\n")));
	cr_expect(
	    cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_TRANSACTION=4711\n")));
	cr_expect(
	    cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_SUBJECT=CN=router1\n")));
	cr_expect(cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_RULE=challenge\n")));
	cr_expect(cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_TYPE=PKCSReq\n")));
	cr_expect(
	    cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_ENDPOINT=default\n")));
	cr_expect(!cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_CSR_SHA256=\n")));
	cr_expect(!cgi_has(buf_span(&env), buf_span(&challenge)));
	cr_expect(got.n > 300 && got.p[0] == 0x30);
	cr_expect(cgi_has(buf_span(&got), buf_span(&dev.spki)),
	    "it is not the certificate");
	buf_release(&got);
	buf_release(&env);
	buf_release(&cert);
	buf_release(&reply);
	asked_release(&q);
	cgi_release(&d);
}

static const char slowly[] =
    "sleep 3; /usr/bin/env >$H/env; cat >$H/got; echo x >$H/done";

Test(programs, notify_as_root)
{
	use(SLOW_NOTIFY, slowly);
	expect_notice();
}

Test(programs, notify_as_nobody)
{
	use(SLOW_NOTIFY, slowly);
	if (!become_nobody())
		cr_skip("the program cannot be run by another user");
	expect_notice();
}

/* It is killed in its time, and what it started with it. */
Test(programs, notify_hangs)
{
	struct buf pid = { 0 };
	pid_t child;

	use(NOTIFY,
	    "sleep 60 & echo $! >$H/pid.new; mv $H/pid.new $H/pid; wait");
	expect_granted("hangs");
	wait_for("pid", &pid);
	cr_assert_eq(
	    buf_put(&pid, (struct span){ (const uint8_t *)"", 1 }, &e), 0);
	child = (pid_t)atoi((const char *)pid.p);
	cr_assert_gt(child, 1);
	for (int i = 0; i < 1000; i++) {
		char name[64], state = 'X';
		FILE *f;

		snprintf(name, sizeof(name), "/proc/%d/stat", (int)child);
		f = fopen(name, "r");
		if (f != NULL) {
			(void)!fscanf(f, "%*d (%*[^)]) %c", &state);
			fclose(f);
		}
		if (state == 'X' || state == 'Z')
			break;
		cr_assert_lt(i, 999, "it is still there");
		usleep(10000);
	}
	buf_release(&pid);
}

/* One that everybody could change takes no certificate from anybody, but is not
 * run; the log says so. */
Test(programs, notify_is_open_to_all)
{
	struct cgi_done d;
	struct asked q;

	use(NOTIFY, "");
	cr_assert_eq(chmod(lab_ca_path(&lab, "program"), 0777), 0);
	post(&q, &d);
	cr_expect_eq(d.status, 200);
	cr_expect(cgi_log_has(&d, " notify=\""), "%.*s", (int)d.log.n,
	    (const char *)d.log.p);
	cr_expect_eq(lab_ca_certs(&lab), 1);
	asked_release(&q);
	cgi_release(&d);
}

/* Refused and pending: told, each once. */
Test(programs, notify_of_others)
{
	struct buf env = { 0 };
	struct cgi_done d;
	struct asked q;

	use(NOTIFY,
	    "/usr/bin/env >$H/new.$SCEPCA_EVENT\n"
	    "cat >>$H/new.$SCEPCA_EVENT\n"
	    "mv $H/new.$SCEPCA_EVENT $H/$SCEPCA_EVENT");
	challenge.p[0] ^= 1;
	post(&q, &d);
	asked_release(&q);
	cgi_release(&d);
	wait_for("refused", &env);
	cr_expect(cgi_has(buf_span(&env),
		      SPAN_LIT("SCEPCA_REASON=challenge-unknown\n")),
	    "%.*s", (int)env.n, (const char *)env.p);
	cr_expect(cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_TYPE=PKCSReq\n")));
	buf_cut(&challenge, 0);
	post(&q, &d);
	wait_for("pending", &env);
	cr_expect(cgi_has(buf_span(&env),
	    SPAN_LIT("SCEPCA_REASON=no challenge "
		     "came with it\n")));
	cr_expect(cgi_has(buf_span(&env), buf_span(&dev.spki)),
	    "the request is not there");
	cr_expect(!cgi_has(buf_span(&env), SPAN_LIT("SCEPCA_KEY_SHA256=\n")));
	/* a poll is no news */
	cr_assert_eq(unlink(lab_ca_path(&lab, "pending")), 0);
	cgi_release(&d);
	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_expect_eq(d.status, 200);
	usleep(500000);
	cr_expect_neq(access(lab_ca_path(&lab, "pending"), F_OK), 0);
	asked_release(&q);
	cgi_release(&d);
	buf_release(&env);
}

/*
 * T-45: once the request is looked at no process can be started, and that
 * cannot be taken back, unless ca.conf names a program.
 */
static void expect_wall(bool up)
{
	static const char wall[] = "Max processes             0 "
				   "                   0 ";
	struct cgi_call c = { 0 };
	struct cgi_process p;
	struct cgi_done d;
	struct asked q;
	char length[40], name[64], text[4096];
	const char *const more[] = { "REQUEST_METHOD=POST",
		"QUERY_STRING=operation=PKIOperation", length, NULL };
	bool is_up = false;
	int dir = open(lab_ca_path(&lab, HOME_STORE), O_RDONLY | O_CLOEXEC);

	/* it has to wait for the store, where it can be looked at */
	cr_assert_eq(flock(dir, LOCK_EX), 0);
	device_ask(&dev, &lab, "wall", buf_span(&challenge), &q);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", q.message.n);
	c.body = buf_span(&q.message);
	cgi_env_of(&c, lab.home, more);
	cgi_start(&c, &p);
	snprintf(name, sizeof(name), "/proc/%ld/limits", (long)p.pid);
	for (int i = 0; i < 100 && !is_up; i++) {
		FILE *f = fopen(name, "r");

		usleep(10000);
		if (f == NULL)
			continue;
		text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
		fclose(f);
		is_up = strstr(text, wall) != NULL;
	}
	cr_expect_eq(is_up, up, "%s", text);
	close(dir);
	cgi_finish(&p, &d);
	asked_release(&q);
	cgi_release(&d);
}

Test(programs, no_program_no_process)
{
	expect_wall(true);
}

Test(programs, a_program_and_processes)
{
	use(NOTIFY, "exit 0");
	expect_wall(false);
}

/* One that ca.conf names and that is gone: nothing is issued until that line is
 * mended. */
Test(programs, one_is_missing)
{
	struct cgi_done d;
	struct asked q;

	use(NOTIFY, "");
	cr_assert_eq(unlink(lab_ca_path(&lab, "program")), 0);
	post(&q, &d);
	cr_expect_eq(d.status, 500);
	cr_expect(cgi_log_has(&d, "ca.conf:") &&
		cgi_log_has(&d, "program: No such file"),
	    "%.*s", (int)d.log.n, (const char *)d.log.p);
	asked_release(&q);
	cgi_release(&d);
}
