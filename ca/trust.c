#include "trust.h"

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crl.h"
#include "trust_files.h"

/* One section, one message. */
struct question {
	const struct ca *ca;
	const struct trust *t;
	struct trust_files files;
	const struct scep_msg *m;
	int64_t now;
	bool sha1; /* the endpoint takes it */
	/* which CRLs have a good signature, and are full: looked at once, for
	 * they are long and anybody may send ten certificates of the right
	 * name */
	enum worth { NOT_LOOKED_AT, FULL, PARTIAL, BAD } crls[TRUST_CERTS_MAX];
	/* the worst of what the CRLs say of CAs in the message */
	enum standing_in_crl { NOT_COVERED, STALE, LISTED, NOT_LISTED } above;
};

/* Which certificates it may go through: each asks for more. */
enum way { ANY_WAY, VALID_WAY, GOOD_WAY };

/*
 * What this CA has signed is in its books, octet for octet, or nobody's: no way
 * goes through it, whatever file or message it is in, and its CRL says nothing of
 * anybody else's.
 */
static bool is_this_ca(const struct question *q, const struct cert_view *v)
{
	return span_eq(v->spki, q->ca->ca_cert.spki);
}

static bool is_signed_by_one(
    const struct question *q, struct span crl, struct span issuer)
{
	struct cert_view v;

	for (size_t i = 0; i < q->files.n; i++)
		if (!is_this_ca(q, &q->files.certs[i]) &&
		    span_eq(q->files.certs[i].subject, issuer) &&
		    crl_verify(crl, q->files.certs[i].spki, NULL) == 0)
			return true;
	for (size_t i = 0; i < q->m->cms.n_certs; i++)
		if (cert_parse(q->m->cms.certs[i], &v, NULL) == 0 &&
		    !is_this_ca(q, &v) && span_eq(v.subject, issuer) &&
		    trust_is_ca(&v) && crl_verify(crl, v.spki, NULL) == 0)
			return true;
	return false;
}

static enum worth worth_of(
    struct question *q, size_t i, const struct crl_view *crl)
{
	struct span der = buf_span(&q->files.crls[i]);

	if (q->crls[i] == NOT_LOOKED_AT) {
		if (!is_signed_by_one(q, der, crl->issuer))
			q->crls[i] = BAD;
		else
			q->crls[i] = crl_is_full(crl) ? FULL : PARTIAL;
	}
	return q->crls[i];
}

static enum standing_in_crl look_into(
    struct crl_view *crl, int64_t now, struct span serial)
{
	struct span got;
	unsigned reason;
	int64_t at;

	while (crl->entries.n > 0) {
		if (crl_entry_next(&crl->entries, &got, &at, &reason, NULL) !=
		    0)
			return STALE; /* what cannot be read says nothing */
		if (span_eq(got, serial))
			return LISTED;
	}
	return crl->next_update != 0 && now > crl->next_update ? STALE
							       : NOT_LISTED;
}

static enum standing_in_crl crl_standing(
    struct question *q, const struct cert_view *v)
{
	enum standing_in_crl best = NOT_COVERED, now;
	struct crl_view crl;
	enum worth worth;

	for (size_t i = 0; i < q->files.n_crls; i++) {
		if (crl_parse(buf_span(&q->files.crls[i]), &crl, NULL) != 0 ||
		    !span_eq(crl.issuer, v->issuer))
			continue;
		worth = worth_of(q, i, &crl);
		if (worth == BAD)
			continue;
		now = look_into(&crl, q->now, v->serial);
		if (now == LISTED)
			return LISTED;
		/* not to be on a list of a part proves nothing */
		if (worth == FULL && now > best)
			best = now;
	}
	return best;
}

static bool is_valid(const struct cert_view *v, int64_t now)
{
	return v->not_before <= now && now <= v->not_after;
}

static int import(struct span der, gnutls_x509_crt_t *crt, struct err *e)
{
	gnutls_datum_t in = { (unsigned char *)der.p, (unsigned)der.n };

	*crt = NULL;
	if (gnutls_x509_crt_init(crt) != 0)
		return err_set(e, ERR_NOMEM, "no memory for a certificate");
	if (gnutls_x509_crt_import(*crt, &in, GNUTLS_X509_FMT_DER) == 0)
		return 0;
	gnutls_x509_crt_deinit(*crt);
	*crt = NULL;
	return err_set(e, ERR_INPUT, "a certificate that GnuTLS cannot read");
}

