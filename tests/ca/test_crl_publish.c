/*
 * Publishing the CRL when something is in the way: other processes, no key, a
 * file that is not there or is not a file (R168, R174, R178; T-45).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crl_home.h"
#include "extensions.h"

enum { HOUR = 3600, DAY = 24 * HOUR, PROCESSES = 16, CLAIM = 60 };

static struct ca_home h;

static void begin(void)
{
	ca_home_make(&h, CA_RSA, "");
}

static void end(void)
{
	ca_home_drop(&h);
}

TestSuite(crl_publish, .init = begin, .fini = end, .timeout = 60);

/* What crl_current gives is what is in the file. */
static void expect_current(int64_t now)
{
	struct buf der = { 0 }, file = { .max = CRL_MAX };

	ok(crl_current(h.ca, now, &der, NULL, e));
	ok(home_read_large(h.dir, HOME_PUBLIC_CRL, CRL_MAX, &file, e));
	cr_expect(span_eq(buf_span(&der), buf_span(&file)));
	buf_release(&der);
	buf_release(&file);
}

/* crl_current fails for this reason, and the text says so. */
static void expect_none(int64_t now, enum err_kind kind, const char *text)
{
	struct buf der = { 0 };
	struct err bad;

	cr_expect_eq(crl_current(h.ca, now, &der, NULL, &bad), -1);
	cr_expect_eq(bad.kind, kind, "%s", bad.text);
	cr_expect_not_null(strstr(bad.text, text), "%s", bad.text);
	cr_expect_eq(der.n, 0);
	buf_release(&der);
}

static void expect_refused(int64_t now, enum err_kind kind, const char *text)
{
	bool made = true;
	struct err bad;

	cr_expect_eq(crl_publish(h.ca, now, true, &made, &bad), -1);
	cr_expect_eq(bad.kind, kind, "%s", bad.text);
	cr_expect_not_null(strstr(bad.text, text), "%s", bad.text);
	cr_expect(made, "what is handed out on -1");
}

/* One of many: it opens the home, waits for the others, and asks. */
static void one_process(int start, bool *made)
{
	struct ca *ca;
	struct buf der = { 0 };
	char byte;

	if (ca_open(h.dir, NULL, &ca, NULL) != 0 || read(start, &byte, 1) != 0)
		_exit(1);
	if (crl_publish(ca, TEST_NOW + DAY, false, made, NULL) != 0 ||
	    crl_current(ca, TEST_NOW + DAY, &der, NULL, NULL) != 0)
		_exit(2);
	ca_close(ca);
	_exit(0);
}

/* Sixteen find it due: one makes it, the others have the old one or that. */
Test(crl_publish, many_at_once)
{
	bool *made = mmap(NULL, PROCESSES, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int start[2], status, n = 0;
	int64_t before, after;
	struct crl_state s;

	cr_assert_neq((void *)made, MAP_FAILED);
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	before = crl_home_number(&h);
	ca_home_open(&h, NULL);
	cr_assert_eq(pipe(start), 0);
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		cr_assert(pid >= 0);
		if (pid == 0) {
			close(start[1]);
			one_process(start[0], &made[i]);
		}
	}
	close(start[0]);
	close(start[1]);
	for (int i = 0; i < PROCESSES; i++) {
		cr_assert(wait(&status) > 0);
		cr_expect_eq(status, 0, "%d", status);
	}
	for (int i = 0; i < PROCESSES; i++)
		n += made[i];
	cr_expect_eq(n, 1, "%d made one", n);
	after = crl_home_number(&h);
	cr_expect_gt(after, before);
	ok(ca_store(h.ca, e));
	ok(store_crl_state(h.ca->store, &s, e));
	cr_expect_eq(s.number, after);
	cr_expect_eq(s.this_update, TEST_NOW + DAY);
	cr_expect_eq(s.claimed_until, 0);
}

/* While another is at it, the published one will do; a dead one's claim ends */
Test(crl_publish, claimed)
{
	int64_t number, theirs;
	bool claimed;

	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	number = crl_home_number(&h);
	ok(store_crl_claim(
	    h.ca->store, TEST_NOW + DAY, CLAIM, &theirs, &claimed, e));
	cr_assert(claimed);
	cr_expect_not(crl_home_publish(&h, TEST_NOW + DAY, false));
	cr_expect_not(crl_home_publish(&h, TEST_NOW + DAY + 1, true));
	expect_current(TEST_NOW + DAY + 1);
	cr_expect_eq(crl_home_number(&h), number);
	cr_expect(crl_home_publish(&h, TEST_NOW + DAY + CLAIM + 1, false));
	cr_expect_gt(crl_home_number(&h), theirs);
}

/* The first one is under way: come again, rather than "there is none" */
Test(crl_publish, first_is_claimed)
{
	int64_t number;
	bool claimed;

	ok(ca_store(h.ca, e));
	ok(store_crl_claim(h.ca->store, TEST_NOW, CLAIM, &number, &claimed, e));
	expect_none(TEST_NOW, ERR_BUSY, "another process");
}

