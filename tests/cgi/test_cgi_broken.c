/*
 * test_cgi_broken.c - a CA whose files are not as they should be: HTTP 500,
 * nothing issued, and the log says what is wrong and what mends it.  Mended,
 * the same request is served (T-36, T-46, T-60).  R037: capabilities, too, are an
 * HTTP error then where the settings cannot be read.
 */
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "rows.h"
#include "run_cgi.h"

static struct lab_ca lab;
static struct device dev;
static struct asked request;

static void setup(void)
{
	struct buf challenge = { 0 };

	lab_ca_make(&lab, "");
	lab_ca_challenge(&lab, 1, &challenge);
	device_make(&dev, "router1");
	device_ask(&dev, &lab, "1", buf_span(&challenge), &request);
	buf_release(&challenge);
}

static void teardown(void)
{
	asked_release(&request);
	device_release(&dev);
	lab_ca_drop(&lab);
}

TestSuite(broken, .init = setup, .fini = teardown, .timeout = 120);

enum damage { GONE, MODE, OWNER, JUNK, LINK };

static const struct {
	const char *name;
	enum damage damage;
	mode_t mode;
	const char *log; /* names file and remedy */
	bool caps;	 /* GetCACaps does not need it */
} cases[] = {
	{ HOME_CONF, GONE, 0, HOME_CONF, false },
	{ HOME_CONF, JUNK, 0, HOME_CONF ":1: ", false },
	{ HOME_CA_CERT, GONE, 0, HOME_CA_CERT, true },
	{ HOME_CA_CERT, JUNK, 0, HOME_CA_CERT, true },
	{ HOME_KEYS, GONE, 0, HOME_KEYS, true },
	{ HOME_KEYS, MODE, 0755, "run: chmod 0700 ", true },
	{ HOME_KEYS, OWNER, 0, "run: chown ", true },
	{ HOME_CA_KEY, GONE, 0, HOME_CA_KEY, true },
	{ HOME_CA_KEY, JUNK, 0, HOME_CA_KEY, true },
	{ HOME_CA_KEY, MODE, 0440, "run: chmod 0400 ", true },
	{ HOME_CA_KEY, MODE, 0404, "run: chmod 0400 ", true },
	{ HOME_CA_KEY, OWNER, 0, "run: chown ", true },
	{ HOME_CA_KEY, LINK, 0, "symbolic link", true },
	{ HOME_CHALLENGE_SECRET, GONE, 0, HOME_CHALLENGE_SECRET, true },
	{ HOME_CHALLENGE_SECRET, JUNK, 0, HOME_CHALLENGE_SECRET, true },
	{ HOME_CHALLENGE_SECRET, MODE, 0644, "run: chmod 0400 ", true },
	{ HOME_STORE, GONE, 0, HOME_STORE, true },
	{ HOME_STORE, MODE, 0755, "run: chmod 0700 ", true },
	{ HOME_STORE, OWNER, 0, "run: chown ", true },
};

static void path_of(size_t n, const char *suffix, char *path, size_t size)
{
	snprintf(path, size, "%s/%s%s", lab.home, cases[n].name, suffix);
}

static void put_aside(size_t n, struct stat *was)
{
	char path[512], aside[512];
	FILE *f;

	path_of(n, "", path, sizeof(path));
	path_of(n, ".aside", aside, sizeof(aside));
	cr_assert_eq(stat(path, was), 0);
	switch (cases[n].damage) {
	case GONE:
		cr_assert_eq(rename(path, aside), 0);
		break;
	case JUNK:
		cr_assert_eq(rename(path, aside), 0);
		f = fopen(path, "w");
		cr_assert_not_null(f);
		cr_assert_geq(fputs("[junk\n", f), 0);
		cr_assert_eq(fchmod(fileno(f), was->st_mode & 0777), 0);
		cr_assert_eq(fclose(f), 0);
		break;
	case LINK:
		cr_assert_eq(rename(path, aside), 0);
		cr_assert_eq(symlink(aside, path), 0);
		break;
	case MODE:
		cr_assert_eq(chmod(path, cases[n].mode), 0);
		break;
	case OWNER:
		cr_assert_eq(chown(path, 12345, (gid_t)-1), 0);
		break;
	}
}

