#include "audit_verify.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "audit_file.h"

enum { BLOCK = 64 * 1024, PAGE = 64, TRIES = 1000 };

/* A walk through the file, which may grow under it. */
struct walk {
	struct audit_report *r;
	int fd;	       /* -1: there is no file */
	off_t at;      /* of the first byte behind the last whole line */
	bool in_store; /* what is missing waits there, to be written again */
	bool believe;  /* the next line, whatever is before it */
	size_t n_rest;
	uint8_t rest[AUDIT_LINE_MAX + 1]; /* the beginning of what is there */
	uint8_t block[BLOCK];
};

__attribute__((format(printf, 2, 3))) static void broken(
    struct walk *w, const char *fmt, ...)
{
	struct audit_report *r = w->r;
	va_list ap;

	r->broken = true;
	r->line = r->lines + 1;
	r->seq = r->head.seq + 1;
	va_start(ap, fmt);
	vsnprintf(r->what, sizeof(r->what), fmt, ap);
	va_end(ap);
}

/* look_at - one whole line; -1 with *e only if it cannot be told */
static int look_at(struct walk *w, struct span line, struct err *e)
{
	struct audit_head head = { .seq = 0 };
	struct err why = { 0 };
	int rc;

	rc = w->believe ? audit_line_read(line, &head, &why)
			: audit_line_follows(line, &w->r->head, &head, &why);
	if (rc != 0 && why.kind != ERR_INPUT) {
		*e = why;
		return -1;
	}
	if (rc != 0) {
		broken(w, "%s", why.text);
		return 0;
	}
	w->believe = false;
	w->r->head = head;
	w->r->lines++;
	return 0;
}

/* look_on - from where we are to the end, as it is now */
static int look_on(struct walk *w, struct err *e)
{
	const uint8_t *p, *end;
	size_t left;
	ssize_t n;

	while (!w->r->broken && w->fd >= 0) {
		n = pread(w->fd, w->block, sizeof(w->block), w->at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(
			    e, ERR_SYS, "%s: %s", HOME_AUDIT, strerror(errno));
		left = (size_t)n;
		for (p = w->block; !w->r->broken; p = end + 1) {
			end = memchr(p, '\n', left);
			if (end == NULL)
				break;
			if (look_at(w, (struct span){ p, (size_t)(end - p) },
				e) != 0)
				return -1;
			left -= (size_t)(end + 1 - p);
		}
		w->at += p - w->block;
		w->n_rest = left < sizeof(w->rest) ? left : sizeof(w->rest);
		memcpy(w->rest, p, w->n_rest);
		if (!w->r->broken && left > AUDIT_LINE_MAX)
			broken(w, "is no line of this log");
		if (p == w->block) /* not one more line */
			break;
	}
	return 0;
}

/* follow_queue - what waits goes on where the file, and then *head, ends */
static int follow_queue(struct walk *w, const struct buf *lines, size_t n,
    struct audit_head *head, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct span line = buf_span(&lines[i]);
		struct audit_head next;

		if (audit_line_follows(line, head, &next, e) != 0) {
			if (e->kind == ERR_INPUT)
				e->kind = ERR_STORE;
			return err_prefix(e, "a line that waits");
		}
		if (i == 0 && w->n_rest > 0 && w->r->waiting == 0 &&
		    (w->n_rest > line.n ||
			memcmp(w->rest, line.p, w->n_rest) != 0)) {
			broken(w, "is cut off, and no line of this CA");
			return 0;
		}
		*head = next;
		w->r->waiting++;
	}
	return 0;
}

static bool same_head(const struct audit_head *a, const struct audit_head *b)
{
	return a->seq == b->seq &&
	    memcmp(a->chain, b->chain, sizeof(a->chain)) == 0;
}

/* What the file says beyond what the store has ever made. */
static void too_much(struct walk *w, const struct audit_head *made)
{
	struct audit_report *r = w->r;
	int64_t more = r->head.seq - made->seq;

	r->lines -= more < r->lines ? more : r->lines;
	r->head = *made;
	broken(w,
	    "was not made by this CA, or the store is an older one than the "
	    "log");
}

/*
 * judge_end - *done: the end of the file has been compared with `made`, and
 * what waits with both.  Not done: others have written meanwhile.
 */
