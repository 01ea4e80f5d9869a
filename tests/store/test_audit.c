/*
 * test_audit.c - lines are made with what they tell of, and leave for a file
 * once (T-61).
 */
#include <criterion/criterion.h>
#include <string.h>

#include "store_audit.h"
#include "store_fixture.h"
#include "txn_audit.h"

static struct fixture f;
static struct store *st;
static struct err e;

/* A file in memory. */
static struct {
	struct audit_file file; /* first */
	struct buf text;
	bool full;
} mem;

static int last(
    struct audit_file *file, struct audit_head *head, struct err *err)
{
	const uint8_t *p = mem.text.p, *end, *begin;

	(void)file;
	*head = (struct audit_head){ .seq = 0 };
	if (mem.text.n == 0)
		return 0;
	end = p + mem.text.n - 1;
	begin = memrchr(p, '\n', mem.text.n - 1);
	begin = begin != NULL ? begin + 1 : p;
	return audit_line_read(
	    (struct span){ begin, (size_t)(end - begin) }, head, err);
}

static int append(struct audit_file *file, struct span lines, struct err *err)
{
	(void)file;
	if (mem.full)
		return err_set(err, ERR_SYS, "full");
	return buf_put(&mem.text, lines, err);
}

static void set_up(void)
{
	fixture_init(&f, "audit");
	st = fixture_open(f.dir);
	mem.file = (struct audit_file){ .last = last, .append = append };
}

static void tear_down(void)
{
	buf_release(&mem.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(audit, .init = set_up, .fini = tear_down, .timeout = 60);

static size_t count(const char *word)
{
	size_t n = 0;

	for (const uint8_t *p = mem.text.p; mem.text.n > 0 && p != NULL &&
	     (p = memmem(p, mem.text.n - (size_t)(p - mem.text.p), word,
		  strlen(word))) != NULL;
	     p++)
		n++;
	return n;
}

static size_t waiting(void)
{
	struct audit_head head;
	struct buf lines[100];
	int64_t written;
	size_t n;

	cr_assert_eq(
	    store_audit_page(st, 0, &head, &written, lines, 100, &n, &e), 0,
	    "%s", e.text);
	for (size_t i = 0; i < n; i++)
		buf_release(&lines[i]);
	return n;
}

static int64_t drain(bool all)
{
	int64_t left = -1;

	cr_assert_eq(
	    store_audit_drain(st, &mem.file, all, &left, &e), 0, "%s", e.text);
	return left;
}

static void grant(struct sample *s, uint32_t n, const char *event)
{
	sample_init(s, n);
	s->grant.audit = event;
	sample_add_challenge(st, s);
	cr_assert_eq(sample_grant(st, s, NULL), GRANT_DONE);
}

Test(audit, a_line_leaves_once)
{
	struct sample s;

	cr_expect_not(store_audit_due(st));
	grant(&s, 1, "granted n=1");
	cr_expect(store_audit_due(st));
	cr_expect_eq(drain(false), 0);
	cr_expect_not(store_audit_due(st));
	cr_expect_eq(count("granted n=1"), 1);
	/* the file is not known to be on the disk: it waits on, in both */
	cr_expect_eq(waiting(), 1);
	cr_expect_eq(drain(false), 0);
	cr_expect_eq(count("granted n=1"), 1);
	mem.file.synced = 1;
	cr_expect_eq(drain(false), 0);
	cr_expect_eq(waiting(), 0);
	cr_expect_eq(count("granted n=1"), 1);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	sample_release(&s);
}

/* What did not happen is not told; what happened twice is told once. */
Test(audit, no_event_no_line)
{
	enum revoke_outcome outcome;
	struct stored_cert c = { .der = { 0 } };
	struct sample s, t;

	grant(&s, 1, "granted n=1");
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE); /* repeated */
	sample_init(&t, 2);
	t.grant.audit = "granted n=2";
	cr_expect_eq(sample_grant(st, &t, NULL), GRANT_CHALLENGE_GONE);
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(
		    store_revoke(st, &s.cert.serial, REASON_KEY_COMPROMISE, 5,
			"revoked n=1", &outcome, &c, &e),
		    0);
		cr_expect_eq(outcome, i == 0 ? REVOKE_DONE : REVOKE_ALREADY);
		stored_cert_release(&c);
	}
	cr_expect_eq(drain(false), 0);
	cr_expect_eq(count("\n"), 2);
	cr_expect_eq(count("granted n=1"), 1);
	cr_expect_eq(count("revoked n=1"), 1);
	sample_release(&s);
	sample_release(&t);
}

/*
 * A delivery may be lost in a power cut: its line goes to the file only when a
 * commit behind it is durable, and so is never there without its event.
 */
