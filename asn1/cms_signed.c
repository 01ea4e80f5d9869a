/*
 * SignedData as it comes: parsed, its algorithms named, its signature verified.
 */
#include "cms_signed.h"

#include <string.h>

#include "attribute.h"
#include "content_info.h"
#include "x509_signed.h"

#define OID_CONTENT_TYPE "1.2.840.113549.1.9.3"
#define OID_MESSAGE_DIGEST "1.2.840.113549.1.9.4"

/* eContentType and the octets of eContent, which may be absent or empty. */
static int read_content(struct cms_signed *s, struct span eci, struct err *e)
{
	struct tree t;
	struct span inner;
	int rc = -1;

	if (tree_decode("SCEP.EncapsulatedContentInfo", eci, &t, e) != 0)
		return -1;
	if (tree_oid(&t, "eContentType", s->content_type, e) != 0 ||
	    tree_value(&t, "eContentType", &s->content_oid, e) != 0)
		goto out;
	s->has_content = tree_has(&t, "eContent");
	if (!s->has_content)
		rc = 0;
	else if (tree_value(&t, "eContent", &inner, e) == 0)
		rc = der_next(&inner, DER_OCTET_STRING, &s->content, e);
out:
	tree_free(&t);
	return rc;
}

static int read_certs(struct cms_signed *s, struct span list, struct err *e)
{
	while (list.n > 0) {
		if (s->n_certs == CMS_CERTS_MAX)
			return err_set(e, ERR_INPUT, "over %d certificates",
			    CMS_CERTS_MAX);
		if (der_any(&list, NULL, NULL, &s->certs[s->n_certs], e) != 0)
			return err_prefix(e, "certificates");
		s->n_certs++;
	}
	return 0;
}

static int read_attrs(struct cms_signed *s, struct err *e)
{
	struct span list = s->signed_attrs;

	while (list.n > 0) {
		struct cms_attr *a = &s->attrs[s->n_attrs];

		if (s->n_attrs == CMS_ATTRS_MAX)
			return err_set(
			    e, ERR_INPUT, "over %d attributes", CMS_ATTRS_MAX);
		if (attribute_next(&list, a->oid, &a->values, e) != 0)
			return err_prefix(e, "signedAttrs");
		s->n_attrs++;
	}
	return 0;
}

static void find_signer(struct cms_signed *s, struct span sid)
{
	struct cert_view v;

	for (size_t i = 0; i < s->n_certs && !s->has_signer; i++) {
		if (cert_parse(s->certs[i], &v, NULL) != 0 ||
		    !cert_named_by(&v, sid))
			continue;
		s->signer = v;
		s->has_signer = true;
	}
}

static int read_signer(struct cms_signed *s, struct span infos, struct err *e)
{
	struct span info, sid, digest, sig, params;
	struct tree t;
	int rc = -1;

	if (der_any(&infos, NULL, NULL, &info, e) != 0 || infos.n != 0)
		return err_set(e, ERR_INPUT, "not exactly one signer");
	if (tree_decode("SCEP.SignerInfo", info, &t, e) != 0)
		return -1;
	if (tree_element(&t, "sid", &sid, e) == 0 &&
	    tree_element(&t, "digestAlgorithm", &digest, e) == 0 &&
	    alg_id_get(digest, s->digest_oid, &params, e) == 0 &&
	    tree_element(&t, "signatureAlgorithm", &sig, e) == 0 &&
	    alg_id_get(sig, s->sig_oid, &params, e) == 0 &&
	    tree_value(&t, "signature", &s->signature, e) == 0 &&
	    tree_value(&t, "signedAttrs", &s->signed_attrs, e) == 0 &&
	    read_attrs(s, e) == 0) {
		find_signer(s, sid);
		rc = 0;
	}
	tree_free(&t);
	return rc;
}

