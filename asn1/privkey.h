/*
 * privkey.h - a private key as messages need it: sign, and unwrap a content
 * key.
 *
 * The one place that touches private key operations, so that a key kept
 * elsewhere can stand behind the same functions.
 */
#ifndef PRIVKEY_H
#define PRIVKEY_H

#include "alg.h"

struct privkey;

/*
 * privkey_import - from unencrypted PEM or DER (PKCS#8, PKCS#1, SEC 1).
 * Free with privkey_free (NULL is fine).  ERR_CONF names what is wrong.
 */
int privkey_import(struct span pem, struct privkey **key, struct err *e);
void privkey_free(struct privkey *key);

/*
 * privkey_generate - a fresh key and its PKCS#8 PEM: `kind` is "rsa:2048" …
 * "rsa:4096" or "ec:p256", "ec:p384", "ec:p521".  ERR_INPUT for another kind.
 */
int privkey_generate(const char *kind, struct buf *pem, struct err *e);

gnutls_pk_algorithm_t privkey_algorithm(const struct privkey *key);

/* privkey_spki - append the SubjectPublicKeyInfo, DER */
int privkey_spki(const struct privkey *key, struct buf *spki, struct err *e);

/*
 * privkey_sign - append the signature over `data` with `digest`: PKCS#1 v1.5
 * for RSA, ECDSA for EC.  It is verified with the public key before it is
 * handed out (security.md T-07).
 */
int privkey_sign(const struct privkey *key, const struct alg_digest *digest,
    struct span data, struct buf *sig, struct err *e);

/*
 * privkey_unwrap - RSA PKCS#1 v1.5 decryption of a content key of exactly `n`
 * bytes into out[], with implicit rejection: a ciphertext that does not hold
 * such a key yields a key that depends on the ciphertext and on a secret of
 * this key, in the same time.  There is nothing to test in the result
 * (security.md T-01).  n is at most 32; `key` must be RSA.
 */
void privkey_unwrap(
    const struct privkey *key, struct span wrapped, uint8_t *out, size_t n);

#endif
