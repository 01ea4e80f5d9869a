/*
 * What fails below pki_operation, and that nothing is half done then.  The
 * linker puts the functions __wrap_... of this file in front of the real ones.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"
#include "lint.h"
#include "store_request.h"

/* What to do in front of the real function; all off at first. */
static struct {
	enum err_kind find, challenge, grant; /* fail with this */
	bool lose_once;			      /* a request: not found, once */
	enum grant_outcome outcome;	      /* of a grant … */
	int outcomes;			      /* … this many times */
	bool bad_random, bad_signature, bad_lint;
	size_t flip;	  /* a bit of what was signed, so far from the end */
	unsigned signs;	  /* certificates that were signed */
	long malloc_left; /* -1: no end */
} fault = { .malloc_left = -1 };

#define REAL(name) __real_##name
#define WRAP(name) __wrap_##name

int REAL(store_request_find)(struct store *st, const struct request_key *key,
    struct stored_request *r, struct stored_cert *cert, struct err *e);
int WRAP(store_request_find)(struct store *st, const struct request_key *key,
    struct stored_request *r, struct stored_cert *cert, struct err *e);
int WRAP(store_request_find)(struct store *st, const struct request_key *key,
    struct stored_request *r, struct stored_cert *cert, struct err *e)
{
	if (fault.find != ERR_NONE)
		return err_set(e, fault.find, "as ordered");
	if (fault.lose_once) {
		fault.lose_once = false;
		return err_set(e, ERR_NOT_FOUND, "as ordered");
	}
	return REAL(store_request_find)(st, key, r, cert, e);
}

int REAL(store_challenge_find)(struct store *st, const uint8_t mac[32],
    struct stored_challenge *c, struct err *e);
int WRAP(store_challenge_find)(struct store *st, const uint8_t mac[32],
    struct stored_challenge *c, struct err *e);
int WRAP(store_challenge_find)(struct store *st, const uint8_t mac[32],
    struct stored_challenge *c, struct err *e)
{
	if (fault.challenge != ERR_NONE)
		return err_set(e, fault.challenge, "as ordered");
	return REAL(store_challenge_find)(st, mac, c, e);
}

int REAL(store_grant)(struct store *st, const struct grant *g,
    enum grant_outcome *outcome, struct stored_cert *recorded, struct err *e);
int WRAP(store_grant)(struct store *st, const struct grant *g,
    enum grant_outcome *outcome, struct stored_cert *recorded, struct err *e);
int WRAP(store_grant)(struct store *st, const struct grant *g,
    enum grant_outcome *outcome, struct stored_cert *recorded, struct err *e)
{
	if (fault.grant != ERR_NONE)
		return err_set(e, fault.grant, "as ordered");
	if (fault.outcomes > 0) {
		fault.outcomes--;
		*outcome = fault.outcome;
		return 0;
	}
	return REAL(store_grant)(st, g, outcome, recorded, e);
}

int REAL(gnutls_rnd)(gnutls_rnd_level_t level, void *data, size_t n);
int WRAP(gnutls_rnd)(gnutls_rnd_level_t level, void *data, size_t n);
int WRAP(gnutls_rnd)(gnutls_rnd_level_t level, void *data, size_t n)
{
	int r = REAL(gnutls_rnd)(level, data, n);

	if (fault.bad_random)
		memset(data, 0, n);
	return r;
}

int REAL(gnutls_privkey_sign_data2)(gnutls_privkey_t key,
    gnutls_sign_algorithm_t alg, unsigned flags, const gnutls_datum_t *data,
    gnutls_datum_t *sig);
int WRAP(gnutls_privkey_sign_data2)(gnutls_privkey_t key,
    gnutls_sign_algorithm_t alg, unsigned flags, const gnutls_datum_t *data,
    gnutls_datum_t *sig);
int WRAP(gnutls_privkey_sign_data2)(gnutls_privkey_t key,
    gnutls_sign_algorithm_t alg, unsigned flags, const gnutls_datum_t *data,
    gnutls_datum_t *sig)
{
	int r = REAL(gnutls_privkey_sign_data2)(key, alg, flags, data, sig);

	if (r == 0 && fault.bad_signature)
		sig->data[sig->size / 2] ^= 1;
	return r;
}

