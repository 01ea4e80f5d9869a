#include "pubkey.h"

#include <string.h>

/* Size of an unsigned integer in bits, leading zero octets not counted. */
static size_t bit_length(gnutls_datum_t n)
{
	size_t bits;

	while (n.size > 0 && n.data[0] == 0) {
		n.data++;
		n.size--;
	}
	if (n.size == 0)
		return 0;
	bits = (size_t)(n.size - 1) * 8;
	for (uint8_t top = n.data[0]; top != 0; top >>= 1)
		bits++;
	return bits;
}

/* T-31: a key that makes us work, or that nobody could have made in earnest. */
static int check_rsa(gnutls_pubkey_t key, unsigned *bits, struct err *e)
{
	gnutls_datum_t n = { 0 }, x = { 0 };
	size_t n_bits, x_bits;
	bool odd;

	if (gnutls_pubkey_export_rsa_raw(key, &n, &x) != 0)
		return err_set(e, ERR_INPUT, "RSA key cannot be read");
	n_bits = bit_length(n);
	x_bits = bit_length(x);
	odd = n.size > 0 && (n.data[n.size - 1] & 1) != 0 && x.size > 0 &&
	    (x.data[x.size - 1] & 1) != 0;
	gnutls_free(n.data);
	gnutls_free(x.data);
	if (n_bits < PUBKEY_RSA_MIN || n_bits > PUBKEY_RSA_MAX)
		return err_set(e, ERR_INPUT,
		    "RSA key of %zu bits; taken are %d to %d", n_bits,
		    PUBKEY_RSA_MIN, PUBKEY_RSA_MAX);
	if (!odd || x_bits < 2 || x_bits > 32)
		return err_set(e, ERR_INPUT,
		    "RSA key with an even modulus or a bad exponent");
	*bits = (unsigned)n_bits;
	return 0;
}

static int check_ec(gnutls_pubkey_t key, gnutls_ecc_curve_t *curve,
    unsigned *bits, struct err *e)
{
	if (gnutls_pubkey_export_ecc_raw2(key, curve, NULL, NULL, 0) != 0)
		return err_set(e, ERR_INPUT, "EC key cannot be read");
	if (*curve != GNUTLS_ECC_CURVE_SECP256R1 &&
	    *curve != GNUTLS_ECC_CURVE_SECP384R1 &&
	    *curve != GNUTLS_ECC_CURVE_SECP521R1)
		return err_set(e, ERR_ALG,
		    "EC key on a curve other than P-256, P-384, P-521");
	*bits = (unsigned)gnutls_ecc_curve_get_size(*curve) * 8;
	return 0;
}

int pubkey_import(struct span spki, struct pubkey *k, struct err *e)
{
	gnutls_datum_t d = { (unsigned char *)spki.p, (unsigned)spki.n };
	struct pubkey new = { 0 };
	int rc = -1, pk;

	/* 4096 bits take 550 bytes; what is longer is not worth reading */
	if (spki.n == 0 || spki.n > 2048 ||
	    der_check(spki, &der_limits, e) != 0)
		return err_set(e, ERR_INPUT, "public key of %zu bytes", spki.n);
	if (gnutls_pubkey_init(&new.key) != 0)
		return err_set(e, ERR_NOMEM, "public key");
	if (gnutls_pubkey_import(new.key, &d, GNUTLS_X509_FMT_DER) != 0) {
		err_set(e, ERR_ALG,
		    "public key is neither RSA nor EC on a NIST curve");
		goto out;
	}
	pk = gnutls_pubkey_get_pk_algorithm(new.key, NULL);
	if (pk == GNUTLS_PK_RSA) {
		if (check_rsa(new.key, &new.bits, e) != 0)
			goto out;
	} else if (pk == GNUTLS_PK_ECDSA) {
		if (check_ec(new.key, &new.curve, &new.bits, e) != 0)
			goto out;
	} else {
		err_set(e, ERR_ALG, "public key of type %s",
		    gnutls_pk_get_name((gnutls_pk_algorithm_t)pk));
		goto out;
	}
	new.pk = (gnutls_pk_algorithm_t)pk;
	*k = new;
	new.key = NULL;
	rc = 0;
out:
	pubkey_release(&new);
	return rc;
}

void pubkey_release(struct pubkey *k)
{
	if (k->key != NULL)
		gnutls_pubkey_deinit(k->key);
	*k = (struct pubkey){ 0 };
}

int pubkey_verify(const struct pubkey *k, gnutls_sign_algorithm_t alg,
    struct span data, struct span sig, struct err *e)
{
	gnutls_datum_t d = { (unsigned char *)data.p, (unsigned)data.n };
	gnutls_datum_t s = { (unsigned char *)sig.p, (unsigned)sig.n };

	/* which algorithm is good enough was decided by its OID (alg.h) */
	if (gnutls_pubkey_verify_data2(
		k->key, alg, GNUTLS_VERIFY_ALLOW_BROKEN, &d, &s) < 0)
		return err_set(e, ERR_SIG, "signature does not match");
	return 0;
}

int pubkey_wrap(
    const struct pubkey *k, struct span cek, struct buf *out, struct err *e)
{
	gnutls_datum_t in = { (unsigned char *)cek.p, (unsigned)cek.n };
	gnutls_datum_t c = { 0 };
	int rc;

	if (k->pk != GNUTLS_PK_RSA)
		return err_set(e, ERR_ALG,
		    "only an RSA key can be enveloped to, this is %s",
		    gnutls_pk_get_name(k->pk));
	if (gnutls_pubkey_encrypt_data(k->key, 0, &in, &c) != 0)
		return err_set(e, ERR_CRYPTO, "RSA encryption failed");
	rc = buf_put(out, (struct span){ c.data, c.size }, e);
	gnutls_free(c.data);
	return rc;
}

int sha256_of(struct span s, uint8_t out[32], struct err *e)
{
	if (gnutls_hash_fast(GNUTLS_DIG_SHA256, s.p, s.n, out) != 0)
		return err_set(e, ERR_CRYPTO, "SHA-256 failed");
	return 0;
}
