#include "conf_parse.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "home.h"
#include "purpose.h"

enum { CONF_LINE_MAX = 190 };

static const struct endpoint default_endpoint = {
	.name = "default",
	.profile = "default",
	.algs = { .worst = ALG_LEGACY },
	.reply_chain = CHAIN_NONE,
	.unauthorised = UNAUTHORISED_PENDING,
	.authorise_timeout = 10,
	.renewal = RENEWAL_YES,
	.getcert = GETCERT_OWN,
	.getcrl = GETCRL_CRL,
};

const struct profile conf_default_profile = {
	.name = "default",
	.lifetime = 365 * 86400,
	.backdate = 600,
	.rsa = true,
	.ec = true,
	.rsa_min = 2048,
	.rsa_max = 4096,
	.rsa_exponent_min = 3,
	.key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE |
	    GNUTLS_KEY_KEY_ENCIPHERMENT | GNUTLS_KEY_KEY_AGREEMENT,
	.eku = { PURPOSE_CLIENT },
	.eku_allowed = { PURPOSES_DEFAULT },
	.asked_key_usage = WISH_GRANT,
	.asked_eku = WISH_GRANT,
	.asked_other = WISH_DROP,
	.san = WISH_GRANT,
	.san_rule = {
	    [SAN_DNS] = { "any" },
	    [SAN_IP] = { "any" },
	    [SAN_EMAIL] = { "any" },
	    [SAN_URI] = { "any" },
	    [SAN_UPN] = { "any" },
	    [SAN_SID] = { "none" },
	},
	.subject_allowed = { "any" },
	.duplicate = DUPLICATE_ALLOW,
	.supersede = SUPERSEDE_NEVER,
};

static const struct conf default_conf = {
	.pending_ttl = 7 * 86400,
	.pending_max = 1000,
	.pending_per_remote = 20,
	.crl_lifetime = 7 * 86400,
	.crl_renew = 86400,
	.notify_timeout = 10,
	.notify_expiring = 30 * 86400,
};

int conf_parse_fail(struct conf_parse *p, const char *what, const char *right)
{
	if (!p->failed)
		err_set(p->e, ERR_CONF, "%s:%u: %s; %s", HOME_CONF, p->line,
		    what, right);
	p->failed = true;
	return -1;
}

static bool any_is_set(const struct conf_lines *lines)
{
	for (int i = 0; i < CONF_KEYS_MAX; i++)
		if (lines->key[i] != 0)
			return true;
	return false;
}

static int set_key(struct conf_parse *p, const char *name, const char *value)
{
	char what[CONF_LINE_MAX + 64], right[280];
	int at = conf_key_find(p->in, name);
	const struct conf_key *key;

	if (p->in == IN_NOTHING)
		return conf_parse_fail(p, "a setting before the first section",
		    "want [ca], [endpoint NAME], [profile NAME] or [trust "
		    "NAME] above it");
	if (at < 0) {
		snprintf(what, sizeof(what),
		    "unknown setting '%s' in this section", name);
		conf_key_list(p->in, right, sizeof(right));
		return conf_parse_fail(p, what, right);
	}
	key = conf_key_at(p->in, at);
	if (p->lines->key[at] != 0 && !key->many) {
		snprintf(what, sizeof(what), "%s is set twice", name);
		return conf_parse_fail(p, what, "remove one of the two");
	}
	if (strcmp(name, "preset") == 0 && any_is_set(p->lines))
		return conf_parse_fail(p, "preset stands below other settings",
		    "want it first: what follows changes what it sets");
	p->lines->key[at] = p->line;
	if (key->set(&p->to, value) != 0) {
		snprintf(what, sizeof(what), "%s = %s", name, value);
		snprintf(right, sizeof(right), "want %s", key->right);
		return conf_parse_fail(p, what, right);
	}
	return 0;
}

/* inih's callback; 1 goes on.  Its `section` is cut to 49 characters. */
static int on_key(
    void *user, const char *section, const char *name, const char *value)
{
	(void)section;
	return set_key(user, name, value) == 0;
}

