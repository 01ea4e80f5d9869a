/* What a certificate may and must have among its extensions. */
#include <gnutls/x509-ext.h>
#include <string.h>

#include "extensions.h"
#include "lint_part.h"

#define OID_SAN "2.5.29.17"
#define OID_EKU "2.5.29.37"
#define OID_AKI "2.5.29.35"
#define OID_POLICIES "2.5.29.32"
#define OID_CRL_POINTS "2.5.29.31"
#define OID_INFO_ACCESS "1.3.6.1.5.5.7.1.1"

enum { EXTENSIONS_MAX = 16 };

struct found {
	char oid[EXTENSION_OID_MAX];
	struct span value; /* contents of extnValue */
	bool critical;
};

struct list {
	unsigned n;
	struct found all[EXTENSIONS_MAX];
};

static const struct found *find(const struct list *l, const char *oid)
{
	for (unsigned i = 0; i < l->n; i++)
		if (strcmp(l->all[i].oid, oid) == 0)
			return &l->all[i];
	return NULL;
}

/* Is it there, and as critical as said? */
static bool has(const struct list *l, const char *oid, bool critical)
{
	const struct found *x = find(l, oid);

	return x != NULL && x->critical == critical;
}

/* None twice, none empty; of those that are lists, no empty list. */
static int read_list(struct span extensions, struct list *l, struct err *e)
{
	for (l->n = 0; extensions.n > 0; l->n++) {
		struct found *x = &l->all[l->n], new;
		bool list;

		if (l->n == EXTENSIONS_MAX ||
		    extension_next(&extensions, new.oid, &new.value,
			&new.critical, NULL) != 0)
			return lint_broken(e, "unreadable extensions");
		if (find(l, new.oid) != NULL)
			return lint_broken(e, "an extension twice");
		list = strcmp(new.oid, OID_SAN) == 0 ||
		    strcmp(new.oid, OID_EKU) == 0 ||
		    strcmp(new.oid, OID_POLICIES) == 0;
		if (new.value.n < 2 || (list && new.value.n < 4))
			return lint_broken(e, "an empty extension");
		*x = new;
	}
	return 0;
}

static int check_presence(
    const struct list *l, const struct cert_view *v, struct err *e)
{
	bool nameless = v->subject.n <= 2; /* 30 00 */
	const struct found *san = find(l, OID_SAN);

	if (!has(l, "2.5.29.19", true))
		return lint_broken(e, "no critical basicConstraints");
	if (!has(l, "2.5.29.15", true))
		return lint_broken(e, "no critical keyUsage");
	if (!has(l, "2.5.29.14", false))
		return lint_broken(e, "no subjectKeyIdentifier");
	if (!has(l, OID_AKI, false))
		return lint_broken(e, "no authorityKeyIdentifier");
	/* RFC 5280, 4.2.1.6 */
	if (nameless && san == NULL)
		return lint_broken(e, "no name at all");
	if (san != NULL && san->critical != nameless)
		return lint_broken(
		    e, "subjectAltName critical without need, or not");
	return san != NULL ? lint_names(san->value, e) : 0;
}

/* What a key of this type can do; a CA signs certificates and CRLs, too. */
static unsigned usage_for(int pk, bool ca)
{
	unsigned usage =
	    GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_NON_REPUDIATION;

	usage |= pk == GNUTLS_PK_RSA
	    ? GNUTLS_KEY_KEY_ENCIPHERMENT | GNUTLS_KEY_DATA_ENCIPHERMENT
	    : GNUTLS_KEY_KEY_AGREEMENT;
	if (ca)
		usage |= GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN;
	return usage;
}

/* basicConstraints are those of a CA or not, and keyUsage fits that. */
static int check_usage(gnutls_x509_crt_t crt, bool ca, struct err *e)
{
	int pk = gnutls_x509_crt_get_pk_algorithm(crt, NULL);
	unsigned usage = 0, critical, is_ca = 0;
	int path_len;
	bool signs;

	if (gnutls_x509_crt_get_key_usage(crt, &usage, &critical) != 0 ||
	    gnutls_x509_crt_get_basic_constraints(
		crt, &critical, &is_ca, &path_len) < 0)
		return lint_broken(e, "unreadable usage");
	if (ca != (is_ca != 0))
		return lint_broken(e,
		    ca ? "basicConstraints without CA:TRUE"
		       : "basicConstraints with CA:TRUE");
	signs = (usage & GNUTLS_KEY_KEY_CERT_SIGN) != 0;
	if (usage == 0 || signs != ca ||
	    (!ca && (usage & GNUTLS_KEY_CRL_SIGN) != 0))
		return lint_broken(e, "keyUsage against basicConstraints");
	if ((usage & ~usage_for(pk, ca)) != 0)
		return lint_broken(e, "keyUsage against the type of key");
	return 0;
}

