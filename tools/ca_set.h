/*
 * ca_set.h - the certificates of a CA as a client gets them, and which of them
 * it trusts for what (RFC 8894, 2.1, 2.2, 4.2).
 */
#ifndef CA_SET_H
#define CA_SET_H

#include "cms_signed.h"

struct ca_set {
	struct buf bytes; /* certs borrow it */
	struct span certs[CMS_CERTS_MAX];
	bool trusted[CMS_CERTS_MAX];
	size_t n;
};
void ca_set_release(struct ca_set *s);

/*
 * ca_set_answer - from the body of a GetCACert answer: one certificate, or a
 * certs-only message, whatever the Content-Type said.
 * ca_set_pem - from a file of certificates, all of them trusted.
 * ERR_INPUT; then there is nothing to release.
 */
int ca_set_answer(struct span body, struct ca_set *s, struct err *e);
int ca_set_pem(struct span text, struct ca_set *s, struct err *e);

/*
 * ca_set_trust - trust the certificate with this fingerprint: MD5, SHA-1 or
 * SHA-256, by its length.  An empty one trusts every CA certificate of the set
 * that no other has signed.  Then trust what a trusted CA has signed.
 * ERR_NOT_FOUND if no certificate has the fingerprint.
 */
int ca_set_trust(struct ca_set *s, struct span fingerprint, struct err *e);

/* Which certificate does what: the RA's if there is one, else the CA's. */
struct ca_roles {
	struct span signer;    /* of answers */
	struct span recipient; /* of envelopes */
	struct span ca;	       /* of certificates and revocation lists */
};

/* ca_set_roles - among the trusted; borrows the set.  ERR_NOT_FOUND */
int ca_set_roles(const struct ca_set *s, struct ca_roles *r, struct err *e);

/* ca_set_issued - ERR_SIG unless a trusted CA of the set has signed `cert` */
int ca_set_issued(const struct ca_set *s, struct span cert, struct err *e);

/* cert_is_ca - basicConstraints says so (RFC 5280, 4.2.1.9) */
bool cert_is_ca(struct span cert);

/* cert_digest - append the fingerprint of a certificate */
int cert_digest(struct span cert, gnutls_digest_algorithm_t digest,
    struct buf *out, struct err *e);

#endif
