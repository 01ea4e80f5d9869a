/*
 * lint.h - the last look at a certificate before it leaves (security.md T-27).
 */
#ifndef LINT_H
#define LINT_H

#include "cert.h"

/*
 * lint_cert - read `der` with GnuTLS, which did not make it, and require:
 * version 3, positive serial of at most 20 octets, dates in order and within
 * the issuer's, issuer and subject as decided to the octet, key as decided,
 * basicConstraints and keyUsage there and critical, AKI and SKI, URLs of CRL and
 * issuer by HTTP if there are any, no empty or duplicate extension, SHA-2, a signature that verifies with the issuer's key.
 * ERR_CRYPTO says what is wrong.
 */
int lint_cert(struct span der, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e);

#endif
