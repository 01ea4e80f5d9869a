#include "rsa_raw.h"

#include <criterion/criterion.h>
#include <gnutls/abstract.h>
#include <string.h>

#include "ca_home.h"

enum { LIMBS = RSA_RAW_SIZE / 4 };

struct number {
	uint32_t limb[LIMBS]; /* the least first */
};

static struct number number(const uint8_t b[RSA_RAW_SIZE])
{
	struct number x;

	for (size_t i = 0; i < LIMBS; i++) {
		const uint8_t *at = b + RSA_RAW_SIZE - 4 * (i + 1);

		x.limb[i] = (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
		    (uint32_t)at[2] << 8 | at[3];
	}
	return x;
}

/* x -= y; what was left over at the top */
static uint32_t subtract(struct number *x, const struct number *y)
{
	uint64_t borrow = 0;

	for (size_t i = 0; i < LIMBS; i++) {
		uint64_t d = (uint64_t)x->limb[i] - y->limb[i] - borrow;

		x->limb[i] = (uint32_t)d;
		borrow = d >> 63;
	}
	return (uint32_t)borrow;
}

/* x = x + y mod n, all below n */
static void add_mod(
    struct number *x, const struct number *y, const struct number *n)
{
	struct number less;
	uint64_t carry = 0;

	for (size_t i = 0; i < LIMBS; i++) {
		carry += (uint64_t)x->limb[i] + y->limb[i];
		x->limb[i] = (uint32_t)carry;
		carry >>= 32;
	}
	less = *x;
	if (subtract(&less, n) <= carry)
		*x = less;
}

/* Double and add: slow, plain, and good enough for a few hundred blocks. */
static struct number multiply_mod(
    const struct number *x, const struct number *y, const struct number *n)
{
	struct number r = { { 0 } }, twice;

	for (size_t bit = 32 * LIMBS; bit-- > 0;) {
		twice = r;
		add_mod(&r, &twice, n);
		if ((x->limb[bit / 32] >> bit % 32 & 1) != 0)
			add_mod(&r, y, n);
	}
	return r;
}

void rsa_raw_encrypt(const uint8_t n[RSA_RAW_SIZE],
    const uint8_t m[RSA_RAW_SIZE], uint8_t c[RSA_RAW_SIZE])
{
	const struct number modulus = number(n), one = number(m);
	struct number r = one;

	for (int i = 0; i < 16; i++) /* 65537 is 2^16 + 1 */
		r = multiply_mod(&r, &r, &modulus);
	r = multiply_mod(&r, &one, &modulus);
	for (size_t i = 0; i < RSA_RAW_SIZE; i++)
		c[RSA_RAW_SIZE - 1 - i] = (uint8_t)(r.limb[i / 4] >> i % 4 * 8);
}

void rsa_raw_modulus(struct span spki, uint8_t n[RSA_RAW_SIZE])
{
	gnutls_datum_t der = { (unsigned char *)spki.p, (unsigned)spki.n };
	gnutls_datum_t modulus, exponent;
	gnutls_pubkey_t key;

	cr_assert_eq(gnutls_pubkey_init(&key), 0);
	cr_assert_eq(gnutls_pubkey_import(key, &der, GNUTLS_X509_FMT_DER), 0);
	cr_assert_eq(gnutls_pubkey_export_rsa_raw2(
			 key, &modulus, &exponent, GNUTLS_EXPORT_FLAG_NO_LZ),
	    0);
	cr_assert_eq(modulus.size, RSA_RAW_SIZE);
	cr_assert_eq(exponent.size, 3);
	cr_assert_arr_eq(exponent.data, "\x01\x00\x01", 3);
	memcpy(n, modulus.data, RSA_RAW_SIZE);
	gnutls_free(modulus.data);
	gnutls_free(exponent.data);
	gnutls_pubkey_deinit(key);
}
