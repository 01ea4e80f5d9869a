/* Revocation lists as they come: taken apart in place, and verified. */
#include "crl.h"

#include <string.h>

#include "x509_signed.h"

#define OID_CRL_NUMBER "2.5.29.20"
#define OID_CRL_REASON "2.5.29.21"
#define OID_INVALIDITY_DATE "2.5.29.24"
#define OID_DELTA_INDICATOR "2.5.29.27"
#define OID_DISTRIBUTION_POINT "2.5.29.28" /* the issuing one */
#define OID_AKI "2.5.29.35"

enum { DER_ENUMERATED = 0x0a, VERSION_2 = 1 };

/* A list taken apart. */
struct parts {
	struct span tbs; /* with its header: what is signed */
	struct span alg; /* AlgorithmIdentifier, of both places */
	struct span signature;
	struct crl_view view;
};

static bool has_tag(struct span in, uint8_t tag)
{
	return in.n > 0 && in.p[0] == tag;
}

/* Take a Time off the front; 0 if it cannot be read.  -1: there is none. */
static int take_time(struct span *in, int64_t *t)
{
	struct span body;
	uint8_t tag;

	if ((!has_tag(*in, DER_UTC_TIME) &&
		!has_tag(*in, DER_GENERALIZED_TIME)) ||
	    der_any(in, &tag, &body, NULL, NULL) != 0)
		return -1;
	if (der_time(tag, body, t, NULL) != 0)
		*t = 0;
	return 0;
}

/* The contents of an INTEGER as a number; -1 if it has more than 63 bits. */
static int64_t number_of(struct span body)
{
	uint64_t n = 0;

	if (body.n == 0 || body.n > sizeof(n) || (body.p[0] & 0x80) != 0)
		return -1;
	for (size_t i = 0; i < body.n; i++)
		n = n << 8 | body.p[i];
	return (int64_t)n;
}

/* Does it say that the list is of a part, or something that we cannot know? */
static bool is_limit(const char *oid, bool critical)
{
	if (strcmp(oid, OID_DELTA_INDICATOR) == 0 ||
	    strcmp(oid, OID_DISTRIBUTION_POINT) == 0)
		return true;
	return critical && strcmp(oid, OID_CRL_NUMBER) != 0 &&
	    strcmp(oid, OID_AKI) != 0;
}

static int read_extensions(
    struct span wrapped, struct crl_view *v, struct err *e)
{
	char oid[EXTENSION_OID_MAX];
	struct span list, value, number;
	bool critical, found = false;

	if (der_next(&wrapped, DER_SEQUENCE, &list, e) != 0)
		return -1;
	if (wrapped.n != 0 || list.n == 0)
		return err_set(e, ERR_INPUT, "extensions: malformed");
	while (list.n > 0) {
		if (extension_next(&list, oid, &value, &critical, e) != 0)
			return -1;
		v->partial = v->partial || is_limit(oid, critical);
		if (strcmp(oid, OID_CRL_NUMBER) != 0)
			continue;
		if (found)
			return err_set(e, ERR_INPUT, "CRLNumber twice");
		found = true;
		if (der_next(&value, DER_INTEGER, &number, e) != 0)
			return err_prefix(e, "CRLNumber");
		if (value.n != 0)
			return err_set(
			    e, ERR_INPUT, "CRLNumber: trailing bytes");
		v->number = number_of(number);
	}
	return 0;
}

static int read_tbs(struct span tbs, struct parts *p, struct err *e)
{
	struct crl_view *v = &p->view;
	struct span in, version, body, alg;
	uint8_t tag;

	if (der_next(&tbs, DER_SEQUENCE, &in, e) != 0)
		return -1;
	if (has_tag(in, DER_INTEGER) &&
	    (der_next(&in, DER_INTEGER, &version, e) != 0 || version.n != 1 ||
		version.p[0] != VERSION_2))
		return err_set(
		    e, ERR_INPUT, "version is not 2 (RFC 5280, 5.1.2.1)");
	if (der_any(&in, NULL, NULL, &alg, e) != 0)
		return -1;
	if (!span_eq(alg, p->alg))
		return err_set(e, ERR_INPUT,
		    "two algorithms of one signature (RFC 5280, 5.1.1.2)");
	if (der_any(&in, &tag, NULL, &v->issuer, e) != 0)
		return -1;
	if (tag != DER_SEQUENCE)
		return err_set(e, ERR_INPUT, "issuer is no Name");
	if (take_time(&in, &v->this_update) != 0)
		return err_set(e, ERR_INPUT, "no thisUpdate");
	(void)take_time(&in, &v->next_update);
	if (has_tag(in, DER_SEQUENCE) &&
	    der_next(&in, DER_SEQUENCE, &v->entries, e) != 0)
		return -1;
	if (has_tag(in, DER_CTX0_CONS) &&
	    (der_next(&in, DER_CTX0_CONS, &body, e) != 0 ||
		read_extensions(body, v, e) != 0))
		return -1;
	if (in.n != 0)
		return err_set(e, ERR_INPUT, "more than a list may hold");
	return 0;
}

