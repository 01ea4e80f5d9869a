/* What the sections of ca.conf say of one another. */
#include <string.h>

#include "conf_parse.h"

const struct profile *conf_find_profile(
    const struct conf_parse *p, const char *name)
{
	for (size_t i = 0; i < p->n_profiles; i++)
		if (strcmp(p->profiles[i].name, name) == 0)
			return &p->profiles[i];
	return NULL;
}

const struct trust *conf_find_trust(
    const struct conf_parse *p, const char *name)
{
	for (size_t i = 0; i < p->n_trusts; i++)
		if (strcmp(p->trusts[i].name, name) == 0)
			return &p->trusts[i];
	return NULL;
}

static void check_pairs(struct conf_parse *p)
{
	for (size_t i = 0; i < p->n_profiles; i++) {
		p->line = p->rsa_line[i];
		if (p->profiles[i].rsa_min > p->profiles[i].rsa_max)
			conf_parse_fail(
			    p, "rsa_min is above rsa_max", "want it below");
	}
	p->line = p->crl_line;
	if (p->to.conf.crl_renew >= p->to.conf.crl_lifetime)
		conf_parse_fail(p,
		    "crl_renew, which is 1d unless it is set, is not below "
		    "crl_lifetime",
		    "want it below, so that a new CRL is there before the old "
		    "one ends");
	for (size_t i = 0; i < p->n_endpoints; i++) {
		p->line = p->authorise_named[i];
		if (p->endpoints[i].unauthorised == UNAUTHORISED_PROGRAM &&
		    p->endpoints[i].authorise[0] == '\0')
			conf_parse_fail(p,
			    "unauthorised = program without a program",
			    "want authorise = PATH in this section, too");
	}
	for (size_t i = 0; i < p->n_trusts; i++) {
		p->line = p->trust_line[i];
		if (p->trusts[i].certs[0] == '\0')
			conf_parse_fail(p, "a trust without certs",
			    "want certs = FILE in this section");
	}
}

/* Sections that others name must be there. */
static void check_names(struct conf_parse *p)
{
	char name[WORD_MAX];

	for (size_t i = 0; i < p->n_endpoints; i++) {
		const char *at = p->endpoints[i].trust.text;

		p->line = p->profile_named[i];
		if (conf_find_profile(p, p->endpoints[i].profile) == NULL)
			conf_parse_fail(p, "there is no such profile",
			    "add its [profile NAME], or name another");
		p->line = p->trust_named[i];
		while (words_next(&at, name))
			if (conf_find_trust(p, name) == NULL)
				conf_parse_fail(p, "there is no such trust",
				    "add its [trust NAME], or leave it out");
	}
	for (size_t i = 0; i < p->n_trusts; i++) {
		p->line = p->trust_profile_named[i];
		if (p->trusts[i].profile[0] != '\0' &&
		    conf_find_profile(p, p->trusts[i].profile) == NULL)
			conf_parse_fail(p, "there is no such profile",
			    "add its [profile NAME], or name another");
	}
}

void conf_check(struct conf_parse *p)
{
	check_pairs(p);
	check_names(p);
}