static void put_back(size_t n, const struct stat *was)
{
	char path[512], aside[512];

	path_of(n, "", path, sizeof(path));
	path_of(n, ".aside", aside, sizeof(aside));
	switch (cases[n].damage) {
	case MODE:
		cr_assert_eq(chmod(path, was->st_mode & 07777), 0);
		break;
	case OWNER:
		cr_assert_eq(chown(path, was->st_uid, (gid_t)-1), 0);
		break;
	default:
		cr_assert_eq(rename(aside, path), 0);
	}
}

/* 500, a text without a path, and a log with one. */
static void expect_fault(const struct cgi_done *d, size_t n)
{
	cr_expect_eq(d->status, 500, "row %zu: %d", n, d->status);
	cr_expect_eq(d->exit_code, 0, "row %zu", n);
	cr_expect(cgi_has(d->body, SPAN_LIT("The server failed.")));
	cr_expect_not(cgi_has(buf_span(&d->out), SPAN_LIT("home")));
	cr_expect(cgi_log_has(d, cases[n].log), "row %zu: %.*s", n,
	    (int)d->log.n, (const char *)d->log.p);
}

static void expect_refused(size_t n)
{
	struct cgi_done d;
	struct stat was;

	put_aside(n, &was);
	cgi_post(lab.home, buf_span(&request.message), &d);
	expect_fault(&d, n);
	cgi_release(&d);
	cgi_get(lab.home, "operation=GetCACaps", &d);
	cr_expect_eq(d.status, cases[n].caps ? 200 : 500, "row %zu", n);
	cgi_release(&d);
	put_back(n, &was);
}

static void expect_served(void)
{
	struct buf cert = { 0 };
	struct cgi_done d;

	cr_expect_eq(lab_ca_certs(&lab), 0);
	cgi_post(lab.home, buf_span(&request.message), &d);
	cr_assert_eq(d.status, 200, "%.*s", (int)d.log.n, (char *)d.log.p);
	cr_expect_eq(
	    device_read(&dev, &lab, &request, d.body, &cert), SCEP_SUCCESS);
	cr_expect_eq(lab_ca_certs(&lab), 1);
	cgi_release(&d);
	buf_release(&cert);
}

Test(broken, files)
{
	for (size_t n = 0; n < COUNT(cases); n++)
		if (cases[n].damage != OWNER || geteuid() == 0)
			expect_refused(n);
	expect_served();
}

/* A key that belongs to another certificate */
Test(broken, foreign_key)
{
	struct buf pem = { 0 };
	struct cgi_done d;
	struct err e;

	cr_assert_eq(privkey_generate("rsa:2048", &pem, &e), 0);
	cr_assert_eq(
	    home_replace(lab.home, HOME_CA_KEY, 0400, buf_span(&pem), &e), 0);
	cgi_post(lab.home, buf_span(&request.message), &d);
	cr_expect_eq(d.status, 500);
	cr_expect(cgi_log_has(&d, HOME_CA_KEY " is not the key of"));
	cr_expect_eq(lab_ca_certs(&lab), 0);
	cgi_release(&d);
	buf_release(&pem);
}

/*
 * A store that somebody holds for longer than a client is kept waiting: 503
 * with Retry-After, and the request is served when it comes again.
 */
Test(broken, busy)
{
	int fd = open(lab_ca_path(&lab, HOME_STORE), O_RDONLY | O_DIRECTORY);
	struct cgi_done d;

	cr_assert(fd >= 0);
	cr_assert_eq(flock(fd, LOCK_EX), 0);
	cgi_post(lab.home, buf_span(&request.message), &d);
	cr_expect_eq(d.status, 503);
	cr_expect(span_eq(cgi_header(&d, "Retry-After"), SPAN_LIT("30")));
	cr_expect(cgi_has(d.body, SPAN_LIT("Busy. Try again later.")));
	cr_expect(cgi_log_has(&d, "in use by another process"));
	cgi_release(&d);
	/* which others do not feel */
	cgi_get(lab.home, "operation=GetCACert", &d);
	cr_expect_eq(d.status, 200);
	cgi_release(&d);
	close(fd);
	expect_served();
}
