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

/* If the next element has this tag, take it; its contents, else untouched. */
static int optional(
    struct span *in, uint8_t tag, struct span *body, struct err *e)
{
	if (in->n == 0 || in->p[0] != tag)
		return 0;
	return der_lax(in, NULL, body, NULL, e);
}

static int read_tbs(struct span tbs, struct cert_view *v, struct err *e)
{
	struct span list, version = { 0 }, number, validity, extensions;

	if (der_only(tbs, DER_SEQUENCE, &list, e) != 0 ||
	    optional(&list, DER_CTX0_CONS, &version, e) != 0 ||
	    (version.n > 0 &&
		der_only(version, DER_INTEGER, &number, e) != 0) ||
	    der_next(&list, DER_INTEGER, &v->serial, e) != 0 ||
	    der_lax(&list, NULL, NULL, NULL, e) != 0 || /* signature */
	    der_lax(&list, NULL, NULL, &v->issuer, e) != 0 ||
	    der_lax(&list, NULL, NULL, &validity, e) != 0 ||
	    der_lax(&list, NULL, NULL, &v->subject, e) != 0 ||
	    der_lax(&list, NULL, NULL, &v->spki, e) != 0 ||
	    optional(&list, DER_CTX0 | 1, NULL, e) != 0 || /* unique ids */
	    optional(&list, DER_CTX0 | 2, NULL, e) != 0)
		return -1;
	/* nobody could answer to an INTEGER of no octets */
	if (v->serial.n == 0)
		return err_set(e, ERR_INPUT, "certificate: empty serial");
	read_validity(validity, v);
	if (list.n == 0)
		return 0;
	if (der_next(&list, DER_CTX0_CONS | 3, &extensions, e) != 0 ||
	    der_next(&extensions, DER_SEQUENCE, &v->extensions, e) != 0)
		return -1;
	if (list.n != 0 || extensions.n != 0)
		return err_set(e, ERR_INPUT, "something behind the extensions");
	return 0;
}

int cert_parse(struct span der, struct cert_view *v, struct err *e)
{
	struct cert_view new = { .der = der };
	struct x509_signed s;

	if (der.n > BUF_MAX)
		return err_set(e, ERR_INPUT, "certificate: %zu bytes", der.n);
	if (x509_signed_parse(der, &s, e) != 0)
		return err_prefix(e, "certificate");
	new.tbs = s.body;
	if (read_tbs(s.body, &new, e) != 0)
		return err_prefix(e, "certificate");
	*v = new;
	return 0;
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
	static const uint8_t version_3[] = { DER_CTX0_CONS, 3, DER_INTEGER, 1,
		2 };
	struct buf list = { 0 };
	int rc = -1;

	if (buf_put(&list, (struct span){ version_3, sizeof(version_3) }, e) !=
		0 ||
	    der_put(&list, DER_INTEGER, f->serial, e) != 0 ||
	    signature_alg_put(&list, signer, digest, e) != 0 ||
	    buf_put(&list, f->issuer, e) != 0 ||
	    put_validity(&list, f, e) != 0 ||
	    buf_put(&list, f->subject, e) != 0 ||
	    buf_put(&list, f->spki, e) != 0)
		goto out;
	if (f->extensions.n > 0 &&
	    (der_put_header(
		 &list, DER_CTX0_CONS | 3, der_size(f->extensions.n), e) != 0 ||
		der_put(&list, DER_SEQUENCE, f->extensions, e) != 0))
		goto out;
	rc = der_put(tbs, DER_SEQUENCE, buf_span(&list), e);
out:
	buf_release(&list);
	return rc;
}

int cert_sign(struct span tbs, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e)
{
	return x509_sign(tbs, key, digest, der, e);
}
