/* The settings of [endpoint NAME] and [trust NAME], and the presets. */
#include <string.h>

#include "conf_key.h"
#include "conf_value.h"

enum { DAY = 86400, YEAR = 365 * DAY };

/*
 * What a kind of device needs, as lines of ca.conf (field-notes.md); ca.conf(5)
 * has the same tables, and says why.
 */
const struct conf_preset conf_presets[] = {
	{ "default", { { NULL, NULL } } },
	{ "strict",
	    {
		{ "legacy", "no" },
		{ "unauthorised", "refuse" },
		{ "renewal_key", "new" },
		{ "time_window", "1h" },
	    } },
	{ "cisco",
	    {
		{ "reply_chain", "full" },
		{ "renewal_grace", "30d" },
	    } },
	{ "cisco-legacy",
	    {
		{ "obsolete", "yes" },
		{ "reply_chain", "full" },
		{ "renewal_grace", "30d" },
	    } },
	{ "apple",
	    {
		{ "unauthorised", "refuse" },
		{ "reply_chain", "none" },
		{ "renewal_grace", "30d" },
	    } },
	{ "windows",
	    {
		{ "unauthorised", "refuse" },
		{ "reply_chain", "chain" },
		{ "renewal_grace", "7d" },
	    } },
	{ 0 },
};

int conf_set_preset(struct conf_target *t, const char *name)
{
	const struct conf_preset *p = conf_presets;
	const size_t max = sizeof(p->settings) / sizeof(p->settings[0]);
	int key, rc = 0;

	while (p->name != NULL && strcmp(p->name, name) != 0)
		p++;
	if (p->name == NULL)
		return -1;
	for (size_t i = 0; i < max && p->settings[i].key != NULL; i++) {
		key = conf_key_find(IN_ENDPOINT, p->settings[i].key);
		if (key < 0 ||
		    conf_endpoint_keys[key].set(t, p->settings[i].value) != 0)
			rc = -1;
	}
	return rc;
}

static int set_name(char name[CONF_NAME_MAX], const char *v)
{
	if (!conf_is_name(v))
		return -1;
	strcpy(name, v);
	return 0;
}

static int set_profile(struct conf_target *t, const char *v)
{
	return set_name(t->endpoint->profile, v);
}

/* One grade from two keys; what is obsolete without legacy cannot be. */
static int set_grade(struct conf_target *t, const char *v, bool *which)
{
	if (value_bool(v, which) != 0 || (t->obsolete && !t->legacy))
		return -1;
	t->endpoint->algs.worst = t->obsolete ? ALG_OBSOLETE
	    : t->legacy			      ? ALG_LEGACY
					      : ALG_CURRENT;
	return 0;
}

static int set_legacy(struct conf_target *t, const char *v)
{
	return set_grade(t, v, &t->legacy);
}

static int set_obsolete(struct conf_target *t, const char *v)
{
	return set_grade(t, v, &t->obsolete);
}

static int set_reply_chain(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[CHAIN_NONE] = "none",
		[CHAIN_CHAIN] = "chain",
		[CHAIN_FULL] = "full",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->endpoint->reply_chain = (enum reply_chain)i;
	return 0;
}

static int set_time_window(struct conf_target *t, const char *v)
{
	return parse_duration(v, &t->endpoint->time_window, NULL);
}

static int set_unauthorised(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[UNAUTHORISED_PENDING] = "pending",
		[UNAUTHORISED_REFUSE] = "refuse",
		[UNAUTHORISED_PROGRAM] = "program",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->endpoint->unauthorised = (enum unauthorised)i;
	return 0;
}

static int set_authorise(struct conf_target *t, const char *v)
{
	return value_program(
	    v, t->endpoint->authorise, sizeof(t->endpoint->authorise));
}

static int set_authorise_timeout(struct conf_target *t, const char *v)
{
	return value_duration(v, 1, 20, &t->endpoint->authorise_timeout);
}

/* Append names of sections; `all` is a word that may stand for them, or NULL. */
static int add_names(struct words *list, const char *v, const char *all)
{
	char name[WORD_MAX];

	for (const char *at = v; words_next(&at, name);)
		if (words_has(list, name) ||
		    (!conf_is_name(name) &&
			(all == NULL || strcmp(name, all) != 0)))
			return -1;
	return words_add(list, v);
}

