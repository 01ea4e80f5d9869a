/*
 * rec.h - records as octets: the keys of the one B-tree, and the values.
 *
 * A key's first octet names the kind of record; what follows identifies it:
 *
 *   'C' length serial           certificate; the order is that of the numbers
 *   'R' key_hash trans_id       request
 *   'H' mac                     challenge
 *   'I' id                      challenge by short name: the value is its mac
 *
 * A value starts with its version.  Integers are big-endian, texts and octet
 * strings have their length in front.  Decoding takes exactly what encoding
 * makes: a truncated value, trailing octets, an unknown version or a value out
 * of range is ERR_STORE.  Encoding takes what decoding can give back, else
 * ERR_INPUT.  What is in the key is not in the value.
 */
#ifndef REC_H
#define REC_H

#include "store_cert.h"
#include "store_challenge.h"
#include "store_request.h"

enum rec_kind {
	REC_CERT = 'C',
	REC_CHALLENGE = 'H',
	REC_CHALLENGE_ID = 'I',
	REC_REQUEST = 'R',
};

enum { REC_KEY_MAX = 1 + 32 + 255 };

struct rec_key {
	size_t n;
	uint8_t b[REC_KEY_MAX];
};

/* rec_key_first - before every key of the kind */
void rec_key_first(enum rec_kind kind, struct rec_key *k);
/* The others: ERR_INPUT for an empty or overlong serial, id or trans_id. */
int rec_key_cert(const struct serial *serial, struct rec_key *k, struct err *e);
int rec_key_request(
    const struct request_key *key, struct rec_key *k, struct err *e);
void rec_key_challenge(const uint8_t mac[32], struct rec_key *k);
int rec_key_challenge_id(const char *id, struct rec_key *k, struct err *e);

struct span rec_key_span(const struct rec_key *k);
bool rec_is(struct span key, enum rec_kind kind);

/*
 * rec_put_* - append the value.  rec_get_* - from key and value, neither kept.
 * On -1 the struct is as it was; a certificate must be released after 0.
 */
int rec_put_cert(const struct stored_cert *c, struct buf *value, struct err *e);
int rec_get_cert(
    struct span key, struct span value, struct stored_cert *c, struct err *e);

int rec_put_request(
    const struct stored_request *r, struct buf *value, struct err *e);
int rec_get_request(struct span key, struct span value,
    struct stored_request *r, struct err *e);

int rec_put_challenge(
    const struct stored_challenge *c, struct buf *value, struct err *e);
int rec_get_challenge(struct span key, struct span value,
    struct stored_challenge *c, struct err *e);

int rec_put_challenge_id(
    const uint8_t mac[32], struct buf *value, struct err *e);
int rec_get_challenge_id(struct span key, struct span value, char id[16],
    uint8_t mac[32], struct err *e);

#endif
