/*
 * x509_signed.h - what X.509 calls SIGNED: a body, an algorithm, a signature.
 * Certificates, certification requests and CRLs are all of this shape.
 */
#ifndef X509_SIGNED_H
#define X509_SIGNED_H

#include "privkey.h"
#include "tree.h"

struct x509_signed {	  /* borrows */
	struct span body; /* the signed element, with its header */
	char sig_oid[TREE_OID_MAX];
	struct span sig_params; /* a whole element; empty if absent */
	struct span signature;
};

/* x509_signed_parse - structure only; ERR_INPUT */
int x509_signed_parse(struct span der, struct x509_signed *s, struct err *e);

/* x509_sign - append `body` signed by `key` */
int x509_sign(struct span body, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e);

/*
 * alg_id_get - OID of an AlgorithmIdentifier and its parameters as a whole
 * element, empty if absent.
 * alg_id_put - append one; parameters as given, left out if empty.
 * signature_alg_put - append the one of a signature by a key of type `pk`.
 */
int alg_id_get(struct span alg_id, char oid[TREE_OID_MAX], struct span *params,
    struct err *e);
int alg_id_put(
    struct buf *out, const char *oid, struct span params, struct err *e);
int signature_alg_put(struct buf *out, gnutls_pk_algorithm_t pk,
    const struct alg_digest *digest, struct err *e);

extern const struct span der_null; /* the NULL that RSA and digests carry */

#endif
