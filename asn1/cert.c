#include "cert.h"

#include <string.h>

#include "tree.h"
#include "x509_signed.h"

/* The two Times of a Validity; dates that cannot be read count as none. */
static void read_validity(struct span validity, struct cert_view *v)
{
	struct span list, body;
	uint8_t tag;

	if (der_next(&validity, DER_SEQUENCE, &list, NULL) != 0)
		return;
	if (der_any(&list, &tag, &body, NULL, NULL) != 0 ||
	    der_time(tag, body, &v->not_before, NULL) != 0)
		v->not_before = 0;
	if (der_any(&list, &tag, &body, NULL, NULL) != 0 ||
	    der_time(tag, body, &v->not_after, NULL) != 0)
		v->not_after = 0;
}

static int read_tbs(const struct tree *t, struct cert_view *v, struct err *e)
{
	struct span validity, extensions;

	if (tree_value(t, "serialNumber", &v->serial, e) != 0 ||
	    tree_element(t, "issuer", &v->issuer, e) != 0 ||
	    tree_element(t, "validity", &validity, e) != 0 ||
	    tree_element(t, "subject", &v->subject, e) != 0 ||
	    tree_element(t, "subjectPublicKeyInfo", &v->spki, e) != 0)
		return -1;
	/* libtasn1 takes an INTEGER of no octets; nobody could answer to it */
	if (v->serial.n == 0)
		return err_set(e, ERR_INPUT, "certificate: empty serial");
	read_validity(validity, v);
	if (!tree_has(t, "extensions"))
		return 0;
	if (tree_value(t, "extensions", &extensions, e) != 0)
		return -1;
	return der_next(&extensions, DER_SEQUENCE, &v->extensions, e);
}

int cert_parse(struct span der, struct cert_view *v, struct err *e)
{
	struct cert_view new = { .der = der };
	struct x509_signed s;
	struct tree tbs = { 0 };
	int rc = -1;

	if (x509_signed_parse(der, &s, e) != 0)
		return err_prefix(e, "certificate");
	new.tbs = s.body;
	if (tree_decode("SCEP.TBSCertificate", s.body, &tbs, e) == 0 &&
	    read_tbs(&tbs, &new, e) == 0) {
		*v = new;
		rc = 0;
	}
	tree_free(&tbs);
	return rc;
}

int extension_next(struct span *extensions, char oid[EXTENSION_OID_MAX],
    struct span *value, bool *critical, struct err *e)
{
	struct span left = *extensions, ext, flag = { 0 }, octets;
	char id[TREE_OID_MAX];

	if (der_next(&left, DER_SEQUENCE, &ext, e) != 0 ||
	    oid_next(&ext, id, e) != 0)
		goto malformed;
	if (ext.n > 0 && ext.p[0] == DER_BOOLEAN &&
	    (der_next(&ext, DER_BOOLEAN, &flag, e) != 0 || flag.n != 1))
		goto malformed;
	if (der_next(&ext, DER_OCTET_STRING, &octets, e) != 0 || ext.n != 0)
		goto malformed;
	strcpy(oid, id);
	*value = octets;
	*critical = flag.n == 1 && flag.p[0] != 0;
	*extensions = left;
	return 0;
malformed:
	return err_set(e, ERR_INPUT, "malformed Extension (RFC 5280, 4.1)");
}

int cert_extension(struct span extensions, const char *oid, struct span *value,
    bool *critical, struct err *e)
{
	char id[EXTENSION_OID_MAX];
	struct span v;
	bool crit;

	while (extensions.n > 0) {
		if (extension_next(&extensions, id, &v, &crit, e) != 0)
			return -1;
		if (strcmp(id, oid) != 0)
			continue;
		*value = v;
		if (critical != NULL)
			*critical = crit;
		return 0;
	}
	return err_set(e, ERR_NOT_FOUND, "no extension %s", oid);
}

int cert_ski(const struct cert_view *v, struct span *ski, struct err *e)
{
	struct span value;

	if (cert_extension(v->extensions, "2.5.29.14", &value, NULL, e) != 0)
		return -1;
	return der_next(&value, DER_OCTET_STRING, ski, e);
}

int extension_put(struct buf *out, const char *oid, bool critical,
    struct span value, struct err *e)
{
	struct buf list = { 0 };
	int rc = -1;

