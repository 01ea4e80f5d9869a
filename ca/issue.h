/*
 * issue.h - certificates made and signed: for devices, the CA itself, its RA.
 */
#ifndef ISSUE_H
#define ISSUE_H

#include "ca.h"
#include "challenge.h"
#include "policy.h"
#include "store_cert.h"

/*
 * serial_random - 159 random bits, positive, no leading zero octets beyond what
 * DER needs (RFC 5280, 4.1.2.2); never zero.
 */
int serial_random(struct serial *s, struct err *e);

/*
 * issue_leaf - build, lint, sign and read back a certificate for `g` and the
 * key `spki`.  notAfter never passes the CA's (R182).  With `[ca] url` it says
 * where the CRL and the CA's certificate are (R172, R173).  `a` must be granted.
 * Fills in *cert's der, serial, dates, issued_at, state and key_hash, and
 * leaves the rest as it is.  Nothing is recorded here.  ERR_CONF if the CA
 * certificate is not valid at `now`.
 */
int issue_leaf(struct ca *ca, const struct authorisation *a,
    const struct profile *profile, const struct grantable *g, struct span spki,
    int64_t now, struct stored_cert *cert, struct err *e);

/*
 * issue_ca - a self-signed CA certificate with path length 0, from ten minutes
 * before `now`; keyUsage has digitalSignature and keyEncipherment too unless an
 * RA does the messages (RFC 8894, 2.1.2).
 * issue_ra - an RA certificate under the CA: `sign` for signing messages, else
 * for being enveloped to.
 */
int issue_ca(struct span subject, const struct privkey *key, bool with_ra,
    int64_t now, int64_t lifetime, struct stored_cert *cert, struct err *e);
int issue_ra(const struct cert_view *ca_cert, const struct privkey *ca_key,
    struct span subject, const struct privkey *ra_key, bool sign, int64_t now,
    int64_t lifetime, struct stored_cert *cert, struct err *e);

/*
 * issue_digest - the digest for signatures by `key`: SHA-256, or what fits a
 * larger curve.
 * issue_check_dates - is the issuer valid at `now`?  ERR_CONF
 */
int issue_digest(
    const struct privkey *key, const struct alg_digest **digest, struct err *e);
int issue_check_dates(
    const struct cert_view *issuer, int64_t now, struct err *e);

#endif
