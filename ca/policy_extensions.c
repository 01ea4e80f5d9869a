/* The extensions that a request asks for (security.md T-23). */
#include <gnutls/x509-ext.h>
#include <string.h>

#include "cert.h"
#include "policy_part.h"

enum { EXTENSIONS_MAX = 32, EKU_MAX = 16 };

static gnutls_datum_t datum(struct span s)
{
	return (gnutls_datum_t){ (unsigned char *)s.p, (unsigned)s.n };
}

/* What a key of this type can do for a device. */
static unsigned key_usage_for(gnutls_pk_algorithm_t pk)
{
	return GNUTLS_KEY_DIGITAL_SIGNATURE |
	    (pk == GNUTLS_PK_RSA ? GNUTLS_KEY_KEY_ENCIPHERMENT
				 : GNUTLS_KEY_KEY_AGREEMENT);
}

static void judge_key_usage(const struct csr *csr, struct span value,
    struct grantable *g, struct verdict *v)
{
	gnutls_datum_t der = datum(value);
	unsigned asked;

	if (gnutls_x509_ext_import_key_usage(&der, &asked) != 0)
		refuse(v, REFUSE_EXTENSION, "malformed keyUsage");
	else if ((asked & (GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)) !=
	    0)
		refuse(v, REFUSE_EXTENSION,
		    "keyUsage keyCertSign and cRLSign are for a CA");
	else if ((asked & key_usage_for(csr->key.pk)) == 0)
		refuse(v, REFUSE_EXTENSION,
		    "keyUsage has nothing that this type of key can do");
	else
		g->key_usage = asked & key_usage_for(csr->key.pk);
}

static void judge_basic_constraints(struct span value, struct verdict *v)
{
	gnutls_datum_t der = datum(value);
	unsigned ca;
	int pathlen;

	if (gnutls_x509_ext_import_basic_constraints(&der, &ca, &pathlen) != 0)
		refuse(v, REFUSE_EXTENSION, "malformed basicConstraints");
	else if (ca != 0)
		refuse(v, REFUSE_EXTENSION,
		    "basicConstraints CA:TRUE is not granted");
}

/* Purposes of a device; those of a service, a person or a CA are not here. */
static bool eku_allowed(const char *oid)
{
	static const char *const allowed[] = {
		GNUTLS_KP_TLS_WWW_CLIENT, GNUTLS_KP_TLS_WWW_SERVER,
		GNUTLS_KP_EMAIL_PROTECTION,
		"1.3.6.1.5.5.7.3.5",  /* ipsecEndSystem */
		"1.3.6.1.5.5.7.3.6",  /* ipsecTunnel */
		"1.3.6.1.5.5.7.3.7",  /* ipsecUser */
		"1.3.6.1.5.5.7.3.17", /* ipsecIKE */
		"1.3.6.1.5.5.8.2.2",  /* iKEIntermediate */
	};

	for (size_t i = 0; i < sizeof(allowed) / sizeof(allowed[0]); i++)
		if (strcmp(allowed[i], oid) == 0)
			return true;
	return false;
}

/* Append the purposes to g->eku, built anew from what was understood. */
static int put_eku(
    gnutls_x509_key_purposes_t purposes, struct buf *eku, struct err *e)
{
	gnutls_datum_t der = { 0 };
	int rc;

	if (gnutls_x509_ext_export_key_purposes(purposes, &der) != 0)
		return err_set(e, ERR_CRYPTO, "extKeyUsage");
	rc = buf_put(eku, (struct span){ der.data, der.size }, e);
	gnutls_free(der.data);
	return rc;
}

static int judge_eku(
    struct span value, struct grantable *g, struct verdict *v, struct err *e)
{
	gnutls_datum_t der = datum(value), oid;
	gnutls_x509_key_purposes_t asked;
	unsigned n = 0;
	int rc = 0;

	if (gnutls_x509_key_purpose_init(&asked) != 0)
		return err_set(e, ERR_NOMEM, "extKeyUsage");
	if (gnutls_x509_ext_import_key_purposes(&der, asked, 0) != 0) {
		refuse(v, REFUSE_EXTENSION, "malformed extKeyUsage");
		goto out;
	}
	while (v->why == REFUSE_NONE &&
	    gnutls_x509_key_purpose_get(asked, n, &oid) == 0)
		if (++n > EKU_MAX)
			refuse(v, REFUSE_EXTENSION, "extKeyUsage: over %d",
			    EKU_MAX);
		else if (!eku_allowed((const char *)oid.data))
			refuse(v, REFUSE_EXTENSION,
			    "extKeyUsage %.*s is not granted", 64, oid.data);
	if (n == 0)
		refuse(v, REFUSE_EXTENSION, "empty extKeyUsage");
	if (v->why == REFUSE_NONE)
		rc = put_eku(asked, &g->eku, e);
out:
	gnutls_x509_key_purpose_deinit(asked);
	return rc;
}

