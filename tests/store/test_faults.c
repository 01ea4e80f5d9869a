/*
 * test_faults.c - disk full, I/O errors, torn writes: threat T-36.
 *
 * What a process is told may be an error; what it is told to be done is done;
 * and the next process on a sound disk goes on.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"
#include "io_trap.h"

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "faults");
	io_skip_syncs(true);
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(faults, .init = set_up, .fini = tear_down, .timeout = 110);

/* Enrol sample n in a process of its own, under a trap; its wait status. */
static int enrol_under(
    const struct io_trap *t, struct acks *a, uint32_t n, unsigned *matching)
{
	int status, out[2];
	pid_t pid;

	must(pipe(out) == 0 && (pid = fork()) >= 0, "fork");
	if (pid == 0) {
		signal(SIGBUS, SIG_DFL); /* not the sanitizer's */
		signal(SIGSEGV, SIG_DFL);
		if (t != NULL)
			io_set(t, n);
		a->of[n].serial = enrol(f.dir, n, &e);
		io_clear();
		if (t == NULL)
			must(a->of[n].serial != 0, "%s", e.text);
		*(volatile unsigned *)&out[0] = io_hits();
		(void)!write(out[1], &out[0], sizeof(out[0]));
		_exit(0);
	}
	close(out[1]);
	status = wait_for(pid, 20);
	if (matching != NULL &&
	    read(out[0], matching, sizeof(*matching)) !=
		(ssize_t)sizeof(*matching))
		*matching = UINT32_MAX; /* it died */
	close(out[0]);
	return status;
}

/* Nothing but .state's clean bit may have been looked at: compare all files. */
static unsigned long fingerprint(void)
{
	static const char *const names[] = { ".state", "store.db",
		"log.0000000001" };
	unsigned long sum = 5381;
	uint8_t block[65536];
	char path[64];
	ssize_t len, i;
	size_t n;
	int fd;

	for (n = 0; n < 3; n++) {
		snprintf(path, sizeof(path), "store/%s", names[n]);
		fd = open(fixture_path(&f, path), O_RDONLY);
		while ((len = read(fd, block, sizeof(block))) > 0)
			for (i = 0; i < len; i++)
				sum = sum * 33 + block[i];
		close(fd);
	}
	return sum;
}

static void find_first(void)
{
	struct store *st = fixture_open(f.dir);
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	sample_init(&s, 0);
	cr_assert_eq(store_request_find(st, &s.request.key, &r, &c, &e), 0,
	    "%s", e.text);
	stored_cert_release(&c);
	store_close(st);
	sample_release(&s);
}

/* T-36: full is said beforehand, nothing is touched, and reading goes on. */
Test(faults, full_beforehand)
{
	struct acks *a = acks_new(5);
	unsigned long before;

	a->of[0].serial = enrol(f.dir, 0, &e);
	before = fingerprint();
	io_pretend(15 << 20, 0, 0);
	cr_expect_eq(enrol(f.dir, 1, &e), 0);
	cr_expect_eq(e.kind, ERR_FULL, "%s", e.text);
	cr_expect(strstr(e.text, f.dir) != NULL, "says where: %s", e.text);
	cr_expect_eq(fingerprint(), before);
	find_first();
	io_pretend(0, 15, 0);
	cr_expect_eq(enrol(f.dir, 1, &e), 0);
	cr_expect_eq(e.kind, ERR_FULL, "%s", e.text);
	io_pretend(0, 0, 0);
	a->of[2].serial = enrol(f.dir, 2, &e);
	cr_expect_neq(a->of[2].serial, 0, "%s", e.text);

	/* in need of recovery, and no room for that either */
	must(unlink(fixture_path(&f, "store/.state")) == 0, "unlink");
	io_pretend(7 << 20, 0, 0);
	cr_expect_eq(enrol(f.dir, 3, &e), 0);
	cr_expect_eq(e.kind, ERR_FULL, "%s", e.text);
	cr_expect_eq(access(fixture_path(&f, "store/__db.001"), F_OK), 0);
	io_pretend(0, 0, 0);
	a->of[4].serial = enrol(f.dir, 4, &e);
	cr_expect_neq(a->of[4].serial, 0, "%s", e.text);
	verify(&f, a);
	acks_free(a);
}

static const uint32_t remote[] = { 0x6969, 0x517b, 0xff534d42, 0xfe534d42,
	0x01021997, 0x00c36400, 0x65735546 };
