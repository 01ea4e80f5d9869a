/*
 * Renewal: who signs decides, not the type of the message (field-notes.md,
 * decision 6; RFC 8894, 2.5).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"
#include "store_revoke.h"

enum { DAY = 86400, LIFE = 365 * DAY };

/* begin, and the device has a certificate for `san` (or none) */
static void begin_enrolled(const char *conf, struct span san)
{
	struct buf extensions = { 0 };
	struct result r;

	begin(CA_RSA, conf);
	if (san.n > 0)
		ok(extension_put(&extensions, "2.5.29.17", false, san, e));
	client_enrol(&c, &h,
	    &(struct ask){ .challenge = challenge,
		.trans_id = "first",
		.extensions = buf_span(&extensions) },
	    &r);
	granted(&r);
	client_adopt(&c, NULL, buf_span(&r.cert));
	result_release(&r);
	buf_release(&extensions);
}

static struct serial serial_of(struct span der)
{
	struct serial s = { 0 };
	struct cert_view v;

	ok(cert_parse(der, &v, e));
	s.n = (uint8_t)v.serial.n;
	memcpy(s.b, v.serial.p, v.serial.n);
	return s;
}

static void find_old(struct stored_cert *old)
{
	struct serial serial = serial_of(buf_span(&c.cert));

	ok(store_cert_find(h.ca->store, &serial, old, e));
}

static void revoke_old(enum crl_reason reason)
{
	struct serial serial = serial_of(buf_span(&c.cert));
	enum revoke_outcome outcome;
	struct stored_cert old;

	ok(store_revoke(
	    h.ca->store, &serial, reason, TEST_NOW, NULL, &outcome, &old, e));
	cr_assert_eq(outcome, REVOKE_DONE);
	stored_cert_release(&old);
}

/* send_at - as client_enrol, at another time */
static void send_at(const struct ask *q, int64_t now, struct result *r)
{
	struct buf msg = { 0 };

	client_ask(&c, &h, q, &msg);
	client_send(&c, &h, q, buf_span(&msg), now, r);
	buf_release(&msg);
}

static const int types[] = { SCEP_RENEWALREQ, SCEP_PKCSREQ };

/*
 * R115, R121, R122, R124, R125, R127, R129; field note F3: either type, no
 * challenge, a new key, and the answer goes to the old one.
 */
TEST_ROWS(renewal, grants, types)
{
	struct privkey *key = test_key("renewed", "rsa:2048");
	struct cert_view old, new;
	struct stored_cert record;
	struct serial serial;
	struct scep_msg m;
	struct result r;

	begin_enrolled("", (struct span){ NULL, 0 });
	send_at(
	    &(struct ask){
		.type = types[i], .trans_id = "second", .csr_key = key },
	    TEST_NOW + 1000, &r);
	granted(&r);
	ok(cert_parse(buf_span(&c.cert), &old, e));
	ok(cert_parse(buf_span(&r.cert), &new, e));
	cr_expect(!span_eq(new.serial, old.serial));
	cr_expect(span_eq(new.subject, old.subject));
	cr_expect(!span_eq(new.spki, old.spki));
	cr_expect_eq(new.not_after, TEST_NOW + 1000 + LIFE);
	cr_expect_leq(new.not_before, TEST_NOW + 1000);
	open_reply(&r, &m);
	cr_expect_not_null(cms_enveloped_pick(&m.env, &old));
	cr_expect_null(cms_enveloped_pick(&m.env, &new));
	scep_msg_release(&m);

	serial = serial_of(buf_span(&r.cert));
	ok(store_cert_find(h.ca->store, &serial, &record, e));
	cr_expect(span_eq(
	    (struct span){ record.renews.b, record.renews.n }, old.serial));
	cr_expect_str_eq(record.challenge_id, "");
	stored_cert_release(&record);
	find_old(&record);
	cr_expect_eq(record.state, CERT_VALID); /* R132: never, by default */
	stored_cert_release(&record);

	/* the new one renews, too, and the next process knows it */
	client_adopt(&c, key, buf_span(&r.cert));
	result_release(&r);
	ca_home_open(&h, NULL);
	send_at(&(struct ask){ .type = types[i], .trans_id = "third" },
	    TEST_NOW + 2000, &r);
	granted(&r);
	result_release(&r);
	end();
}

/* R117: the challenge of the enrolment, which is spent, is ignored */
Test(renewal, with_a_spent_challenge)
{
	struct result r;

	begin_enrolled("", (struct span){ NULL, 0 });
	send_at(
	    &(struct ask){ .type = 17, .challenge = challenge }, TEST_NOW, &r);
	granted(&r);
	result_release(&r);
	end();
}

/*
 * Field note F2: the same key and transactionID as the finished transaction.
 * Sent once more, the renewal in its turn is answered as recorded.
 */
