#include "weak_key.h"

#include <criterion/criterion.h>
#include <gnutls/x509.h>
#include <stdlib.h>

#include "ca_home.h"

enum { PRIME_BITS = 1024, ROCA_PRIMES = 126, EXPONENT = 65537 };

/* A random number of exactly so many bits, the two highest set. */
static void random_bits(mpz_t x, unsigned bits, unsigned long seed)
{
	gmp_randstate_t random;

	gmp_randinit_default(random);
	gmp_randseed_ui(random, seed);
	mpz_urandomb(x, random, bits);
	mpz_setbit(x, bits - 1);
	mpz_setbit(x, bits - 2);
	gmp_randclear(random);
}

/* May it be the prime of a key with the exponent 65537? */
static bool is_good_prime(const mpz_t p)
{
	return mpz_probab_prime_p(p, 24) != 0 && mpz_fdiv_ui(p, EXPONENT) != 1;
}

static void next_prime(mpz_t p)
{
	do
		mpz_nextprime(p, p);
	while (!is_good_prime(p));
}

void weak_prime(mpz_t p, unsigned bits, unsigned long seed)
{
	random_bits(p, bits, seed);
	next_prime(p);
}

/* With the root of n = p q at r, it takes (p + q)/2 - r steps, r rounded up. */
static unsigned long steps_of(const mpz_t p, const mpz_t q)
{
	unsigned long steps;
	mpz_t n, middle;

	mpz_init(n);
	mpz_init(middle);
	mpz_mul(n, p, q);
	mpz_sqrt(n, n);
	mpz_add(middle, p, q);
	mpz_fdiv_q_ui(middle, middle, 2);
	mpz_sub(middle, middle, n);
	steps = mpz_get_ui(middle);
	mpz_clear(n);
	mpz_clear(middle);
	return steps;
}

/* (q - p)^2 is about 8 p for each step. */
unsigned long weak_close(mpz_t p, mpz_t q, unsigned long steps)
{
	mpz_t gap;

	weak_prime(p, PRIME_BITS, 1);
	mpz_init(gap);
	mpz_mul_ui(gap, p, 8 * steps);
	mpz_sqrt(gap, gap);
	mpz_add(q, p, gap);
	next_prime(q);
	mpz_clear(gap);
	return steps_of(p, q);
}

void weak_roca(mpz_t p, unsigned long seed)
{
	mpz_t product, prime, power, a;

	mpz_init_set_ui(product, 1);
	mpz_init_set_ui(prime, 1);
	mpz_init_set_ui(power, EXPONENT);
	mpz_init(a);
	for (int i = 0; i < ROCA_PRIMES; i++) {
		mpz_nextprime(prime, prime);
		mpz_mul(product, product, prime);
	}
	random_bits(a, 64, seed);
	mpz_powm(power, power, a, product);
	random_bits(a, PRIME_BITS, seed + 1);
	mpz_fdiv_q(a, a, product);
	do {
		mpz_add_ui(a, a, 1);
		mpz_mul(p, a, product);
		mpz_add(p, p, power);
	} while (!is_good_prime(p));
	cr_assert_eq(mpz_sizeinbase(p, 2), PRIME_BITS);
	mpz_clear(product);
	mpz_clear(prime);
	mpz_clear(power);
	mpz_clear(a);
}

static gnutls_datum_t datum(const mpz_t x)
{
	size_t n;
	unsigned char *octets = mpz_export(NULL, &n, 1, 1, 0, 0, x);

	return (gnutls_datum_t){ octets, (unsigned)n };
}

struct privkey *weak_privkey(const mpz_t p, const mpz_t q)
{
	gnutls_datum_t n, x_octets, d, p_octets = datum(p), q_octets = datum(q),
				       out;
	gnutls_datum_t *const all[] = { &n, &x_octets, &d, &p_octets,
		&q_octets };
	gnutls_x509_privkey_t key;
	struct privkey *made;
	mpz_t x, phi, p_1;

	mpz_init(x);
	mpz_init(phi);
	mpz_init(p_1);
	mpz_mul(x, p, q);
	n = datum(x);
	mpz_sub_ui(p_1, p, 1);
	mpz_sub_ui(phi, q, 1);
	mpz_mul(phi, phi, p_1);
	mpz_set_ui(x, EXPONENT);
	x_octets = datum(x);
	cr_assert_neq(mpz_invert(x, x, phi), 0);
	d = datum(x);

	cr_assert_eq(gnutls_x509_privkey_init(&key), 0);
	cr_assert_eq(gnutls_x509_privkey_import_rsa_raw2(key, &n, &x_octets, &d,
			 &p_octets, &q_octets, NULL, NULL, NULL),
	    0);
	cr_assert_eq(
	    gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &out), 0);
	ok(privkey_import((struct span){ out.data, out.size }, &made, e));
	gnutls_free(out.data);
	gnutls_x509_privkey_deinit(key);
	for (size_t i = 0; i < COUNT(all); i++)
		free(all[i]->data);
	mpz_clear(x);
	mpz_clear(phi);
	mpz_clear(p_1);
	return made;
}
