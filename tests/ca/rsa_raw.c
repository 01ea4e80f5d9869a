#include "rsa_raw.h"

#include <criterion/criterion.h>
#include <gmp.h>
#include <gnutls/abstract.h>
#include <string.h>

static void read_number(mpz_t x, const uint8_t b[RSA_RAW_SIZE])
{
	mpz_init(x);
	mpz_import(x, RSA_RAW_SIZE, 1, 1, 0, 0, b);
}

void rsa_raw_encrypt(const uint8_t n[RSA_RAW_SIZE],
    const uint8_t m[RSA_RAW_SIZE], uint8_t c[RSA_RAW_SIZE])
{
	mpz_t modulus, x;
	size_t size;

	read_number(modulus, n);
	read_number(x, m);
	mpz_powm_ui(x, x, 65537, modulus);
	size = (mpz_sizeinbase(x, 2) + 7) / 8;
	memset(c, 0, RSA_RAW_SIZE);
	mpz_export(c + RSA_RAW_SIZE - size, NULL, 1, 1, 0, 0, x);
	mpz_clears(modulus, x, NULL);
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
