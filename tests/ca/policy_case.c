#include "policy_case.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "home.h"

const struct span plain_name =
    BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1");

static const struct alg_policy algs = { .worst = ALG_LEGACY };

void profile_read(const char *settings, struct profile *p)
{
	char dir[512], text[4096];
	int n = snprintf(text, sizeof(text), "[profile p]\n%s", settings);

	test_dir_make(dir, sizeof(dir));
	ok(home_create(dir, HOME_CONF, 0640,
	    (struct span){ (uint8_t *)text, (size_t)n }, e));
	ok(conf_profile(dir, "p", p, e));
	test_dir_drop(dir);
}

void decide(const char *kind, struct span subject, struct span extensions,
    const struct profile *p, struct decision *d)
{
	struct privkey *key = test_key(kind, kind);

	*d = (struct decision){ .why = REFUSE_COUNT };
	ok(csr_build(subject, key, alg_digest_by_name("SHA-256"), extensions,
	    (struct span){ 0 }, &d->der, e));
	ok(csr_parse(buf_span(&d->der), &d->csr, e));
	ok(policy_decide(&d->csr, (struct span){ 0 }, p, &algs, &d->g, &d->why,
	    d->detail, sizeof(d->detail), e));
	privkey_free(key);
}

void decision_release(struct decision *d)
{
	grantable_release(&d->g);
	csr_release(&d->csr);
	buf_release(&d->der);
}
