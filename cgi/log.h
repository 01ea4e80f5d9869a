/*
 * log.h - one line a request, on stderr, which is the web server's log and not
 * ours alone:
 *
 *	scepca: 2026-01-31T12:00:00Z id=… remote=192.0.2.7 op=PKIOperation …
 *
 * A value stands bare or, if it holds anything but the usual, in double quotes,
 * where every byte that is not printable ASCII, a quote or a backslash is \xNN
 * (security.md T-48).
 */
#ifndef LOG_H
#define LOG_H

#include "buf.h"

/* Bytes.  A line below PIPE_BUF goes out in one piece among those of others. */
enum { LOG_LINE_MAX = 4000, LOG_VALUE_MAX = 256 };

/* log_begin - `id` and `remote` as in struct request; the line was empty */
void log_begin(
    struct buf *line, int64_t now, const char *id, const char *remote);

/*
 * log_field - append ` key=value`.  What is over LOG_VALUE_MAX bytes is left
 * out and "..." stands for it; a field that does not fit the line is left out
 * whole.
 * log_text - the same for a C string of ours, however long.
 */
void log_field(struct buf *line, const char *key, struct span value);
void log_text(struct buf *line, const char *key, const char *value);

/*
 * log_end - append the line feed, for which there is always room
 * log_write - send the line to fd; a log that is full or gone stops nothing
 */
void log_end(struct buf *line);
void log_write(int fd, const struct buf *line);

#endif
