/*
 * fill - record COUNT granted requests with their certificates, as if so many
 * devices had enrolled before, or COUNT requests that wait for the operator.
 *
 * usage: fill granted|waiting HOME COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ca.h"
#include "csr.h"
#include "issue.h"
#include "store_pending.h"

static struct err e;

#define OK(call) ((call) == 0 ? (void)0 : die(#call))

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "fill: %s: %s\n", what, e.text);
	exit(1);
}

/* The bytes are those of the CA's own certificate: nobody reads them. */
static void grant(struct ca *ca, int i, int64_t now)
{
	struct stored_request r = {
		.state = REQUEST_GRANTED,
		.type = 19,
		.created_at = now,
		.decided_at = now,
	};
	struct stored_cert c = {
		.state = CERT_VALID,
		.not_before = now,
		.not_after = now + 365 * 86400,
		.issued_at = now,
		.der = ca->ca_der,
	};
	struct stored_cert recorded = { 0 };
	struct grant g = { .request = &r, .cert = &c, .now = now };
	enum grant_outcome outcome;

	snprintf(r.key.trans_id, sizeof(r.key.trans_id), "fill-%d", i);
	snprintf(c.trans_id, sizeof(c.trans_id), "fill-%d", i);
	OK(sha256_of(span_str(c.trans_id), r.key.key_hash, &e));
	memcpy(c.key_hash, r.key.key_hash, sizeof(c.key_hash));
	OK(serial_random(&c.serial, &e));
	r.serial = c.serial;
	OK(store_grant(ca->store, &g, &outcome, &recorded, &e));
	if (outcome != GRANT_DONE)
		die("not granted");
}

/* One CSR for all of them: their keys in the store are what differs. */
static void make_csr(struct buf *csr)
{
	struct buf pem = { 0 }, name = { 0 };
	struct privkey *key;

	OK(privkey_generate("rsa:2048", &pem, &e));
	OK(privkey_import(buf_span(&pem), &key, &e));
	OK(name_parse("CN=waiting", &name, &e));
	OK(csr_build(buf_span(&name), key, alg_digest_by_name("SHA-256"),
	    (struct span){ 0 }, SPAN_LIT(""), csr, &e));
	privkey_free(key);
	buf_release(&name);
	buf_release(&pem);
}

static void wait(struct ca *ca, const struct buf *csr, int i, int64_t now)
{
	struct stored_request r = {
		.state = REQUEST_PENDING,
		.type = 19,
		.created_at = now - 86400 + i,
		.expires_at = now + 86400,
		.csr = *csr,
	};
	struct pend p = { .request = &r, .now = now };
	enum pend_outcome outcome;

	snprintf(r.key.trans_id, sizeof(r.key.trans_id), "wait-%d", i);
	OK(sha256_of(span_str(r.key.trans_id), r.key.key_hash, &e));
	OK(sha256_of(buf_span(csr), r.csr_hash, &e));
	OK(store_pend(ca->store, &p, &outcome, &e));
	if (outcome != PEND_DONE)
		die("not pending");
}

int main(int argc, char **argv)
{
	int count = argc == 4 ? atoi(argv[3]) : 0;
	bool waiting = argc == 4 && strcmp(argv[1], "waiting") == 0;
	struct buf csr = { 0 };
	struct ca *ca;

	if (argc != 4 || (!waiting && strcmp(argv[1], "granted") != 0))
		die("usage: fill granted|waiting HOME COUNT");
	OK(ca_open(argv[2], NULL, &ca, &e));
	OK(ca_certs(ca, &e));
	OK(ca_store(ca, &e));
	if (waiting)
		make_csr(&csr);
	for (int i = 0; i < count; i++)
		if (waiting)
			wait(ca, &csr, i, time(NULL));
		else
			grant(ca, i, time(NULL));
	buf_release(&csr);
	ca_close(ca);
	return 0;
}
