/*
 * What each message costs: how often a private key signs, and how often one
 * deciphers.  The linker puts the functions __wrap_... of this file in front of
 * the real ones.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"
#include "store_pending.h"

static unsigned signs, unwraps;

#define REAL(name) __real_##name
#define WRAP(name) __wrap_##name

int REAL(privkey_sign)(const struct privkey *key,
    const struct alg_digest *digest, struct span data, struct buf *sig,
    struct err *e);
int WRAP(privkey_sign)(const struct privkey *key,
    const struct alg_digest *digest, struct span data, struct buf *sig,
    struct err *e);
int WRAP(privkey_sign)(const struct privkey *key,
    const struct alg_digest *digest, struct span data, struct buf *sig,
    struct err *e)
{
	signs++;
	return REAL(privkey_sign)(key, digest, data, sig, e);
}

void REAL(privkey_unwrap)(
    const struct privkey *key, struct span wrapped, uint8_t *out, size_t n);
void WRAP(privkey_unwrap)(
    const struct privkey *key, struct span wrapped, uint8_t *out, size_t n);
void WRAP(privkey_unwrap)(
    const struct privkey *key, struct span wrapped, uint8_t *out, size_t n)
{
	unwraps++;
	REAL(privkey_unwrap)(key, wrapped, out, n);
}

/* The answer to `msg` is of this status and took so much. */
static void expect_cost(const char *what, struct span msg,
    enum scep_status status, unsigned want_signs, unsigned want_unwraps)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "192.0.2.1" };
	struct buf reply = { 0 };
	struct pki_event ev;

	signs = unwraps = 0;
	ok(pki_operation(h.ca, &f, msg, &reply, &ev, e));
	cr_expect_eq(ev.status, status, "%s: status %d, %s %s", what,
	    (int)ev.status, refusal_entry(ev.refusal)->code, ev.detail);
	cr_expect_eq(signs, want_signs, "%s: %u signatures", what, signs);
	cr_expect_eq(
	    unwraps, want_unwraps, "%s: %u times deciphered", what, unwraps);
	pki_event_release(&ev);
	buf_release(&reply);
}

static void ask(const struct ask *q, struct buf *msg)
{
	buf_cut(msg, 0);
	client_ask(&c, &h, q, msg);
}

/* The certificate and the answer; asked again (R145), only the answer. */
Test(cost, enrolment)
{
	struct buf msg = { 0 };

	begin(CA_RSA_RA, "");
	ask(&(struct ask){ .challenge = challenge }, &msg);
	expect_cost("PKCSReq", buf_span(&msg), SCEP_SUCCESS, 2, 1);
	expect_cost("again", buf_span(&msg), SCEP_SUCCESS, 1, 1);
	ask(&(struct ask){ .type = 18 }, &msg);
	expect_cost("UpdateReq", buf_span(&msg), SCEP_FAILURE, 1, 0);
	ask(&(struct ask){ .digest = "MD5" }, &msg);
	expect_cost("MD5", buf_span(&msg), SCEP_FAILURE, 1, 0);
	buf_release(&msg);
	end();
}

/*
 * R138, R193, field note F5: a poll deciphers nothing and costs the signature
 * of its answer.  It is answered where nobody could decipher it, with neither
 * the RA's key for that nor the CA's.
 */
Test(cost, poll)
{
	static const struct span odd = BYTES("not even an IssuerAndSubject");
	struct stored_request r;
	struct stored_cert cert = { 0 };
	struct request_key key;
	struct buf request = { 0 }, poll = { 0 }, lost = { 0 };
	bool decided;

	begin(CA_RSA_RA, "");
	ask(&(struct ask){ .type = 19 }, &request);
	ask(&(struct ask){ .type = 20, .content = odd }, &poll);
	ask(&(struct ask){ .type = 20, .content = odd, .trans_id = "t2" },
	    &lost);
	expect_cost("PKCSReq", buf_span(&request), SCEP_PENDING, 1, 1);
	expect_cost("again", buf_span(&request), SCEP_PENDING, 1, 1);
	cr_assert_eq(rename(ca_home_path(&h, HOME_RA_ENC_KEY),
			 ca_home_path(&h, "enc.aside")),
	    0);
	cr_assert_eq(
	    rename(ca_home_path(&h, HOME_CA_KEY), ca_home_path(&h, "ca.aside")),
	    0);
	ca_home_open(&h, NULL);
	for (int i = 0; i < 10; i++)
		expect_cost("poll", buf_span(&poll), SCEP_PENDING, 1, 0);
	expect_cost("lost", buf_span(&lost), SCEP_FAILURE, 1, 0);

	/* R147: approved before the next poll; the CA's key is needed once */
	ok(ca_store(h.ca, e));
	ok(store_request_named(h.ca->store, "t1", &r, &cert, e));
	key = r.key;
	stored_request_release(&r);
	stored_cert_release(&cert);
	ok(store_decide(h.ca->store, &key, NULL, true, "", TEST_NOW, NULL,
	    &decided, &r, e));
	cr_expect(decided);
	stored_request_release(&r);
	cr_assert_eq(
	    rename(ca_home_path(&h, "ca.aside"), ca_home_path(&h, HOME_CA_KEY)),
	    0);
	ca_home_open(&h, NULL);
	expect_cost("approved", buf_span(&poll), SCEP_SUCCESS, 2, 0);
	expect_cost("granted", buf_span(&poll), SCEP_SUCCESS, 1, 0);
	cr_expect_eq(ca_home_certs(&h), 1);
	buf_release(&request);
	buf_release(&poll);
	buf_release(&lost);
	end();
}

/* GetCRL makes the CRL when there is none, and then it is only sent. */
Test(cost, queries)
{
	struct cert_view v;
	struct buf id = { 0 }, msg = { 0 };

	begin(CA_RSA_RA, "");
	ok(ca_certs(h.ca, e));
	ok(cert_parse(h.ca->enc_cert.der, &v, e));
	ok(issuer_and_serial_put(&id, &v, e));
	ask(&(struct ask){ .type = 22, .content = buf_span(&id) }, &msg);
	expect_cost("GetCRL, first", buf_span(&msg), SCEP_SUCCESS, 2, 1);
	expect_cost("GetCRL", buf_span(&msg), SCEP_SUCCESS, 1, 1);
	ask(&(struct ask){ .type = 21, .content = buf_span(&id) }, &msg);
	expect_cost("GetCert", buf_span(&msg), SCEP_FAILURE, 1, 1);
	buf_release(&id);
	buf_release(&msg);
	end();
}
