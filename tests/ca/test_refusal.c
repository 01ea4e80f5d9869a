/*
 * Every refusal is reached, with its code, failInfo and text (R150, R161).
 * A new one without a row here fails the test.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "client.h"
#include "store_pending.h"
#include "store_revoke.h"
#include "vendor.h"
#include "weak_key.h"

#define NAME "CN=r1,O=Test"

/* What a row may use. */
struct scene {
	struct ca_home h;
	struct client c;
	struct ask q;
	char challenge[CHALLENGE_TEXT_SIZE + 1];
	struct buf bytes; /* for what q borrows */
	int64_t now;
};

static void with_md5(struct scene *s)
{
	s->q.digest = "MD5";
}

static void with_bad_signature(struct scene *s)
{
	s->q.bad_signature = true;
}

static void without_nonce(struct scene *s)
{
	s->q.no_nonce = true;
}

static void with_update_req(struct scene *s)
{
	s->q.type = 18;
}

static void without_envelope(struct scene *s)
{
	s->q.no_content = true;
}

static void for_somebody_else(struct scene *s)
{
	s->q.recipient = buf_span(&s->c.cert);
}

static void an_hour_late(struct scene *s)
{
	s->q.signing_time = TEST_NOW - 3600;
}

static void with_bad_proof(struct scene *s)
{
	s->q.bad_csr_signature = true;
}

static void without_challenge(struct scene *s)
{
	s->q.challenge = NULL;
}

static void with_wrong_challenge(struct scene *s)
{
	s->challenge[0] = s->challenge[0] == 'a' ? 'b' : 'a';
}

static void use_up(struct scene *s)
{
	struct client other;
	struct result r;

	client_make(&other, "dev2", "rsa:2048", "CN=r2");
	client_enrol(&other, &s->h, &s->q, &r);
	cr_assert_eq(r.answer.status, SCEP_SUCCESS);
	result_release(&r);
	client_release(&other);
}

static void after_an_hour(struct scene *s)
{
	const struct challenge_spec spec = { .uses = 1,
		.expires_at = TEST_NOW + 3600 };

	ca_home_challenge(&s->h, &spec, s->challenge);
	s->now = TEST_NOW + 3600;
}

static void revoke_challenge(struct scene *s)
{
	struct stored_challenge c;
	size_t n;

	ok(ca_store(s->h.ca, e));
	ok(store_challenge_page(s->h.ca->store, NULL, &c, 1, &n, e));
	cr_assert_eq(n, 1);
	ok(store_challenge_revoke(s->h.ca->store, c.id, TEST_NOW, NULL, &c, e));
}

static void for_another_name(struct scene *s)
{
	const struct challenge_spec spec = { .uses = 1,
		.for_name = "CN=r1,O=Other" };

	ca_home_challenge(&s->h, &spec, s->challenge);
}

static void for_another_endpoint(struct scene *s)
{
	const struct challenge_spec spec = { .uses = 1, .endpoint = "old" };

	ca_home_challenge(&s->h, &spec, s->challenge);
}

static void for_another_transaction(struct scene *s)
{
	const struct challenge_spec spec = { .uses = 1, .trans_id = "t2" };

	ca_home_challenge(&s->h, &spec, s->challenge);
}

static void enrol(struct scene *s, struct result *r)
{
	client_enrol(&s->c, &s->h, &s->q, r);
	cr_assert_eq(r->answer.status, SCEP_SUCCESS);
}

static void revoke(struct scene *s, struct span der)
{
	struct serial serial = { 0 };
	enum revoke_outcome outcome;
	struct stored_cert cert;
	struct cert_view v;

	ok(cert_parse(der, &v, e));
	serial.n = (uint8_t)v.serial.n;
	memcpy(serial.b, v.serial.p, v.serial.n);
	ok(store_revoke(s->h.ca->store, &serial, REASON_KEY_COMPROMISE,
	    TEST_NOW, NULL, &outcome, &cert, e));
	stored_cert_release(&cert);
}

/* It is sent once more when what it got is revoked. */
static void revoked_already(struct scene *s)
{
	struct result r;

	enrol(s, &r);
	revoke(s, buf_span(&r.cert));
	result_release(&r);
}

static void with_weak_csr(struct scene *s)
{
	s->q.csr_digest = "MD5";
}

