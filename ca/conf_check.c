/*
 * What the sections of ca.conf say of one another, and of files.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "conf_parse.h"
#include "home.h"

/* From here on a mistake is one of this setting, or else of its section. */
static void at(struct conf_parse *p, enum conf_section in,
    const struct conf_lines *lines, const char *name)
{
	unsigned line = lines->key[conf_key_find(in, name)];

	p->line = line != 0 ? line : lines->begin;
}

/* The same for two of which the later one is at fault. */
static void at_later(struct conf_parse *p, enum conf_section in,
    const struct conf_lines *lines, const char *a, const char *b)
{
	unsigned line;

	at(p, in, lines, a);
	line = p->line;
	at(p, in, lines, b);
	if (p->line < line)
		p->line = line;
}

/* The struct of a section begins with its name. */
static const void *find(
    const struct conf_list *l, size_t size, const char *name)
{
	const char *item = l->items;

	for (size_t i = 0; i < l->n; i++, item += size)
		if (strcmp(item, name) == 0)
			return item;
	return NULL;
}

const struct endpoint *conf_find_endpoint(
    const struct conf_parse *p, const char *name)
{
	return find(&p->endpoints, sizeof(struct endpoint), name);
}

const struct profile *conf_find_profile(
    const struct conf_parse *p, const char *name)
{
	return find(&p->profiles, sizeof(struct profile), name);
}

const struct trust *conf_find_trust(
    const struct conf_parse *p, const char *name)
{
	return find(&p->trusts, sizeof(struct trust), name);
}

static void check_ca(struct conf_parse *p)
{
	at_later(p, IN_CA, &p->ca_lines, "crl_renew", "crl_lifetime");
	if (p->to.conf.crl_renew >= p->to.conf.crl_lifetime)
		conf_parse_fail(p,
		    "crl_renew, which is 1d unless it is set, is not below "
		    "crl_lifetime",
		    "want it below, so that a new CRL is there before the old "
		    "one ends");
}

static void check_profile(
    struct conf_parse *p, const struct profile *f, const struct conf_lines *l)
{
	at_later(p, IN_PROFILE, l, "rsa_min", "rsa_max");
	if (f->rsa_min > f->rsa_max)
		conf_parse_fail(p, "rsa_min is above rsa_max", "want it below");
}

/* A section that another one names must be there. */
static void check_named(
    struct conf_parse *p, bool there, const char *kind, const char *name)
{
	char what[CONF_NAME_MAX + 32];

	if (there)
		return;
	snprintf(what, sizeof(what), "there is no [%s %.63s]", kind, name);
	conf_parse_fail(p, what, "add that section, or name another");
}

/* A file that cannot be used stops enrolment when nobody expects it. */
static void check_file(
    struct conf_parse *p, const char *name, int mode, const char *right)
{
	char path[HOME_PATH_MAX], what[HOME_PATH_MAX + 64];

	if (name[0] == '\0')
		return;
	if (name[0] == '/')
		snprintf(path, sizeof(path), "%s", name);
	else if (home_path(p->home, name, path, NULL) != 0)
		path[0] = '\0';
	if (access(path, mode) == 0)
		return;
	snprintf(what, sizeof(what), "%.200s: %s", path, strerror(errno));
	conf_parse_fail(p, what, right);
}

static void check_endpoint(
    struct conf_parse *p, const struct endpoint *n, const struct conf_lines *l)
{
	const char *words = n->trust.text;
	char name[WORD_MAX];

	at(p, IN_ENDPOINT, l, "profile");
	check_named(
	    p, conf_find_profile(p, n->profile) != NULL, "profile", n->profile);
	at(p, IN_ENDPOINT, l, "trust");
	while (words_next(&words, name))
		check_named(p, conf_find_trust(p, name) != NULL, "trust", name);
	at(p, IN_ENDPOINT, l, "unauthorised");
	if (n->unauthorised == UNAUTHORISED_PROGRAM && n->authorise[0] == '\0')
		conf_parse_fail(p, "unauthorised = program without a program",
		    "want authorise = PATH in this section, too");
	at(p, IN_ENDPOINT, l, "authorise");
	check_file(p, n->authorise, X_OK,
	    "want a program that the user of the CA can run");
}

static void check_trust(
    struct conf_parse *p, const struct trust *t, const struct conf_lines *l)
{
	at(p, IN_TRUST, l, "certs");
	if (t->certs[0] == '\0')
		conf_parse_fail(p, "a trust without certs",
		    "want certs = FILE in this section");
	check_file(
	    p, t->certs, R_OK, "want a file that the user of the CA can read");
	at(p, IN_TRUST, l, "crl");
	check_file(
	    p, t->crl, R_OK, "want a file that the user of the CA can read");
	at(p, IN_TRUST, l, "profile");
	check_named(p,
	    t->profile[0] == '\0' || conf_find_profile(p, t->profile) != NULL,
	    "profile", t->profile);
}

void conf_check(struct conf_parse *p)
{
	const struct endpoint *endpoints = p->endpoints.items;
	const struct profile *profiles = p->profiles.items;
	const struct trust *trusts = p->trusts.items;

	check_ca(p);
	at(p, IN_CA, &p->ca_lines, "notify");
	check_file(p, p->to.conf.notify, X_OK,
	    "want a program that the user of the CA can run");
	for (size_t i = 0; i < p->profiles.n; i++)
		check_profile(p, &profiles[i], &p->profiles.lines[i]);
	for (size_t i = 0; i < p->trusts.n; i++)
		check_trust(p, &trusts[i], &p->trusts.lines[i]);
	for (size_t i = 0; i < p->endpoints.n; i++)
		check_endpoint(p, &endpoints[i], &p->endpoints.lines[i]);
}
