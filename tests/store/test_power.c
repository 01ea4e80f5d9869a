/*
 * test_power.c - the power is cut: threats T-35, T-36 and "when it returns 0
 * the work is durable" (store.h).
 *
 * Processes work on a store, some are killed, and every call that changes a
 * file is written down in order, with the acknowledgements between.  From
 * that, disks are built as they may be after a cut at any moment: of each file
 * all that was synced, of what was written later each 4 KiB page as of some
 * moment since, at random; new files that were never synced may be missing,
 * removed ones may be back.  From every such disk the store must come up with
 * all that was acknowledged before the cut.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "store_fixture.h"
#include "io_trap.h"

enum {
	PAGE = 4096,
	FILES = 16,
	FILE_MAX_PAGES = 1024,
	SAMPLES = 260,
	IMAGES = 250,
	DATA_MAX = 1 << 20,
	IO_ACK = 0x100, /* event: sample `at` was acknowledged, serial in len */
};

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "power");
	io_skip_syncs(true);
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(power, .init = set_up, .fini = tear_down, .timeout = 110);

/* The same run every time, unless STORE_TEST_SEED asks for another one. */
static uint32_t seed(void)
{
	const char *text = getenv("STORE_TEST_SEED");

	return text != NULL ? (uint32_t)strtoul(text, NULL, 10) : 1;
}

/* A file as the disk may have it. */
struct image_file {
	char name[24]; /* empty: slot is free */
	bool was_synced, removed;
	size_t synced_pages, pages; /* sizes, then and now */
	uint8_t *synced, *now;	    /* contents, then and now */
	/* a page as it was written at some moment since the last sync */
	uint8_t *maybe;
	bool touched[FILE_MAX_PAGES];
};

struct disk {
	struct image_file file[FILES];
	uint32_t acked[SAMPLES]; /* serial by sample */
	uint32_t random;
};

static uint32_t pick(struct disk *d, uint32_t below)
{
	d->random = d->random * 1664525 + 1013904223;
	return (uint32_t)((uint64_t)(d->random >> 4) * below >> 28);
}

static struct image_file *file_of(struct disk *d, const char *name, bool make)
{
	struct image_file *free_slot = NULL;
	size_t n;

	for (n = 0; n < FILES; n++) {
		if (strcmp(d->file[n].name, name) == 0)
			return &d->file[n];
		if (free_slot == NULL && d->file[n].name[0] == '\0')
			free_slot = &d->file[n];
	}
	if (!make)
		return NULL;
	must(free_slot != NULL, "more than %d files", FILES);
	snprintf(free_slot->name, sizeof(free_slot->name), "%s", name);
	if (free_slot->now == NULL) {
		free_slot->now = malloc((size_t)FILE_MAX_PAGES * PAGE);
		free_slot->synced = malloc((size_t)FILE_MAX_PAGES * PAGE);
		free_slot->maybe = malloc((size_t)FILE_MAX_PAGES * PAGE);
	}
	memset(free_slot->now, 0, (size_t)FILE_MAX_PAGES * PAGE);
	memset(free_slot->synced, 0, (size_t)FILE_MAX_PAGES * PAGE);
	free_slot->was_synced = free_slot->removed = false;
	free_slot->pages = free_slot->synced_pages = 0;
	memset(free_slot->touched, 0, sizeof(free_slot->touched));
	return free_slot;
}

static void apply_write(
    struct disk *d, const struct io_event *ev, const uint8_t *data)
{
	struct image_file *file = file_of(d, ev->name, true);
	size_t first = ev->at / PAGE, last = (ev->at + ev->len - 1) / PAGE, n;

	must(last < FILE_MAX_PAGES, "%s is too long", ev->name);
	memcpy(file->now + ev->at, data, ev->len);
	if (file->pages <= last)
		file->pages = last + 1;
	for (n = first; n <= last; n++) {
		/* this moment, or one before: it may be flushed at any time */
		if (!file->touched[n] || pick(d, 2) == 0)
			memcpy(
			    file->maybe + n * PAGE, file->now + n * PAGE, PAGE);
		file->touched[n] = true;
	}
}

