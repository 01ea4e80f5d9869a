#include "policy_case.h"

#include <criterion/criterion.h>

const struct span plain_name =
    BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1");

const struct profile usual = {
	.lifetime = 86400,
	.rsa_min = 2048,
	.rsa_max = 4096,
	.san = WISH_GRANT,
};
static const struct alg_policy algs = { .worst = ALG_LEGACY };

void decide(const char *kind, struct span subject, struct span extensions,
    const struct profile *p, struct decision *d)
{
	struct privkey *key = test_key(kind, kind);

	*d = (struct decision){ .why = REFUSE_COUNT };
	ok(csr_build(subject, key, alg_digest_by_name("SHA-256"), extensions,
	    (struct span){ 0 }, &d->der, e));
	ok(csr_parse(buf_span(&d->der), &d->csr, e));
	ok(policy_decide(&d->csr, p, &algs, &d->g, &d->why, d->detail,
	    sizeof(d->detail), e));
	privkey_free(key);
}

void decision_release(struct decision *d)
{
	grantable_release(&d->g);
	csr_release(&d->csr);
	buf_release(&d->der);
}
