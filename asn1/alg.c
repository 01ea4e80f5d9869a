#include "alg.h"

#include <string.h>

static const struct alg_digest digests[] = {
	{ "SHA-256", "2.16.840.1.101.3.4.2.1", GNUTLS_DIG_SHA256,
	    GNUTLS_SIGN_RSA_SHA256, GNUTLS_SIGN_ECDSA_SHA256, 32, ALG_CURRENT },
	{ "SHA-384", "2.16.840.1.101.3.4.2.2", GNUTLS_DIG_SHA384,
	    GNUTLS_SIGN_RSA_SHA384, GNUTLS_SIGN_ECDSA_SHA384, 48, ALG_CURRENT },
	{ "SHA-512", "2.16.840.1.101.3.4.2.3", GNUTLS_DIG_SHA512,
	    GNUTLS_SIGN_RSA_SHA512, GNUTLS_SIGN_ECDSA_SHA512, 64, ALG_CURRENT },
	{ "SHA-1", "1.3.14.3.2.26", GNUTLS_DIG_SHA1, GNUTLS_SIGN_RSA_SHA1,
	    GNUTLS_SIGN_ECDSA_SHA1, 20, ALG_LEGACY },
	{ "MD5", "1.2.840.113549.2.5", GNUTLS_DIG_MD5, GNUTLS_SIGN_RSA_MD5,
	    GNUTLS_SIGN_UNKNOWN, 16, ALG_OBSOLETE },
};

static const struct alg_cipher ciphers[] = {
	{ "AES-128-CBC", "2.16.840.1.101.3.4.1.2", GNUTLS_CIPHER_AES_128_CBC,
	    16, 16, ALG_CURRENT },
	{ "AES-192-CBC", "2.16.840.1.101.3.4.1.22", GNUTLS_CIPHER_AES_192_CBC,
	    24, 16, ALG_CURRENT },
	{ "AES-256-CBC", "2.16.840.1.101.3.4.1.42", GNUTLS_CIPHER_AES_256_CBC,
	    32, 16, ALG_CURRENT },
	{ "DES-EDE3-CBC", "1.2.840.113549.3.7", GNUTLS_CIPHER_3DES_CBC, 24, 8,
	    ALG_LEGACY },
	/* run as EDE3 with three equal keys, which is the same function */
	{ "DES-CBC", "1.3.14.3.2.7", GNUTLS_CIPHER_3DES_CBC, 8, 8,
	    ALG_OBSOLETE },
};

/*
 * signatureAlgorithm OIDs (RFC 3370, RFC 5754, RFC 5758).  No digest: the OID
 * names the key only, as CMS allows, and the digest stands beside it.
 */
static const struct {
	const char *oid;
	gnutls_pk_algorithm_t pk;
	gnutls_digest_algorithm_t digest;
} signatures[] = {
	{ ALG_OID_RSA, GNUTLS_PK_RSA, GNUTLS_DIG_UNKNOWN },
	{ "1.2.840.113549.1.1.11", GNUTLS_PK_RSA, GNUTLS_DIG_SHA256 },
	{ "1.2.840.113549.1.1.12", GNUTLS_PK_RSA, GNUTLS_DIG_SHA384 },
	{ "1.2.840.113549.1.1.13", GNUTLS_PK_RSA, GNUTLS_DIG_SHA512 },
	{ "1.2.840.113549.1.1.5", GNUTLS_PK_RSA, GNUTLS_DIG_SHA1 },
	{ "1.2.840.113549.1.1.4", GNUTLS_PK_RSA, GNUTLS_DIG_MD5 },
	{ "1.2.840.10045.2.1", GNUTLS_PK_ECDSA, GNUTLS_DIG_UNKNOWN },
	{ "1.2.840.10045.4.3.2", GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA256 },
	{ "1.2.840.10045.4.3.3", GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA384 },
	{ "1.2.840.10045.4.3.4", GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA512 },
	{ "1.2.840.10045.4.1", GNUTLS_PK_ECDSA, GNUTLS_DIG_SHA1 },
};

