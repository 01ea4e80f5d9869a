/*
 * crl.h - certificate revocation lists (RFC 5280, 5), version 2.
 *
 * A list has any number of entries, so here bufs go up to CRL_MAX bytes.
 */
#ifndef CRL_H
#define CRL_H

#include "cert.h"

enum { CRL_MAX = 64 << 20 }; /* bytes */

/*
 * crl_entry_put - append one revokedCertificates entry to the contents of that
 * list; `serial` is the contents of the INTEGER, `reason` a CRLReason: 0
 * (unspecified) is left out, as the RFC wants it.
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

/* crl_make - append the list, signed by `key` with `digest` */
int crl_make(const struct crl_fields *f, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);

/* What a list says of itself.  Borrows. */
struct crl_view {
	struct span issuer;
	int64_t this_update, next_update; /* 0: absent or unreadable */
	int64_t number;			  /* -1: absent */
	struct span entries;		  /* contents of revokedCertificates */
};

/*
 * crl_parse - structure only; ERR_INPUT
 * crl_verify - is it signed by the key `spki` holds?  ERR_SIG
 * crl_entry_next - take the next entry off the front of the list
 */
int crl_parse(struct span der, struct crl_view *v, struct err *e);
int crl_verify(struct span der, struct span spki, struct err *e);
int crl_entry_next(struct span *entries, struct span *serial,
    int64_t *revoked_at, unsigned *reason, struct err *e);

#endif
