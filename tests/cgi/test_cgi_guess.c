/*
 * test_cgi_guess.c - wrong challenges through pkiclient.exe: whoever guesses
 * waits, one process at a time does, and nobody else has to (T-12, R108).
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "run_cgi.h"

enum { WRONG_FIRST = 8, RUNNERS = 6, CEILING_MS = 2000 };

static struct lab_ca lab;
static struct device dev;
static struct buf challenge;

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

TestSuite(guess, .init = setup, .fini = teardown, .timeout = 120);

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void start(
    const struct asked *q, const char *remote, struct cgi_process *p)
{
	char home[300], length[40], from[80];
	struct cgi_call c = { .env = { home, length, from,
				  "REQUEST_METHOD=POST" },
		.body = buf_span(&q->message) };

	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", lab.home);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", q->message.n);
	snprintf(from, sizeof(from), "REMOTE_ADDR=%s", remote);
	cgi_start(&c, p);
}

/* How long one request takes; its log line has `says`, if that is not NULL. */
static double one(struct span value, const char *id, const char *remote,
    const char *says, enum scep_status want)
{
	struct buf cert = { 0 };
	struct cgi_process p;
	struct cgi_done d;
	struct asked q;
	double began;

	device_ask(&dev, &lab, id, value, &q);
	began = now_ms();
	start(&q, remote, &p);
	cgi_finish(&p, &d);
	began = now_ms() - began;
	cr_expect_eq(device_read(&dev, &lab, &q, d.body, &cert), want);
	cr_expect(says == NULL || cgi_log_has(&d, says), "want %s: %.*s", says,
	    (int)d.log.n, (const char *)d.log.p);
	cr_expect(says != NULL || !cgi_log_has(&d, "delay_ms"), "%.*s",
	    (int)d.log.n, (const char *)d.log.p);
	cgi_release(&d);
	asked_release(&q);
	buf_release(&cert);
	return began;
}

static double wrong(const char *remote, const char *says)
{
	return one(SPAN_LIT("aaaaaaaaaaaaaaaaaaaaaaaaaa"), "w", remote, says,
	    SCEP_FAILURE);
}

/* The delays of the log happen, and no good challenge has one. */
Test(guess, waits)
{
	double took, good;

	for (int i = 0; i < 3; i++)
		wrong("192.0.2.7", NULL);
	cr_expect_geq(wrong("192.0.2.7", " delay_ms=100 "), 100);
	cr_expect_geq(wrong("192.0.2.7", " delay_ms=200 "), 200);
	took = wrong("192.0.2.7", " delay_ms=400 ");
	cr_expect_geq(took, 400);
	wrong("192.0.2.8", NULL);
	good =
	    one(buf_span(&challenge), "good", "192.0.2.7", NULL, SCEP_SUCCESS);
	cr_expect_lt(good, took, "%.0f ms", good);
	cr_expect_eq(lab_ca_certs(&lab), 1);
}

/* How many have not ended yet?  They are still there for cgi_finish. */
static unsigned running(const struct cgi_process p[RUNNERS])
{
	unsigned n = 0;
	siginfo_t si;

	for (size_t i = 0; i < RUNNERS; i++) {
		si.si_pid = 0;
		cr_assert_eq(waitid(P_PID, (id_t)p[i].pid, &si,
				 WEXITED | WNOHANG | WNOWAIT),
		    0);
		n += si.si_pid == 0;
	}
	return n;
}

/* Of many at once one sleeps: the workers of a web server are for others. */
Test(guess, one_sleeper)
{
	struct cgi_process p[RUNNERS];
	struct asked q[RUNNERS];
	struct cgi_done d;
	double began, took, good;
	int fd = open(lab.home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	cr_assert(fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0);
	for (int i = 0; i < WRONG_FIRST; i++) { /* somebody sleeps already */
		took = wrong("192.0.2.7", i < 3 ? NULL : " delay_ms=");
		cr_expect_lt(took, 1000, "%d: %.0f ms", i, took);
	}
	close(fd);
	for (size_t n = 0; n < RUNNERS; n++)
		device_ask(&dev, &lab, "w", SPAN_LIT("bbbbbbbbbbbb"), &q[n]);
	began = now_ms();
	for (size_t n = 0; n < RUNNERS; n++)
		start(&q[n], "192.0.2.7", &p[n]);
	good =
	    one(buf_span(&challenge), "good", "192.0.2.7", NULL, SCEP_SUCCESS);
	do /* whoever answers at once does so before the other wakes up */
		usleep(10000);
	while (running(p) > 1 && now_ms() - began < CEILING_MS - 100);
	cr_expect_eq(running(p), 1);
	for (size_t n = 0; n < RUNNERS; n++) {
		cgi_finish(&p[n], &d);
		cr_expect_eq(d.status, 200);
		cr_expect(cgi_log_has(&d, " delay_ms=2000 "), "%.*s",
		    (int)d.log.n, (const char *)d.log.p);
		cgi_release(&d);
		asked_release(&q[n]);
	}
	cr_expect_geq(now_ms() - began, CEILING_MS);
	cr_expect_lt(good, CEILING_MS, "%.0f ms", good);
}

/* R108, R111: both who used it, never its value */
Test(guess, reuse_is_in_the_log)
{
	struct device thief;
	struct cgi_process p;
	struct cgi_done d;
	struct asked q;
	const char *at;

	one(buf_span(&challenge), "good", "192.0.2.7", NULL, SCEP_SUCCESS);
	one(buf_span(&challenge), "good", "192.0.2.7", NULL, SCEP_SUCCESS);
	device_make(&thief, "thief");
	device_ask(&thief, &lab, "x", buf_span(&challenge), &q);
	start(&q, "203.0.113.9", &p);
	cgi_finish(&p, &d);
	cr_expect(cgi_log_has(&d, " refusal=challenge-used "));
	cr_expect(cgi_log_has(&d, " alert=challenge-reused challenge="));
	cr_expect(cgi_log_has(&d, " remote=203.0.113.9 "));
	cr_expect(cgi_log_has(&d, " first_remote=192.0.2.7 "));
	cr_expect(cgi_log_has(&d, " first_key="));
	cr_expect(cgi_log_has(&d, " first_time=1"));
	cr_expect_not(cgi_has(buf_span(&d.log), buf_span(&challenge)));
	at = memmem(d.log.p, d.log.n, " challenge=", 11);
	cr_assert_not_null(at); /* once */
	cr_expect_null(memmem(at + 1,
	    d.log.n - (size_t)((const uint8_t *)at + 1 - d.log.p),
	    " challenge=", 11));
	cgi_release(&d);
	asked_release(&q);
	device_release(&thief);
}
