/*
 * test_rec.c - records as octets: what goes in comes out, and nothing else
 * does.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "store_fixture.h"
#include "rec.h"

/* One record of each kind, with every field different from zero. */
struct example {
	struct rec_key key;
	struct buf value;
};

static void full_text(char *text, size_t size)
{
	memset(text, 'x', size - 1);
	text[size - 1] = '\0';
}

static void make_cert(struct stored_cert *c)
{
	static uint8_t der[] = { 0x30, 0x03, 0x02, 0x01, 0x05 };

	*c = (struct stored_cert){ .serial = { 20, { 0x7f, 1, 2, 3 } },
		.state = CERT_HELD,
		.not_before = INT64_MIN,
		.not_after = INT64_MAX,
		.issued_at = -1,
		.delivered_at = 4,
		.revoked_at = 5,
		.reason = 6,
		.key_hash = { 7 },
		.name_hash = { 8 },
		.renews = { 20, { 0x7e, 1 } },
		.challenge_id = "abcdef",
		.rule = "static challenge",
		.profile = "router",
		.endpoint = "strict",
		.remote = "2001:db8::1",
		.der = { der, sizeof(der), 0, 0 } };
	full_text(c->trans_id, sizeof(c->trans_id));
}

static void make_request(struct stored_request *r)
{
	*r = (struct stored_request){ .key = { { 1 }, "id" },
		.state = REQUEST_GRANTED,
		.type = 19,
		.csr_hash = { 2 },
		.signer_hash = { 3 },
		.name_hash = { 4 },
		.serial = { 3, { 1, 2, 3 } },
		.renews = { 2, { 5, 6 } },
		.created_at = 4,
		.decided_at = 5,
		.remote = "192.0.2.1",
		.endpoint = "pki",
		.profile = "phone",
		.rule = "trust:vendor",
		.challenge_id = "0123" };
	full_text(r->reason, sizeof(r->reason));
}

static void make_waiting(struct stored_request *r)
{
	static uint8_t csr[] = { 0x30, 0x03, 0x02, 0x01, 0x06 };

	make_request(r);
	r->state = REQUEST_PENDING;
	r->serial.n = 0;
	r->expires_at = 7;
	r->csr = (struct buf){ csr, sizeof(csr), 0, 0 };
}

static void make_challenge(struct stored_challenge *c)
{
	*c = (struct stored_challenge){ .id = "0123456789abcde",
		.mac = { 1 },
		.uses = CHALLENGE_UNLIMITED,
		.used = INT32_MAX,
		.created_at = 1,
		.expires_at = 2,
		.revoked_at = 3,
		.last_used_at = 4,
		.last_key = { 5 },
		.note = "static" };
	c->reused_at = 6;
	c->reuses = INT32_MAX;
	full_text(c->last_remote, sizeof(c->last_remote));
	full_text(c->for_name, sizeof(c->for_name));
	full_text(c->profile, sizeof(c->profile));
	full_text(c->endpoint, sizeof(c->endpoint));
	full_text(c->trans_id, sizeof(c->trans_id));
}

enum { CERT, REQUEST, WAITING, CHALLENGE, CHALLENGE_ID, KINDS };

static const char *const names[KINDS] = { "cert", "request", "waiting",
	"challenge", "challenge id" };

static const int version_of[KINDS] = { 4, 3, 3, 2, 1 };

/* Of certificates whose endpoint is not known, which is still read. */
enum { CERT_BEFORE = 3 };

static void encode(int kind, struct example *x)
{
	struct stored_challenge ch;
	struct stored_request r;
	struct stored_cert c;
	int rc = -1;

	*x = (struct example){ .value = { 0 } };
	make_cert(&c);
	make_request(&r);
	make_challenge(&ch);
	switch (kind) {
	case CERT:
		rc = rec_key_cert(&c.serial, &x->key, NULL) |
		    rec_put_cert(&c, &x->value, NULL);
		break;
	case WAITING:
		make_waiting(&r);
		/* fall through */
	case REQUEST:
		rc = rec_key_request(&r.key, &x->key, NULL) |
		    rec_put_request(&r, &x->value, NULL);
		break;
	case CHALLENGE:
		rec_key_challenge(ch.mac, &x->key);
		rc = rec_put_challenge(&ch, &x->value, NULL);
		break;
	case CHALLENGE_ID:
		rc = rec_key_challenge_id(ch.id, &x->key, NULL) |
		    rec_put_challenge_id(ch.mac, &x->value, NULL);
		break;
	}
	cr_assert_eq(rc, 0, "%s", names[kind]);
}

