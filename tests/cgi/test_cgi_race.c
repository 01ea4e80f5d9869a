/*
 * test_cgi_race.c - many processes at once: a one-time challenge makes one
 * certificate, and so does one request (T-13, R107, R145).
 *
 * CGI_RACE_ROUNDS sets how many rounds; 200 by hand.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "run_cgi.h"

enum { RUNNERS = 32, ROUNDS = 5 };

static struct lab_ca lab;
static struct device dev;

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

TestSuite(race, .init = setup, .fini = teardown, .timeout = 1200);

static size_t rounds(void)
{
	const char *text = getenv("CGI_RACE_ROUNDS");

	return text != NULL ? strtoul(text, NULL, 10) : ROUNDS;
}

struct runner {
	const struct asked *q;
	struct cgi_process p;
	int to; /* its stdin */
};

/* Started, and waiting for its body. */
static void make_ready(struct runner *r, const struct asked *q)
{
	char home[300], length[40];
	struct cgi_call c = { .env = { home, length, "REQUEST_METHOD=POST" } };
	int fds[2];

	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", lab.home);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", q->message.n);
	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	c.in = fds[0];
	r->q = q;
	r->to = fds[1];
	cgi_start(&c, &r->p);
	close(fds[0]);
}

/* All of them get their bodies at once; how many came back with a SUCCESS? */
static unsigned race(struct runner *r, struct buf certs[RUNNERS])
{
	struct cgi_done d;
	unsigned won = 0;

	for (size_t n = 0; n < RUNNERS; n++) {
		cr_assert_eq(
		    write(r[n].to, r[n].q->message.p, r[n].q->message.n),
		    (ssize_t)r[n].q->message.n);
		close(r[n].to);
	}
	for (size_t n = 0; n < RUNNERS; n++) {
		cgi_finish(&r[n].p, &d);
		cr_assert_eq(
		    d.status, 200, "%.*s", (int)d.log.n, (const char *)d.log.p);
		if (device_read(&dev, &lab, r[n].q, d.body, &certs[n]) ==
		    SCEP_SUCCESS)
			won++;
		else
			cr_expect(cgi_log_has(&d, " refusal=challenge-used"),
			    "%.*s", (int)d.log.n, (const char *)d.log.p);
		cgi_release(&d);
	}
	return won;
}

static void one_challenge(size_t round)
{
	struct buf challenge = { 0 }, certs[RUNNERS] = { { 0 } };
	struct runner runners[RUNNERS];
	struct asked asked[RUNNERS];
	char id[32];
	unsigned won;

	lab_ca_challenge(&lab, 1, &challenge);
	for (size_t n = 0; n < RUNNERS; n++) {
		snprintf(id, sizeof(id), "%zu-%zu", round, n);
		device_ask(&dev, &lab, id, buf_span(&challenge), &asked[n]);
		make_ready(&runners[n], &asked[n]);
	}
	won = race(runners, certs);
	cr_assert_eq(won, 1, "round %zu: %u winners", round, won);
	for (size_t n = 0; n < RUNNERS; n++) {
		asked_release(&asked[n]);
		buf_release(&certs[n]);
	}
	buf_release(&challenge);
}

Test(race, one_challenge)
{
	for (size_t n = 0; n < rounds(); n++)
		one_challenge(n);
	cr_expect_eq(lab_ca_certs(&lab), rounds());
}

static void one_request(size_t round)
{
	struct buf challenge = { 0 }, certs[RUNNERS] = { { 0 } };
	struct runner runners[RUNNERS];
	struct asked asked;
	char id[32];

	snprintf(id, sizeof(id), "%zu", round);
	lab_ca_challenge(&lab, 1, &challenge);
	device_ask(&dev, &lab, id, buf_span(&challenge), &asked);
	for (size_t n = 0; n < RUNNERS; n++)
		make_ready(&runners[n], &asked);
	cr_assert_eq(race(runners, certs), RUNNERS);
	for (size_t n = 0; n < RUNNERS; n++) {
		cr_expect(span_eq(buf_span(&certs[0]), buf_span(&certs[n])));
		if (n != 0)
			buf_release(&certs[n]);
	}
	buf_release(&certs[0]);
	asked_release(&asked);
	buf_release(&challenge);
}

Test(race, one_request)
{
	for (size_t n = 0; n < rounds(); n++)
		one_request(n);
	cr_expect_eq(lab_ca_certs(&lab), rounds());
}
