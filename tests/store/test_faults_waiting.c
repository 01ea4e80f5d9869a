/*
 * test_faults_waiting.c - a call fails while a request begins to wait, is
 * decided, granted, revoked, or a CRL is claimed: T-36.
 *
 * A commit may be reported as failed that recovery then finds in the log.  Who
 * did it must be told that it is done: not that another was first.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "io_trap.h"
#include "store_fixture.h"
#include "visit.h"

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "faults-waiting");
	io_skip_syncs(true);
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(faults_waiting, .init = set_up, .fini = tear_down, .timeout = 110);

enum act { PEND, APPROVE, REJECT, GRANT, REVOKE, CLAIM, ACTS };

static const char *const names[ACTS] = { "pend", "approve", "reject", "grant",
	"revoke", "claim" };

/* Everything that comes before the act on sample n, on a sound disk. */
static void prepare(enum act act, uint32_t n)
{
	struct store *st = fixture_open(f.dir);
	enum request_state state;
	struct sample s;

	sample_init(&s, n);
	s.grant.challenge_mac = NULL;
	(void)sample_state(st, &s); /* the regions are there from here on */
	if (act == PEND)
		sample_add_challenge(st, &s);
	else if (act != CLAIM)
		must(sample_pend(st, &s) == PEND_DONE, "pend");
	if (act == GRANT || act == REVOKE)
		must(sample_decide(st, &s, true, &state), "approve");
	if (act == REVOKE)
		must(sample_grant(st, &s, NULL) == GRANT_DONE, "grant");
	store_close(st);
	sample_release(&s);
}

/* Sample n as it is acted on. */
static void init(struct sample *s, uint32_t n)
{
	sample_init(s, n);
	s->pend.challenge_mac = s->challenge.mac;
	s->grant.challenge_mac = NULL;
	s->grant.approved = true;
}

/* act_once - -1, or *first: was it us who did it? */
static int act_once(struct store *st, enum act act, const struct sample *s,
    uint32_t n, bool *first)
{
	struct stored_cert c = { .der = { 0 } };
	enum revoke_outcome revoked;
	enum grant_outcome granted;
	enum pend_outcome pended;
	struct stored_request r = { .type = 0 };
	int64_t number;
	int rc = -1;

	switch (act) {
	case PEND:
		rc = store_pend(st, &s->pend, &pended, &e);
		*first = pended == PEND_DONE;
		break;
	case APPROVE:
	case REJECT:
		rc = store_decide(st, &s->request.key, NULL, act == APPROVE,
		    "no", 1001, NULL, first, &r, &e);
		break;
	case GRANT:
		rc = store_grant(st, &s->grant, &granted, &c, &e);
		*first = granted == GRANT_DONE;
		break;
	case REVOKE:
		rc = store_revoke(st, &s->cert.serial, REASON_SUPERSEDED, 1001,
		    NULL, &revoked, &c, &e);
		*first = revoked == REVOKE_DONE;
		break;
	case CLAIM: /* each an hour after the one before */
		rc = store_crl_claim(
		    st, 3600 * (int64_t)(n + 1), 3600, &number, first, &e);
		break;
	case ACTS:
		break;
	}
	stored_request_release(&r);
	stored_cert_release(&c);
	return rc;
}

enum { TIMES = 4 }; /* calls in a row that fail, at most */

enum { FAILED = 1, DONE = 2, NOT_FIRST = 3 }; /* exit statuses */

