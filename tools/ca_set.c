#include "ca_set.h"

#include <string.h>

#include <gnutls/x509.h>

#include "ber.h"
#include "scep_client.h"

/* Bits of KeyUsage as they stand in its first octet (RFC 5280, 4.2.1.3). */
enum { DIGITAL_SIGNATURE = 0x80, KEY_ENCIPHERMENT = 0x20 };

void ca_set_release(struct ca_set *s)
{
	buf_release(&s->bytes);
	s->n = 0;
}

/* Split certificates that stand one behind the other. */
static int split(struct ca_set *s, struct err *e)
{
	struct span left = buf_span(&s->bytes), whole;
	struct cert_view v;

	while (left.n > 0) {
		if (s->n == CMS_CERTS_MAX)
			return err_set(e, ERR_INPUT,
			    "more than %d certificates", CMS_CERTS_MAX);
		if (der_any(&left, NULL, NULL, &whole, e) != 0 ||
		    cert_parse(whole, &v, e) != 0)
			return err_prefix(e, "certificate %zu", s->n + 1);
		s->certs[s->n++] = whole;
	}
	if (s->n == 0)
		return err_set(e, ERR_INPUT, "no certificate");
	return 0;
}

int ca_set_answer(struct span body, struct ca_set *ret, struct err *e)
{
	struct ca_set s = { 0 };
	struct span certs[CMS_CERTS_MAX];
	struct buf der = { 0 };
	struct cert_view v;
	size_t n = 0;
	int rc = -1;

	if (cert_parse(body, &v, NULL) == 0) {
		certs[n++] = body;
	} else if (ber_to_der(body, &der_limits, &der, e) != 0 ||
	    cms_certs_only_parse(buf_span(&der), certs, CMS_CERTS_MAX, &n, e) !=
		0) {
		err_prefix(e, "neither a certificate nor a list of them");
		goto out;
	}
	for (size_t i = 0; i < n; i++)
		if (buf_put(&s.bytes, certs[i], e) != 0)
			goto out;
	if (split(&s, e) != 0)
		goto out;
	*ret = s;
	s = (struct ca_set){ 0 }; /* handed over */
	rc = 0;
out:
	ca_set_release(&s);
	buf_release(&der);
	return rc;
}

int ca_set_pem(struct span text, struct ca_set *ret, struct err *e)
{
	static const char end[] = "-----END CERTIFICATE-----";
	struct ca_set s = { 0 };
	const uint8_t *p;

	while ((p = memmem(text.p, text.n, end, sizeof(end) - 1)) != NULL) {
		size_t n = (size_t)(p - text.p) + sizeof(end) - 1;

		if (pem_decode((struct span){ text.p, n }, "CERTIFICATE",
			&s.bytes, e) != 0)
			goto fail;
		text = (struct span){ text.p + n, text.n - n };
	}
	if (split(&s, e) != 0)
		goto fail;
	memset(s.trusted, 1, sizeof(s.trusted));
	*ret = s;
	return 0;
fail:
	ca_set_release(&s);
	return -1;
}

bool cert_is_ca(struct span cert)
{
	struct cert_view v;
	struct span value, body, flag;

	return cert_parse(cert, &v, NULL) == 0 &&
	    cert_extension(v.extensions, "2.5.29.19", &value, NULL, NULL) ==
	    0 &&
	    der_next(&value, DER_SEQUENCE, &body, NULL) == 0 &&
	    der_next(&body, DER_BOOLEAN, &flag, NULL) == 0 && flag.n == 1 &&
	    flag.p[0] != 0;
}

/* A certificate without the extension may do anything. */
static bool has_usage(struct span cert, uint8_t bit)
{
	struct cert_view v;
	struct span value, bits;
	struct err e;

	if (cert_parse(cert, &v, NULL) != 0)
		return false;
	if (cert_extension(v.extensions, "2.5.29.15", &value, NULL, &e) != 0)
		return e.kind == ERR_NOT_FOUND;
	return der_next(&value, DER_BIT_STRING, &bits, NULL) == 0 &&
	    bits.n >= 2 && (bits.p[1] & bit) != 0;
}

int cert_digest(struct span cert, gnutls_digest_algorithm_t digest,
    struct buf *out, struct err *e)
{
	size_t before = out->n;
	uint8_t *at;

	if (buf_grow(out, gnutls_hash_get_len(digest), &at, e) != 0)
		return -1;
	if (gnutls_hash_fast(digest, cert.p, cert.n, at) < 0) {
		buf_cut(out, before);
		return err_set(e, ERR_CRYPTO, "no digest of a certificate");
	}
	return 0;
}

