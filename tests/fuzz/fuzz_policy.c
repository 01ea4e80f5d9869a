/*
 * What a certificate may hold: the input is a Name and then the extensions that
 * a request asks for, behind a signature that is good.  What is granted must
 * make a certificate that passes the last look (lint.h).
 */
#include "fuzz_home.h"
#include "issue.h"

static void issue(const struct grantable *g, struct span spki)
{
	const struct authorisation a = { .granted = true };
	struct stored_cert cert = { 0 };
	struct cert_view v;
	struct err e;

	MUST(issue_leaf(fuzz_ca(), &a, &fuzz_ca()->conf.profile, g, spki,
		 FUZZ_NOW, &cert, &e) == 0);
	MUST(cert_parse(buf_span(&cert.der), &v, &e) == 0);
	MUST(span_eq(v.subject, g->subject) && span_eq(v.spki, spki));
	stored_cert_release(&cert);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf spki;
	const struct profile *p = &fuzz_ca()->conf.profile;
	const struct alg_policy algs = { .worst = ALG_LEGACY };
	struct span in = { data, size };
	struct csr csr = { .digest = alg_digest_by_name("SHA-256") };
	struct grantable g;
	enum refusal why;
	char detail[400] = "";
	struct err e;

	if (der_any(&in, NULL, NULL, &csr.subject, NULL) != 0)
		return 0;
	csr.extensions = in;
	if (spki.n == 0)
		MUST(privkey_spki(fuzz_key(FUZZ_DEVICE), &spki, NULL) == 0);
	csr.spki = buf_span(&spki);
	MUST(pubkey_import(csr.spki, &csr.key, NULL) == 0);
	MUST(policy_decide(
		 &csr, p, &algs, &g, &why, detail, sizeof(detail), &e) == 0);
	MUST(why < REFUSE_COUNT);
	if (why == REFUSE_NONE) {
		issue(&g, csr.spki);
		grantable_release(&g);
	}
	pubkey_release(&csr.key);
	return 0;
}
