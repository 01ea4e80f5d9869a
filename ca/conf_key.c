#include "conf_key.h"

#include <stdio.h>
#include <string.h>

#include "pubkey.h"

int parse_duration(const char *text, int64_t *seconds, struct err *e)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 },
		{ "d", 86400 } };
	const int64_t max = INT64_C(36525) * 86400; /* a hundred years */
	const char *p = text;
	int64_t n = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n > max)
			return err_set(
			    e, ERR_INPUT, "a duration is at most 100 years");
	}
	for (size_t i = 0; p != text && i < sizeof(units) / sizeof(units[0]);
	     i++) {
		if (strcmp(units[i].unit, p) != 0)
			continue;
		if (n > max / units[i].seconds)
			return err_set(
			    e, ERR_INPUT, "a duration is at most 100 years");
		*seconds = n * units[i].seconds;
		return 0;
	}
	return err_set(e, ERR_INPUT,
	    "a duration is a number and s, m, h or d, such as 10m or 365d");
}

static int get_bool(const char *text, bool *v)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return -1;
	*v = text[0] == 'y';
	return 0;
}

static int get_number(
    const char *text, unsigned long min, unsigned long max, unsigned long *v)
{
	unsigned long n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && n <= max; p++)
		n = n * 10 + (unsigned long)(*p - '0');
	if (p == text || *p != '\0' || n < min || n > max)
		return -1;
	*v = n;
	return 0;
}

static int set_url(struct conf_target *t, const char *v)
{
	bool http = strncmp(v, "http://", 7) == 0 && v[7] != '\0';
	bool https = strncmp(v, "https://", 8) == 0 && v[8] != '\0';
	size_t n = strlen(v);

	if ((!http && !https) || n >= sizeof(t->url) ||
	    strspn(v,
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		"0123456789-._~:/?#[]@!$&'()*+,;=%") != n)
		return -1;
	memcpy(t->url, v, n + 1);
	return 0;
}

/* One grade from two keys; what is obsolete without legacy cannot be. */
static int set_grade(struct conf_target *t, const char *v, bool *which)
{
	if (get_bool(v, which) != 0 || (t->obsolete && !t->legacy))
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
	};

	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], v) == 0) {
			t->endpoint->reply_chain = (enum reply_chain)i;
			return 0;
		}
	return -1;
}

static int set_time_window(struct conf_target *t, const char *v)
{
	return parse_duration(v, &t->endpoint->time_window, NULL);
}

static int set_days(struct conf_target *t, const char *v)
{
	unsigned long n;

	if (get_number(v, 1, 36500, &n) != 0)
		return -1;
	t->profile.lifetime = (int64_t)n * 86400;
	return 0;
}

static int set_backdate(struct conf_target *t, const char *v)
{
	int64_t s;

	if (parse_duration(v, &s, NULL) != 0 || s > 30 * 86400)
		return -1;
	t->profile.backdate = s;
	return 0;
}

static int set_rsa(const char *v, unsigned *bits)
{
	unsigned long n;

	if (get_number(v, PUBKEY_RSA_MIN, PUBKEY_RSA_MAX, &n) != 0)
		return -1;
	*bits = (unsigned)n;
	return 0;
}

static int set_rsa_min(struct conf_target *t, const char *v)
{
	return set_rsa(v, &t->profile.rsa_min);
}

static int set_rsa_max(struct conf_target *t, const char *v)
{
	return set_rsa(v, &t->profile.rsa_max);
}

static int set_san(struct conf_target *t, const char *v)
{
	return get_bool(v, &t->profile.san);
}

static const struct key {
	enum conf_section in;
	const char *name;
	int (*set)(struct conf_target *t, const char *value);
	const char *right; /* what would be right */
} keys[] = {
	{ IN_CA, "url", set_url, "http://HOST/PATH of at most 255 characters" },
	{ IN_ENDPOINT, "legacy", set_legacy,
	    "yes or no; obsolete = yes needs legacy = yes" },
	{ IN_ENDPOINT, "obsolete", set_obsolete,
	    "yes or no; obsolete = yes needs legacy = yes" },
	{ IN_ENDPOINT, "reply_chain", set_reply_chain, "none, chain or full" },
	{ IN_ENDPOINT, "time_window", set_time_window,
	    "a duration such as 5m, or 0 for any time" },
	{ IN_PROFILE, "days", set_days, "a number from 1 to 36500" },
	{ IN_PROFILE, "backdate", set_backdate,
	    "a duration such as 10m, of at most 30d" },
	{ IN_PROFILE, "rsa_min", set_rsa_min, "a number from 1024 to 4096" },
	{ IN_PROFILE, "rsa_max", set_rsa_max, "a number from 1024 to 4096" },
	{ IN_PROFILE, "san", set_san, "yes or no" },
};

enum { N_KEYS = sizeof(keys) / sizeof(keys[0]) };

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
