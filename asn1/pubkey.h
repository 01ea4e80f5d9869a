/*
 * pubkey.h - public keys of strangers: sized before they are used.
 */
#ifndef PUBKEY_H
#define PUBKEY_H

#include "alg.h"
#include "der.h"

/* Bounds of design.md section 9 for any key that we verify with (T-31). */
enum { PUBKEY_RSA_MIN = 1024, PUBKEY_RSA_MAX = 4096 };

struct pubkey {
	gnutls_pubkey_t key;
	gnutls_pk_algorithm_t pk; /* RSA or ECDSA, nothing else */
	unsigned bits;		  /* modulus, or curve size */
	gnutls_ecc_curve_t curve; /* INVALID for RSA */
};

/*
 * pubkey_import - read a SubjectPublicKeyInfo.  RSA from PUBKEY_RSA_MIN to _MAX
 * bits with an odd modulus and an odd exponent from 3 to 2^32; P-256, P-384,
 * P-521. ERR_ALG for another type of key, ERR_INPUT for a size or form that is
 * refused.
 */
int pubkey_import(struct span spki, struct pubkey *k, struct err *e);
void pubkey_release(struct pubkey *k);

/* pubkey_verify - ERR_SIG if `sig` is not this key's signature over `data` */
int pubkey_verify(const struct pubkey *k, gnutls_sign_algorithm_t alg,
    struct span data, struct span sig, struct err *e);

/* pubkey_wrap - append the RSA PKCS#1 v1.5 encryption of a content key */
int pubkey_wrap(
    const struct pubkey *k, struct span cek, struct buf *out, struct err *e);

/* sha256_of - the SHA-256 of some bytes; for record keys and comparisons */
int sha256_of(struct span s, uint8_t out[32], struct err *e);

#endif
