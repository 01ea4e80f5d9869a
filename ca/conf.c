#include "conf.h"

#include <stdlib.h>
#include <string.h>

#include "conf_parse.h"
#include "home.h"

static void fill(struct conf *c, const struct conf_parse *p, size_t endpoint)
{
	const struct endpoint *chosen = &p->endpoints[endpoint];
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
	struct conf_parse *p;
	size_t i = 0;

	if (endpoint == NULL || endpoint[0] == '\0')
		endpoint = "default";
	if (conf_parse(home, &p, e) != 0)
		return -1;
	while (
	    i < p->n_endpoints && strcmp(p->endpoints[i].name, endpoint) != 0)
		i++;
	if (i == p->n_endpoints) {
		free(p);
		return err_set(e, ERR_CONF,
		    "%s: the web server chose the endpoint of SCEPCA_ENDPOINT, "
		    "which is not there; add its [endpoint NAME]",
		    HOME_CONF);
	}
	fill(c, p, i);
	free(p);
	return 0;
}

int conf_each_endpoint(const char *home,
    int (*fn)(const struct conf *c, void *arg), void *arg, struct err *e)
{
	struct conf_parse *p;
	struct conf c;

	if (conf_parse(home, &p, e) != 0)
		return -1;
	for (size_t i = 0; i < p->n_endpoints; i++) {
		fill(&c, p, i);
		if (fn(&c, arg) != 0)
			break;
	}
	free(p);
	return 0;
}

int conf_each_profile(const char *home,
    int (*fn)(const struct profile *p, void *arg), void *arg, struct err *e)
{
	struct conf_parse *p;

	if (conf_parse(home, &p, e) != 0)
		return -1;
	for (size_t i = 0; i < p->n_profiles; i++)
		if (fn(&p->profiles[i], arg) != 0)
			break;
	free(p);
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
	free(p);
	if (found == NULL)
		return err_set(e, ERR_CONF,
		    "%s: there is no [profile %s] any more; add it", HOME_CONF,
		    name);
	return 0;
}
