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
	int32_t uses;	      /* or CHALLENGE_UNLIMITED */
	int64_t expires_at;   /* 0: never */
	const char *for_name; /* exact RFC 4514 name or NULL */
	const char *note;     /* "static" or NULL */
};

/*
 * challenge_new - make a value of 128 random bits, record it, append it to
 * `value`; *c is the record.
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
	bool name_bound; /* for one subject: other names are not granted */
	bool by_program; /* not granted, and for a program to grant */
	uint8_t challenge_mac[32];
	char challenge_id[16];
	char rule[RULE_MAX];	     /* which let it through: for the record */
	char profile[CONF_NAME_MAX]; /* to be made by; "": the endpoint's */
	char detail[320]; /* for the log, if not granted; may be empty */
};

/*
 * challenge_authorise - is `value`, which came in a request for `subject` (a
 * Name), a good challenge now?  Nothing is consumed: store_grant does that.
 * 0: *why is REFUSE_NONE and *a granted, or *why says why not.  -1: store
 * failed.
 */
int challenge_authorise(struct ca *ca, bool present, struct span value,
    struct span subject, int64_t now, struct authorisation *a,
    enum refusal *why, struct err *e);

/*
 * challenge_exposed - `value` was sent in the clear: if it is a good one-time
 * challenge it is revoked, *revoked is true and id[] names it.  One of
 * unlimited uses is not: whoever knows it could stop everybody else (R086).
 */
int challenge_exposed(struct ca *ca, struct span value, int64_t now,
    char id[16], bool *revoked, struct err *e);

#endif