Test(audit, a_note_waits_for_a_commit)
{
	struct sample s, t;

	grant(&s, 1, "granted n=1");
	for (int i = 0; i < 2; i++)
		cr_assert_eq(store_cert_delivered(st, &s.cert.serial, 7 + i,
				 "delivered n=1", &mem.file, &e),
		    0, "%s", e.text);
	cr_expect_not(store_audit_due(st));
	cr_expect_eq(count("granted n=1"), 1);
	cr_expect_eq(drain(false), 1);
	cr_expect_eq(count("delivered"), 0);
	grant(&t, 2, "granted n=2");
	cr_expect_eq(drain(false), 0);
	cr_expect_eq(count("delivered n=1"), 1); /* the first time only */
	cr_expect_eq(count("granted n=2"), 1);
	cr_assert_eq(store_cert_delivered(
			 st, &t.cert.serial, 9, "delivered n=2", NULL, &e),
	    0);
	cr_expect_eq(drain(true), 0);
	cr_expect_eq(count("delivered n=2"), 1);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	sample_release(&s);
	sample_release(&t);
}

/* The file cannot be written: the work is done, the line waits. */
Test(audit, full_file)
{
	struct sample s;
	int64_t left;

	mem.full = true;
	grant(&s, 1, "granted n=1");
	cr_expect_eq(store_audit_drain(st, &mem.file, false, &left, &e), -1);
	cr_expect_eq(e.kind, ERR_SYS);
	cr_expect_eq(store_cert_delivered(
			 st, &s.cert.serial, 7, "delivered n=1", &mem.file, &e),
	    0);
	cr_expect_eq(waiting(), 2);
	mem.full = false;
	cr_expect_eq(drain(true), 0);
	cr_expect_eq(count("\n"), 2);
	sample_release(&s);
}

/* A line that somebody else put there does not make us forget ours. */
Test(audit, a_tail_that_is_not_ours)
{
	struct audit_head forged = { .seq = 8 };
	struct sample s;
	int64_t left;

	grant(&s, 1, "granted n=1");
	cr_assert_eq(
	    audit_line_put(&forged, 1, "granted n=9", &mem.text, &e), 0);
	cr_assert_eq(buf_put(&mem.text, SPAN_LIT("\n"), &e), 0);
	mem.file.synced = 9;
	for (int i = 0; i < 2; i++) {
		cr_expect_eq(
		    store_audit_drain(st, &mem.file, false, &left, &e), -1);
		cr_expect_eq(e.kind, ERR_STORE);
		cr_expect_eq(waiting(), 1);
		/* nor one with our number */
		buf_cut(&mem.text, 0);
		forged.seq = 0;
		cr_assert_eq(
		    audit_line_put(&forged, 1, "granted n=9", &mem.text, &e),
		    0);
		cr_assert_eq(buf_put(&mem.text, SPAN_LIT("\n"), &e), 0);
	}
	sample_release(&s);
}

/* More than one drain takes; what is replaced is told by the store itself. */
Test(audit, many_lines)
{
	enum { MANY = 70 };
	enum revoke_outcome outcome;
	struct stored_cert c = { .der = { 0 } };
	struct sample s, t;

	grant(&s, 1, "granted n=1");
	for (int i = 0; i < MANY; i++) {
		cr_assert_eq(store_revoke(st, &s.cert.serial,
				 i % 2 == 0 ? REASON_CERTIFICATE_HOLD
					    : REASON_REMOVE_FROM_CRL,
				 5 + i, i % 2 == 0 ? "held" : "released",
				 &outcome, &c, &e),
		    0);
		stored_cert_release(&c);
	}
	sample_init(&t, 2);
	sample_add_challenge(st, &t);
	t.cert.renews = s.cert.serial;
	t.grant.supersede = true;
	t.grant.audit = "granted n=2";
	cr_assert_eq(sample_grant(st, &t, NULL), GRANT_DONE);
	cr_expect_eq(drain(false), MANY + 3 - 64);
	mem.file.synced = 64;
	cr_expect_eq(drain(false), 0);
	cr_expect_eq(waiting(), MANY + 3 - 64);
	cr_expect_eq(count("\n"), MANY + 3);
	cr_expect_eq(count(" reason=superseded renewed_by="), 1);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	sample_release(&s);
	sample_release(&t);
}

static int damage(struct visit *v, void *arg, struct err *err)
{
	struct rec_key key;

	rec_key_line(*(int64_t *)arg, &key);
	return txn_del(v, &key, err);
}

/* store_check: a line that is gone from the middle, and from the end */
Test(audit, store_check_finds)
{
	struct sample s, t;
	int64_t seq = 2;

	grant(&s, 1, "granted n=1");
	grant(&t, 2, "granted n=2");
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	cr_assert_eq(visit_run(st, VISIT_WRITE, damage, &seq, &e), 0);
	cr_expect_eq(store_check(st, &e), -1);
	cr_expect_not_null(
	    strstr(e.text, "line of the audit log"), "%s", e.text);
	sample_release(&s);
	sample_release(&t);
}
