#include "key_rules.h"

#include <gmp.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

enum { ROCA_BASE = 65537, ROCA_PRIME_MAX = 167 };

static bool judge_exponent(
    const mpz_t x, unsigned exponent_min, char why[KEY_WEAKNESS_SIZE])
{
	unsigned min =
	    exponent_min > KEY_EXPONENT_MIN ? exponent_min : KEY_EXPONENT_MIN;

	why[0] = '\0';
	if (mpz_cmp_ui(x, min) < 0)
		gmp_snprintf(why, KEY_WEAKNESS_SIZE,
		    "public exponent %Zu; at least %u is taken", x, min);
	else if (mpz_cmp_ui(x, 1UL << 32) > 0)
		snprintf(why, KEY_WEAKNESS_SIZE, "public exponent over 2^32");
	else if (mpz_even_p(x))
		gmp_snprintf(
		    why, KEY_WEAKNESS_SIZE, "even public exponent %Zu", x);
	return why[0] == '\0';
}

/* The odd primes below KEY_FACTOR_MIN, by Eratosthenes; how many. */
static size_t list_primes(unsigned primes[KEY_FACTOR_MIN])
{
	bool composite[KEY_FACTOR_MIN] = { false };
	size_t n = 0;

	for (unsigned p = 3; p < KEY_FACTOR_MIN; p += 2) {
		if (composite[p])
			continue;
		primes[n++] = p;
		for (unsigned m = p * p; m < KEY_FACTOR_MIN; m += 2 * p)
			composite[m] = true;
	}
	return n;
}

/* Is r, which p does not divide, a power of 65537 modulo the prime p? */
static bool is_roca_residue(unsigned r, unsigned p)
{
	unsigned power = 1;

	do {
		if (power == r)
			return true;
		power = power * (ROCA_BASE % p) % p;
	} while (power != 1);
	return false;
}

/*
 * Small factors and ROCA in one pass: as many primes as a machine word holds
 * the product of share one long division.
 */
static bool judge_residues(const mpz_t n, char why[KEY_WEAKNESS_SIZE])
{
	unsigned primes[KEY_FACTOR_MIN];
	size_t count = list_primes(primes), first, end;
	bool roca = true;

	for (first = 0; first < count; first = end) {
		unsigned long product = 1, rest;

		for (end = first;
		     end < count && product <= ULONG_MAX / primes[end]; end++)
			product *= primes[end];
		rest = mpz_fdiv_ui(n, product);
		for (size_t i = first; i < end; i++) {
			unsigned p = primes[i], r = (unsigned)(rest % p);

			if (r == 0) {
				snprintf(why, KEY_WEAKNESS_SIZE,
				    "the modulus has the factor %u", p);
				return false;
			}
			roca = roca &&
			    (p > ROCA_PRIME_MAX || is_roca_residue(r, p));
		}
	}
	if (roca)
		snprintf(why, KEY_WEAKNESS_SIZE,
		    "the key was made by a faulty generator (ROCA, "
		    "CVE-2017-15361)");
	return !roca;
}

/*
 * Fermat: n = a^2 - b^2 = (a + b)(a - b), and a is near the root of n if the
 * primes are near to each other.
 */
static bool judge_distance(const mpz_t n, char why[KEY_WEAKNESS_SIZE])
{
	mpz_t a, b2;
	int round;

	mpz_init(a);
	mpz_init(b2);
	mpz_sqrt(a, n);
	if (!mpz_perfect_square_p(n))
		mpz_add_ui(a, a, 1);
	mpz_mul(b2, a, a);
	mpz_sub(b2, b2, n);
	for (round = 1; round <= KEY_FERMAT_ROUNDS; round++) {
		if (mpz_perfect_square_p(b2))
			break;
		mpz_addmul_ui(b2, a, 2); /* (a + 1)^2 - n */
		mpz_add_ui(b2, b2, 1);
		mpz_add_ui(a, a, 1);
	}
	mpz_clear(a);
	mpz_clear(b2);
	if (round > KEY_FERMAT_ROUNDS)
		return true;
	snprintf(why, KEY_WEAKNESS_SIZE,
	    "the primes are too close to each other: Fermat's method finds "
	    "them in %d step%s",
	    round, round == 1 ? "" : "s");
	return false;
}

bool key_rules_rsa(struct span modulus, struct span exponent,
    unsigned exponent_min, char why[KEY_WEAKNESS_SIZE])
{
	bool good = false;
	mpz_t n, x;

	mpz_init(n);
	mpz_init(x);
	mpz_import(n, modulus.n, 1, 1, 0, 0, modulus.p);
	mpz_import(x, exponent.n, 1, 1, 0, 0, exponent.p);
	if (mpz_even_p(n))
		snprintf(why, KEY_WEAKNESS_SIZE, "the modulus is even");
	else
		good = judge_exponent(x, exponent_min, why) &&
		    judge_residues(n, why) && judge_distance(n, why);
	mpz_clear(n);
	mpz_clear(x);
	return good;
}

int key_rules_judge(const struct pubkey *k, unsigned exponent_min, bool *weak,
    char why[KEY_WEAKNESS_SIZE], struct err *e)
{
	gnutls_datum_t n = { 0 }, x = { 0 };

	*weak = false;
	if (k->pk != GNUTLS_PK_RSA)
		return 0;
	if (gnutls_pubkey_export_rsa_raw(k->key, &n, &x) != 0)
		return err_set(e, ERR_NOMEM, "public key");
	*weak = !key_rules_rsa((struct span){ n.data, n.size },
	    (struct span){ x.data, x.size }, exponent_min, why);
	gnutls_free(n.data);
	gnutls_free(x.data);
	return 0;
}
