/*
 * Records of the store: the first octet chooses how long the key is that stands
 * before the value.  What decodes must encode to the same octets.
 */
#include <string.h>

#include "fuzz.h"
#include "rec.h"

static void check_cert(struct span key, struct span value)
{
	struct stored_cert c = { 0 };
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_cert(key, value, &c, NULL) != 0)
		return;
	MUST(rec_key_cert(&c.serial, &k, NULL) == 0);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_cert(&c, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	stored_cert_release(&c);
	buf_release(&out);
}

static void check_request(struct span key, struct span value)
{
	struct stored_request r;
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_request(key, value, &r, NULL) != 0)
		return;
	MUST(rec_key_request(&r.key, &k, NULL) == 0);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_request(&r, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	stored_request_release(&r);
	buf_release(&out);
}

static void check_challenge(struct span key, struct span value)
{
	struct stored_challenge c;
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_challenge(key, value, &c, NULL) != 0)
		return;
	rec_key_challenge(c.mac, &k);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_challenge(&c, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_challenge_id(struct span key, struct span value)
{
	struct rec_key k;
	struct buf out = { 0 };
	uint8_t mac[32];
	char id[16];

	if (rec_get_challenge_id(key, value, id, mac, NULL) != 0)
		return;
	MUST(rec_key_challenge_id(id, &k, NULL) == 0);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_challenge_id(mac, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_name(struct span key, struct span value)
{
	struct stored_cert c;
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_name(key, value, &c, NULL) != 0)
		return;
	MUST(rec_key_name(c.name_hash, c.not_after, &c.serial, &k, NULL) == 0);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_name(&out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_pubkey(struct span key, struct span value)
{
	struct stored_cert c;
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_pubkey(key, value, &c, NULL) != 0)
		return;
	MUST(rec_key_pubkey(&c, &k, NULL) == 0);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_pubkey(&out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_presented(struct span key, struct span value)
{
	struct serial serial;
	struct rec_key k;
	struct buf out = { 0 };
	uint8_t hash[32];

	if (rec_get_presented(key, value, hash, &serial, NULL) != 0)
		return;
	rec_key_presented(hash, &k);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_presented(&serial, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_revoked(struct span key, struct span value)
{
	struct revoked r;
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_revoked(key, value, &r, NULL) != 0)
		return;
	MUST(rec_key_revoked(&r.serial, &k, NULL) == 0);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_revoked(&r, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

/* Of its key only the transactionID's can be made again from the request. */
static void check_entry(struct span key, struct span value)
{
	struct request_key rk;
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_entry(key, value, &rk, NULL) != 0)
		return;
	MUST(rec_key_trans_id(&rk, &k, NULL) == 0);
	MUST(key.p[0] != REC_TRANS_ID || span_eq(rec_key_span(&k), key));
	if (key.p[0] == REC_OPEN || key.p[0] == REC_EXPIRY ||
	    key.p[0] == REC_FINISHED) {
		rec_key_time(key.p[0], rec_time_of(key), key.p + 9, &k);
		MUST(span_eq(rec_key_span(&k), key));
	}
	MUST(rec_put_entry(key.p[0], &rk, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_failures(struct span key, struct span value)
{
	struct failures f;
	struct rec_key k;
	struct buf out = { 0 };

	if (rec_get_failures(key, value, &f, NULL) != 0)
		return;
	MUST(rec_key_failures(f.remote, &k, NULL) == 0);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_failures(&f, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_state(struct span key, struct span value)
{
	struct rec_failures all;
	struct rec_audit audit;
	struct rec_open open;
	struct rec_crl crl;
	struct store_told told;
	struct buf out = { 0 };

	if (rec_get_open(key, value, &open, NULL) == 0)
		MUST(rec_put_open(&open, &out, NULL) == 0);
	else if (rec_get_crl(key, value, &crl, NULL) == 0)
		MUST(rec_put_crl(&crl, &out, NULL) == 0);
	else if (rec_get_all_failures(key, value, &all, NULL) == 0)
		MUST(rec_put_all_failures(&all, &out, NULL) == 0);
	else if (rec_get_audit(key, value, &audit, NULL) == 0)
		MUST(rec_put_audit(&audit, &out, NULL) == 0);
	else if (rec_get_told(key, value, &told, NULL) == 0)
		MUST(rec_put_told(&told, &out, NULL) == 0);
	else
		return;
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

static void check_line(struct span key, struct span value)
{
	struct rec_key k;
	struct span line;
	struct buf out = { 0 };
	int64_t seq;

	if (rec_get_line(key, value, &seq, &line, NULL) != 0)
		return;
	rec_key_line(seq, &k);
	MUST(span_eq(rec_key_span(&k), key));
	MUST(rec_put_line(line, &out, NULL) == 0);
	MUST(span_eq(buf_span(&out), value));
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span key, value;

	if (size == 0 || data[0] > size - 1)
		return 0;
	key = (struct span){ data + 1, data[0] };
	value = (struct span){ data + 1 + data[0], size - 1 - data[0] };
	check_cert(key, value);
	check_request(key, value);
	check_challenge(key, value);
	check_challenge_id(key, value);
	check_name(key, value);
	check_pubkey(key, value);
	check_presented(key, value);
	check_revoked(key, value);
	check_entry(key, value);
	check_failures(key, value);
	check_state(key, value);
	check_line(key, value);
	return 0;
}
