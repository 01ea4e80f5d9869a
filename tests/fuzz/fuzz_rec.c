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
	return 0;
}