ParameterizedTestParameters(faults, remote_file_system)
{
	static size_t idx[sizeof(remote) / sizeof(remote[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
/* Locks and shared memory do not hold there: refused at once. */
ParameterizedTest(size_t *i, faults, remote_file_system)
{
	const char *dir = fixture_path(&f, "new");
	struct store *st;

	io_pretend(0, 0, remote[*i]);
	cr_expect_eq(store_open(f.dir, &st, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE);
	cr_expect(strstr(e.text, "local file system") != NULL, "%s", e.text);
	cr_expect_eq(store_create(dir, &e), -1);
	cr_expect(strstr(e.text, "local file system") != NULL, "%s", e.text);
	io_pretend(0, 0, 0);
	cr_expect_eq(store_create(dir, &e), 0, "and left nothing: %s", e.text);
}

/* T-36: a read-only file system or directory is said to be one. */
Test(faults, read_only)
{
	struct io_trap t = {
		.ops = IO_OPEN | IO_CREATE, .name = ".state", .error = EROFS
	};

	io_set(&t, 0);
	cr_expect_eq(enrol(f.dir, 0, &e), 0);
	io_clear();
	cr_expect_eq(e.kind, ERR_PERM, "%s", e.text);
	cr_expect_neq(enrol(f.dir, 0, &e), 0, "%s", e.text);
}

static const struct {
	const char *name;
	bool recovering;
	unsigned ops;
	int error, other; /* by turns */
} sweeps[] = {
	{ "transaction", false, IO_ALL, ENOSPC, EIO },
	{ "recovery", true, IO_ALL, ENOSPC, EIO },
	{ "recovery, descriptors", true, IO_OPEN | IO_CREATE, EMFILE, ENFILE },
};
ParameterizedTestParameters(faults, each_call_fails)
{
	static size_t idx[sizeof(sweeps) / sizeof(sweeps[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}

static void make_dirty(bool yes)
{
	if (yes)
		must(unlink(fixture_path(&f, "store/.state")) == 0, "unlink");
}

/* Every call that changes a file fails once; every third one, for good. */
ParameterizedTest(size_t *i, faults, each_call_fails)
{
	struct io_trap t = { .ops = sweeps[*i].ops, .skip = UINT32_MAX };
	struct acks *a = acks_new(1500);
	unsigned matching = 0;
	uint32_t n = 0;

	(void)enrol_under(NULL, a, n++, NULL);
	make_dirty(sweeps[*i].recovering);
	cr_assert_eq(enrol_under(&t, a, n++, &matching), 0);
	cr_assert(matching > 5 && matching < 600, "%u calls", matching);
	for (t.skip = 0; t.skip <= matching; t.skip++) {
		t.error = t.skip % 2 ? sweeps[*i].other : sweeps[*i].error;
		t.times = t.skip % 3 != 0;
		make_dirty(sweeps[*i].recovering);
		(void)enrol_under(&t, a, n++, NULL);
		cr_assert_eq(enrol_under(NULL, a, n++, NULL), 0, "%s, call %u",
		    sweeps[*i].name, t.skip);
	}
	verify(&f, a);
	acks_free(a);
}

/*
 * The engine's commit returns 0 without having written when the first write to
 * a new log file fails.  What was acknowledged must be there nevertheless.
 */
Test(faults, full_at_a_new_log_file)
{
	struct io_trap t = { .ops = IO_WRITE | IO_CREATE,
		.name = "log.*",
		.error = ENOSPC,
		.fresh_files = true };
	unsigned matching, failed = 0;
	struct acks *a = acks_new(1000);
	uint32_t n;

	for (n = 0; n + 1 < a->n && failed < 2; n++) {
		(void)enrol_under(&t, a, n, &matching);
		if (matching == 0)
			continue;
		failed++; /* and the disk has room again */
		cr_assert_eq(enrol_under(NULL, a, ++n, NULL), 0);
		verify(&f, a);
	}
	cr_expect_eq(failed, 2, "%u new log files", failed);
	verify(&f, a);
	acks_free(a);
}

/* A killed write() ends at a multiple of 4 KiB, which must be a page's end. */
static const struct {
	const char *name;
	const char *file;
	bool recovering;
} tears[] = {
	{ "database", "store.db", false },
	{ "log", "log.*", false },
	{ "database, in recovery", "store.db", true },
};
ParameterizedTestParameters(faults, torn_write)
{
	static size_t idx[sizeof(tears) / sizeof(tears[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, faults, torn_write)
{
	struct io_trap t = {
		.ops = IO_WRITE, .name = tears[*i].file, .tear = true
	};
	struct acks *a = acks_new(400);
	uint32_t n, died = 0;

	for (n = 0; n + 1 < a->n; n++) {
		make_dirty(tears[*i].recovering && n > 0);
		t.skip = n % 7;
		if (enrol_under(&t, a, n, NULL) == 0)
			continue;
		died++;
		cr_assert_eq(enrol_under(NULL, a, ++n, NULL), 0);
	}
	cr_expect(died > 0, "%s", tears[*i].name);
	verify(&f, a);
	acks_free(a);
}

/*
 * One call in fifty fails, now this way, now that; processes are killed, too.
 */
Test(faults, flaky_disk)
{
	struct io_trap t = { .ops = IO_ALL, .per_mille = 20 };
	static const int errors[] = { ENOSPC, EIO, 0, EIO, ENOSPC };
	struct acks *a = acks_new(500);
	uint32_t n, done = 0;
	double worst = 0, start;

	for (n = 0; n < a->n; n++) {
		t.error = errors[n % 5];
		start = now_ms();
		(void)enrol_under(n % 10 == 9 ? NULL : &t, a, n, NULL);
		if (now_ms() - start > worst)
			worst = now_ms() - start;
		done += a->of[n].serial != 0;
	}
	cr_expect(worst < 5000, "slowest: %.0f ms", worst);
	cr_expect(done > a->n / 4 && done < a->n, "%u acknowledged", done);
	verify(&f, a);
	acks_free(a);
}

static void fill_disk(const char *path, uint64_t leave)
{
	int fd = open(path, O_WRONLY | O_CREAT, 0600);
	struct statvfs fs;
	uint64_t room;

	must(fd >= 0 && fstatvfs(fd, &fs) == 0, "%s", path);
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	must(room > leave, "room");
	must(lseek(fd, 0, SEEK_END) >= 0, "seek");
	while (room > leave) {
		static const char block[4096];

		if (write(fd, block, sizeof(block)) <= 0)
			break;
		room -= sizeof(block);
	}
	close(fd);
}

/* A small disk of our own, in a mount namespace that ends with the process. */
static void on_a_small_disk(struct acks *a)
{
	const char *mnt = fixture_path(&f, "disk");
	char filler[FIXTURE_PATH + 16];

	must(mkdir(mnt, 0755) == 0, "mkdir");
	if (unshare(CLONE_NEWNS) != 0 ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
	    mount("none", mnt, "tmpfs", 0, "size=32m") != 0)
		_exit(77);
	snprintf(filler, sizeof(filler), "%s/filler", mnt);
	snprintf(f.root, sizeof(f.root), "%s", mnt);
	snprintf(f.dir, sizeof(f.dir), "%.1000s/store", mnt);
	must(store_create(f.dir, &e) == 0, "%s", e.text);
	a->of[0].serial = enrol(f.dir, 0, &e);
	must(a->of[0].serial != 0, "%s", e.text);

	fill_disk(filler, 10 << 20);
	must(enrol(f.dir, 1, &e) == 0 && e.kind == ERR_FULL, "%s", e.text);
	find_first();
	fill_disk(filler, 0); /* somebody else takes the rest */
	find_first();
	must(enrol(f.dir, 1, &e) == 0 && e.kind == ERR_FULL, "%s", e.text);
	unlink(fixture_path(&f, "store/.state"));
	must(enrol(f.dir, 1, &e) == 0 && e.kind == ERR_FULL, "%s", e.text);
	must(unlink(filler) == 0, "unlink");
	a->of[2].serial = enrol(f.dir, 2, &e);
	must(a->of[2].serial != 0, "%s", e.text);
	verify(&f, a);
	_exit(0);
}

/* T-36: a real one, until the last block is gone. */
Test(faults, small_disk)
{
	struct acks *a = acks_new(3);
	int status;
	pid_t pid;

	must((pid = fork()) >= 0, "fork");
	if (pid == 0)
		on_a_small_disk(a);
	status = wait_for(pid, 30);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		cr_skip_test("may not mount");
	cr_expect_eq(status, 0);
	acks_free(a);
}
