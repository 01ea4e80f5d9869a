/*
 * test_service_log.c - the CA's own log: bounded, whole among many writers, and
 * read backwards; and the pairs that its lines are made of (T-33, T-48).
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "home.h"
#include "log_field.h"
#include "service_log.h"

enum { PROCESSES = 32, LINES = 100, LINE_SIZE = 400 };

static char home[] = "/tmp/test_service_log.XXXXXX";
static struct err e;

static const char *path_of(const char *name)
{
	static char path[HOME_PATH_MAX];

	cr_assert_eq(home_path(home, name, path, &e), 0);
	return path;
}

static void make_home(void)
{
	cr_assert_not_null(mkdtemp(home));
}

static void drop_home(void)
{
	unlink(path_of(HOME_SERVICE_LOG));
	unlink(path_of(HOME_SERVICE_LOG_OLD));
	cr_expect_eq(rmdir(home), 0, "something else is in it");
}

TestSuite(service_log, .init = make_home, .fini = drop_home);

static void append(const char *text)
{
	cr_assert_eq(
	    service_log_append(home, span_str(text), &e), 0, "%s", e.text);
}

static off_t size_of(const char *name)
{
	struct stat st;

	return stat(path_of(name), &st) == 0 ? st.st_size : -1;
}

/* What a reading has come across. */
struct seen {
	size_t n, torn;
	char all[256];		      /* the first of it */
	uint8_t of[PROCESSES][LINES]; /* how often */
	size_t stop_after;
};

static int note(struct span line, void *arg)
{
	struct seen *s = arg;
	int i, j;

	if (s->n++ < 10)
		snprintf(s->all + strlen(s->all),
		    sizeof(s->all) - strlen(s->all), "%.*s|",
		    (int)(line.n < 16 ? line.n : 16), (const char *)line.p);
	if (line.n == LINE_SIZE - 1 &&
	    sscanf((const char *)line.p, "%d %d x", &i, &j) == 2 && i >= 0 &&
	    i < PROCESSES && j >= 0 && j < LINES)
		s->of[i][j]++;
	else
		s->torn++;
	return s->stop_after != 0 && s->n == s->stop_after;
}

static bool read_all(struct seen *s)
{
	bool cut;

	cr_assert_eq(
	    service_log_each(home, note, s, &cut, &e), 0, "%s", e.text);
	return cut;
}

Test(service_log, newest_first)
{
	struct seen s = { 0 }, two = { .stop_after = 2 };
	struct stat st;

	cr_expect(!read_all(&s), "there is none yet");
	cr_expect_eq(s.n, 0);
	append("one\n");
	append("two\n");
	append("three\n");
	cr_expect(!read_all(&s));
	cr_expect_str_eq(s.all, "three|two|one|");
	read_all(&two);
	cr_expect_str_eq(two.all, "three|two|");
	cr_assert_eq(stat(path_of(HOME_SERVICE_LOG), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0600);
}

/* T-33: it never takes more than two files of 4 MiB. */
Test(service_log, bounded)
{
	struct seen s = { 0 };
	static char line[4001];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 2] = '\n';
	line[sizeof(line) - 1] = '\0';
	for (int i = 0; i < 3 * SERVICE_LOG_MAX / 4000; i++) {
		append(line);
		cr_assert_leq(size_of(HOME_SERVICE_LOG),
		    (off_t)(SERVICE_LOG_MAX + sizeof(line)));
	}
	cr_expect_leq(size_of(HOME_SERVICE_LOG_OLD),
	    (off_t)(SERVICE_LOG_MAX + sizeof(line)));
	append("the last\n");
	cr_expect(read_all(&s), "more was there once");
	cr_expect_eq(strncmp(s.all, "the last|xxx", 12), 0, "%s", s.all);
}

static void fill(off_t size)
{
	static char line[LINE_SIZE + 1];
	FILE *f = fopen(path_of(HOME_SERVICE_LOG), "a");

	memset(line, 'f', sizeof(line));
	line[LINE_SIZE - 1] = '\n';
	line[LINE_SIZE] = '\0';
	while (size >= LINE_SIZE) {
		fputs(line, f);
		size -= LINE_SIZE;
	}
	cr_assert_eq(fclose(f), 0);
}

static void write_lines(int i)
{
	char line[LINE_SIZE + 1];

	for (int j = 0; j < LINES; j++) {
		memset(line, 'x', sizeof(line));
		line[snprintf(line, sizeof(line), "%02d %03d ", i, j)] = 'x';
		line[LINE_SIZE - 1] = '\n';
		line[LINE_SIZE] = '\0';
		if (service_log_append(home, span_str(line), &e) != 0)
			_exit(1);
	}
	_exit(0);
}

/* 32 processes over a file that gets full: no line is lost, and none torn. */
Test(service_log, parallel)
{
	static struct seen s;
	int status, bad = 0;

	fill(SERVICE_LOG_MAX - PROCESSES * LINES * LINE_SIZE / 2);
	for (int i = 0; i < PROCESSES; i++)
		if (fork() == 0)
			write_lines(i);
	for (int i = 0; i < PROCESSES; i++) {
		cr_assert_gt(wait(&status), 0);
		bad += status != 0;
	}
	cr_expect_eq(bad, 0);
	cr_assert_gt(size_of(HOME_SERVICE_LOG_OLD), 0, "it was not full");
	cr_assert_gt(size_of(HOME_SERVICE_LOG), 0);
	read_all(&s);
	for (int i = 0; i < PROCESSES; i++)
		for (int j = 0; j < LINES; j++)
			cr_expect_eq(s.of[i][j], 1, "%d %d", i, j);
	cr_expect_eq(s.n - s.torn, (size_t)PROCESSES * LINES);
	cr_expect_eq(s.torn,
	    (size_t)(SERVICE_LOG_MAX - PROCESSES * LINES * LINE_SIZE / 2) /
		LINE_SIZE,
	    "more than what it was filled with");
}

