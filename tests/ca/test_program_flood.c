/*
 * A program whose output has no end, and that always is ahead of us: each read
 * finds more.  Two processors are too few to see that happen, so the test stands
 * in front of read().
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "program.h"
#include "scene.h"

enum { GIVE_UP = 5 }; /* seconds, so that a test that fails ends */

static bool flooded;
static int endless = -1; /* the descriptor with something in it */
static time_t began;

ssize_t __real_read(int fd, void *to, size_t n);
ssize_t __wrap_read(int fd, void *to, size_t n);

ssize_t __wrap_read(int fd, void *to, size_t n)
{
	if (!flooded || time(NULL) - began >= GIVE_UP)
		return __real_read(fd, to, n);
	if (fd != endless) {
		ssize_t got = __real_read(fd, to, n);

		if (got <= 0)
			return got;
		endless = fd;
	}
	memset(to, 'y', n);
	return (ssize_t)n;
}

/* Its time is over all the same. */
Test(program_flood, ends_in_time)
{
	struct program_env env = { .n = 0 };
	struct program_call p = { .env = &env, .timeout = 1 };
	struct buf out = { 0 };
	struct err why = { 0 };
	char path[600];
	int status, rc;

	begin(CA_RSA, "");
	ca_home_write(
	    &h, "program", 0755, SPAN_LIT("#!/bin/sh\necho y >&2\nsleep 60\n"));
	snprintf(path, sizeof(path), "%s", ca_home_path(&h, "program"));
	p.path = path;
	began = time(NULL);
	flooded = true;
	rc = program_run(&p, &out, &status, &why);
	flooded = false;
	cr_expect_leq(time(NULL) - began, GIVE_UP - 2);
	cr_expect_eq(rc, -1);
	cr_expect_not_null(
	    strstr(why.text, "did not end within 1 seconds; it said: yyy"),
	    "%s", why.text);
	buf_release(&out);
	end();
}
