/*
 * rec_request.c - requests, and the entries of their indexes, field by field.
 */
#include <string.h>

#include "rec.h"
#include "rec_field.h"

enum { VERSION = 3, VERSION_ENTRY = 1 };

static const char *wrong_request(const struct stored_request *r)
{
	if (r->state < REQUEST_PENDING || r->state > REQUEST_APPROVED)
		return "no such state";
	if ((r->state == REQUEST_GRANTED) != (r->serial.n > 0))
		return "a serial number if and only if granted";
	if (request_is_open(r) != (r->csr.n > 0))
		return "a CSR if and only if open";
	if (r->state != REQUEST_PENDING && r->expires_at != 0)
		return "an expiry, but not pending";
	return NULL;
}

int rec_put_request(
    const struct stored_request *r, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_u8(&w, (uint8_t)r->state);
	rec_write_u8(&w, r->type);
	rec_write_octets(&w, r->csr_hash, sizeof(r->csr_hash));
	rec_write_octets(&w, r->signer_hash, sizeof(r->signer_hash));
	rec_write_octets(&w, r->name_hash, sizeof(r->name_hash));
	rec_write_serial(&w, &r->serial);
	rec_write_serial(&w, &r->renews);
	rec_write_i64(&w, r->created_at);
	rec_write_i64(&w, r->decided_at);
	rec_write_i64(&w, r->expires_at);
	rec_write_text(&w, r->remote, sizeof(r->remote));
	rec_write_text(&w, r->endpoint, sizeof(r->endpoint));
	rec_write_text(&w, r->profile, sizeof(r->profile));
	rec_write_text(&w, r->challenge_id, sizeof(r->challenge_id));
	rec_write_text(&w, r->rule, sizeof(r->rule));
	rec_write_text(&w, r->reason, sizeof(r->reason));
	rec_write_span(&w, buf_span(&r->csr));
	if (w.wrong == NULL)
		w.wrong = wrong_request(r);
	return rec_write_end(&w, "request record", e);
}

/* A transactionID is a text: no NUL, not empty, room for one behind it. */
static int get_trans_id(struct span text, struct request_key *rk)
{
	if (text.n == 0 || text.n >= sizeof(rk->trans_id) ||
	    memchr(text.p, '\0', text.n) != NULL)
		return -1;
	memcpy(rk->trans_id, text.p, text.n);
	return 0;
}

static int get_key(struct span key, struct request_key *rk)
{
	const size_t head = 1 + sizeof(rk->key_hash);

	if (!rec_is(key, REC_REQUEST) || key.n <= head)
		return -1;
	memcpy(rk->key_hash, key.p + 1, sizeof(rk->key_hash));
	return get_trans_id((struct span){ key.p + head, key.n - head }, rk);
}

int rec_get_request(
    struct span key, struct span value, struct stored_request *r, struct err *e)
{
	static const char what[] = "request record";
	struct rec_reader in = rec_read(value, VERSION);
	struct stored_request got = { .type = 0 };
	const char *wrong;
	struct span csr;

	if (get_key(key, &got.key) != 0)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.state = rec_read_u8(&in);
	got.type = rec_read_u8(&in);
	rec_read_octets(&in, got.csr_hash, sizeof(got.csr_hash));
	rec_read_octets(&in, got.signer_hash, sizeof(got.signer_hash));
	rec_read_octets(&in, got.name_hash, sizeof(got.name_hash));
	rec_read_serial(&in, &got.serial);
	rec_read_serial(&in, &got.renews);
	got.created_at = rec_read_i64(&in);
	got.decided_at = rec_read_i64(&in);
	got.expires_at = rec_read_i64(&in);
	rec_read_text(&in, got.remote, sizeof(got.remote));
	rec_read_text(&in, got.endpoint, sizeof(got.endpoint));
	rec_read_text(&in, got.profile, sizeof(got.profile));
	rec_read_text(&in, got.challenge_id, sizeof(got.challenge_id));
	rec_read_text(&in, got.rule, sizeof(got.rule));
	rec_read_text(&in, got.reason, sizeof(got.reason));
	csr = rec_read_span(&in, BUF_MAX);
	got.csr.n = csr.n; /* only to be looked at */
	wrong = wrong_request(&got);
	got.csr.n = 0;
	rec_read_check(&in, wrong == NULL, wrong);
	if (rec_read_end(&in, what, e) != 0 || buf_put(&got.csr, csr, e) != 0)
		return -1;
	*r = got;
	return 0;
}

int rec_put_entry(enum rec_kind kind, const struct request_key *rk,
    struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION_ENTRY);

	if (kind != REC_TRANS_ID) { /* which has it in its key */
		rec_write_octets(&w, rk->key_hash, sizeof(rk->key_hash));
		rec_write_text(&w, rk->trans_id, sizeof(rk->trans_id));
		if (rk->trans_id[0] == '\0')
			w.wrong = "transactionID empty";
	}
	return rec_write_end(&w, "entry of a request", e);
}

static bool is_entry_key(struct span key)
{
	enum { ID = 32, TIME = 8, REMOTE = 64 };

	switch (key.n > 0 ? key.p[0] : 0) {
	case REC_REQUEST_ID:
		return key.n == 1 + ID;
	case REC_OPEN:
	case REC_EXPIRY:
	case REC_FINISHED:
		return key.n == 1 + TIME + ID;
	case REC_ADDRESS:
		return key.n >= 2 + ID && key.p[1] < REMOTE &&
		    key.n == 2 + (size_t)key.p[1] + ID;
	case REC_TRANS_ID:
		return key.n > 2 + ID && key.p[key.n - ID - 1] == '\0';
	}
	return false;
}

int rec_get_entry(
    struct span key, struct span value, struct request_key *rk, struct err *e)
{
	static const char what[] = "entry of a request";
	struct rec_reader in = rec_read(value, VERSION_ENTRY);
	struct request_key got = { .trans_id = "" };
	const size_t tail = sizeof(got.key_hash);

	if (!is_entry_key(key))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	if (rec_is(key, REC_TRANS_ID)) {
		memcpy(got.key_hash, key.p + key.n - tail, tail);
		if (get_trans_id((struct span){ key.p + 1, key.n - tail - 2 },
			&got) != 0)
			return err_set(e, ERR_STORE, "%s: malformed key", what);
	} else {
		rec_read_octets(&in, got.key_hash, sizeof(got.key_hash));
		rec_read_text(&in, got.trans_id, sizeof(got.trans_id));
		rec_read_check(
		    &in, got.trans_id[0] != '\0', "transactionID empty");
	}
	if (rec_read_end(&in, what, e) != 0)
		return -1;
	*rk = got;
	return 0;
}