int REAL(lint_tbs)(struct span tbs, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e);
int WRAP(lint_tbs)(struct span tbs, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e);
int WRAP(lint_tbs)(struct span tbs, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e)
{
	if (fault.bad_lint)
		return err_set(e, ERR_CRYPTO, "as ordered");
	return REAL(lint_tbs)(tbs, decided, issuer, e);
}

int REAL(cert_sign)(struct span tbs, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);
int WRAP(cert_sign)(struct span tbs, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);
int WRAP(cert_sign)(struct span tbs, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e)
{
	int rc = REAL(cert_sign)(tbs, key, digest, der, e);

	fault.signs++;
	if (rc == 0 && fault.flip > 0 && fault.flip <= der->n)
		der->p[der->n - fault.flip] ^= 1;
	return rc;
}

void *REAL(malloc)(size_t n);
void *WRAP(malloc)(size_t n);
void *WRAP(malloc)(size_t n)
{
	if (fault.malloc_left == 0)
		return NULL;
	if (fault.malloc_left > 0)
		fault.malloc_left--;
	return REAL(malloc)(n);
}

void *REAL(calloc)(size_t n, size_t size);
void *WRAP(calloc)(size_t n, size_t size);
void *WRAP(calloc)(size_t n, size_t size)
{
	if (fault.malloc_left == 0)
		return NULL;
	if (fault.malloc_left > 0)
		fault.malloc_left--;
	return REAL(calloc)(n, size);
}

static struct ca_home h;
static struct client c;
static char challenge[CHALLENGE_TEXT_SIZE + 1];
static struct ask q = { .challenge = challenge };
static struct buf msg;

static void begin(void)
{
	ca_home_make(&h, CA_RSA, "");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	ca_home_challenge(&h, NULL, challenge);
	client_ask(&c, &h, &q, &msg);
}

static void end(void)
{
	buf_release(&msg);
	client_release(&c);
	ca_home_drop(&h);
}

/* Ask; nothing was issued, and *e says why. */
static void expect_failure(struct err *e)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct buf reply = { 0 };
	struct pki_event ev;

	cr_expect_eq(
	    pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, e), -1);
	cr_expect(!ev.answered);
	cr_expect_eq(reply.n, 0);
	pki_event_release(&ev);
	buf_release(&reply);
}

/* Everything is well again: the challenge is good and one certificate comes. */
static void expect_success(bool repeated)
{
	struct result r;

	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	cr_assert_eq(r.answer.status, SCEP_SUCCESS, "%s",
	    refusal_entry(r.ev.refusal)->code);
	cr_expect_eq(r.ev.repeated, repeated);
	cr_expect_eq(ca_home_certs(&h), 1);
	result_release(&r);
}

/* R162: a store that fails is never the client's fault: 503 or 500 */
Test(faults, store, .init = begin, .fini = end)
{
	static const enum err_kind kinds[] = { ERR_BUSY, ERR_FULL, ERR_PERM,
		ERR_STORE };
	enum err_kind *const where[] = { &fault.find, &fault.challenge,
		&fault.grant };
	struct err bad;

	for (size_t w = 0; w < COUNT(where); w++)
		for (size_t k = 0; k < COUNT(kinds); k++) {
			*where[w] = kinds[k];
			expect_failure(&bad);
			cr_expect_eq(bad.kind, kinds[k], "%s", bad.text);
			*where[w] = ERR_NONE;
		}
	/* an engine that blames its input is still not the client's fault */
	fault.grant = ERR_INPUT;
	expect_failure(&bad);
	cr_expect_eq(bad.kind, ERR_CRYPTO);
	fault.grant = ERR_NONE;
	cr_expect_eq(ca_home_certs(&h), 0);
	expect_success(false);
}