static int judge_end(struct ca *ca, struct walk *w, bool *done, struct err *e)
{
	struct audit_head made, next, head = w->r->head;
	struct buf lines[PAGE];
	int64_t written;
	size_t n;
	int rc = 0;

	w->r->waiting = 0;
	do {
		if (store_audit_page(ca->store, head.seq, &made, &written,
			lines, PAGE, &n, e) != 0)
			return -1;
		*done = true;
		w->in_store = n > 0;
		if (made.seq == head.seq && !same_head(&made, &head)) {
			broken(w,
			    "should come next, but the chain ends in another "
			    "line than the store's: the log was written anew, "
			    "somewhere before");
		} else if (made.seq < head.seq) {
			too_much(w, &made);
		} else if (w->r->head.seq < written) {
			*done = false; /* cut off, or in the file by now */
		} else if (n > 0 &&
		    audit_line_read(buf_span(&lines[0]), &next, NULL) == 0 &&
		    next.seq != head.seq + 1) {
			*done = false; /* missing, or in the file by now */
		} else {
			rc = follow_queue(w, lines, n, &head, e);
			*done = n > 0 || made.seq == head.seq;
		}
		for (size_t i = 0; i < n; i++)
			buf_release(&lines[i]);
	} while (rc == 0 && *done && !w->r->broken && n > 0);
	if (rc == 0 && *done && !w->r->broken && w->r->waiting == 0 &&
	    w->n_rest > 0)
		broken(w, "is cut off, and no line of this CA");
	return rc;
}

/* start_recent - behind the first line feed of the last block */
static int start_recent(struct walk *w, struct err *e)
{
	off_t size = lseek(w->fd, 0, SEEK_END);
	const uint8_t *p;
	ssize_t n;

	if (size <= BLOCK)
		return 0;
	n = pread(w->fd, w->block, BLOCK, size - BLOCK);
	if (n < 0)
		return err_set(
		    e, ERR_SYS, "%s: %s", HOME_AUDIT, strerror(errno));
	p = memchr(w->block, '\n', (size_t)n);
	w->at = size - BLOCK + (p != NULL ? p + 1 - w->block : 0);
	w->believe = true;
	return 0;
}

static int verify(struct ca *ca, struct walk *w, struct err *e)
{
	bool done = false;
	off_t before;

	for (int i = 0; i < TRIES && !done; i++) {
		before = w->at;
		if (look_on(w, e) != 0)
			return -1;
		if (w->r->broken)
			return 0;
		/* a store that has what the file lacks has not written it */
		if (i > 0 && w->at == before) {
			if (w->fd < 0)
				broken(
				    w, "is missing: there is no " HOME_AUDIT);
			else if (w->in_store)
				broken(w,
				    "is missing: the end of the log was cut "
				    "off, or lost in a power cut; scepca "
				    "maintain writes it again");
			else
				broken(w,
				    "is missing: the end of the log was cut "
				    "off");
			return 0;
		}
		if (judge_end(ca, w, &done, e) != 0)
			return -1;
	}
	return done
	    ? 0
	    : err_set(e, ERR_BUSY, "%s: does not hold still", HOME_AUDIT);
}

int audit_verify(
    struct ca *ca, bool recent, struct audit_report *r, struct err *e)
{
	char path[HOME_PATH_MAX];
	struct walk *w;
	int rc = -1;

	*r = (struct audit_report){ .lines = 0 };
	if (ca_store(ca, e) != 0 ||
	    home_path(ca->home, HOME_AUDIT, path, e) != 0)
		return -1;
	if ((w = calloc(1, sizeof(*w))) == NULL)
		return err_set(e, ERR_NOMEM, "%s", HOME_AUDIT);
	w->r = r;
	w->fd = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (w->fd < 0 && errno != ENOENT)
		err_set(e, errno == EACCES ? ERR_PERM : ERR_SYS, "%s: %s", path,
		    strerror(errno));
	else if (w->fd < 0 ||
	    (audit_log_check(w->fd, path, e) == 0 &&
		(!recent || start_recent(w, e) == 0)))
		rc = verify(ca, w, e);
	if (w->fd >= 0)
		close(w->fd);
	free(w);
	return rc;
}
