/*
 * audit_line.h - one line of the audit log:
 *
 *	7 2026-01-31T12:00:00Z granted transaction=… … chain=HEX64
 *
 * SEQ, TIME, EVENT and its fields, and a SHA-256 over the chain of the line
 * before (64 hex digits; zeros before the first) and this line's text up to
 * " chain=".  So no line can be changed, taken out, put in or moved without
 * all behind it being made anew.
 *
 * Pure: whoever makes lines and whoever verifies them agrees here.
 */
#ifndef AUDIT_LINE_H
#define AUDIT_LINE_H

#include "buf.h"

/* Octets, without the line feed. */
enum { AUDIT_LINE_MAX = 4000, AUDIT_EVENT_MAX = 3800 };

/* Where a chain ends: its last line.  All zero: there is none yet. */
struct audit_head {
	int64_t seq;
	uint8_t chain[32];
};

/*
 * audit_line_put - append the line behind *head that tells `event` ("granted
 * serial=…": printable ASCII, at most AUDIT_EVENT_MAX octets), which happened
 * at `now`; *head is that line then.  ERR_INPUT.
 */
int audit_line_put(struct audit_head *head, int64_t now, const char *event,
    struct buf *line, struct err *e);

/*
 * audit_line_read - what `line` says that it is, if it has the form of one:
 * printable ASCII, a number, a chain at its end.  ERR_INPUT.
 * audit_line_follows - read, and right behind `before`?  ERR_INPUT says in
 * words what is wrong; *head is what the line says of itself, if it could be
 * read, else as it was.
 */
int audit_line_read(struct span line, struct audit_head *head, struct err *e);
int audit_line_follows(struct span line, const struct audit_head *before,
    struct audit_head *head, struct err *e);

#endif
