/*
 * crl.h - certificate revocation lists (RFC 5280, 5), version 2.
 *
 * A list has any number of entries, so here bufs go up to CRL_MAX bytes: the
 * functions that append set `max` of a buf that has none.
 */
#ifndef CRL_H
#define CRL_H

#include "cert.h"

enum { CRL_MAX = 64 << 20 }; /* bytes */

/*
 * crl_entry_put - append one revokedCertificates entry to the contents of that
 * list; `serial` is the contents of the INTEGER, `reason` a CRLReason: 0
 * (unspecified) is left out, as the RFC wants it.  ERR_INPUT for a reason that a
 * full list cannot have, 7 and 8 among them, and for a date after 9999.
 */
int crl_entry_put(struct buf *entries, struct span serial, int64_t revoked_at,
    unsigned reason, struct err *e);

/* The values of a list that is to be made.  Everything borrows. */
struct crl_fields {
	struct span issuer;  /* Name, copied to the octet */
	struct span aki;     /* key identifier of the issuer */
	struct span entries; /* as crl_entry_put made them; may be empty */
	int64_t number;	     /* CRLNumber, not negative */
	int64_t this_update, next_update;
};

/*
 * crl_make - append the list, signed by `key` with `digest`.  ERR_INPUT for a
 * negative number, a nextUpdate that is not after thisUpdate, an empty issuer
 * or key identifier.
 */
int crl_make(const struct crl_fields *f, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);

/* What a list says of itself.  Borrows. */
struct crl_view {
	struct span issuer;
	int64_t this_update, next_update; /* 0: absent or unreadable */
	int64_t number;			  /* -1: absent, or over 63 bits */
	struct span entries;		  /* contents of revokedCertificates */
	/* issuingDistributionPoint, deltaCRLIndicator or something critical
	 * that is unknown: who is not listed may be revoked all the same */
	bool partial;
};

/*
 * crl_parse - structure only; ERR_INPUT
 * crl_verify - is it signed by the key `spki` holds?  ERR_SIG; ERR_ALG for a
 * signature by MD5 or one that is not in the tables
 * crl_entry_next - take the next entry off the front of the list: contents of
 * the serial's INTEGER, date, CRLReason (0 if none is said); ERR_INPUT
 * crl_is_full - is it not partial, and can each entry be read, without critical
 * extensions that are unknown (RFC 5280, 5.3)?  Goes through all of them.
 */
int crl_parse(struct span der, struct crl_view *v, struct err *e);
int crl_verify(struct span der, struct span spki, struct err *e);
int crl_entry_next(struct span *entries, struct span *serial,
    int64_t *revoked_at, unsigned *reason, struct err *e);
bool crl_is_full(const struct crl_view *v);

#endif
