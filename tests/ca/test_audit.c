/*
 * test_audit.c - changing or removing any one line of audit.log is found, and
 * named (T-61).
 */
#include <criterion/criterion.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "audit.h"
#include "audit_verify.h"
#include "client.h"

enum { LINES = 30 };

static struct ca_home h;
static struct err why;
static struct buf whole;	    /* the file as it was written */
static struct span line[LINES + 1]; /* with their line feeds */

static void read_lines(void)
{
	size_t n = 0;
	const uint8_t *p, *end;

	buf_cut(&whole, 0);
	ok(home_read_large(h.dir, HOME_AUDIT, BUF_MAX, &whole, e));
	for (p = whole.p; n <= LINES && p < whole.p + whole.n; p = end + 1) {
		end = memchr(p, '\n', whole.n - (size_t)(p - whole.p));
		cr_assert_not_null(end);
		line[n++] = (struct span){ p, (size_t)(end + 1 - p) };
	}
	cr_assert_eq(n, LINES);
}

static void set_up(void)
{
	struct challenge_spec spec = { .uses = 1, .for_name = "CN=r1" };
	struct stored_challenge c;
	struct buf value = { 0 };
	int64_t left;

	ca_home_make(&h, CA_RSA, "");
	strcpy(h.ca->by, "an operator=\"x\"");
	for (int i = 0; i < LINES; i++) {
		buf_cut(&value, 0);
		ok(challenge_new(h.ca, &spec, TEST_NOW + i, &value, &c, e));
	}
	ok(audit_drain(h.ca, true, &left, e));
	cr_assert_eq(left, 0);
	read_lines();
	/* no secret is in it */
	cr_expect_null(memmem(whole.p, whole.n, value.p, value.n));
	buf_release(&value);
}

static void tear_down(void)
{
	buf_release(&whole);
	ca_home_drop(&h);
}

TestSuite(audit, .init = set_up, .fini = tear_down, .timeout = 100);

static void put(const struct buf *text)
{
	ca_home_write(&h, HOME_AUDIT, 0600, buf_span(text));
}

static void add(struct buf *to, struct span s)
{
	cr_assert_eq(buf_put(to, s, &why), 0);
}

static void add_lines(struct buf *to, size_t from, size_t end)
{
	for (; from < end; from++)
		add(to, line[from]);
}

/* The first that is wrong is number `want` of the file, from 1. */
static void finds(const struct buf *text, size_t want, const char *what)
{
	struct audit_report r;

	put(text);
	ok(audit_verify(h.ca, false, &r, e));
	cr_expect(r.broken, "%s: line %zu is not missed", what, want);
	cr_expect_eq(r.line, (int64_t)want, "%s: line %zu, found in %lld (%s)",
	    what, want, (long long)r.line, r.what);
	cr_expect_eq(r.lines, (int64_t)want - 1, "%s", what);
	cr_expect_eq(r.seq, (int64_t)want, "%s", what);
	ok(audit_verify(h.ca, true, &r, e)); /* so does the short look */
	cr_expect(r.broken, "%s: line %zu", what, want);
}

Test(audit, good)
{
	struct audit_report r;

	ok(audit_verify(h.ca, false, &r, e));
	cr_expect_not(r.broken, "line %lld %s", (long long)r.line, r.what);
	cr_expect_eq(r.lines, LINES);
	cr_expect_eq(r.waiting, 0);
	cr_expect_eq(r.head.seq, LINES);
}

Test(audit, removed)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < LINES; i++) {
		buf_cut(&text, 0);
		add_lines(&text, 0, i);
		add_lines(&text, i + 1, LINES);
		finds(&text, i + 1, "removed");
		/* with all behind it */
		buf_cut(&text, 0);
		add_lines(&text, 0, i);
		finds(&text, i + 1, "cut off");
		/* in the middle of a line */
		add(&text, (struct span){ line[i].p, line[i].n / 2 });
		finds(&text, i + 1, "cut in two");
	}
	buf_release(&text);
}

/* change_one - octet `at` of line `i` */
static void change_one(struct buf *text, size_t i, size_t at)
{
	uint8_t *p;

	buf_cut(text, 0);
	add_lines(text, 0, LINES);
	p = text->p + (line[i].p - whole.p) + at;
	*p = *p == '7' ? '8' : '7';
	finds(text, i + 1, "changed");
}

