#include "conf.h"

#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf_key.h"
#include "home.h"

enum { ENDPOINTS_MAX = 32, CONF_LINE_MAX = 190 };

/*
 * The file while it is read.  inih splits lines into keys and values; lines are
 * handed to it one by one, so that we know their numbers and see every section:
 * it does not tell of an empty one, and cuts long names.
 */
struct parse {
	struct span left; /* what has not been read yet */
	unsigned line;
	enum conf_section in;
	unsigned seen;		     /* bit n: key n was set in this section */
	unsigned rsa_line, crl_line; /* where the later of a pair stands */
	bool seen_ca, seen_profile, seen_default;
	struct conf_target to;
	struct endpoint endpoints[ENDPOINTS_MAX]; /* "default" first */
	size_t n_endpoints;
	bool failed;
	struct err *e;
};

static const struct endpoint default_endpoint = {
	.name = "default",
	.algs = { .worst = ALG_LEGACY },
	.reply_chain = CHAIN_NONE,
	.unauthorised = UNAUTHORISED_PENDING,
	.renewal = RENEWAL_YES,
	.getcert = GETCERT_OWN,
	.getcrl = GETCRL_CRL,
};

static const struct conf default_conf = {
	.pending_ttl = 7 * 86400,
	.pending_max = 1000,
	.pending_per_remote = 20,
	.crl_lifetime = 7 * 86400,
	.crl_renew = 86400,
	.profile = {
	    .lifetime = 365 * 86400,
	    .backdate = 600,
	    .rsa_min = 2048,
	    .rsa_max = 4096,
	    .san = true,
	    .duplicate = DUPLICATE_ALLOW,
	    .supersede = SUPERSEDE_NEVER,
	},
};

/* "ca.conf:LINE: what; what would be right"; the first mistake is told. */
static int fail(struct parse *p, const char *what, const char *right)
{
	if (!p->failed)
		err_set(p->e, ERR_CONF, "%s:%u: %s; %s", HOME_CONF, p->line,
		    what, right);
	p->failed = true;
	return -1;
}

static int set_key(struct parse *p, const char *name, const char *value)
{
	char what[CONF_LINE_MAX + 64], right[256];
	int key = conf_key_find(p->in, name);

	if (p->in == IN_NOTHING)
		return fail(p, "a setting before the first section",
		    "want [ca], [endpoint NAME] or [profile default] above it");
	if (key < 0) {
		snprintf(what, sizeof(what),
		    "unknown setting '%s' in this section", name);
		conf_key_list(p->in, right, sizeof(right));
		return fail(p, what, right);
	}
	if ((p->seen & 1U << key) != 0) {
		snprintf(what, sizeof(what), "%s is set twice", name);
		return fail(p, what, "remove one of the two");
	}
	p->seen |= 1U << key;
	if (conf_key_set(key, &p->to, value) != 0) {
		snprintf(what, sizeof(what), "%s = %s", name, value);
		snprintf(right, sizeof(right), "want %s", conf_key_right(key));
		return fail(p, what, right);
	}
	if (strncmp(name, "rsa_", 4) == 0)
		p->rsa_line = p->line;
	if (strncmp(name, "crl_", 4) == 0)
		p->crl_line = p->line;
	return 0;
}

/* inih's callback; 1 goes on.  Its `section` is cut to 49 characters. */
static int on_key(
    void *user, const char *section, const char *name, const char *value)
{
	(void)section;
	return set_key(user, name, value) == 0;
}

static int begin_endpoint(struct parse *p, const char *name)
{
	static const char ok[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				 "abcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t n = strlen(name), i = 0;

	if (n == 0 || n >= sizeof(default_endpoint.name) ||
	    strspn(name, ok) != n)
		return fail(p, "bad name of an endpoint",
		    "want [endpoint NAME], NAME of letters, digits, - _ .");
	while (i < p->n_endpoints && strcmp(p->endpoints[i].name, name) != 0)
		i++;
	if (i < p->n_endpoints && (i > 0 || p->seen_default))
		return fail(p, "this endpoint stands above already",
		    "join the two sections");
	if (i == ENDPOINTS_MAX)
		return fail(p, "too many endpoints", "want at most 32");
	if (i == p->n_endpoints)
		p->endpoints[p->n_endpoints++] = default_endpoint;
	else
		p->seen_default = true;
	p->to.endpoint = &p->endpoints[i];
	memcpy(p->to.endpoint->name, name, n + 1);
	p->to.legacy = true;
	p->to.obsolete = false;
	p->in = IN_ENDPOINT;
	return 0;
}

static int begin_once(struct parse *p, enum conf_section in, bool *seen)
{
	if (*seen)
		return fail(p, "this section stands above already",
		    "join the two sections");
	*seen = true;
	p->in = in;
	return 0;
}

/* `line` begins with '['. */
static int begin_section(struct parse *p, char *line)
{
	char *end = strchr(line, ']');
	const char *rest, *name = line + 1;

	if (end == NULL)
		return fail(p, "a section without ]", "want [NAME]");
	*end = '\0';
	rest = end + 1 + strspn(end + 1, " \t");
	if (*rest != '\0' && *rest != ';' && *rest != '#')
		return fail(p, "something behind the ] of a section",
		    "want it on a line of its own");
	p->seen = 0;
	if (strcmp(name, "ca") == 0)
		return begin_once(p, IN_CA, &p->seen_ca);
	if (strcmp(name, "profile default") == 0)
		return begin_once(p, IN_PROFILE, &p->seen_profile);
	if (strncmp(name, "endpoint ", 9) == 0)
		return begin_endpoint(p, name + 9);
	return fail(p, "unknown section",
	    "want [ca], [endpoint NAME] or [profile default]");
}

static bool has_control(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] < ' ' && s.p[i] != '\t')
			return true;
	return false;
}

