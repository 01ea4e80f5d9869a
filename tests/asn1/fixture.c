#include "fixture.h"

#include <criterion/criterion.h>
#include <time.h>

void party_make(struct party *p, const char *kind, const char *name)
{
	struct err e;

	*p = (struct party){ 0 };
	cr_assert_eq(privkey_generate(kind, &p->pem, &e), 0, "%s", e.text);
	cr_assert_eq(
	    privkey_import(buf_span(&p->pem), &p->key, &e), 0, "%s", e.text);
	cr_assert_eq(name_parse(name, &p->name, &e), 0, "%s", e.text);
	cr_assert_eq(scep_self_signed(
			 buf_span(&p->name), p->key, time(NULL), &p->cert, &e),
	    0, "%s", e.text);
	cr_assert_eq(
	    cert_parse(buf_span(&p->cert), &p->view, &e), 0, "%s", e.text);
	cr_assert_eq(pubkey_import(p->view.spki, &p->pub, &e), 0, "%s", e.text);
}

void party_release(struct party *p)
{
	privkey_free(p->key);
	pubkey_release(&p->pub);
	buf_release(&p->pem);
	buf_release(&p->name);
	buf_release(&p->cert);
}

const struct alg_digest *digest(const char *name)
{
	const struct alg_digest *d = alg_digest_by_name(name);

	cr_assert_not_null(d, "%s", name);
	return d;
}

const struct alg_cipher *cipher(const char *name)
{
	const struct alg_cipher *c = alg_cipher_by_name(name);

	cr_assert_not_null(c, "%s", name);
	return c;
}
