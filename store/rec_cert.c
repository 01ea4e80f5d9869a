/*
 * rec_cert.c - certificates and the list of revoked ones, field by field.
 */
#include <string.h>

#include "rec.h"
#include "rec_field.h"

/*
 * A certificate whose endpoint is not known, from before it was kept, and one
 * that has none, as the CA's own, is a record without that field.
 */
enum {
	VERSION = 4,
	VERSION_NO_ENDPOINT = 3,
	VERSION_NAME = 1,
	VERSION_PUBKEY = 1,
	VERSION_REVOKED = 1,
};

/* The serial number that begins at `head` and ends the key. */
static int get_serial(
    struct span key, enum rec_kind kind, size_t head, struct serial *serial)
{
	if (!rec_is(key, kind) || key.n < head + 2 ||
	    key.n > head + 1 + sizeof(serial->b) ||
	    key.n - head - 1 != key.p[head])
		return -1;
	serial->n = key.p[head];
	memcpy(serial->b, key.p + head + 1, serial->n);
	return 0;
}

int rec_put_cert(const struct stored_cert *c, struct buf *value, struct err *e)
{
	bool endpoint = c->endpoint[0] != '\0';
	struct rec_writer w =
	    rec_write(value, endpoint ? VERSION : VERSION_NO_ENDPOINT);

	rec_write_u8(&w, (uint8_t)c->state);
	rec_write_i64(&w, c->not_before);
	rec_write_i64(&w, c->not_after);
	rec_write_i64(&w, c->issued_at);
	rec_write_i64(&w, c->delivered_at);
	rec_write_i64(&w, c->revoked_at);
	rec_write_u8(&w, c->reason);
	rec_write_octets(&w, c->key_hash, sizeof(c->key_hash));
	rec_write_octets(&w, c->name_hash, sizeof(c->name_hash));
	rec_write_serial(&w, &c->renews);
	rec_write_text(&w, c->trans_id, sizeof(c->trans_id));
	rec_write_text(&w, c->challenge_id, sizeof(c->challenge_id));
	rec_write_text(&w, c->rule, sizeof(c->rule));
	rec_write_text(&w, c->profile, sizeof(c->profile));
	if (endpoint)
		rec_write_text(&w, c->endpoint, sizeof(c->endpoint));
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
	bool endpoint = value.n == 0 || value.p[0] != VERSION_NO_ENDPOINT;
	struct rec_reader r =
	    rec_read(value, endpoint ? VERSION : VERSION_NO_ENDPOINT);
	struct stored_cert got = { .der = { 0 } };
	struct span der;

	if (get_serial(key, REC_CERT, 1, &got.serial) != 0)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.state = rec_read_u8(&r);
	got.not_before = rec_read_i64(&r);
	got.not_after = rec_read_i64(&r);
	got.issued_at = rec_read_i64(&r);
	got.delivered_at = rec_read_i64(&r);
	got.revoked_at = rec_read_i64(&r);
	got.reason = rec_read_u8(&r);
	rec_read_octets(&r, got.key_hash, sizeof(got.key_hash));
	rec_read_octets(&r, got.name_hash, sizeof(got.name_hash));
	rec_read_serial(&r, &got.renews);
	rec_read_text(&r, got.trans_id, sizeof(got.trans_id));
	rec_read_text(&r, got.challenge_id, sizeof(got.challenge_id));
	rec_read_text(&r, got.rule, sizeof(got.rule));
	rec_read_text(&r, got.profile, sizeof(got.profile));
	if (endpoint) {
		rec_read_text(&r, got.endpoint, sizeof(got.endpoint));
		rec_read_check(
		    &r, got.endpoint[0] != '\0', "an endpoint without a name");
	}
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

int rec_put_name(struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION_NAME);

	return rec_write_end(&w, "certificate by name", e);
}

int rec_get_name(
    struct span key, struct span value, struct stored_cert *c, struct err *e)
{
	static const char what[] = "certificate by name";
	const size_t head = 1 + sizeof(c->name_hash) + 8;
	struct rec_reader r = rec_read(value, VERSION_NAME);
	struct stored_cert got = { .der = { 0 } };

	if (get_serial(key, REC_CERT_NAME, head, &got.serial) != 0)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	memcpy(got.name_hash, key.p + 1, sizeof(got.name_hash));
	got.not_after = rec_time_of((struct span){ key.p + 32, key.n - 32 });
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*c = got;
	return 0;
}

int rec_put_pubkey(struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION_PUBKEY);

	return rec_write_end(&w, "certificate by key", e);
}

int rec_get_pubkey(
    struct span key, struct span value, struct stored_cert *c, struct err *e)
{
	static const char what[] = "certificate by key";
	const size_t names = 1 + sizeof(c->key_hash);
	const size_t time = names + sizeof(c->name_hash);
	struct rec_reader r = rec_read(value, VERSION_PUBKEY);
	struct stored_cert got = { .der = { 0 } };

	if (get_serial(key, REC_CERT_KEY, time + 8, &got.serial) != 0)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	memcpy(got.key_hash, key.p + 1, sizeof(got.key_hash));
	memcpy(got.name_hash, key.p + names, sizeof(got.name_hash));
	got.not_after =
	    rec_time_of((struct span){ key.p + time - 1, key.n - time + 1 });
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*c = got;
	return 0;
}

int rec_put_revoked(const struct revoked *r, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION_REVOKED);

	rec_write_i64(&w, r->revoked_at);
	rec_write_i64(&w, r->not_after);
	rec_write_u8(&w, r->reason);
	return rec_write_end(&w, "revocation", e);
}

int rec_get_revoked(
    struct span key, struct span value, struct revoked *r, struct err *e)
{
	static const char what[] = "revocation";
	struct rec_reader in = rec_read(value, VERSION_REVOKED);
	struct revoked got = { .reason = 0 };

	if (get_serial(key, REC_REVOKED, 1, &got.serial) != 0)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.revoked_at = rec_read_i64(&in);
	got.not_after = rec_read_i64(&in);
	got.reason = rec_read_u8(&in);
	if (rec_read_end(&in, what, e) != 0)
		return -1;
	*r = got;
	return 0;
}
