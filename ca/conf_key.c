#include "conf_key.h"

#include <stdio.h>
#include <string.h>

#include "conf_value.h"
#include "pubkey.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, YEAR = 365 * DAY };

/*
 * [ca]
 */

/*
 * Paths are put behind it, so no query and no fragment can be in it.  strchr
 * finds the end of the text, too: a host there must be.
 */
static int set_url(struct conf_target *t, const char *v)
{
	bool http = strncmp(v, "http://", 7) == 0 && strchr("/", v[7]) == NULL;
	bool https =
	    strncmp(v, "https://", 8) == 0 && strchr("/", v[8]) == NULL;
	size_t n = strlen(v);

	if ((!http && !https) || n >= sizeof(t->conf.url) ||
	    strspn(v,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-._~:/[]@!$&'()*+,;=%") != n)
		return -1;
	memcpy(t->conf.url, v, n + 1);
	return 0;
}

static int set_issue(struct conf_target *t, const char *v)
{
	static const char *const names[] = { "online", "offline", NULL };
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->conf.offline = i == 1;
	return 0;
}

static int set_pending_ttl(struct conf_target *t, const char *v)
{
	return value_duration(v, MINUTE, YEAR, &t->conf.pending_ttl);
}

static int set_pending_max(struct conf_target *t, const char *v)
{
	return value_number(v, 1, 1000000, &t->conf.pending_max);
}

static int set_pending_per_address(struct conf_target *t, const char *v)
{
	return value_number(v, 1, 1000000, &t->conf.pending_per_remote);
}

static int set_crl_lifetime(struct conf_target *t, const char *v)
{
	return value_duration(v, HOUR, YEAR, &t->conf.crl_lifetime);
}

static int set_crl_renew(struct conf_target *t, const char *v)
{
	return value_duration(v, MINUTE, YEAR, &t->conf.crl_renew);
}

/*
 * [endpoint NAME]
 */

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
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->endpoint->unauthorised = (enum unauthorised)i;
	return 0;
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

/*
 * [profile default]
 */

static int set_days(struct conf_target *t, const char *v)
{
	unsigned n;

	if (value_number(v, 1, 36500, &n) != 0)
		return -1;
	t->conf.profile.lifetime = (int64_t)n * DAY;
	return 0;
}

static int set_backdate(struct conf_target *t, const char *v)
{
	return value_duration(v, 0, 30 * DAY, &t->conf.profile.backdate);
}

static int set_rsa_min(struct conf_target *t, const char *v)
{
	return value_number(
	    v, PUBKEY_RSA_MIN, PUBKEY_RSA_MAX, &t->conf.profile.rsa_min);
}

static int set_rsa_max(struct conf_target *t, const char *v)
{
	return value_number(
	    v, PUBKEY_RSA_MIN, PUBKEY_RSA_MAX, &t->conf.profile.rsa_max);
}

static int set_san(struct conf_target *t, const char *v)
{
	return value_bool(v, &t->conf.profile.san);
}

static int set_duplicate(struct conf_target *t, const char *v)
{
	static const char *const names[] = {
		[DUPLICATE_ALLOW] = "allow",
		[DUPLICATE_REFUSE] = "refuse",
		[DUPLICATE_PENDING] = "pending",
		NULL,
	};
	unsigned i;

	if (value_choice(v, names, &i) != 0)
		return -1;
	t->conf.profile.duplicate = (enum duplicate)i;
	return 0;
}

static int set_supersede(struct conf_target *t, const char *v)
{
	if (strcmp(v, "never") != 0)
		return value_duration(v, 0, YEAR, &t->conf.profile.supersede);
	t->conf.profile.supersede = SUPERSEDE_NEVER;
	return 0;
}

static const struct key {
	enum conf_section in;
	const char *name;
	int (*set)(struct conf_target *t, const char *value);
	const char *right; /* what would be right */
} keys[] = {
	{ IN_CA, "url", set_url,
	    "http://HOST/PATH of at most 255 characters, no ? or # in it" },
	{ IN_CA, "issue", set_issue, "online or offline" },
	{ IN_CA, "pending_ttl", set_pending_ttl,
	    "a duration such as 7d, from 1m to 365d" },
	{ IN_CA, "pending_max", set_pending_max, "a number from 1 to 1000000" },
	{ IN_CA, "pending_per_address", set_pending_per_address,
	    "a number from 1 to 1000000" },
	{ IN_CA, "crl_lifetime", set_crl_lifetime,
	    "a duration such as 7d, from 1h to 365d" },
	{ IN_CA, "crl_renew", set_crl_renew,
	    "a duration such as 1d, from 1m and below crl_lifetime" },
	{ IN_ENDPOINT, "legacy", set_legacy,
	    "yes or no; obsolete = yes needs legacy = yes" },
	{ IN_ENDPOINT, "obsolete", set_obsolete,
	    "yes or no; obsolete = yes needs legacy = yes" },
	{ IN_ENDPOINT, "reply_chain", set_reply_chain, "none, chain or full" },
	{ IN_ENDPOINT, "time_window", set_time_window,
	    "a duration such as 5m, or 0 for any time" },
	{ IN_ENDPOINT, "unauthorised", set_unauthorised, "pending or refuse" },
	{ IN_ENDPOINT, "renewal", set_renewal, "yes, no or challenge" },
	{ IN_ENDPOINT, "renewal_from", set_renewal_from,
	    "0% to 99% of the old certificate's life, such as 50%" },
	{ IN_ENDPOINT, "renewal_grace", set_renewal_grace,
	    "a duration such as 30d, of at most 365d" },
	{ IN_ENDPOINT, "renewal_key", set_renewal_key, "any or new" },
	{ IN_ENDPOINT, "getcert", set_getcert, "own, any or no" },
	{ IN_ENDPOINT, "getcrl", set_getcrl, "crl, cdp or no" },
	{ IN_PROFILE, "days", set_days, "a number from 1 to 36500" },
	{ IN_PROFILE, "backdate", set_backdate,
	    "a duration such as 10m, of at most 30d" },
	{ IN_PROFILE, "rsa_min", set_rsa_min, "a number from 1024 to 4096" },
	{ IN_PROFILE, "rsa_max", set_rsa_max, "a number from 1024 to 4096" },
	{ IN_PROFILE, "san", set_san, "yes or no" },
	{ IN_PROFILE, "duplicate", set_duplicate, "allow, refuse or pending" },
	{ IN_PROFILE, "supersede", set_supersede,
	    "never, or a duration such as 7d, of at most 365d" },
};

enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };
_Static_assert((int)N_KEYS <= (int)CONF_KEYS_MAX, "more keys than bits");

int conf_key_find(enum conf_section in, const char *name)
{
	for (int i = 0; i < N_KEYS; i++)
		if (keys[i].in == in && strcmp(keys[i].name, name) == 0)
			return i;
	return -1;
}

int conf_key_set(int key, struct conf_target *t, const char *value)
{
	return keys[key].set(t, value);
}

const char *conf_key_right(int key)
{
	return keys[key].right;
}

void conf_key_list(enum conf_section in, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "known are");

	for (int i = 0; i < N_KEYS && n < size; i++)
		if (keys[i].in == in)
			n += (size_t)snprintf(
			    out + n, size - n, " %s", keys[i].name);
}
