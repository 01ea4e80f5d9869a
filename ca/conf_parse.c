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

static const struct trust default_trust = { .tie = TIE_SUBJECT };

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

static int fail_nomem(struct conf_parse *p)
{
	p->failed = true;
	return err_set(p->e, ERR_NOMEM, "%s", HOME_CONF);
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

static void begin_lines(
    struct conf_parse *p, enum conf_section in, struct conf_lines *lines)
{
	p->in = in;
	p->lines = lines;
	lines->begin = p->line;
}

/*
 * What begins with [endpoint NAME] and the like.  Its struct begins with its
 * name.
 */
static const struct kind {
	const char *word, *article;
	size_t size, max;
	const void *fresh;
} kinds[] = {
	[IN_ENDPOINT] = { "endpoint", "an", sizeof(struct endpoint),
	    ENDPOINTS_MAX, &default_endpoint },
	[IN_PROFILE] = { "profile", "a", sizeof(struct profile), PROFILES_MAX,
	    &conf_default_profile },
	[IN_TRUST] = { "trust", "a", sizeof(struct trust), TRUSTS_MAX,
	    &default_trust },
};

static struct conf_list *list_of(struct conf_parse *p, enum conf_section in)
{
	switch (in) {
	case IN_ENDPOINT:
		return &p->endpoints;
	case IN_PROFILE:
		return &p->profiles;
	default:
		return &p->trusts;
	}
}

static char *item_at(const struct conf_list *l, size_t size, size_t i)
{
	return (char *)l->items + i * size;
}

/* A fresh section behind the others. */
static int append(struct conf_parse *p, enum conf_section in)
{
	const struct kind *k = &kinds[in];
	struct conf_list *l = list_of(p, in);
	struct conf_lines *lines =
	    reallocarray(l->lines, l->n + 1, sizeof(*lines));
	void *items;

	if (lines != NULL)
		l->lines = lines;
	items = reallocarray(l->items, l->n + 1, k->size);
	if (items != NULL)
		l->items = items;
	if (lines == NULL || items == NULL)
		return fail_nomem(p);
	l->lines[l->n] = (struct conf_lines){ 0 };
	memcpy(item_at(l, k->size, l->n), k->fresh, k->size);
	l->n++;
	return 0;
}

/*
 * begin_named - what comes is for the section `name`, which is a new one, or
 * the "default" that is there without a line.
 */
static int begin_named(
    struct conf_parse *p, enum conf_section in, const char *name)
{
	const struct kind *k = &kinds[in];
	struct conf_list *l = list_of(p, in);
	char text[64], right[96], *item;
	size_t i = 0;

	if (!conf_is_name(name)) {
		snprintf(text, sizeof(text), "bad name of %s %s", k->article,
		    k->word);
		return conf_parse_fail(p, text,
		    "want 1 to 63 letters, digits, - _ . behind its kind");
	}
	while (i < l->n && strcmp(item_at(l, k->size, i), name) != 0)
		i++;
	if (i < l->n && l->lines[i].begin != 0) {
		snprintf(text, sizeof(text), "this %s stands above already",
		    k->word);
		return conf_parse_fail(p, text, "join the two sections");
	}
	if (i == k->max) {
		snprintf(text, sizeof(text), "too many %ss", k->word);
		snprintf(right, sizeof(right), "want at most %zu", k->max);
		return conf_parse_fail(p, text, right);
	}
	if (i == l->n && append(p, in) != 0)
		return -1;
	item = item_at(l, k->size, i);
	strcpy(item, name);
	p->to.endpoint = in == IN_ENDPOINT ? (void *)item : NULL;
	p->to.profile = in == IN_PROFILE ? (void *)item : NULL;
	p->to.trust = in == IN_TRUST ? (void *)item : NULL;
	p->to.legacy = true; /* endpoints begin with default_endpoint */
	p->to.obsolete = false;
	begin_lines(p, in, &l->lines[i]);
	return 0;
}

static int begin_ca(struct conf_parse *p)
{
	if (p->ca_lines.begin != 0)
		return conf_parse_fail(p, "this section stands above already",
		    "join the two sections");
	begin_lines(p, IN_CA, &p->ca_lines);
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
	for (enum conf_section in = IN_ENDPOINT; in <= IN_TRUST; in++) {
		size_t n = strlen(kinds[in].word);

		if (strncmp(name, kinds[in].word, n) == 0 && name[n] == ' ')
			return begin_named(p, in, name + n + 1);
	}
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

static void read_lines(struct conf_parse *p)
{
	int line = ini_parse_stream(next_line, p, on_key, p);

	if (line > 0 && (!p->failed || (unsigned)line < p->line)) {
		p->failed = false; /* inih found neither = nor [ before */
		p->line = (unsigned)line;
		conf_parse_fail(
		    p, "neither a section nor a setting", "want NAME = VALUE");
	} else if (line < 0) {
		fail_nomem(p);
	}
}

void conf_parse_free(struct conf_parse *p)
{
	if (p == NULL)
		return;
	for (enum conf_section in = IN_ENDPOINT; in <= IN_TRUST; in++) {
		free(list_of(p, in)->items);
		free(list_of(p, in)->lines);
	}
	free(p);
}

int conf_parse(const char *home, struct conf_parse **out, struct err *e)
{
	struct buf text = { 0 };
	struct conf_parse *p;
	struct err why;

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
	p->e = e;
	if (append(p, IN_ENDPOINT) == 0 && append(p, IN_PROFILE) == 0)
		read_lines(p);
	if (!p->failed)
		conf_check(p);
	buf_release(&text);
	if (p->failed) {
		conf_parse_free(p);
		return -1;
	}
	*out = p;
	return 0;
}
