/*
 * test_shared.c - many processes on one store, and a directory that is not as it was
 * left: requirement R107 and threats T-13, T-35, T-36.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fixture.h"
#include "txn.h"

enum { PROCESSES = 32, ROUNDS = 10 };

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "shared");
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(shared, .init = set_up, .fini = tear_down, .timeout = 100);

/* What the processes of a test report; index: the process. */
struct report {
	int outcome[PROCESSES]; /* enum grant_outcome, or 99 */
	uint32_t serial[PROCESSES];
	uint64_t generation[PROCESSES];
};

static struct report *report_new(void)
{
	struct report *r = mmap(NULL, sizeof(*r), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(r != MAP_FAILED, "mmap");
	return r;
}

/* Let PROCESSES of them loose at the same moment; all must end well. */
static void run_all(void (*one)(int i, struct report *r), struct report *r)
{
	pid_t pid[PROCESSES];
	int gate[2], i;
	char c;

	memset(r, 99, sizeof(*r));
	must(pipe(gate) == 0, "pipe");
	for (i = 0; i < PROCESSES; i++) {
		must((pid[i] = fork()) >= 0, "fork");
		if (pid[i] != 0)
			continue;
		close(gate[1]);
		must(read(gate[0], &c, 1) == 0, "gate");
		one(i, r);
		_exit(0);
	}
	close(gate[0]);
	close(gate[1]);
	for (i = 0; i < PROCESSES; i++)
		must(wait_for(pid[i], 60) == 0, "process %d", i);
}

static int count(const struct report *r, int outcome)
{
	int i, n = 0;

	for (i = 0; i < PROCESSES; i++)
		n += r->outcome[i] == outcome;
	return n;
}

static uint32_t round_no;

static void grant_and_report(int i, struct report *r, struct sample *s)
{
	struct stored_cert recorded = { .serial = { 0 } };
	struct store *st = fixture_open(f.dir);
	enum grant_outcome outcome;

	must(store_grant(st, &s->grant, &outcome, &recorded, &e) == 0, "%s",
	    e.text);
	r->outcome[i] = (int)outcome;
	if (outcome == GRANT_ALREADY)
		r->serial[i] = recorded.serial.b[4];
	store_close(st);
}

/* 32 devices, one challenge */
static void race_for_challenge(int i, struct report *r)
{
	struct sample s, first;

	sample_init(&s, round_no * 100 + (uint32_t)i);
	sample_init(&first, round_no * 100);
	s.grant.challenge_mac = first.challenge.mac;
	grant_and_report(i, r, &s);
}

/* R107, T-13: exactly one of them gets a certificate. */
Test(shared, one_challenge)
{
	struct report *r = report_new();
	struct stored_challenge c;
	struct stored_cert page[ROUNDS + 1];
	struct store *st;
	struct sample s;
	size_t n, i;

	for (round_no = 1; round_no <= ROUNDS; round_no++) {
		sample_init(&s, round_no * 100);
		st = fixture_open(f.dir);
		cr_assert_eq(store_challenge_add(st, &s.challenge, &e), 0);
		store_close(st);
		run_all(race_for_challenge, r);
		cr_assert_eq(count(r, GRANT_DONE), 1);
		cr_assert_eq(count(r, GRANT_CHALLENGE_GONE), PROCESSES - 1);
		st = fixture_open(f.dir);
		cr_assert_eq(
		    store_challenge_find(st, s.challenge.mac, &c, &e), 0);
		cr_assert_eq(c.used, 1);
		store_close(st);
		sample_release(&s);
	}
	st = fixture_open(f.dir);
	cr_assert_eq(store_cert_page(st, NULL, page, ROUNDS + 1, &n, &e), 0);
	cr_expect_eq(n, ROUNDS);
	for (i = 0; i < n; i++)
		stored_cert_release(&page[i]);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
}

/* One device, the same request from 32 connections, each with its own serial. */
static void race_for_request(int i, struct report *r)
{
	struct sample s;

	sample_init(&s, 1);
	sample_serial(&s, (uint32_t)i + 1);
	s.cert.der.p[0] = (uint8_t)i;
	grant_and_report(i, r, &s);
}

/* R145: one is granted, the others get what that one got. */
Test(shared, one_request)
{
	struct report *r = report_new();
	struct stored_request req;
	struct stored_cert c;
	struct store *st;
	struct sample s;
	int i;

	sample_init(&s, 1);
	st = fixture_open(f.dir);
	cr_assert_eq(store_challenge_add(st, &s.challenge, &e), 0);
	run_all(race_for_request, r);
	cr_expect_eq(count(r, GRANT_DONE), 1);
	cr_expect_eq(count(r, GRANT_ALREADY), PROCESSES - 1);
	cr_assert_eq(store_request_find(st, &s.request.key, &req, &c, &e), 0);
	for (i = 0; i < PROCESSES; i++)
		if (r->outcome[i] == GRANT_ALREADY)
			cr_expect_eq(r->serial[i], c.serial.b[4]);
	stored_cert_release(&c);
	store_close(st);
	sample_release(&s);
}

static void race_for_serial(int i, struct report *r)
{
	struct sample s;

	sample_init(&s, (uint32_t)i);
	sample_serial(&s, 5);
	s.grant.challenge_mac = NULL;
	grant_and_report(i, r, &s);
}

/* The store's own constraint: a serial number is given once. */
Test(shared, one_serial)
{
	struct report *r = report_new();

	run_all(race_for_serial, r);
	cr_expect_eq(count(r, GRANT_DONE), 1);
	cr_expect_eq(count(r, GRANT_SERIAL_TAKEN), PROCESSES - 1);
}

static void visit_and_report(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	struct stored_cert c;

	must(store_cert_find(st, &(struct serial){ 1, { 9 } }, &c, &e) != 0 &&
		e.kind == ERR_NOT_FOUND,
	    "%s", e.text);
	r->generation[i] = st->generation;
	store_close(st);
}

/* T-35: of 32 processes that find the store dirty, exactly one recovers. */
Test(shared, one_recovers)
{
	struct report *r = report_new();
	int i;

	visit_and_report(0, r);
	cr_assert_eq(unlink(fixture_path(&f, "store/.state")), 0);
	run_all(visit_and_report, r);
	for (i = 1; i < PROCESSES; i++)
		cr_expect_eq(r->generation[i], r->generation[0]);
}

/* A worker that keeps the store open, and CGI processes beside it. */
Test(shared, handles_outlive_a_recovery)
{
	struct acks *a = acks_new(40);
	struct stored_request req;
	struct stored_cert c;
	struct sample s;
	struct store *st;
	uint32_t n;
	pid_t pid;

	must((pid = fork()) >= 0, "fork"); /* what is lost dies with it */
	if (pid == 0) {
		st = fixture_open(f.dir);
		for (n = 0; n < 40; n++) {
			if (n % 8 == 5)
				unlink(fixture_path(&f, "store/.state"));
			a->of[n].serial = enrol(f.dir, n, &e);
			must(a->of[n].serial != 0, "%s", e.text);
			sample_init(&s, n);
			must(store_request_find(
				 st, &s.request.key, &req, &c, &e) == 0,
			    "%s", e.text);
			stored_cert_release(&c);
			sample_release(&s);
		}
		store_close(st);
		_exit(0);
	}
	cr_assert_eq(wait_for(pid, 60), 0);
	verify(&f, a);
	acks_free(a);
}

Test(shared, child_must_not_use_its_parents)
{
	struct store *st = fixture_open(f.dir);
	struct stored_cert c;
	pid_t pid;

	(void)store_cert_find(st, &(struct serial){ 1, { 9 } }, &c, &e);
	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		must(store_cert_find(
			 st, &(struct serial){ 1, { 9 } }, &c, &e) != 0,
		    "used");
		must(e.kind == ERR_STORE && strstr(e.text, "fork") != NULL,
		    "%s", e.text);
		store_close(st); /* lets go of memory and nothing else */
		_exit(0);
	}
	cr_expect_eq(wait_for(pid, 10), 0);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
}