Test(renewal, with_the_id_of_the_enrolment)
{
	const struct ask q = { .trans_id = "first" };
	struct result first, again;

	begin_enrolled("", (struct span){ NULL, 0 });
	send_at(&q, TEST_NOW + 60, &first);
	granted(&first);
	cr_expect(!first.ev.repeated);
	cr_expect(!span_eq(buf_span(&first.cert), buf_span(&c.cert)));
	send_at(&q, TEST_NOW + 120, &again);
	granted(&again);
	cr_expect(again.ev.repeated);
	cr_expect(span_eq(buf_span(&first.cert), buf_span(&again.cert)));
	cr_expect_eq(ca_home_certs(&h), 2);
	result_release(&first);
	result_release(&again);
	end();
}

static const struct {
	const char *conf; /* of [endpoint default] */
	int64_t at;	  /* after the enrolment */
	bool old_key;
	enum refusal why;
} rules[] = {
	/* R126; the life begins ten minutes before the enrolment */
	{ "renewal_from = 50%\n", LIFE / 100 * 49, false,
	    REFUSE_RENEWAL_EARLY },
	{ "renewal_from = 50%\n", LIFE / 100 * 51, false, REFUSE_NONE },
	{ "renewal_from = 50%\n", LIFE / 100 * 75, false, REFUSE_NONE },
	{ "", 1, false, REFUSE_NONE },
	/* R124 */
	{ "renewal_key = new\n", 1, true, REFUSE_RENEWAL_KEY },
	{ "renewal_key = new\n", 1, false, REFUSE_NONE },
	{ "renewal_key = any\n", 1, true, REFUSE_NONE },
	/* R130: the last second, the one after, and a grace */
	{ "", LIFE, false, REFUSE_NONE },
	{ "", LIFE + 1, false, REFUSE_SIGNER_EXPIRED },
	{ "renewal_grace = 1d\n", LIFE + DAY, false, REFUSE_NONE },
	{ "renewal_grace = 1d\n", LIFE + DAY + 1, false,
	    REFUSE_SIGNER_EXPIRED },
	{ "", -700, false, REFUSE_SIGNER_EXPIRED }, /* not valid yet */
	{ "renewal = no\n", 1, false, REFUSE_RENEWAL_OFF },
};

TEST_ROWS(renewal, by_rule, rules)
{
	struct privkey *key = test_key("renewed", "rsa:2048");
	char conf[128];
	struct result r;

	snprintf(conf, sizeof(conf), "[endpoint default]\n%s", rules[i].conf);
	begin_enrolled(conf, (struct span){ NULL, 0 });
	for (size_t t = 0; t < COUNT(types); t++) {
		send_at(&(struct ask){ .type = types[t],
			    .trans_id = "second",
			    .csr_key = rules[i].old_key ? NULL : key },
		    TEST_NOW + rules[i].at, &r);
		cr_expect_eq(r.ev.refusal, rules[i].why, "row %zu, %d: %s", i,
		    types[t], refusal_entry(r.ev.refusal)->code);
		result_release(&r);
	}
	privkey_free(key);
	end();
}

/* R130: revoked is for ever, held until the hold ends */
Test(renewal, of_a_revoked_one)
{
	struct result r;

	begin_enrolled("[endpoint default]\nrenewal_grace = 30d\n",
	    (struct span){ NULL, 0 });
	revoke_old(REASON_CERTIFICATE_HOLD);
	send_at(&(struct ask){ .type = 17 }, TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_SIGNER_REVOKED);
	result_release(&r);
	revoke_old(REASON_REMOVE_FROM_CRL);
	send_at(&(struct ask){ .type = 17 }, TEST_NOW, &r);
	granted(&r);
	result_release(&r);
	revoke_old(REASON_KEY_COMPROMISE);
	for (size_t t = 0; t < COUNT(types); t++) {
		send_at(&(struct ask){ .type = types[t],
			    .trans_id = "t2",
			    .challenge = challenge },
		    TEST_NOW, &r);
		cr_expect_eq(r.ev.refusal, REFUSE_SIGNER_REVOKED);
		result_release(&r);
	}
	end();
}

/* R116: both are needed, and the challenge is consumed */
Test(renewal, with_a_challenge_as_well)
{
	char fresh[CHALLENGE_TEXT_SIZE + 1];
	struct result r;

	begin_enrolled("[endpoint default]\nrenewal = challenge\n",
	    (struct span){ NULL, 0 });
	send_at(&(struct ask){ .type = 17 }, TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_CHALLENGE);
	result_release(&r);
	send_at(
	    &(struct ask){ .type = 17, .challenge = challenge }, TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_CHALLENGE_USED);
	result_release(&r);
	ca_home_challenge(&h, NULL, fresh);
	send_at(&(struct ask){ .type = 17, .challenge = fresh }, TEST_NOW, &r);
	granted(&r);
	result_release(&r);
	send_at(
	    &(struct ask){
		.type = 17, .challenge = fresh, .trans_id = "another" },
	    TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_CHALLENGE_USED);
	result_release(&r);
	end();
}

