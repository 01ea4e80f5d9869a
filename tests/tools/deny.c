/*
 * deny.so - preloaded, a GnuTLS that a policy for the whole system has told to
 * refuse what SCEP needs (T-65): PKCS#1 v1.5 decryption with DENY=rsa, SHA-1
 * signatures with DENY=sha1.
 */
#include <dlfcn.h>
#include <gnutls/abstract.h>
#include <stdlib.h>
#include <string.h>

static int denied(const char *what)
{
	const char *deny = getenv("DENY");

	return deny != NULL && strcmp(deny, what) == 0;
}

int gnutls_privkey_decrypt_data2(gnutls_privkey_t key, unsigned flags,
    const gnutls_datum_t *ciphertext, unsigned char *plaintext, size_t size)
{
	__typeof__(gnutls_privkey_decrypt_data2) *real;

	if (denied("rsa"))
		return GNUTLS_E_UNIMPLEMENTED_FEATURE;
	*(void **)&real = dlsym(RTLD_NEXT, "gnutls_privkey_decrypt_data2");
	return real(key, flags, ciphertext, plaintext, size);
}

int gnutls_pubkey_verify_data2(gnutls_pubkey_t key, gnutls_sign_algorithm_t alg,
    unsigned flags, const gnutls_datum_t *data, const gnutls_datum_t *signature)
{
	__typeof__(gnutls_pubkey_verify_data2) *real;

	if (denied("sha1") && alg == GNUTLS_SIGN_RSA_SHA1)
		return GNUTLS_E_INSUFFICIENT_SECURITY;
	*(void **)&real = dlsym(RTLD_NEXT, "gnutls_pubkey_verify_data2");
	return real(key, alg, flags, data, signature);
}
