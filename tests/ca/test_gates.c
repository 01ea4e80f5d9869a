/* The gates of pki_operation: what is refused where, and nothing happens. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "scene.h"

/*
 * T-03: somebody wraps a captured envelope in a signature of his own.  One
 * constant answer, no word of the victim's name, and the challenge stays good.
 */
Test(gates, rewrapped_envelope)
{
	struct client thief;
	struct ask q = { .challenge = challenge };
	struct result r, broken;
	struct buf captured = { 0 };

	begin(CA_RSA, "");
	client_make(&thief, "dev2", "rsa:2048", "CN=thief");
	client_envelope(&c, &h, &q, &captured);

	q.envelope = buf_span(&captured);
	client_enrol(&thief, &h, &q, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_ENVELOPE);
	cr_expect_eq(r.ev.subject.n, 0);
	cr_expect_str_eq(r.ev.detail, "");
	cr_expect_str_eq(r.ev.challenge_id, "");

	/* T-02: a broken ciphertext gets the very same words */
	captured.p[captured.n - 1] ^= 1;
	client_enrol(&thief, &h, &q, &broken);
	cr_expect_eq(broken.ev.refusal, REFUSE_ENVELOPE);
	cr_expect_eq(broken.answer.fail, r.answer.fail);
	cr_expect(span_eq(
	    buf_span(&broken.answer.fail_text), buf_span(&r.answer.fail_text)));
	cr_expect_eq(broken.reply.n, r.reply.n);
	result_release(&r);
	result_release(&broken);
	cr_expect_eq(ca_home_certs(&h), 0);

	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	granted(&r);
	result_release(&r);
	buf_release(&captured);
	client_release(&thief);
	end();
}

/*
 * Gate 6: each way to fail it, and one text for all (R093, R096, R151).  R051, R083:
 * what is in the envelope fits the messageType.  R102: another key than that of
 * the self-signed certificate.
 */
static const struct {
	const char *what;
	struct ask q;
} unreadable[] = {
	{ "no CSR", { .content = BYTES("hello") } },
	{ "empty SEQUENCE", { .content = BYTES("\x30\x00") } },
	{ "IssuerAndSerial",
	    { .content = BYTES("\x30\x05\x30\x00\x02\x01\x07") } },
	{ "CSR signature", { .bad_csr_signature = true } },
};

Test(gates, gate_6_has_one_answer)
{
	struct client other;
	struct result r, first = { .reply.n = 0 };
	struct ask q;

	begin(CA_RSA, "");
	client_make(&other, "dev2", "rsa:2048", NAME);
	for (size_t i = 0; i <= COUNT(unreadable); i++) {
		q = i < COUNT(unreadable)
		    ? unreadable[i].q
		    : (struct ask){ .csr_key = other.key };
		q.challenge = challenge;
		client_enrol(&c, &h, &q, &r);
		cr_expect_eq(r.ev.refusal, REFUSE_ENVELOPE, "row %zu", i);
		cr_expect_eq(r.answer.fail, SCEP_BAD_REQUEST);
		cr_expect_str_eq(r.ev.detail, "");
		cr_expect_str_eq(
		    result_text(&r), refusal_entry(REFUSE_ENVELOPE)->text);
		if (i == 0) {
			first = r;
			continue;
		}
		cr_expect_eq(r.reply.n, first.reply.n, "row %zu", i);
		result_release(&r);
	}
	result_release(&first);
	cr_expect_eq(ca_home_certs(&h), 0);
	client_release(&other);
	end();
}

/* T-11, R065, CVE-2026-30836: other messageTypes end before the envelope */
Test(gates, message_types, .timeout = 60)
{
	static const char *const odd[] = { "019", " 19", "19 ", "+19", "",
		"0x13", "nineteen", "-1", "4294967315" };
	char text[8];
	struct result r;

	begin(CA_RSA, "");
	for (int type = 0; type <= 255; type++) {
		snprintf(text, sizeof(text), "%d", type);
		if (type == SCEP_PKCSREQ || type == SCEP_RENEWALREQ ||
		    type == SCEP_CERTPOLL || type == SCEP_GETCERT ||
		    type == SCEP_GETCRL)
			continue;
		client_enrol(&c, &h,
		    &(struct ask){ .type_text = text, .challenge = challenge },
		    &r);
		cr_expect_eq(r.ev.refusal, REFUSE_TYPE, "type %d", type);
		cr_expect_eq(r.answer.fail, SCEP_BAD_REQUEST, "type %d", type);
		result_release(&r);
	}
	for (size_t i = 0; i < COUNT(odd); i++) {
		client_enrol(&c, &h,
		    &(struct ask){
			.type_text = odd[i], .challenge = challenge },
		    &r);
		cr_expect_eq(r.ev.refusal, REFUSE_TYPE, "type '%s'", odd[i]);
		result_release(&r);
	}
	cr_expect_eq(ca_home_certs(&h), 0);
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	granted(&r); /* and nothing was consumed */
	result_release(&r);
	end();
}