int cms_signed_parse(struct span der, struct cms_signed *s, struct err *e)
{
	struct cms_signed new = { 0 };
	struct span sd, eci, certs, infos;
	struct tree t = { 0 };
	int rc = -1;

	if (content_info_get(der, OID_SIGNED_DATA, &sd, e) != 0 ||
	    tree_decode("SCEP.SignedData", sd, &t, e) != 0)
		return err_prefix(e, "SignedData");
	if (tree_element(&t, "encapContentInfo", &eci, e) == 0 &&
	    read_content(&new, eci, e) == 0 &&
	    tree_list(&t, "certificates", &certs, e) == 0 &&
	    read_certs(&new, certs, e) == 0 &&
	    tree_list(&t, "signerInfos", &infos, e) == 0 &&
	    read_signer(&new, infos, e) == 0) {
		*s = new;
		rc = 0;
	} else {
		err_prefix(e, "SignedData");
	}
	tree_free(&t);
	return rc;
}

int cms_attr_one(const struct cms_signed *s, const char *oid, uint8_t *tag,
    struct span *value, struct err *e)
{
	const struct cms_attr *found = NULL;

	for (size_t i = 0; i < s->n_attrs; i++) {
		if (strcmp(s->attrs[i].oid, oid) != 0)
			continue;
		if (found != NULL)
			return err_set(e, ERR_INPUT, "attribute %s twice", oid);
		found = &s->attrs[i];
	}
	if (found == NULL)
		return err_set(e, ERR_NOT_FOUND, "no attribute %s", oid);
	return attribute_value(found->values, tag, value, e);
}

int cms_signed_algs(const struct cms_signed *s, gnutls_pk_algorithm_t pk,
    const struct alg_digest **digest, gnutls_sign_algorithm_t *sig,
    struct err *e)
{
	const struct alg_digest *d = alg_digest_by_oid(s->digest_oid);

	if (d == NULL)
		return err_set(
		    e, ERR_ALG, "digest %s", alg_name(s->digest_oid));
	return alg_signature(s->sig_oid, pk, d, sig, digest, e);
}

/* RFC 5652, 11.1, 11.2: both attributes must be there and must match. */
static int check_attrs(
    const struct cms_signed *s, const struct alg_digest *d, struct err *e)
{
	uint8_t hash[64], tag;
	struct span value;

	if (cms_attr_one(s, OID_CONTENT_TYPE, &tag, &value, e) != 0)
		return err_set(e, ERR_SIG, "no contentType attribute");
	if (tag != DER_OID || !span_eq(s->content_oid, value))
		return err_set(
		    e, ERR_SIG, "contentType attribute is not eContentType");
	if (cms_attr_one(s, OID_MESSAGE_DIGEST, &tag, &value, e) != 0)
		return err_set(e, ERR_SIG, "no messageDigest attribute");
	if (gnutls_hash_fast(d->id, s->content.p, s->content.n, hash) != 0)
		return err_set(e, ERR_CRYPTO, "%s failed", d->name);
	if (tag != DER_OCTET_STRING ||
	    !span_eq_ct(value, (struct span){ hash, d->size }))
		return err_set(
		    e, ERR_SIG, "messageDigest does not match the content");
	return 0;
}

int cms_signed_verify(
    const struct cms_signed *s, const struct pubkey *key, struct err *e)
{
	const struct alg_digest *d;
	gnutls_sign_algorithm_t alg;
	struct buf sorted = { 0 }, as_sent = { 0 };
	int rc = -1;

	if (cms_signed_algs(s, key->pk, &d, &alg, e) != 0 ||
	    check_attrs(s, d, e) != 0)
		return -1;
	if (der_put_set_of(&sorted, s->signed_attrs, e) != 0)
		goto out;
	rc = pubkey_verify(key, alg, buf_span(&sorted), s->signature, e);
	if (rc == 0)
		goto out;
	/*
	 * OpenSSL and some devices sign the attributes in the order in which
	 * they send them.  Both orders commit to the same attributes.
	 */
	if (der_put(&as_sent, DER_SET, s->signed_attrs, e) == 0 &&
	    !span_eq(buf_span(&as_sent), buf_span(&sorted)))
		rc = pubkey_verify(
		    key, alg, buf_span(&as_sent), s->signature, e);
out:
	buf_release(&as_sent);
	buf_release(&sorted);
	return rc;
}