static void with_ec_key(struct scene *s)
{
	client_release(&s->c);
	client_make(&s->c, "dev-ec", "ec:p256", NAME);
}

static void with_small_key(struct scene *s)
{
	client_release(&s->c);
	client_make(&s->c, "dev-1024", "rsa:1024", NAME);
}

static void with_weak_key(struct scene *s)
{
	struct client *c = &s->c;
	mpz_t p, q;

	mpz_init(p);
	mpz_init(q);
	(void)weak_close(p, q, 42);
	privkey_free(c->key);
	c->key = weak_privkey(p, q);
	buf_cut(&c->cert, 0);
	ok(scep_self_signed(buf_span(&c->name), c->key, TEST_NOW, &c->cert, e));
	mpz_clear(p);
	mpz_clear(q);
}

static void without_subject(struct scene *s)
{
	s->q.subject = SPAN_LIT("\x30\x00");
}

/* One Extension: its OID's contents, and extnValue */
static void put_extension(struct scene *s, const char *oid, struct span value)
{
	ok(extension_put(&s->bytes, oid, false, value, e));
	s->q.extensions = buf_span(&s->bytes);
}

static void with_sid(struct scene *s)
{
	put_extension(s, "2.5.29.17",
	    SPAN_LIT("\x30\x2b\x86\x29"
		     "tag:microsoft.com,2022-09-14:sid:S-1-5-21"));
}

static void as_a_ca(struct scene *s)
{
	put_extension(s, "2.5.29.19", SPAN_LIT("\x30\x03\x01\x01\xff"));
}

static void with_the_ca_name(struct scene *s)
{
	ok(ca_certs(s->h.ca, e));
	s->q.subject = s->h.ca->ca_cert.subject;
}

static void renew_unknown(struct scene *s)
{
	s->q.type = SCEP_RENEWALREQ;
}

static void get_cert(struct scene *s)
{
	s->q.type = SCEP_GETCERT;
}

static void get_crl(struct scene *s)
{
	s->q.type = SCEP_GETCRL;
}

static void poll(struct scene *s)
{
	s->q.type = SCEP_CERTPOLL;
}

/* IssuerAndSerialNumber: of this issuer, number 7 */
static void ask_for_number_7(struct scene *s, struct span issuer)
{
	struct buf body = { 0 };

	ok(buf_put(&body, issuer, e));
	ok(der_put(&body, DER_INTEGER, SPAN_LIT("\x07"), e));
	ok(der_put(&s->bytes, DER_SEQUENCE, buf_span(&body), e));
	s->q.content = buf_span(&s->bytes);
	buf_release(&body);
}

static void get_no_cert(struct scene *s)
{
	get_cert(s);
	ok(ca_certs(s->h.ca, e));
	ask_for_number_7(s, s->h.ca->ca_cert.subject);
}

static void get_no_crl(struct scene *s)
{
	get_crl(s);
	ask_for_number_7(s, buf_span(&s->c.name));
}

/* It has a certificate and renews with it. */
static void renew(struct scene *s)
{
	struct result r;

	enrol(s, &r);
	client_adopt(&s->c, NULL, buf_span(&r.cert));
	result_release(&r);
	s->q.type = SCEP_RENEWALREQ;
	s->q.trans_id = "t2";
}

static void renew_revoked(struct scene *s)
{
	renew(s);
	revoke(s, buf_span(&s->c.cert));
}

static void renew_too_late(struct scene *s)
{
	renew(s);
	s->now = TEST_NOW + 366 * 86400;
}

static void renew_elsewhere(struct scene *s)
{
	renew(s);
	ca_home_open(&s->h, "old");
}

static void sign_with_the_ca_key(struct scene *s)
{
	client_release(&s->c);
	client_make(&s->c, "ca", "rsa:2048", NAME);
}

static void renew_another_name(struct scene *s)
{
	renew(s);
	ok(name_parse("CN=admin,O=Test", &s->bytes, e));
	s->q.subject = buf_span(&s->bytes);
}

/* Another device asks for the same name, with a challenge or without. */
static void after_another(struct scene *s, const char *value)
{
	struct client other;
	struct result r;

	client_make(&other, "dev2", "rsa:2048", NAME);
	client_enrol(&other, &s->h, &(struct ask){ .challenge = value }, &r);
	cr_assert_neq(r.answer.status, SCEP_FAILURE);
	result_release(&r);
	client_release(&other);
}