/* Without the key the old list stands; whoever has the key makes the next */
Test(crl_publish, no_key)
{
	const char *key = ca_home_path(&h, HOME_CA_KEY);
	const char *away = ca_home_path(&h, "away");
	int64_t number;

	cr_assert_eq(rename(key, away), 0);
	expect_none(TEST_NOW, ERR_NOT_FOUND, HOME_CA_KEY);
	expect_refused(TEST_NOW, ERR_NOT_FOUND, HOME_CA_KEY);
	cr_assert_eq(rename(away, key), 0);
	ca_home_open(&h, NULL);
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	number = crl_home_number(&h);

	cr_assert_eq(rename(key, away), 0);
	ca_home_open(&h, NULL);
	expect_current(TEST_NOW + 30 * DAY);
	expect_refused(TEST_NOW + 30 * DAY, ERR_NOT_FOUND, HOME_CA_KEY);
	cr_expect_eq(crl_home_number(&h), number);
	/* nobody is kept from it by one who could not */
	cr_assert_eq(rename(away, key), 0);
	ca_home_open(&h, NULL);
	expect_current(TEST_NOW + 30 * DAY);
	cr_expect_gt(crl_home_number(&h), number);
}

/* R135: the server of an offline CA only reads; the tool makes it */
Test(crl_publish, offline)
{
	int64_t number;

	ca_home_write(&h, HOME_CONF, 0640, SPAN_LIT("[ca]\nissue = offline\n"));
	ca_home_open(&h, NULL);
	expect_none(TEST_NOW, ERR_NOT_FOUND, "scepca");
	cr_expect_null(h.ca->ca_key);
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	number = crl_home_number(&h);
	expect_current(TEST_NOW + 30 * DAY);
	cr_expect_eq(crl_home_number(&h), number);
}

/* T-45: what stands in the place of the file is neither read nor followed */
Test(crl_publish, planted)
{
	struct buf got = { 0 };

	ca_home_write(&h, "victim", 0600, SPAN_LIT("old"));
	cr_assert_eq(
	    symlink("../victim", ca_home_path(&h, HOME_PUBLIC_CRL)), 0);
	expect_refused(TEST_NOW, ERR_CONF, "symbolic link");
	expect_none(TEST_NOW, ERR_CONF, "symbolic link");
	ok(home_read(h.dir, "victim", &got, e));
	cr_expect(span_eq(buf_span(&got), SPAN_LIT("old")));
	cr_assert_eq(unlink(ca_home_path(&h, HOME_PUBLIC_CRL)), 0);
	cr_assert_eq(mkdir(ca_home_path(&h, HOME_PUBLIC_CRL), 0755), 0);
	expect_refused(TEST_NOW, ERR_CONF, "not a regular file");
	cr_assert_eq(rmdir(ca_home_path(&h, HOME_PUBLIC_CRL)), 0);
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	buf_release(&got);
}

/* File and store must agree: one without the other makes the list due. */
Test(crl_publish, file_or_store_lost)
{
	int64_t number;

	ca_home_write(&h, HOME_PUBLIC_CRL, 0644, SPAN_LIT("of another CA"));
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	number = crl_home_number(&h);
	cr_expect_not(crl_home_publish(&h, TEST_NOW, false));
	cr_assert_eq(unlink(ca_home_path(&h, HOME_PUBLIC_CRL)), 0);
	expect_current(TEST_NOW);
	cr_expect_gt(crl_home_number(&h), number);
}

/* A claim that comes to nothing ends, and the next process may try at once. */
Test(crl_publish, cannot_write)
{
	const char *dir = ca_home_path(&h, HOME_PUBLIC);

	cr_assert_eq(rmdir(dir), 0);
	expect_refused(TEST_NOW, ERR_SYS, HOME_PUBLIC_CRL);
	cr_assert_eq(mkdir(dir, 0755), 0);
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
}

/* R182, T-60: no list from a CA that is not valid; the old one is there */
Test(crl_publish, ca_is_over)
{
	const int64_t over = TEST_NOW + INT64_C(3650) * DAY;

	expect_refused(TEST_NOW - HOUR, ERR_CONF, "not valid yet");
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	expect_refused(over, ERR_CONF, "expired");
	expect_current(over + DAY);
}

/* A CA certificate that may sign certificates only: nobody would take its CRL */
Test(crl_publish, usage)
{
	struct privkey *key = test_key("ca", "rsa:2048");
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf ext = { 0 }, tbs = { 0 }, der = { 0 }, pem = { 0 };
	struct extension_plan plan = {
		.ca = true,
		.key_usage = GNUTLS_KEY_KEY_CERT_SIGN,
		.aki = SPAN_LIT("01234567890123456789"),
	};
	struct cert_fields f;

	ok(ca_certs(h.ca, e));
	plan.subject = h.ca->ca_cert.subject;
	plan.spki = h.ca->ca_cert.spki;
	ok(extensions_build(&plan, &ext, e));
	f = (struct cert_fields){
		.serial = SPAN_LIT("\1\2\3"),
		.issuer = plan.subject,
		.subject = plan.subject,
		.spki = plan.spki,
		.not_before = TEST_NOW,
		.not_after = TEST_NOW + DAY,
		.extensions = buf_span(&ext),
	};
	ok(cert_tbs(&f, GNUTLS_PK_RSA, digest, &tbs, e));
	ok(cert_sign(buf_span(&tbs), key, digest, &der, e));
	ok(pem_encode(buf_span(&der), "CERTIFICATE", &pem, e));
	ca_home_write(&h, HOME_CA_CERT, 0644, buf_span(&pem));
	ca_home_open(&h, NULL);
	expect_refused(TEST_NOW, ERR_CONF, "cRLSign");
	buf_release(&ext);
	buf_release(&tbs);
	buf_release(&der);
	buf_release(&pem);
	privkey_free(key);
}
