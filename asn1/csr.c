#include "csr.h"

#include <string.h>

#include "attribute.h"
#include "x509_signed.h"

#define OID_CHALLENGE "1.2.840.113549.1.9.7"
#define OID_EXTENSIONS "1.2.840.113549.1.9.14"
#define OID_EXTENSIONS_MS "1.3.6.1.4.1.311.2.1.14"  /* Microsoft's */
#define OID_EXTENSIONS_VS "2.16.840.1.113733.1.9.8" /* VeriSign's */

enum { ATTRIBUTES_MAX = 64, CHALLENGE_MAX = 1024 };

static int read_challenge(struct csr *r, struct span values, struct err *e)
{
	struct span body;
	uint8_t tag;

	if (r->has_challenge)
		return err_set(e, ERR_INPUT, "two challengePassword");
	if (attribute_value(values, &tag, &body, e) != 0)
		return -1;
	if (body.n > CHALLENGE_MAX)
		return err_set(
		    e, ERR_INPUT, "challengePassword of %zu bytes", body.n);
	if (der_text(tag, body, &r->challenge, e) != 0)
		return err_prefix(e, "challengePassword");
	r->has_challenge = true;
	return 0;
}

static int read_extensions(
    struct csr *r, struct span values, bool *seen, struct err *e)
{
	uint8_t tag;

	if (*seen)
		return err_set(e, ERR_INPUT, "two extension requests");
	*seen = true;
	if (attribute_value(values, &tag, &r->extensions, e) != 0)
		return err_prefix(e, "extension request");
	if (tag != DER_SEQUENCE)
		return err_set(
		    e, ERR_INPUT, "extension request is no SEQUENCE");
	return 0;
}

static int read_attributes(struct csr *r, struct span list, struct err *e)
{
	char oid[TREE_OID_MAX];
	struct span values;
	bool seen = false;
	int rc = 0;

	for (unsigned n = 0; list.n > 0 && rc == 0; n++) {
		if (n == ATTRIBUTES_MAX)
			return err_set(
			    e, ERR_INPUT, "over %d attributes", ATTRIBUTES_MAX);
		if (attribute_next(&list, oid, &values, e) != 0)
			return -1;
		if (strcmp(oid, OID_CHALLENGE) == 0)
			rc = read_challenge(r, values, e);
		else if (strcmp(oid, OID_EXTENSIONS) == 0 ||
		    strcmp(oid, OID_EXTENSIONS_MS) == 0 ||
		    strcmp(oid, OID_EXTENSIONS_VS) == 0)
			rc = read_extensions(r, values, &seen, e);
	}
	return rc;
}

static int read_info(struct csr *r, struct err *e)
{
	struct span attributes;
	struct tree t;
	int rc = -1;

	if (tree_decode("SCEP.CertificationRequestInfo", r->info, &t, e) != 0)
		return -1;
	if (tree_element(&t, "subject", &r->subject, e) == 0 &&
	    tree_element(&t, "subjectPKInfo", &r->spki, e) == 0 &&
	    tree_list(&t, "attributes", &attributes, e) == 0 &&
	    read_attributes(r, attributes, e) == 0)
		rc = 0;
	tree_free(&t);
	return rc;
}

/* RFC 3279, 2.2.1; RFC 4055, 5; RFC 5758, 3.2: NULL or absent; absent. */
static int check_params(
    const struct x509_signed *s, gnutls_pk_algorithm_t pk, struct err *e)
{
	if (s->sig_params.n == 0 ||
	    (pk == GNUTLS_PK_RSA && span_eq(s->sig_params, der_null)))
		return 0;
	return err_set(e, ERR_INPUT,
	    "parameters of signatureAlgorithm %s (RFC 4055, 5)", s->sig_oid);
}

int csr_parse(struct span der, struct csr *r, struct err *e)
{
	struct csr new = { .der = der };
	struct x509_signed s;

	if (der_check(der, &der_limits, e) != 0 ||
	    x509_signed_parse(der, &s, e) != 0)
		return err_prefix(e, "CSR");
	new.info = s.body;
	new.signature = s.signature;
	strcpy(new.sig_oid, s.sig_oid);
	if (read_info(&new, e) != 0 ||
	    pubkey_import(new.spki, &new.key, e) != 0 ||
	    alg_signature(new.sig_oid, new.key.pk, NULL, &new.sig_alg,
		&new.digest, e) != 0 ||
	    check_params(&s, new.key.pk, e) != 0) {
		csr_release(&new);
		return err_prefix(e, "CSR");
	}
	*r = new;
	return 0;
}

int csr_verify(const struct csr *r, struct err *e)
{
	if (pubkey_verify(&r->key, r->sig_alg, r->info, r->signature, e) != 0)
		return err_prefix(e, "CSR");
	return 0;
}

void csr_release(struct csr *r)
{
	buf_release(&r->challenge);
	pubkey_release(&r->key);
	*r = (struct csr){ 0 };
}

static int build_info(struct span subject, const struct privkey *key,
    struct span extensions, struct span challenge, struct buf *info,
    struct err *e)
{
	struct buf spki = { 0 }, attrs = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (privkey_spki(key, &spki, e) != 0)
		goto out;
	if (challenge.n > 0 &&
	    attribute_put(&attrs, OID_CHALLENGE,
		is_printable_string(challenge) ? DER_PRINTABLE : DER_UTF8,
		challenge, e) != 0)
		goto out;
	if (extensions.n > 0 &&
	    attribute_put(
		&attrs, OID_EXTENSIONS, DER_SEQUENCE, extensions, e) != 0)
		goto out;
	if (tree_new("SCEP.CertificationRequestInfo", &t, e) == 0 &&
	    tree_put_int(&t, "version", 0, e) == 0 &&
	    tree_put(&t, "subject", subject, e) == 0 &&
	    tree_put(&t, "subjectPKInfo", buf_span(&spki), e) == 0 &&
	    tree_put_list(&t, "attributes", buf_span(&attrs), e) == 0)
		rc = tree_encode(&t, info, e);
out:
	tree_free(&t);
	buf_release(&attrs);
	buf_release(&spki);
	return rc;
}

int csr_build(struct span subject, const struct privkey *key,
    const struct alg_digest *digest, struct span extensions,
    struct span challenge, struct buf *der, struct err *e)
{
	struct buf info = { 0 };
	int rc = -1;

	if (build_info(subject, key, extensions, challenge, &info, e) == 0)
		rc = x509_sign(buf_span(&info), key, digest, der, e);
	buf_release(&info);
	return rc;
}