/*
 * begin_named - the place of the section `name` among the n that there are, in
 * *at; it may be the "default" that is there without a line.
 */
static int begin_named(struct conf_parse *p, const char *name, const char *what,
    const struct conf_lines *lines, size_t n, size_t max,
    const char *(*name_at)(const struct conf_parse *p, size_t i), size_t *at)
{
	char text[64], right[96];
	size_t i = 0;

	if (!conf_is_name(name)) {
		snprintf(text, sizeof(text), "bad name of %s", what);
		return conf_parse_fail(p, text,
		    "want 1 to 63 letters, digits, - _ . behind its kind");
	}
	while (i < n && strcmp(name_at(p, i), name) != 0)
		i++;
	if (i < n && lines[i].begin != 0) {
		snprintf(text, sizeof(text), "this %s stands above already",
		    strchr(what, ' ') + 1);
		return conf_parse_fail(p, text, "join the two sections");
	}
	if (i == max) {
		snprintf(
		    text, sizeof(text), "too many %ss", strchr(what, ' ') + 1);
		snprintf(right, sizeof(right), "want at most %zu", max);
		return conf_parse_fail(p, text, right);
	}
	*at = i;
	return 0;
}

static const char *endpoint_at(const struct conf_parse *p, size_t i)
{
	return p->endpoints[i].name;
}

static const char *profile_at(const struct conf_parse *p, size_t i)
{
	return p->profiles[i].name;
}

static const char *trust_at(const struct conf_parse *p, size_t i)
{
	return p->trusts[i].name;
}

static void begin_lines(struct conf_parse *p, struct conf_lines *lines)
{
	p->lines = lines;
	lines->begin = p->line;
}

static int begin_endpoint(struct conf_parse *p, const char *name)
{
	size_t i;

	if (begin_named(p, name, "an endpoint", p->endpoint_lines,
		p->n_endpoints, ENDPOINTS_MAX, endpoint_at, &i) != 0)
		return -1;
	if (i == p->n_endpoints)
		p->endpoints[p->n_endpoints++] = default_endpoint;
	begin_lines(p, &p->endpoint_lines[i]);
	p->to.endpoint = &p->endpoints[i];
	strcpy(p->to.endpoint->name, name);
	p->to.legacy = true;
	p->to.obsolete = false;
	p->in = IN_ENDPOINT;
	return 0;
}

static int begin_profile(struct conf_parse *p, const char *name)
{
	size_t i;

	if (begin_named(p, name, "a profile", p->profile_lines, p->n_profiles,
		PROFILES_MAX, profile_at, &i) != 0)
		return -1;
	if (i == p->n_profiles)
		p->profiles[p->n_profiles++] = conf_default_profile;
	begin_lines(p, &p->profile_lines[i]);
	p->to.profile = &p->profiles[i];
	strcpy(p->to.profile->name, name);
	p->in = IN_PROFILE;
	return 0;
}

static int begin_trust(struct conf_parse *p, const char *name)
{
	size_t i;

	if (begin_named(p, name, "a trust", p->trust_lines, p->n_trusts,
		TRUSTS_MAX, trust_at, &i) != 0)
		return -1;
	p->trusts[p->n_trusts++] = (struct trust){ .tie = TIE_SUBJECT };
	begin_lines(p, &p->trust_lines[i]);
	p->to.trust = &p->trusts[i];
	strcpy(p->to.trust->name, name);
	p->in = IN_TRUST;
	return 0;
}

static int begin_ca(struct conf_parse *p)
{
	if (p->ca_lines.begin != 0)
		return conf_parse_fail(p, "this section stands above already",
		    "join the two sections");
	begin_lines(p, &p->ca_lines);
	p->in = IN_CA;
	return 0;
}

