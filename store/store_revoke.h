/*
 * store_revoke.h - certificates that are no longer good, and the list of them.
 */
#ifndef STORE_REVOKE_H
#define STORE_REVOKE_H

#include "store_cert.h"

enum crl_reason { /* RFC 5280, 5.3.1 */
	REASON_UNSPECIFIED = 0,
	REASON_KEY_COMPROMISE = 1,
	REASON_CA_COMPROMISE = 2,
	REASON_AFFILIATION_CHANGED = 3,
	REASON_SUPERSEDED = 4,
	REASON_CESSATION_OF_OPERATION = 5,
	REASON_CERTIFICATE_HOLD = 6,
	REASON_REMOVE_FROM_CRL = 8,
	REASON_PRIVILEGE_WITHDRAWN = 9,
	REASON_AA_COMPROMISE = 10,
};

enum revoke_outcome {
	REVOKE_DONE,
	REVOKE_ALREADY,	 /* it was revoked (held) before: nothing changed */
	REVOKE_NOT_HELD, /* only a hold can be ended: nothing changed */
};

/*
 * store_revoke - REASON_CERTIFICATE_HOLD: hold it; REASON_REMOVE_FROM_CRL: end
 * its hold; any other: revoke it for ever, a held one too.  *c is the record
 * afterwards; release it.  ERR_NOT_FOUND.
 */
int store_revoke(struct store *st, const struct serial *serial,
    enum crl_reason reason, int64_t now, const char *audit,
    enum revoke_outcome *outcome, struct stored_cert *c, struct err *e);

struct revoked {
	struct serial serial;
	int64_t revoked_at, not_after;
	uint8_t reason;
};

/*
 * store_revoked_page - revoked and held certificates by serial; as
 * store_cert_page, but nothing is to be released.
 */
int store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e);

/*
 * The CRL that was last made.  All zero: none yet.
 */
struct crl_state {
	int64_t number; /* CRLNumber (RFC 5280, 5.2.3) */
	int64_t this_update, next_update;
	bool changed;	       /* revocations since then are not in it */
	int64_t claimed_until; /* somebody is making one; 0: nobody */
};
int store_crl_state(struct store *st, struct crl_state *s, struct err *e);

/*
 * store_crl_claim - of many processes that find the CRL due one makes it.
 * *claimed: nobody has claimed it until after `now`; it is ours for `seconds`
 * (3600 at most), and *number is its number: above all before, and not below
 * `now`, so that it rises for ever, also when an old backup has been restored.
 * Another may have made one just before: look at store_crl_state once more.
 * store_crl_done - it is published: what had been revoked before the claim is
 * in it.  this_update 0: it is not; the claim ends.
 */
int store_crl_claim(struct store *st, int64_t now, int seconds, int64_t *number,
    bool *claimed, struct err *e);
int store_crl_done(struct store *st, int64_t number, int64_t this_update,
    int64_t next_update, const char *audit, struct err *e);

#endif