static void apply_sync(struct disk *d, const struct io_event *ev)
{
	struct image_file *file;
	size_t n;

	if (strcmp(ev->name, ".") == 0) { /* the directory: removals last */
		for (n = 0; n < FILES; n++)
			if (d->file[n].removed)
				d->file[n].name[0] = '\0';
		return;
	}
	if ((file = file_of(d, ev->name, false)) == NULL)
		return;
	memcpy(file->synced, file->now, file->pages * PAGE);
	file->synced_pages = file->pages;
	file->was_synced = true;
	memset(file->touched, 0, sizeof(file->touched));
}

static void apply(
    struct disk *d, const struct io_event *ev, const uint8_t *data)
{
	struct image_file *file;

	switch (ev->op) {
	case IO_WRITE:
		apply_write(d, ev, data);
		break;
	case IO_SYNC:
		apply_sync(d, ev);
		break;
	case IO_UNLINK:
		if ((file = file_of(d, ev->name, false)) != NULL)
			file->removed = true;
		break;
	case IO_SIZE:
		must(0, "%s: cut to %lu", ev->name, (unsigned long)ev->at);
		break;
	case IO_ACK:
		d->acked[ev->at] = ev->len;
		break;
	}
}

static void put_page(int fd, size_t n, const uint8_t *page)
{
	static const uint8_t zero[PAGE];

	if (memcmp(page, zero, PAGE) == 0)
		return; /* a hole reads the same */
	must(pwrite(fd, page, PAGE, (off_t)(n * PAGE)) == PAGE, "image");
}

/* One way in which the file may have come through. */
static void build_file(
    struct disk *d, const struct image_file *file, const char *path)
{
	size_t n, pages = file->pages;
	int fd;

	if ((file->removed && pick(d, 4) != 0) ||
	    (!file->was_synced && pick(d, 3) == 0))
		return;
	/* a new size comes with the journal's next commit: now or not */
	if (pick(d, 2) == 0)
		pages = file->synced_pages;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);
	must(fd >= 0 && ftruncate(fd, (off_t)(pages * PAGE)) == 0, "%s", path);
	for (n = 0; n < pages; n++) {
		if (!file->touched[n] || pick(d, 3) == 0)
			put_page(fd, n, file->synced + n * PAGE);
		else if (pick(d, 2) == 0)
			put_page(fd, n, file->now + n * PAGE);
		else
			put_page(fd, n, file->maybe + n * PAGE);
	}
	close(fd);
}

static void check_image(const char *dir, const struct disk *d)
{
	struct store *st = fixture_open(dir);
	uint32_t n, serial;

	must(store_check(st, &e) == 0, "%s", e.text);
	for (n = 0; n < SAMPLES; n++) {
		serial = 0;
		(void)find_trace(st, n, &serial);
		must(d->acked[n] == 0 || d->acked[n] == serial,
		    "sample %u: serial %u was acknowledged, recorded is %u", n,
		    d->acked[n], serial);
	}
	store_close(st);
	must(enrol(dir, SAMPLES + 1, &e) != 0, "goes on: %s", e.text);
}

static void build_and_check(
    struct disk *d, const struct fixture *here, unsigned no)
{
	char dir[FIXTURE_PATH], path[FIXTURE_PATH + 32];
	int status;
	size_t n;
	pid_t pid;

	snprintf(dir, sizeof(dir), "%s", fixture_path(here, "image"));
	remove_tree(dir);
	must(mkdir(dir, 0700) == 0, "mkdir");
	for (n = 0; n < FILES; n++) {
		if (d->file[n].name[0] == '\0')
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, d->file[n].name);
		build_file(d, &d->file[n], path);
	}
	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		check_image(dir, d);
		_exit(0);
	}
	status = wait_for(pid, 20);
	cr_assert_eq(status, 0, "disk %u: status %x", no, (unsigned)status);
	remove_tree(dir);
}

static void trace_ack(int fd, uint32_t n, uint32_t serial)
{
	struct io_event ev = { .op = IO_ACK, .at = n, .len = serial };

	must(write(fd, &ev, sizeof(ev)) == (ssize_t)sizeof(ev), "trace");
}

