#include "extensions.h"

#include <gnutls/x509-ext.h>
#include <string.h>

#include "tree.h"

int key_identifier(struct span spki, uint8_t id[KEY_ID_SIZE], struct err *e)
{
	struct span body, alg, bits;
	uint8_t hash[32];

	if (der_next(&spki, DER_SEQUENCE, &body, e) != 0 ||
	    der_next(&body, DER_SEQUENCE, &alg, e) != 0 ||
	    der_next(&body, DER_BIT_STRING, &bits, e) != 0)
		return err_prefix(e, "SubjectPublicKeyInfo");
	if (bits.n < 2)
		return err_set(e, ERR_INPUT, "empty public key");
	bits = (struct span){ bits.p + 1, bits.n - 1 }; /* unused bits: 0 */
	if (sha256_of(bits, hash, e) != 0)
		return -1;
	memcpy(id, hash, KEY_ID_SIZE);
	return 0;
}

int issuer_key_identifier(const struct cert_view *issuer,
    uint8_t own[KEY_ID_SIZE], struct span *id, struct err *e)
{
	if (cert_ski(issuer, id, NULL) == 0)
		return 0;
	*id = (struct span){ own, KEY_ID_SIZE };
	return key_identifier(issuer->spki, own, e);
}

/* An extension whose value GnuTLS has encoded; frees it. */
static int put_datum(
    struct buf *out, const char *oid, gnutls_datum_t *der, struct err *e)
{
	int rc = extension_put(
	    out, oid, true, (struct span){ der->data, der->size }, e);

	gnutls_free(der->data);
	return rc;
}

static int put_usage(
    const struct extension_plan *p, struct buf *out, struct err *e)
{
	gnutls_datum_t der = { 0 };

	if (gnutls_x509_ext_export_basic_constraints(
		p->ca, p->ca ? 0 : -1, &der) != 0)
		return err_set(e, ERR_CRYPTO, "basicConstraints");
	if (put_datum(out, "2.5.29.19", &der, e) != 0)
		return -1;
	if (gnutls_x509_ext_export_key_usage(p->key_usage, &der) != 0)
		return err_set(e, ERR_CRYPTO, "keyUsage");
	return put_datum(out, "2.5.29.15", &der, e);
}

static int put_key_ids(
    const struct extension_plan *p, struct buf *out, struct err *e)
{
	uint8_t id[KEY_ID_SIZE];
	struct buf ski = { 0 }, key_id = { 0 }, aki = { 0 };
	int rc = -1;

	if (key_identifier(p->spki, id, e) != 0)
		return -1;
	if (der_put(&ski, DER_OCTET_STRING, (struct span){ id, sizeof(id) },
		e) == 0 &&
	    extension_put(out, "2.5.29.14", false, buf_span(&ski), e) == 0 &&
	    der_put(&key_id, DER_CTX0, p->aki, e) == 0 &&
	    der_put(&aki, DER_SEQUENCE, buf_span(&key_id), e) == 0)
		rc = extension_put(out, "2.5.29.35", false, buf_span(&aki), e);
	buf_release(&ski);
	buf_release(&key_id);
	buf_release(&aki);
	return rc;
}

/* RFC 5280, 4.2.1.6: critical if the subject is the empty sequence */
static bool is_empty_name(struct span name)
{
	struct span body;

	return der_next(&name, DER_SEQUENCE, &body, NULL) == 0 && body.n == 0;
}

/* Put `inner` into elements, one around the other; the last tag is outermost */
static int wrap(struct buf *inner, const uint8_t *tags, size_t n, struct err *e)
{
	for (size_t i = 0; i < n; i++) {
		struct buf outer = { 0 };

		if (der_put(&outer, tags[i], buf_span(inner), e) != 0)
			return -1;
		buf_move(inner, &outer);
	}
	return 0;
}

enum { DER_CTX6 = 0x86 }; /* GeneralName: uniformResourceIdentifier */

/* RFC 5280, 4.2.1.13: one point, whose fullName is the URL */
static int put_crl_url(const char *url, struct buf *out, struct err *e)
{
	static const uint8_t tags[] = {
		DER_CTX6,      /* the name */
		DER_CTX0_CONS, /* fullName */
		DER_CTX0_CONS, /* distributionPoint */
		DER_SEQUENCE,  /* DistributionPoint */
		DER_SEQUENCE,  /* CRLDistributionPoints */
	};
	struct buf value = { 0 };
	int rc = -1;

	if (buf_put(&value, span_str(url), e) == 0 &&
	    wrap(&value, tags, sizeof(tags), e) == 0)
		rc =
		    extension_put(out, "2.5.29.31", false, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* RFC 5280, 4.2.2.1: where the certificate of the issuer is */
static int put_ca_url(const char *url, struct buf *out, struct err *e)
{
	/* id-ad-caIssuers, 1.3.6.1.5.5.7.48.2 */
	static const uint8_t ca_issuers[] = { 0x2b, 0x06, 0x01, 0x05, 0x05,
		0x07, 0x30, 0x02 };
	static const uint8_t tags[] = {
		DER_SEQUENCE, /* AccessDescription */
		DER_SEQUENCE, /* AuthorityInfoAccessSyntax */
	};
	struct buf value = { 0 };
	int rc = -1;

	if (der_put(&value, DER_OID,
		(struct span){ ca_issuers, sizeof(ca_issuers) }, e) == 0 &&
	    der_put(&value, DER_CTX6, span_str(url), e) == 0 &&
	    wrap(&value, tags, sizeof(tags), e) == 0)
		rc = extension_put(
		    out, "1.3.6.1.5.5.7.1.1", false, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* RFC 5280, 4.2.1.4: PolicyInformation without qualifiers */
static int put_policies(
    const struct words *oids, struct buf *out, struct err *e)
{
	const char *at = oids->text;
	struct buf list = { 0 }, value = { 0 };
	char oid[WORD_MAX];
	int rc = 0;

	while (rc == 0 && words_next(&at, oid)) {
		struct buf one = { 0 };

		rc = oid_put(&one, oid, e);
		if (rc == 0)
			rc = der_put(&list, DER_SEQUENCE, buf_span(&one), e);
		buf_release(&one);
	}
	if (rc == 0)
		rc = der_put(&value, DER_SEQUENCE, buf_span(&list), e);
	if (rc == 0)
		rc =
		    extension_put(out, "2.5.29.32", false, buf_span(&value), e);
	buf_release(&list);
	buf_release(&value);
	return rc;
}

static bool given(const char *url)
{
	return url != NULL && url[0] != '\0';
}

int extensions_build(
    const struct extension_plan *p, struct buf *out, struct err *e)
{
	if (put_usage(p, out, e) != 0)
		return -1;
	if (p->eku.n > 0 &&
	    extension_put(out, "2.5.29.37", false, p->eku, e) != 0)
		return -1;
	if (put_key_ids(p, out, e) != 0)
		return -1;
	if (p->san.n > 0 &&
	    extension_put(
		out, "2.5.29.17", is_empty_name(p->subject), p->san, e) != 0)
		return -1;
	if (p->policies != NULL && !words_is_empty(p->policies) &&
	    put_policies(p->policies, out, e) != 0)
		return -1;
	if (given(p->crl_url) && put_crl_url(p->crl_url, out, e) != 0)
		return -1;
	if (given(p->ca_url) && put_ca_url(p->ca_url, out, e) != 0)
		return -1;
	return 0;
}
