/*
 * test_cgi_kill.c - processes killed at random moments of their life, eight at
 * a time (T-13, T-35, R146).
 *
 * No later request hangs; every certificate that a client received is in the
 * store; a request that died gets its one certificate when it comes again; no
 * serial is there twice; the store is sound.  CGI_KILLS sets how many; 2000 by
 * hand.
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
#include "run_cgi.h"
#include "store_cert.h"

enum { SLOTS = 8, KILLS = 150, WARM_UP = 4 * SLOTS, HANG_MS = 10000 };

static struct lab_ca lab;
static struct device dev;

struct order {
	struct asked asked;
	struct buf cert; /* empty: never received */
};

struct slot {
	struct order *order; /* NULL: nobody runs in it */
	struct cgi_process p;
	double started, kill_at; /* ms */
	bool killed;
};

struct storm {
	struct order *orders;
	size_t n_orders, next;
	struct slot slots[SLOTS];
	size_t started, killed, delivered;
	double lives; /* ms, of those who were not killed, all together */
	size_t ended;
};

static double clock_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void start(struct storm *s, struct slot *slot)
{
	char home[300], length[40];
	struct cgi_call c = { .env = { home, length, "REQUEST_METHOD=POST" } };
	double life = s->ended != 0 ? s->lives / (double)s->ended : 0;

	*slot = (struct slot){ .order = &s->orders[s->next++ % s->n_orders] };
	c.body = buf_span(&slot->order->asked.message);
	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", lab.home);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", c.body.n);
	slot->started = clock_ms();
	/* the first ones show how long a life is */
	slot->kill_at = s->started < WARM_UP
	    ? slot->started + HANG_MS
	    : slot->started + 1.3 * life * (double)random() / (double)RAND_MAX;
	cgi_start(&c, &slot->p);
	s->started++;
}

/* A client that got a whole reply has its certificate, always the same one. */
static void receive(struct storm *s, struct order *o, const struct cgi_done *d)
{
	struct buf cert = { 0 };

	if (!d->whole)
		return;
	cr_assert_eq(
	    d->status, 200, "%.*s", (int)d->log.n, (const char *)d->log.p);
	cr_assert_eq(device_read(&dev, &lab, &o->asked, d->body, &cert),
	    SCEP_SUCCESS, "%.*s", (int)d->log.n, (const char *)d->log.p);
	if (o->cert.n == 0) {
		buf_move(&o->cert, &cert);
		s->delivered++;
	}
	cr_assert(cert.n == 0 || span_eq(buf_span(&cert), buf_span(&o->cert)),
	    "%s: two certificates", o->asked.trans_id);
	buf_release(&cert);
}

static void finish(struct storm *s, struct slot *slot)
{
	struct cgi_done d;

	cgi_finish(&slot->p, &d);
	if (d.exit_code < 0) {
		cr_assert(slot->killed, "died by itself: %.*s", (int)d.log.n,
		    (const char *)d.log.p);
		s->killed++;
	} else {
		cr_assert_eq(d.exit_code, 0);
		cr_assert(d.whole);
		s->lives += clock_ms() - slot->started;
		s->ended++;
	}
	receive(s, slot->order, &d);
	cgi_release(&d);
	slot->order = NULL;
}

static void look_after(struct storm *s, struct slot *slot)
{
	siginfo_t info = { .si_pid = 0 };
	double now = clock_ms();

	if (!slot->killed && now >= slot->kill_at) {
		kill(slot->p.pid, SIGKILL);
		slot->killed = true;
	}
	cr_assert_lt(now - slot->started, HANG_MS, "a request hangs");
	cr_assert_eq(waitid(P_PID, (id_t)slot->p.pid, &info,
			 WEXITED | WNOHANG | WNOWAIT),
	    0);
	if (info.si_pid != 0)
		finish(s, slot);
}

static void run(struct storm *s, size_t kills)
{
	size_t busy = 1;

	while (busy != 0) {
		busy = 0;
		for (size_t n = 0; n < SLOTS; n++) {
			if (s->slots[n].order == NULL && s->killed < kills)
				start(s, &s->slots[n]);
			if (s->slots[n].order == NULL)
				continue;
			busy++;
			look_after(s, &s->slots[n]);
		}
		usleep(100);
	}
}

/* Nobody is killed any more: all get what is theirs. */
static void ask_again(struct storm *s)
{
	struct cgi_done d;

	for (size_t n = 0; n < s->n_orders; n++) {
		cgi_post(lab.home, buf_span(&s->orders[n].asked.message), &d);
		cr_assert(d.whole);
		receive(s, &s->orders[n], &d);
		cgi_release(&d);
	}
}

static int by_bytes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct serial));
}

static void check_serials(const struct storm *s)
{
	struct serial *all = calloc(s->n_orders, sizeof(*all));
	struct stored_cert recorded;
	struct cert_view v;
	struct err e;

	for (size_t n = 0; n < s->n_orders; n++) {
		cr_assert_eq(
		    cert_parse(buf_span(&s->orders[n].cert), &v, &e), 0);
		cr_assert_leq(v.serial.n, SERIAL_MAX);
		all[n].n = (uint8_t)v.serial.n;
		memcpy(all[n].b, v.serial.p, v.serial.n);
		cr_assert_eq(
		    store_cert_find(lab.ca->store, &all[n], &recorded, &e), 0,
		    "%s", e.text);
		cr_expect(span_eq(
		    buf_span(&recorded.der), buf_span(&s->orders[n].cert)));
		stored_cert_release(&recorded);
	}
	qsort(all, s->n_orders, sizeof(*all), by_bytes);
	for (size_t n = 1; n < s->n_orders; n++)
		cr_expect_neq(by_bytes(&all[n - 1], &all[n]), 0);
	free(all);
}

static void make_orders(struct storm *s, size_t n)
{
	struct buf challenge = { 0 };
	char id[32];

	s->n_orders = n;
	s->orders = calloc(n, sizeof(*s->orders));
	cr_assert_not_null(s->orders);
	for (size_t i = 0; i < n; i++) {
		snprintf(id, sizeof(id), "%zu", i);
		lab_ca_challenge(&lab, 1, &challenge);
		device_ask(
		    &dev, &lab, id, buf_span(&challenge), &s->orders[i].asked);
		buf_release(&challenge);
	}
}

Test(kill, storm, .timeout = 3600)
{
	const char *text = getenv("CGI_KILLS");
	size_t kills = text != NULL ? strtoul(text, NULL, 10) : KILLS;
	struct storm s = { 0 };

	lab_ca_make(&lab, "");
	device_make(&dev, "router1");
	make_orders(&s, kills);
	srandom((unsigned)time(NULL));
	run(&s, kills);
	cr_log_info("%zu started, %zu killed, %zu delivered, life %.1f ms",
	    s.started, s.killed, s.delivered, s.lives / (double)s.ended);
	ask_again(&s);
	cr_expect_eq(s.delivered, s.n_orders);
	cr_expect_eq(lab_ca_certs(&lab), s.n_orders);
	check_serials(&s);
	for (size_t n = 0; n < s.n_orders; n++) {
		asked_release(&s.orders[n].asked);
		buf_release(&s.orders[n].cert);
	}
	free(s.orders);
	device_release(&dev);
	lab_ca_drop(&lab);
}
