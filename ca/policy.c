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

static int judge_key(const struct pubkey *k, const struct profile *p,
    struct verdict *v, struct err *e)
{
	char weakness[KEY_WEAKNESS_SIZE];
	bool weak;
	bool rsa = k->pk == GNUTLS_PK_RSA, ec = k->pk == GNUTLS_PK_ECDSA;

	if (!rsa && !ec)
		refuse(v, REFUSE_KEY_TYPE, "%s; RSA and EC are",
		    gnutls_pk_get_name(k->pk));
	else if ((rsa && !p->rsa) || (ec && !p->ec))
		refuse(v, REFUSE_KEY_TYPE, "%s is not in keys of [profile %s]",
		    rsa ? "rsa" : "ec", p->name);
	else if (rsa && (k->bits < p->rsa_min || k->bits > p->rsa_max))
		refuse(v, REFUSE_KEY_SIZE,
		    "RSA of %u bits; rsa_min and rsa_max of [profile %s] are "
		    "%u and %u",
		    k->bits, p->name, p->rsa_min, p->rsa_max);
	/* P-256, P-384, P-521: pubkey.h takes no other curve */
	if (v->why != REFUSE_NONE || ec)
		return 0;
	if (key_rules_judge(k, p->rsa_exponent_min, &weak, weakness, e) != 0)
		return -1;
	if (weak)
		refuse(v, REFUSE_KEY_WEAK, "%s", weakness);
	return 0;
}

/* A renewal that asks for no alternative names keeps those that it had. */
static int keep_san(struct span had, const struct profile *p,
    struct grantable *g, struct verdict *v, struct err *e)
{
	if (g->san.n != 0 || had.n == 0 || p->san != WISH_GRANT)
		return 0;
	g->san = had;
	return policy_san(had, g->subject, p, v, e);
}

static int judge(const struct csr *csr, struct span had,
    const struct profile *p, struct grantable *g, struct verdict *v,
    struct err *e)
{
	if (judge_key(&csr->key, p, v, e) != 0)
		return -1;
	if (v->why == REFUSE_NONE && policy_subject(csr->subject, p, v, e) != 0)
		return -1;
	if (v->why == REFUSE_NONE && policy_extensions(csr, p, g, v, e) != 0)
		return -1;
	if (v->why == REFUSE_NONE && keep_san(had, p, g, v, e) != 0)
		return -1;
	return v->why == REFUSE_NONE ? policy_build(p, g, v, e) : 0;
}

int policy_decide(const struct csr *csr, struct span had,
    const struct profile *p, const struct alg_policy *algs, struct grantable *g,
    enum refusal *why, char *detail, size_t detail_size, struct err *e)
{
	struct verdict v = { REFUSE_NONE, detail, detail_size };
	struct grantable new = { .subject = csr->subject };

	detail[0] = '\0';
	if (csr->digest->grade > algs->worst)
		refuse(&v, REFUSE_CSR_ALG, "%s", csr->digest->name);
	if (judge(csr, had, p, &new, &v, e) != 0) {
		grantable_release(&new);
		return -1;
	}
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
	buf_release(&g->made);
	*g = (struct grantable){ 0 };
}
