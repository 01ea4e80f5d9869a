/*
 * log.h - one line a request, on stderr, which is the web server's log and not
 * ours alone:
 *
 *	scepca: 2026-01-31T12:00:00Z id=… remote=192.0.2.7 op=PKIOperation …
 *
 * The pairs are as log_field.h writes them.
 */
#ifndef LOG_H
#define LOG_H

#include "log_field.h"

/* Bytes.  A line below PIPE_BUF goes out in one piece among those of others. */
enum { LOG_LINE_MAX = 4000 };

/* log_begin - `id` and `remote` as in struct request; the line was empty */
void log_begin(
    struct buf *line, int64_t now, const char *id, const char *remote);

/*
 * log_end - append the line feed, for which there is always room
 * log_write - send the line to fd; a log that is full or gone stops nothing
 */
void log_end(struct buf *line);
void log_write(int fd, const struct buf *line);

#endif