/* In each of its fields: the first and the last octet of each */
Test(audit, changed)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < LINES; i++) {
		change_one(&text, i, 0);
		for (size_t at = 1; at + 1 < line[i].n; at++)
			if (line[i].p[at - 1] == ' ' ||
			    line[i].p[at - 1] == '=' ||
			    line[i].p[at + 1] == ' ')
				change_one(&text, i, at);
		change_one(&text, i, line[i].n - 2);
	}
	buf_release(&text);
}

Test(audit, moved)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < LINES; i++) {
		/* twice */
		buf_cut(&text, 0);
		add_lines(&text, 0, i + 1);
		add_lines(&text, i, LINES);
		finds(&text, i + 2, "twice");
		if (i + 1 == LINES)
			break;
		/* for the next one */
		buf_cut(&text, 0);
		add_lines(&text, 0, i);
		add(&text, line[i + 1]);
		add(&text, line[i]);
		add_lines(&text, i + 2, LINES);
		finds(&text, i + 1, "swapped");
	}
	buf_release(&text);
}

/* With a chain that is right, made by somebody who knows how */
Test(audit, made_anew)
{
	struct audit_head head;
	struct buf text = { 0 };
	struct audit_report r;

	/* one more */
	add_lines(&text, 0, LINES);
	ok(audit_line_read(
	    (struct span){ line[LINES - 1].p, line[LINES - 1].n - 1 }, &head,
	    e));
	ok(audit_line_put(&head, TEST_NOW, "challenge id=00", &text, e));
	add(&text, SPAN_LIT("\n"));
	finds(&text, LINES + 1, "one more");
	/* the last one again, and in other words */
	buf_cut(&text, 0);
	add_lines(&text, 0, LINES - 1);
	ok(audit_line_read(
	    (struct span){ line[LINES - 2].p, line[LINES - 2].n - 1 }, &head,
	    e));
	ok(audit_line_put(&head, TEST_NOW, "challenge id=00", &text, e));
	add(&text, SPAN_LIT("\n"));
	put(&text);
	ok(audit_verify(h.ca, false, &r, e));
	cr_expect(r.broken);
	cr_expect_not_null(strstr(r.what, "written anew"), "%s", r.what);
	buf_release(&text);
}

Test(audit, file_is_gone)
{
	struct audit_report r;

	cr_assert_eq(unlink(ca_home_path(&h, HOME_AUDIT)), 0);
	ok(audit_verify(h.ca, false, &r, e));
	cr_expect(r.broken);
	cr_expect_eq(r.line, 1);
	cr_expect_not_null(
	    strstr(r.what, "there is no audit.log"), "%s", r.what);
	/* nor does an empty one hide it */
	ca_home_write(&h, HOME_AUDIT, 0600, SPAN_LIT(""));
	ok(audit_verify(h.ca, false, &r, e));
	cr_expect(r.broken);
	cr_expect_eq(r.line, 1);
}

/* T-45, T-46 */
Test(audit, file_is_not_ours)
{
	const char *path = ca_home_path(&h, HOME_AUDIT);
	struct audit_report r;

	cr_assert_eq(chmod(path, 0660), 0);
	cr_expect_eq(audit_verify(h.ca, false, &r, &why), -1);
	cr_expect_eq(why.kind, ERR_PERM);
	cr_assert_eq(unlink(path), 0);
	cr_assert_eq(symlink("ca.conf", path), 0);
	cr_expect_eq(audit_verify(h.ca, false, &r, &why), -1);
}

static size_t count_in_log(const char *word)
{
	struct buf text = { 0 };
	size_t n = 0;

	ok(home_read_large(h.dir, HOME_AUDIT, BUF_MAX, &text, e));
	for (const uint8_t *p = text.p;
	     (p = memmem(p, text.n - (size_t)(p - text.p), word,
		  strlen(word))) != NULL;
	     p++)
		n++;
	buf_release(&text);
	return n;
}

static void verify_good(void)
{
	struct audit_report r;
	int64_t left;

	ok(audit_drain(h.ca, true, &left, e));
	cr_expect_eq(left, 0);
	ok(audit_verify(h.ca, false, &r, e));
	cr_expect_not(r.broken, "line %lld %s", (long long)r.line, r.what);
	cr_expect_eq(r.waiting, 0);
}

