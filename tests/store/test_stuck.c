/*
 * test_stuck.c - processes that stop, wait, are ended, or forget to close:
 * T-33, T-35.
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_dir.h"
#include "store_fixture.h"
#include "visit.h"

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "stuck");
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(stuck, .init = set_up, .fini = tear_down, .timeout = 100);

static void visit(struct store *st)
{
	struct stored_cert c;

	must(store_cert_find(st, &(struct serial){ 1, { 9 } }, &c, &e) != 0 &&
		e.kind == ERR_NOT_FOUND,
	    "%s", e.text);
}

/* Which regions are in use: it changes when somebody recovers. */
static uint64_t visit_once(void)
{
	struct store *st = fixture_open(f.dir);
	uint64_t generation;

	visit(st);
	generation = st->generation;
	store_close(st);
	return generation;
}

static int raise_signal(struct visit *v, void *arg, struct err *err)
{
	(void)v;
	(void)err;
	raise(*(int *)arg);
	return 0;
}

/*
 * T-35: what web servers send to end a process waits until the visit is over.
 */
Test(stuck, signals_wait)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE,
		SIGALRM, SIGQUIT, SIGUSR1, SIGXCPU };
	uint64_t before = visit_once();
	struct store *st;
	int status, sig;
	size_t i;
	pid_t pid;

	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sig = signals[i];
		must((pid = fork()) >= 0, "fork");
		if (pid == 0) {
			/* a shell ignores some for what it runs with & */
			signal(sig, SIG_DFL);
			st = fixture_open(f.dir);
			(void)visit_run(
			    st, VISIT_WRITE, raise_signal, &sig, &e);
			_exit(1); /* the signal came first */
		}
		status = wait_for(pid, 10);
		cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == sig,
		    "signal %d: %x", sig, (unsigned)status);
	}
	cr_expect_eq(visit_once(), before, "nobody had to recover");
}

struct owned {
	uintmax_t mutexes, files;
};

static int count_owned(struct visit *v, void *arg, struct err *err)
{
	DB_ENV *env = v->db->env;
	struct owned *o = arg;
	DB_MUTEX_STAT *mutex;
	DB_LOG_STAT *log;

	(void)err;
	must(env->mutex_stat(env, &mutex, 0) == 0 &&
		env->log_stat(env, &log, 0) == 0,
	    "stat");
	*o = (struct owned){ mutex->st_mutex_inuse, log->st_nfileid };
	free(mutex);
	free(log);
	return 0;
}

static struct owned owned(void)
{
	struct store *st = fixture_open(f.dir);
	struct owned o;

	must(visit_run(st, VISIT_READ, count_owned, &o, &e) == 0, "%s", e.text);
	store_close(st);
	return o;
}

/*
 * What a process owns in the regions it gives back, even if it leaves its
 * memory to its end: they are of a size.
 */
Test(stuck, nothing_left_in_regions)
{
	struct owned before, after;
	struct store *st;
	pid_t pid;

	visit_once(); /* the first one makes what stays */
	before = owned();
	for (int n = 0; n < 20; n++) {
		must((pid = fork()) >= 0, "fork");
		if (pid == 0) {
			st = fixture_open(f.dir);
			store_ends_process(st);
			visit(st);
			store_close(st);
			_exit(0);
		}
		must(wait_for(pid, 10) == 0, "process %d", n);
	}
	after = owned();
	cr_expect_eq(after.mutexes, before.mutexes, "%ju, %ju before",
	    after.mutexes, before.mutexes);
	cr_expect_eq(after.files, before.files, "%ju, %ju before", after.files,
	    before.files);
}

/*
 * T-35: a stopped holder of the lock is killed by its watchdog, and those who
 * wait are served.  The stop is in the middle of a transaction.
 */
Test(stuck, stuck_holder)
{
	double start = now_ms(), took;
	struct store *st;
	int sig = SIGSTOP, status;
	pid_t pid;

	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		st = fixture_open(f.dir);
		(void)visit_run(st, VISIT_WRITE, raise_signal, &sig, &e);
		_exit(1);
	}
	must(waitpid(pid, &status, WUNTRACED) == pid && WIFSTOPPED(status),
	    "not stopped");
	sleep(2);
	cr_expect_neq(enrol(f.dir, 1, &e), 0, "%s", e.text);
	took = now_ms() - start;
	cr_expect(took > 7000 && took < 20000, "%.0f ms", took);
	status = wait_for(pid, 5);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* A holder that nobody ends: ERR_BUSY in time, nothing touched. */
