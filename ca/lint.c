#include "lint.h"

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <string.h>

#include "store_cert.h"

#define OID_CRL_POINTS "2.5.29.31"
#define OID_INFO_ACCESS "1.3.6.1.5.5.7.1.1"

enum { OID_SIZE = 64, EXTENSIONS_MAX = 16 };

/* What the certificate holds, as far as one check needs another's findings. */
struct findings {
	unsigned n;
	char oids[EXTENSIONS_MAX][OID_SIZE];
	bool critical[EXTENSIONS_MAX];
	bool empty_subject;
};

static int broken(struct err *e, const char *what)
{
	return err_set(e, ERR_CRYPTO,
	    "the certificate that was made is wrong (%s); it is thrown away",
	    what);
}

/* Bytes that GnuTLS gives out, against those that were decided. */
static bool same(const gnutls_datum_t *a, struct span b)
{
	return span_eq((struct span){ a->data, a->size }, b);
}

static int check_serial(
    gnutls_x509_crt_t crt, struct span decided, struct err *e)
{
	uint8_t s[64];
	size_t n = sizeof(s);

	if (gnutls_x509_crt_get_serial(crt, s, &n) != 0 || n == 0 ||
	    n > SERIAL_MAX)
		return broken(e, "serial of more than 20 octets");
	if ((s[0] & 0x80) != 0 || (n == 1 && s[0] == 0))
		return broken(e, "serial not positive");
	if (n > 1 && s[0] == 0 && (s[1] & 0x80) == 0)
		return broken(e, "serial not minimal");
	if (!span_eq((struct span){ s, n }, decided))
		return broken(e, "another serial");
	return 0;
}

static int check_dates(gnutls_x509_crt_t crt, struct span tbs,
    const struct cert_fields *decided, const struct cert_view *issuer,
    struct err *e)
{
	int64_t from = gnutls_x509_crt_get_activation_time(crt);
	int64_t to = gnutls_x509_crt_get_expiration_time(crt);
	struct buf times = { 0 }, validity = { 0 };
	int rc = -1;

	if (from != decided->not_before || to != decided->not_after)
		return broken(e, "other dates");
	if (from >= to)
		return broken(e, "ends before it begins");
	if (from < issuer->not_before || to > issuer->not_after)
		return broken(e, "dates outside those of the issuer");
	/* UTCTime until 2049, GeneralizedTime after (RFC 5280, 4.1.2.5) */
	if (der_put_time(&times, from, e) == 0 &&
	    der_put_time(&times, to, e) == 0 &&
	    der_put(&validity, DER_SEQUENCE, buf_span(&times), e) == 0)
		rc = memmem(tbs.p, tbs.n, validity.p, validity.n) != NULL
		    ? 0
		    : broken(e, "dates in the wrong form");
	buf_release(&times);
	buf_release(&validity);
	return rc;
}

static int check_names(gnutls_x509_crt_t crt, const struct cert_fields *decided,
    const struct cert_view *issuer, struct findings *f, struct err *e)
{
	gnutls_datum_t from = { 0 }, to = { 0 };
	struct span name, body;
	int rc = -1;

	if (gnutls_x509_crt_get_raw_issuer_dn(crt, &from) != 0 ||
	    gnutls_x509_crt_get_raw_dn(crt, &to) != 0)
		broken(e, "unreadable names");
	else if (!same(&from, decided->issuer) || !same(&from, issuer->subject))
		broken(e, "another issuer");
	else if (!same(&to, decided->subject))
		broken(e, "another subject");
	else
		rc = 0;
	name = (struct span){ to.data, to.size };
	if (rc == 0)
		f->empty_subject =
		    der_next(&name, DER_SEQUENCE, &body, NULL) == 0 &&
		    body.n == 0;
	gnutls_free(from.data);
	gnutls_free(to.data);
	return rc;
}

/* List the extensions; none twice, none empty. */
static int list_extensions(
    gnutls_x509_crt_t crt, struct findings *f, struct err *e)
{
	for (f->n = 0;; f->n++) {
		size_t size = OID_SIZE;
		unsigned critical;
		gnutls_datum_t data = { 0 };
		bool empty, list;
		char oid[OID_SIZE];
		int r = gnutls_x509_crt_get_extension_info(
		    crt, f->n, oid, &size, &critical);

		if (r == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE)
			return 0;
		if (r != 0 || f->n == EXTENSIONS_MAX)
			return broken(e, "unreadable extensions");
		for (unsigned i = 0; i < f->n; i++)
			if (strcmp(f->oids[i], oid) == 0)
				return broken(e, "an extension twice");
		memcpy(f->oids[f->n], oid, sizeof(oid));
		f->critical[f->n] = critical != 0;
		if (gnutls_x509_crt_get_extension_data2(crt, f->n, &data) != 0)
			return broken(e, "an extension without a value");
		list = strcmp(oid, "2.5.29.17") == 0 ||
		    strcmp(oid, "2.5.29.37") == 0;
		empty = data.size < 2 || (list && data.size < 4);
		gnutls_free(data.data);
		if (empty)
			return broken(e, "an empty extension");
	}
}

static bool is_there(const struct findings *f, const char *oid)
{
	for (unsigned i = 0; i < f->n; i++)
		if (strcmp(f->oids[i], oid) == 0)
			return true;
	return false;
}

/* Is it there, and as critical as said? */
static bool has(const struct findings *f, const char *oid, bool critical)
{
	for (unsigned i = 0; i < f->n; i++)
		if (strcmp(f->oids[i], oid) == 0)
			return f->critical[i] == critical;
	return false;
}

