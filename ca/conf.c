#include "conf.h"

#include <string.h>

#include "conf_parse.h"
#include "home.h"

static void fill(
    struct conf *c, const struct conf_parse *p, const struct endpoint *chosen)
{
	const char *at = chosen->trust.text;
	char name[WORD_MAX];

	*c = p->to.conf;
	c->endpoint = *chosen;
	c->profile = *conf_find_profile(p, chosen->profile);
	while (words_next(&at, name))
		c->trusts[c->n_trusts++] = *conf_find_trust(p, name);
}

int conf_load(
    const char *home, const char *endpoint, struct conf *c, struct err *e)
{
	const struct endpoint *chosen;
	struct conf_parse *p;

	if (endpoint == NULL || endpoint[0] == '\0')
		endpoint = "default";
	if (conf_parse(home, &p, e) != 0)
		return -1;
	if ((chosen = conf_find_endpoint(p, endpoint)) == NULL) {
		conf_parse_free(p);
		return err_set(e, ERR_CONF,
		    "%s: the web server chose the endpoint of SCEPCA_ENDPOINT, "
		    "which is not there; add its [endpoint NAME]",
		    HOME_CONF);
	}
	fill(c, p, chosen);
	conf_parse_free(p);
	return 0;
}

int conf_each_endpoint(const char *home,
    int (*fn)(const struct conf *c, void *arg), void *arg, struct err *e)
{
	const struct endpoint *all;
	struct conf_parse *p;
	struct conf c;

	if (conf_parse(home, &p, e) != 0)
		return -1;
	all = p->endpoints.items;
	for (size_t i = 0; i < p->endpoints.n; i++) {
		fill(&c, p, &all[i]);
		if (fn(&c, arg) != 0)
			break;
	}
	conf_parse_free(p);
	return 0;
}

int conf_each_profile(const char *home,
    int (*fn)(const struct profile *p, void *arg), void *arg, struct err *e)
{
	const struct profile *all;
	struct conf_parse *p;

	if (conf_parse(home, &p, e) != 0)
		return -1;
	all = p->profiles.items;
	for (size_t i = 0; i < p->profiles.n; i++)
		if (fn(&all[i], arg) != 0)
			break;
	conf_parse_free(p);
	return 0;
}

int conf_profile(
    const char *home, const char *name, struct profile *profile, struct err *e)
{
	const struct profile *found;
	struct conf_parse *p;

	if (conf_parse(home, &p, e) != 0)
		return -1;
	found = conf_find_profile(p, name);
	if (found != NULL)
		*profile = *found;
	conf_parse_free(p);
	if (found == NULL)
		return err_set(e, ERR_CONF,
		    "%s: there is no [profile %s] any more; add it", HOME_CONF,
		    name);
	return 0;
}