/* A log that cannot be written stops nobody, and gets its line later. */
Test(audit, unwritable)
{
	const char *path = ca_home_path(&h, HOME_AUDIT);
	char challenge[CHALLENGE_TEXT_SIZE + 1], away[600];
	struct client c;
	struct result r;
	int64_t left;

	snprintf(away, sizeof(away), "%s.away", path);
	ca_home_challenge(&h, NULL, challenge);
	cr_assert_eq(rename(path, away), 0);
	cr_assert_eq(mkdir(path, 0700), 0);
	client_make(&c, "r1", "rsa:2048", "CN=r1");
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	cr_assert_eq(r.answer.status, SCEP_SUCCESS);
	ok(audit_note_delivered(h.ca, &r.ev.serial, "192.0.2.1", TEST_NOW, e));
	cr_expect_eq(audit_drain(h.ca, false, &left, &why), -1);
	cr_assert_eq(rmdir(path), 0);
	cr_assert_eq(rename(away, path), 0);
	verify_good();
	cr_expect_eq(count_in_log(" granted transaction=t1 "), 1);
	cr_expect_eq(count_in_log(" remote=192.0.2.1 "), 2); /* delivered */
	cr_expect_eq(count_in_log(challenge), 0);
	result_release(&r);
	client_release(&c);
}

/* A disk that is full in the middle of a line: it is completed later. */
Test(audit, full_in_the_middle)
{
	struct rlimit limit = { .rlim_max = RLIM_INFINITY };
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct audit_report r;
	int64_t left;

	signal(SIGXFSZ, SIG_IGN);
	ca_home_challenge(&h, NULL, value);
	limit.rlim_cur = whole.n + 20;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	cr_expect_eq(audit_drain(h.ca, false, &left, &why), -1);
	limit.rlim_cur = RLIM_INFINITY;
	cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
	ok(audit_verify(h.ca, false, &r, e));
	cr_expect_not(r.broken, "%s", r.what);
	cr_expect_eq(r.lines, LINES);
	cr_expect_eq(r.waiting, 1);
	verify_good();
}

enum { PROCESSES = 8, EACH = 4 };

/* N processes at once: one line a grant, and a chain that holds */
Test(audit, parallel)
{
	const struct pki_facts facts = { .now = TEST_NOW, .remote = "::1" };
	struct buf msg[PROCESSES * EACH] = { 0 };
	char challenge[CHALLENGE_TEXT_SIZE + 1], id[16], text[64];
	struct client c;
	int status;

	client_make(&c, "r1", "rsa:2048", "CN=r1");
	for (size_t i = 0; i < COUNT(msg); i++) {
		ca_home_challenge(&h, NULL, challenge);
		snprintf(id, sizeof(id), "p%zu", i);
		client_ask(&c, &h,
		    &(struct ask){ .challenge = challenge, .trans_id = id },
		    &msg[i]);
	}
	for (int p = 0; p < PROCESSES; p++) {
		pid_t pid = fork();

		cr_assert(pid >= 0);
		if (pid > 0)
			continue;
		for (int i = 0; i < EACH; i++) {
			struct buf reply = { 0 };
			struct pki_event ev;
			struct ca *ca;

			if (ca_open(h.dir, NULL, &ca, NULL) != 0 ||
			    pki_operation(ca, &facts,
				buf_span(&msg[p * EACH + i]), &reply, &ev,
				NULL) != 0 ||
			    audit_note_delivered(
				ca, &ev.serial, "::1", TEST_NOW, NULL) != 0)
				_exit(1);
			ca_close(ca);
		}
		_exit(0);
	}
	for (int p = 0; p < PROCESSES; p++) {
		cr_assert(wait(&status) > 0);
		cr_expect_eq(status, 0);
	}
	verify_good();
	for (size_t i = 0; i < COUNT(msg); i++) {
		snprintf(text, sizeof(text), " granted transaction=p%zu ", i);
		cr_expect_eq(count_in_log(text), 1, "%s", text);
		buf_release(&msg[i]);
	}
	cr_expect_eq(count_in_log(" delivered "), COUNT(msg));
	client_release(&c);
}