/* extKeyUsage is never a licence for everything, nor to speak for the CA. */
static int check_purposes(const struct list *l, struct err *e)
{
	const struct found *x = find(l, OID_EKU);
	struct span list, id;

	if (x == NULL)
		return 0;
	if (der_only(x->value, DER_SEQUENCE, &list, NULL) != 0)
		return lint_broken(e, "unreadable extKeyUsage");
	while (list.n > 0) {
		if (der_next(&list, DER_OID, &id, NULL) != 0)
			return lint_broken(e, "unreadable extKeyUsage");
		if (span_eq(id, SPAN_LIT("\x55\x1d\x25\x00"))) /* 2.5.29.37.0 */
			return lint_broken(e, "anyExtendedKeyUsage");
		/* 1.3.6.1.5.5.7.3.9 */
		if (span_eq(id, SPAN_LIT("\x2b\x06\x01\x05\x05\x07\x03\x09")))
			return lint_broken(e, "OCSPSigning");
	}
	return 0;
}

static int check_key_ids(const struct list *l, const struct cert_view *v,
    const struct cert_view *issuer, struct err *e)
{
	uint8_t own[KEY_ID_SIZE];
	struct span id, want;

	if (key_identifier(v->spki, own, e) != 0)
		return -1;
	if (cert_ski(v, &id, NULL) != 0 ||
	    !span_eq(id, (struct span){ own, sizeof(own) }))
		return lint_broken(e, "subjectKeyIdentifier of another key");
	if (issuer_key_identifier(issuer, own, &want, e) != 0)
		return -1;
	if (der_only(find(l, OID_AKI)->value, DER_SEQUENCE, &id, NULL) != 0 ||
	    der_only(id, DER_CTX0, &id, NULL) != 0 || !span_eq(id, want))
		return lint_broken(
		    e, "authorityKeyIdentifier of another issuer");
	return 0;
}

/* RFC 5280, 4.2.1.4: a policy must not be there twice */
static int check_policies(const struct list *l, struct err *e)
{
	const struct found *x = find(l, OID_POLICIES);
	struct span list, first, other, id, id2;

	if (x == NULL)
		return 0;
	list = x->value;
	if (der_only(list, DER_SEQUENCE, &list, NULL) != 0)
		return lint_broken(e, "unreadable certificatePolicies");
	while (list.n > 0) {
		if (der_next(&list, DER_SEQUENCE, &first, NULL) != 0 ||
		    der_next(&first, DER_OID, &id, NULL) != 0)
			return lint_broken(e, "unreadable certificatePolicies");
		for (struct span rest = list; rest.n > 0;)
			if (der_next(&rest, DER_SEQUENCE, &other, NULL) != 0 ||
			    der_next(&other, DER_OID, &id2, NULL) != 0 ||
			    span_eq(id, id2))
				return lint_broken(e, "a policy twice");
	}
	return 0;
}

static bool is_http(const uint8_t *url, size_t n)
{
	return (n > 7 && memcmp(url, "http://", 7) == 0) ||
	    (n > 8 && memcmp(url, "https://", 8) == 0);
}

/* A certificate need not say where CRL and issuer are; if it does, by HTTP. */
static int check_urls(
    gnutls_x509_crt_t crt, const struct list *l, struct err *e)
{
	gnutls_datum_t issuer = { 0 };
	uint8_t crl[512];
	size_t n = sizeof(crl);
	bool good;

	if (find(l, OID_CRL_POINTS) != NULL &&
	    (!has(l, OID_CRL_POINTS, false) ||
		gnutls_x509_crt_get_crl_dist_points(
		    crt, 0, crl, &n, NULL, NULL) != GNUTLS_SAN_URI ||
		!is_http(crl, n)))
		return lint_broken(e, "cRLDistributionPoints");
	if (find(l, OID_INFO_ACCESS) == NULL)
		return 0;
	good = gnutls_x509_crt_get_authority_info_access(
		   crt, 0, GNUTLS_IA_CAISSUERS_URI, &issuer, NULL) == 0 &&
	    is_http(issuer.data, issuer.size);
	gnutls_free(issuer.data);
	return good && has(l, OID_INFO_ACCESS, false)
	    ? 0
	    : lint_broken(e, "authorityInfoAccess");
}

int lint_extensions(gnutls_x509_crt_t crt, const struct cert_view *v,
    const struct cert_view *issuer, struct err *e)
{
	struct list l;

	if (read_list(v->extensions, &l, e) != 0 ||
	    check_presence(&l, v, e) != 0 ||
	    check_usage(crt, issuer == NULL, e) != 0 ||
	    check_purposes(&l, e) != 0 || check_policies(&l, e) != 0 ||
	    check_urls(crt, &l, e) != 0)
		return -1;
	return check_key_ids(&l, v, issuer != NULL ? issuer : v, e);
}