static int parse(struct span der, struct parts *p, struct err *e)
{
	struct span in, bits;

	if (der.n > CRL_MAX)
		return err_set(e, ERR_INPUT, "over %d bytes", CRL_MAX);
	if (der_next(&der, DER_SEQUENCE, &in, e) != 0 ||
	    der_any(&in, NULL, NULL, &p->tbs, e) != 0 ||
	    der_any(&in, NULL, NULL, &p->alg, e) != 0 ||
	    der_next(&in, DER_BIT_STRING, &bits, e) != 0)
		return -1;
	if (der.n != 0 || in.n != 0)
		return err_set(e, ERR_INPUT, "trailing bytes");
	if (bits.n < 1 || bits.p[0] != 0)
		return err_set(e, ERR_INPUT, "signature is not whole octets");
	p->signature = (struct span){ bits.p + 1, bits.n - 1 };
	return read_tbs(p->tbs, p, e);
}

int crl_parse(struct span der, struct crl_view *v, struct err *e)
{
	struct parts p = { .view = { .number = -1 } };

	if (parse(der, &p, e) != 0)
		return err_prefix(e, "CRL");
	*v = p.view;
	return 0;
}

int crl_verify(struct span der, struct span spki, struct err *e)
{
	struct parts p = { .view = { .number = -1 } };
	const struct alg_digest *digest;
	struct pubkey key = { 0 };
	char oid[TREE_OID_MAX];
	gnutls_sign_algorithm_t alg;
	struct span params;
	int rc = -1;

	if (parse(der, &p, e) != 0 || alg_id_get(p.alg, oid, &params, e) != 0 ||
	    pubkey_import(spki, &key, e) != 0)
		return err_prefix(e, "CRL");
	if (alg_signature(oid, key.pk, NULL, &alg, &digest, e) != 0)
		err_prefix(e, "CRL");
	else if (digest->grade == ALG_OBSOLETE)
		err_set(e, ERR_ALG, "CRL: signed with %s", digest->name);
	else if (pubkey_verify(&key, alg, p.tbs, p.signature, e) != 0)
		err_prefix(e, "CRL");
	else
		rc = 0;
	pubkey_release(&key);
	return rc;
}

/*
 * reasonCode among the extensions of an entry, if it is there.  *known: none of
 * the critical ones is unknown, as certificateIssuer is.
 */
static int read_reason(
    struct span list, unsigned *reason, bool *known, struct err *e)
{
	char oid[EXTENSION_OID_MAX];
	struct span value, body;
	bool critical;

	while (list.n > 0) {
		if (extension_next(&list, oid, &value, &critical, e) != 0)
			return -1;
		if (strcmp(oid, OID_CRL_REASON) != 0) {
			if (critical && strcmp(oid, OID_INVALIDITY_DATE) != 0)
				*known = false;
			continue;
		}
		if (der_next(&value, DER_ENUMERATED, &body, e) != 0)
			return err_prefix(e, "reasonCode");
		if (value.n != 0 || body.n != 1 || (body.p[0] & 0x80) != 0)
			return err_set(e, ERR_INPUT, "reasonCode: malformed");
		*reason = body.p[0];
	}
	return 0;
}

static int entry_next(struct span *entries, struct span *serial,
    int64_t *revoked_at, unsigned *reason, bool *known, struct err *e)
{
	struct span left = *entries, in, number, time, extensions;
	unsigned why = 0;
	int64_t at;
	uint8_t tag;

	*known = true;
	if (der_next(&left, DER_SEQUENCE, &in, e) != 0 ||
	    der_next(&in, DER_INTEGER, &number, e) != 0 ||
	    der_any(&in, &tag, &time, NULL, e) != 0 ||
	    der_time(tag, time, &at, e) != 0)
		return err_prefix(e, "CRL entry");
	if (number.n == 0)
		return err_set(e, ERR_INPUT, "CRL entry: empty serial");
	if (in.n > 0 &&
	    (der_next(&in, DER_SEQUENCE, &extensions, e) != 0 ||
		read_reason(extensions, &why, known, e) != 0))
		return err_prefix(e, "CRL entry");
	if (in.n != 0)
		return err_set(e, ERR_INPUT, "CRL entry: trailing bytes");
	*entries = left;
	*serial = number;
	*revoked_at = at;
	*reason = why;
	return 0;
}

int crl_entry_next(struct span *entries, struct span *serial,
    int64_t *revoked_at, unsigned *reason, struct err *e)
{
	bool known;

	return entry_next(entries, serial, revoked_at, reason, &known, e);
}

bool crl_is_full(const struct crl_view *v)
{
	struct span left = v->entries, serial;
	bool known = true;
	unsigned reason;
	int64_t at;

	if (v->partial)
		return false;
	while (known && left.n > 0)
		if (entry_next(&left, &serial, &at, &reason, &known, NULL) != 0)
			return false;
	return known;
}
