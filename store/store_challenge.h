/*
 * store_challenge.h - challenge passwords, known by their keyed hash only
 * (RFC 8894, 7.3).
 */
#ifndef STORE_CHALLENGE_H
#define STORE_CHALLENGE_H

#include "store.h"

enum { CHALLENGE_UNLIMITED = -1 };

/* Octets of a text, with its NUL: as in an endpoint, a request, a transaction. */
enum {
	CHALLENGE_NAME_SIZE = 64,
	CHALLENGE_FOR_SIZE = 256,
	CHALLENGE_TRANS_SIZE = 256,
};

/* A challenge as recorded.  Its value is nowhere.  Seconds since 1970. */
struct stored_challenge {
	char id[16];	 /* short name for people, unique, [0-9a-f] */
	uint8_t mac[32]; /* HMAC-SHA-256 of the value: the key */
	int32_t uses;	 /* granted in all, or CHALLENGE_UNLIMITED */
	int32_t used;	 /* consumed so far */
	int64_t created_at;
	int64_t expires_at;   /* 0: never */
	int64_t revoked_at;   /* 0: not */
	int64_t last_used_at; /* 0: never */
	uint8_t last_key[32]; /* key_hash of the request that used it last … */
	char last_remote[64]; /* … and the address that came from */
	int64_t reused_at;    /* tried again when it was used up; 0: never */
	int32_t reuses;	      /* how often */
	/* What it is bound to: only there it is good.  Empty: to nothing. */
	char for_name[CHALLENGE_FOR_SIZE]; /* a name, or a pattern */
	char profile[CHALLENGE_NAME_SIZE]; /* what the certificate becomes */
	char endpoint[CHALLENGE_NAME_SIZE];
	char trans_id[CHALLENGE_TRANS_SIZE];
	char note[64]; /* "static" or empty */
};

enum challenge_state {
	CHALLENGE_GOOD,
	CHALLENGE_USED,
	CHALLENGE_EXPIRED,
	CHALLENGE_REVOKED,
};

/* challenge_state - what it is worth at `now`; pure */
enum challenge_state challenge_state(
    const struct stored_challenge *c, int64_t now);

/* store_challenge_add - ERR_STORE if id or mac is taken already */
int store_challenge_add(struct store *st, const struct stored_challenge *c,
    const char *audit, struct err *e);

/* store_challenge_find - by keyed hash; ERR_NOT_FOUND */
int store_challenge_find(struct store *st, const uint8_t mac[32],
    struct stored_challenge *c, struct err *e);

/* store_challenge_page - as store_cert_page, in the order of the macs */
int store_challenge_page(struct store *st, const uint8_t *after_mac,
    struct stored_challenge *page, size_t max, size_t *n, struct err *e);

/*
 * store_challenge_revoke - `id` or a prefix that only one challenge has
 * (ERR_INPUT if several do, ERR_NOT_FOUND); *c is the record afterwards.
 * Twice is no error.  To `audit`, of at most 200 octets, the id in full is
 * added.
 */
int store_challenge_revoke(struct store *st, const char *id, int64_t now,
    const char *audit, struct stored_challenge *c, struct err *e);

#endif
