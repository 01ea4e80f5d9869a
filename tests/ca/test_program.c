/*
 * A program of the operator's: what it gets, what it may do to us, and how it
 * ends.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "scene.h"

static char path[600];

static void put_script(mode_t mode, const char *body)
{
	struct buf text = { 0 };

	ok(buf_put(&text, SPAN_LIT("#!/bin/sh\n"), e));
	ok(buf_put(&text, span_str(body), e));
	ca_home_write(&h, "program", mode, buf_span(&text));
	snprintf(path, sizeof(path), "%s", ca_home_path(&h, "program"));
	buf_release(&text);
}

static int run(struct span in, int64_t timeout, struct buf *out, int *status,
    struct err *why)
{
	struct program_env env = { .n = 0 };
	struct program_call p = {
		.path = path, .env = &env, .in = in, .timeout = timeout
	};
	int rc;

	ok(program_fact(&env, "SCEPCA_A", SPAN_LIT("a b"), e));
	ok(program_fact(&env, "SCEPCA_B",
	    SPAN_LIT("1\n2\0"
		     "3\x7f"),
	    e));
	ok(program_fact(&env, "SCEPCA_C", SPAN_LIT("\xc3\xa4$(id)"), e));
	rc = program_run(&p, out, status, why);
	program_env_release(&env);
	return rc;
}

static const struct {
	const char *name, *script;
	int status;	   /* -1: it fails */
	const char *error; /* … for this reason */
} rows[] = {
	{ "grants", "exit 0", 0, "" },
	{ "refuses", "exit 1", 1, "" },
	{ "asks", "exit 2", 2, "" },
	{ "odd", "exit 255", 255, "" },
	{ "killed", "kill -9 $$", -1, "was ended by signal 9" },
	{ "hangs", "echo waits >&2; sleep 60", -1,
	    "did not end within 1 seconds; it said: waits" },
	{ "deaf to SIGTERM", "trap '' TERM HUP INT; while :; do sleep 1; done",
	    -1, "did not end" },
	{ "closes all and hangs", "exec <&- >&- 2>&-; sleep 60", -1,
	    "did not end" },
	{ "4096 octets", "head -c 4096 /dev/zero", 0, "" },
	{ "4097 octets", "head -c 4097 /dev/zero", -1, "over 4096 bytes" },
	{ "no end of output", "yes", -1, "over 4096 bytes" },
	{ "no end of complaints", "head -c 1000000 /dev/zero >&2", 0, "" },
	{ "floods", "echo y >&2; cat /dev/zero >&2 & cat /dev/zero >&2", -1,
	    "did not end within 1 seconds; it said: y" },
	{ "leaves one behind", "sleep 60 & exit 0", 0, "" },
	{ "reads nothing", "exec <&-; exit 0", 0, "" },
	{ "complains in escapes", "printf '\\033[2J\\n' >&2; kill -9 $$", -1,
	    "it said: ?[2J" },
};

ParameterizedTestParameters(program, ends)
{
	static size_t idx[COUNT(rows)];

	for (size_t i = 0; i < COUNT(idx); i++)
		idx[i] = i;
	return cr_make_param_array(size_t, idx, COUNT(idx));
}

/* T-31 and the like: whatever it does, we go on, and nothing of it is left. */
ParameterizedTest(size_t *i, program, ends, .timeout = 60)
{
	uint8_t in[60000] = { 'x' };
	struct buf out = { 0 };
	struct err why = { 0 };
	int status = -1, rc;
	time_t began = time(NULL);

	begin(CA_RSA, "");
	put_script(0755, rows[*i].script);
	rc = run((struct span){ in, sizeof(in) }, 1, &out, &status, &why);
	cr_expect_eq(rc, rows[*i].status < 0 ? -1 : 0, "%s: %s", rows[*i].name,
	    why.text);
	if (rc == 0)
		cr_expect_eq(status, rows[*i].status, "%s", rows[*i].name);
	else
		cr_expect_not_null(strstr(why.text, rows[*i].error), "%s: %s",
		    rows[*i].name, why.text);
	cr_expect_leq(time(NULL) - began, 15, "%s", rows[*i].name);
	/* no zombie, no child */
	cr_expect_eq(waitpid(-1, NULL, WNOHANG), -1, "%s", rows[*i].name);
	buf_release(&out);
	end();
}

/* The environment is this and nothing else; the value of none is run. */
Test(program, environment)
{
	static const char want[] = "LC_ALL=C\nPATH=/usr/bin:/bin\n"
				   "SCEPCA_A=a b\n"
				   "SCEPCA_B=1\\x0a2\\x003\\x7f\n"
				   "SCEPCA_C=\xc3\xa4$(id)\nTZ=UTC0\n";
	struct buf out = { 0 };
	int status;

	begin(CA_RSA, "");
	setenv("SECRET", "1", 1);
	/* env itself, for a shell adds PWD and others */
	unlink(ca_home_path(&h, "program"));
	snprintf(path, sizeof(path), "/usr/bin/env");
	ok(run((struct span){ 0 }, 5, &out, &status, e));
	cr_expect_eq(status, 0);
	/* in whatever order */
	for (const char *at = want, *nl; *at != '\0'; at = nl + 1) {
		nl = strchr(at, '\n');
		cr_expect_not_null(
		    memmem(out.p, out.n, at, (size_t)(nl + 1 - at)), "%.*s",
		    (int)(nl - at), at);
	}
	cr_expect_eq(
	    out.n, sizeof(want) - 1, "%.*s", (int)out.n, (const char *)out.p);
	buf_release(&out);
	end();
}

