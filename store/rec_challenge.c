/*
 * rec_challenge.c - challenges and their short names, field by field.
 */
#include <string.h>

#include "rec.h"
#include "rec_field.h"

/* 2: bindings, and who used it; an index entry is as ever */
enum { VERSION = 2, ID_VERSION = 1 };

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
	rec_write_text(&w, c->last_remote, sizeof(c->last_remote));
	rec_write_i64(&w, c->reused_at);
	rec_write_i32(&w, c->reuses);
	rec_write_text(&w, c->for_name, sizeof(c->for_name));
	rec_write_text(&w, c->profile, sizeof(c->profile));
	rec_write_text(&w, c->endpoint, sizeof(c->endpoint));
	rec_write_text(&w, c->trans_id, sizeof(c->trans_id));
	rec_write_text(&w, c->note, sizeof(c->note));
	if (c->uses < CHALLENGE_UNLIMITED || c->used < 0 || c->reuses < 0)
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
	rec_read_text(&r, got.last_remote, sizeof(got.last_remote));
	got.reused_at = rec_read_i64(&r);
	got.reuses = rec_read_i32(&r);
	rec_read_text(&r, got.for_name, sizeof(got.for_name));
	rec_read_text(&r, got.profile, sizeof(got.profile));
	rec_read_text(&r, got.endpoint, sizeof(got.endpoint));
	rec_read_text(&r, got.trans_id, sizeof(got.trans_id));
	rec_read_text(&r, got.note, sizeof(got.note));
	rec_read_check(&r,
	    got.uses >= CHALLENGE_UNLIMITED && got.used >= 0 && got.reuses >= 0,
	    "negative number of uses");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*c = got;
	return 0;
}

int rec_put_challenge_id(
    const uint8_t mac[32], struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, ID_VERSION);

	rec_write_octets(&w, mac, 32);
	return rec_write_end(&w, "challenge id", e);
}

int rec_get_challenge_id(struct span key, struct span value, char id[16],
    uint8_t mac[32], struct err *e)
{
	static const char what[] = "challenge id";
	struct rec_reader r = rec_read(value, ID_VERSION);
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
