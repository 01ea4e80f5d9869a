/* PEM (RFC 7468), through GnuTLS. */
#include "cert.h"

#include <string.h>

int pem_decode(
    struct span text, const char *label, struct buf *der, struct err *e)
{
	gnutls_datum_t in = { (unsigned char *)text.p, (unsigned)text.n };
	gnutls_datum_t out = { 0 };
	int rc;

	if (gnutls_pem_base64_decode2(label, &in, &out) != 0)
		return err_set(e, ERR_INPUT, "no PEM block %s", label);
	rc = buf_put(der, (struct span){ out.data, out.size }, e);
	explicit_bzero(out.data, out.size); /* it may be a private key */
	gnutls_free(out.data);
	return rc;
}

int pem_encode(
    struct span der, const char *label, struct buf *text, struct err *e)
{
	gnutls_datum_t in = { (unsigned char *)der.p, (unsigned)der.n };
	gnutls_datum_t out = { 0 };
	int rc;

	if (gnutls_pem_base64_encode2(label, &in, &out) != 0)
		return err_set(e, ERR_NOMEM, "PEM block %s", label);
	rc = buf_put(text, (struct span){ out.data, out.size }, e);
	gnutls_free(out.data);
	return rc;
}
