/*
 * Revocation lists as we make them, written straight: a tree of libtasn1 with a
 * node for each of 100,000 entries would take longer than the signature, and
 * holds no more than BUF_MAX.
 */
#include "crl.h"
#include "x509_signed.h"

#define OID_CRL_NUMBER "2.5.29.20"
#define OID_AKI "2.5.29.35"

enum { DER_ENUMERATED = 0x0a, VERSION_2 = 1 };

/* RFC 5280, 5.3.1: 7 is not used, 8 is for delta lists, which this is not. */
static bool is_reason(unsigned reason)
{
	return reason <= 10 && reason != 7 && reason != 8;
}

/* The crlEntryExtensions with a reasonCode; RFC 5280 has it not critical. */
static int put_reason(struct buf *out, unsigned reason, struct err *e)
{
	const uint8_t ext[] = { DER_SEQUENCE, 12, DER_SEQUENCE, 10, DER_OID, 3,
		0x55, 0x1d, 0x15, DER_OCTET_STRING, 3, DER_ENUMERATED, 1,
		(uint8_t)reason };

	return buf_put(out, (struct span){ ext, sizeof(ext) }, e);
}

int crl_entry_put(struct buf *entries, struct span serial, int64_t revoked_at,
    unsigned reason, struct err *e)
{
	struct buf entry = { 0 };
	int rc = -1;

	if (serial.n == 0)
		return err_set(e, ERR_INPUT, "CRL entry: empty serial");
	if (!is_reason(reason))
		return err_set(e, ERR_INPUT,
		    "CRL entry: no reason %u (RFC 5280, 5.3.1)", reason);
	if (entries->max == 0)
		entries->max = CRL_MAX;
	if (der_put(&entry, DER_INTEGER, serial, e) == 0 &&
	    der_put_time(&entry, revoked_at, e) == 0 &&
	    (reason == 0 || put_reason(&entry, reason, e) == 0))
		rc = der_put(entries, DER_SEQUENCE, buf_span(&entry), e);
	if (rc != 0)
		err_prefix(e, "CRL entry");
	buf_release(&entry);
	return rc;
}

/* A number that is not negative as the INTEGER it is in DER. */
static int put_number(struct buf *out, int64_t number, struct err *e)
{
	uint8_t octets[1 + sizeof(number)];
	size_t at = sizeof(octets);

	do {
		octets[--at] = (uint8_t)number;
		number >>= 8;
	} while (number != 0);
	if ((octets[at] & 0x80) != 0) /* it would be read as negative */
		octets[--at] = 0;
	return der_put(out, DER_INTEGER,
	    (struct span){ octets + at, sizeof(octets) - at }, e);
}

/* crlExtensions: RFC 5280, 5.2.1 and 5.2.3 want these two in every list. */
static int put_extensions(
    struct buf *out, const struct crl_fields *f, struct err *e)
{
	struct buf id = { 0 }, aki = { 0 }, number = { 0 };
	struct buf list = { 0 }, seq = { 0 };
	int rc = -1;

	if (der_put(&id, DER_CTX0, f->aki, e) == 0 &&
	    der_put(&aki, DER_SEQUENCE, buf_span(&id), e) == 0 &&
	    extension_put(&list, OID_AKI, false, buf_span(&aki), e) == 0 &&
	    put_number(&number, f->number, e) == 0 &&
	    extension_put(&list, OID_CRL_NUMBER, false, buf_span(&number), e) ==
		0 &&
	    der_put(&seq, DER_SEQUENCE, buf_span(&list), e) == 0)
		rc = der_put(out, DER_CTX0_CONS, buf_span(&seq), e);
	buf_release(&seq);
	buf_release(&list);
	buf_release(&number);
	buf_release(&aki);
	buf_release(&id);
	return rc;
}

