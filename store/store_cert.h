/*
 * store_cert.h - issued certificates: by serial, and all of them in order.
 */
#ifndef STORE_CERT_H
#define STORE_CERT_H

#include "store.h"

enum { SERIAL_MAX = 20, RULE_MAX = 80 };

/* A serial number: contents octets, positive (RFC 5280, 4.1.2.2). */
struct serial {
	uint8_t n;
	uint8_t b[SERIAL_MAX];
};

enum cert_state { CERT_VALID = 1, CERT_REVOKED = 2, CERT_HELD = 3 };

/* A certificate as recorded.  Times are seconds since 1970. */
struct stored_cert {
	struct serial serial;
	enum cert_state state; /* expiry is not a state: see not_after */
	int64_t not_before, not_after;
	int64_t issued_at;
	int64_t delivered_at;  /* last handed to the client; 0: never yet */
	int64_t revoked_at;    /* 0: not */
	uint8_t reason;	       /* CRLReason, if revoked or held */
	uint8_t key_hash[32];  /* SHA-256 of its SubjectPublicKeyInfo */
	uint8_t name_hash[32]; /* of its subject as names are compared */
	struct serial renews;  /* the certificate it replaces; n is 0: none */
	char trans_id[256];    /* of the request; empty for the CA's own */
	char challenge_id[16]; /* that authorised it; empty: none did */
	char rule[RULE_MAX];   /* what did: "challenge", "renewal" … */
	char profile[64];      /* that it was made by; empty: the CA's own */
	char endpoint[64];     /* that granted it; empty: not known, or none */
	char remote[64];       /* address it was asked from */
	struct buf der;	       /* owned */
};

/* stored_cert_release - wipe and free what it owns; may be used again */
void stored_cert_release(struct stored_cert *c);

/* store_cert_find - by serial; ERR_NOT_FOUND.  Release *c when done. */
int store_cert_find(struct store *st, const struct serial *serial,
    struct stored_cert *c, struct err *e);

/*
 * store_cert_page - up to `max` certificates in the order of their serials,
 * from the first behind `after` (NULL: from the start).  *n is how many were
 * read; less than max: that was the end.  Each must be released.
 */
int store_cert_page(struct store *st, const struct serial *after,
    struct stored_cert *page, size_t max, size_t *n, struct err *e);

/*
 * store_cert_named - how many certificates with this name_hash are valid, or
 * may be again: not revoked but on hold at most, not expired at `now`, and not
 * `except` (NULL: none is excepted).  Counting ends at `max`.
 */
int store_cert_named(struct store *st, const uint8_t name_hash[32], int64_t now,
    const struct serial *except, size_t max, size_t *n, struct err *e);

/* What somebody asks for, to be held against what there is. */
struct key_claim {
	const uint8_t *key_hash, *name_hash; /* 32 octets, as in stored_cert */
	const struct serial *renews;	     /* NULL, or n is 0: nothing */
	int64_t now;
};

/*
 * store_cert_key_elsewhere - is there a certificate with the key of this claim,
 * another name, and valid as above?  *found; then *other is one, to be released.
 * What goes back, by renewals, to the same certificate as the claim does is
 * none of another: without a subject all of the alternative names are the name,
 * and a renewal may leave some out.
 */
int store_cert_key_elsewhere(struct store *st, const struct key_claim *claim,
    bool *found, struct stored_cert *other, struct err *e);

/*
 * store_cert_presented_elsewhere - has somebody who presented a certificate of
 * others with the key of this claim got one by it (grant.presented), under
 * another name, which has a valid certificate as above?  *found; then *last is
 * what he got last, to be released.
 */
int store_cert_presented_elsewhere(struct store *st,
    const struct key_claim *claim, bool *found, struct stored_cert *last,
    struct err *e);

/*
 * store_cert_add - record a certificate that no request asked for (the CA's
 * own).  ERR_STORE if the serial is taken.
 */
int store_cert_add(struct store *st, const struct stored_cert *c,
    const char *audit, struct err *e);

/*
 * store_cert_delivered - note that the certificate went out; `audit` is told
 * the first time.  The only function whose effect may be lost in a power cut
 * (it is not worth a disk flush).  On the way it drains the audit log to `file`
 * (store_audit.h; NULL: it does not), of which a failure is no failure.  Lets
 * go of the database, as a program does this last.
 */
struct audit_file;
int store_cert_delivered(struct store *st, const struct serial *serial,
    int64_t now, const char *audit, struct audit_file *file, struct err *e);

#endif
