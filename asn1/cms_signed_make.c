/* SignedData as we send it: signed messages, and certs-only ones. */
#include <string.h>

#include "attribute.h"
#include "cms_signed.h"
#include "content_info.h"
#include "x509_signed.h"

#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"

/* id-data, as the contentType attribute has it */
static const uint8_t data_oid[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01,
	0x07, 0x01 };

/*
 * The signed attributes as a SET OF in DER order: what is signed, and what goes
 * into the message under [0].
 */
static int make_attrs(
    const struct cms_to_sign *m, struct buf *set, struct err *e)
{
	struct span type = { data_oid, sizeof(data_oid) };
	struct buf list = { 0 };
	struct tree t = { 0 };
	uint8_t hash[64];
	int rc = -1;

	if (gnutls_hash_fast(m->digest->id, m->content.p, m->content.n, hash) !=
	    0) {
		err_set(e, ERR_CRYPTO, "%s failed", m->digest->name);
		goto out;
	}
	if (attribute_put(&list, OID_CONTENT_TYPE, DER_OID, type, e) == 0 &&
	    attribute_put(&list, OID_MESSAGE_DIGEST, DER_OCTET_STRING,
		(struct span){ hash, m->digest->size }, e) == 0 &&
	    buf_put(&list, m->attrs, e) == 0 &&
	    tree_new("SCEP.SortedSet", &t, e) == 0 &&
	    tree_put_list(&t, "", buf_span(&list), e) == 0)
		rc = tree_encode(&t, set, e);
out:
	tree_free(&t);
	buf_release(&list);
	return rc;
}

static int make_signer_info(
    const struct cms_to_sign *m, struct buf *info, struct err *e)
{
	bool rsa = privkey_algorithm(m->key) == GNUTLS_PK_RSA;
	struct buf attrs = { 0 }, sig = { 0 }, sid = { 0 };
	struct buf digest_alg = { 0 }, sig_alg = { 0 };
	struct cert_view cert;
	struct span set, list;
	struct tree t = { 0 };
	int rc = -1;

	if (cert_parse(m->cert, &cert, e) != 0 ||
	    issuer_and_serial_put(&sid, &cert, e) != 0 ||
	    make_attrs(m, &attrs, e) != 0 ||
	    privkey_sign(m->key, m->digest, buf_span(&attrs), &sig, e) != 0 ||
	    alg_id_put(&digest_alg, m->digest->oid, der_null, e) != 0)
		goto out;
	/* strongSwan 5.9.8 reads rsaEncryption only */
	if (rsa ? alg_id_put(&sig_alg, ALG_OID_RSA, der_null, e) != 0
		: signature_alg_put(&sig_alg, GNUTLS_PK_ECDSA, m->digest, e) !=
		    0)
		goto out;
	set = buf_span(&attrs);
	if (der_next(&set, DER_SET, &list, e) != 0 ||
	    tree_new("SCEP.SignerInfo", &t, e) != 0)
		goto out;
	if (tree_put_int(&t, "version", 1, e) == 0 &&
	    tree_put(&t, "sid", buf_span(&sid), e) == 0 &&
	    tree_put(&t, "digestAlgorithm", buf_span(&digest_alg), e) == 0 &&
	    tree_put_list(&t, "signedAttrs", list, e) == 0 &&
	    tree_put(&t, "signatureAlgorithm", buf_span(&sig_alg), e) == 0 &&
	    tree_put(&t, "signature", buf_span(&sig), e) == 0 &&
	    tree_omit(&t, "unsignedAttrs", e) == 0)
		rc = tree_encode(&t, info, e);
out:
	tree_free(&t);
	buf_release(&sig_alg);
	buf_release(&digest_alg);
	buf_release(&sid);
	buf_release(&sig);
	buf_release(&attrs);
	return rc;
}

