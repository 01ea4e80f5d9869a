/*
 * test_left.c - a store's directory is not as it was left, or not ours: T-36.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"

static struct fixture f;
static struct err e;
static struct acks *a; /* of 9: the last one is for older_regions() */

static void set_up(void)
{
	fixture_init(&f, "left");
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(left, .init = set_up, .fini = tear_down, .timeout = 100);

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

/* The regions of a copy that somebody made an hour ago. */
static void older_regions(void)
{
	const char *copy = fixture_path(&f, "hour-ago");
	char name[32], from[2 * FIXTURE_PATH];
	int n;

	copy_tree(f.dir, copy);
	a->of[8].serial = enrol(f.dir, 8, &e);
	for (n = 1; n <= 3; n++) {
		snprintf(name, sizeof(name), "store/__db.%03d", n);
		snprintf(from, sizeof(from), "%s/__db.%03d", copy, n);
		must(rename(from, fixture_path(&f, name)) == 0, "%s", from);
	}
	remove_tree(copy);
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
	{ "regions of an hour ago", older_regions, 0 },
	{ "regions empty", empty_regions, 1 },
	{ "regions cut", short_regions, 1 },
	{ "regions overwritten", garbage_regions, 1 },
};
ParameterizedTestParameters(left, not_as_it_was_left)
{
	static size_t idx[sizeof(changes) / sizeof(changes[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
/* T-36: it heals by itself, nothing is lost. */
ParameterizedTest(size_t *i, left, not_as_it_was_left)
{
	int victims = 0;
	uint32_t n;
	pid_t pid;

	a = acks_new(9);
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
static void replace_while_open(void)
{
	const char *old = fixture_path(&f, "old");
	const char *backup = fixture_path(&f, "backup");
	struct store *st = fixture_open(f.dir);
	struct stored_request r;
	struct stored_cert c;
	struct sample s;

	must(enrol(f.dir, 1, &e) != 0, "%s", e.text);
	copy_tree(f.dir, backup);
	must(enrol(f.dir, 2, &e) != 0, "%s", e.text);
	sample_init(&s, 2);
	must(store_request_find(st, &s.request.key, &r, &c, &e) == 0, "%s",
	    e.text);
	must(rename(f.dir, old) == 0 && rename(backup, f.dir) == 0, "rename");
	must(store_request_find(st, &s.request.key, &r, &c, &e) != 0 &&
		e.kind == ERR_NOT_FOUND,
	    "not of the backup: %s", e.text);
	must(store_check(st, &e) == 0, "%s", e.text);
	store_close(st);
}

Test(left, replaced_while_open)
{
	pid_t pid = fork();

	must(pid >= 0, "fork");
	if (pid == 0) {
		replace_while_open();
		_exit(0); /* with what the engine could not free */
	}
	cr_expect_eq(wait_for(pid, 30), 0);
}

/* No store is not the same as no record. */
Test(left, directory_gone)
{
	struct store *st = fixture_open(f.dir);
	const char *away = fixture_path(&f, "away");
	struct stored_cert c;
	struct serial serial = { 1, { 1 } };

	must(rename(f.dir, away) == 0, "rename");
	cr_expect_eq(store_cert_find(st, &serial, &c, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE, "%s", e.text);
	must(mkdir(f.dir, 0700) == 0, "mkdir");
	cr_expect_eq(store_cert_find(st, &serial, &c, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE, "%s", e.text);
	must(rmdir(f.dir) == 0 || remove(fixture_path(&f, "store/.state")) == 0,
	    "rmdir");
	(void)rmdir(f.dir);
	must(rename(away, f.dir) == 0, "rename");
	cr_expect_eq(store_cert_find(st, &serial, &c, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
	store_close(st);
}

/* What recovery cannot make good is named, and nothing is done. */
Test(left, logs_removed)
{
	const char *log = fixture_path(&f, "store/log.0000000001");
	const char *away = fixture_path(&f, "log");
	int turn;

	a = acks_new(3);
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

/*
 * The store of another user: a tool that runs as root is refused, in words
 * that name the owner, and that user goes on working.
 */
Test(left, only_its_owner)
{
	const uid_t other = 65534;
	struct store *st = NULL;
	const char *file;
	uint32_t n;
	pid_t pid;

	if (geteuid() != 0)
		cr_skip_test("needs root");
	a = acks_new(4);
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
