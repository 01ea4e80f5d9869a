/*
 * weak_key.h - RSA keys that nobody should have, made to order.
 */
#ifndef WEAK_KEY_H
#define WEAK_KEY_H

#include <gmp.h>

#include "privkey.h"

/*
 * weak_close - two primes of 1024 bits that Fermat's method finds in about
 * `steps` steps; the number of steps that it is.
 */
unsigned long weak_close(mpz_t p, mpz_t q, unsigned long steps);

/* weak_roca - one of 1024 bits as Infineon's library made it: k M + (65537^a
 * mod M), M the product of the first 126 primes (Nemec and others, 2017) */
void weak_roca(mpz_t p, unsigned long seed);

/* weak_prime - an honest one of so many bits */
void weak_prime(mpz_t p, unsigned bits, unsigned long seed);

/* weak_privkey - the key with these primes and the exponent 65537 */
struct privkey *weak_privkey(const mpz_t p, const mpz_t q);

#endif
