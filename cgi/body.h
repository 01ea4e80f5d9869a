/*
 * body.h - the body of a request, read to its end before anything is answered.
 *
 * fcgiwrap hands over the whole body before it takes a byte of the answer, and
 * mod_cgid cuts the answer of a program that leaves some of it unread.
 */
#ifndef BODY_H
#define BODY_H

#include "gateway.h"

/* What is over the cap is read and thrown away, up to here. */
enum { BODY_DRAIN_MAX = 8 * 1024 * 1024 };

struct body {
	struct buf bytes; /* empty if too long */
	bool too_long;	  /* over `max`, or said to be */
	bool is_short;	  /* not as long as said, or that is no number */
};

/*
 * body_read - read the body, of which the first `max` bytes may count.
 * `length` is CONTENT_LENGTH: decimal digits and nothing else (RFC 3875,
 * 4.1.2), and no more than that is read; NULL: to the end (a body in chunks has
 * no length). -1: out of memory, or the web server cannot be read (ERR_SYS).
 */
int body_read(const struct gateway *g, const char *length, size_t max,
    struct body *b, struct err *e);
void body_release(struct body *b);

#endif
