/*
 * rec.h - records as octets: the keys of the one B-tree, and the values.
 *
 * A key's first octet names the kind of record; what follows identifies it:
 *
 *   'C' serial                      certificate; in the order of the numbers
 *   'D' name_hash not_after serial  certificate by subject
 *   'K' key_hash name_hash not_after serial
 *                                   certificate by key
 *   'V' serial                      revoked or held: what a CRL says of it
 *   'R' key_hash trans_id           request
 *   'J' id                          request by its name for people
 *   'S' key_hash                    what the holder of a certificate of others
 *                                   with this key has got by it last: a serial
 *   'T' trans_id NUL key_hash       request by transactionID
 *   'P' created_at id               open requests by age
 *   'A' remote id                   open requests by address
 *   'E' expires_at id               pending requests by the end of their time
 *   'F' decided_at id               rejected and expired ones by that moment
 *   'H' mac                         challenge
 *   'I' id                          challenge by short name: its mac
 *   'W' remote                      wrong challenges from this address
 *   'Q' seq                         line of the audit log on its way
 *   'M' name                        "open": how many are, "crl": its state,
 *                                   "audit": the end of its chain,
 *                                   "failures": wrong challenges in all,
 *                                   "told": store_told.h
 *
 * Serials and addresses have their length in front; a time or a number is eight
 * octets in the order of them.  The value of J, P, A, E and F is the key of the
 * request; D, K and T say everything in their key.
 *
 * A value starts with its version.  Integers are big-endian, texts and octet
 * strings have their length in front.  Decoding takes exactly what encoding
 * makes: a truncated value, trailing octets, an unknown version or a value out
 * of range is ERR_STORE.  Encoding takes what decoding can give back, else
 * ERR_INPUT.  What is in the key is not in the value.
 */
#ifndef REC_H
#define REC_H

#include "store_failure.h"
#include "store_pending.h"
#include "store_revoke.h"
#include "store_told.h"

enum rec_kind {
	REC_ADDRESS = 'A',
	REC_CERT = 'C',
	REC_CERT_NAME = 'D',
	REC_EXPIRY = 'E',
	REC_FINISHED = 'F',
	REC_CHALLENGE = 'H',
	REC_CHALLENGE_ID = 'I',
	REC_REQUEST_ID = 'J',
	REC_CERT_KEY = 'K',
	REC_STATE = 'M',
	REC_OPEN = 'P',
	REC_LINE = 'Q',
	REC_REQUEST = 'R',
	REC_PRESENTED = 'S',
	REC_TRANS_ID = 'T',
	REC_REVOKED = 'V',
	REC_FAILURES = 'W',
};

enum { REC_KEY_MAX = 1 + 255 + 1 + 32 };

struct rec_key {
	size_t n;
	uint8_t b[REC_KEY_MAX];
};

/* rec_key_first - before every key of the kind */
void rec_key_first(enum rec_kind kind, struct rec_key *k);
/* The others: ERR_INPUT for an empty or overlong serial, id or trans_id. */
int rec_key_cert(const struct serial *serial, struct rec_key *k, struct err *e);
int rec_key_revoked(
    const struct serial *serial, struct rec_key *k, struct err *e);
/* rec_key_name - `serial` NULL: before all that end at not_after or later */
int rec_key_name(const uint8_t name_hash[32], int64_t not_after,
    const struct serial *serial, struct rec_key *k, struct err *e);
/*
 * rec_key_pubkey - from key_hash, name_hash, not_after and serial of `c`; with
 * an empty serial: before all of these that end at not_after or later
 */
int rec_key_pubkey(
    const struct stored_cert *c, struct rec_key *k, struct err *e);
/*
 * rec_key_pubkey_of - before all of one key and name, and the beginning of
 * theirs; `name_hash` NULL: of one key
 */
void rec_key_pubkey_of(
    const uint8_t key_hash[32], const uint8_t *name_hash, struct rec_key *k);
void rec_key_presented(const uint8_t key_hash[32], struct rec_key *k);
int rec_key_request(
    const struct request_key *key, struct rec_key *k, struct err *e);
int rec_key_trans_id(
    const struct request_key *key, struct rec_key *k, struct err *e);
void rec_key_request_id(const uint8_t id[32], struct rec_key *k);
/* rec_key_time - for REC_OPEN, REC_EXPIRY, REC_FINISHED */
void rec_key_time(
    enum rec_kind kind, int64_t at, const uint8_t id[32], struct rec_key *k);
/* rec_key_address - `id` NULL: before all of this address */
int rec_key_address(
    const char *remote, const uint8_t *id, struct rec_key *k, struct err *e);
