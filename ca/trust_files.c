#include "trust_files.h"

#include <gnutls/x509-ext.h>
#include <stdio.h>
#include <string.h>

#include "crl.h"
#include "home.h"

static int read_part(const char *home, const char *name, size_t max,
    struct buf *out, struct err *e)
{
	return name[0] == '/' ? home_read_large("/", name + 1, max, out, e)
			      : home_read_large(home, name, max, out, e);
}

/* The blocks named `label` of a PEM file, as DER. */
static int split_pem(const char *file, struct span text, const char *label,
    size_t der_max, struct buf *ders, size_t *n, struct err *e)
{
	char end[40];
	const uint8_t *at;
	size_t len, skip;

	len = (size_t)snprintf(end, sizeof(end), "-----END %s-----", label);
	for (*n = 0; text.n > 0; text.p += skip, text.n -= skip) {
		at = memmem(text.p, text.n, end, len);
		if (at == NULL)
			break;
		skip = (size_t)(at - text.p) + len;
		if (*n == TRUST_CERTS_MAX)
			return err_set(e, ERR_CONF, "%s: over %d blocks %s",
			    file, TRUST_CERTS_MAX, label);
		ders[*n].max = der_max;
		if (pem_decode((struct span){ text.p, skip }, label, &ders[*n],
			e) != 0) {
			e->kind = e->kind == ERR_NOMEM ? ERR_NOMEM : ERR_CONF;
			return err_prefix(e, "%s: block %zu", file, *n + 1);
		}
		++*n;
	}
	return *n > 0 ? 0
		      : err_set(e, ERR_CONF,
			    "%s: no PEM block %s is in it; convert it with "
			    "openssl",
			    file, label);
}

bool trust_is_ca(const struct cert_view *v)
{
	struct span value;
	gnutls_datum_t der;
	unsigned ca = 0;
	int path;

	if (cert_extension(v->extensions, "2.5.29.19", &value, NULL, NULL) != 0)
		return false;
	der = (gnutls_datum_t){ (unsigned char *)value.p, (unsigned)value.n };
	return gnutls_x509_ext_import_basic_constraints(&der, &ca, &path) ==
	    0 &&
	    ca != 0;
}

static int load_certs(const char *home, const struct trust *t,
    struct trust_files *f, struct err *e)
{
	size_t n;

	f->pem.max = TRUST_CERTS_SIZE;
	if (read_part(home, t->certs, TRUST_CERTS_SIZE, &f->pem, e) != 0 ||
	    split_pem(t->certs, buf_span(&f->pem), "CERTIFICATE",
		TRUST_CERTS_SIZE, f->ders, &n, e) != 0)
		return -1;
	for (; f->n < n; f->n++) {
		struct cert_view *v = &f->certs[f->n];

		if (cert_parse(buf_span(&f->ders[f->n]), v, e) != 0) {
			e->kind = e->kind == ERR_NOMEM ? ERR_NOMEM : ERR_CONF;
			return err_prefix(
			    e, "%s: certificate %zu", t->certs, f->n + 1);
		}
		if (!trust_is_ca(v))
			return err_set(e, ERR_CONF,
			    "%s: certificate %zu is not one of a CA; take it "
			    "out",
			    t->certs, f->n + 1);
	}
	return 0;
}

static int load_crls(const char *home, const struct trust *t,
    struct trust_files *f, struct err *e)
{
	struct crl_view v;

	if (t->crl[0] == '\0')
		return 0;
	f->crl_pem.max = TRUST_CRL_SIZE;
	if (read_part(home, t->crl, TRUST_CRL_SIZE, &f->crl_pem, e) != 0)
		return -1;
	if (f->crl_pem.n > 0 && f->crl_pem.p[0] == DER_SEQUENCE) {
		buf_move(&f->crls[0], &f->crl_pem);
		f->n_crls = 1;
	} else if (split_pem(t->crl, buf_span(&f->crl_pem), "X509 CRL",
		       TRUST_CRL_SIZE, f->crls, &f->n_crls, e) != 0) {
		return -1;
	}
	for (size_t i = 0; i < f->n_crls; i++)
		if (crl_parse(buf_span(&f->crls[i]), &v, e) != 0) {
			e->kind = e->kind == ERR_NOMEM ? ERR_NOMEM : ERR_CONF;
			return err_prefix(e, "%s: CRL %zu", t->crl, i + 1);
		}
	return 0;
}

int trust_load(const char *home, const struct trust *t, struct trust_files *f,
    struct err *e)
{
	struct err why;

	*f = (struct trust_files){ .n = 0 };
	if (load_certs(home, t, f, &why) != 0 ||
	    load_crls(home, t, f, &why) != 0)
		return err_set(
		    e, why.kind, "[trust %s]: %s", t->name, why.text);
	return 0;
}

void trust_files_release(struct trust_files *f)
{
	buf_release(&f->pem);
	buf_release(&f->crl_pem);
	for (size_t i = 0; i < TRUST_CERTS_MAX; i++) {
		buf_release(&f->ders[i]);
		buf_release(&f->crls[i]);
	}
	f->n = f->n_crls = 0;
}
