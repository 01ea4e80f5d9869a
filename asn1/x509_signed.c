#include "x509_signed.h"

#include <string.h>

static const uint8_t null_octets[] = { DER_NULL, 0 };
const struct span der_null = { null_octets, sizeof(null_octets) };

int alg_id_get(struct span alg_id, char oid[TREE_OID_MAX], struct span *params,
    struct err *e)
{
	struct span list, p = { 0 };
	char id[TREE_OID_MAX];

	if (der_only(alg_id, DER_SEQUENCE, &list, e) != 0 ||
	    oid_next(&list, id, e) != 0 ||
	    (list.n > 0 && der_lax(&list, NULL, NULL, &p, e) != 0) ||
	    list.n != 0)
		return err_set(e, ERR_INPUT,
		    "malformed AlgorithmIdentifier (RFC 5280, 4.1.1.2)");
	strcpy(oid, id);
	*params = p;
	return 0;
}

int alg_id_put(
    struct buf *out, const char *oid, struct span params, struct err *e)
{
	struct buf list = { 0 };
	int rc = -1;

	if (oid_put(&list, oid, e) == 0 && buf_put(&list, params, e) == 0)
		rc = der_put(out, DER_SEQUENCE, buf_span(&list), e);
	buf_release(&list);
	return rc;
}

int signature_alg_put(struct buf *out, gnutls_pk_algorithm_t pk,
    const struct alg_digest *digest, struct err *e)
{
	bool rsa = pk == GNUTLS_PK_RSA;
	const char *oid =
	    gnutls_sign_get_oid(rsa ? digest->rsa : digest->ecdsa);

	if (oid == NULL)
		return err_set(
		    e, ERR_ALG, "no signature with %s", digest->name);
	return alg_id_put(out, oid, rsa ? der_null : (struct span){ 0 }, e);
}

int x509_signed_parse(struct span der, struct x509_signed *s, struct err *e)
{
	struct x509_signed new;
	struct span list, alg, bits;

	if (der_only(der, DER_SEQUENCE, &list, e) != 0 ||
	    der_lax(&list, NULL, NULL, &new.body, e) != 0 ||
	    der_lax(&list, NULL, NULL, &alg, e) != 0 ||
	    alg_id_get(alg, new.sig_oid, &new.sig_params, e) != 0 ||
	    der_next(&list, DER_BIT_STRING, &bits, e) != 0)
		return -1;
	if (list.n != 0)
		return err_set(e, ERR_INPUT, "something behind the signature");
	if (bits.n < 1 || bits.p[0] != 0)
		return err_set(e, ERR_INPUT, "signature is not whole octets");
	new.signature = (struct span){ bits.p + 1, bits.n - 1 };
	*s = new;
	return 0;
}

int x509_sign(struct span body, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e)
{
	struct buf alg = { 0 }, sig = { 0 };
	size_t before = der->n, bits, len;
	int rc = -1;

	if (signature_alg_put(&alg, privkey_algorithm(key), digest, e) != 0 ||
	    privkey_sign(key, digest, body, &sig, e) != 0)
		goto out;
	bits = 1 + sig.n; /* no unused bits in the last octet */
	len = body.n + alg.n + der_size(bits);
	if (buf_reserve(der, der_size(len), e) == 0 &&
	    der_put_header(der, DER_SEQUENCE, len, e) == 0 &&
	    buf_put(der, body, e) == 0 &&
	    buf_put(der, buf_span(&alg), e) == 0 &&
	    der_put_header(der, DER_BIT_STRING, bits, e) == 0 &&
	    buf_put(der, SPAN_LIT("\0"), e) == 0)
		rc = buf_put(der, buf_span(&sig), e);
	if (rc != 0)
		buf_cut(der, before);
out:
	buf_release(&sig);
	buf_release(&alg);
	return rc;
}
