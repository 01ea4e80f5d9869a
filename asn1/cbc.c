#include "cbc.h"

#include <string.h>

int cbc_run(const struct alg_cipher *cipher, enum cbc_direction direction,
    const uint8_t *key, const uint8_t *iv, uint8_t *data, size_t n,
    struct err *e)
{
	uint8_t copy[CBC_KEY_MAX], vector[CBC_BLOCK_MAX];
	gnutls_datum_t k = { copy, (unsigned)cipher->key_size };
	gnutls_datum_t v = { vector, (unsigned)cipher->block_size };
	gnutls_cipher_hd_t h = NULL;
	int r;

	memcpy(copy, key, cipher->key_size);
	memcpy(vector, iv, cipher->block_size);
	if (cipher->key_size == 8) { /* EDE3 of three equal keys is DES */
		memcpy(copy + 8, key, 8);
		memcpy(copy + 16, key, 8);
		k.size = 24;
	}
	r = gnutls_cipher_init(&h, cipher->id, &k, &v);
	if (r == 0) {
		r = direction == CBC_ENCRYPT
		    ? gnutls_cipher_encrypt(h, data, n)
		    : gnutls_cipher_decrypt(h, data, n);
		gnutls_cipher_deinit(h);
	}
	explicit_bzero(copy, sizeof(copy));
	if (r != 0)
		return err_set(
		    e, ERR_CRYPTO, "%s: %s", cipher->name, gnutls_strerror(r));
	return 0;
}

/* 0xff if a < b, else 0; both below 2^16; no branch. */
static uint8_t mask_less(unsigned a, unsigned b)
{
	return (uint8_t)((a - b) >> 16);
}

size_t cbc_unpadded(const uint8_t *p, size_t n, size_t block)
{
	unsigned pad = p[n - 1];
	uint8_t bad = mask_less(pad, 1) | mask_less((unsigned)block, pad);

	for (size_t i = 1; i <= block; i++) {
		uint8_t differs = p[n - i] ^ (uint8_t)pad;
		uint8_t is_pad = mask_less((unsigned)i, pad + 1);

		bad |= (uint8_t)(is_pad & mask_less(0, differs));
	}
	return n - (pad & (uint8_t)~bad);
}
