/*
 * key_rules.h - RSA keys that anybody can break, by their public half alone.
 *
 * Pure.  What pubkey.h refuses for its size never comes here.
 */
#ifndef KEY_RULES_H
#define KEY_RULES_H

#include "pubkey.h"

enum {
	KEY_EXPONENT_MIN = 3,	 /* whatever the profile says */
	KEY_FACTOR_MIN = 752,	 /* no prime factor below it */
	KEY_FERMAT_ROUNDS = 110, /* as Let's Encrypt's Boulder */
	KEY_WEAKNESS_SIZE = 128,
};

/*
 * key_rules_rsa - may this modulus and this exponent (integers, big-endian) be
 * certified?  If not, why[] says in words for the client what is weak:
 *
 *  - an exponent that is even, below `exponent_min` or KEY_EXPONENT_MIN, or
 *    over 2^32.  65537 is what everybody uses, but old routers have 3 and 17,
 *    which are sound where padding is checked;
 *  - an even modulus, or one with a prime factor below KEY_FACTOR_MIN;
 *  - one whose primes are of the form that a library of Infineon's made (ROCA,
 *    CVE-2017-15361): modulo each small prime it is a power of 65537.  Of sound
 *    keys one in 2^27 looks so;
 *  - one whose primes are so close together that KEY_FERMAT_ROUNDS steps of
 *    Fermat's method find them, or equal.
 */
bool key_rules_rsa(struct span modulus, struct span exponent,
    unsigned exponent_min, char why[KEY_WEAKNESS_SIZE]);

/*
 * key_rules_judge - the same for any key: *weak, and why[].  A curve that
 * pubkey.h takes is good.  ERR_NOMEM.
 */
int key_rules_judge(const struct pubkey *k, unsigned exponent_min, bool *weak,
    char why[KEY_WEAKNESS_SIZE], struct err *e);

#endif
