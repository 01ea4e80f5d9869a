#include "policy.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "key_rules.h"
#include "policy_part.h"

void refuse(struct verdict *v, enum refusal why, const char *fmt, ...)
{
	va_list ap;

	if (v->why != REFUSE_NONE)
		return;
	v->why = why;
	va_start(ap, fmt);
	vsnprintf(v->detail, v->size, fmt, ap);
	va_end(ap);
}

int is_text(uint8_t tag, struct span s, bool strict, bool *yes, struct err *e)
{
	struct buf text = { 0 };
	struct err why = { 0 };
	int rc;

	*yes = der_text(tag, s, &text, &why) == 0;
	for (size_t i = 0; strict && i < text.n; i++)
		if (text.p[i] < 0x20 || text.p[i] == 0x7f)
			*yes = false;
	rc = *yes || why.kind != ERR_NOMEM ? 0 : err_set(e, ERR_NOMEM, "text");
	buf_release(&text);
	return rc;
}

/* One RelativeDistinguishedName, the contents of its SET. */
static int rdn_ok(struct span set, bool *yes, struct err *e)
{
	struct span attr, value;
	uint8_t tag;

	*yes = false;
	if (set.n == 0)
		return 0;
	while (set.n > 0) {
		if (der_next(&set, DER_SEQUENCE, &attr, NULL) != 0 ||
		    der_next(&attr, DER_OID, &value, NULL) != 0 ||
		    !is_oid(value) ||
		    der_any(&attr, &tag, &value, NULL, NULL) != 0 ||
		    attr.n != 0)
			return 0;
		if (is_text(tag, value, false, yes, e) != 0)
			return -1;
		if (!*yes)
			return 0;
		*yes = false;
	}
	*yes = true;
	return 0;
}

int policy_subject(struct span subject, struct verdict *v, struct err *e)
{
	struct span list, set;
	unsigned rdns = 0;
	bool ok;

	if (subject.n > POLICY_SUBJECT_MAX) {
		refuse(v, REFUSE_SUBJECT, "over %d bytes", POLICY_SUBJECT_MAX);
		return 0;
	}
	if (der_next(&subject, DER_SEQUENCE, &list, NULL) != 0 ||
	    subject.n != 0) {
		refuse(v, REFUSE_SUBJECT, "not a Name");
		return 0;
	}
	while (list.n > 0) {
		if (++rdns > POLICY_RDN_MAX) {
			refuse(
			    v, REFUSE_SUBJECT, "over %d parts", POLICY_RDN_MAX);
			return 0;
		}
		if (der_next(&list, DER_SET, &set, NULL) != 0) {
			refuse(v, REFUSE_SUBJECT, "part %u is no SET", rdns);
			return 0;
		}
		if (rdn_ok(set, &ok, e) != 0)
			return -1;
		if (!ok) {
			refuse(v, REFUSE_SUBJECT,
			    "part %u is not made of character strings "
			    "without NUL",
			    rdns);
			return 0;
		}
	}
	return 0;
}

static int judge_key(const struct pubkey *k, const struct profile *p,
    struct verdict *v, struct err *e)
{
	char weakness[KEY_WEAKNESS_SIZE];
	bool weak;

	if (k->pk == GNUTLS_PK_ECDSA)
		return 0; /* P-256, P-384, P-521: pubkey.h takes no other */
	if (k->pk != GNUTLS_PK_RSA)
		refuse(v, REFUSE_KEY_TYPE, "%s; RSA and EC are",
		    gnutls_pk_get_name(k->pk));
	else if (k->bits < p->rsa_min || k->bits > p->rsa_max)
		refuse(v, REFUSE_KEY_SIZE, "RSA of %u bits; %u to %u are",
		    k->bits, p->rsa_min, p->rsa_max);
	if (v->why != REFUSE_NONE)
		return 0;
	if (key_rules_judge(k, p->rsa_exponent_min, &weak, weakness, e) != 0)
		return -1;
	if (weak)
		refuse(v, REFUSE_KEY_WEAK, "%s", weakness);
	return 0;
}

int policy_decide(const struct csr *csr, const struct profile *p,
    const struct alg_policy *algs, struct grantable *g, enum refusal *why,
    char *detail, size_t detail_size, struct err *e)
{
	struct verdict v = { REFUSE_NONE, detail, detail_size };
	struct grantable new = { .subject = csr->subject };
	struct span list = csr->subject, body;

	detail[0] = '\0';
	if (csr->digest->grade > algs->worst)
		refuse(&v, REFUSE_CSR_ALG, "%s", csr->digest->name);
	if (judge_key(&csr->key, p, &v, e) != 0)
		return -1;
	if (v.why == REFUSE_NONE &&
	    (policy_subject(csr->subject, &v, e) != 0 ||
		policy_extensions(csr, p, &new, &v, e) != 0)) {
		grantable_release(&new);
		return -1;
	}
	if (v.why == REFUSE_NONE && new.san.n == 0 &&
	    der_next(&list, DER_SEQUENCE, &body, NULL) == 0 && body.n == 0)
		refuse(&v, REFUSE_SUBJECT,
		    "empty, and no subject alternative name (RFC 8894, 3.3.1)");
	*why = v.why;
	if (v.why == REFUSE_NONE)
		*g = new;
	else
		grantable_release(&new);
	return 0;
}

void grantable_release(struct grantable *g)
{
	buf_release(&g->eku);
	*g = (struct grantable){ 0 };
}