/* Decode and encode again: 0 and the same octets, or -1. */
static int decode(int kind, struct span key, struct span value,
    struct buf *again, struct err *e)
{
	struct stored_challenge ch;
	struct stored_request r;
	struct stored_cert c;
	uint8_t mac[32];
	char id[16];
	int rc = -1;

	switch (kind) {
	case CERT:
		if ((rc = rec_get_cert(key, value, &c, e)) == 0) {
			rc = rec_put_cert(&c, again, e);
			stored_cert_release(&c);
		}
		break;
	case REQUEST:
	case WAITING:
		if ((rc = rec_get_request(key, value, &r, e)) == 0) {
			rc = rec_put_request(&r, again, e);
			stored_request_release(&r);
		}
		break;
	case CHALLENGE:
		if ((rc = rec_get_challenge(key, value, &ch, e)) == 0)
			rc = rec_put_challenge(&ch, again, e);
		break;
	case CHALLENGE_ID:
		if ((rc = rec_get_challenge_id(key, value, id, mac, e)) == 0)
			rc = rec_put_challenge_id(mac, again, e);
		break;
	}
	return rc;
}

Test(rec, round_trip)
{
	struct buf again = { 0 };
	struct example x;
	struct err e;

	for (int kind = 0; kind < KINDS; kind++) {
		encode(kind, &x);
		cr_expect_eq(decode(kind, rec_key_span(&x.key),
				 buf_span(&x.value), &again, &e),
		    0, "%s", e.text);
		cr_expect(span_eq(buf_span(&again), buf_span(&x.value)), "%s",
		    names[kind]);
		buf_cut(&again, 0);
		buf_release(&x.value);
	}
	buf_release(&again);
}