/* Append one SEQUENCE of pieces that stand apart, each copied once. */
static int put_sequence(
    struct buf *out, const struct span *pieces, size_t n, struct err *e)
{
	uint8_t head[DER_HEADER_MAX];
	size_t len = 0, before = out->n;

	for (size_t i = 0; i < n; i++)
		len += pieces[i].n;
	if (buf_put(out,
		(struct span){ head, der_header(DER_SEQUENCE, len, head) },
		e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (buf_put(out, pieces[i], e) != 0) {
			buf_cut(out, before);
			return -1;
		}
	}
	return 0;
}

/* The TBSCertList; `alg` is the AlgorithmIdentifier of the signature. */
static int put_tbs(
    struct buf *tbs, const struct crl_fields *f, struct span alg, struct err *e)
{
	static const uint8_t version[] = { VERSION_2 };
	struct buf front = { 0 }, back = { 0 };
	uint8_t head[DER_HEADER_MAX];
	/* an empty list must be left out (RFC 5280, 5.1.2.6) */
	size_t head_n = f->entries.n == 0
	    ? 0
	    : der_header(DER_SEQUENCE, f->entries.n, head);
	int rc = -1;

	if (der_put(&front, DER_INTEGER, (struct span){ version, 1 }, e) == 0 &&
	    buf_put(&front, alg, e) == 0 &&
	    buf_put(&front, f->issuer, e) == 0 &&
	    der_put_time(&front, f->this_update, e) == 0 &&
	    der_put_time(&front, f->next_update, e) == 0 &&
	    put_extensions(&back, f, e) == 0) {
		const struct span pieces[] = {
			buf_span(&front),
			{ head, head_n },
			f->entries,
			buf_span(&back),
		};

		rc = put_sequence(tbs, pieces, 4, e);
	}
	buf_release(&back);
	buf_release(&front);
	return rc;
}

/* What would make a list that readers throw away, or read as something else. */
static int check_fields(const struct crl_fields *f, struct err *e)
{
	struct span name = f->issuer, body;

	if (der_next(&name, DER_SEQUENCE, &body, NULL) != 0 || name.n != 0 ||
	    body.n == 0)
		return err_set(e, ERR_INPUT, "issuer is no Name, or empty");
	if (f->aki.n == 0)
		return err_set(e, ERR_INPUT,
		    "no key identifier of the issuer (RFC 5280, 5.2.1)");
	if (f->number < 0)
		return err_set(e, ERR_INPUT, "number %lld is negative",
		    (long long)f->number);
	if (f->next_update <= f->this_update)
		return err_set(
		    e, ERR_INPUT, "nextUpdate is not after thisUpdate");
	return 0;
}

int crl_make(const struct crl_fields *f, const struct privkey *key,
    const struct alg_digest *digest, struct buf *der, struct err *e)
{
	struct buf alg = { 0 }, tbs = { .max = CRL_MAX };
	struct buf sig = { 0 }, bits = { 0 };
	int rc = -1;

	if (der->max == 0)
		der->max = CRL_MAX;
	/* the BIT STRING starts with the number of its unused bits */
	if (check_fields(f, e) == 0 &&
	    signature_alg_put(&alg, privkey_algorithm(key), digest, e) == 0 &&
	    put_tbs(&tbs, f, buf_span(&alg), e) == 0 &&
	    buf_put(&sig, SPAN_LIT("\0"), e) == 0 &&
	    privkey_sign(key, digest, buf_span(&tbs), &sig, e) == 0 &&
	    der_put(&bits, DER_BIT_STRING, buf_span(&sig), e) == 0) {
		const struct span pieces[] = {
			buf_span(&tbs),
			buf_span(&alg),
			buf_span(&bits),
		};

		rc = put_sequence(der, pieces, 3, e);
	}
	if (rc != 0)
		err_prefix(e, "CRL");
	buf_release(&bits);
	buf_release(&sig);
	buf_release(&tbs);
	buf_release(&alg);
	return rc;
}