static int set_trust(struct conf_target *t, const char *v)
{
	return add_names(&t->endpoint->trust, v, NULL);
}

static int set_renewal(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[RENEWAL_YES] = "yes",
		[RENEWAL_NO] = "no",
		[RENEWAL_CHALLENGE] = "challenge",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->endpoint->renewal = (enum renewal)i;
	return 0;
}

static int set_renewal_of(struct conf_target *t, const char *v)
{
	return v[0] == '\0' ? -1 : add_names(&t->endpoint->renewal_of, v, "*");
}

static int set_renewal_from(struct conf_target *t, const char *v)
{
	return value_percent(v, 0, 99, &t->endpoint->renewal_from);
}

static int set_renewal_grace(struct conf_target *t, const char *v)
{
	return value_duration(v, 0, YEAR, &t->endpoint->renewal_grace);
}

static int set_renewal_key(struct conf_target *t, const char *v)
{
	static const char *const names[] = { "any", "new", NULL };
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->endpoint->renewal_needs_new = i == 1;
	return 0;
}

static int set_getcert(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[GETCERT_OWN] = "own",
		[GETCERT_ANY] = "any",
		[GETCERT_NO] = "no",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->endpoint->getcert = (enum getcert)i;
	return 0;
}

static int set_getcrl(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[GETCRL_CRL] = "crl",
		[GETCRL_CDP] = "cdp",
		[GETCRL_NO] = "no",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->endpoint->getcrl = (enum getcrl)i;
	return 0;
}

const struct conf_key conf_endpoint_keys[] = {
	{ "preset", conf_set_preset,
	    "default, strict, cisco, cisco-legacy, apple or windows", false },
	{ "profile", set_profile, "the NAME of a [profile NAME]", false },
	{ "legacy", set_legacy, "yes or no; obsolete = yes needs legacy = yes",
	    false },
	{ "obsolete", set_obsolete,
	    "yes or no; obsolete = yes needs legacy = yes", false },
	{ "reply_chain", set_reply_chain, "none, chain or full", false },
	{ "time_window", set_time_window,
	    "a duration such as 5m, or 0 for any time", false },
	{ "unauthorised", set_unauthorised, "pending, refuse or program",
	    false },
	{ "authorise", set_authorise,
	    "the absolute path of a program, without arguments", false },
	{ "authorise_timeout", set_authorise_timeout,
	    "a duration such as 10s, from 1s to 20s", false },
	{ "trust", set_trust, "the NAMEs of [trust NAME] sections, each once",
	    true },
	{ "renewal", set_renewal, "yes, no or challenge", false },
	{ "renewal_of", set_renewal_of,
	    "the NAMEs of other endpoints, each once, or * for all", true },
	{ "renewal_from", set_renewal_from,
	    "0% to 99% of the old certificate's life, such as 50%", false },
	{ "renewal_grace", set_renewal_grace,
	    "a duration such as 30d, of at most 365d", false },
	{ "renewal_key", set_renewal_key, "any or new", false },
	{ "getcert", set_getcert, "own, any or no", false },
	{ "getcrl", set_getcrl, "crl, cdp or no", false },
	{ 0 },
};

/*
 * [trust NAME]
 */

static int set_certs(struct conf_target *t, const char *v)
{
	return value_path(v, t->trust->certs, sizeof(t->trust->certs));
}

static int set_crl(struct conf_target *t, const char *v)
{
	return value_path(v, t->trust->crl, sizeof(t->trust->crl));
}

static int set_tie(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[TIE_SUBJECT] = "subject",
		[TIE_SERIAL_NUMBER] = "serialNumber",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->trust->tie = (enum trust_tie)i;
	return 0;
}

static int set_trust_profile(struct conf_target *t, const char *v)
{
	return set_name(t->trust->profile, v);
}

const struct conf_key conf_trust_keys[] = {
	{ "certs", set_certs,
	    "a file of CA certificates, PEM, absolute or below the home",
	    false },
	{ "crl", set_crl,
	    "a file of CRLs, PEM or DER, absolute or below the home", false },
	{ "tie", set_tie, "subject or serialNumber", false },
	{ "profile", set_trust_profile, "the NAME of a [profile NAME]", false },
	{ 0 },
};
