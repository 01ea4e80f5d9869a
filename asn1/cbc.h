/*
 * cbc.h - CBC over whole blocks in place, single DES included.
 */
#ifndef CBC_H
#define CBC_H

#include "alg.h"

enum { CBC_KEY_MAX = 32, CBC_BLOCK_MAX = 16 };

enum cbc_direction { CBC_ENCRYPT, CBC_DECRYPT };

/*
 * cbc_run - `key` has cipher->key_size bytes, `iv` cipher->block_size; n is a
 * multiple of the latter.  ERR_CRYPTO.
 */
int cbc_run(const struct alg_cipher *cipher, enum cbc_direction direction,
    const uint8_t *key, const uint8_t *iv, uint8_t *data, size_t n,
    struct err *e);

/*
 * cbc_unpadded - length of the n decrypted bytes without their padding (RFC
 * 5652, 6.3), in time that does not depend on them.  Bad padding counts as
 * none: what reads the content then finds that it is no such thing, as with any
 * other fault (security.md T-02).  n is at least one block.
 */
size_t cbc_unpadded(const uint8_t *p, size_t n, size_t block);

#endif
