/*
 * ca_home.h - a CA to test with: a home below CA_TEST_DIR, gone with the test.
 *
 * Helpers return nothing: what they need and cannot have is the end of the
 * test.
 */
#ifndef CA_HOME_H
#define CA_HOME_H

#include "ca.h"
#include "issue.h"
#include "rows.h"

/* ok - the call returns 0, or the test ends with the reason */
#define ok(call)                                         \
	do {                                             \
		struct err ok_e = { 0 };                 \
		struct err *e = &ok_e;                   \
		int ok_rc = (call);                      \
		cr_assert_eq(ok_rc, 0, "%s", ok_e.text); \
	} while (0)

/* BYTES - as SPAN_LIT, for what must be constant */
#define BYTES(s)                                    \
	{                                           \
		(const uint8_t *)(s), sizeof(s) - 1 \
	}

/* The time at which tests take place, unless they move it. */
#define TEST_NOW INT64_C(1800000000)

enum ca_kind {
	CA_RSA,	   /* one RSA key for everything */
	CA_RSA_RA, /* RSA CA, RA with two RSA keys */
	CA_EC_RA,  /* P-384 CA, RA with two RSA keys */
	CA_EC,	   /* P-256 CA alone: cannot serve */
};

struct ca_home {
	char dir[512];
	struct ca *ca;
};

/* ca_home_make - `conf` is the text of ca.conf; the CA began at TEST_NOW */
void ca_home_make(struct ca_home *h, enum ca_kind kind, const char *conf);
void ca_home_drop(struct ca_home *h);

/* ca_home_open - as the next process does, at an endpoint or NULL */
void ca_home_open(struct ca_home *h, const char *endpoint);

/* ca_home_write - a file of the home, whatever was there */
void ca_home_write(
    const struct ca_home *h, const char *name, mode_t mode, struct span bytes);

/* ca_home_path - "dir/name"; good until the next call but one */
const char *ca_home_path(const struct ca_home *h, const char *name);

/* ca_home_challenge - a new one; its value, 26 characters */
void ca_home_challenge(struct ca_home *h, const struct challenge_spec *spec,
    char value[CHALLENGE_TEXT_SIZE + 1]);

/* ca_home_certs - how many certificates are recorded */
size_t ca_home_certs(struct ca_home *h);

/*
 * test_dir_make, test_dir_drop - an empty directory below CA_TEST_DIR.
 * test_key - the key `name` of a kind of privkey_generate, or "rsa:1024": made
 * once for all tests, because making takes longer than most of them.
 */
void test_dir_make(char *dir, size_t size);
void test_dir_drop(const char *dir);
struct privkey *test_key(const char *name, const char *kind);
void test_key_pem(const char *name, const char *kind, struct buf *pem);

#endif