static void with_a_name_taken(struct scene *s)
{
	char another[CHALLENGE_TEXT_SIZE + 1];

	ca_home_challenge(&s->h, NULL, another);
	after_another(s, another);
}

/* The same key, another name. */
static void with_a_key_taken(struct scene *s)
{
	char another[CHALLENGE_TEXT_SIZE + 1];
	struct ask q = { .challenge = another, .trans_id = "t0" };
	struct result r;

	ca_home_challenge(&s->h, NULL, another);
	client_enrol(&s->c, &s->h, &q, &r);
	cr_assert_eq(r.answer.status, SCEP_SUCCESS);
	result_release(&r);
	buf_cut(&s->c.name, 0);
	ok(name_parse("CN=r2,O=Test", &s->c.name, e));
}

static void when_the_queue_is_full(struct scene *s)
{
	s->q.challenge = NULL;
	after_another(s, NULL);
}

static void wait_for_the_operator(struct scene *s)
{
	struct result r;

	s->q.challenge = NULL;
	client_enrol(&s->c, &s->h, &s->q, &r);
	cr_assert_eq(r.answer.status, SCEP_PENDING);
	result_release(&r);
}

static void poll_a_rejected_one(struct scene *s)
{
	struct stored_request page, now;
	bool decided;
	size_t n;

	wait_for_the_operator(s);
	poll(s);
	ok(store_pending_page(s->h.ca->store, NULL, &page, 1, &n, e));
	cr_assert_eq(n, 1);
	ok(store_decide(s->h.ca->store, &page.key, NULL, false, "not this one",
	    TEST_NOW, NULL, &decided, &now, e));
	cr_assert(decided);
	stored_request_release(&page);
	stored_request_release(&now);
}

static void ask_a_program(struct scene *s)
{
	(void)s; /* false says no and nothing more */
}

static void as_another_device(struct scene *s)
{
	struct vendor vendor;
	struct vendor_cert w = { .subject = "serialNumber=1", .key = s->c.key };

	vendor_make(&vendor, "dev7", "CN=Vendor", NULL, TEST_NOW + 86400);
	vendor_trust(&s->h, &vendor, NULL);
	vendor_sign(&vendor, &w, &s->c.cert);
	vendor_release(&vendor);
}

static void poll_too_late(struct scene *s)
{
	wait_for_the_operator(s);
	poll(s);
	s->now = TEST_NOW + 7 * 86400;
}