/* Nobody asks a CRL about these: the operator has named them. */
static int add_anchors(const struct question *q, enum way way,
    gnutls_x509_trust_list_t list, struct err *e)
{
	gnutls_x509_crt_t crt;

	for (size_t i = 0; i < q->files.n; i++) {
		if (is_this_ca(q, &q->files.certs[i]) ||
		    (way >= VALID_WAY && !is_valid(&q->files.certs[i], q->now)))
			continue;
		if (import(buf_span(&q->files.ders[i]), &crt, e) != 0) {
			e->kind = e->kind == ERR_INPUT ? ERR_CONF : e->kind;
			return err_prefix(e, "%s", q->t->certs);
		}
		if (gnutls_x509_trust_list_add_cas(list, &crt, 1, 0) != 1) {
			gnutls_x509_crt_deinit(crt);
			return err_set(e, ERR_NOMEM, "no memory for a CA");
		}
	}
	return 0;
}

/* May a way go through this certificate of the message? */
static bool is_passable(
    struct question *q, enum way way, const struct cert_view *v)
{
	enum standing_in_crl standing;

	if (is_this_ca(q, v) || (way >= VALID_WAY && !is_valid(v, q->now)))
		return false;
	if (way < GOOD_WAY)
		return true;
	standing = crl_standing(q, v);
	if (standing != NOT_LISTED && standing > q->above && trust_is_ca(v))
		q->above = standing;
	return standing == NOT_LISTED;
}

/* The signer's certificate, and those of the message that may be above it. */
static size_t collect_chain(struct question *q, enum way way,
    gnutls_x509_crt_t chain[CMS_CERTS_MAX + 1])
{
	const struct cms_signed *cms = &q->m->cms;
	struct cert_view v;
	size_t n = 0;

	if (import(cms->signer.der, &chain[n], NULL) != 0)
		return 0;
	n++;
	for (size_t i = 0; i < cms->n_certs; i++)
		if (!span_eq(cms->certs[i], cms->signer.der) &&
		    cert_parse(cms->certs[i], &v, NULL) == 0 &&
		    is_passable(q, way, &v) &&
		    import(cms->certs[i], &chain[n], NULL) == 0)
			n++;
	return n;
}

/*
 * *yes: is there a way of this kind from the signer to one of the CAs?  The
 * answer of GnuTLS is in the status, and its clock is the system's, so time is
 * judged here; CRLs are, too, for it would let pass what none covers.
 */
static int is_vouched_for(
    struct question *q, enum way way, bool *yes, struct err *e)
{
	unsigned flags = GNUTLS_VERIFY_DISABLE_TIME_CHECKS |
	    GNUTLS_VERIFY_DISABLE_TRUSTED_TIME_CHECKS |
	    (q->sha1 ? GNUTLS_VERIFY_ALLOW_SIGN_WITH_SHA1 : 0);
	gnutls_x509_crt_t chain[CMS_CERTS_MAX + 1];
	gnutls_x509_trust_list_t list;
	unsigned status = GNUTLS_CERT_INVALID;
	size_t n;
	int rc;

	*yes = false;
	if (gnutls_x509_trust_list_init(&list, 0) != 0)
		return err_set(e, ERR_NOMEM, "no memory for a list of CAs");
	rc = add_anchors(q, way, list, e);
	n = rc == 0 ? collect_chain(q, way, chain) : 0;
	if (n > 0 &&
	    gnutls_x509_trust_list_verify_crt2(
		list, chain, (unsigned)n, NULL, 0, flags, &status, NULL) == 0)
		*yes = status == 0;
	for (size_t i = 0; i < n; i++)
		gnutls_x509_crt_deinit(chain[i]);
	gnutls_x509_trust_list_deinit(list, 1);
	return rc;
}

