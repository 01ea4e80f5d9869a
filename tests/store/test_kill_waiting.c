/*
 * test_kill_waiting.c - a process is killed at every system call while a
 * request begins to wait, is approved, granted in place of another certificate,
 * and revoked: T-13, T-35, R118, R133.
 *
 * Each of the four is there as a whole or not at all, with its indexes, and
 * the next process goes on from there.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "kill_at.h"

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "kill-waiting");
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(kill_waiting, .init = set_up, .fini = tear_down, .timeout = 110);

/* Steps of a transaction; a->of[n].serial is the last that was acknowledged. */
enum step { NOTHING, CHALLENGE, PENDED, APPROVED, GRANTED, REVOKED };

/* An even sample's certificate, which the next one's replaces. */
static void make(struct sample *s, uint32_t n)
{
	struct sample before;

	sample_init(s, n + 1);
	s->pend.challenge_mac = s->challenge.mac;
	s->waiting.expires_at = 5000;
	s->grant.challenge_mac = NULL;
	s->grant.approved = s->grant.unique_name = s->grant.supersede = true;
	sample_init(&before, n);
	if (n > 0)
		s->cert.renews = before.cert.serial;
	sample_release(&before);
}

/* How far it has come, as recorded. */
static enum step step_of(struct store *st, const struct sample *s)
{
	struct stored_challenge ch = { .used = 0 };
	enum request_state state = sample_state(st, s);
	struct stored_cert c;
	bool challenge, revoked;

	challenge = store_challenge_find(st, s->challenge.mac, &ch, &e) == 0;
	must(challenge || e.kind == ERR_NOT_FOUND, "%s", e.text);
	must((state != 0) == (ch.used == 1), "half done: %d, %d uses",
	    (int)state, (int)ch.used);
	switch (state) {
	case REQUEST_PENDING:
		return PENDED;
	case REQUEST_APPROVED:
		return APPROVED;
	case REQUEST_GRANTED:
		must(store_cert_find(st, &s->cert.serial, &c, &e) == 0, "%s",
		    e.text);
		revoked = c.state == CERT_REVOKED;
		stored_cert_release(&c);
		return revoked ? REVOKED : GRANTED;
	default:
		must(state == 0, "state %d", (int)state);
		return challenge ? CHALLENGE : NOTHING;
	}
}

static void take_step(struct store *st, const struct sample *s, enum step done)
{
	enum revoke_outcome outcome;
	enum request_state state;
	struct stored_cert c;

	switch (done) {
	case NOTHING:
		sample_add_challenge(st, s);
		break;
	case CHALLENGE:
		must(sample_pend(st, s) == PEND_DONE, "pend");
		break;
	case PENDED:
		must(sample_decide(st, s, true, &state), "approve");
		break;
	case APPROVED:
		must(sample_grant(st, s, NULL) == GRANT_DONE, "grant");
		break;
	case GRANTED:
		must(store_revoke(st, &s->cert.serial, REASON_KEY_COMPROMISE,
			 1002, NULL, &outcome, &c, &e) == 0 &&
			outcome == REVOKE_DONE,
		    "revoke");
		stored_cert_release(&c);
		break;
	case REVOKED:
		break;
	}
}

/* Every other one is left as it is granted: its successor supersedes it. */
static void live(struct acks *a, uint32_t n)
{
	enum step last = n % 2 == 0 ? GRANTED : REVOKED, step;
	struct store *st = fixture_open(f.dir);
	struct sample s;

	make(&s, n);
	/* an even one may have been superseded: it is a step further then */
	for (step = step_of(st, &s); step < last; step++) {
		must(step >= (enum step)a->of[n].serial,
		    "%d was told, it is %d", (int)a->of[n].serial, (int)step);
		take_step(st, &s, step);
		*(volatile uint32_t *)&a->of[n].serial = step + 1;
		must(step_of(st, &s) == step + 1, "step %d", (int)step);
	}
	store_close(st);
	sample_release(&s);
}

/* What was told is there, half of nothing is, and the indexes agree. */
static void verify_all(const struct acks *a, uint32_t n)
{
	struct store *st = fixture_open(f.dir);
	struct sample s;
	uint32_t i;

	must(store_check(st, &e) == 0, "%s", e.text);
	for (i = 0; i <= n; i++) {
		make(&s, i);
		must((uint32_t)step_of(st, &s) >= a->of[i].serial,
		    "sample %u: %u was told", i, a->of[i].serial);
		sample_release(&s);
	}
	store_close(st);
}

Test(kill_waiting, at_every_call)
{
	struct life *life = calloc(1, sizeof(*life));
	struct acks *a = acks_new(CALLS_MAX);
	unsigned stop, kills = 0;
	uint32_t n = 0;

	must(life != NULL, "memory");
	live(a, n++);
	must(run_until(UINT32_MAX, life, live, a, n++), "-");
	must(life->n < CALLS_MAX, "%u calls", life->n);
	for (stop = 0;; stop++, n++) {
		if (life_repeats(life, stop)) {
			n--;
			continue;
		}
		must(n < a->n, "%u calls", n);
		if (run_until(stop, NULL, live, a, n))
			break;
		kills++;
		if (kills % 50 == 0)
			verify_all(a, n);
		live(a, n); /* the next one goes on */
	}
	verify_all(a, n);
	fprintf(stderr, "killed at %u of %u system calls\n", kills, stop);
	cr_expect(kills > 200, "%u kills", kills);
	acks_free(a);
	free(life);
}
