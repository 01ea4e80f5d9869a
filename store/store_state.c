/*
 * store_state.c - the file .state: a line that is either exactly as expected
 * or means nothing, so there is next to no parsing.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <db.h>

#include "store_dir.h"
#include "store_state.h"

static const char head[] = "scepca store 1 ";
static const char word[2][6] = { "dirty", "clean" }; /* of one length */

enum { WORD_AT = sizeof(head) - 1, WORD_LEN = sizeof(word[0]) - 1 };
enum { STATE_TEXT_MAX = 400 };

static int fail(struct err *e, const char *what)
{
	return err_set(
	    e, store_dir_kind(errno), "%s .state: %s", what, strerror(errno));
}

void store_state_init(struct store_state *s)
{
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = -1;

	*s = (struct store_state){ .fd = -1 };
	if (fd >= 0) {
		n = read(fd, s->boot, sizeof(s->boot) - 1);
		close(fd);
	}
	s->boot[n > 0 ? n : 0] = '\0';
	s->boot[strcspn(s->boot, "\n")] = '\0';
}

void store_state_release(struct store_state *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

/* Keep the descriptor between visits as long as it is still the file's. */
static int open_file(
    struct store_state *s, int dir_fd, struct stat *sb, struct err *e)
{
	if (s->fd >= 0 && fstat(s->fd, sb) == 0 && sb->st_nlink == 1)
		return 0;
	store_state_release(s);
	s->fd = openat(
	    dir_fd, ".state", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (s->fd < 0 || fstat(s->fd, sb) != 0)
		return fail(e, "open");
	return 0;
}

struct line {
	char text[STATE_TEXT_MAX];
	size_t n;
};

static void put_text(struct line *l, const char *text)
{
	size_t n = strlen(text);

	if (n > sizeof(l->text) - l->n)
		n = sizeof(l->text) - l->n;
	memcpy(l->text + l->n, text, n);
	l->n += n;
}

/* 16 digits, always.  Not snprintf: this runs six times a request. */
static void put_hex(struct line *l, uint64_t v)
{
	static const char digits[] = "0123456789abcdef";
	char hex[17];
	int i;

	for (i = 16; i-- > 0; v >>= 4)
		hex[i] = digits[v & 15];
	hex[16] = '\0';
	put_text(l, hex);
}

/* Of the library that runs, not of its header: upgrades come between. */
static uint64_t engine_version(void)
{
	int major, minor, patch;

	(void)db_version(&major, &minor, &patch);
	return (uint64_t)major << 32 | (uint64_t)minor << 16 | (uint64_t)patch;
}

/* The line as it has to be, but for the word. */
static void compose(const struct store_state *s, int dir_fd,
    const struct stat *self, struct line *l)
{
	struct stat dir = { 0 }, region;
	char name[] = "__db.001";

	l->n = 0;
	(void)fstat(dir_fd, &dir);
	put_text(l, head);
	put_text(l, word[0]);
	put_text(l, " generation ");
	put_hex(l, s->generation);
	put_text(l, " boot ");
	put_text(l, s->boot);
	put_text(l, " db ");
	put_hex(l, engine_version());
	put_text(l, " dir ");
	put_hex(l, dir.st_dev);
	put_text(l, ":");
	put_hex(l, dir.st_ino);
	put_text(l, " state ");
	put_hex(l, self->st_ino);
	put_text(l, " regions");
	for (; name[7] <= '9'; name[7]++) {
		if (fstatat(dir_fd, name, &region, AT_SYMLINK_NOFOLLOW) != 0)
			break;
		put_text(l, " ");
		put_hex(l, region.st_ino);
	}
	put_text(l, "\n");
}

int store_state_read(
    struct store_state *s, int dir_fd, bool *clean, struct err *e)
{
	char have[STATE_TEXT_MAX + 1];
	struct line want;
	struct stat sb;
	ssize_t n;

	if (open_file(s, dir_fd, &sb, e) != 0)
		return -1;
	if ((n = pread(s->fd, have, sizeof(have) - 1, 0)) < 0)
		return fail(e, "read");
	have[n] = '\0';
	*clean = false;
	if (s->boot[0] == '\0' || n < WORD_AT + WORD_LEN ||
	    memcmp(have + WORD_AT, word[true], WORD_LEN) != 0 ||
	    sscanf(have + WORD_AT + WORD_LEN, " generation %16" SCNx64,
		&s->generation) != 1)
		return 0;
	compose(s, dir_fd, &sb, &want);
	memcpy(want.text + WORD_AT, word[true], WORD_LEN);
	*clean = want.n == (size_t)n && memcmp(have, want.text, want.n) == 0;
	return 0;
}

int store_state_mark(struct store_state *s, bool clean, struct err *e)
{
	if (pwrite(s->fd, word[clean], WORD_LEN, WORD_AT) != WORD_LEN)
		return fail(e, "write");
	return 0;
}

int store_state_begin(struct store_state *s, int dir_fd, struct err *e)
{
	/* random, so that no process with old regions open can mistake it */
	if (getrandom(&s->generation, sizeof(s->generation), 0) !=
	    (ssize_t)sizeof(s->generation))
		return err_set(e, ERR_SYS, "getrandom: %s", strerror(errno));
	return store_state_note(s, dir_fd, e);
}

int store_state_note(struct store_state *s, int dir_fd, struct err *e)
{
	struct line l;
	struct stat sb;

	if (open_file(s, dir_fd, &sb, e) != 0)
		return -1;
	compose(s, dir_fd, &sb, &l);
	if (pwrite(s->fd, l.text, l.n, 0) != (ssize_t)l.n ||
	    ftruncate(s->fd, (off_t)l.n) != 0)
		return fail(e, "write");
	return 0;
}
