/*
 * secret_line.h - a secret from the standard input, never from the command
 * line, which everybody on the machine can read (security.md T-18).
 */
#ifndef SECRET_LINE_H
#define SECRET_LINE_H

#include "buf.h"

enum { SECRET_LINE_MAX = 255 };

/*
 * secret_line - append the first line of standard input, without its end.  A
 * terminal is asked for `what`, and does not echo it; anything else is only
 * read.  Empty if there is none.  ERR_INPUT over SECRET_LINE_MAX characters.
 */
int secret_line(const char *what, struct buf *line, struct err *e);

#endif