static int trust_fingerprint(
    struct ca_set *s, struct span fingerprint, struct err *e)
{
	static const gnutls_digest_algorithm_t known[] = {
		GNUTLS_DIG_SHA256,
		GNUTLS_DIG_SHA1,
		GNUTLS_DIG_MD5,
	};
	gnutls_digest_algorithm_t digest = GNUTLS_DIG_UNKNOWN;
	struct buf hash = { 0 };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (gnutls_hash_get_len(known[i]) == fingerprint.n)
			digest = known[i];
	if (digest == GNUTLS_DIG_UNKNOWN)
		return err_set(e, ERR_INPUT,
		    "%zu bytes are neither SHA-256, SHA-1 nor MD5",
		    fingerprint.n);
	for (size_t i = 0; i < s->n; i++) {
		buf_cut(&hash, 0);
		if (cert_digest(s->certs[i], digest, &hash, e) != 0) {
			buf_release(&hash);
			return -1;
		}
		if (span_eq(buf_span(&hash), fingerprint)) {
			s->trusted[i] = true;
			buf_release(&hash);
			return 0;
		}
	}
	buf_release(&hash);
	return err_set(e, ERR_NOT_FOUND,
	    "none of the CA's %zu certificates has this fingerprint", s->n);
}

static bool signed_by_another(const struct ca_set *s, size_t i)
{
	for (size_t k = 0; k < s->n; k++)
		if (k != i &&
		    scep_cert_issued_by(s->certs[i], s->certs[k], NULL) == 0)
			return true;
	return false;
}

int ca_set_trust(struct ca_set *s, struct span fingerprint, struct err *e)
{
	bool more = true;

	if (fingerprint.n != 0 && trust_fingerprint(s, fingerprint, e) != 0)
		return -1;
	for (size_t i = 0; fingerprint.n == 0 && i < s->n; i++)
		s->trusted[i] =
		    cert_is_ca(s->certs[i]) && !signed_by_another(s, i);
	while (more) {
		more = false;
		for (size_t i = 0; i < s->n; i++)
			if (!s->trusted[i] &&
			    ca_set_issued(s, s->certs[i], NULL) == 0)
				more = s->trusted[i] = true;
	}
	return 0;
}

int ca_set_issued(const struct ca_set *s, struct span cert, struct err *e)
{
	for (size_t i = 0; i < s->n; i++)
		if (s->trusted[i] &&
		    scep_cert_issued_by(cert, s->certs[i], NULL) == 0)
			return 0;
	return err_set(
	    e, ERR_SIG, "certificate is not signed by this CA (RFC 8894, 2.2)");
}

/* Is this the certificate of a CA that another CA of the set stands below? */
static bool is_above(const struct ca_set *s, size_t i)
{
	for (size_t k = 0; k < s->n; k++)
		if (k != i && cert_is_ca(s->certs[k]) &&
		    !span_eq(s->certs[k], s->certs[i]) &&
		    scep_cert_issued_by(s->certs[k], s->certs[i], NULL) == 0)
			return true;
	return false;
}

/*
 * The first trusted certificate of an RA, or of a CA, for a use; 0: any use.
 * The server speaks for the CA at the lower end of a chain, if it has one: CAs
 * may have signed each other.
 */
static bool find(
    const struct ca_set *s, bool ca, uint8_t bit, struct span *cert)
{
	bool found = false;

	for (size_t i = 0; i < s->n; i++) {
		if (!s->trusted[i] || cert_is_ca(s->certs[i]) != ca ||
		    (bit != 0 && !has_usage(s->certs[i], bit)))
			continue;
		if (!found)
			*cert = s->certs[i];
		found = true;
		if (is_above(s, i))
			continue;
		*cert = s->certs[i];
		break;
	}
	return found;
}

/*
 * Some CAs sign answers and open envelopes with a key whose certificate does
 * not say that it may; there is nobody else to turn to.
 */
static bool find_role(const struct ca_set *s, uint8_t bit, struct span *cert)
{
	return find(s, false, bit, cert) || find(s, true, bit, cert) ||
	    find(s, true, 0, cert);
}

/*
 * The CA that the server speaks for, with other CAs above it in the set: it
 * signs answers itself, or it has signed the RA's certificate.
 */
static bool find_ca(const struct ca_set *s, struct span signer, struct span *ca)
{
	if (cert_is_ca(signer)) {
		*ca = signer;
		return true;
	}
	for (size_t i = 0; i < s->n; i++)
		if (s->trusted[i] &&
		    scep_cert_issued_by(signer, s->certs[i], NULL) == 0) {
			*ca = s->certs[i];
			return true;
		}
	return find(s, true, 0, ca);
}

int ca_set_roles(const struct ca_set *s, struct ca_roles *r, struct err *e)
{
	struct ca_roles got;

	if (!find_role(s, DIGITAL_SIGNATURE, &got.signer) ||
	    !find_role(s, KEY_ENCIPHERMENT, &got.recipient) ||
	    !find_ca(s, got.signer, &got.ca))
		return err_set(e, ERR_NOT_FOUND,
		    "no certificate of the server is to be trusted");
	*r = got;
	return 0;
}