static const struct {
	void (*make)(struct scene *s);
	const char *code;
	const char *says; /* in failInfoText, or in the log if it is private */
} rows[REFUSE_COUNT] = {
	[REFUSE_ALG] = { with_md5, "algorithm", "MD5" },
	[REFUSE_SIGNATURE] = { with_bad_signature, "signature", "signature" },
	[REFUSE_NO_NONCE] = { without_nonce, "no-nonce", "senderNonce" },
	[REFUSE_TYPE] = { with_update_req, "message-type", "18" },
	[REFUSE_NO_ENVELOPE] = { without_envelope, "no-envelope",
	    "no pkcsPKIEnvelope" },
	[REFUSE_RECIPIENT] = { for_somebody_else, "recipient",
	    "another recipient" },
	[REFUSE_TIME] = { an_hour_late, "time", "-3600 seconds" },
	[REFUSE_ENVELOPE] = { with_bad_proof, "envelope", "" },
	[REFUSE_RENEWAL_OFF] = { renew_unknown, "renewal-off", "not served" },
	[REFUSE_GETCERT_OFF] = { get_cert, "getcert-off", "not served" },
	[REFUSE_GETCRL_OFF] = { get_crl, "getcrl-off",
	    "http://h.example/pki/ca.crl" },
	[REFUSE_NO_REQUEST] = { poll, "no-request", "" },
	[REFUSE_NO_CERT] = { get_no_cert, "no-certificate", "" },
	[REFUSE_NO_CRL] = { get_no_crl, "no-crl", "" },
	[REFUSE_NO_CHALLENGE] = { without_challenge, "challenge-none", "" },
	[REFUSE_CHALLENGE_UNKNOWN] = { with_wrong_challenge,
	    "challenge-unknown", "" },
	[REFUSE_CHALLENGE_USED] = { use_up, "challenge-used",
	    "last used 0 seconds ago by the key " },
	[REFUSE_CHALLENGE_EXPIRED] = { after_an_hour, "challenge-expired",
	    "ended 0 seconds ago" },
	[REFUSE_CHALLENGE_REVOKED] = { revoke_challenge, "challenge-revoked",
	    "" },
	[REFUSE_CHALLENGE_NAME] = { for_another_name, "challenge-name",
	    "it is for CN=r1,O=Other" },
	[REFUSE_CHALLENGE_ENDPOINT] = { for_another_endpoint,
	    "challenge-endpoint", "it is for the endpoint old" },
	[REFUSE_CHALLENGE_TRANSACTION] = { for_another_transaction,
	    "challenge-transaction", "it is for the transaction t2" },
	[REFUSE_REVOKED] = { revoked_already, "revoked", "" },
	[REFUSE_SIGNER_UNKNOWN] = { renew_unknown, "signer-unknown", "" },
	[REFUSE_SIGNER_REVOKED] = { renew_revoked, "signer-revoked",
	    "reason 1, 0 seconds ago" },
	[REFUSE_SIGNER_EXPIRED] = { renew_too_late, "signer-expired",
	    "ended 86400 seconds ago" },
	[REFUSE_SIGNER_CA] = { sign_with_the_ca_key, "signer-ca", "" },
	[REFUSE_TRUST_NAME] = { as_another_device, "trust-name", "neither" },
	[REFUSE_RENEWAL_ENDPOINT] = { renew_elsewhere, "renewal-endpoint",
	    "it is of the endpoint default" },
	[REFUSE_RENEWAL_NAME] = { renew_another_name, "renewal-name", "" },
	[REFUSE_CSR_ALG] = { with_weak_csr, "csr-algorithm", "MD5" },
	[REFUSE_KEY_TYPE] = { with_ec_key, "key-type", "enveloped" },
	[REFUSE_KEY_SIZE] = { with_small_key, "key-size", "1024" },
	[REFUSE_KEY_WEAK] = { with_weak_key, "key-weak", "Fermat" },
	[REFUSE_SUBJECT] = { without_subject, "subject", "empty" },
	[REFUSE_SAN] = { with_sid, "alternative-name", "san_sid" },
	[REFUSE_EXTENSION] = { as_a_ca, "extension", "CA:TRUE" },
	[REFUSE_CA_KEY] = { with_the_ca_name, "ca-key", "CA's own" },
	[REFUSE_KEY_TAKEN] = { with_a_key_taken, "key-taken", "has it" },
	[REFUSE_RENEWAL_EARLY] = { renew, "renewal-early", "in " },
	[REFUSE_RENEWAL_KEY] = { renew, "renewal-key", "new key" },
	[REFUSE_DUPLICATE] = { with_a_name_taken, "duplicate", "valid" },
	[REFUSE_PROGRAM] = { ask_a_program, "program", "not authorised" },
	[REFUSE_QUEUE] = { when_the_queue_is_full, "queue-full",
	    "pending_max" },
	[REFUSE_REJECTED] = { poll_a_rejected_one, "rejected", "not this one" },
	[REFUSE_EXPIRED] = { poll_too_late, "request-expired", "in time" },
};

/* What the row needs in [endpoint default], and further on in ca.conf. */
static const char *const confs[REFUSE_COUNT] = {
	[REFUSE_RENEWAL_OFF] = "renewal = no\n",
	[REFUSE_GETCERT_OFF] = "getcert = no\n",
	[REFUSE_GETCRL_OFF] = "getcrl = cdp\n[ca]\nurl = http://h.example/\n",
	[REFUSE_NO_CHALLENGE] = "unauthorised = refuse\n",
	[REFUSE_CHALLENGE_ENDPOINT] = "[endpoint old]\n",
	[REFUSE_RENEWAL_ENDPOINT] = "[endpoint old]\n",
	[REFUSE_RENEWAL_EARLY] = "renewal_from = 50%\n",
	[REFUSE_RENEWAL_KEY] = "renewal_key = new\n",
	[REFUSE_DUPLICATE] = "[profile default]\nduplicate = refuse\n",
	[REFUSE_PROGRAM] = "authorise = /usr/bin/false\n",
	[REFUSE_TRUST_NAME] = "trust = vendor\n[trust vendor]\n"
			      "certs = certs/vendor.pem\ntie = serialNumber\n",
	[REFUSE_QUEUE] = "[ca]\npending_max = 1\n",
};

