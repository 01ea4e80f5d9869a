/*
 * rec.c - keys and values of the records, field by field.
 */
#include <string.h>

#include "rec.h"
#include "rec_field.h"

enum { VERSION = 1 }; /* of every kind, so far */

static void key_of(
    struct rec_key *k, enum rec_kind kind, const void *p, size_t n)
{
	k->b[0] = (uint8_t)kind;
	memcpy(k->b + 1, p, n);
	k->n = n + 1;
}

void rec_key_first(enum rec_kind kind, struct rec_key *k)
{
	k->b[0] = (uint8_t)kind;
	k->n = 1;
}

int rec_key_cert(const struct serial *serial, struct rec_key *k, struct err *e)
{
	if (serial->n == 0 || serial->n > SERIAL_MAX)
		return err_set(e, ERR_INPUT, "serial number of %u octets",
		    (unsigned)serial->n);
	k->b[0] = REC_CERT;
	k->b[1] = serial->n; /* shorter is smaller: they are positive */
	memcpy(k->b + 2, serial->b, serial->n);
	k->n = 2 + (size_t)serial->n;
	return 0;
}

int rec_key_request(
    const struct request_key *key, struct rec_key *k, struct err *e)
{
	size_t n = strnlen(key->trans_id, sizeof(key->trans_id));

	if (n == 0 || n == sizeof(key->trans_id))
		return err_set(e, ERR_INPUT, "transactionID empty or too long");
	k->b[0] = REC_REQUEST;
	memcpy(k->b + 1, key->key_hash, sizeof(key->key_hash));
	memcpy(k->b + 1 + sizeof(key->key_hash), key->trans_id, n);
	k->n = 1 + sizeof(key->key_hash) + n;
	return 0;
}

void rec_key_challenge(const uint8_t mac[32], struct rec_key *k)
{
	key_of(k, REC_CHALLENGE, mac, 32);
}

int rec_key_challenge_id(const char *id, struct rec_key *k, struct err *e)
{
	size_t n = strlen(id);

	if (n == 0 || n > 15 || strspn(id, "0123456789abcdef") != n)
		return err_set(e, ERR_INPUT,
		    "a challenge's id is 1 to 15 digits out of 0-9a-f");
	key_of(k, REC_CHALLENGE_ID, id, n);
	return 0;
}

struct span rec_key_span(const struct rec_key *k)
{
	return (struct span){ k->b, k->n };
}

bool rec_is(struct span key, enum rec_kind kind)
{
	return key.n > 0 && key.p[0] == (uint8_t)kind;
}

int rec_put_cert(const struct stored_cert *c, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_u8(&w, (uint8_t)c->state);
	rec_write_i64(&w, c->not_before);
	rec_write_i64(&w, c->not_after);
	rec_write_i64(&w, c->issued_at);
	rec_write_i64(&w, c->delivered_at);
	rec_write_i64(&w, c->revoked_at);
	rec_write_u8(&w, c->reason);
	rec_write_octets(&w, c->key_hash, sizeof(c->key_hash));
	rec_write_text(&w, c->trans_id, sizeof(c->trans_id));
	rec_write_text(&w, c->challenge_id, sizeof(c->challenge_id));
	rec_write_text(&w, c->remote, sizeof(c->remote));
	rec_write_span(&w, buf_span(&c->der));
	if (c->state < CERT_VALID || c->state > CERT_HELD)
		w.wrong = "no such state";
	if (c->der.n == 0)
		w.wrong = "no certificate in it";
	if (c->serial.n == 0 || (c->serial.b[0] & 0x80) != 0)
		w.wrong = "serial number not positive (RFC 5280, 4.1.2.2)";
	return rec_write_end(&w, "certificate record", e);
}

int rec_get_cert(
    struct span key, struct span value, struct stored_cert *c, struct err *e)
{
	static const char what[] = "certificate record";
	struct rec_reader r = rec_read(value, VERSION);
	struct stored_cert got = { .der = { 0 } };
	struct span der;

	if (!rec_is(key, REC_CERT) || key.n < 3 ||
	    key.n > 2 + sizeof(got.serial.b) || key.n - 2 != key.p[1])
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.serial.n = key.p[1];
	memcpy(got.serial.b, key.p + 2, got.serial.n);
	got.state = rec_read_u8(&r);
	got.not_before = rec_read_i64(&r);
	got.not_after = rec_read_i64(&r);
	got.issued_at = rec_read_i64(&r);
	got.delivered_at = rec_read_i64(&r);
	got.revoked_at = rec_read_i64(&r);
	got.reason = rec_read_u8(&r);
	rec_read_octets(&r, got.key_hash, sizeof(got.key_hash));
	rec_read_text(&r, got.trans_id, sizeof(got.trans_id));
	rec_read_text(&r, got.challenge_id, sizeof(got.challenge_id));
	rec_read_text(&r, got.remote, sizeof(got.remote));
	der = rec_read_span(&r, BUF_MAX);
	rec_read_check(&r, got.state >= CERT_VALID && got.state <= CERT_HELD,
	    "no such state");
	rec_read_check(&r, der.n > 0, "no certificate in it");
	rec_read_check(&r, (got.serial.b[0] & 0x80) == 0,
	    "serial number not positive (RFC 5280, 4.1.2.2)");
	if (rec_read_end(&r, what, e) != 0 || buf_put(&got.der, der, e) != 0)
		return -1;
	*c = got;
	return 0;
}