/* Take the next line off the file, blanks and line end cut off. */
static struct span take_line(struct parse *p)
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
	struct parse *p = user;
	char line[CONF_LINE_MAX + 1];
	struct span s;

	if (p->failed || p->left.n == 0)
		return NULL;
	s = take_line(p);
	if (s.n > CONF_LINE_MAX || (int)s.n + 2 > size) {
		fail(p, "this line is too long", "want at most 190 characters");
		return NULL;
	}
	if (has_control(s)) {
		fail(p, "a control character in this line", "want plain text");
		return NULL;
	}
	memcpy(line, s.p, s.n);
	line[s.n] = '\0';
	snprintf(out, (size_t)size, "%s\n", line);
	if (line[0] == '[' && begin_section(p, line) != 0)
		return NULL;
	return out;
}

/* Settings that are right each for itself, but not together. */
static void check_pairs(struct parse *p)
{
	p->line = p->rsa_line;
	if (p->to.conf.profile.rsa_min > p->to.conf.profile.rsa_max)
		fail(p, "rsa_min is above rsa_max", "want it below");
	p->line = p->crl_line;
	if (p->to.conf.crl_renew >= p->to.conf.crl_lifetime)
		fail(p,
		    "crl_renew, which is 1d unless it is set, is not below "
		    "crl_lifetime",
		    "want it below, so that a new CRL is there before the old "
		    "one ends");
}

static int parse_file(const char *home, struct parse *p, struct err *e)
{
	struct buf text = { 0 };
	struct err why;
	int rc = -1, line;

	if (home_read(home, HOME_CONF, &text, &why) != 0) {
		err_set(e, why.kind == ERR_NOT_FOUND ? ERR_CONF : why.kind,
		    "%s%s", why.text,
		    why.kind == ERR_NOT_FOUND
			? "; is this a CA home? scepca init makes one"
			: "");
		return -1;
	}
	*p = (struct parse){
		.left = buf_span(&text),
		.to.conf = default_conf,
		.endpoints = { default_endpoint },
		.n_endpoints = 1,
		.e = e,
	};
	line = ini_parse_stream(next_line, p, on_key, p);
	if (line > 0 && (!p->failed || (unsigned)line < p->line)) {
		p->failed = false; /* inih found neither = nor [ before */
		p->line = (unsigned)line;
		fail(p, "neither a section nor a setting", "want NAME = VALUE");
	} else if (line < 0) {
		err_set(e, ERR_NOMEM, "%s", HOME_CONF);
		p->failed = true;
	}
	if (!p->failed)
		check_pairs(p);
	if (!p->failed)
		rc = 0;
	buf_release(&text);
	return rc;
}

static void fill(struct conf *c, const struct parse *p, size_t endpoint)
{
	*c = p->to.conf;
	c->endpoint = p->endpoints[endpoint];
}

int conf_load(
    const char *home, const char *endpoint, struct conf *c, struct err *e)
{
	struct parse p;

	if (endpoint == NULL || endpoint[0] == '\0')
		endpoint = "default";
	if (parse_file(home, &p, e) != 0)
		return -1;
	for (size_t i = 0; i < p.n_endpoints; i++)
		if (strcmp(p.endpoints[i].name, endpoint) == 0) {
			fill(c, &p, i);
			return 0;
		}
	return err_set(e, ERR_CONF,
	    "%s: the web server chose the endpoint of SCEPCA_ENDPOINT, which "
	    "is not there; add its [endpoint NAME]",
	    HOME_CONF);
}

int conf_each_endpoint(const char *home,
    int (*fn)(const struct conf *c, void *arg), void *arg, struct err *e)
{
	struct parse p;
	struct conf c;

	if (parse_file(home, &p, e) != 0)
		return -1;
	for (size_t i = 0; i < p.n_endpoints; i++) {
		fill(&c, &p, i);
		if (fn(&c, arg) != 0)
			break;
	}
	return 0;
}