TEST_ROWS(refusal, each, rows)
{
	const enum refusal want = (enum refusal)i;
	const struct refusal_entry *entry = refusal_entry(want);
	struct scene s = { .now = TEST_NOW };
	struct buf msg = { 0 };
	char conf[256];
	struct result r;
	size_t before;

	if (want == REFUSE_NONE)
		return;
	cr_assert_not_null(
	    rows[i].make, "no test reaches refusal %zu, '%s'", i, entry->code);
	snprintf(conf, sizeof(conf), "[endpoint default]\ntime_window = 5m\n%s",
	    confs[i] != NULL ? confs[i] : "");
	ca_home_make(&s.h, CA_RSA, conf);
	client_make(&s.c, "dev1", "rsa:2048", NAME);
	ca_home_challenge(&s.h, NULL, s.challenge);
	s.q.challenge = s.challenge;
	rows[i].make(&s);
	before = ca_home_certs(&s.h);
	if (s.now != TEST_NOW)
		s.q.signing_time = s.now;

	client_ask(&s.c, &s.h, &s.q, &msg);
	client_send(&s.c, &s.h, &s.q, buf_span(&msg), s.now, &r);
	cr_expect_eq(r.ev.refusal, want, "got '%s' (%s), want '%s'",
	    refusal_entry(r.ev.refusal)->code, r.ev.detail, entry->code);
	cr_expect_str_eq(entry->code, rows[i].code);
	if (refusal_is_private(want)) { /* R108, R151 */
		cr_expect_str_eq(result_text(&r), entry->text);
		cr_expect_not_null(
		    strstr(r.ev.detail, rows[i].says), "'%s'", r.ev.detail);
	} else {
		cr_expect_not_null(strstr(result_text(&r), rows[i].says),
		    "'%s'", result_text(&r));
	}
	cr_expect_eq(ca_home_certs(&s.h), before); /* R002 */

	result_release(&r);
	buf_release(&msg);
	buf_release(&s.bytes);
	client_release(&s.c);
	ca_home_drop(&s.h);
}

/* Whoever holds a key of the CA gets no device's certificate for it. */
Test(refusal, keys_of_the_ca)
{
	static const char *const keys[] = { "ca", "ra-sign", "ra-enc" };
	char challenge[CHALLENGE_TEXT_SIZE + 1];
	struct ca_home h;
	struct client c;
	struct result r;

	ca_home_make(&h, CA_RSA_RA, "");
	ca_home_challenge(&h, NULL, challenge);
	for (size_t i = 0; i < COUNT(keys); i++) {
		client_make(&c, keys[i], "rsa:2048", NAME);
		client_enrol(
		    &c, &h, &(struct ask){ .challenge = challenge }, &r);
		cr_expect_eq(r.ev.refusal, REFUSE_SIGNER_CA, "%s", keys[i]);
		result_release(&r);
		client_release(&c);
	}
	ca_home_drop(&h);
}

/*
 * RFC 5280, 7.1: nor one for a name that readers take for the CA's or its RA's,
 * in other string types and in other cases.
 */
