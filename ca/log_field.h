/*
 * log_field.h - the `key=value` pairs that log lines are made of.
 *
 * A value stands bare or, if it holds anything but the usual, in double quotes,
 * where every byte that is not printable ASCII, a quote or a backslash is \xNN:
 * whatever a stranger chose, a line stays one line, and a pair one pair
 * (security.md T-48).
 */
#ifndef LOG_FIELD_H
#define LOG_FIELD_H

#include "buf.h"

/* Bytes of a value of a stranger. */
enum { LOG_VALUE_MAX = 256 };

/*
 * log_field_put - append ` key=value`.  What is over LOG_VALUE_MAX bytes is left
 * out and "..." stands for it; a field that does not fit line->max is left out
 * whole.
 * log_field_text - the same for a C string of ours, however long.
 */
void log_field_put(struct buf *line, const char *key, struct span value);
void log_field_text(struct buf *line, const char *key, const char *value);

/*
 * log_field_next - take the next pair off the front of `line`, blanks before it
 * too.  *key borrows the line; `value` is replaced by the value as it was
 * before it was written, *was_cut says whether "..." stands behind it.
 * 0, or -1 with everything as it was: ERR_NOT_FOUND at the end of the line,
 * ERR_INPUT for what log_field_put does not write.
 */
int log_field_next(struct span *line, struct span *key, struct buf *value,
    bool *was_cut, struct err *e);

#endif
