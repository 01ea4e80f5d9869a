/* pki_operation: what devices see, and what is recorded of it. */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"
#include "store_request.h"

static const enum ca_kind kinds[] = { CA_RSA, CA_RSA_RA, CA_EC_RA };

ParameterizedTestParameters(pki, enrols)
{
	static size_t idx[] = { 0, 1, 2 };

	return cr_make_param_array(size_t, idx, COUNT(idx));
}

/* R003, R040, R068, R071, R088, R105, R149, R155, R158, R159 */
ParameterizedTest(size_t *i, pki, enrols)
{
	struct result r;
	struct scep_msg m;
	struct cert_view v;
	uint8_t key_hash[32];
	struct stored_cert stored;

	begin(kinds[*i], "");
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	granted(&r);
	ok(cert_parse(buf_span(&r.cert), &v, e));
	cr_expect(span_eq(v.subject, buf_span(&c.name)));
	cr_expect(span_eq(v.issuer, h.ca->ca_cert.subject));
	ok(scep_cert_issued_by(buf_span(&r.cert), h.ca->ca_cert.der, e));

	open_reply(&r, &m);
	cr_expect_eq(m.cms.n_certs, 1);
	cr_expect(span_eq(m.cms.certs[0], h.ca->sign_cert.der));
	cr_expect_eq(m.attrs.sender_nonce.n, SCEP_NONCE_SIZE); /* R072 */
	cr_expect(m.attrs.has_signing_time); /* field-notes.md, decision 8 */
	cr_expect_eq(m.attrs.signing_time, TEST_NOW);
	cr_expect_eq(m.env.n_recipients, 1); /* R055 */
	scep_msg_release(&m);

	cr_expect_eq(r.ev.type, SCEP_PKCSREQ);
	cr_expect_str_eq(r.ev.trans_id, "t1");
	cr_expect(span_eq(buf_span(&r.ev.subject), span_str(NAME)), "%.*s",
	    (int)r.ev.subject.n, (const char *)r.ev.subject.p);
	cr_expect(!r.ev.repeated);
	cr_expect_str_eq(r.ev.digest, "SHA-256");
	cr_expect_str_eq(r.ev.cipher, "AES-128-CBC");

	/* R163: what is recorded is what went out */
	cr_expect_eq(ca_home_certs(&h), 1);
	ok(store_cert_find(h.ca->store, &r.ev.serial, &stored, e));
	cr_expect(span_eq(buf_span(&stored.der), buf_span(&r.cert)));
	cr_expect_eq(stored.issued_at, TEST_NOW);
	cr_expect_str_eq(stored.trans_id, "t1");
	cr_expect_str_eq(stored.remote, "192.0.2.1");
	cr_expect_str_eq(stored.challenge_id, r.ev.challenge_id);
	ok(sha256_of(v.spki, key_hash, e));
	cr_expect_arr_eq(stored.key_hash, key_hash, sizeof(key_hash));
	stored_cert_release(&stored);
	result_release(&r);
	end();
}

/* R075, R145, T-13, T-14: the same bytes, in this process and the next */
Test(pki, retransmission)
{
	const struct ask q = { .challenge = challenge };
	struct result first, again;
	struct buf msg = { 0 };

	begin(CA_RSA, "");
	client_ask(&c, &h, &q, &msg);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &first);
	granted(&first);
	for (int i = 0; i < 2; i++) {
		client_send(
		    &c, &h, &q, buf_span(&msg), TEST_NOW + 7200, &again);
		granted(&again);
		cr_expect(again.ev.repeated);
		cr_expect(
		    span_eq(buf_span(&again.cert), buf_span(&first.cert)));
		/* R072, R089: the answer itself is a new one */
		cr_expect(
		    !span_eq(buf_span(&again.reply), buf_span(&first.reply)));
		result_release(&again);
		ca_home_open(&h, NULL);
	}
	cr_expect_eq(ca_home_certs(&h), 1);
	result_release(&first);
	buf_release(&msg);
	end();
}

/* Field note F1: the same request in a new message: certmonger polls so */
Test(pki, same_request_again)
{
	const struct ask q = { .challenge = challenge };
	struct result first, again;

	begin(CA_RSA, "");
	client_enrol(&c, &h, &q, &first);
	client_enrol(&c, &h, &q, &again);
	granted(&again);
	cr_expect(again.ev.repeated);
	cr_expect(span_eq(buf_span(&again.cert), buf_span(&first.cert)));
	cr_expect_eq(ca_home_certs(&h), 1);
	result_release(&first);
	result_release(&again);
	end();
}

