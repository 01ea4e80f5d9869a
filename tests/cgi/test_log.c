/*
 * test_log.c - log lines out of hostile bytes (T-48).
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

#include "log.h"
#include "rows.h"

/* A literal with its length: there may be a NUL in it. */
#define V(s) (s), sizeof(s) - 1

static const struct {
	const char *name, *value;
	size_t n;
	const char *want;
} values[] = {
	{ "plain", V("192.0.2.7"), "192.0.2.7" },
	{ "punctuation", V("a/b:c,d;e<f>|'~!"), "a/b:c,d;e<f>|'~!" },
	{ "empty", V(""), "\"\"" },
	{ "blank", V("a b"), "\"a b\"" },
	{ "equals", V("CN=a"), "\"CN=a\"" },
	{ "line feed", V("a\nscepca: b"), "\"a\\x0ascepca: b\"" },
	{ "carriage return", V("\r"), "\"\\x0d\"" },
	{ "NUL", V("a\0b"), "\"a\\x00b\"" },
	{ "escape", V("\033[2J"), "\"\\x1b[2J\"" },
	{ "delete", V("\x7f"), "\"\\x7f\"" },
	{ "quote", V("a\" b=\"c"), "\"a\\x22 b=\\x22c\"" },
	{ "backslash", V("\\x41"), "\"\\x5cx41\"" },
	{ "C1 control", V("\xc2\x9b"), "\"\\xc2\\x9b\"" },
	{ "right to left", V("\xe2\x80\xae"), "\"\\xe2\\x80\\xae\"" },
	{ "not UTF-8", V("\xff\xfe"), "\"\\xff\\xfe\"" },
};

TEST_ROWS(log, field, values)
{
	struct buf line = { 0 };
	char want[128];

	line.max = LOG_LINE_MAX;
	snprintf(want, sizeof(want), " k=%s", values[i].want);
	log_field_put(&line, "k",
	    (struct span){ (const uint8_t *)values[i].value, values[i].n });
	cr_expect(span_eq(buf_span(&line), span_str(want)), "%s: %.*s",
	    values[i].name, (int)line.n, (const char *)line.p);
	buf_release(&line);
}

Test(log, begin)
{
	static const char want[] =
	    "scepca: 2026-01-31T12:00:00Z id=00ff remote=\"\"\n";
	struct buf line = { 0 };

	log_begin(&line, 1769860800, "00ff", "");
	log_end(&line);
	cr_expect(span_eq(buf_span(&line), span_str(want)), "%.*s", (int)line.n,
	    (const char *)line.p);
	buf_release(&line);
}

/* Years that no calendar has and an id that nobody gave stop nothing. */
Test(log, odd_facts)
{
	struct buf line = { 0 };

	log_begin(&line, INT64_MAX, NULL, "::1");
	cr_expect(span_eq(buf_span(&line), SPAN_LIT("scepca: - remote=::1")));
	buf_release(&line);
}

/* 10 KiB of a name become a piece of it, and "..." */
Test(log, value_cut)
{
	static char name[10240];
	struct buf line = { 0 };

	memset(name, 'n', sizeof(name));
	line.max = LOG_LINE_MAX;
	log_field_put(
	    &line, "k", (struct span){ (const uint8_t *)name, LOG_VALUE_MAX });
	cr_expect_eq(line.n, strlen(" k=") + LOG_VALUE_MAX);
	buf_cut(&line, 0);
	log_field_put(
	    &line, "k", (struct span){ (const uint8_t *)name, sizeof(name) });
	cr_expect_eq(line.n, strlen(" k=") + LOG_VALUE_MAX + strlen("..."));
	cr_expect_eq(memcmp(line.p + line.n - 4, "n...", 4), 0);
	buf_release(&line);
}

/*
 * A line that is full ends in a line feed all the same, in the middle of no
 * value, and is short enough to go into a pipe in one piece.
 */
Test(log, line_full)
{
	static char noise[LOG_VALUE_MAX];
	struct buf line = { 0 };

	cr_assert_leq(LOG_LINE_MAX + 1, PIPE_BUF);
	memset(noise, '\n', sizeof(noise));
	log_begin(&line, 0, "id", "r");
	for (int i = 0; i < 10; i++)
		log_field_put(&line, "k",
		    (struct span){ (const uint8_t *)noise, sizeof(noise) });
	log_field_text(&line, "status", "200");
	log_end(&line);
	cr_expect_leq(line.n, LOG_LINE_MAX + 1);
	cr_expect_eq(memcmp(line.p + line.n - 12, " status=200\n", 12), 0,
	    "%.*s", (int)line.n, (const char *)line.p);
	cr_expect_null(memchr(line.p, '\n', line.n - 1));
	buf_release(&line);
}

Test(log, write)
{
	struct buf line = { 0 };
	char got[64] = "";
	int fds[2];

	cr_assert_eq(pipe(fds), 0);
	line.max = LOG_LINE_MAX;
	log_field_text(&line, "k", "v");
	log_end(&line);
	log_write(fds[1], &line);
	cr_expect_eq(read(fds[0], got, sizeof(got) - 1), 5);
	cr_expect_str_eq(got, " k=v\n");
	log_write(-1, &line); /* a log that is gone */
	buf_release(&line);
}