/* Every field, on its own: a codec that swaps two of them is found. */
Test(rec, fields)
{
	struct stored_cert c, c2;
	struct stored_request r, r2;
	struct stored_challenge ch, ch2;
	struct example x;

	encode(CERT, &x);
	make_cert(&c);
	cr_assert_eq(
	    rec_get_cert(rec_key_span(&x.key), buf_span(&x.value), &c2, NULL),
	    0);
	cr_expect(c2.serial.n == c.serial.n &&
	    memcmp(c2.serial.b, c.serial.b, 20) == 0);
	cr_expect(c2.state == c.state && c2.reason == c.reason);
	cr_expect(c2.not_before == c.not_before && c2.not_after == c.not_after);
	cr_expect(c2.issued_at == c.issued_at &&
	    c2.delivered_at == c.delivered_at && c2.revoked_at == c.revoked_at);
	cr_expect_arr_eq(c2.key_hash, c.key_hash, 32);
	cr_expect_arr_eq(c2.name_hash, c.name_hash, 32);
	cr_expect(
	    c2.renews.n == 20 && memcmp(c2.renews.b, c.renews.b, 20) == 0);
	cr_expect_str_eq(c2.trans_id, c.trans_id);
	cr_expect_str_eq(c2.challenge_id, c.challenge_id);
	cr_expect_str_eq(c2.rule, c.rule);
	cr_expect_str_eq(c2.profile, c.profile);
	cr_expect_str_eq(c2.endpoint, c.endpoint);
	cr_expect_str_eq(c2.remote, c.remote);
	cr_expect(span_eq(buf_span(&c2.der), buf_span(&c.der)));
	stored_cert_release(&c2);
	buf_release(&x.value);

	encode(WAITING, &x);
	make_waiting(&r);
	cr_assert_eq(rec_get_request(
			 rec_key_span(&x.key), buf_span(&x.value), &r2, NULL),
	    0);
	cr_expect_arr_eq(r2.key.key_hash, r.key.key_hash, 32);
	cr_expect_str_eq(r2.key.trans_id, r.key.trans_id);
	cr_expect(r2.state == r.state && r2.type == r.type);
	cr_expect_arr_eq(r2.csr_hash, r.csr_hash, 32);
	cr_expect_arr_eq(r2.signer_hash, r.signer_hash, 32);
	cr_expect_arr_eq(r2.name_hash, r.name_hash, 32);
	cr_expect(r2.serial.n == 0 && r2.renews.n == 2 && r2.renews.b[1] == 6);
	cr_expect(r2.created_at == r.created_at &&
	    r2.decided_at == r.decided_at && r2.expires_at == r.expires_at);
	cr_expect_str_eq(r2.remote, r.remote);
	cr_expect_str_eq(r2.endpoint, r.endpoint);
	cr_expect_str_eq(r2.profile, r.profile);
	cr_expect_str_eq(r2.rule, r.rule);
	cr_expect_str_eq(r2.challenge_id, r.challenge_id);
	cr_expect_str_eq(r2.reason, r.reason);
	cr_expect(span_eq(buf_span(&r2.csr), buf_span(&r.csr)));
	stored_request_release(&r2);
	buf_release(&x.value);

	encode(REQUEST, &x);
	make_request(&r);
	cr_assert_eq(rec_get_request(
			 rec_key_span(&x.key), buf_span(&x.value), &r2, NULL),
	    0);
	cr_expect(r2.serial.n == 3 && r2.serial.b[2] == 3);
	cr_expect_eq(r2.csr.n, 0);
	buf_release(&x.value);

	encode(CHALLENGE, &x);
	make_challenge(&ch);
	cr_assert_eq(rec_get_challenge(
			 rec_key_span(&x.key), buf_span(&x.value), &ch2, NULL),
	    0);
	cr_expect_str_eq(ch2.id, ch.id);
	cr_expect_arr_eq(ch2.mac, ch.mac, 32);
	cr_expect(ch2.uses == ch.uses && ch2.used == ch.used);
	cr_expect(ch2.created_at == ch.created_at &&
	    ch2.expires_at == ch.expires_at &&
	    ch2.revoked_at == ch.revoked_at &&
	    ch2.last_used_at == ch.last_used_at);
	cr_expect_arr_eq(ch2.last_key, ch.last_key, 32);
	cr_expect(ch2.reused_at == ch.reused_at && ch2.reuses == ch.reuses);
	cr_expect_str_eq(ch2.last_remote, ch.last_remote);
	cr_expect_str_eq(ch2.for_name, ch.for_name);
	cr_expect_str_eq(ch2.profile, ch.profile);
	cr_expect_str_eq(ch2.endpoint, ch.endpoint);
	cr_expect_str_eq(ch2.trans_id, ch.trans_id);
	cr_expect_str_eq(ch2.note, ch.note);
	buf_release(&x.value);
}

Test(rec, every_truncation_is_refused)
{
	struct buf again = { 0 };
	struct example x;
	struct span cut;
	uint8_t *copy;

	for (int kind = 0; kind < KINDS; kind++) {
		encode(kind, &x);
		for (size_t n = 0; n < x.value.n; n++) {
			/* on the heap: the sanitizer sees a read behind it */
			copy = malloc(n + (n == 0));
			if (n > 0)
				memcpy(copy, x.value.p, n);
			cut = (struct span){ copy, n };
			cr_expect_eq(decode(kind, rec_key_span(&x.key), cut,
					 &again, NULL),
			    -1, "%s cut at %zu", names[kind], n);
			free(copy);
		}
		buf_release(&x.value);
	}
	buf_release(&again);
}

Test(rec, every_wrong_octet_is_refused_or_kept)
{
	struct buf again = { 0 };
	struct example x;

	/*
	 * a changed octet is refused, or it is a value and comes back as such
	 */
	for (int kind = 0; kind < KINDS; kind++) {
		encode(kind, &x);
		for (size_t n = 0; n < x.value.n; n++) {
			x.value.p[n] ^= 0x81;
			buf_cut(&again, 0);
			if (decode(kind, rec_key_span(&x.key),
				buf_span(&x.value), &again, NULL) == 0)
				cr_expect(span_eq(buf_span(&again),
					      buf_span(&x.value)),
				    "%s at %zu", names[kind], n);
			x.value.p[n] ^= 0x81;
		}
		buf_release(&x.value);
	}
	buf_release(&again);
}