/* The act in a process of its own, under a trap; *matching: calls seen. */
static int act_under(
    const struct io_trap *t, enum act act, uint32_t n, unsigned *matching)
{
	unsigned *hits = matching;
	int status, out[2], rc;
	struct store *st;
	bool first = true;
	struct sample s;
	pid_t pid;

	must(pipe(out) == 0 && (pid = fork()) >= 0, "fork");
	if (pid == 0) {
		signal(SIGBUS, SIG_DFL); /* not the sanitizer's */
		signal(SIGSEGV, SIG_DFL);
		init(&s, n);
		st = fixture_open(f.dir);
		io_set(t, n);
		rc = act_once(st, act, &s, n, &first);
		io_clear();
		n = io_hits();
		(void)!write(out[1], &n, sizeof(n));
		_exit(rc != 0 ? FAILED : first ? DONE : NOT_FIRST);
	}
	close(out[1]);
	status = wait_for(pid, 20);
	if (read(out[0], hits, sizeof(*hits)) != (ssize_t)sizeof(*hits))
		*hits = UINT32_MAX; /* it died */
	close(out[0]);
	return WIFEXITED(status) ? WEXITSTATUS(status) : FAILED;
}

ParameterizedTestParameters(faults_waiting, each_call_fails)
{
	static size_t idx[ACTS];
	for (size_t n = 0; n < ACTS; n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, ACTS);
}
ParameterizedTest(size_t *i, faults_waiting, each_call_fails)
{
	struct io_trap t = { .ops = IO_ALL, .skip = UINT32_MAX };
	unsigned matching = 0, seen, failed = 0, done = 0;
	enum act act = (enum act) * i;
	struct store *st;
	uint32_t n = 1;
	bool first;
	struct sample s;
	int how;

	prepare(act, n);
	cr_assert_eq(
	    act_under(&t, act, n++, &matching), DONE, "%s", names[act]);
	cr_assert(matching > 2 && matching < 200, "%u calls", matching);
	for (t.skip = 0; t.skip < matching; n++) {
		/* when a commit fails the engine makes an abort of it: that, too */
		t.times = 1 + n % TIMES;
		t.skip += t.times == 1;
		prepare(act, n);
		t.error = t.skip % 2 ? ENOSPC : EIO;
		how = act_under(&t, act, n, &seen);
		cr_expect(how == DONE || how == FAILED, "%s, call %u: %d",
		    names[act], t.skip, how);
		failed += how == FAILED;
		done += how == DONE;
		/* and once more, on a sound disk: done by now in any case */
		init(&s, n);
		st = fixture_open(f.dir);
		cr_expect_eq(act_once(st, act, &s, n, &first), 0, "%s: %s",
		    names[act], e.text);
		cr_expect(how == FAILED || act == GRANT || !first,
		    "%s, call %u: told twice", names[act], t.skip);
		cr_expect_eq(
		    store_check(st, &e), 0, "%s: %s", names[act], e.text);
		store_close(st);
		sample_release(&s);
	}
	fprintf(stderr, "%s: %u calls, %u failed, %u done nevertheless\n",
	    names[act], matching, failed, done);
	cr_expect(done > 0, "%s", names[act]);
}

static int fail_once(DB_ENV *env, const DB_LSN *lsn)
{
	(void)env; /* which is given up, and this with it */
	(void)lsn;
	return EIO;
}

ParameterizedTestParameters(faults_waiting, commit_is_found)
{
	static size_t idx[ACTS];
	for (size_t n = 0; n < ACTS; n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, ACTS);
}
/* The proof of a commit fails, but not the commit. */
ParameterizedTest(size_t *i, faults_waiting, commit_is_found)
{
	enum act act = (enum act) * i;
	struct store *st;
	bool first = false;
	struct sample s;
	pid_t pid;

	prepare(act, 1);
	must((pid = fork()) >= 0, "fork"); /* what is lost dies with it */
	if (pid == 0) {
		init(&s, 1);
		st = fixture_open(f.dir);
		(void)sample_state(st, &s);
		st->db.env->log_flush = fail_once;
		must(act_once(st, act, &s, 1, &first) == 0, "%s", e.text);
		must(st->db.env->log_flush != fail_once, "no commit");
		must(first, "%s: another was first?", names[act]);
		must(store_check(st, &e) == 0, "%s", e.text);
		_exit(0);
	}
	cr_expect_eq(wait_for(pid, 20), 0, "%s", names[act]);
}
