/*
 * fill - record COUNT granted requests with their certificates, as if so many
 * devices had enrolled before.
 *
 * usage: fill HOME COUNT
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ca.h"
#include "issue.h"
#include "store_request.h"

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

int main(int argc, char **argv)
{
	int count = argc == 3 ? atoi(argv[2]) : 0;
	struct ca *ca;

	if (argc != 3)
		die("usage: fill HOME COUNT");
	OK(ca_open(argv[1], NULL, &ca, &e));
	OK(ca_certs(ca, &e));
	OK(ca_store(ca, &e));
	for (int i = 0; i < count; i++)
		grant(ca, i, time(NULL));
	ca_close(ca);
	return 0;
}