/* `line` begins with '['. */
static int begin_section(struct conf_parse *p, char *line)
{
	char *end = strchr(line, ']');
	const char *rest, *name = line + 1;

	if (end == NULL)
		return conf_parse_fail(p, "a section without ]", "want [NAME]");
	*end = '\0';
	rest = end + 1 + strspn(end + 1, " \t");
	if (*rest != '\0' && *rest != ';' && *rest != '#')
		return conf_parse_fail(p, "something behind the ] of a section",
		    "want it on a line of its own");
	if (strcmp(name, "ca") == 0)
		return begin_ca(p);
	if (strncmp(name, "endpoint ", 9) == 0)
		return begin_endpoint(p, name + 9);
	if (strncmp(name, "profile ", 8) == 0)
		return begin_profile(p, name + 8);
	if (strncmp(name, "trust ", 6) == 0)
		return begin_trust(p, name + 6);
	return conf_parse_fail(p, "unknown section",
	    "want [ca], [endpoint NAME], [profile NAME] or [trust NAME]");
}

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' && s.p[i] != '\t')
			return true;
	return false;
}

/* Take the next line off the file, blanks and line end cut off. */
static struct span take_line(struct conf_parse *p)
{
	const uint8_t *end = memchr(p->left.p, '\n', p->left.n);
	struct span s = p->left;

	if (end != NULL)
		s.n = (size_t)(end - s.p);
	p->left.p += s.n + (end != NULL);
	p->left.n -= s.n + (end != NULL);
	p->line++;
	if (s.n > 0 && s.p[s.n - 1] == '\r')
		s.n--;
	while (s.n > 0 && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = (struct span){ s.p + 1, s.n - 1 };
	return s;
}

/*
 * inih's reader: the next line, without the blanks in front of it, because inih
 * takes an indented line for the rest of the value above.
 */
static char *next_line(char *out, int size, void *user)
{
	struct conf_parse *p = user;
	char line[CONF_LINE_MAX + 1];
	struct span s;

	if (p->failed || p->left.n == 0)
		return NULL;
	s = take_line(p);
	if (s.n > CONF_LINE_MAX || (int)s.n + 2 > size) {
		conf_parse_fail(
		    p, "this line is too long", "want at most 190 characters");
		return NULL;
	}
	if (has_control(s)) {
		conf_parse_fail(
		    p, "a control character in this line", "want plain text");
		return NULL;
	}
	memcpy(line, s.p, s.n);
	line[s.n] = '\0';
	snprintf(out, (size_t)size, "%s\n", line);
	if (line[0] == '[' && begin_section(p, line) != 0)
		return NULL;
	return out;
}

int conf_parse(const char *home, struct conf_parse **out, struct err *e)
{
	struct buf text = { 0 };
	struct conf_parse *p;
	struct err why;
	int line;

	if (home_read(home, HOME_CONF, &text, &why) != 0) {
		err_set(e, why.kind == ERR_NOT_FOUND ? ERR_CONF : why.kind,
		    "%s%s", why.text,
		    why.kind == ERR_NOT_FOUND
			? "; is this a CA home? scepca init makes one"
			: "");
		return -1;
	}
	p = calloc(1, sizeof(*p));
	if (p == NULL) {
		buf_release(&text);
		return err_set(e, ERR_NOMEM, "%s", HOME_CONF);
	}
	p->home = home;
	p->left = buf_span(&text);
	p->to.conf = default_conf;
	p->endpoints[p->n_endpoints++] = default_endpoint;
	p->profiles[p->n_profiles++] = conf_default_profile;
	p->e = e;
	line = ini_parse_stream(next_line, p, on_key, p);
	if (line > 0 && (!p->failed || (unsigned)line < p->line)) {
		p->failed = false; /* inih found neither = nor [ before */
		p->line = (unsigned)line;
		conf_parse_fail(
		    p, "neither a section nor a setting", "want NAME = VALUE");
	} else if (line < 0) {
		err_set(e, ERR_NOMEM, "%s", HOME_CONF);
		p->failed = true;
	}
	if (!p->failed)
		conf_check(p);
	buf_release(&text);
	if (p->failed) {
		free(p);
		return -1;
	}
	*out = p;
	return 0;
}
