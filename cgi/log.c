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
		log_field_text(line, "id", id);
	log_field_put(line, "remote", span_str(remote));
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
