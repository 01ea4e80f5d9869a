/* The extensions that a request asks for (security.md T-23). */
#include <gnutls/x509-ext.h>
#include <string.h>

#include "cert.h"
#include "policy_part.h"
#include "purpose.h"

enum { EXTENSIONS_MAX = 32, EKU_MAX = 16 };

static gnutls_datum_t datum(struct span s)
{
	return (gnutls_datum_t){ (unsigned char *)s.p, (unsigned)s.n };
}

/* What the profile allows and a key of this type can do. */
static unsigned key_usage_for(gnutls_pk_algorithm_t pk, const struct profile *p)
{
	unsigned fits =
	    GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_NON_REPUDIATION;

	fits |= pk == GNUTLS_PK_RSA
	    ? GNUTLS_KEY_KEY_ENCIPHERMENT | GNUTLS_KEY_DATA_ENCIPHERMENT
	    : GNUTLS_KEY_KEY_AGREEMENT;
	return p->key_usage & fits;
}

static void judge_key_usage(struct span value, const struct profile *p,
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
	else if (p->asked_key_usage == WISH_REFUSE)
		refuse(v, REFUSE_EXTENSION,
		    "keyUsage: asked_key_usage is refuse in [profile %s]",
		    p->name);
	else if (p->asked_key_usage == WISH_DROP)
		return;
	else if ((asked & g->key_usage) == 0)
		refuse(v, REFUSE_EXTENSION,
		    "keyUsage has nothing that this type of key can do and "
		    "key_usage of [profile %s] has",
		    p->name);
	else
		g->key_usage &= asked;
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

/* Those of a CA are not even in a profile; see purpose.h. */
static bool eku_allowed(const char *oid, const struct profile *p)
{
	return purpose_for_device(oid) &&
	    (words_has(&p->eku, oid) || words_has(&p->eku_allowed, oid));
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

static void judge_purpose(
    const gnutls_datum_t *oid, const struct profile *p, struct verdict *v)
{
	const char *text = (const char *)oid->data;
	char out[SHOWN_SIZE];

	if (!eku_allowed(text, p))
		refuse(v, REFUSE_EXTENSION,
		    "extKeyUsage %s (%s) is not in ext_key_usage_allowed of "
		    "[profile %s]",
		    shown(span_str(purpose_name(text)), out), text, p->name);
}

static int judge_eku(struct span value, const struct profile *p,
    struct grantable *g, struct verdict *v, struct err *e)
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
	if (p->asked_eku == WISH_REFUSE)
		refuse(v, REFUSE_EXTENSION,
		    "extKeyUsage: asked_ext_key_usage is refuse in [profile "
		    "%s]",
		    p->name);
	if (p->asked_eku == WISH_DROP)
		goto out;
	while (v->why == REFUSE_NONE &&
	    gnutls_x509_key_purpose_get(asked, n, &oid) == 0)
		if (++n > EKU_MAX)
			refuse(v, REFUSE_EXTENSION, "extKeyUsage: over %d",
			    EKU_MAX);
		else
			judge_purpose(&oid, p, v);
	if (n == 0)
		refuse(v, REFUSE_EXTENSION, "empty extKeyUsage");
	if (v->why == REFUSE_NONE)
		rc = put_eku(asked, &g->eku, e);
out:
	gnutls_x509_key_purpose_deinit(asked);
	return rc;
}

/* For a request that asks for no purpose; `none` is no extension. */
static int default_eku(
    const struct profile *p, struct grantable *g, struct err *e)
{
	const char *at = p->eku.text;
	gnutls_x509_key_purposes_t purposes;
	char oid[WORD_MAX];
	int rc = 0;

	if (words_is_empty(&p->eku))
		return 0;
	if (gnutls_x509_key_purpose_init(&purposes) != 0)
		return err_set(e, ERR_NOMEM, "extKeyUsage");
	while (rc == 0 && words_next(&at, oid))
		if (gnutls_x509_key_purpose_set(purposes, oid) != 0)
			rc = err_set(e, ERR_NOMEM, "extKeyUsage");
	if (rc == 0)
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

static void judge_other(
    const char *oid, bool critical, const struct profile *p, struct verdict *v)
{
	if (is_harmless(oid))
		return;
	if (critical)
		refuse(v, REFUSE_EXTENSION,
		    "critical extension %s is not known here", oid);
	else if (p->asked_other == WISH_REFUSE)
		refuse(v, REFUSE_EXTENSION,
		    "extension %s: asked_other is refuse in [profile %s]", oid,
		    p->name);
}

static int judge_san(const struct csr *csr, const struct profile *p,
    struct span value, struct grantable *g, struct verdict *v, struct err *e)
{
	if (p->san == WISH_DROP)
		return 0;
	if (p->san == WISH_REFUSE) {
		refuse(v, REFUSE_SAN,
		    "san is no in [profile %s]: it certifies the subject only",
		    p->name);
		return 0;
	}
	g->san = value;
	return policy_san(value, csr->subject, p, v, e);
}

static int judge_extension(const struct csr *csr, const struct profile *p,
    const char *oid, struct span value, bool critical, struct grantable *g,
    struct verdict *v, struct err *e)
{
	if (strcmp(oid, "2.5.29.15") == 0)
		judge_key_usage(value, p, g, v);
	else if (strcmp(oid, "2.5.29.19") == 0)
		judge_basic_constraints(value, v);
	else if (strcmp(oid, "2.5.29.37") == 0)
		return judge_eku(value, p, g, v, e);
	else if (strcmp(oid, "2.5.29.17") == 0)
		return judge_san(csr, p, value, g, v, e);
	else
		judge_other(oid, critical, p, v);
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

	g->key_usage = key_usage_for(csr->key.pk, p);
	if (g->key_usage == 0)
		refuse(v, REFUSE_KEY_TYPE,
		    "key_usage of [profile %s] has nothing that this type of "
		    "key can do",
		    p->name);
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
		return default_eku(p, g, e);
	return 0;
}
