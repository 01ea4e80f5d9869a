/*
 * extensions.h - the extensions of the certificates that we make, all of them
 * from values: nothing is copied from a request but the bytes of names.
 */
#ifndef EXTENSIONS_H
#define EXTENSIONS_H

#include "cert.h"
#include "words.h"

struct extension_plan {
	bool ca;	     /* CA:TRUE with path length 0 */
	unsigned key_usage;  /* OR of GNUTLS_KEY_* */
	struct span eku;     /* ExtKeyUsageSyntax; empty: none */
	struct span san;     /* GeneralNames; empty: none */
	struct span subject; /* Name; SAN is critical if it is empty */
	struct span spki;    /* whose key identifier goes in */
	struct span aki;     /* key identifier of the issuer */
	const char *crl_url; /* NULL or empty: the certificate names none */
	const char *ca_url;  /* of the issuer's certificate; likewise */
	const struct words *policies; /* OIDs; NULL or empty: none */
};

/*
 * extensions_build - append, one behind the other, basicConstraints and
 * keyUsage (critical), extKeyUsage, the two key identifiers, subjectAltName,
 * certificatePolicies, cRLDistributionPoints, authorityInfoAccess (caIssuers).
 */
int extensions_build(
    const struct extension_plan *p, struct buf *out, struct err *e);

/*
 * key_identifier - the leftmost 160 bits of the SHA-256 of the key's BIT STRING
 * (RFC 7093, 2), so that SHA-1 is in no certificate.
 */
enum { KEY_ID_SIZE = 20 };
int key_identifier(struct span spki, uint8_t id[KEY_ID_SIZE], struct err *e);

/*
 * issuer_key_identifier - as the issuer's certificate says, or as we compute
 * it, in own[]; *id borrows from one of the two
 */
int issuer_key_identifier(const struct cert_view *issuer,
    uint8_t own[KEY_ID_SIZE], struct span *id, struct err *e);

#endif
