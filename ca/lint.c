#include "lint.h"

#include <string.h>

#include "lint_part.h"
#include "store_cert.h"
#include "x509_signed.h"

enum { SERIAL_MIN = 8 }; /* octets: the 64 bits of CA/Browser Forum BR 7.1 */

int lint_broken(struct err *e, const char *what)
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
		return lint_broken(e, "serial of more than 20 octets");
	if ((s[0] & 0x80) != 0 || (n == 1 && s[0] == 0))
		return lint_broken(e, "serial not positive");
	if (n > 1 && s[0] == 0 && (s[1] & 0x80) == 0)
		return lint_broken(e, "serial not minimal");
	if (n - (s[0] == 0) < SERIAL_MIN)
		return lint_broken(e, "serial of less than 64 bits");
	if (!span_eq((struct span){ s, n }, decided))
		return lint_broken(e, "another serial");
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
		return lint_broken(e, "other dates");
	if (from >= to)
		return lint_broken(e, "ends before it begins");
	if (from < issuer->not_before || to > issuer->not_after)
		return lint_broken(e, "dates outside those of the issuer");
	/* UTCTime until 2049, GeneralizedTime after (RFC 5280, 4.1.2.5) */
	if (der_put_time(&times, from, e) == 0 &&
	    der_put_time(&times, to, e) == 0 &&
	    der_put(&validity, DER_SEQUENCE, buf_span(&times), e) == 0)
		rc = memmem(tbs.p, tbs.n, validity.p, validity.n) != NULL
		    ? 0
		    : lint_broken(e, "dates in the wrong form");
	buf_release(&times);
	buf_release(&validity);
	return rc;
}

static int check_names(gnutls_x509_crt_t crt, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e)
{
	gnutls_datum_t from = { 0 }, to = { 0 };
	int rc = -1;

	if (gnutls_x509_crt_get_raw_issuer_dn(crt, &from) != 0 ||
	    gnutls_x509_crt_get_raw_dn(crt, &to) != 0)
		lint_broken(e, "unreadable names");
	else if (!same(&from, decided->issuer) || !same(&from, issuer->subject))
		lint_broken(e, "another issuer");
	else if (from.size <= 2) /* RFC 5280, 4.1.2.4 */
		lint_broken(e, "an issuer without a name");
	else if (!same(&to, decided->subject))
		lint_broken(e, "another subject");
	else
		rc = 0;
	gnutls_free(from.data);
	gnutls_free(to.data);
	return rc;
}

static int check_algorithm(gnutls_x509_crt_t crt, struct err *e)
{
	int alg = gnutls_x509_crt_get_signature_algorithm(crt);
	gnutls_digest_algorithm_t digest = alg < 0
	    ? GNUTLS_DIG_UNKNOWN
	    : gnutls_sign_get_hash_algorithm((gnutls_sign_algorithm_t)alg);

	if (digest != GNUTLS_DIG_SHA256 && digest != GNUTLS_DIG_SHA384 &&
	    digest != GNUTLS_DIG_SHA512)
		return lint_broken(e, "signed with less than SHA-256");
	return 0;
}

/* The AlgorithmIdentifier within, a whole element. */
static int inner_algorithm(struct span tbs, struct span *alg, struct err *e)
{
	struct span list;

	if (der_only(tbs, DER_SEQUENCE, &list, e) != 0 ||
	    der_next(&list, DER_CTX0_CONS, NULL, e) != 0 || /* version */
	    der_next(&list, DER_INTEGER, NULL, e) != 0 ||   /* serial */
	    der_any(&list, NULL, NULL, alg, e) != 0)
		return lint_broken(e, "unreadable");
	return 0;
}

/* Append `tbs` under a signature that is none, for readers of certificates. */
static int put_unsigned(struct buf *der, struct span tbs, struct err *e)
{
	struct span alg;
	size_t len;

	if (inner_algorithm(tbs, &alg, e) != 0)
		return -1;
	len = tbs.n + alg.n + der_size(2);
	if (buf_reserve(der, der_size(len), e) == 0 &&
	    der_put_header(der, DER_SEQUENCE, len, e) == 0 &&
	    buf_put(der, tbs, e) == 0 && buf_put(der, alg, e) == 0)
		return der_put(der, DER_BIT_STRING, SPAN_LIT("\0\0"), e);
	return -1;
}

static int check(gnutls_x509_crt_t crt, const struct cert_view *v,
    const struct cert_fields *decided, const struct cert_view *issuer,
    struct err *e)
{
	const struct cert_view *above = issuer != NULL ? issuer : v;
	gnutls_datum_t d = { (unsigned char *)v->der.p, (unsigned)v->der.n };

	if (gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_DER) != 0)
		return lint_broken(e, "unreadable");
	if (gnutls_x509_crt_get_version(crt) != 3)
		return lint_broken(e, "not version 3");
	if (!span_eq(v->spki, decided->spki))
		return lint_broken(e, "another key");
	if (!span_eq(v->extensions, decided->extensions))
		return lint_broken(e, "other extensions");
	if (check_serial(crt, decided->serial, e) != 0 ||
	    check_dates(crt, v->tbs, decided, above, e) != 0 ||
	    check_names(crt, decided, above, e) != 0 ||
	    check_algorithm(crt, e) != 0)
		return -1;
	return lint_extensions(crt, v, issuer, e);
}

int lint_tbs(struct span tbs, const struct cert_fields *decided,
    const struct cert_view *issuer, struct err *e)
{
	gnutls_x509_crt_t crt = NULL;
	struct buf der = { 0 };
	struct cert_view v;
	int rc = -1;

	if (put_unsigned(&der, tbs, e) != 0 ||
	    cert_parse(buf_span(&der), &v, e) != 0)
		goto out;
	if (gnutls_x509_crt_init(&crt) != 0) {
		err_set(e, ERR_NOMEM, "certificate");
		goto out;
	}
	rc = check(crt, &v, decided, issuer, e);
	gnutls_x509_crt_deinit(crt);
out:
	buf_release(&der);
	return rc;
}

/* The algorithm is named twice: within what is signed, and beside it. */
static bool names_one_algorithm(struct span der, struct span tbs)
{
	struct span list, within, beside;

	return inner_algorithm(tbs, &within, NULL) == 0 &&
	    der_only(der, DER_SEQUENCE, &list, NULL) == 0 &&
	    der_any(&list, NULL, NULL, NULL, NULL) == 0 &&
	    der_any(&list, NULL, NULL, &beside, NULL) == 0 &&
	    span_eq(within, beside);
}

int lint_signed(struct span der, struct span tbs,
    const struct cert_view *issuer, struct err *e)
{
	struct x509_signed s;
	struct cert_view v;
	struct pubkey key;
	int rc;

	if (x509_signed_parse(der, &s, e) != 0 || cert_parse(der, &v, e) != 0)
		return lint_broken(e, "unreadable");
	if (!span_eq(s.body, tbs))
		return lint_broken(e, "not what was looked at");
	if (!names_one_algorithm(der, tbs))
		return lint_broken(e, "another algorithm");
	if (pubkey_import(issuer != NULL ? issuer->spki : v.spki, &key, e) != 0)
		return -1;
	rc = pubkey_verify(
	    &key, gnutls_oid_to_sign(s.sig_oid), s.body, s.signature, NULL);
	pubkey_release(&key);
	return rc == 0 ? 0 : lint_broken(e, "the signature does not verify");
}