static int put_content(
    struct tree *sd, bool has_content, struct span content, struct err *e)
{
	struct buf octets = { 0 }, eci = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (tree_new("SCEP.EncapsulatedContentInfo", &t, e) != 0 ||
	    tree_put_oid(&t, "eContentType", OID_DATA, e) != 0)
		goto out;
	if (has_content) {
		if (der_put(&octets, DER_OCTET_STRING, content, e) != 0 ||
		    tree_put(&t, "eContent", buf_span(&octets), e) != 0)
			goto out;
	} else if (tree_omit(&t, "eContent", e) != 0) {
		goto out;
	}
	if (tree_encode(&t, &eci, e) == 0)
		rc = tree_put(sd, "encapContentInfo", buf_span(&eci), e);
out:
	tree_free(&t);
	buf_release(&eci);
	buf_release(&octets);
	return rc;
}

/* `path` gets the elements in items[], or is left out if there are none. */
static int put_elements(struct tree *t, const char *path,
    const struct span *items, size_t n, struct err *e)
{
	if (n == 0)
		return tree_omit(t, path, e);
	for (size_t i = 0; i < n; i++)
		if (tree_put_list(t, path, items[i], e) != 0)
			return -1;
	return 0;
}

int cms_signed_make(const struct cms_to_sign *m, struct buf *out, struct err *e)
{
	struct buf info = { 0 }, digest_alg = { 0 }, der = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (make_signer_info(m, &info, e) != 0 ||
	    alg_id_put(&digest_alg, m->digest->oid, der_null, e) != 0 ||
	    tree_new("SCEP.SignedData", &t, e) != 0)
		goto out;
	if (tree_put_int(&t, "version", 1, e) == 0 &&
	    tree_put_list(&t, "digestAlgorithms", buf_span(&digest_alg), e) ==
		0 &&
	    put_content(&t, m->has_content, m->content, e) == 0 &&
	    put_elements(&t, "certificates", m->certs, m->n_certs, e) == 0 &&
	    tree_omit(&t, "crls", e) == 0 &&
	    tree_put_list(&t, "signerInfos", buf_span(&info), e) == 0 &&
	    tree_encode(&t, &der, e) == 0)
		rc = content_info_put(out, OID_SIGNED_DATA, buf_span(&der), e);
out:
	tree_free(&t);
	buf_release(&der);
	buf_release(&digest_alg);
	buf_release(&info);
	return rc;
}

int cms_certs_only(const struct span *certs, size_t n_certs,
    const struct span *crls, size_t n_crls, struct buf *out, struct err *e)
{
	struct buf der = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (tree_new("SCEP.SignedData", &t, e) == 0 &&
	    tree_put_int(&t, "version", 1, e) == 0 &&
	    put_content(&t, false, (struct span){ 0 }, e) == 0 &&
	    put_elements(&t, "certificates", certs, n_certs, e) == 0 &&
	    put_elements(&t, "crls", crls, n_crls, e) == 0 &&
	    tree_encode(&t, &der, e) == 0)
		rc = content_info_put(out, OID_SIGNED_DATA, buf_span(&der), e);
	tree_free(&t);
	buf_release(&der);
	return rc;
}

int cms_certs_only_parse(
    struct span der, struct span *certs, size_t max, size_t *n, struct err *e)
{
	struct span sd, list;
	struct tree t;
	size_t found = 0;
	int rc = -1;

	if (content_info_get(der, OID_SIGNED_DATA, &sd, e) != 0 ||
	    tree_decode("SCEP.SignedData", sd, &t, e) != 0)
		return err_prefix(e, "certs-only message");
	if (tree_list(&t, "certificates", &list, e) != 0)
		goto out;
	while (list.n > 0) {
		if (found == max) {
			err_set(e, ERR_INPUT, "over %zu certificates", max);
			goto out;
		}
		if (der_any(&list, NULL, NULL, &certs[found], e) != 0)
			goto out;
		found++;
	}
	*n = found;
	rc = 0;
out:
	tree_free(&t);
	return rc;
}
