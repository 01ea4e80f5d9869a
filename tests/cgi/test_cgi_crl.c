/*
 * test_cgi_crl.c - GetCRL with a long list through pkiclient.exe: openssl finds
 * the very list in the answer, and the memory that it took is in proportion.
 *
 * The linker puts the store_revoked_page of this file in front of the real one,
 * because to revoke so many takes the disk an hour: the list is published by
 * this process, and what the program does with it is real.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <criterion/criterion.h>

#include "crl.h"
#include "crl_publish.h"
#include "device.h"
#include "run_cgi.h"
#include "store_revoke.h"

enum { MANY = 100000, DAY = 86400 };

static struct lab_ca lab;
static struct device dev;
static uint32_t total; /* of the fake store */

int __wrap_store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e);
int __wrap_store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e)
{
	uint32_t i = 0;

	(void)st;
	(void)e;
	if (after != NULL) {
		memcpy(&i, after->b + 12, sizeof(i));
		i = __builtin_bswap32(i) + 1;
	}
	for (*n = 0; *n < max && i < total; i++, ++*n) {
		uint32_t big = __builtin_bswap32(i);
		struct revoked r = {
			.serial = { .n = 16, .b = { 0x40 } },
			.revoked_at = time(NULL),
			.not_after = time(NULL) + 100 * DAY,
			.reason = REASON_SUPERSEDED,
		};

		memcpy(r.serial.b + 12, &big, sizeof(big));
		page[*n] = r;
	}
	return 0;
}

static void setup(void)
{
	lab_ca_make(&lab, "");
	device_make(&dev, "router1");
}

static void teardown(void)
{
	device_release(&dev);
	lab_ca_drop(&lab);
}

TestSuite(crl, .init = setup, .fini = teardown, .timeout = 120);

static void publish(uint32_t n)
{
	struct err e;
	bool made;

	total = n;
	cr_assert_eq(
	    crl_publish(lab.ca, time(NULL), true, &made, &e), 0, "%s", e.text);
	cr_assert(made);
}

/* A GetCRL for some certificate of this CA. */
static void ask(struct asked *q)
{
	struct buf id = { 0 };
	struct scep_request r = {
		.type = SCEP_GETCRL,
		.trans_id = q->trans_id,
		.nonce = { q->nonce, sizeof(q->nonce) },
		.signer_cert = buf_span(&dev.self_signed),
		.signer_key = dev.key,
		.recipient = lab.ca->enc_cert.der,
		.digest = alg_digest_by_name("SHA-256"),
		.cipher = alg_cipher_by_name("AES-128-CBC"),
		.now = time(NULL),
	};
	struct err e;

	*q = (struct asked){ .trans_id = "SSCEP transactionId" };
	cr_assert_eq(issuer_and_serial_put(&id, &lab.ca->ca_cert, &e), 0);
	r.content = buf_span(&id);
	cr_assert_eq(scep_request_make(&r, &q->message, &e), 0, "%s", e.text);
	buf_release(&id);
}

static void write_file(const char *name, struct span bytes)
{
	FILE *f = fopen(lab_ca_path(&lab, name), "w");

	cr_assert_not_null(f);
	cr_assert_eq(fwrite(bytes.p, 1, bytes.n, f), bytes.n);
	cr_assert_eq(fclose(f), 0);
}

/*
 * R168, R169: what openssl gets out of the answer is the published list, and
 * nothing else.
 */
static void expect_list(struct span answer)
{
	static const char script[] =
	    "cd '%s' && exec 2>log && set -e; "
	    "openssl cms -verify -inform DER -in answer -binary -purpose any "
	    "-CAfile certs/ca.pem -out envelope; "
	    "openssl cms -decrypt -inform DER -in envelope -binary "
	    "-recip dev.pem -inkey dev.key -out p7; "
	    "openssl pkcs7 -inform DER -in p7 -print_certs -out pems; "
	    "test $(grep -c BEGIN pems) = 1; "
	    "openssl crl -in pems -CAfile certs/ca.pem -outform DER -out got; "
	    "grep 'verify OK' log; cmp got public/ca.crl";
	char command[2048];
	struct buf pem = { 0 };

	write_file("answer", answer);
	cr_assert_eq(
	    pem_encode(buf_span(&dev.self_signed), "CERTIFICATE", &pem, NULL),
	    0);
	write_file("dev.pem", buf_span(&pem));
	buf_release(&pem);
	write_file("dev.key", buf_span(&dev.pem));
	snprintf(command, sizeof(command), script, lab.home);
	cr_expect_eq(system(command), 0, "see %s/log", lab.home);
}

static long get_crl(void)
{
	struct cgi_done d;
	struct asked q;
	long rss;

	ask(&q);
	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_assert_eq(
	    d.status, 200, "%.*s", (int)d.log.n, (const char *)d.log.p);
	cr_expect(d.whole);
	cr_expect(cgi_log_has(&d, "type=GetCRL"));
	cr_expect(cgi_log_has(&d, "result=SUCCESS"));
	expect_list(d.body);
	rss = d.max_rss_kb;
	cgi_release(&d);
	asked_release(&q);
	return rss;
}

Test(crl, long_list)
{
	long few, many, size;
	struct buf der = { .max = CRL_MAX };
	struct err e;

	publish(10);
	few = get_crl();
	publish(MANY);
	many = get_crl();
	cr_assert_eq(
	    home_read_large(lab.home, HOME_PUBLIC_CRL, CRL_MAX, &der, &e), 0,
	    "%s", e.text);
	size = (long)(der.n / 1024);
	cr_expect_gt(size, 2048, "%ld KiB", size);
	fprintf(stderr, "%d entries: %ld KiB, %ld KiB of memory more\n", MANY,
	    size, many - few);
#ifndef SANITIZED
	cr_expect_lt(many - few, 8 * size, "%ld KiB for %ld", many - few, size);
#endif
	buf_release(&der);
}