Test(stuck, busy)
{
	int fd = open(f.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	double start = now_ms(), took;

	must(fd >= 0 && flock(fd, LOCK_EX) == 0, "flock");
	cr_expect_eq(enrol(f.dir, 1, &e), 0);
	took = now_ms() - start;
	cr_expect_eq(e.kind, ERR_BUSY, "%s", e.text);
	cr_expect(took > 9900 && took < 20000, "%.0f ms", took);
	close(fd);
	cr_expect_neq(enrol(f.dir, 1, &e), 0, "%s", e.text);
}

/* While it waits for the lock a process can be ended, and nothing is harmed. */
Test(stuck, waiting_can_be_ended)
{
	int fd = open(f.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), status;
	pid_t pid;

	must(fd >= 0 && flock(fd, LOCK_EX) == 0, "flock");
	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		close(fd); /* the lock is the parent's all the same */
		(void)enrol(f.dir, 1, &e);
		_exit(1);
	}
	usleep(300000);
	kill(pid, SIGTERM);
	status = wait_for(pid, 5);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	close(fd);
	cr_expect_neq(enrol(f.dir, 1, &e), 0, "%s", e.text);
}

/* T-35: processes that end without store_close() wear nothing out. */
Test(stuck, never_closed)
{
	struct acks *a = acks_new(400);
	struct store *st;
	struct sample s;
	uint32_t n;
	pid_t pid;

	for (n = 0; n < a->n; n++) {
		must((pid = fork()) >= 0, "fork");
		if (pid == 0) {
			enum grant_outcome outcome;

			st = fixture_open(f.dir);
			sample_init(&s, n);
			must(store_challenge_add(st, &s.challenge, NULL, &e) ==
				0,
			    "%s", e.text);
			sample_serial(&s, n + 1);
			must(store_grant(st, &s.grant, &outcome, NULL, &e) ==
				    0 &&
				outcome == GRANT_DONE,
			    "%s", e.text);
			_exit(0);
		}
		must(wait_for(pid, 20) == 0, "process %u", n);
		a->of[n].serial = n + 1;
	}
	verify(&f, a);
	acks_free(a);
}

static int count_logs(void)
{
	char name[32];
	int n, logs = 0;

	for (n = 1; n < 20; n++) {
		snprintf(name, sizeof(name), "store/log.%010d", n);
		logs += access(fixture_path(&f, name), F_OK) == 0;
	}
	return logs;
}

/* The regions stay within what store_dir_hold_regions() reserved. */
static void check_regions(void)
{
	struct stat sb;
	char name[32];
	int n;

	for (n = 1; n <= 3; n++) {
		snprintf(name, sizeof(name), "store/__db.%03d", n);
		cr_assert_eq(stat(fixture_path(&f, name), &sb), 0);
		cr_expect(sb.st_size <= STORE_REGION_MAX, "%s: %ld", name,
		    (long)sb.st_size);
		cr_expect(sb.st_blocks * 512L >= STORE_REGION_MAX,
		    "%s is allocated as far as it may grow", name);
	}
}

/* A log that nobody checkpoints at close is cut back all the same. */
Test(stuck, log_does_not_grow)
{
	struct store *st = fixture_open(f.dir);
	enum grant_outcome outcome;
	struct sample s;
	uint8_t *more;
	uint32_t n;

	for (n = 0; n < 20; n++) {
		sample_init(&s, n);
		must(buf_grow(&s.cert.der, 20000, &more, NULL) == 0, "memory");
		s.grant.challenge_mac = NULL;
		cr_assert_eq(store_grant(st, &s.grant, &outcome, NULL, &e), 0);
		sample_release(&s);
	}
	cr_expect(count_logs() >= 1 && count_logs() <= 6, "%d log files",
	    count_logs());
	check_regions();
	store_close(st);
}

/* T-33: requests that are refused leave the store as large as it was. */
Test(stuck, reading_does_not_grow)
{
	struct stat before, after;
	struct store *st;
	struct stored_request r;
	struct stored_cert c;
	struct sample s;
	uint32_t n;

	cr_assert_neq(enrol(f.dir, 1, &e), 0, "%s", e.text);
	must(stat(fixture_path(&f, "store/store.db"), &before) == 0, "stat");
	for (n = 2; n < 20; n++) {
		sample_init(&s, n);
		st = fixture_open(f.dir);
		cr_assert_eq(
		    store_request_find(st, &s.request.key, &r, &c, &e), -1);
		cr_assert_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
		store_close(st);
		sample_release(&s);
	}
	must(stat(fixture_path(&f, "store/store.db"), &after) == 0, "stat");
	cr_expect(after.st_size <= before.st_size + 4 * 4096, "%ld, was %ld",
	    (long)after.st_size, (long)before.st_size);
	cr_expect(count_logs() <= 3, "%d log files", count_logs());
}
