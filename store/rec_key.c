/*
 * rec_key.c - the keys of the records.
 */
#include <string.h>

#include "rec.h"

static void start(struct rec_key *k, enum rec_kind kind)
{
	k->b[0] = (uint8_t)kind;
	k->n = 1;
}

/* Everything that is put was measured before: REC_KEY_MAX is enough. */
static void put(struct rec_key *k, const void *p, size_t n)
{
	memcpy(k->b + k->n, p, n);
	k->n += n;
}

static void put_u8(struct rec_key *k, size_t v)
{
	k->b[k->n++] = (uint8_t)v;
}

/* As octets that sort like the numbers, negative ones first. */
static void put_time(struct rec_key *k, int64_t at)
{
	uint64_t v = (uint64_t)at ^ (UINT64_C(1) << 63);
	int shift;

	for (shift = 56; shift >= 0; shift -= 8)
		put_u8(k, (uint8_t)(v >> shift));
}

/* Length in front: shorter is smaller, for they are positive. */
static int put_serial(
    struct rec_key *k, const struct serial *serial, struct err *e)
{
	if (serial->n == 0 || serial->n > SERIAL_MAX)
		return err_set(e, ERR_INPUT, "serial number of %u octets",
		    (unsigned)serial->n);
	put_u8(k, serial->n);
	put(k, serial->b, serial->n);
	return 0;
}

void rec_key_first(enum rec_kind kind, struct rec_key *k)
{
	start(k, kind);
}

int rec_key_cert(const struct serial *serial, struct rec_key *k, struct err *e)
{
	start(k, REC_CERT);
	return put_serial(k, serial, e);
}

int rec_key_revoked(
    const struct serial *serial, struct rec_key *k, struct err *e)
{
	start(k, REC_REVOKED);
	return put_serial(k, serial, e);
}

int rec_key_name(const uint8_t name_hash[32], int64_t not_after,
    const struct serial *serial, struct rec_key *k, struct err *e)
{
	start(k, REC_CERT_NAME);
	put(k, name_hash, 32);
	put_time(k, not_after);
	return serial == NULL ? 0 : put_serial(k, serial, e);
}

void rec_key_pubkey_of(
    const uint8_t key_hash[32], const uint8_t *name_hash, struct rec_key *k)
{
	start(k, REC_CERT_KEY);
	put(k, key_hash, 32);
	if (name_hash != NULL)
		put(k, name_hash, 32);
}

int rec_key_pubkey(
    const struct stored_cert *c, struct rec_key *k, struct err *e)
{
	rec_key_pubkey_of(c->key_hash, c->name_hash, k);
	put_time(k, c->not_after);
	return c->serial.n == 0 ? 0 : put_serial(k, &c->serial, e);
}

void rec_key_presented(const uint8_t key_hash[32], struct rec_key *k)
{
	start(k, REC_PRESENTED);
	put(k, key_hash, 32);
}

static int measure(const struct request_key *key, size_t *n, struct err *e)
{
	*n = strnlen(key->trans_id, sizeof(key->trans_id));
	if (*n == 0 || *n == sizeof(key->trans_id))
		return err_set(e, ERR_INPUT, "transactionID empty or too long");
	return 0;
}

int rec_key_request(
    const struct request_key *key, struct rec_key *k, struct err *e)
{
	size_t n;

	if (measure(key, &n, e) != 0)
		return -1;
	start(k, REC_REQUEST);
	put(k, key->key_hash, sizeof(key->key_hash));
	put(k, key->trans_id, n);
	return 0;
}

int rec_key_trans_id(
    const struct request_key *key, struct rec_key *k, struct err *e)
{
	size_t n;

	if (measure(key, &n, e) != 0)
		return -1;
	start(k, REC_TRANS_ID);
	put(k, key->trans_id, n + 1); /* with its NUL */
	put(k, key->key_hash, sizeof(key->key_hash));
	return 0;
}

void rec_key_request_id(const uint8_t id[32], struct rec_key *k)
{
	start(k, REC_REQUEST_ID);
	put(k, id, 32);
}

void rec_key_time(
    enum rec_kind kind, int64_t at, const uint8_t id[32], struct rec_key *k)
{
	start(k, kind);
	put_time(k, at);
	put(k, id, 32);
}

int rec_key_address(
    const char *remote, const uint8_t *id, struct rec_key *k, struct err *e)
{
	enum { SIZE = sizeof(((struct stored_request *)0)->remote) };
	size_t n = strnlen(remote, SIZE);

	if (n == SIZE)
		return err_set(e, ERR_INPUT, "address too long");
	start(k, REC_ADDRESS);
	put_u8(k, n);
	put(k, remote, n);
	if (id != NULL)
		put(k, id, 32);
	return 0;
}

void rec_key_challenge(const uint8_t mac[32], struct rec_key *k)
{
	start(k, REC_CHALLENGE);
	put(k, mac, 32);
}

int rec_key_challenge_id(const char *id, struct rec_key *k, struct err *e)
{
	size_t n = strlen(id);

	if (n == 0 || n > 15 || strspn(id, "0123456789abcdef") != n)
		return err_set(e, ERR_INPUT,
		    "a challenge's id is 1 to 15 digits out of 0-9a-f");
	start(k, REC_CHALLENGE_ID);
	put(k, id, n);
	return 0;
}

int rec_key_failures(const char *remote, struct rec_key *k, struct err *e)
{
	enum { SIZE = sizeof(((struct failures *)0)->remote) };
	size_t n = strnlen(remote, SIZE);

	if (n == 0 || n == SIZE)
		return err_set(e, ERR_INPUT, "address empty or too long");
	start(k, REC_FAILURES);
	put(k, remote, n);
	return 0;
}

void rec_key_line(int64_t seq, struct rec_key *k)
{
	start(k, REC_LINE);
	put_time(k, seq);
}

void rec_key_state(const char *name, struct rec_key *k)
{
	start(k, REC_STATE);
	put(k, name, strlen(name));
}

struct span rec_key_span(const struct rec_key *k)
{
	return (struct span){ k->b, k->n };
}

bool rec_is(struct span key, enum rec_kind kind)
{
	return key.n > 0 && key.p[0] == (uint8_t)kind;
}

bool rec_begins(struct span key, const struct rec_key *prefix)
{
	return key.n >= prefix->n && memcmp(key.p, prefix->b, prefix->n) == 0;
}

int64_t rec_time_of(struct span key)
{
	uint64_t v = 0;
	size_t i;

	for (i = 1; i <= 8; i++)
		v = v << 8 | key.p[i];
	return (int64_t)(v ^ (UINT64_C(1) << 63));
}