Test(refusal, names_of_the_ca)
{
	char challenge[CHALLENGE_TEXT_SIZE + 1];
	struct buf name = { 0 }, upper = { 0 };
	struct span views[3], as_utf8;
	struct ca_home h;
	struct client c;
	struct result r;

	ca_home_make(&h, CA_RSA_RA, "");
	ca_home_challenge(&h, NULL, challenge);
	client_make(&c, "device", "rsa:2048", NAME);
	ok(ca_certs(h.ca, e));
	views[0] = h.ca->ca_cert.subject;
	views[1] = h.ca->sign_cert.subject;
	views[2] = h.ca->enc_cert.subject;
	for (size_t i = 0; i < COUNT(views); i++) {
		buf_cut(&name, 0);
		buf_cut(&upper, 0);
		ok(buf_put(&name, views[i], e));
		/* PrintableString to UTF8String: the same characters */
		for (size_t k = 0; k + 1 < name.n; k++)
			if (name.p[k] == DER_PRINTABLE && name.p[k - 2] <= 4)
				name.p[k] = DER_UTF8;
		as_utf8 = buf_span(&name);
		client_enrol(&c, &h,
		    &(struct ask){ .challenge = challenge, .subject = as_utf8 },
		    &r);
		cr_expect_eq(r.ev.refusal, REFUSE_CA_KEY, "%zu, UTF8", i);
		result_release(&r);
	}
	ok(name_parse("cn=TEST ca,o=tEST", &upper, e));
	client_enrol(&c, &h,
	    &(struct ask){
		.challenge = challenge, .subject = buf_span(&upper) },
	    &r);
	cr_expect_eq(r.ev.refusal, REFUSE_CA_KEY, "other case");
	result_release(&r);
	/* to openssl this has the hash of the CA's name (RFC 5280, 7.1) */
	buf_cut(&upper, 0);
	ok(name_parse("CN=\\ Test  CA,O=Test\\ ", &upper, e));
	client_enrol(&c, &h,
	    &(struct ask){
		.challenge = challenge, .subject = buf_span(&upper) },
	    &r);
	cr_expect_eq(r.ev.refusal, REFUSE_CA_KEY, "blanks");
	result_release(&r);
	buf_release(&name);
	buf_release(&upper);
	client_release(&c);
	ca_home_drop(&h);
}

/* T-20: with a challenge for one name no other name comes in as a SAN */
Test(refusal, names_beside_the_bound_one)
{
	static const struct {
		struct span san;
		enum refusal why;
	} sans[] = {
		{ BYTES("\x30\x07\x82\x05"
			"admin"),
		    REFUSE_SAN },
		{ BYTES("\x30\x04\x82\x02r1"), REFUSE_NONE },
	};
	const struct challenge_spec spec = { .uses = 1, .for_name = NAME };
	struct scene s = { .now = TEST_NOW };
	struct result r;

	ca_home_make(&s.h, CA_RSA, "");
	client_make(&s.c, "dev1", "rsa:2048", NAME);
	ca_home_challenge(&s.h, &spec, s.challenge);
	s.q.challenge = s.challenge;
	for (size_t i = 0; i < COUNT(sans); i++) {
		buf_release(&s.bytes);
		put_extension(&s, "2.5.29.17", sans[i].san);
		client_enrol(&s.c, &s.h, &s.q, &r);
		cr_expect_eq(r.ev.refusal, sans[i].why, "%zu: %s", i,
		    refusal_entry(r.ev.refusal)->code);
		result_release(&r);
	}
	buf_release(&s.bytes);
	client_release(&s.c);
	ca_home_drop(&s.h);
}

/* The table itself: each code once, each with a text and a remedy. */
Test(refusal, table)
{
	for (int i = REFUSE_NONE + 1; i < REFUSE_COUNT; i++) {
		const struct refusal_entry *a = refusal_entry((enum refusal)i);

		cr_assert_not_null(a->code, "%d", i);
		cr_expect_gt(strlen(a->text), 5, "%s", a->code);
		cr_expect_gt(strlen(a->remedy), 10, "%s", a->code);
		for (int j = 0; j < i; j++)
			cr_expect_str_neq(
			    a->code, refusal_entry((enum refusal)j)->code);
	}
	cr_expect_str_eq(refusal_entry((enum refusal)(-1))->code, "none");
	cr_expect_str_eq(refusal_entry(REFUSE_COUNT)->code, "none");
}

/* R095: gate 7 says the same of every challenge, gate 6 of every envelope */
Test(refusal, private_ones)
{
	for (int i = REFUSE_NO_CHALLENGE; i <= REFUSE_RENEWAL_NAME; i++) {
		cr_expect(refusal_is_private((enum refusal)i));
		cr_expect_str_eq(
		    refusal_entry((enum refusal)i)->text, "not authorised");
		cr_expect_eq(
		    refusal_entry((enum refusal)i)->fail, SCEP_BAD_REQUEST);
	}
	for (int i = REFUSE_NO_REQUEST; i <= REFUSE_NO_CRL; i++) {
		cr_expect(refusal_is_private((enum refusal)i));
		cr_expect_eq(
		    refusal_entry((enum refusal)i)->fail, SCEP_BAD_CERT_ID);
	}
	cr_expect(refusal_is_private(REFUSE_ENVELOPE));
	cr_expect(!refusal_is_private(REFUSE_KEY_SIZE));
}