/* Names for what we refuse, and for keys. */
static const struct {
	const char *oid, *name;
} names[] = {
	{ ALG_OID_RSA, "RSA" },
	{ "1.2.840.113549.1.1.2", "RSA with MD2" },
	{ "1.2.840.113549.1.1.4", "RSA with MD5" },
	{ "1.2.840.113549.1.1.5", "RSA with SHA-1" },
	{ "1.2.840.113549.1.1.7", "RSA-OAEP" },
	{ "1.2.840.113549.1.1.10", "RSA-PSS" },
	{ "1.2.840.113549.1.1.11", "RSA with SHA-256" },
	{ "1.2.840.113549.1.1.12", "RSA with SHA-384" },
	{ "1.2.840.113549.1.1.13", "RSA with SHA-512" },
	{ "1.2.840.113549.2.2", "MD2" },
	{ "1.2.840.113549.3.2", "RC2-CBC" },
	{ "1.2.840.113549.3.4", "RC4" },
	{ "1.2.840.10040.4.1", "DSA" },
	{ "1.2.840.10045.2.1", "EC" },
	{ "1.3.101.112", "Ed25519" },
	{ "1.3.101.113", "Ed448" },
	{ "2.16.840.1.101.3.4.1.6", "AES-128-GCM" },
	{ "2.16.840.1.101.3.4.1.46", "AES-256-GCM" },
	{ "2.16.840.1.101.3.4.2.4", "SHA-224" },
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct alg_digest *alg_digest_by_oid(const char *oid)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		if (strcmp(digests[i].oid, oid) == 0)
			return &digests[i];
	return NULL;
}

const struct alg_digest *alg_digest_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		if (strcmp(digests[i].name, name) == 0)
			return &digests[i];
	return NULL;
}

const struct alg_cipher *alg_cipher_by_oid(const char *oid)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (strcmp(ciphers[i].oid, oid) == 0)
			return &ciphers[i];
	return NULL;
}

const struct alg_cipher *alg_cipher_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(ciphers); i++)
		if (strcmp(ciphers[i].name, name) == 0)
			return &ciphers[i];
	return NULL;
}

static const struct alg_digest *digest_by_id(gnutls_digest_algorithm_t id)
{
	for (size_t i = 0; i < COUNT(digests); i++)
		if (digests[i].id == id)
			return &digests[i];
	return NULL;
}

int alg_signature(const char *oid, gnutls_pk_algorithm_t pk,
    const struct alg_digest *digest, gnutls_sign_algorithm_t *sig,
    const struct alg_digest **used, struct err *e)
{
	const struct alg_digest *d = digest, *named;
	gnutls_sign_algorithm_t s;
	size_t i;

	for (i = 0; i < COUNT(signatures); i++)
		if (strcmp(signatures[i].oid, oid) == 0)
			break;
	if (i == COUNT(signatures))
		return err_set(
		    e, ERR_ALG, "signature algorithm %s", alg_name(oid));
	if (signatures[i].pk != pk)
		return err_set(e, ERR_ALG,
		    "signature algorithm %s for another type of key",
		    alg_name(oid));
	named = digest_by_id(signatures[i].digest);
	if (named != NULL && digest != NULL && named != digest)
		return err_set(e, ERR_ALG,
		    "signature algorithm %s beside digest %s", alg_name(oid),
		    digest->name);
	if (d == NULL)
		d = named;
	s = d == NULL		  ? GNUTLS_SIGN_UNKNOWN
	    : pk == GNUTLS_PK_RSA ? d->rsa
				  : d->ecdsa;
	if (s == GNUTLS_SIGN_UNKNOWN)
		return err_set(e, ERR_ALG, "signature algorithm %s with %s",
		    alg_name(oid), d == NULL ? "no digest" : d->name);
	*sig = s;
	*used = d;
	return 0;
}

const char *alg_name(const char *oid)
{
	const struct alg_digest *d = alg_digest_by_oid(oid);
	const struct alg_cipher *c = alg_cipher_by_oid(oid);

	if (d != NULL)
		return d->name;
	if (c != NULL)
		return c->name;
	for (size_t i = 0; i < COUNT(names); i++)
		if (strcmp(names[i].oid, oid) == 0)
			return names[i].name;
	return oid;
}
