/*
 * Has every certificate a URL that renews it, and a profile to be renewed with?
 * Has every renewal_of certificates to renew?
 */
#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "check.h"
#include "conf_parse.h"

struct granted {
	int64_t now;
	json_t *by; /* the name of an endpoint: how many are valid */
	json_t *of; /* the name of a profile: likewise */
};

static void count_one(json_t *names, const char *name)
{
	json_int_t n = json_integer_value(json_object_get(names, name));

	if (name[0] != '\0')
		json_object_set_new(names, name, json_integer(n + 1));
}

static int count(const struct stored_cert *cert, void *arg)
{
	struct granted *g = arg;

	if (cert->state == CERT_REVOKED || cert->not_after < g->now)
		return 0;
	count_one(g->by, cert->endpoint);
	count_one(g->of, cert->profile);
	return 0;
}

/* is_taken_over - does another endpoint renew those of this one? */
static bool is_taken_over(const struct conf_parse *p, const char *name)
{
	const struct endpoint *n = p->endpoints.items;

	for (size_t i = 0; i < p->endpoints.n; i++, n++)
		if (n->renewal != RENEWAL_NO &&
		    (words_has(&n->renewal_of, name) ||
			words_has(&n->renewal_of, "*")))
			return true;
	return false;
}

/* A section that was taken out, or has got another name. */
static void tell_left_alone(
    struct check *c, const struct conf_parse *p, json_t *by)
{
	char remedy[CONF_NAME_MAX + 80];
	const char *name;
	json_t *value;

	json_object_foreach(by, name, value)
	{
		json_int_t n = json_integer_value(value);

		if (conf_find_endpoint(p, name) != NULL ||
		    is_taken_over(p, name))
			continue;
		snprintf(remedy, sizeof(remedy),
		    "renewal_of = %s in the section of the URL that is to "
		    "renew them",
		    name);
		check_say(c, WARNING, HOME_CONF, remedy,
		    "%lld valid certificate%s of the endpoint %s, which is not "
		    "there: no URL renews %s",
		    (long long)n, n == 1 ? "" : "s", name,
		    n == 1 ? "it" : "them");
	}
}

/* A name that was never that of an endpoint, or is of no use any more. */
static void tell_unknown(
    struct check *c, const struct conf_parse *p, const json_t *by)
{
	int key = conf_key_find(IN_ENDPOINT, "renewal_of");
	const struct endpoint *all = p->endpoints.items;
	char name[WORD_MAX];

	for (size_t i = 0; i < p->endpoints.n; i++) {
		const char *at = all[i].renewal_of.text;

		while (words_next(&at, name))
			if (strcmp(name, "*") != 0 &&
			    conf_find_endpoint(p, name) == NULL &&
			    json_object_get(by, name) == NULL)
				check_say(c, WARNING, HOME_CONF,
				    "correct the name, or take it out",
				    "%s:%u: renewal_of names %s: there is no "
				    "such endpoint, and no valid certificate "
				    "of it",
				    HOME_CONF, p->endpoints.lines[i].key[key],
				    name);
	}
}

/* A setting that a stricter one beside it leaves without effect. */
static void tell_of_no_use(struct check *c, const struct conf_parse *p)
{
	int key = conf_key_find(IN_ENDPOINT, "renewal_of");
	const struct endpoint *all = p->endpoints.items;

	for (size_t i = 0; i < p->endpoints.n; i++)
		if (all[i].renewal == RENEWAL_NO &&
		    all[i].renewal_of.text[0] != '\0')
			check_say(c, WARNING, HOME_CONF,
			    "take it out, or renewal = yes",
			    "%s:%u: renewal_of has no effect with renewal = no",
			    HOME_CONF, p->endpoints.lines[i].key[key]);
}

/* They keep their profile when they are renewed (T-21). */
static void tell_no_profile(
    struct check *c, const struct conf_parse *p, json_t *of)
{
	char remedy[CONF_NAME_MAX + 80];
	const char *name;
	json_t *value;

	json_object_foreach(of, name, value)
	{
		if (conf_find_profile(p, name) != NULL)
			continue;
		snprintf(remedy, sizeof(remedy),
		    "put [profile %s] back, or revoke them", name);
		check_say(c, PROBLEM, HOME_CONF, remedy,
		    "%lld valid of [profile %s], which is not there: their "
		    "renewals end with HTTP 500",
		    (long long)json_integer_value(value), name);
	}
}

int check_renewal(struct check *c, struct ca *ca, struct err *e)
{
	struct granted g = {
		.now = c->now, .by = json_object(), .of = json_object()
	};
	struct conf_parse *p;
	int rc = certs_each(ca->store, count, &g, e);

	if (rc == 0)
		rc = conf_parse(c->home, &p, e);
	if (rc == 0) {
		tell_left_alone(c, p, g.by);
		tell_unknown(c, p, g.by);
		tell_of_no_use(c, p);
		tell_no_profile(c, p, g.of);
		conf_parse_free(p);
	}
	json_decref(g.by);
	json_decref(g.of);
	return rc;
}