/* Three descriptors, whatever we have open; cwd /; no signal ignored. */
Test(program, inherits_nothing)
{
	struct buf out = { 0 };
	const char *ignored;
	int status, fd;

	begin(CA_RSA, "");
	fd = open("/dev/null", O_RDONLY); /* not close-on-exec */
	cr_assert(fd >= 3 && dup2(fd, 77) == 77);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGCHLD, SIG_IGN); /* as fcgiwrap leaves it */
	put_script(0755,
	    "for f in /proc/$$/fd/*; do echo ${f##*/}; done; pwd\n"
	    "grep SigIgn /proc/$$/status; cat | wc -c; exit 3");
	ok(run(SPAN_LIT("12345"), 5, &out, &status, e));
	cr_expect_eq(status, 3);
	ok(buf_put(&out, (struct span){ (const uint8_t *)"", 1 }, e));
	/* 10 and above are the shell's own, of its script */
	cr_expect_null(strstr((char *)out.p, "77"), "%s", (char *)out.p);
	cr_expect_not_null(
	    strstr((char *)out.p, "0\n1\n"), "%s", (char *)out.p);
	cr_expect_not_null(strstr((char *)out.p, "\n/\n"), "%s", (char *)out.p);
	ignored = strstr((char *)out.p, "SigIgn:\t");
	cr_assert_not_null(ignored);
	/* 32 and 33 are the C library's */
	cr_expect_eq(
	    strtoull(ignored + 8, NULL, 16) & 0x7fffffff, 0, "%s", ignored);
	cr_expect_not_null(strstr((char *)out.p, "\n5\n"), "%s", (char *)out.p);
	buf_release(&out);
	end();
}

/* What it left in its group is gone when we are told that it has ended. */
Test(program, group_is_killed)
{
	struct buf out = { 0 };
	int status;
	pid_t left;

	begin(CA_RSA, "");
	put_script(0755, "sleep 60 & echo $!; exit 0");
	ok(run((struct span){ 0 }, 5, &out, &status, e));
	ok(buf_put(&out, (struct span){ (const uint8_t *)"", 1 }, e));
	left = (pid_t)atoi((char *)out.p);
	cr_assert_gt(left, 1);
	for (int i = 0; i < 100 && kill(left, 0) == 0; i++) {
		char name[64], state = '?';
		FILE *f;

		/* an orphan may wait for init to look at it */
		snprintf(name, sizeof(name), "/proc/%d/stat", (int)left);
		f = fopen(name, "r");
		if (f != NULL) {
			(void)!fscanf(f, "%*d (%*[^)]) %c", &state);
			fclose(f);
		}
		if (state == 'Z')
			break;
		cr_assert_lt(i, 99, "it is still there: %c", state);
		usleep(10000);
	}
	buf_release(&out);
	end();
}

/* Fails closed: each is told with what mends it. */
Test(program, what_may_be_run)
{
	struct err why;

	begin(CA_RSA, "");
	put_script(0755, "exit 0");
	cr_expect_eq(program_check(path, &why), 0, "%s", why.text);
	chmod(path, 0775);
	cr_expect_eq(program_check(path, &why), -1);
	cr_expect_not_null(strstr(why.text, "chmod go-w"), "%s", why.text);
	chmod(path, 0757);
	cr_expect_eq(program_check(path, &why), -1);
	chmod(path, 0644);
	cr_expect_eq(program_check(path, &why), -1);
	cr_expect_not_null(strstr(why.text, "chmod 0755"), "%s", why.text);
	cr_expect_eq(program_check(h.dir, &why), -1);
	cr_expect_eq(program_check("/dev/null", &why), -1);
	cr_expect_eq(program_check("/nonexistent/x", &why), -1);
	cr_expect_eq(why.kind, ERR_NOT_FOUND);
	if (geteuid() == 0) {
		chmod(path, 0755);
		cr_assert_eq(chown(path, 12345, 12345), 0);
		cr_expect_eq(program_check(path, &why), -1);
		cr_expect_not_null(
		    strstr(why.text, "chown root"), "%s", why.text);
	}
	end();
}

/* An interpreter that is not there: our fault, and told as such. */
Test(program, cannot_start)
{
	struct buf out = { 0 };
	struct err why = { 0 };
	int status;

	begin(CA_RSA, "");
	put_script(0755, "");
	ca_home_write(&h, "program", 0755, SPAN_LIT("#!/nonexistent\n"));
	cr_expect_eq(run((struct span){ 0 }, 5, &out, &status, &why), -1);
	cr_expect_not_null(strstr(why.text, "interpreter"), "%s", why.text);
	end();
}

Test(program, first_line)
{
	static const struct {
		struct span in;
		const char *want;
	} lines[] = {
		{ BYTES(""), "" },
		{ BYTES("no\nmore"), "no" },
		{ BYTES("no\r\n"), "no" },
		{ BYTES("a\x1b[2Jb\0c"), "a?[2Jb?c" },
		{ BYTES("\n"), "" },
		{ BYTES("123456789"), "1234567" },
	};
	char out[8 + 1];

	for (size_t i = 0; i < COUNT(lines); i++) {
		program_first_line(
		    lines[i].in, out, i == COUNT(lines) - 1 ? 8 : sizeof(out));
		cr_expect_str_eq(out, lines[i].want, "%zu: %s", i, out);
	}
}
