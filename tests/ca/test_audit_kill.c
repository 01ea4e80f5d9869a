/*
 * test_audit_kill.c - a process is killed at every system call of a grant and
 * of what follows on it: its line is in the log once, or neither is (T-13,
 * T-61).
 */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit.h"
#include "audit_verify.h"
#include "kill_at.h"

static struct fixture f;
static struct err e;

static void set_up(void)
{
	int fd;

	fixture_init(&f, "audit-kill");
	fd = open(fixture_path(&f, HOME_CONF), O_CREAT | O_WRONLY, 0600);
	must(fd >= 0 && close(fd) == 0, "ca.conf");
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(audit_kill, .init = set_up, .fini = tear_down, .timeout = 110);

static struct ca *open_ca(void)
{
	struct ca *ca;

	must(ca_open(f.root, NULL, &ca, &e) == 0 && ca_store(ca, &e) == 0, "%s",
	    e.text);
	return ca;
}

/* What a CGI process does with its store and its log. */
static void grant_n(struct acks *a, uint32_t n)
{
	char event[40];
	struct ca *ca = open_ca();
	struct sample s;

	(void)a;
	sample_init(&s, n);
	snprintf(event, sizeof(event), "granted n=%u", n);
	s.grant.audit = event;
	s.grant.challenge_mac = NULL;
	must(sample_grant(ca->store, &s, NULL) == GRANT_DONE, "sample %u", n);
	must(audit_note_delivered(ca, &s.cert.serial, "192.0.2.1", 2000, &e) ==
		0,
	    "%s", e.text);
	ca_close(ca);
	sample_release(&s);
}

/* A tool that has its end of the chain written. */
static void drain_all(struct acks *a, uint32_t n)
{
	struct ca *ca = open_ca();
	int64_t left;

	(void)a;
	(void)n;
	must(audit_drain(ca, true, &left, &e) == 0, "%s", e.text);
	must(left == 0, "%lld left", (long long)left);
	ca_close(ca);
}

/* verify_log - good as it is, and in full; how often is sample n granted? */
static void verify_log(uint32_t n)
{
	struct ca *ca = open_ca();
	struct buf text = { 0 };
	struct audit_report r;
	char line[48];
	struct sample s;
	const uint8_t *p;
	size_t lines = 0;
	bool granted;
	int64_t left;

	must(audit_verify(ca, false, &r, &e) == 0, "%s", e.text);
	must(
	    !r.broken, "sample %u: line %lld %s", n, (long long)r.line, r.what);
	must(audit_drain(ca, true, &left, &e) == 0, "%s", e.text);
	must(audit_verify(ca, false, &r, &e) == 0, "%s", e.text);
	must(!r.broken && r.waiting == 0, "sample %u: %s", n, r.what);
	must(home_read_large(f.root, HOME_AUDIT, BUF_MAX, &text, &e) == 0, "%s",
	    e.text);
	sample_init(&s, n);
	granted = sample_state(ca->store, &s) == REQUEST_GRANTED;
	snprintf(line, sizeof(line), " granted n=%u chain=", n);
	for (p = text.p; p != NULL &&
	     (p = memmem(p, text.n - (size_t)(p - text.p), line,
		  strlen(line))) != NULL;
	     p++)
		lines++;
	must(lines == granted, "sample %u: granted %d, told %zu times", n,
	    granted, lines);
	sample_release(&s);
	buf_release(&text);
	ca_close(ca);
}

static void at_every_call(void (*act)(struct acks *a, uint32_t n), bool fill)
{
	struct life *life = calloc(1, sizeof(*life));
	struct acks *a = acks_new(1);
	unsigned stop, kills = 0;
	uint32_t n = 1;

	must(life != NULL, "memory");
	grant_n(a, n++);
	must(run_until(UINT32_MAX, life, act, a, n++), "-");
	for (stop = 0;; stop++, n++) {
		if (life_repeats(life, stop))
			continue;
		if (fill)
			grant_n(a, n);
		if (run_until(stop, NULL, act, a, n))
			break;
		kills++;
		verify_log(n);
	}
	verify_log(n);
	cr_expect_gt(kills, 60);
	fprintf(stderr, "killed at %u of %u system calls\n", kills, stop);
	acks_free(a);
	free(life);
}

Test(audit_kill, grant)
{
	at_every_call(grant_n, false);
}

Test(audit_kill, drain)
{
	at_every_call(drain_all, true);
}
