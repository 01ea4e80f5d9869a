/*
 * lint.h - nothing is signed that has not passed, and nothing leaves the house
 * but what was signed (security.md T-07, T-27).
 *
 * What fails here is a fault of ours: what a request can have wrong has been
 * refused by the policy, in words for the client.
 */
#ifndef LINT_H
#define LINT_H

#include "cert.h"

/*
 * lint_tbs - before the key of the CA is used: put a signature of no value
 * under the TBSCertificate, read that with GnuTLS, which did not make it, and
 * require:
 *
 *  - version 3; a serial as decided: positive, minimal, of 64 bits at least and
 *    20 octets at most; dates as decided, in order, in the right form and within
 *    the issuer's; issuer and subject as decided to the octet, the issuer not
 *    empty; key as decided; to be signed with SHA-256 or better;
 *  - no extension empty or twice; basicConstraints, critical, CA:FALSE;
 *    keyUsage, critical, with what this type of key can do; subjectKeyIdentifier
 *    of the key, authorityKeyIdentifier of the issuer; no extKeyUsage that is
 *    empty or has anyExtendedKeyUsage or OCSPSigning; no policy twice; URLs of
 *    CRL and issuer by HTTP if there are any;
 *  - subjectAltName, critical if the subject is empty and only then: not
 *    empty, dNSNames made of labels (dns_name.h), addresses of 4 or 16 octets.
 *    A name that is there twice does no harm, and clients do that.
 *
 * `issuer` is NULL for a CA that signs itself: CA:TRUE, keyCertSign.
 * ERR_CRYPTO says what is wrong.
 */
int lint_tbs(struct span tbs, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e);

/*
 * lint_signed - after it: `der` is `tbs`, to the octet, under a signature that
 * verifies with the issuer's key, by the algorithm that is named inside.
 */
int lint_signed(struct span der, struct span tbs,
    const struct cert_view *issuer, struct err *e);

#endif