/* keyUsage is not looked at by GnuTLS; without the extension any use is fine */
static bool may_sign(const struct cert_view *v)
{
	struct span value;
	gnutls_datum_t der;
	unsigned usage = 0;

	if (cert_extension(v->extensions, "2.5.29.15", &value, NULL, NULL) != 0)
		return true;
	der = (gnutls_datum_t){ (unsigned char *)value.p, (unsigned)value.n };
	return gnutls_x509_ext_import_key_usage(&der, &usage) == 0 &&
	    (usage & GNUTLS_KEY_DIGITAL_SIGNATURE) != 0;
}

static void say_revoked(const struct question *q, const char *whose,
    enum standing_in_crl standing, struct signer *s)
{
	static const char *const says[] = {
		[NOT_COVERED] = "there is no full CRL of its issuer to tell",
		[STALE] = "the CRL of its issuer is too old to tell",
		[LISTED] = "the CRL lists it",
	};

	s->why = REFUSE_SIGNER_REVOKED;
	snprintf(s->detail, sizeof(s->detail), "trust %s: %s%s", q->t->name,
	    whose, says[standing]);
}

/* The CRLs, of the certificate and of those between it and the CA. */
static int judge_crls(struct question *q, struct signer *s, struct err *e)
{
	enum standing_in_crl standing;
	bool good = false;

	if (q->t->crl[0] == '\0')
		return 0;
	standing = crl_standing(q, &q->m->cms.signer);
	if (standing != NOT_LISTED) {
		say_revoked(q, "", standing, s);
		return 0;
	}
	if (is_vouched_for(q, GOOD_WAY, &good, e) != 0)
		return -1;
	if (!good)
		say_revoked(q, "a CA above it: ", q->above, s);
	return 0;
}

/* What is wrong with the certificate of one who is vouched for. */
static int judge(struct question *q, struct signer *s, struct err *e)
{
	const struct cert_view *v = &q->m->cms.signer;
	bool timely = false;

	if (!may_sign(v)) {
		s->why = REFUSE_SIGNER_UNKNOWN;
		snprintf(s->detail, sizeof(s->detail),
		    "its keyUsage has no digitalSignature");
		return 0;
	}
	if (is_vouched_for(q, VALID_WAY, &timely, e) != 0)
		return -1;
	if (!is_valid(v, q->now) || !timely) {
		s->why = REFUSE_SIGNER_EXPIRED;
		snprintf(s->detail, sizeof(s->detail),
		    "trust %s: %s is not valid now", q->t->name,
		    timely ? "it" : "a CA above it");
		return 0;
	}
	return judge_crls(q, s, e);
}

static int ask(struct question *q, bool *yes, struct signer *s, struct err *e)
{
	*yes = false;
	memset(q->crls, 0, sizeof(q->crls));
	q->above = NOT_COVERED;
	if (trust_load(q->ca->home, q->t, &q->files, e) != 0 ||
	    is_vouched_for(q, ANY_WAY, yes, e) != 0)
		return -1;
	if (!*yes)
		return 0;
	s->kind = SIGNER_TRUSTED;
	s->view = q->m->cms.signer;
	s->trust = q->t;
	return judge(q, s, e);
}

int trust_recognise(struct ca *ca, const struct scep_msg *m, int64_t now,
    struct signer *s, struct err *e)
{
	const struct cert_view *v = &m->cms.signer;
	/* an old CA may have had our name */
	bool unknown = s->kind == SIGNER_SELF || s->kind == SIGNER_FORGED;
	struct question *q;
	struct err why;
	bool yes = false;
	int rc = 0;

	if (ca->conf.n_trusts == 0 || !unknown ||
	    span_eq(v->issuer, v->subject) || trust_is_ca(v))
		return 0;
	q = calloc(1, sizeof(*q));
	if (q == NULL)
		return err_set(e, ERR_NOMEM, "no memory for the trusted CAs");
	q->ca = ca;
	q->m = m;
	q->now = now;
	q->sha1 = ca->conf.endpoint.algs.worst >= ALG_LEGACY;
	for (size_t i = 0; rc == 0 && !yes && i < ca->conf.n_trusts; i++) {
		q->t = &ca->conf.trusts[i];
		rc = ask(q, &yes, s, &why);
		trust_files_release(&q->files);
	}
	free(q);
	/* a file that is missing is a fault of ours */
	return rc == 0
	    ? 0
	    : err_set(e, why.kind == ERR_NOT_FOUND ? ERR_CONF : why.kind, "%s",
		  why.text);
}
