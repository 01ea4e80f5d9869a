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

static const uint8_t version_1[] = { DER_INTEGER, 1, 1 };

/*
 * The signed attributes as a SET OF in DER order: what is signed, and what goes
 * into the message under [0].
 */
static int make_attrs(
    const struct cms_to_sign *m, struct buf *set, struct err *e)
{
	struct span type = { data_oid, sizeof(data_oid) };
	struct buf list = { 0 };
	uint8_t hash[64];
	int rc = -1;

	if (gnutls_hash_fast(m->digest->id, m->content.p, m->content.n, hash) !=
	    0)
		return err_set(e, ERR_CRYPTO, "%s failed", m->digest->name);
	if (attribute_put(&list, OID_CONTENT_TYPE, DER_OID, type, e) == 0 &&
	    attribute_put(&list, OID_MESSAGE_DIGEST, DER_OCTET_STRING,
		(struct span){ hash, m->digest->size }, e) == 0 &&
	    buf_put(&list, m->attrs, e) == 0)
		rc = der_put_set_of(set, buf_span(&list), e);
	buf_release(&list);
	return rc;
}

static int make_signer_info(
    const struct cms_to_sign *m, struct buf *info, struct err *e)
{
	bool rsa = privkey_algorithm(m->key) == GNUTLS_PK_RSA;
	struct buf attrs = { 0 }, sig = { 0 }, list = { 0 };
	struct cert_view cert;
	int rc = -1;

	if (cert_parse(m->cert, &cert, e) != 0 ||
	    make_attrs(m, &attrs, e) != 0 ||
	    privkey_sign(m->key, m->digest, buf_span(&attrs), &sig, e) != 0)
		goto out;
	attrs.p[0] = DER_CTX0_CONS; /* signed as a SET, sent as the [0] */
	if (buf_put(&list, (struct span){ version_1, 3 }, e) != 0 ||
	    issuer_and_serial_put(&list, &cert, e) != 0 ||
	    alg_id_put(&list, m->digest->oid, der_null, e) != 0 ||
	    buf_put(&list, buf_span(&attrs), e) != 0)
		goto out;
	/* strongSwan 5.9.8 reads rsaEncryption only */
	if (rsa ? alg_id_put(&list, ALG_OID_RSA, der_null, e) != 0
		: signature_alg_put(&list, GNUTLS_PK_ECDSA, m->digest, e) != 0)
		goto out;
	if (der_put(&list, DER_OCTET_STRING, buf_span(&sig), e) == 0)
		rc = der_put(info, DER_SEQUENCE, buf_span(&list), e);
out:
	buf_release(&list);
	buf_release(&sig);
	buf_release(&attrs);
	return rc;
}

/* The members of a SignedData that are not the same in each. */
struct parts {
	struct span digest_algs; /* contents of the SET */
	bool has_content;
	struct span content;
	const struct span *certs, *crls; /* whole elements */
	size_t n_certs, n_crls;
	struct span signer_infos; /* contents of the SET */
};

static size_t total(const struct span *items, size_t n)
{
	size_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += items[i].n;
	return sum;
}

/* certificates or crls: left out if there are none, else in this order. */
static int put_elements(struct buf *out, uint8_t tag, const struct span *items,
    size_t n, struct err *e)
{
	if (n > 0 && der_put_header(out, tag, total(items, n), e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (buf_put(out, items[i], e) != 0)
			return -1;
	return 0;
}

static int put_content(struct buf *out, const struct parts *p, struct err *e)
{
	if (!p->has_content)
		return 0;
	if (der_put_header(out, DER_CTX0_CONS, der_size(p->content.n), e) != 0)
		return -1;
	return der_put(out, DER_OCTET_STRING, p->content, e);
}

/*
 * Append the ContentInfo.  Content and CRLs may be large and are copied once:
 * lengths come first, so they are added up from the inside.
 */
static int put_signed(struct buf *out, const struct parts *p, struct err *e)
{
	size_t eci = DATA_ELEMENT.n +
	    (p->has_content ? der_size(der_size(p->content.n)) : 0);
	size_t len = sizeof(version_1) + der_size(p->digest_algs.n) +
	    der_size(eci) + der_size(p->signer_infos.n);
	size_t before = out->n;

	if (p->n_certs > 0)
		len += der_size(total(p->certs, p->n_certs));
	if (p->n_crls > 0)
		len += der_size(total(p->crls, p->n_crls));
	if (content_info_start(out, OID_SIGNED_DATA, der_size(len), e) == 0 &&
	    der_put_header(out, DER_SEQUENCE, len, e) == 0 &&
	    buf_put(out, (struct span){ version_1, 3 }, e) == 0 &&
	    der_put(out, DER_SET, p->digest_algs, e) == 0 &&
	    der_put_header(out, DER_SEQUENCE, eci, e) == 0 &&
	    buf_put(out, DATA_ELEMENT, e) == 0 && put_content(out, p, e) == 0 &&
	    put_elements(out, DER_CTX0_CONS, p->certs, p->n_certs, e) == 0 &&
	    put_elements(out, DER_CTX0_CONS | 1, p->crls, p->n_crls, e) == 0 &&
	    der_put(out, DER_SET, p->signer_infos, e) == 0)
		return 0;
	buf_cut(out, before);
	return -1;
}

int cms_signed_make(const struct cms_to_sign *m, struct buf *out, struct err *e)
{
	struct buf info = { 0 }, digest_alg = { 0 };
	struct parts p = {
		.has_content = m->has_content,
		.content = m->content,
		.certs = m->certs,
		.n_certs = m->n_certs,
	};
	int rc = -1;

	if (make_signer_info(m, &info, e) == 0 &&
	    alg_id_put(&digest_alg, m->digest->oid, der_null, e) == 0) {
		p.digest_algs = buf_span(&digest_alg);
		p.signer_infos = buf_span(&info);
		rc = put_signed(out, &p, e);
	}
	buf_release(&digest_alg);
	buf_release(&info);
	return rc;
}

int cms_certs_only(const struct span *certs, size_t n_certs,
    const struct span *crls, size_t n_crls, struct buf *out, struct err *e)
{
	struct parts p = {
		.certs = certs,
		.n_certs = n_certs,
		.crls = crls,
		.n_crls = n_crls,
	};

	return put_signed(out, &p, e);
}

/* The elements of the field named `field` of a degenerate SignedData. */
static int parse_only(struct span der, const char *field, struct span *items,
    size_t max, size_t *n, struct err *e)
{
	struct span sd, list;
	struct tree t;
	size_t found = 0;
	int rc = -1;

	if (content_info_get(der, OID_SIGNED_DATA, &sd, e) != 0 ||
	    tree_decode("SCEP.SignedData", sd, &t, e) != 0)
		return err_prefix(e, "certs-only message");
	if (tree_list(&t, field, &list, e) != 0)
		goto out;
	while (list.n > 0) {
		if (found == max) {
			err_set(e, ERR_INPUT, "over %zu %s", max, field);
			goto out;
		}
		if (der_any(&list, NULL, NULL, &items[found], e) != 0)
			goto out;
		found++;
	}
	*n = found;
	rc = 0;
out:
	tree_free(&t);
	return rc;
}

int cms_certs_only_parse(
    struct span der, struct span *certs, size_t max, size_t *n, struct err *e)
{
	return parse_only(der, "certificates", certs, max, n, e);
}

int cms_crls_only_parse(
    struct span der, struct span *crls, size_t max, size_t *n, struct err *e)
{
	return parse_only(der, "crls", crls, max, n, e);
}
