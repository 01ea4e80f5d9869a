#include "log.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void log_begin(
    struct buf *line, int64_t now, const char *id, const char *remote)
{
	char stamp[32] = "-";
	time_t t = (time_t)now;
	struct tm tm;

	line->max = LOG_LINE_MAX;
	if (gmtime_r(&t, &tm) != NULL)
		strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm);
	(void)buf_put(line, SPAN_LIT("scepca: "), NULL);
	(void)buf_put(line, span_str(stamp), NULL);
	if (id != NULL)
		log_text(line, "id", id);
	log_field(line, "remote", span_str(remote));
}

/* May stand inside quotes. */
static bool is_safe(uint8_t c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* Needs no quotes. */
static bool is_plain(uint8_t c)
{
	return is_safe(c) && c != ' ' && c != '=';
}

static int put_escaped(struct buf *line, struct span value)
{
	char hex[5];
	struct span one;

	for (size_t i = 0; i < value.n; i++) {
		one = (struct span){ value.p + i, 1 };
		if (!is_safe(value.p[i])) {
			snprintf(hex, sizeof(hex), "\\x%02x", value.p[i]);
			one = span_str(hex);
		}
		if (buf_put(line, one, NULL) != 0)
			return -1;
	}
	return 0;
}

static void put_field(
    struct buf *line, const char *key, struct span value, bool was_cut)
{
	size_t before = line->n, plain = 0;
	const char *quote;

	while (plain < value.n && is_plain(value.p[plain]))
		plain++;
	quote = value.n != 0 && plain == value.n ? "" : "\"";
	if (buf_put(line, SPAN_LIT(" "), NULL) != 0 ||
	    buf_put(line, span_str(key), NULL) != 0 ||
	    buf_put(line, SPAN_LIT("="), NULL) != 0 ||
	    buf_put(line, span_str(quote), NULL) != 0 ||
	    put_escaped(line, value) != 0 ||
	    buf_put(line, span_str(quote), NULL) != 0 ||
	    buf_put(line, span_str(was_cut ? "..." : ""), NULL) != 0)
		buf_cut(line, before);
}

void log_field(struct buf *line, const char *key, struct span value)
{
	bool was_cut = value.n > LOG_VALUE_MAX;

	if (was_cut)
		value.n = LOG_VALUE_MAX;
	put_field(line, key, value, was_cut);
}

void log_text(struct buf *line, const char *key, const char *value)
{
	put_field(line, key, span_str(value), false);
}

void log_end(struct buf *line)
{
	line->max = LOG_LINE_MAX + 1;
	(void)buf_put(line, SPAN_LIT("\n"), NULL);
}

void log_write(int fd, const struct buf *line)
{
	struct span s = buf_span(line);
	ssize_t n;

	while (s.n != 0) {
		n = write(fd, s.p, s.n);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		s.p += n;
		s.n -= (size_t)n;
	}
}
