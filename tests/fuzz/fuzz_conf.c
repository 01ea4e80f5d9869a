/* ca.conf: what an operator may mistype. */
#include <string.h>

#include "conf.h"
#include "fuzz_home.h"

static int check(const struct conf *c, void *arg)
{
	(void)arg;
	MUST(memchr(c->url, '\0', sizeof(c->url)) != NULL);
	MUST(memchr(c->endpoint.name, '\0', sizeof(c->endpoint.name)) != NULL);
	MUST(c->endpoint.name[0] != '\0');
	MUST(c->endpoint.algs.worst <= ALG_OBSOLETE);
	MUST(c->endpoint.reply_chain <= CHAIN_FULL);
	MUST(c->endpoint.time_window >= 0);
	MUST(c->profile.lifetime > 0 && c->profile.backdate >= 0);
	MUST(c->profile.rsa_min <= c->profile.rsa_max);
	MUST(c->pending_ttl > 0 && c->pending_max > 0);
	MUST(c->pending_per_remote > 0);
	MUST(c->crl_renew > 0 && c->crl_renew < c->crl_lifetime);
	MUST(c->endpoint.unauthorised <= UNAUTHORISED_PROGRAM);
	MUST(c->profile.rsa || c->profile.ec);
	MUST(c->profile.key_usage != 0);
	MUST((c->profile.key_usage &
		 (GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN)) == 0);
	MUST(c->profile.asked_other != WISH_GRANT);
	for (int i = 0; i < SAN_KINDS; i++)
		MUST(!words_is_empty(&c->profile.san_rule[i]));
	MUST(!words_is_empty(&c->profile.subject_allowed));
	MUST(c->endpoint.renewal <= RENEWAL_CHALLENGE);
	MUST(c->endpoint.renewal_from < 100 && c->endpoint.renewal_grace >= 0);
	MUST(c->endpoint.getcert <= GETCERT_NO);
	MUST(c->endpoint.getcrl <= GETCRL_NO);
	MUST(c->profile.duplicate <= DUPLICATE_PENDING);
	MUST(c->profile.supersede >= SUPERSEDE_NEVER);
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct conf c;
	struct err e;

	if (size > HOME_FILE_MAX)
		return 0;
	fuzz_home_write(HOME_CONF, (struct span){ data, size });
	if (conf_load(fuzz_home(), NULL, &c, &e) == 0) {
		check(&c, NULL);
		MUST(conf_each_endpoint(fuzz_home(), check, NULL, &e) == 0);
	} else {
		MUST(e.kind == ERR_CONF);
	}
	return 0;
}