int rec_put_request(
    const struct stored_request *r, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_u8(&w, (uint8_t)r->state);
	rec_write_u8(&w, r->type);
	rec_write_octets(&w, r->csr_hash, sizeof(r->csr_hash));
	rec_write_octets(&w, r->signer_hash, sizeof(r->signer_hash));
	rec_write_u8(&w, r->serial.n);
	if (r->serial.n <= SERIAL_MAX)
		rec_write_octets(&w, r->serial.b, r->serial.n);
	else
		w.wrong = "serial number too long";
	rec_write_i64(&w, r->created_at);
	rec_write_i64(&w, r->decided_at);
	rec_write_text(&w, r->remote, sizeof(r->remote));
	if (r->state < REQUEST_PENDING || r->state > REQUEST_EXPIRED)
		w.wrong = "no such state";
	if ((r->state == REQUEST_GRANTED) != (r->serial.n > 0))
		w.wrong = "a serial number if and only if granted";
	return rec_write_end(&w, "request record", e);
}

int rec_get_request(
    struct span key, struct span value, struct stored_request *r, struct err *e)
{
	static const char what[] = "request record";
	struct rec_reader in = rec_read(value, VERSION);
	struct stored_request got = { .type = 0 };
	const size_t head = 1 + sizeof(got.key.key_hash);

	if (!rec_is(key, REC_REQUEST) || key.n <= head ||
	    key.n - head >= sizeof(got.key.trans_id) ||
	    memchr(key.p + head, '\0', key.n - head) != NULL)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	memcpy(got.key.key_hash, key.p + 1, sizeof(got.key.key_hash));
	memcpy(got.key.trans_id, key.p + head, key.n - head);
	got.state = rec_read_u8(&in);
	got.type = rec_read_u8(&in);
	rec_read_octets(&in, got.csr_hash, sizeof(got.csr_hash));
	rec_read_octets(&in, got.signer_hash, sizeof(got.signer_hash));
	got.serial.n = rec_read_u8(&in);
	rec_read_check(
	    &in, got.serial.n <= SERIAL_MAX, "serial number too long");
	rec_read_octets(&in, got.serial.b, got.serial.n);
	got.created_at = rec_read_i64(&in);
	got.decided_at = rec_read_i64(&in);
	rec_read_text(&in, got.remote, sizeof(got.remote));
	rec_read_check(&in,
	    got.state >= REQUEST_PENDING && got.state <= REQUEST_EXPIRED,
	    "no such state");
	rec_read_check(&in,
	    (got.state == REQUEST_GRANTED) == (got.serial.n > 0),
	    "a serial number if and only if granted");
	if (rec_read_end(&in, what, e) != 0)
		return -1;
	*r = got;
	return 0;
}

int rec_put_challenge(
    const struct stored_challenge *c, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_text(&w, c->id, sizeof(c->id));
	rec_write_i32(&w, c->uses);
	rec_write_i32(&w, c->used);
	rec_write_i64(&w, c->created_at);
	rec_write_i64(&w, c->expires_at);
	rec_write_i64(&w, c->revoked_at);
	rec_write_i64(&w, c->last_used_at);
	rec_write_octets(&w, c->last_key, sizeof(c->last_key));
	rec_write_text(&w, c->for_name, sizeof(c->for_name));
	rec_write_text(&w, c->note, sizeof(c->note));
	if (c->uses < CHALLENGE_UNLIMITED || c->used < 0)
		w.wrong = "negative number of uses";
	return rec_write_end(&w, "challenge record", e);
}

int rec_get_challenge(struct span key, struct span value,
    struct stored_challenge *c, struct err *e)
{
	static const char what[] = "challenge record";
	struct rec_reader r = rec_read(value, VERSION);
	struct stored_challenge got = { .used = 0 };

	if (!rec_is(key, REC_CHALLENGE) || key.n != 1 + sizeof(got.mac))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	memcpy(got.mac, key.p + 1, sizeof(got.mac));
	rec_read_text(&r, got.id, sizeof(got.id));
	got.uses = rec_read_i32(&r);
	got.used = rec_read_i32(&r);
	got.created_at = rec_read_i64(&r);
	got.expires_at = rec_read_i64(&r);
	got.revoked_at = rec_read_i64(&r);
	got.last_used_at = rec_read_i64(&r);
	rec_read_octets(&r, got.last_key, sizeof(got.last_key));
	rec_read_text(&r, got.for_name, sizeof(got.for_name));
	rec_read_text(&r, got.note, sizeof(got.note));
	rec_read_check(&r, got.uses >= CHALLENGE_UNLIMITED && got.used >= 0,
	    "negative number of uses");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*c = got;
	return 0;
}

int rec_put_challenge_id(
    const uint8_t mac[32], struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_octets(&w, mac, 32);
	return rec_write_end(&w, "challenge id", e);
}

int rec_get_challenge_id(struct span key, struct span value, char id[16],
    uint8_t mac[32], struct err *e)
{
	static const char what[] = "challenge id";
	struct rec_reader r = rec_read(value, VERSION);
	struct rec_key again;
	char text[16] = "";
	uint8_t got[32];

	if (!rec_is(key, REC_CHALLENGE_ID) || key.n > sizeof(text))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	memcpy(text, key.p + 1, key.n - 1);
	if (rec_key_challenge_id(text, &again, NULL) != 0 ||
	    !span_eq(rec_key_span(&again), key))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	rec_read_octets(&r, got, sizeof(got));
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	memcpy(id, text, sizeof(text));
	memcpy(mac, got, sizeof(got));
	return 0;
}