/* The disk was full in the middle of a line: the next one is whole again. */
Test(service_log, after_a_torn_line)
{
	struct seen s = { 0 };

	append("half a li");
	append("whole\n");
	read_all(&s);
	cr_expect_str_eq(s.all, "whole|half a li|");
}

/* T-45: what somebody puts in its place is neither followed nor waited for. */
Test(service_log, no_file)
{
	struct seen s = { 0 };
	bool cut;

	cr_assert_eq(mkfifo(path_of(HOME_SERVICE_LOG), 0600), 0);
	cr_expect_eq(service_log_append(home, SPAN_LIT("x\n"), &e), -1);
	cr_expect_eq(e.kind, ERR_CONF, "%s", e.text);
	cr_expect_eq(service_log_each(home, note, &s, &cut, &e), -1);
	unlink(path_of(HOME_SERVICE_LOG));
	cr_assert_eq(symlink("/dev/null", path_of(HOME_SERVICE_LOG)), 0);
	cr_expect_eq(service_log_append(home, SPAN_LIT("x\n"), &e), -1);
	cr_expect_eq(service_log_each(home, note, &s, &cut, &e), -1);
	unlink(path_of(HOME_SERVICE_LOG));
	cr_expect_eq(service_log_append("no/path", SPAN_LIT("x\n"), &e), -1);
}

/* It cannot be put away: it ends all the same. */
Test(service_log, not_put_away)
{
	struct seen s = { 0 };

	cr_assert_eq(mkdir(path_of(HOME_SERVICE_LOG_OLD), 0700), 0);
	fill(SERVICE_LOG_MAX + LINE_SIZE);
	append("over\n"); /* the newest are worth more than the limit */
	fill(SERVICE_LOG_MAX + LINE_SIZE);
	cr_expect_eq(service_log_append(home, SPAN_LIT("x\n"), &e), -1);
	cr_assert_eq(rmdir(path_of(HOME_SERVICE_LOG_OLD)), 0);
	append("again\n");
	read_all(&s);
	cr_expect_eq(strncmp(s.all, "again|", 6), 0, "%s", s.all);
}

/* T-48: what was written comes back, byte for byte. */
Test(log_field, there_and_back)
{
	static const struct {
		const char *value;
		size_t n;
	} rows[] = {
		{ "", 0 },
		{ "plain", 5 },
		{ "a b=\"c\" \\x41", 12 },
		{ "\0\n\r\033[2J\x7f", 8 },
		{ "\xe2\x80\xae\xff", 4 },
		{ "...", 3 },
	};
	struct buf line = { 0 }, value = { 0 };
	struct span left, key;
	bool cut;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		log_field_put(&line, "k",
		    (struct span){ (const uint8_t *)rows[i].value, rows[i].n });
	left = buf_span(&line);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_assert_eq(
		    log_field_next(&left, &key, &value, &cut, &e), 0, "%zu", i);
		cr_expect(span_eq(key, SPAN_LIT("k")) && !cut);
		cr_expect(span_eq(buf_span(&value),
			      (struct span){
				  (const uint8_t *)rows[i].value, rows[i].n }),
		    "%zu", i);
	}
	cr_expect_eq(log_field_next(&left, &key, &value, &cut, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	buf_release(&line);
	buf_release(&value);
}

Test(log_field, cut)
{
	static uint8_t name[2][LOG_VALUE_MAX + 1];
	struct buf line = { 0 }, value = { 0 };
	struct span left, key;
	bool cut;

	memset(name[0], 'n', sizeof(name[0]));
	memset(name[1], '\n', sizeof(name[1]));
	for (int i = 0; i < 2; i++) {
		log_field_put(
		    &line, "k", (struct span){ name[i], sizeof(name[i]) });
		log_field_put(
		    &line, "k", (struct span){ name[i], LOG_VALUE_MAX });
	}
	left = buf_span(&line);
	for (int i = 0; i < 4; i++) {
		cr_assert_eq(
		    log_field_next(&left, &key, &value, &cut, &e), 0, "%d", i);
		cr_expect_eq(cut, i % 2 == 0, "%d", i);
		cr_expect(span_eq(buf_span(&value),
		    (struct span){ name[i / 2], LOG_VALUE_MAX }));
	}
	buf_release(&line);
	buf_release(&value);
}

Test(log_field, damaged)
{
	static const char *const lines[] = { "k", "=v", "k=", "K=v", "k=\"v",
		"k=\"v\"w", "k=\"\\x4\"", "k=\"\\n\"", "k=\"a\nb\"", "k=a\"",
		"k=a=b", "\tk=v", "k=\"v\"....", "k=\xff" };
	struct buf value = { 0 };
	struct span left, key = { 0 };
	bool cut;

	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		left = span_str(lines[i]);
		cr_expect_eq(log_field_next(&left, &key, &value, &cut, &e), -1,
		    "%s", lines[i]);
		cr_expect_eq(e.kind, ERR_INPUT, "%s", lines[i]);
		cr_expect(span_eq(left, span_str(lines[i])) && value.n == 0);
	}
}