/* GeneralNames: dNSName a, dNSName b */
#define SAN_A              \
	"\x30\x03\x82\x01" \
	"a"
#define SAN_B              \
	"\x30\x03\x82\x01" \
	"b"
#define SAN_AB             \
	"\x30\x06\x82\x01" \
	"a"                \
	"\x82\x01"         \
	"b"

static const struct {
	struct span had, asked;
	const char *name; /* NULL: the old one */
	enum refusal why;
	struct span got;
} names[] = {
	{ BYTES(SAN_AB), BYTES(SAN_AB), NULL, REFUSE_NONE, BYTES(SAN_AB) },
	{ BYTES(SAN_AB), { NULL, 0 }, NULL, REFUSE_NONE, BYTES(SAN_AB) },
	{ BYTES(SAN_AB), BYTES(SAN_B), NULL, REFUSE_NONE, BYTES(SAN_B) },
	{ BYTES(SAN_A), BYTES(SAN_AB), NULL, REFUSE_RENEWAL_NAME, { NULL, 0 } },
	{ BYTES(SAN_A), BYTES(SAN_B), NULL, REFUSE_RENEWAL_NAME, { NULL, 0 } },
	{ { NULL, 0 }, BYTES(SAN_A), NULL, REFUSE_RENEWAL_NAME, { NULL, 0 } },
	{ { NULL, 0 }, { NULL, 0 }, "CN=admin", REFUSE_RENEWAL_NAME,
	    { NULL, 0 } },
	{ { NULL, 0 }, { NULL, 0 }, "CN=r1.example.com,O=Test,O=Test",
	    REFUSE_RENEWAL_NAME, { NULL, 0 } },
	{ { NULL, 0 }, { NULL, 0 }, "CN=R1.Example.com,O=TEST", REFUSE_NONE,
	    { NULL, 0 } },
};

/* R131, T-21: the old names, some of them, or the old ones by default */
TEST_ROWS(renewal, names, names)
{
	struct buf extensions = { 0 }, name = { 0 };
	struct ask q = { .type = 17 };
	struct span san = { NULL, 0 };
	struct cert_view v;
	struct err none;
	struct result r;

	begin_enrolled("", names[i].had);
	if (names[i].asked.n > 0)
		ok(extension_put(
		    &extensions, "2.5.29.17", false, names[i].asked, e));
	if (names[i].name != NULL)
		ok(name_parse(names[i].name, &name, e));
	q.extensions = buf_span(&extensions);
	q.subject = buf_span(&name);
	send_at(&q, TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, names[i].why, "row %zu: %s", i,
	    refusal_entry(r.ev.refusal)->code);
	if (r.answer.status == SCEP_SUCCESS) {
		ok(cert_parse(buf_span(&r.cert), &v, e));
		(void)cert_extension(
		    v.extensions, "2.5.29.17", &san, NULL, &none);
		cr_expect(span_eq(san, names[i].got), "row %zu", i);
	}
	result_release(&r);
	buf_release(&name);
	buf_release(&extensions);
	end();
}

/* R093, T-22: the new key has signed the CSR, or nothing is certified */
Test(renewal, without_proof)
{
	struct privkey *key = test_key("renewed", "rsa:2048");
	struct result r;

	begin_enrolled("", (struct span){ NULL, 0 });
	send_at(
	    &(struct ask){
		.type = 17, .csr_key = key, .bad_csr_signature = true },
	    TEST_NOW, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_ENVELOPE);
	result_release(&r);
	privkey_free(key);
	end();
}

/* R132: at once, in the commit of the new one; the lost answer is found */
Test(renewal, supersedes)
{
	const struct ask q = { .type = 17 };
	struct stored_cert old;
	struct result r, again;

	begin_enrolled(
	    "[profile default]\nsupersede = 0\n", (struct span){ NULL, 0 });
	send_at(&q, TEST_NOW + 5, &r);
	granted(&r);
	find_old(&old);
	cr_expect_eq(old.state, CERT_REVOKED);
	cr_expect_eq(old.reason, REASON_SUPERSEDED);
	cr_expect_eq(old.revoked_at, TEST_NOW + 5);
	stored_cert_release(&old);
	send_at(&q, TEST_NOW + 6, &again);
	granted(&again);
	cr_expect(again.ev.repeated);
	result_release(&again);
	result_release(&r);
	send_at(
	    &(struct ask){ .type = 17, .trans_id = "t3" }, TEST_NOW + 7, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_SIGNER_REVOKED);
	result_release(&r);
	end();
}

/* T-25: a renewal is no duplicate of the certificate that it replaces */
Test(renewal, is_no_duplicate)
{
	struct result r;

	begin_enrolled("[profile default]\nduplicate = refuse\n",
	    (struct span){ NULL, 0 });
	send_at(&(struct ask){ .type = 17 }, TEST_NOW, &r);
	granted(&r);
	result_release(&r);
	end();
}