void rec_key_challenge(const uint8_t mac[32], struct rec_key *k);
int rec_key_challenge_id(const char *id, struct rec_key *k, struct err *e);
/* rec_key_failures - ERR_INPUT for an empty or overlong address, too */
int rec_key_failures(const char *remote, struct rec_key *k, struct err *e);
void rec_key_line(int64_t seq, struct rec_key *k);
void rec_key_state(const char *name, struct rec_key *k); /* "open", "crl" … */

struct span rec_key_span(const struct rec_key *k);
bool rec_is(struct span key, enum rec_kind kind);
/* rec_begins - is `prefix` the beginning of the key? */
bool rec_begins(struct span key, const struct rec_key *prefix);
/* rec_time_of - of a key that rec_get_entry has taken, of P, E or F; or of Q */
int64_t rec_time_of(struct span key);

/*
 * rec_put_* - append the value.  rec_get_* - from key and value, neither kept.
 * On -1 the struct is as it was; a certificate or request must be released
 * after 0.
 */
int rec_put_cert(const struct stored_cert *c, struct buf *value, struct err *e);
int rec_get_cert(
    struct span key, struct span value, struct stored_cert *c, struct err *e);

/* Of a certificate only what its index has: serial, name_hash, not_after. */
int rec_put_name(struct buf *value, struct err *e);
int rec_get_name(
    struct span key, struct span value, struct stored_cert *c, struct err *e);

/* The same and its key_hash. */
int rec_put_pubkey(struct buf *value, struct err *e);
int rec_get_pubkey(
    struct span key, struct span value, struct stored_cert *c, struct err *e);

int rec_put_presented(
    const struct serial *serial, struct buf *value, struct err *e);
int rec_get_presented(struct span key, struct span value, uint8_t key_hash[32],
    struct serial *serial, struct err *e);

int rec_put_revoked(const struct revoked *r, struct buf *value, struct err *e);
int rec_get_revoked(
    struct span key, struct span value, struct revoked *r, struct err *e);

int rec_put_request(
    const struct stored_request *r, struct buf *value, struct err *e);
int rec_get_request(struct span key, struct span value,
    struct stored_request *r, struct err *e);

/* rec_get_entry - of J, T, P, A, E or F: the request that it leads to */
int rec_put_entry(enum rec_kind kind, const struct request_key *rk,
    struct buf *value, struct err *e);
int rec_get_entry(
    struct span key, struct span value, struct request_key *rk, struct err *e);

int rec_put_challenge(
    const struct stored_challenge *c, struct buf *value, struct err *e);
int rec_get_challenge(struct span key, struct span value,
    struct stored_challenge *c, struct err *e);

int rec_put_challenge_id(
    const uint8_t mac[32], struct buf *value, struct err *e);
int rec_get_challenge_id(struct span key, struct span value, char id[16],
    uint8_t mac[32], struct err *e);

/* How many requests are open. */
struct rec_open {
	int64_t count;
	int64_t changes; /* of count, ever: a reader sees that there was one */
};
int rec_put_open(const struct rec_open *o, struct buf *value, struct err *e);
int rec_get_open(
    struct span key, struct span value, struct rec_open *o, struct err *e);

/* The CRL.  "changes" counts what was ever revoked, held or let go. */
struct rec_crl {
	int64_t number, this_update, next_update; /* the one published last */
	int64_t changes;
	int64_t published; /* changes that are in it */
	int64_t claimed_number, claimed_until;
	int64_t claimed; /* changes when it was claimed */
};
int rec_put_crl(const struct rec_crl *c, struct buf *value, struct err *e);
int rec_get_crl(
    struct span key, struct span value, struct rec_crl *c, struct err *e);

/* Wrong challenges from everywhere, and how many addresses have a record. */
struct rec_failures {
	struct failures all;
	int64_t addresses;
};
int rec_put_all_failures(
    const struct rec_failures *f, struct buf *value, struct err *e);
int rec_get_all_failures(
    struct span key, struct span value, struct rec_failures *f, struct err *e);
int rec_put_failures(
    const struct failures *f, struct buf *value, struct err *e);
int rec_get_failures(
    struct span key, struct span value, struct failures *f, struct err *e);

/* A line of the audit log, without its line feed; borrows the value. */
int rec_put_line(struct span line, struct buf *value, struct err *e);
int rec_get_line(struct span key, struct span value, int64_t *seq,
    struct span *line, struct err *e);

/* The end of the audit log's chain. */
struct rec_audit {
	int64_t seq;	 /* of the last line that was made */
	int64_t firm;	 /* of the last one whose commit is durable */
	int64_t written; /* of the last one that is in the file */
	uint8_t chain[32];
};
int rec_put_audit(const struct rec_audit *a, struct buf *value, struct err *e);
int rec_get_audit(
    struct span key, struct span value, struct rec_audit *a, struct err *e);
int rec_put_told(const struct store_told *t, struct buf *value, struct err *e);
int rec_get_told(
    struct span key, struct span value, struct store_told *t, struct err *e);

#endif