/* clientAuth, for a request that asks for no purpose. */
static int default_eku(struct grantable *g, struct err *e)
{
	gnutls_x509_key_purposes_t purposes;
	int rc = -1;

	if (gnutls_x509_key_purpose_init(&purposes) != 0)
		return err_set(e, ERR_NOMEM, "extKeyUsage");
	if (gnutls_x509_key_purpose_set(purposes, GNUTLS_KP_TLS_WWW_CLIENT) !=
	    0)
		err_set(e, ERR_NOMEM, "extKeyUsage");
	else
		rc = put_eku(purposes, &g->eku, e);
	gnutls_x509_key_purpose_deinit(purposes);
	return rc;
}

/* Known, without effect here, and often asked for as critical. */
static bool is_harmless(const char *oid)
{
	static const char *const harmless[] = {
		"2.5.29.14",		 /* subjectKeyIdentifier: ours */
		"2.5.29.35",		 /* authorityKeyIdentifier: ours */
		"1.3.6.1.4.1.311.20.2",	 /* Microsoft: template name */
		"1.3.6.1.4.1.311.21.7",	 /* template */
		"1.3.6.1.4.1.311.21.10", /* application policies */
		"1.3.6.1.4.1.311.25.2",	 /* security identifier */
	};

	for (size_t i = 0; i < sizeof(harmless) / sizeof(harmless[0]); i++)
		if (strcmp(harmless[i], oid) == 0)
			return true;
	return false;
}

static int judge_extension(const struct csr *csr, const struct profile *p,
    const char *oid, struct span value, bool critical, struct grantable *g,
    struct verdict *v, struct err *e)
{
	if (strcmp(oid, "2.5.29.15") == 0) {
		judge_key_usage(csr, value, g, v);
	} else if (strcmp(oid, "2.5.29.19") == 0) {
		judge_basic_constraints(value, v);
	} else if (strcmp(oid, "2.5.29.37") == 0) {
		return judge_eku(value, g, v, e);
	} else if (strcmp(oid, "2.5.29.17") == 0) {
		if (p->san == WISH_REFUSE)
			refuse(v, REFUSE_SAN,
			    "this CA certifies the subject only");
		g->san = value;
		return policy_san(value, v, e);
	} else if (critical && !is_harmless(oid)) {
		refuse(v, REFUSE_EXTENSION,
		    "critical extension %s is not known here", oid);
	}
	return 0;
}

int policy_extensions(const struct csr *csr, const struct profile *p,
    struct grantable *g, struct verdict *v, struct err *e)
{
	char seen[EXTENSIONS_MAX][EXTENSION_OID_MAX];
	struct span list = csr->extensions, value;
	struct err why;
	unsigned n = 0;
	bool critical;

	g->key_usage = key_usage_for(csr->key.pk);
	while (list.n > 0 && v->why == REFUSE_NONE) {
		if (n == EXTENSIONS_MAX) {
			refuse(v, REFUSE_EXTENSION, "over %d extensions",
			    EXTENSIONS_MAX);
			return 0;
		}
		if (extension_next(&list, seen[n], &value, &critical, &why) !=
		    0) {
			if (why.kind == ERR_NOMEM)
				return err_set(e, ERR_NOMEM, "%s", why.text);
			refuse(v, REFUSE_EXTENSION, "malformed extension");
			return 0;
		}
		for (unsigned i = 0; i < n; i++)
			if (strcmp(seen[i], seen[n]) == 0)
				refuse(v, REFUSE_EXTENSION,
				    "extension %s is there twice", seen[n]);
		if (v->why == REFUSE_NONE &&
		    judge_extension(
			csr, p, seen[n], value, critical, g, v, e) != 0)
			return -1;
		n++;
	}
	if (v->why == REFUSE_NONE && g->eku.n == 0)
		return default_eku(g, e);
	return 0;
}
