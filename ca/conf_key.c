#include "conf_key.h"

#include <stdio.h>
#include <string.h>

#include "conf_value.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, YEAR = 365 * DAY };

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

static int set_notify(struct conf_target *t, const char *v)
{
	return value_program(v, t->conf.notify, sizeof(t->conf.notify));
}

static int set_notify_timeout(struct conf_target *t, const char *v)
{
	return value_duration(v, 1, 20, &t->conf.notify_timeout);
}

static int set_notify_expiring(struct conf_target *t, const char *v)
{
	return value_duration(v, 0, YEAR, &t->conf.notify_expiring);
}

const struct conf_key conf_ca_keys[] = {
	{ "url", set_url,
	    "http://HOST/PATH of at most 255 characters, no ? or # in it",
	    false },
	{ "issue", set_issue, "online or offline", false },
	{ "pending_ttl", set_pending_ttl,
	    "a duration such as 7d, from 1m to 365d", false },
	{ "pending_max", set_pending_max, "a number from 1 to 1000000", false },
	{ "pending_per_address", set_pending_per_address,
	    "a number from 1 to 1000000", false },
	{ "crl_lifetime", set_crl_lifetime,
	    "a duration such as 7d, from 1h to 365d", false },
	{ "crl_renew", set_crl_renew,
	    "a duration such as 1d, from 1m and below crl_lifetime", false },
	{ "notify", set_notify,
	    "the absolute path of a program, without arguments", false },
	{ "notify_timeout", set_notify_timeout,
	    "a duration such as 10s, from 1s to 20s", false },
	{ "notify_expiring", set_notify_expiring,
	    "a duration such as 30d, of at most 365d, or 0 for never", false },
	{ 0 },
};

static const struct conf_key *table(enum conf_section in)
{
	static const struct conf_key none[] = { { 0 } };

	switch (in) {
	case IN_CA:
		return conf_ca_keys;
	case IN_ENDPOINT:
		return conf_endpoint_keys;
	case IN_PROFILE:
		return conf_profile_keys;
	case IN_TRUST:
		return conf_trust_keys;
	case IN_NOTHING:
		break;
	}
	return none;
}

int conf_key_find(enum conf_section in, const char *name)
{
	const struct conf_key *k = table(in);

	for (int i = 0; k[i].name != NULL && i < CONF_KEYS_MAX; i++)
		if (strcmp(k[i].name, name) == 0)
			return i;
	return -1;
}

const struct conf_key *conf_key_at(enum conf_section in, int key)
{
	return &table(in)[key];
}

void conf_key_list(enum conf_section in, char *out, size_t size)
{
	static const char more[] = " ... ca.conf(5) has them all";
	size_t n = (size_t)snprintf(out, size, "known are");

	for (const struct conf_key *k = table(in); k->name != NULL; k++) {
		if (n + 1 + strlen(k->name) + sizeof(more) > size) {
			snprintf(out + n, size - n, "%s", more);
			return;
		}
		n += (size_t)snprintf(out + n, size - n, " %s", k->name);
	}
}

bool conf_is_name(const char *name)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t n = strlen(name);

	return n > 0 && n < CONF_NAME_MAX && strspn(name, ok) == n;
}
