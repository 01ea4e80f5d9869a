#include "privkey.h"

#include <stdlib.h>
#include <string.h>

#include "cert.h"

struct privkey {
	gnutls_privkey_t key;
	gnutls_pk_algorithm_t pk;
	struct buf spki;
	struct pubkey pub;	   /* verifies what the key signs */
	uint8_t reject_secret[32]; /* for privkey_unwrap */
};

enum { CEK_MAX = 32, RSA_BYTES_MAX = PUBKEY_RSA_MAX / 8 };

/* Fill in what follows from the key itself. */
static int complete(struct privkey *k, struct span secret, struct err *e)
{
	gnutls_pubkey_t pub = NULL;
	gnutls_datum_t der = { 0 };
	int rc = -1;

	if (gnutls_pubkey_init(&pub) != 0 ||
	    gnutls_pubkey_import_privkey(pub, k->key, 0, 0) != 0 ||
	    gnutls_pubkey_export2(pub, GNUTLS_X509_FMT_DER, &der) != 0) {
		err_set(e, ERR_CONF, "private key has no usable public key");
		goto out;
	}
	if (buf_put(&k->spki, (struct span){ der.data, der.size }, e) != 0 ||
	    pubkey_import(buf_span(&k->spki), &k->pub, e) != 0)
		goto out;
	k->pk = k->pub.pk;
	if (gnutls_hash_fast(
		GNUTLS_DIG_SHA256, secret.p, secret.n, k->reject_secret) != 0) {
		err_set(e, ERR_CRYPTO, "SHA-256 failed");
		goto out;
	}
	rc = 0;
out:
	gnutls_free(der.data);
	if (pub != NULL)
		gnutls_pubkey_deinit(pub);
	return rc;
}

/*
 * PKCS#8 in PEM, as every key of ours is.  Taken apart here: GnuTLS tries the
 * older forms first, which takes as long again.
 */
static int import_pkcs8(gnutls_privkey_t key, struct span pem)
{
	struct buf der = { 0 };
	gnutls_x509_privkey_t x = NULL;
	gnutls_datum_t d;
	int r = GNUTLS_E_BASE64_DECODING_ERROR;

	if (pem_decode(pem, "PRIVATE KEY", &der, NULL) != 0)
		return r;
	d = (gnutls_datum_t){ der.p, (unsigned)der.n };
	r = gnutls_x509_privkey_init(&x);
	if (r == 0)
		r = gnutls_x509_privkey_import_pkcs8(
		    x, &d, GNUTLS_X509_FMT_DER, NULL, GNUTLS_PKCS_PLAIN);
	if (r == 0)
		r = gnutls_privkey_import_x509(
		    key, x, GNUTLS_PRIVKEY_IMPORT_AUTO_RELEASE);
	if (r != 0 && x != NULL)
		gnutls_x509_privkey_deinit(x);
	buf_release(&der);
	return r;
}

static int import(gnutls_privkey_t key, struct span text)
{
	static const char begin[] = "-----BEGIN",
			  pkcs8[] = "-----BEGIN PRIVATE KEY-----";
	gnutls_datum_t d = { (unsigned char *)text.p, (unsigned)text.n };
	bool pem = text.n >= sizeof(pkcs8) &&
	    memcmp(text.p, begin, sizeof(begin) - 1) == 0;

	if (pem && memcmp(text.p, pkcs8, sizeof(pkcs8) - 1) == 0)
		return import_pkcs8(key, text);
	return gnutls_privkey_import_x509_raw(
	    key, &d, pem ? GNUTLS_X509_FMT_PEM : GNUTLS_X509_FMT_DER, NULL, 0);
}

int privkey_import(struct span pem, struct privkey **key, struct err *e)
{
	struct privkey *k = calloc(1, sizeof(*k));
	int r;

	if (k == NULL || gnutls_privkey_init(&k->key) != 0) {
		free(k);
		return err_set(e, ERR_NOMEM, "private key");
	}
	r = import(k->key, pem);
	if (r != 0) {
		err_set(e, ERR_CONF,
		    "not an unencrypted private key in PEM or DER: %s",
		    gnutls_strerror(r));
		privkey_free(k);
		return -1;
	}
	if (complete(k, pem, e) != 0) {
		privkey_free(k);
		return -1;
	}
	*key = k;
	return 0;
}