static int raise_signal(struct visit *v, void *arg, struct err *err)
{
	(void)v;
	(void)err;
	raise(*(int *)arg);
	return 0;
}

/* T-35: what web servers send to end a process waits until the visit is over. */
Test(shared, signals_wait)
{
	static const int signals[] = { SIGTERM, SIGINT, SIGHUP, SIGPIPE,
		SIGALRM, SIGQUIT, SIGUSR1, SIGXCPU };
	struct report *r = report_new();
	struct store *st;
	uint64_t before;
	int status, sig;
	size_t i;
	pid_t pid;

	visit_and_report(0, r);
	before = r->generation[0];
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		sig = signals[i];
		must((pid = fork()) >= 0, "fork");
		if (pid == 0) {
			st = fixture_open(f.dir);
			(void)visit_run(
			    st, VISIT_WRITE, raise_signal, &sig, &e);
			_exit(1); /* the signal came first */
		}
		status = wait_for(pid, 10);
		cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == sig,
		    "signal %d: %x", sig, (unsigned)status);
	}
	visit_and_report(1, r);
	cr_expect_eq(r->generation[1], before, "nobody had to recover");
}

/*
 * T-35: a stopped holder of the lock is killed by its watchdog, and those who wait
 * are served.  The stop is in the middle of a transaction.
 */