Test(rec, trailing_octets_and_other_versions_are_refused)
{
	struct buf again = { 0 };
	struct example x;
	struct err e;

	for (int kind = 0; kind < KINDS; kind++) {
		encode(kind, &x);
		cr_assert_eq(buf_put(&x.value, SPAN_LIT("\0"), NULL), 0);
		cr_expect_eq(decode(kind, rec_key_span(&x.key),
				 buf_span(&x.value), &again, &e),
		    -1);
		cr_expect_eq(e.kind, ERR_STORE);
		cr_expect(strstr(e.text, "trailing") != NULL, "%s", e.text);
		buf_cut(&x.value, x.value.n - 1);
		for (int v = 0; v < 256; v++) {
			if (v == version_of[kind] ||
			    (kind == CERT && v == CERT_BEFORE))
				continue;
			x.value.p[0] = (uint8_t)v;
			cr_expect_eq(decode(kind, rec_key_span(&x.key),
					 buf_span(&x.value), &again, &e),
			    -1);
			cr_expect(
			    strstr(e.text, "version") != NULL, "%s", e.text);
		}
		buf_release(&x.value);
	}
	buf_release(&again);
}

/*
 * The version before, octet for octet: what has no endpoint is written as it
 * was then.  An endpoint that is there and empty is neither.
 */
Test(rec, certificates_without_an_endpoint)
{
	static const uint8_t rest[] = { 1, 'x', 0, 0, 1, 'r', 1, 'a', 0, 0, 0,
		1, '0' };
	static const uint8_t empty[] = { 0, 1, 'a', 0, 0, 0, 1, '0' };
	struct rec_key key;
	struct buf old = { 0 }, again = { 0 }, wrong = { 0 };
	struct stored_cert c;
	struct err e;

	cr_assert_eq(rec_key_cert(&(struct serial){ 1, { 7 } }, &key, NULL), 0);
	cr_assert_eq(buf_put(&old, SPAN_LIT("\3\1"), NULL), 0);
	for (int i = 0; i < 5 * 8 + 1 + 2 * 32 + 1; i++)
		cr_assert_eq(buf_put(&old, SPAN_LIT("\0"), NULL), 0);
	cr_assert_eq(
	    buf_put(&old, (struct span){ rest, sizeof(rest) }, NULL), 0);
	cr_assert_eq(rec_get_cert(rec_key_span(&key), buf_span(&old), &c, &e),
	    0, "%s", e.text);
	cr_expect_str_eq(c.trans_id, "x");
	cr_expect_str_eq(c.profile, "r");
	cr_expect_str_eq(c.endpoint, "");
	cr_assert_eq(rec_put_cert(&c, &again, NULL), 0);
	cr_expect(span_eq(buf_span(&again), buf_span(&old)));
	stored_cert_release(&c);

	/* version 4, and no text between profile and address */
	cr_assert_eq(buf_put(&wrong, buf_span(&old), NULL), 0);
	wrong.p[0] = 4;
	buf_cut(&wrong, wrong.n - 7);
	cr_assert_eq(
	    buf_put(&wrong, (struct span){ empty, sizeof(empty) }, NULL), 0);
	cr_expect_eq(
	    rec_get_cert(rec_key_span(&key), buf_span(&wrong), &c, &e), -1);
	cr_expect(strstr(e.text, "endpoint") != NULL, "%s", e.text);
	buf_release(&old);
	buf_release(&again);
	buf_release(&wrong);
}