/*
 * R032, R077, R078, R079, R080, R081, field notes C18, E7: what is taken, and
 * what the answer then uses.
 */
static const struct {
	const char *conf, *digest, *cipher;
	bool served;
	const char *answer_digest;
} algorithms[] = {
	{ "", "SHA-256", "AES-128-CBC", true, "SHA-256" },
	{ "", "SHA-384", "AES-192-CBC", true, "SHA-384" },
	{ "", "SHA-512", "AES-256-CBC", true, "SHA-512" },
	{ "", "SHA-1", "DES-EDE3-CBC", true, "SHA-1" },
	{ "", "SHA-256", "DES-CBC", false, "SHA-256" },
	{ "", "MD5", "AES-128-CBC", false, "SHA-256" },
	{ "[endpoint default]\nlegacy = no\n", "SHA-1", "AES-128-CBC", false,
	    "SHA-256" },
	{ "[endpoint default]\nlegacy = no\n", "SHA-256", "DES-EDE3-CBC", false,
	    "SHA-256" },
	{ "[endpoint default]\nlegacy = no\n", "SHA-256", "AES-256-CBC", true,
	    "SHA-256" },
	{ "[endpoint default]\nobsolete = yes\n", "MD5", "DES-CBC", true,
	    "MD5" },
};

TEST_ROWS(gates, algorithms, algorithms)
{
	struct ask q = { .digest = algorithms[i].digest,
		.cipher = algorithms[i].cipher,
		.challenge = challenge };
	struct result r;
	struct scep_msg m;

	begin(CA_RSA, algorithms[i].conf);
	client_enrol(&c, &h, &q, &r);
	open_reply(&r, &m);
	cr_expect_str_eq(m.digest->name, algorithms[i].answer_digest);
	cr_expect_eq(r.ev.refusal,
	    algorithms[i].served ? REFUSE_NONE : REFUSE_ALG, "%s", r.ev.detail);
	if (algorithms[i].served) {
		cr_expect_str_eq(m.cipher->name, algorithms[i].cipher);
		/* T-09: whatever the message, the certificate has SHA-256 */
		cr_expect_not_null(memmem(r.cert.p, r.cert.n,
		    "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b", 9));
	} else {
		cr_expect_eq(r.answer.fail, SCEP_BAD_ALG);
		cr_expect_not_null(
		    strstr(result_text(&r),
			strcmp(q.cipher, "AES-128-CBC") == 0 ? q.digest
							     : q.cipher),
		    "%s", result_text(&r));
	}
	scep_msg_release(&m);
	result_release(&r);
	end();
}

/* R084: another key transport is refused by name, before a key is used */
Test(gates, key_transport)
{
	struct result r;

	begin(CA_RSA_RA, "");
	client_enrol(
	    &c, &h, &(struct ask){ .oaep = true, .challenge = challenge }, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_ALG);
	cr_expect_not_null(
	    strstr(result_text(&r), "OAEP"), "%s", result_text(&r));
	cr_expect_null(h.ca->enc_key);
	result_release(&r);
	end();
}

/* R162: not a pkiMessage, so no signed answer; and no key was loaded for it */
Test(gates, garbage)
{
	static const struct span rows[] = { { NULL, 0 }, BYTES("hello"),
		BYTES("\x30\x80"), BYTES("\x30\x00") };
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct pki_event ev;
	struct buf reply = { 0 }, msg = { 0 };
	struct err bad;

	begin(CA_RSA, "");
	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_expect_eq(
		    pki_operation(h.ca, &f, rows[i], &reply, &ev, &bad), -1);
		cr_expect_eq(bad.kind, ERR_INPUT, "%s", bad.text);
		cr_expect(!ev.answered);
		cr_expect_eq(reply.n, 0);
		pki_event_release(&ev);
	}
	cr_expect_null(h.ca->sign_key);
	/* R019: cut at every length */
	client_ask(&c, &h, &(struct ask){ .challenge = challenge }, &msg);
	for (size_t n = 0; n < msg.n; n++) {
		cr_expect_eq(pki_operation(h.ca, &f, (struct span){ msg.p, n },
				 &reply, &ev, &bad),
		    -1, "%zu of %zu", n, msg.n);
		cr_expect_eq(bad.kind, ERR_INPUT, "%s", bad.text);
		pki_event_release(&ev);
	}
	cr_expect_eq(ca_home_certs(&h), 0);
	buf_release(&msg);
	end();
}