/* T-08: a serial that is taken is replaced, a generator that repeats noticed */
Test(faults, serial_taken, .init = begin, .fini = end)
{
	struct err bad;

	fault.outcome = GRANT_SERIAL_TAKEN;
	fault.outcomes = 100;
	expect_failure(&bad);
	cr_expect_eq(bad.kind, ERR_CRYPTO);
	cr_expect_not_null(strstr(bad.text, "random"), "%s", bad.text);
	fault.outcomes = 2;
	expect_success(false);
}

Test(faults, random_zeros, .init = begin, .fini = end)
{
	struct serial s;
	struct err bad;

	fault.bad_random = true;
	cr_expect_eq(serial_random(&s, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CRYPTO);
	expect_failure(&bad);
	fault.bad_random = false;
	cr_expect_eq(ca_home_certs(&h), 0);
	expect_success(false);
}

/* Another process takes the challenge between our look and our grant. */
Test(faults, challenge_gone, .init = begin, .fini = end)
{
	struct result r;

	fault.outcome = GRANT_CHALLENGE_GONE;
	fault.outcomes = 1;
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_CHALLENGE_USED);
	result_release(&r);
	expect_success(false);
}

/*
 * R145: another process grants this very request between our look at requests
 * and our look at challenges; its certificate is ours too.
 */
Test(faults, granted_meanwhile, .init = begin, .fini = end)
{
	expect_success(false);
	fault.lose_once = true;
	expect_success(true);
	cr_expect(!fault.lose_once);
}

/* T-07: a wrong signature does not leave the house, nor does the certificate */
Test(faults, signature, .init = begin, .fini = end)
{
	struct err bad;

	fault.bad_signature = true;
	expect_failure(&bad);
	cr_expect_eq(bad.kind, ERR_CRYPTO, "%s", bad.text);
	fault.bad_signature = false;
	cr_expect_eq(ca_home_certs(&h), 0);
	expect_success(false);
}

/* T-07: nor does one that was changed behind the signature, where it may be */
Test(faults, signed_then_changed, .init = begin, .fini = end)
{
	/* the signature, its algorithm, an extension, the key, the names */
	static const size_t where[] = { 1, 100, 256, 265, 280, 300, 600, 700 };
	struct err bad;

	for (size_t i = 0; i < COUNT(where); i++) {
		fault.flip = where[i];
		fault.signs = 0;
		expect_failure(&bad);
		cr_expect_eq(bad.kind, ERR_CRYPTO, "%s", bad.text);
		cr_expect_eq(fault.signs, 1);
	}
	fault.flip = 0;
	cr_expect_eq(ca_home_certs(&h), 0);
	expect_success(false);
}

/* T-27: what has not passed the lint is not signed */
Test(faults, lint, .init = begin, .fini = end)
{
	struct err bad;

	fault.bad_lint = true;
	fault.signs = 0;
	expect_failure(&bad);
	cr_expect_eq(bad.kind, ERR_CRYPTO, "%s", bad.text);
	cr_expect_eq(fault.signs, 0);
	fault.bad_lint = false;
	expect_success(false);
	cr_expect_eq(fault.signs, 1);
}

/*
 * Out of memory at every place: no crash, and afterwards the same request gets
 * its certificate, new or recorded, and only one is ever recorded.
 */
Test(faults, memory, .init = begin, .fini = end, .timeout = 100)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct buf reply = { 0 };
	struct pki_event ev;
	struct err bad = { .kind = ERR_NONE };
	bool all = false;
	int rc = -1;

	for (long n = 0; !all && n < 5000; n++) {
		ca_home_open(&h, NULL);
		fault.malloc_left = n;
		rc = pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, &bad);
		all = fault.malloc_left > 0;
		fault.malloc_left = -1;
		/* never a refusal, which would be final for the client */
		if (rc == 0)
			cr_expect_eq(ev.refusal, REFUSE_NONE, "at %ld: %s", n,
			    refusal_entry(ev.refusal)->code);
		else
			cr_expect_eq(reply.n, 0, "at %ld", n);
		pki_event_release(&ev);
		buf_release(&reply);
	}
	cr_expect_eq(rc, 0);
	cr_expect(all);
	expect_success(true);
}
