/*
 * issued_verify - what `certtool --verify` does, but at no time in particular:
 * certtool knows today only, and tests take place in another year.
 *
 * usage: issued_verify FILE...	   PEM: a CA, and what it has issued
 */
#include <gnutls/x509.h>
#include <stdio.h>

static int verify(const char *path)
{
	const unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
	    GNUTLS_PROFILE_TO_VFLAGS(GNUTLS_PROFILE_LOW);
	gnutls_x509_trust_list_t trusted = NULL;
	gnutls_x509_crt_t *certs = NULL;
	gnutls_datum_t pem = { 0 }, text = { 0 };
	unsigned n = 0, status = 0;
	int bad = 1;

	if (gnutls_load_file(path, &pem) != 0 ||
	    gnutls_x509_crt_list_import2(
		&certs, &n, &pem, GNUTLS_X509_FMT_PEM, 0) != 0 ||
	    n < 2 || gnutls_x509_trust_list_init(&trusted, 0) != 0 ||
	    gnutls_x509_trust_list_add_cas(trusted, certs, 1, 0) != 1) {
		printf("%s: cannot be read\n", path);
		goto out;
	}
	bad = 0;
	for (unsigned i = 1; i < n; i++) {
		if (gnutls_x509_trust_list_verify_crt2(trusted, &certs[i], 1,
			NULL, 0, flags, &status, NULL) != 0)
			status = GNUTLS_CERT_INVALID;
		if (status == 0)
			continue;
		bad = 1;
		(void)gnutls_certificate_verification_status_print(
		    status, GNUTLS_CRT_X509, &text, 0);
		printf("%s, number %u: %s\n", path, i, (char *)text.data);
		gnutls_free(text.data);
		text.data = NULL;
	}
out:
	for (unsigned i = 0; i < n; i++)
		gnutls_x509_crt_deinit(certs[i]);
	gnutls_free(certs);
	gnutls_free(pem.data);
	if (trusted != NULL)
		gnutls_x509_trust_list_deinit(trusted, 0);
	return bad;
}

int main(int argc, char **argv)
{
	int bad = 0;

	for (int i = 1; i < argc; i++)
		bad += verify(argv[i]);
	return bad != 0;
}
