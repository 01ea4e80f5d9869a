/*
 * test_cgi_workers_kill.c - workers killed at random moments, while clients ask
 * (T-13, T-35, R146): nobody waits for long, a client that got its certificate
 * gets the same one again, and everybody has exactly one at the end.  CGI_KILLS
 * sets how many.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "fcgi_server.h"

enum { ORDERS = 200, AT_ONCE = 6, KILLS = 40, HANG_SECONDS = 15 };

static struct lab_ca lab;
static struct device dev;
static struct fcgi_server server;

static struct order {
	struct asked asked;
	struct buf cert; /* empty: not received */
	struct cgi_process p;
	time_t started; /* 0: nobody asks for it now */
} orders[ORDERS];

static unsigned killed, lost;

static void make_orders(void)
{
	struct buf challenge = { 0 };
	char id[32];

	for (size_t i = 0; i < ORDERS; i++) {
		snprintf(id, sizeof(id), "%zu", i);
		lab_ca_challenge(&lab, 1, &challenge);
		device_ask(
		    &dev, &lab, id, buf_span(&challenge), &orders[i].asked);
		buf_release(&challenge);
	}
}

static void start(struct order *o)
{
	char home[300], length[40];
	struct cgi_call c = { .env = { home, length, "REQUEST_METHOD=POST",
				  "QUERY_STRING=operation=PKIOperation" } };

	c.body = buf_span(&o->asked.message);
	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", lab.home);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", c.body.n);
	o->started = time(NULL);
	cgi_start(&c, &o->p);
}

/* A whole answer is a certificate, always the same; none: the worker died. */
static void finish(struct order *o)
{
	struct buf cert = { 0 };
	struct cgi_done d;

	cgi_finish(&o->p, &d);
	o->started = 0;
	if (!d.whole) {
		lost++;
	} else {
		cr_assert_eq(d.status, 200, "HTTP %d", d.status);
		cr_assert_eq(device_read(&dev, &lab, &o->asked, d.body, &cert),
		    SCEP_SUCCESS, "%s", o->asked.trans_id);
		cr_assert(o->cert.n == 0 ||
			span_eq(buf_span(&cert), buf_span(&o->cert)),
		    "%s: two certificates", o->asked.trans_id);
		if (o->cert.n == 0)
			buf_move(&o->cert, &cert);
	}
	buf_release(&cert);
	cgi_release(&d);
}

static bool has_ended(const struct order *o)
{
	siginfo_t info = { .si_pid = 0 };

	cr_assert_lt(time(NULL) - o->started, HANG_SECONDS, "%s hangs",
	    o->asked.trans_id);
	cr_assert_eq(
	    waitid(P_PID, (id_t)o->p.pid, &info, WEXITED | WNOHANG | WNOWAIT),
	    0);
	return info.si_pid != 0;
}

static void kill_one(void)
{
	pid_t pid[8];
	size_t n = fcgi_workers(&server, pid, 8);

	if (n != 0 && kill(pid[(size_t)random() % n], SIGKILL) == 0)
		killed++;
}

/* Everybody asks once, AT_ONCE of them at a time. */
static void ask_all(unsigned kills)
{
	size_t next = 0, busy;

	do {
		busy = 0;
		for (size_t i = 0; i < ORDERS; i++) {
			if (orders[i].started != 0 && has_ended(&orders[i]))
				finish(&orders[i]);
			busy += orders[i].started != 0;
		}
		while (busy < AT_ONCE && next < ORDERS) {
			start(&orders[next++]);
			busy++;
		}
		if (killed < kills && random() % 4 == 0)
			kill_one();
		usleep(2000);
	} while (busy != 0);
}

Test(workers_kill, storm, .timeout = 3600)
{
	const char *text = getenv("CGI_KILLS");
	unsigned kills = text != NULL ? (unsigned)atoi(text) : KILLS;
	struct err e;

	lab_ca_make(&lab, "");
	if (!fcgi_server_start(&server, "4", NULL)) {
		lab_ca_drop(&lab);
		cr_skip("no cgi-fcgi here");
	}
	device_make(&dev, "router1");
	make_orders();
	srandom((unsigned)time(NULL));
	while (killed < kills)
		ask_all(kills);
	ask_all(0);
	cr_log_info("%u killed, %u answers lost", killed, lost);
	for (size_t i = 0; i < ORDERS; i++) {
		cr_expect_neq(orders[i].cert.n, 0, "%zu has none", i);
		asked_release(&orders[i].asked);
		buf_release(&orders[i].cert);
	}
	cr_expect_gt(lost, 0, "nobody was hit");
	cr_expect_eq(lab_ca_certs(&lab), ORDERS);
	cr_expect_eq(store_check(lab.ca->store, &e), 0, "%s", e.text);
	cr_expect_eq(fcgi_server_stop(&server), 0);
	device_release(&dev);
	lab_ca_drop(&lab);
}