static int check_extensions(
    gnutls_x509_crt_t crt, struct findings *f, struct err *e)
{
	if (list_extensions(crt, f, e) != 0)
		return -1;
	if (!has(f, "2.5.29.19", true))
		return broken(e, "no critical basicConstraints");
	if (!has(f, "2.5.29.15", true))
		return broken(e, "no critical keyUsage");
	if (!has(f, "2.5.29.14", false))
		return broken(e, "no subjectKeyIdentifier");
	if (!has(f, "2.5.29.35", false))
		return broken(e, "no authorityKeyIdentifier");
	if (f->empty_subject && !has(f, "2.5.29.17", true))
		return broken(e, "no name, or not a critical one");
	return 0;
}

static bool is_http(const uint8_t *url, size_t n)
{
	return (n > 7 && memcmp(url, "http://", 7) == 0) ||
	    (n > 8 && memcmp(url, "https://", 8) == 0);
}

/* A certificate need not say where CRL and issuer are; if it does, by HTTP. */
static int check_urls(
    gnutls_x509_crt_t crt, const struct findings *f, struct err *e)
{
	gnutls_datum_t issuer = { 0 };
	uint8_t crl[512];
	size_t n = sizeof(crl);
	bool good;

	if (is_there(f, OID_CRL_POINTS) &&
	    (!has(f, OID_CRL_POINTS, false) ||
		gnutls_x509_crt_get_crl_dist_points(
		    crt, 0, crl, &n, NULL, NULL) != GNUTLS_SAN_URI ||
		!is_http(crl, n)))
		return broken(e, "cRLDistributionPoints");
	if (!is_there(f, OID_INFO_ACCESS))
		return 0;
	good = gnutls_x509_crt_get_authority_info_access(
		   crt, 0, GNUTLS_IA_CAISSUERS_URI, &issuer, NULL) == 0 &&
	    is_http(issuer.data, issuer.size);
	gnutls_free(issuer.data);
	return good && has(f, OID_INFO_ACCESS, false)
	    ? 0
	    : broken(e, "authorityInfoAccess");
}

/* keyUsage fits the key and what basicConstraints says. */
static int check_usage(gnutls_x509_crt_t crt, struct err *e)
{
	int pk = gnutls_x509_crt_get_pk_algorithm(crt, NULL);
	unsigned usage = 0, critical, ca = 0;
	int path_len;
	bool signs;

	if (gnutls_x509_crt_get_key_usage(crt, &usage, &critical) != 0 ||
	    gnutls_x509_crt_get_basic_constraints(
		crt, &critical, &ca, &path_len) < 0)
		return broken(e, "unreadable usage");
	signs = (usage & (GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)) != 0;
	if (usage == 0 || signs != (ca != 0))
		return broken(e, "keyUsage against basicConstraints");
	if ((pk == GNUTLS_PK_RSA && (usage & GNUTLS_KEY_KEY_AGREEMENT) != 0) ||
	    (pk == GNUTLS_PK_ECDSA && ca == 0 &&
		(usage & GNUTLS_KEY_KEY_ENCIPHERMENT) != 0))
		return broken(e, "keyUsage against the type of key");
	return 0;
}

static int check_signature(gnutls_x509_crt_t crt, struct span tbs,
    const struct cert_view *issuer, struct err *e)
{
	int alg = gnutls_x509_crt_get_signature_algorithm(crt);
	gnutls_digest_algorithm_t digest;
	char sig[1024];
	size_t n = sizeof(sig);
	struct pubkey key;
	int rc;

	if (alg < 0 || gnutls_x509_crt_get_signature(crt, sig, &n) != 0)
		return broken(e, "unreadable signature");
	digest = gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)alg);
	if (digest != GNUTLS_DIG_SHA256 && digest != GNUTLS_DIG_SHA384 &&
	    digest != GNUTLS_DIG_SHA512)
		return broken(e, "signed with less than SHA-256");
	if (pubkey_import(issuer->spki, &key, e) != 0)
		return -1;
	rc = pubkey_verify(&key, (gnutls_sign_algorithm_t)alg, tbs,
	    (struct span){ (uint8_t *)sig, n }, NULL);
	pubkey_release(&key);
	return rc == 0 ? 0 : broken(e, "the signature does not verify");
}

int lint_cert(struct span der, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e)
{
	gnutls_datum_t d = { (unsigned char *)der.p, (unsigned)der.n };
	gnutls_x509_crt_t crt = NULL;
	struct findings f;
	struct cert_view v;
	int rc = -1;

	if (cert_parse(der, &v, e) != 0)
		return -1;
	if (gnutls_x509_crt_init(&crt) != 0)
		return err_set(e, ERR_NOMEM, "certificate");
	if (gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_DER) != 0) {
		broken(e, "unreadable");
		goto out;
	}
	if (gnutls_x509_crt_get_version(crt) != 3) {
		broken(e, "not version 3");
		goto out;
	}
	if (!span_eq(v.spki, decided->spki)) {
		broken(e, "another key");
		goto out;
	}
	if (!span_eq(v.extensions, decided->extensions)) {
		broken(e, "other extensions");
		goto out;
	}
	if (check_serial(crt, decided->serial, e) == 0 &&
	    check_dates(crt, v.tbs, decided, issuer, e) == 0 &&
	    check_names(crt, decided, issuer, &f, e) == 0 &&
	    check_extensions(crt, &f, e) == 0 && check_urls(crt, &f, e) == 0 &&
	    check_usage(crt, e) == 0)
		rc = check_signature(crt, v.tbs, issuer, e);
out:
	gnutls_x509_crt_deinit(crt);
	return rc;
}
