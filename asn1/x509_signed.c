#include "x509_signed.h"

static const uint8_t null_octets[] = { DER_NULL, 0 };
const struct span der_null = { null_octets, sizeof(null_octets) };

int alg_id_get(struct span alg_id, char oid[TREE_OID_MAX], struct span *params,
    struct err *e)
{
	struct tree t;
	struct span p = { 0 };
	int rc = -1;

	if (tree_decode("SCEP.AlgorithmIdentifier", alg_id, &t, e) != 0)
		return -1;
	if (tree_oid(&t, "algorithm", oid, e) == 0) {
		if (tree_element(&t, "parameters", &p, NULL) != 0)
			p = (struct span){ 0 };
		*params = p;
		rc = 0;
	}
	tree_free(&t);
	return rc;
}

int alg_id_put(
    struct buf *out, const char *oid, struct span params, struct err *e)
{
	struct tree t;
	int rc = -1;

	if (tree_new("SCEP.AlgorithmIdentifier", &t, e) != 0)
		return -1;
	if (tree_put_oid(&t, "algorithm", oid, e) == 0 &&
	    (params.n == 0 ? tree_omit(&t, "parameters", e)
			   : tree_put(&t, "parameters", params, e)) == 0)
		rc = tree_encode(&t, out, e);
	tree_free(&t);
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
	struct span alg, bits, params;
	struct tree t;
	int rc = -1;

	if (tree_decode("SCEP.Signed", der, &t, e) != 0)
		return -1;
	if (tree_element(&t, "body", &new.body, e) == 0 &&
	    tree_element(&t, "signatureAlgorithm", &alg, e) == 0 &&
	    alg_id_get(alg, new.sig_oid, &params, e) == 0 &&
	    tree_value(&t, "signature", &bits, e) == 0) {
		if (bits.n < 1 || bits.p[0] != 0) {
			err_set(e, ERR_INPUT, "signature is not whole octets");
		} else {
			new.signature = (struct span){ bits.p + 1, bits.n - 1 };
			*s = new;
			rc = 0;
		}
	}
	tree_free(&t);
	return rc;
}

int x509_sign(struct span body, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e)
{
	struct buf alg = { 0 }, sig = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (signature_alg_put(&alg, privkey_algorithm(key), digest, e) != 0 ||
	    privkey_sign(key, digest, body, &sig, e) != 0 ||
	    tree_new("SCEP.Signed", &t, e) != 0)
		goto out;
	if (tree_put(&t, "body", body, e) == 0 &&
	    tree_put(&t, "signatureAlgorithm", buf_span(&alg), e) == 0 &&
	    tree_put_bits(&t, "signature", buf_span(&sig), e) == 0)
		rc = tree_encode(&t, der, e);
out:
	tree_free(&t);
	buf_release(&sig);
	buf_release(&alg);
	return rc;
}
