/*
 * challenge.h - challenge passwords: made, recognised, authorised by.
 *
 * The store knows a challenge by its HMAC-SHA-256 under a secret that is a file
 * in keys/, so a copy of the store alone gives nobody a challenge (RFC 8894,
 * 7.3).
 */
#ifndef CHALLENGE_H
#define CHALLENGE_H

#include "ca.h"
#include "refusal.h"
#include "store_cert.h"
#include "store_challenge.h"

/* Characters of a generated value: 128 random bits in base32, lower case. */
enum { CHALLENGE_TEXT_SIZE = 26 };

struct challenge_spec {
	int32_t uses;	    /* or CHALLENGE_UNLIMITED */
	int64_t expires_at; /* 0: never */
	const char *note;   /* "static" or NULL */
	/* What it is bound to; NULL: to nothing. */
	const char *for_name; /* as name_pattern_parse takes it */
	const char *profile, *endpoint, *trans_id;
};

/*
 * challenge_new - make a value of 128 random bits, record it, append it to
 * `value`; *c is the record.  ERR_INPUT: it is bound to what cannot be.
 * challenge_static - record a value that the operator chose; any number of
 * uses. At least 8 characters of printable ASCII (ERR_INPUT).
 */
int challenge_new(struct ca *ca, const struct challenge_spec *spec, int64_t now,
    struct buf *value, struct stored_challenge *c, struct err *e);
int challenge_static(struct ca *ca, struct span value, int64_t now,
    struct stored_challenge *c, struct err *e);

/*
 * challenge_find - the record of the challenge with this value, whatever it is
 * worth by now; ERR_NOT_FOUND.
 */
int challenge_find(struct ca *ca, struct span value, struct stored_challenge *c,
    struct err *e);

/*
 * What makes a certificate permissible.  Only authorise.c, authorise_program.c
 * and challenge_authorise fill one in, and issuing asks for it (security.md
 * T-11).
 */
struct authorisation {
	bool granted;
	bool has_challenge;
	char for_name[CHALLENGE_FOR_SIZE]; /* other names are not granted */
	bool by_program; /* not granted, and for a program to grant */
	uint8_t challenge_mac[32];
	char challenge_id[16];
	char rule[RULE_MAX];	     /* which let it through: for the record */
	char profile[CONF_NAME_MAX]; /* to be made by; "": the endpoint's */
	char detail[320]; /* for the log, if not granted; may be empty */
};

/* Where a challenge came from.  Borrows everything. */
struct challenge_use {
	bool present;
	struct span value;
	struct span subject; /* of the request; a Name */
	const char *trans_id;
};

/*
 * challenge_authorise - is it a good one, now, at the endpoint of `ca`, and for
 * this subject?  Nothing is consumed: store_grant does that.
 * 0: *why is REFUSE_NONE and *a granted, or *why says why not.  -1: store
 * failed.
 */
int challenge_authorise(struct ca *ca, const struct challenge_use *use,
    int64_t now, struct authorisation *a, enum refusal *why, struct err *e);

/*
 * challenge_revoke - store_challenge_revoke, told in the audit log as `why`,
 * such as challenge-revoked.
 */
int challenge_revoke(struct ca *ca, const char *why, const char *id,
    int64_t now, struct stored_challenge *c, struct err *e);

/*
 * challenge_exposed - `value` was sent in the clear: if it is a good one-time
 * challenge it is revoked, *revoked is true and id[] names it.  One of
 * unlimited uses is not: whoever knows it could stop everybody else (R086).
 */
int challenge_exposed(struct ca *ca, struct span value, int64_t now,
    char id[16], bool *revoked, struct err *e);

#endif