/* R070: sscep and strongSwan use one id for every request of a key */
Test(pki, same_id_other_request)
{
	struct result first, second;
	char next[CHALLENGE_TEXT_SIZE + 1];

	begin(CA_RSA, "");
	ca_home_challenge(&h, NULL, next);
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &first);
	client_enrol(&c, &h, &(struct ask){ .challenge = next }, &second);
	granted(&second);
	cr_expect(!second.ev.repeated);
	cr_expect(!span_eq(buf_span(&first.cert), buf_span(&second.cert)));
	cr_expect_eq(ca_home_certs(&h), 2);
	result_release(&first);
	result_release(&second);
	end();
}

/* T-15: nobody can take another key's transactionID away */
Test(pki, same_id_other_key)
{
	struct client other;
	struct result first, second;
	char next[CHALLENGE_TEXT_SIZE + 1];

	begin(CA_RSA, "");
	client_make(&other, "dev2", "rsa:2048", NAME);
	ca_home_challenge(&h, NULL, next);
	client_enrol(&other, &h, &(struct ask){ .challenge = next }, &first);
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &second);
	granted(&first);
	granted(&second);
	cr_expect(!second.ev.repeated);
	result_release(&first);
	result_release(&second);
	client_release(&other);
	end();
}

/* A finished certificate that has expired is no answer any more. */
Test(pki, expired_certificate_is_not_repeated)
{
	struct ask q = { .challenge = "the static one" };
	struct stored_challenge record;
	struct result first, again;
	struct buf msg = { 0 };

	begin(CA_RSA, "[profile default]\ndays = 1\n");
	ok(challenge_static(h.ca, span_str(q.challenge), TEST_NOW, &record, e));
	client_ask(&c, &h, &q, &msg);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW, &first);
	client_send(&c, &h, &q, buf_span(&msg), TEST_NOW + 90000, &again);
	granted(&again);
	cr_expect(!again.ev.repeated);
	cr_expect(!span_eq(buf_span(&first.cert), buf_span(&again.cert)));
	result_release(&first);
	result_release(&again);
	buf_release(&msg);
	end();
}

/* A name of 4 KiB and 50 alternative names come out as they went in. */
Test(pki, names_to_the_octet)
{
	struct buf text = { 0 }, part = { 0 }, subject = { 0 };
	struct buf names = { 0 }, san = { 0 }, extensions = { 0 };
	struct ask q = { .challenge = challenge };
	struct cert_view v;
	struct span value;
	struct result r;
	char name[32];
	uint8_t *p;

	begin(CA_RSA, "");
	ok(buf_grow(&text, 4096, &p, e));
	memset(p, 0xe4, text.n);
	ok(der_put(&part, DER_OID, SPAN_LIT("\x55\x04\x0a"), e));
	ok(der_put(&part, DER_T61, buf_span(&text), e));
	ok(der_put(&subject, DER_SEQUENCE, buf_span(&part), e));
	buf_move(&part, &subject);
	ok(der_put(&subject, DER_SET, buf_span(&part), e));
	buf_move(&part, &subject);
	ok(der_put(&subject, DER_SEQUENCE, buf_span(&part), e));
	q.subject = buf_span(&subject);
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "host-%d.example.com", i);
		ok(der_put(&names, 0x82, span_str(name), e));
	}
	ok(der_put(&san, DER_SEQUENCE, buf_span(&names), e));
	ok(extension_put(&extensions, "2.5.29.17", false, buf_span(&san), e));
	q.extensions = buf_span(&extensions);

	client_enrol(&c, &h, &q, &r);
	granted(&r);
	ok(cert_parse(buf_span(&r.cert), &v, e));
	cr_expect(span_eq(v.subject, q.subject));
	ok(cert_extension(v.extensions, "2.5.29.17", &value, NULL, e));
	cr_expect(span_eq(value, buf_span(&san)));
	result_release(&r);
	buf_release(&text);
	buf_release(&part);
	buf_release(&subject);
	buf_release(&names);
	buf_release(&san);
	buf_release(&extensions);
	end();
}

/*
 * R060, R071, decision 11, field notes C14, E11: a nonce of 1 to 64 octets comes
 * back as it went.
 */
Test(pki, nonces)
{
	static const size_t sizes[] = { 1, 8, 16, 64 };
	uint8_t nonce[65];
	struct result r;

	begin(CA_RSA, "[endpoint default]\nunauthorised = refuse\n");
	memset(nonce, 0xa5, sizeof(nonce));
	for (size_t i = 0; i < COUNT(sizes); i++) { /* client_send compares */
		client_enrol(
		    &c, &h, &(struct ask){ .nonce = { nonce, sizes[i] } }, &r);
		cr_expect_eq(r.ev.refusal, REFUSE_NO_CHALLENGE);
		result_release(&r);
	}
	end();
}

/*
 * R068, field note C13: any printable transactionID of 1 to 255 characters.
 */
