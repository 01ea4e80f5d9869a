/*
 * audit_line.c - lines that hang on one another.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "audit_line.h"
#include "pubkey.h"

static const char mark[] = " chain=";

enum { MARK = sizeof(mark) - 1, HEX = 64, SEQ_DIGITS = 19 };

/* chain_of - over the chain before it and `text` */
static int chain_of(const uint8_t before[32], struct span text,
    uint8_t chain[32], struct err *e)
{
	struct buf all = { 0 };
	int rc = -1;

	if (buf_reserve(&all, HEX + text.n, e) == 0 &&
	    hex_put(&all, (struct span){ before, 32 }, e) == 0 &&
	    buf_put(&all, text, e) == 0)
		rc = sha256_of(buf_span(&all), chain, e);
	buf_release(&all);
	return rc;
}

static bool is_printable(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' || s.p[i] > '~')
			return false;
	return true;
}

int audit_line_put(struct audit_head *head, int64_t now, const char *event,
    struct buf *line, struct err *e)
{
	struct span text = span_str(event);
	struct audit_head new = { .seq = head->seq + 1 };
	char begin[64], stamp[40];
	time_t t = (time_t)now;
	size_t start = line->n;
	struct tm tm;

	if (text.n == 0 || text.n > AUDIT_EVENT_MAX || !is_printable(text))
		return err_set(e, ERR_INPUT,
		    "an event for the audit log is 1 to %d characters of "
		    "printable ASCII",
		    AUDIT_EVENT_MAX);
	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		snprintf(stamp, sizeof(stamp), "-");
	snprintf(begin, sizeof(begin), "%" PRId64 " %s ", new.seq, stamp);
	if (buf_put(line, span_str(begin), e) != 0 ||
	    buf_put(line, text, e) != 0 ||
	    chain_of(head->chain,
		(struct span){ line->p + start, line->n - start }, new.chain,
		e) != 0 ||
	    buf_put(line, SPAN_LIT(mark), e) != 0 ||
	    hex_put(line, (struct span){ new.chain, 32 }, e) != 0) {
		buf_cut(line, start);
		return -1;
	}
	*head = new;
	return 0;
}

/* read_seq - decimal, from 1, without leading zeros; a blank ends it */
static bool read_seq(struct span line, int64_t *seq)
{
	int64_t v = 0;
	size_t i;

	for (i = 0; i < line.n && i < SEQ_DIGITS - 1; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			break;
		v = 10 * v + (line.p[i] - '0');
	}
	*seq = v;
	return i > 0 && line.p[0] != '0' && i < line.n && line.p[i] == ' ';
}

/* read_chain - 64 lower-case digits: one way to write it, no other */
static bool read_chain(struct span hex, uint8_t chain[32])
{
	struct buf bytes = { 0 };
	bool good = true;

	for (size_t i = 0; i < hex.n; i++)
		good = good && memchr("0123456789abcdef", hex.p[i], 16) != NULL;
	good = good && hex_get(&bytes, hex, NULL) == 0 && bytes.n == 32;
	if (good)
		memcpy(chain, bytes.p, 32);
	buf_release(&bytes);
	return good;
}

int audit_line_read(struct span line, struct audit_head *head, struct err *e)
{
	struct audit_head got;
	struct span end;

	if (line.n > AUDIT_LINE_MAX)
		return err_set(e, ERR_INPUT,
		    "is over %d characters long: no line of this log is",
		    AUDIT_LINE_MAX);
	if (!is_printable(line))
		return err_set(e, ERR_INPUT,
		    "has bytes in it that no line of this log has");
	if (line.n < MARK + HEX)
		return err_set(e, ERR_INPUT, "is no line of this log");
	end = (struct span){ line.p + line.n - MARK - HEX, MARK + HEX };
	if (!read_seq(line, &got.seq) || memcmp(end.p, mark, MARK) != 0 ||
	    !read_chain((struct span){ end.p + MARK, HEX }, got.chain))
		return err_set(e, ERR_INPUT, "is no line of this log");
	*head = got;
	return 0;
}

int audit_line_follows(struct span line, const struct audit_head *before,
    struct audit_head *head, struct err *e)
{
	const struct audit_head prev = *before; /* which may be *head */
	int64_t want = prev.seq + 1;
	struct audit_head got;
	uint8_t chain[32];

	if (audit_line_read(line, &got, e) != 0)
		return -1;
	*head = got;
	if (got.seq > want)
		return err_set(e, ERR_INPUT,
		    "has number %" PRId64 " where %" PRId64
		    " should be: what was between is missing",
		    got.seq, want);
	if (got.seq < want)
		return err_set(e, ERR_INPUT,
		    "has number %" PRId64 " where %" PRId64
		    " should be: it is not in its place",
		    got.seq, want);
	line.n -= MARK + HEX;
	if (chain_of(prev.chain, line, chain, e) != 0)
		return -1;
	if (memcmp(chain, got.chain, sizeof(chain)) != 0)
		return err_set(e, ERR_INPUT,
		    "number %" PRId64 " was changed: its chain is wrong", want);
	return 0;
}
