/*
 * csr.h - PKCS#10 certification requests (RFC 2986) with SCEP's attributes.
 *
 * A request is strict DER: BER is for the CMS layers only (security.md T-24).
 */
#ifndef CSR_H
#define CSR_H

#include "privkey.h"
#include "pubkey.h"

/* Spans borrow the DER that was parsed; `key` and `challenge` are owned. */
struct csr {
	struct span der;
	struct span info;    /* CertificationRequestInfo, as signed */
	struct span subject; /* Name */
	struct span spki;
	struct span extensions; /* SEQUENCE OF Extension asked for, or empty */
	bool has_challenge;	/* the attribute is there, if empty */
	struct buf challenge;	/* challengePassword as UTF-8 */
	struct pubkey key;
	char sig_oid[64];
	gnutls_sign_algorithm_t sig_alg;
	const struct alg_digest *digest;
	struct span signature;
};

/*
 * csr_parse - read a request; the signature is not looked at.
 * Takes a challengePassword in every DirectoryString type and IA5String, the
 * extension request under PKCS#9 and under Microsoft's and VeriSign's old OIDs;
 * ignores unknown attributes; refuses two of one kind, more than one value and
 * more than 64 attributes.
 * ERR_INPUT, or ERR_ALG for a key or signature of unknown type.  On -1 nothing
 * needs to be released.
 */
int csr_parse(struct span der, struct csr *r, struct err *e);

/* csr_verify - proof of possession: the request is signed by its own key */
int csr_verify(const struct csr *r, struct err *e);

void csr_release(struct csr *r);

/*
 * csr_build - append a request signed by `key`.  `extensions` is a SEQUENCE OF
 * Extension or empty; `challenge` is UTF-8, sent as PrintableString where it
 * can be, or empty for no attribute.
 */
int csr_build(struct span subject, const struct privkey *key,
    const struct alg_digest *digest, struct span extensions,
    struct span challenge, struct buf *der, struct err *e);

#endif