#define DIGITS_20 "01234567890123456789"
static const struct {
	const char *name;
	int kind;
	size_t n;
	const char *key;
} bad_keys[] = {
	{ "empty", CERT, 0, "" },
	{ "certificate: kind only", CERT, 1, "C" },
	{ "certificate: no serial", CERT, 2, "C\0" },
	{ "certificate: length too great", CERT, 3, "C\2\1" },
	{ "certificate: length too small", CERT, 4, "C\1\1\1" },
	{ "certificate: serial of 21", CERT, 23, "C\25" DIGITS_20 "0" },
	{ "certificate: other kind", CERT, 3, "R\1\1" },
	{ "request: no transactionID", REQUEST, 33,
	    "R" DIGITS_20 "012345678901" },
	{ "request: short", REQUEST, 2, "R0" },
	{ "request: NUL in it", REQUEST, 36, "R" DIGITS_20 "012345678901a\0b" },
	{ "challenge: short", CHALLENGE, 2, "H0" },
	{ "challenge: long", CHALLENGE, 34, "H" DIGITS_20 "0123456789012" },
	{ "id: empty", CHALLENGE_ID, 1, "I" },
	{ "id: of 16", CHALLENGE_ID, 17, "I0123456789abcdef" },
};
ParameterizedTestParameters(rec, bad_key)
{
	static size_t idx[sizeof(bad_keys) / sizeof(bad_keys[0])];
	for (size_t n = 0; n < sizeof(idx) / sizeof(idx[0]); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, sizeof(idx) / sizeof(idx[0]));
}
ParameterizedTest(size_t *i, rec, bad_key)
{
	struct span key = { (const uint8_t *)bad_keys[*i].key, bad_keys[*i].n };
	struct buf again = { 0 };
	struct example x;

	encode(bad_keys[*i].kind, &x);
	cr_expect_eq(
	    decode(bad_keys[*i].kind, key, buf_span(&x.value), &again, NULL),
	    -1, "%s", bad_keys[*i].name);
	buf_release(&x.value);
	buf_release(&again);
}

/* What cannot be read back is not written. */
Test(rec, encode_refuses)
{
	struct stored_challenge ch;
	struct stored_request r;
	struct buf out = { 0 };
	struct stored_cert c;
	struct rec_key k;
	struct err e;

	make_cert(&c);
	c.state = 0;
	cr_expect_eq(rec_put_cert(&c, &out, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	make_cert(&c);
	c.der.n = 0;
	cr_expect_eq(rec_put_cert(&c, &out, NULL), -1);
	make_cert(&c);
	c.serial.b[0] = 0x80; /* negative */
	cr_expect_eq(rec_put_cert(&c, &out, NULL), -1);
	make_cert(&c);
	memset(c.trans_id, 'x', sizeof(c.trans_id)); /* no NUL */
	cr_expect_eq(rec_put_cert(&c, &out, NULL), -1);
	make_request(&r);
	r.serial.n = 0; /* granted without a certificate */
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	make_request(&r);
	r.state = REQUEST_PENDING; /* pending with one */
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	r.serial.n = SERIAL_MAX + 1;
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	make_request(&r);
	r.renews.n = SERIAL_MAX + 1;
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	make_waiting(&r);
	r.csr.n = 0; /* open without its CSR */
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	make_waiting(&r);
	r.state = REQUEST_APPROVED; /* with an expiry */
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	r.expires_at = 0;
	r.state = REQUEST_REJECTED; /* with a CSR */
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	r.csr.n = 0;
	cr_expect_eq(rec_put_request(&r, &out, NULL), 0);
	buf_cut(&out, 0);
	r.state = REQUEST_APPROVED + 1;
	cr_expect_eq(rec_put_request(&r, &out, NULL), -1);
	make_challenge(&ch);
	ch.uses = -2;
	cr_expect_eq(rec_put_challenge(&ch, &out, NULL), -1);
	make_challenge(&ch);
	ch.reuses = -1;
	cr_expect_eq(rec_put_challenge(&ch, &out, NULL), -1);
	cr_expect_eq(out.n, 0);

	cr_expect_eq(rec_key_cert(&(struct serial){ .n = 0 }, &k, NULL), -1);
	cr_expect_eq(rec_key_cert(&(struct serial){ .n = 21 }, &k, NULL), -1);
	make_request(&r);
	r.key.trans_id[0] = '\0';
	cr_expect_eq(rec_key_request(&r.key, &k, NULL), -1);
	memset(r.key.trans_id, 'x', sizeof(r.key.trans_id));
	cr_expect_eq(rec_key_request(&r.key, &k, NULL), -1);
	cr_expect_eq(rec_key_challenge_id("", &k, NULL), -1);
	cr_expect_eq(rec_key_challenge_id("ABC", &k, NULL), -1);
	cr_expect_eq(rec_key_challenge_id("0123456789abcdef", &k, NULL), -1);
	buf_release(&out);
}
