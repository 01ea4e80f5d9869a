/*
 * test_race.c - many processes at one store at one moment: R107, T-13, T-35.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

#include "race.h"
#include "visit.h"

enum { ROUNDS = 10 };

static struct fixture f;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "race");
}

static void tear_down(void)
{
	fixture_release(&f);
}

TestSuite(race, .init = set_up, .fini = tear_down, .timeout = 100);

static uint32_t round_no;

static void grant_and_report(int i, struct report *r, struct sample *s)
{
	struct stored_cert recorded = { .serial = { 0 } };
	struct store *st = fixture_open(f.dir);
	enum grant_outcome outcome;

	must(store_grant(st, &s->grant, &outcome, &recorded, &e) == 0, "%s",
	    e.text);
	r->outcome[i] = (int)outcome;
	if (outcome == GRANT_ALREADY)
		r->serial[i] = recorded.serial.b[4];
	store_close(st);
}

/* 32 devices, one challenge */
static void race_for_challenge(int i, struct report *r)
{
	struct sample s, first;

	sample_init(&s, round_no * 100 + (uint32_t)i);
	sample_init(&first, round_no * 100);
	s.grant.challenge_mac = first.challenge.mac;
	grant_and_report(i, r, &s);
}

/* R107, T-13: exactly one of them gets a certificate. */
Test(race, one_challenge)
{
	struct report *r = report_new();
	struct stored_challenge c;
	struct stored_cert page[ROUNDS + 1];
	struct store *st;
	struct sample s;
	size_t n, i;

	for (round_no = 1; round_no <= ROUNDS; round_no++) {
		sample_init(&s, round_no * 100);
		st = fixture_open(f.dir);
		cr_assert_eq(
		    store_challenge_add(st, &s.challenge, NULL, &e), 0);
		store_close(st);
		run_all(race_for_challenge, r);
		cr_assert_eq(report_count(r, GRANT_DONE), 1);
		cr_assert_eq(
		    report_count(r, GRANT_CHALLENGE_GONE), PROCESSES - 1);
		st = fixture_open(f.dir);
		cr_assert_eq(
		    store_challenge_find(st, s.challenge.mac, &c, &e), 0);
		cr_assert_eq(c.used, 1);
		store_close(st);
		sample_release(&s);
	}
	st = fixture_open(f.dir);
	cr_assert_eq(store_cert_page(st, NULL, page, ROUNDS + 1, &n, &e), 0);
	cr_expect_eq(n, ROUNDS);
	for (i = 0; i < n; i++)
		stored_cert_release(&page[i]);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
}

/*
 * One device, the same request from 32 connections, each with its own serial.
 */
static void race_for_request(int i, struct report *r)
{
	struct sample s;

	sample_init(&s, 1);
	sample_serial(&s, (uint32_t)i + 1);
	s.cert.der.p[0] = (uint8_t)i;
	grant_and_report(i, r, &s);
}

/* R145: one is granted, the others get what that one got. */
Test(race, one_request)
{
	struct report *r = report_new();
	struct stored_request req;
	struct stored_cert c;
	struct store *st;
	struct sample s;
	int i;

	sample_init(&s, 1);
	st = fixture_open(f.dir);
	cr_assert_eq(store_challenge_add(st, &s.challenge, NULL, &e), 0);
	run_all(race_for_request, r);
	cr_expect_eq(report_count(r, GRANT_DONE), 1);
	cr_expect_eq(report_count(r, GRANT_ALREADY), PROCESSES - 1);
	cr_assert_eq(store_request_find(st, &s.request.key, &req, &c, &e), 0);
	for (i = 0; i < PROCESSES; i++)
		if (r->outcome[i] == GRANT_ALREADY)
			cr_expect_eq(r->serial[i], c.serial.b[4]);
	stored_cert_release(&c);
	store_close(st);
	sample_release(&s);
}

static void race_for_serial(int i, struct report *r)
{
	struct sample s;

	sample_init(&s, (uint32_t)i);
	sample_serial(&s, 5);
	s.grant.challenge_mac = NULL;
	grant_and_report(i, r, &s);
}

/* The store's own constraint: a serial number is given once. */
Test(race, one_serial)
{
	struct report *r = report_new();

	run_all(race_for_serial, r);
	cr_expect_eq(report_count(r, GRANT_DONE), 1);
	cr_expect_eq(report_count(r, GRANT_SERIAL_TAKEN), PROCESSES - 1);
}

static void visit_and_report(int i, struct report *r)
{
	struct store *st = fixture_open(f.dir);
	struct stored_cert c;

	must(store_cert_find(st, &(struct serial){ 1, { 9 } }, &c, &e) != 0 &&
		e.kind == ERR_NOT_FOUND,
	    "%s", e.text);
	r->generation[i] = st->generation;
	store_close(st);
}

/* T-35: of 32 processes that find the store dirty, exactly one recovers. */
Test(race, one_recovers)
{
	struct report *r = report_new();
	int i;

	visit_and_report(0, r);
	cr_assert_eq(unlink(fixture_path(&f, "store/.state")), 0);
	run_all(visit_and_report, r);
	for (i = 1; i < PROCESSES; i++)
		cr_expect_eq(r->generation[i], r->generation[0]);
}

/* A worker that keeps the store open, and CGI processes beside it. */
Test(race, handles_outlive_a_recovery)
{
	struct acks *a = acks_new(40);
	struct stored_request req;
	struct stored_cert c;
	struct sample s;
	struct store *st;
	uint32_t n;
	pid_t pid;

	must((pid = fork()) >= 0, "fork"); /* what is lost dies with it */
	if (pid == 0) {
		st = fixture_open(f.dir);
		for (n = 0; n < 40; n++) {
			if (n % 8 == 5)
				unlink(fixture_path(&f, "store/.state"));
			a->of[n].serial = enrol(f.dir, n, &e);
			must(a->of[n].serial != 0, "%s", e.text);
			sample_init(&s, n);
			must(store_request_find(
				 st, &s.request.key, &req, &c, &e) == 0,
			    "%s", e.text);
			stored_cert_release(&c);
			sample_release(&s);
		}
		store_close(st);
		_exit(0);
	}
	cr_assert_eq(wait_for(pid, 60), 0);
	verify(&f, a);
	acks_free(a);
}

Test(race, child_must_not_use_its_parents)
{
	struct store *st = fixture_open(f.dir);
	struct stored_cert c;
	pid_t pid;

	(void)store_cert_find(st, &(struct serial){ 1, { 9 } }, &c, &e);
	must((pid = fork()) >= 0, "fork");
	if (pid == 0) {
		must(store_cert_find(
			 st, &(struct serial){ 1, { 9 } }, &c, &e) != 0,
		    "used");
		must(e.kind == ERR_STORE && strstr(e.text, "fork") != NULL,
		    "%s", e.text);
		store_close(st); /* lets go of memory and nothing else */
		_exit(0);
	}
	cr_expect_eq(wait_for(pid, 10), 0);
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
	store_close(st);
}
