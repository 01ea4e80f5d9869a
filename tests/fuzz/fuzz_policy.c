/*
 * What a certificate may hold: the input is a Name and then the extensions that
 * a request asks for, behind a signature that is good.  What is granted must
 * make a certificate that passes the last look (lint.h), by the default profile
 * and by one whose every setting is another; a detail can be printed.
 */

#include "fuzz_home.h"
#include "issue.h"

static const struct profile other = {
	.name = "other",
	.lifetime = 86400,
	.rsa = true,
	.ec = true,
	.rsa_min = 1024,
	.rsa_max = 4096,
	.key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_NON_REPUDIATION |
	    GNUTLS_KEY_DATA_ENCIPHERMENT,
	.eku_allowed = { "1.3.6.1.5.5.7.3.1 1.3.6.1.5.5.7.3.2" },
	.asked_other = WISH_DROP,
	.san_rule = {
	    [SAN_DNS] = { "subject *.lab" },
	    [SAN_IP] = { "192.0.2.0/24 2001:db8::/32" },
	    [SAN_EMAIL] = { "*@lab" },
	    [SAN_URI] = { "urn:*" },
	    [SAN_UPN] = { "*@lab" },
	    [SAN_SID] = { "S-1-*" },
	},
	.wildcard = true,
	.subject_allowed = { "any" },
	.subject_fixed = "O=Lab,C=CH",
	.subject_derived = { "2.5.4.3:dns 0.9.2342.19200300.100.1.1:upn" },
	.policies = { "1.2.3.4 2.5.29.32.0" },
};

static void issue(
    const struct profile *p, const struct grantable *g, struct span spki)
{
	const struct authorisation a = { .granted = true };
	struct stored_cert cert = { 0 };
	struct cert_view v;
	struct err e;

	MUST(issue_leaf(fuzz_ca(), &a, p, g, spki, FUZZ_NOW, &cert, &e) == 0);
	MUST(cert_parse(buf_span(&cert.der), &v, &e) == 0);
	MUST(span_eq(v.subject, g->subject) && span_eq(v.spki, spki));
	stored_cert_release(&cert);
}

static void decide(const struct csr *csr, const struct profile *p)
{
	const struct alg_policy algs = { .worst = ALG_LEGACY };
	struct grantable g;
	enum refusal why;
	char detail[400] = "";
	struct err e;

	MUST(policy_decide(csr, (struct span){ 0 }, p, &algs, &g, &why, detail,
		 sizeof(detail), &e) == 0);
	MUST(why < REFUSE_COUNT);
	for (const char *c = detail; *c != '\0'; c++)
		MUST(*c >= ' ' && *c <= '~');
	if (why == REFUSE_NONE) {
		issue(p, &g, csr->spki);
		grantable_release(&g);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct buf spki;
	struct span in = { data, size };
	struct csr csr = { .digest = alg_digest_by_name("SHA-256") };

	if (der_any(&in, NULL, NULL, &csr.subject, NULL) != 0)
		return 0;
	csr.extensions = in;
	if (spki.n == 0)
		MUST(privkey_spki(fuzz_key(FUZZ_DEVICE), &spki, NULL) == 0);
	csr.spki = buf_span(&spki);
	MUST(pubkey_import(csr.spki, &csr.key, NULL) == 0);
	decide(&csr, &fuzz_ca()->conf.profile);
	decide(&csr, &other);
	pubkey_release(&csr.key);
	return 0;
}
