/*
 * alg.h - the algorithms this server knows, by OID, and which of them it takes.
 *
 * GnuTLS protects nobody here (it will gladly run single DES), so every
 * decision is made on the OID, by these tables.
 */
#ifndef ALG_H
#define ALG_H

#include <gnutls/abstract.h>
#include <gnutls/crypto.h>
#include <gnutls/gnutls.h>

#include "buf.h"

#define ALG_OID_RSA "1.2.840.113549.1.1.1" /* rsaEncryption */

/* How far an algorithm is to be trusted (RFC 8894, 2.9). */
enum alg_grade {
	ALG_CURRENT,  /* SHA-2, AES */
	ALG_LEGACY,   /* SHA-1, triple DES: messages only, may be off */
	ALG_OBSOLETE, /* MD5, single DES: only where an endpoint says so */
};

struct alg_digest {
	const char *name; /* as GetCACaps spells it, "SHA-256" */
	const char *oid;
	gnutls_digest_algorithm_t id;
	gnutls_sign_algorithm_t rsa, ecdsa; /* UNKNOWN if there is none */
	size_t size;			    /* bytes */
	enum alg_grade grade;
};

struct alg_cipher { /* all of them CBC */
	const char *name;
	const char *oid;
	gnutls_cipher_algorithm_t id;
	size_t key_size;   /* bytes on the wire; 8 for single DES */
	size_t block_size; /* bytes; the IV has this size too */
	enum alg_grade grade;
};

/* What an endpoint takes: the worst grade of each kind. */
struct alg_policy {
	enum alg_grade worst;
};

/* NULL: not in the table. */
const struct alg_digest *alg_digest_by_oid(const char *oid);
const struct alg_digest *alg_digest_by_name(const char *name);
const struct alg_cipher *alg_cipher_by_oid(const char *oid);
const struct alg_cipher *alg_cipher_by_name(const char *name);

/*
 * alg_signature - which GnuTLS algorithm a signatureAlgorithm OID means for a
 * key of type `pk` and, in CMS, the digest named beside it.
 * rsaEncryption and id-ecPublicKey take the digest from `digest`; an OID that
 * names its own digest must agree with `digest` unless that is NULL (PKCS#10).
 * *used is the digest in use.  ERR_ALG if unknown or contradicting.
 */
int alg_signature(const char *oid, gnutls_pk_algorithm_t pk,
    const struct alg_digest *digest, gnutls_sign_algorithm_t *sig,
    const struct alg_digest **used, struct err *e);

/*
 * alg_name - a name for people for any OID ("MD5", "single DES", "RSA-OAEP",
 * …); the OID itself when nobody knows it.
 */
const char *alg_name(const char *oid);

#endif