	if (oid_put(&list, oid, e) == 0 &&
	    (!critical ||
		der_put(&list, DER_BOOLEAN, SPAN_LIT("\xff"), e) == 0) &&
	    der_put(&list, DER_OCTET_STRING, value, e) == 0)
		rc = der_put(out, DER_SEQUENCE, buf_span(&list), e);
	buf_release(&list);
	return rc;
}

int issuer_and_serial_get(
    struct span der, struct span *issuer, struct span *serial, struct err *e)
{
	struct span list, name, number;
	uint8_t tag;

	if (der_lax(&der, &tag, &list, NULL, e) != 0 || tag != DER_SEQUENCE ||
	    der.n != 0 || der_lax(&list, NULL, NULL, &name, e) != 0 ||
	    der_next(&list, DER_INTEGER, &number, e) != 0 || list.n != 0 ||
	    number.n == 0)
		return err_set(e, ERR_INPUT,
		    "malformed IssuerAndSerialNumber (RFC 5652, 10.2.4)");
	*issuer = name;
	*serial = number;
	return 0;
}

bool cert_named_by(const struct cert_view *v, struct span id)
{
	struct span issuer, serial, ski, own;

	if (der_next(&id, DER_CTX0, &ski, NULL) == 0)
		return cert_ski(v, &own, NULL) == 0 && span_eq(ski, own);
	return issuer_and_serial_get(id, &issuer, &serial, NULL) == 0 &&
	    span_eq(issuer, v->issuer) && span_eq(serial, v->serial);
}

int issuer_and_serial_put(
    struct buf *out, const struct cert_view *cert, struct err *e)
{
	size_t len = cert->issuer.n + der_size(cert->serial.n);
	size_t before = out->n;

	if (der_put_header(out, DER_SEQUENCE, len, e) == 0 &&
	    buf_put(out, cert->issuer, e) == 0 &&
	    der_put(out, DER_INTEGER, cert->serial, e) == 0)
		return 0;
	buf_cut(out, before);
	return -1;
}

static int put_validity(
    struct buf *out, const struct cert_fields *f, struct err *e)
{
	struct buf times = { 0 };
	int rc = -1;

	if (der_put_time(&times, f->not_before, e) == 0 &&
	    der_put_time(&times, f->not_after, e) == 0)
		rc = der_put(out, DER_SEQUENCE, buf_span(&times), e);
	buf_release(&times);
	return rc;
}

int cert_tbs(const struct cert_fields *f, gnutls_pk_algorithm_t signer,
    const struct alg_digest *digest, struct buf *tbs, struct err *e)
{
	struct buf alg = { 0 }, validity = { 0 }, extensions = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (signature_alg_put(&alg, signer, digest, e) != 0 ||
	    put_validity(&validity, f, e) != 0 ||
	    der_put(&extensions, DER_SEQUENCE, f->extensions, e) != 0 ||
	    tree_new("SCEP.TBSCertificate", &t, e) != 0)
		goto out;
	if (tree_put_int(&t, "version", 2, e) != 0 ||
	    tree_put(&t, "serialNumber", f->serial, e) != 0 ||
	    tree_put(&t, "signature", buf_span(&alg), e) != 0 ||
	    tree_put(&t, "issuer", f->issuer, e) != 0 ||
	    tree_put(&t, "validity", buf_span(&validity), e) != 0 ||
	    tree_put(&t, "subject", f->subject, e) != 0 ||
	    tree_put(&t, "subjectPublicKeyInfo", f->spki, e) != 0 ||
	    tree_omit(&t, "issuerUniqueID", e) != 0 ||
	    tree_omit(&t, "subjectUniqueID", e) != 0)
		goto out;
	if (f->extensions.n == 0
		? tree_omit(&t, "extensions", e) != 0
		: tree_put(&t, "extensions", buf_span(&extensions), e) != 0)
		goto out;
	rc = tree_encode(&t, tbs, e);
out:
	tree_free(&t);
	buf_release(&extensions);
	buf_release(&validity);
	buf_release(&alg);
	return rc;
}

int cert_sign(struct span tbs, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e)
{
	return x509_sign(tbs, key, digest, der, e);
}