void privkey_free(struct privkey *k)
{
	if (k == NULL)
		return;
	if (k->key != NULL)
		gnutls_privkey_deinit(k->key);
	pubkey_release(&k->pub);
	buf_release(&k->spki);
	explicit_bzero(k, sizeof(*k));
	free(k);
}

static const struct {
	const char *kind;
	gnutls_pk_algorithm_t pk;
	unsigned bits;
} kinds[] = {
	{ "rsa:2048", GNUTLS_PK_RSA, 2048 },
	{ "rsa:3072", GNUTLS_PK_RSA, 3072 },
	{ "rsa:4096", GNUTLS_PK_RSA, 4096 },
	{ "ec:p256", GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1) },
	{ "ec:p384", GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP384R1) },
	{ "ec:p521", GNUTLS_PK_ECDSA,
	    GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP521R1) },
};

int privkey_generate(const char *kind, struct buf *pem, struct err *e)
{
	gnutls_x509_privkey_t key = NULL;
	gnutls_datum_t out = { 0 };
	int rc = -1;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			break;
	if (i == sizeof(kinds) / sizeof(kinds[0]))
		return err_set(e, ERR_INPUT,
		    "unknown kind of key; known are rsa:2048, rsa:3072, "
		    "rsa:4096, ec:p256, ec:p384, ec:p521");
	if (gnutls_x509_privkey_init(&key) != 0)
		return err_set(e, ERR_NOMEM, "private key");
	if (gnutls_x509_privkey_generate(key, kinds[i].pk, kinds[i].bits, 0) !=
		0 ||
	    gnutls_x509_privkey_export2_pkcs8(
		key, GNUTLS_X509_FMT_PEM, NULL, GNUTLS_PKCS_PLAIN, &out) != 0)
		err_set(e, ERR_CRYPTO, "key generation failed");
	else
		rc = buf_put(pem, (struct span){ out.data, out.size }, e);
	if (out.data != NULL)
		explicit_bzero(out.data, out.size);
	gnutls_free(out.data);
	gnutls_x509_privkey_deinit(key);
	return rc;
}

gnutls_pk_algorithm_t privkey_algorithm(const struct privkey *k)
{
	return k->pk;
}

int privkey_spki(const struct privkey *k, struct buf *spki, struct err *e)
{
	return buf_put(spki, buf_span(&k->spki), e);
}

int privkey_sign(const struct privkey *k, const struct alg_digest *digest,
    struct span data, struct buf *sig, struct err *e)
{
	gnutls_sign_algorithm_t alg =
	    k->pk == GNUTLS_PK_RSA ? digest->rsa : digest->ecdsa;
	gnutls_datum_t d = { (unsigned char *)data.p, (unsigned)data.n };
	gnutls_datum_t s = { 0 };
	int rc = -1, r;

	r = gnutls_privkey_sign_data2(k->key, alg, 0, &d, &s);
	if (r != 0)
		return err_set(e, ERR_CRYPTO, "signing with %s: %s",
		    digest->name, gnutls_strerror(r));
	/* T-07: a fault in the computation must not leave the house */
	if (pubkey_verify(
		&k->pub, alg, data, (struct span){ s.data, s.size }, e) != 0)
		err_set(e, ERR_CRYPTO, "own signature does not verify");
	else
		rc = buf_put(sig, (struct span){ s.data, s.size }, e);
	gnutls_free(s.data);
	return rc;
}

void privkey_unwrap(
    const struct privkey *k, struct span wrapped, uint8_t *out, size_t n)
{
	size_t size = (k->pub.bits + 7) / 8;
	uint8_t padded[RSA_BYTES_MAX] = { 0 }, fallback[CEK_MAX];
	gnutls_datum_t c = { padded, (unsigned)size };

	/* some encoders strip leading zeros; the length is public */
	if (wrapped.n <= size)
		memcpy(padded + size - wrapped.n, wrapped.p, wrapped.n);
	/*
	 * What GnuTLS leaves in out[] when it rejects: always the same for
	 * one ciphertext, so that sending it twice tells nothing either.
	 */
	if (gnutls_hmac_fast(GNUTLS_MAC_SHA256, k->reject_secret,
		sizeof(k->reject_secret), wrapped.p, wrapped.n, fallback) != 0)
		memset(fallback, 0, sizeof(fallback));
	memcpy(out, fallback, n);
	(void)gnutls_privkey_decrypt_data2(k->key, 0, &c, out, n);
	explicit_bzero(fallback, sizeof(fallback));
	explicit_bzero(padded, sizeof(padded));
}
