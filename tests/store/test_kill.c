/*
 * test_kill.c - processes are killed, at every system call and at any moment:
 * threats T-13 and T-35.
 *
 * What was acknowledged stays, nothing is half done, and the next process goes
 * on.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "kill_at.h"
#include "store_fixture.h"

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "kill");
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(kill, .init = set_up, .fini = tear_down, .timeout = 110);

static void enrol_n(struct acks *a, uint32_t n)
{
	must(enrol_ack(f.dir, n, &a->of[n].serial, &e) != 0, "%s", e.text);
}

/* The next process finds it as it is, and brings it to its end. */
static void finish(struct acks *a, uint32_t n)
{
	uint32_t acked = a->of[n].serial;
	double start = now_ms();

	must(run_until(UINT32_MAX, NULL, enrol_n, a, n), "ended");
	must(acked == 0 || acked == a->of[n].serial, "sample %u", n);
	must(now_ms() - start < 5000, "took %.0f ms", now_ms() - start);
}

static const struct {
	const char *name;
	bool recovering;
} lives[] = { { "transaction", false }, { "recovery", true } };
ParameterizedTestParameters(kill, at_every_call)
{
	static size_t idx[sizeof(lives) / sizeof(lives[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, kill, at_every_call)
{
	struct life *life = calloc(1, sizeof(*life));
	struct acks *a = acks_new(CALLS_MAX);
	unsigned stop, kills = 0;
	uint32_t n = 0;

	must(life != NULL, "memory");
	enrol_n(a, n++);
	for (stop = 0;; stop++, n++) {
		if (life_repeats(life, stop))
			continue;
		if (lives[*i].recovering)
			must(unlink(fixture_path(&f, "store/.state")) == 0,
			    "unlink");
		must(n < a->n, "%u calls", n);
		if (run_until(stop, NULL, enrol_n, a, n))
			break;
		if (kills++ == 0) { /* how does it go when it is let? */
			n++;
			if (lives[*i].recovering)
				unlink(fixture_path(&f, "store/.state"));
			must(run_until(UINT32_MAX, life, enrol_n, a, n), "-");
			must(life->n < CALLS_MAX, "%u calls", life->n);
		} else if (kills % 64 == 0) {
			verify(&f, a);
		} else {
			finish(a, n);
		}
	}
	verify(&f, a);
	fprintf(stderr, "%s: killed at %u of %u system calls\n", lives[*i].name,
	    kills, stop);
	acks_free(a);
	free(life);
}

static void create_second(struct acks *a, uint32_t n)
{
	(void)a;
	(void)n;
	must(store_create(fixture_path(&f, "second"), &e) == 0, "%s", e.text);
}

/* A killed store_create leaves no half store behind, and is no obstacle. */
Test(kill, create)
{
	const char *dir = fixture_path(&f, "second");
	struct acks *a = acks_new(1);
	struct store *st;
	unsigned stop;

	for (stop = 0; !run_until(stop, NULL, create_second, a, 0);
	     stop += stop < 60 ? 1 : 7) {
		if (access(dir, F_OK) != 0)
			continue;
		st = fixture_open(dir); /* whole: only its last sync is due */
		cr_assert_eq(store_check(st, &e), 0, "%s", e.text);
		store_close(st);
		remove_tree(dir);
	}
	cr_assert(stop > 60, "%u calls", stop);
	st = fixture_open(dir);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	acks_free(a);
}

static void sleep_us(unsigned us)
{
	const struct timespec t = { us / 1000000, us % 1000000 * 1000L };

	nanosleep(&t, NULL);
}

enum { CROWD = 8 };

/* Some processes at a time, each with its own sample, until all had a turn. */
struct crowd {
	struct acks *a;
	uint32_t next;
	unsigned running, ended, killed;
	double slowest; /* ms, of those that came to their end */
	struct {
		pid_t pid;
		double since;
	} one[CROWD];
};

static void start_one(struct crowd *c, unsigned slot)
{
	uint32_t n = c->next++;
	pid_t pid;

	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		enrol_n(c->a, n);
		_exit(0);
	}
	c->one[slot].pid = pid;
	c->one[slot].since = now_ms();
	c->running++;
}

static void collect(struct crowd *c, bool block)
{
	int status;
	double took;
	unsigned i;
	pid_t pid;

	while (c->running > 0 &&
	    (pid = waitpid(-1, &status, block ? 0 : WNOHANG)) > 0) {
		for (i = 0; i < CROWD && c->one[i].pid != pid; i++)
			;
		must(i < CROWD, "a child of nobody");
		took = now_ms() - c->one[i].since;
		c->one[i].pid = 0;
		c->running--;
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
			c->killed++;
			continue;
		}
		must(status == 0, "ended with %x", (unsigned)status);
		c->ended++;
		if (took > c->slowest)
			c->slowest = took;
	}
}

/* T-35: "random kill -9 loop, next request answers within 5 s each time" */
Test(kill, storm)
{
	struct crowd c = { .a = acks_new(4000) };
	double now, begun = now_ms();
	uint32_t x = 1;
	unsigned i;

	/* 12 s, or as long as a slow machine needs until some have ended */
	while (c.next < c.a->n && (now = now_ms()) < begun + 60000 &&
	    (now < begun + 12000 || c.killed <= 100 || c.ended <= 100)) {
		for (i = 0; i < CROWD; i++)
			if (c.one[i].pid == 0 && c.next < c.a->n)
				start_one(&c, i);
		x = x * 1664525 + 1013904223;
		sleep_us((x >> 8) % 2000);
		i = (x >> 24) % CROWD;
		if (c.one[i].pid != 0 && (x >> 12) % 3 == 0 &&
		    c.killed <= 100 + 4 * c.ended)
			kill(c.one[i].pid, SIGKILL);
		collect(&c, false);
	}
	collect(&c, true);
	verify(&f, c.a);
	fprintf(stderr,
	    "%u processes, %u killed, slowest of the others "
	    "%.0f ms\n",
	    c.next, c.killed, c.slowest);
	cr_expect(c.killed > 100, "%u killed", c.killed);
	cr_expect(c.ended > 100, "%u ended", c.ended);
	cr_expect(c.slowest < 5000, "%.0f ms", c.slowest);
	acks_free(c.a);
}

/* "flock DIR cp -a DIR COPY" is a backup, at any time. */
Test(kill, copy_under_load)
{
	struct crowd c = { .a = acks_new(1500) };
	struct acks *then = acks_new(1500);
	struct fixture copy = f;
	char line[4 * FIXTURE_PATH];
	unsigned i, copies = 0;
	int status;
	pid_t cp;

	snprintf(copy.dir, sizeof(copy.dir), "%.1000s/copy", f.root);
	while (copies < 4 && c.next < c.a->n) {
		for (i = 0; i < CROWD - 2; i++)
			if (c.one[i].pid == 0 && c.next < c.a->n)
				start_one(&c, i);
		collect(&c, false);
		if (c.next / 250 <= copies) {
			sleep_us(500);
			continue;
		}
		/* what was acknowledged before cp starts must be in the copy */
		memcpy(then->of, c.a->of, c.a->n * sizeof(c.a->of[0]));
		snprintf(line, sizeof(line), "exec flock %s cp -a %s %s", f.dir,
		    f.dir, copy.dir);
		must((cp = fork()) >= 0, "fork");
		if (cp == 0) {
			execl("/bin/sh", "sh", "-c", line, (char *)NULL);
			_exit(127);
		}
		must(waitpid(cp, &status, 0) == cp && status == 0, "%s", line);
		verify(&copy, then);
		/* it is a store like any other */
		must(enrol(copy.dir, c.a->n + 1, &e) != 0, "%s", e.text);
		remove_tree(copy.dir);
		copies++;
	}
	collect(&c, true);
	verify(&f, c.a);
	cr_expect_eq(copies, 4);
	acks_free(then);
	acks_free(c.a);
}
