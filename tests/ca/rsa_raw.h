/*
 * rsa_raw.h - the RSA public operation without any padding: for an attacker who
 * chooses every octet of the block.
 */
#ifndef RSA_RAW_H
#define RSA_RAW_H

#include "buf.h"

enum { RSA_RAW_SIZE = 256 }; /* bytes: keys of 2048 bits */

/* rsa_raw_modulus - the modulus of the RSA key in an SPKI */
void rsa_raw_modulus(struct span spki, uint8_t n[RSA_RAW_SIZE]);

/* rsa_raw_encrypt - c = m^65537 mod n; m must be below n */
void rsa_raw_encrypt(const uint8_t n[RSA_RAW_SIZE],
    const uint8_t m[RSA_RAW_SIZE], uint8_t c[RSA_RAW_SIZE]);

#endif