/* T-46, R007: a wrong mode stops everything, and the text has the remedy */
Test(gates, wrong_modes)
{
	static const struct {
		const char *name, *remedy;
		mode_t mode;
	} rows[] = {
		{ HOME_CA_KEY, "chmod 0400", 0440 },
		{ HOME_CA_KEY, "chmod 0400", 0604 },
		{ HOME_KEYS, "chmod 0700", 0750 },
		{ HOME_STORE, "chmod 0700", 0755 },
		{ HOME_CHALLENGE_SECRET, "chmod 0400", 0444 },
	};
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct pki_event ev;
	struct buf reply = { 0 }, msg = { 0 };
	struct stat st;
	struct err bad;

	begin(CA_RSA, "");
	client_ask(&c, &h, &(struct ask){ .challenge = challenge }, &msg);
	for (size_t i = 0; i < COUNT(rows); i++) {
		const char *path = ca_home_path(&h, rows[i].name);

		ca_home_open(&h, NULL);
		cr_assert_eq(stat(path, &st), 0);
		cr_assert_eq(chmod(path, rows[i].mode), 0);
		cr_expect_eq(
		    pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, &bad),
		    -1, "%s", rows[i].name);
		cr_expect_eq(bad.kind, ERR_PERM, "%s", bad.text);
		cr_expect_not_null(
		    strstr(bad.text, rows[i].remedy), "%s", bad.text);
		cr_expect_not_null(
		    strstr(bad.text, rows[i].name), "%s", bad.text);
		cr_expect(!ev.answered);
		pki_event_release(&ev);
		cr_assert_eq(chmod(path, st.st_mode & 07777), 0);
	}
	cr_expect_eq(ca_home_certs(&h), 0);
	buf_release(&msg);
	end();
}

/* T-36: a clock outside the CA's own life; the challenge stays good */
Test(gates, clock_outside_the_ca)
{
	static const int64_t times[] = { TEST_NOW - 86400,
		TEST_NOW + INT64_C(3651) * 86400 };
	const struct ask q = { .challenge = challenge };
	struct buf reply = { 0 }, msg = { 0 };
	struct pki_event ev;
	struct result r;
	struct err bad;

	begin(CA_RSA, "");
	client_ask(&c, &h, &q, &msg);
	for (size_t i = 0; i < COUNT(times); i++) {
		const struct pki_facts f = { .now = times[i], .remote = "" };

		cr_expect_eq(
		    pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, &bad),
		    -1);
		cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);
		pki_event_release(&ev);
	}
	cr_expect_eq(ca_home_certs(&h), 0);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &r);
	granted(&r);
	result_release(&r);
	buf_release(&msg);
	end();
}

/* R086: a challenge that came in the clear is burnt, a static one is not */
Test(gates, request_in_the_clear)
{
	struct stored_challenge record;
	struct result r;

	begin(CA_RSA, "");
	ok(challenge_static(
	    h.ca, SPAN_LIT("the static one"), TEST_NOW, &record, e));
	client_enrol(&c, &h,
	    &(struct ask){ .no_envelope = true, .challenge = challenge }, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_ENVELOPE);
	cr_expect_str_neq(r.ev.challenge_id, "");
	cr_expect_not_null(strstr(r.ev.detail, "revoked"), "%s", r.ev.detail);
	cr_expect_str_eq(/* what it was worth is not the sender's business */
	    result_text(&r), refusal_entry(REFUSE_NO_ENVELOPE)->text);
	result_release(&r);
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_CHALLENGE_REVOKED);
	result_release(&r);

	client_enrol(&c, &h,
	    &(struct ask){ .no_envelope = true, .challenge = "the static one" },
	    &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_ENVELOPE);
	result_release(&r);
	client_enrol(
	    &c, &h, &(struct ask){ .challenge = "the static one" }, &r);
	granted(&r);
	result_release(&r);
	end();
}
