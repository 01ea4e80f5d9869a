/*
 * test_race_waiting.c - one challenge, one request, one decision, one CRL, and
 * 32 processes that want it: T-13, T-17, R118.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "race.h"

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "race-waiting");
}

static void tear_down(void)
{
	struct store *st = fixture_open(f.dir);

	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	fixture_release(&f);
}

TestSuite(race_waiting, .init = set_up, .fini = tear_down, .timeout = 100);

enum { ROUNDS = 5, LOST = 50, WON = 51 };

static uint32_t round_no;

static void start_round(void)
{
	struct store *st = fixture_open(f.dir);
	struct sample s;

	sample_init(&s, round_no);
	sample_add_challenge(st, &s);
	must(sample_pend(st, &s) == PEND_DONE, "pend");
	store_close(st);
	sample_release(&s);
}

static enum request_state end_of_round(void)
{
	struct store *st = fixture_open(f.dir);
	enum request_state state;
	struct sample s;

	sample_init(&s, round_no);
	state = sample_state(st, &s);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
	sample_release(&s);
	return state;
}

static void claim(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	int64_t number = 0;
	bool claimed;

	must(store_crl_claim(st, 1000 + round_no, 60, &number, &claimed, &e) ==
		0,
	    "%s", e.text);
	r->outcome[i] = claimed ? WON : LOST;
	r->serial[i] = (uint32_t)number;
	store_close(st);
}

/* Of all that find the CRL due exactly one makes it. */
Test(race_waiting, one_claims)
{
	struct report *r = report_new();
	uint32_t number = 0;
	struct store *st;
	int i;

	for (round_no = 1; round_no <= ROUNDS; round_no++) {
		run_all(claim, r);
		cr_assert_eq(report_count(r, WON), 1);
		cr_assert_eq(report_count(r, LOST), PROCESSES - 1);
		for (i = 0; i < PROCESSES; i++)
			if (r->outcome[i] == WON) {
				cr_expect(r->serial[i] > number);
				number = r->serial[i];
			}
		st = fixture_open(f.dir);
		cr_assert_eq(store_crl_done(st, number, 1, 2, NULL, &e), 0);
		store_close(st);
	}
}

/* 32 devices, one challenge */
static void pend_with_challenge(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	struct sample s, first;

	sample_init(&s, round_no * 100 + (uint32_t)i);
	sample_init(&first, round_no * 100);
	s.pend.challenge_mac = first.challenge.mac;
	r->outcome[i] = (int)sample_pend(st, &s);
	store_close(st);
}

/* R107, T-13: one of them waits, the others are refused */
Test(race_waiting, one_challenge)
{
	struct report *r = report_new();
	struct store *st;
	struct sample s;

	for (round_no = 1; round_no <= ROUNDS; round_no++) {
		sample_init(&s, round_no * 100);
		st = fixture_open(f.dir);
		sample_add_challenge(st, &s);
		store_close(st);
		run_all(pend_with_challenge, r);
		cr_assert_eq(report_count(r, PEND_DONE), 1);
		cr_assert_eq(
		    report_count(r, PEND_CHALLENGE_GONE), PROCESSES - 1);
		sample_release(&s);
	}
}

/* One device, the same request from 32 connections */
static void pend_same(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	struct sample s;

	sample_init(&s, 1);
	s.pend.challenge_mac = s.challenge.mac;
	r->outcome[i] = (int)sample_pend(st, &s);
	store_close(st);
}

Test(race_waiting, one_request)
{
	struct report *r = report_new();
	struct store *st = fixture_open(f.dir);
	struct sample s;

	sample_init(&s, 1);
	sample_add_challenge(st, &s);
	store_close(st);
	run_all(pend_same, r);
	cr_expect_eq(report_count(r, PEND_DONE), 1);
	cr_expect_eq(report_count(r, PEND_ALREADY), PROCESSES - 1);
	sample_release(&s);
}

/* T-17: the last places; not one more than there are */
static void pend_for_place(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	struct sample s;

	sample_init(&s, (uint32_t)i);
	s.pend.max = 7;
	r->outcome[i] = (int)sample_pend(st, &s);
	store_close(st);
}

Test(race_waiting, last_places)
{
	struct report *r = report_new();

	run_all(pend_for_place, r);
	cr_expect_eq(report_count(r, PEND_DONE), 7);
	cr_expect_eq(report_count(r, PEND_FULL), PROCESSES - 7);
}

/* Half of the operators approve, half reject. */
static void decide(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	enum request_state state;
	struct sample s;

	sample_init(&s, round_no);
	r->outcome[i] = sample_decide(st, &s, i % 2 == 0, &state) ? WON : LOST;
	r->serial[i] = (uint32_t)i % 2;
	store_close(st);
}

/* One approval at most, and a rejection is the last word. */
Test(race_waiting, approve_or_reject)
{
	struct report *r = report_new();
	int approved, rejected, i;

	for (round_no = 1; round_no <= ROUNDS; round_no++) {
		start_round();
		run_all(decide, r);
		approved = rejected = 0;
		for (i = 0; i < PROCESSES; i++) {
			approved += r->outcome[i] == WON && i % 2 == 0;
			rejected += r->outcome[i] == WON && i % 2 == 1;
		}
		cr_expect_eq(rejected, 1);
		cr_expect_leq(approved, 1);
		cr_expect_eq(end_of_round(), REQUEST_REJECTED);
	}
}

/* It is approved; half of them make the certificate, half reject. */
static void grant_or_reject(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	struct stored_cert recorded = { .der = { 0 } };
	enum request_state state;
	struct sample s;

	sample_init(&s, round_no);
	if (i % 2 == 1) {
		r->outcome[i] =
		    sample_decide(st, &s, false, &state) ? WON : LOST;
	} else {
		sample_serial(&s, round_no * 100 + (uint32_t)i);
		s.cert.der.p[0] = (uint8_t)i;
		s.grant.challenge_mac = NULL;
		s.grant.approved = true;
		r->outcome[i] = (int)sample_grant(st, &s, &recorded);
		stored_cert_release(&recorded);
	}
	store_close(st);
}

/* Either it is granted, once, or it is rejected; never both. */
Test(race_waiting, grant_or_reject)
{
	struct report *r = report_new();
	enum request_state state;
	struct store *st;
	struct sample s;

	for (round_no = 1; round_no <= ROUNDS; round_no++) {
		start_round();
		sample_init(&s, round_no);
		st = fixture_open(f.dir);
		cr_assert(sample_decide(st, &s, true, &state));
		store_close(st);
		sample_release(&s);
		run_all(grant_or_reject, r);
		if (end_of_round() == REQUEST_GRANTED) {
			cr_expect_eq(report_count(r, GRANT_DONE), 1);
			cr_expect_eq(
			    report_count(r, GRANT_ALREADY), PROCESSES / 2 - 1);
			cr_expect_eq(report_count(r, WON), 0);
		} else {
			cr_expect_eq(report_count(r, WON), 1);
			cr_expect_eq(
			    report_count(r, GRANT_NOT_OPEN), PROCESSES / 2);
		}
	}
}