/* The files as store_create left them, all of it synced. */
static void trace_start(int fd)
{
	static const char *const names[] = { "store.db", "log.0000000001" };
	struct io_event ev;
	uint8_t block[65536];
	size_t i;
	ssize_t n;
	int from;

	for (i = 0; i < 2; i++) {
		ev = (struct io_event){ .op = IO_WRITE };
		snprintf(ev.name, sizeof(ev.name), "%s", names[i]);
		from = openat(open(f.dir, O_PATH), names[i], O_RDONLY);
		must(from >= 0, "%s", names[i]);
		while ((n = read(from, block, sizeof(block))) > 0) {
			ev.len = (uint32_t)n;
			must(write(fd, &ev, sizeof(ev)) == sizeof(ev) &&
				write(fd, block, (size_t)n) == n,
			    "trace");
			ev.at += (uint64_t)n;
		}
		close(from);
		ev = (struct io_event){ .op = IO_SYNC };
		snprintf(ev.name, sizeof(ev.name), "%s", names[i]);
		must(write(fd, &ev, sizeof(ev)) == sizeof(ev), "trace");
	}
}

/*
 * One process after another; two of three are killed at some call, of which
 * every second one is left to a process that is killed while it recovers.
 */
static void work(int trace)
{
	struct io_trap t = { .ops = IO_ALL };
	uint32_t n, serial, x = 1;
	pid_t pid;

	for (n = 0; n < SAMPLES; n++) {
		must((pid = fork()) >= 0, "fork");
		if (pid == 0) {
			io_trace(trace, f.dir);
			x = (n + seed()) * 2654435761U;
			t.skip = n % 2 ? (x >> 8) % 30 : (x >> 8) % 300;
			if (n % 3 != 0)
				io_set(&t, n);
			serial = enrol(f.dir, n, &e);
			io_clear();
			if (serial != 0)
				trace_ack(trace, n, serial);
			_exit(0);
		}
		(void)wait_for(pid, 20);
	}
}

/* The next event of the trace; false at its end. */
static bool next_event(int fd, struct io_event *ev, uint8_t *data)
{
	ssize_t n = read(fd, ev, sizeof(*ev));

	if (n == 0)
		return false;
	must(n == sizeof(*ev), "trace");
	if (ev->op == IO_WRITE)
		must(ev->len <= DATA_MAX &&
			read(fd, data, ev->len) == (ssize_t)ev->len,
		    "trace");
	return true;
}

/* The moments with most at stake: just before a sync, just after an answer. */
static bool is_moment(const struct io_event *ev)
{
	return ev->op == IO_SYNC || ev->op == IO_ACK;
}

Test(power, cut_at_any_moment)
{
	struct disk *d = calloc(1, sizeof(*d));
	unsigned images = 0, moments = 0, n = 0;
	uint8_t *data = malloc(DATA_MAX);
	int fd =
	    open(fixture_path(&f, "trace"), O_RDWR | O_CREAT | O_APPEND, 0600);
	struct io_event ev;
	off_t start;

	must(d != NULL && data != NULL && fd >= 0, "trace");
	d->random = seed();
	trace_start(fd);
	lseek(fd, 0, SEEK_SET);
	while (next_event(fd, &ev, data))
		apply(d, &ev, data);
	start = lseek(fd, 0, SEEK_CUR);
	work(fd);
	lseek(fd, start, SEEK_SET);
	while (next_event(fd, &ev, data))
		moments += is_moment(&ev);
	lseek(fd, start, SEEK_SET);
	while (next_event(fd, &ev, data)) {
		if (ev.op != IO_SYNC)
			apply(d, &ev, data);
		if (is_moment(&ev) && n++ * IMAGES / moments >= images)
			build_and_check(d, &f, images++);
		if (ev.op == IO_SYNC)
			apply(d, &ev, data);
	}
	fprintf(stderr, "%u disks out of %u moments\n", images, moments);
	cr_expect_eq(images, IMAGES);
	close(fd);
	free(data);
	for (n = 0; n < FILES; n++) {
		free(d->file[n].now);
		free(d->file[n].synced);
		free(d->file[n].maybe);
	}
	free(d);
}