Test(pki, transaction_ids)
{
	static const char *const ids[] = { "x", "'()+,-./:=? ",
		"SSCEP transactionId", "A/b+c==", "a@b_c*d&e" };
	char longest[SCEP_TRANS_ID_MAX + 1];
	struct result r;

	begin(CA_RSA, "[endpoint default]\nunauthorised = refuse\n");
	memset(longest, 'z', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	for (size_t i = 0; i <= COUNT(ids); i++) {
		client_enrol(&c, &h,
		    &(struct ask){
			.trans_id = i < COUNT(ids) ? ids[i] : longest },
		    &r);
		cr_expect_eq(r.ev.refusal, REFUSE_NO_CHALLENGE);
		result_release(&r);
	}
	end();
}

/* R087, R153, decision 1: an empty eContent, or none for cryptlib */
Test(pki, failure_content)
{
	struct scep_msg m;
	struct result r;

	begin(CA_RSA, "");
	client_enrol(&c, &h, &(struct ask){ .type = 18 }, &r);
	open_reply(&r, &m);
	cr_expect(m.cms.has_content);
	cr_expect_eq(m.cms.content.n, 0);
	cr_expect(!m.has_envelope);
	scep_msg_release(&m);
	result_release(&r);
	client_enrol(
	    &c, &h, &(struct ask){ .type = 18, .wants_no_content = true }, &r);
	open_reply(&r, &m);
	cr_expect(!m.cms.has_content);
	scep_msg_release(&m);
	result_release(&r);
	end();
}

/*
 * R156, decision 3, field notes E1, E2: none, chain (without the root, so none
 * here), full; the leaf comes first.
 */
Test(pki, reply_chain)
{
	static const struct {
		const char *endpoint;
		size_t n;
	} rows[] = { { NULL, 1 }, { "chain", 1 }, { "full", 2 } };
	struct span certs[CMS_CERTS_MAX];
	struct result r;
	size_t n;

	begin(CA_RSA,
	    "[endpoint chain]\nreply_chain = chain\n"
	    "[endpoint full]\nreply_chain = full\n");
	for (size_t i = 0; i < COUNT(rows); i++) {
		ca_home_open(&h, rows[i].endpoint);
		client_enrol(
		    &c, &h, &(struct ask){ .challenge = challenge }, &r);
		granted(&r);
		ok(cms_certs_only_parse(
		    buf_span(&r.answer.content), certs, COUNT(certs), &n, e));
		cr_expect_eq(n, rows[i].n);
		cr_expect(span_eq(certs[0], buf_span(&r.cert)));
		if (n == 2)
			cr_expect(span_eq(certs[1], h.ca->ca_cert.der));
		result_release(&r);
	}
	end();
}

/*
 * R074, field note C15: the window is off by default, and signingTime may be
 * left out.
 */
Test(pki, time_window)
{
	static const struct {
		const char *endpoint;
		int64_t off;
		enum refusal why;
	} rows[] = {
		{ NULL, -86400, REFUSE_NO_CHALLENGE },
		{ "strict", 300, REFUSE_NO_CHALLENGE },
		{ "strict", -300, REFUSE_NO_CHALLENGE },
		{ "strict", 301, REFUSE_TIME },
		{ "strict", -3600, REFUSE_TIME },
	};
	struct result r;

	begin(CA_RSA,
	    "[endpoint default]\nunauthorised = refuse\n"
	    "[endpoint strict]\nunauthorised = refuse\ntime_window = 5m\n");
	for (size_t i = 0; i < COUNT(rows); i++) {
		ca_home_open(&h, rows[i].endpoint);
		client_enrol(&c, &h,
		    &(struct ask){ .signing_time = TEST_NOW + rows[i].off },
		    &r);
		cr_expect_eq(r.ev.refusal, rows[i].why, "row %zu", i);
		result_release(&r);
	}
	client_enrol(&c, &h, &(struct ask){ .no_signing_time = true }, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_CHALLENGE);
	result_release(&r);
	/* a time that cannot be read is no way around the window */
	client_enrol(&c, &h, &(struct ask){ .bad_signing_time = true }, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_TIME);
	result_release(&r);
	ca_home_open(&h, NULL);
	client_enrol(&c, &h, &(struct ask){ .bad_signing_time = true }, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_NO_CHALLENGE);
	result_release(&r);
	end();
}

/* R102, field note C9: another name on the signer is noted, and no more */
Test(pki, signer_of_another_name)
{
	struct buf name = { 0 };
	struct result r;

	begin(CA_RSA, "");
	ok(name_parse("CN=r2", &name, e));
	client_enrol(&c, &h,
	    &(struct ask){ .challenge = challenge, .subject = buf_span(&name) },
	    &r);
	granted(&r);
	cr_expect(span_eq(buf_span(&r.ev.subject), span_str("CN=r2")));
	cr_expect(span_eq(buf_span(&r.ev.signer), span_str(NAME)));
	result_release(&r);
	client_enrol(&c, &h, &(struct ask){ .trans_id = "t2" }, &r);
	cr_expect_eq(r.ev.signer.n, 0);
	result_release(&r);
	buf_release(&name);
	end();
}