Test(shared, stuck_holder)
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
	cr_expect(took > 7000 && took < 12000, "%.0f ms", took);
	status = wait_for(pid, 5);
	cr_expect(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

/* A holder that nobody ends: ERR_BUSY in time, nothing touched. */
Test(shared, busy)
{
	int fd = open(f.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	double start = now_ms(), took;

	must(fd >= 0 && flock(fd, LOCK_EX) == 0, "flock");
	cr_expect_eq(enrol(f.dir, 1, &e), 0);
	took = now_ms() - start;
	cr_expect_eq(e.kind, ERR_BUSY, "%s", e.text);
	cr_expect(took > 9900 && took < 12000, "%.0f ms", took);
	close(fd);
	cr_expect_neq(enrol(f.dir, 1, &e), 0, "%s", e.text);
}

/* While it waits for the lock a process can be ended, and nothing is harmed. */
Test(shared, waiting_can_be_ended)
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

/* What may have happened to a clean store while nobody looked. */
static void no_state(void)
{
	must(unlink(fixture_path(&f, "store/.state")) == 0, "unlink");
}

static void write_state(const char *text)
{
	int fd = open(fixture_path(&f, "store/.state"), O_WRONLY | O_TRUNC);

	must(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text),
	    ".state");
	close(fd);
}

static void empty_state(void)
{
	write_state("");
}

static void foreign_state(void)
{
	write_state("scepca store 1 clean generation 0 nonsense");
}

static void edit_state(const char *word)
{
	int fd = open(fixture_path(&f, "store/.state"), O_RDWR);
	char text[1000] = "", *at;

	must(fd >= 0 && pread(fd, text, sizeof(text) - 1, 0) > 0, ".state");
	must((at = strstr(text, word)) != NULL, "no %s in %s", word, text);
	at += strlen(word);
	*at = *at == '1' ? '2' : '1';
	must(pwrite(fd, text, strlen(text), 0) == (ssize_t)strlen(text), "-");
	close(fd);
}

static void other_boot(void)
{
	edit_state(" boot ");
}

static void other_library(void)
{
	edit_state(" db ");
}

static void copied(void)
{
	const char *copy = fixture_path(&f, "copy");

	copy_tree(f.dir, copy);
	remove_tree(f.dir);
	must(rename(copy, f.dir) == 0, "rename");
}

static void renamed(void)
{
	const char *to = fixture_path(&f, "renamed");

	must(rename(f.dir, to) == 0, "rename");
	snprintf(f.dir, sizeof(f.dir), "%s", to);
}

static void each_region(void (*change)(const char *path))
{
	char name[32];
	int n;

	for (n = 1; n <= 3; n++) {
		snprintf(name, sizeof(name), "store/__db.%03d", n);
		change(fixture_path(&f, name));
	}
}

static void remove_file(const char *path)
{
	must(unlink(path) == 0, "unlink %s", path);
}

static void no_regions(void)
{
	each_region(remove_file);
}

static void one_region_less(void)
{
	remove_file(fixture_path(&f, "store/__db.002"));
}

static void empty_file(const char *path)
{
	must(truncate(path, 0) == 0, "truncate %s", path);
}

static void empty_regions(void)
{
	each_region(empty_file);
}

static void short_file(const char *path)
{
	must(truncate(path, 5000) == 0, "truncate %s", path);
}

static void short_regions(void)
{
	each_region(short_file);
}

static void garbage_file(const char *path)
{
	int fd = open(path, O_WRONLY);
	uint32_t x = 1, i;

	for (i = 0; i < 4096; i += 4) {
		x = x * 1664525 + 1013904223;
		must(pwrite(fd, &x, 4, i) == 4, "%s", path);
	}
	close(fd);
}

static void garbage_regions(void)
{
	each_region(garbage_file);
}

static void one_region_more(void)
{
	int fd = open(fixture_path(&f, "store/__db.004"),
	    O_WRONLY | O_CREAT | O_EXCL, 0600);

	must(fd >= 0, "__db.004");
	close(fd);
}

static const struct {
	const char *name;
	void (*change)(void);
	int victims; /* processes that may die of it: mapped memory is cut */
} changes[] = {
	{ ".state removed", no_state, 0 },
	{ ".state empty", empty_state, 0 },
	{ ".state foreign", foreign_state, 0 },
	{ "another boot", other_boot, 0 },
	{ "another library version", other_library, 0 },
	{ "directory copied", copied, 0 },
	{ "directory renamed", renamed, 0 },
	{ "regions removed", no_regions, 0 },
	{ "a region removed", one_region_less, 0 },
	{ "a region more", one_region_more, 0 },
	{ "regions empty", empty_regions, 1 },
	{ "regions cut", short_regions, 1 },
	{ "regions overwritten", garbage_regions, 1 },
};
ParameterizedTestParameters(shared, not_as_it_was_left)
{
	static size_t idx[sizeof(changes) / sizeof(changes[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
/* T-36: it heals by itself, nothing is lost. */
ParameterizedTest(size_t *i, shared, not_as_it_was_left)
{
	struct acks *a = acks_new(8);
	int victims = 0;
	uint32_t n;
	pid_t pid;

	for (n = 0; n < 8;) {
		if (n == 4 && victims == 0)
			changes[*i].change();
		must((pid = fork()) >= 0, "fork");
		if (pid == 0) {
			signal(SIGBUS, SIG_DFL); /* not the sanitizer's */
			signal(SIGSEGV, SIG_DFL);
			a->of[n].serial = enrol(f.dir, n, &e);
			must(a->of[n].serial != 0, "%s", e.text);
			_exit(0);
		}
		if (wait_for(pid, 30) == 0)
			n++;
		else
			victims++;
		cr_assert(victims <= changes[*i].victims, "%s: %d died",
		    changes[*i].name, victims);
	}
	verify(&f, a);
	acks_free(a);
}

/* A backup is put in the place of the store while a worker has it open. */
Test(shared, replaced_while_open)
{
	const char *old = fixture_path(&f, "old");
	const char *backup = fixture_path(&f, "backup");
	struct store *st = fixture_open(f.dir);
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	cr_assert_neq(enrol(f.dir, 1, &e), 0, "%s", e.text);
	copy_tree(f.dir, backup);
	cr_assert_neq(enrol(f.dir, 2, &e), 0, "%s", e.text);
	sample_init(&s, 2);
	cr_assert_eq(store_request_find(st, &s.request.key, &r, &c, &e), 0);
	stored_cert_release(&c);
	must(rename(f.dir, old) == 0 && rename(backup, f.dir) == 0, "rename");
	cr_expect_eq(store_request_find(st, &s.request.key, &r, &c, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	sample_release(&s);
}

/* What recovery cannot make good is named, and nothing is done. */
Test(shared, logs_removed)
{
	const char *log = fixture_path(&f, "store/log.0000000001");
	const char *away = fixture_path(&f, "log");
	struct acks *a = acks_new(3);
	int turn;

	a->of[0].serial = enrol(f.dir, 0, &e);
	no_state();
	must(rename(log, away) == 0, "rename");
	for (turn = 0; turn < 2; turn++) {
		cr_expect_eq(enrol(f.dir, 1, &e), 0);
		cr_expect_eq(e.kind, ERR_STORE);
		cr_expect(strstr(e.text, "log.*") != NULL, "%s", e.text);
	}
	must(rename(away, log) == 0, "rename");
	a->of[2].serial = enrol(f.dir, 2, &e);
	cr_expect_neq(a->of[2].serial, 0, "%s", e.text);
	verify(&f, a);
	acks_free(a);
}

/* T-35: processes that end without store_close() wear nothing out. */
Test(shared, never_closed)
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
			must(store_challenge_add(st, &s.challenge, &e) == 0,
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

/* A log that nobody checkpoints at close is cut back all the same. */
Test(shared, log_does_not_grow)
{
	struct store *st = fixture_open(f.dir);
	enum grant_outcome outcome;
	char name[32];
	struct sample s;
	int logs = 0;
	uint32_t n;

	for (n = 0; n < 3000; n++) {
		sample_init(&s, n);
		s.grant.challenge_mac = NULL;
		cr_assert_eq(store_grant(st, &s.grant, &outcome, NULL, &e), 0);
		sample_release(&s);
	}
	for (n = 1; n < 99; n++) {
		snprintf(name, sizeof(name), "store/log.%010u", n);
		logs += access(fixture_path(&f, name), F_OK) == 0;
	}
	cr_expect(logs >= 1 && logs <= 6, "%d log files", logs);
	for (n = 1; n <= 3; n++) {
		struct stat sb;

		snprintf(name, sizeof(name), "store/__db.%03u", n);
		cr_assert_eq(stat(fixture_path(&f, name), &sb), 0);
		cr_expect(sb.st_size <= 1536 << 10, "%s: %ld", name,
		    (long)sb.st_size);
		cr_expect(sb.st_blocks * 512L >= 1536 << 10,
		    "%s is allocated as far as it may grow", name);
	}
	store_close(st);
}

/*
 * The store of another user: a tool that runs as root is refused, in words that name
 * the owner, and that user goes on working.
 */
Test(shared, only_its_owner)
{
	const uid_t other = 65534;
	struct acks *a = acks_new(4);
	struct store *st = NULL;
	const char *file;
	uint32_t n;
	pid_t pid;

	if (geteuid() != 0)
		cr_skip_test("needs root");
	a->of[0].serial = enrol(f.dir, 0, &e);
	must(chown(f.dir, other, other) == 0, "chown");
	for (n = 0; n < 6; n++) {
		static const char *const names[] = { "store.db", ".state",
			"__db.001", "__db.002", "__db.003", "log.0000000001" };

		file = fixture_path(&f, "store");
		must(chdir(file) == 0, "chdir");
		must(chown(names[n], other, other) == 0, "%s", names[n]);
	}
	must(chdir("/") == 0, "chdir");
	for (n = 1; n < 4; n++) {
		cr_expect_eq(store_open(f.dir, &st, &e), -1);
		cr_expect_eq(e.kind, ERR_PERM);
		cr_expect(strstr(e.text, "65534") != NULL, "%s", e.text);
		must((pid = fork()) >= 0, "fork");
		if (pid == 0) {
			must(setgid(other) == 0 && setuid(other) == 0, "uid");
			if (access(f.dir, R_OK) != 0)
				_exit(
				    77); /* the build lies where only root is */
			a->of[n].serial = enrol(f.dir, n, &e);
			must(a->of[n].serial != 0, "%s", e.text);
			_exit(0);
		}
		switch (WEXITSTATUS(wait_for(pid, 20))) {
		case 0:
			break;
		case 77:
			cr_skip_test("user 65534 cannot reach the build");
			break;
		default:
			cr_expect(false, "the owner is locked out");
		}
	}
	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		must(setgid(other) == 0 && setuid(other) == 0, "uid");
		verify_store(&f, a);
		_exit(0);
	}
	cr_expect_eq(wait_for(pid, 20), 0);
	acks_free(a);
}
