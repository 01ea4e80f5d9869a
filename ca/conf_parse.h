/*
 * conf_parse.h - ca.conf while it is read: all of its sections, and the lines
 * at which that stands which only makes sense together.
 */
#ifndef CONF_PARSE_H
#define CONF_PARSE_H

#include "conf_key.h"

/* Of a section: the line of each setting in its table; 0: not set. */
struct conf_lines {
	unsigned begin; /* of the section; 0: it is there without a line */
	unsigned key[CONF_KEYS_MAX];
};

/*
 * The sections of one kind, in the order of the file.  Most files have a few of
 * them, and a process that answers one request pays for each page it touches.
 */
struct conf_list {
	void *items; /* struct endpoint, profile or trust */
	struct conf_lines *lines;
	size_t n;
};

/*
 * inih splits lines into keys and values.  They are handed to it one by one, so
 * that we know their numbers and see every section: it does not tell of an
 * empty one, and cuts long names.
 */
struct conf_parse {
	const char *home;
	struct span left; /* what has not been read yet */
	unsigned line;
	enum conf_section in;	  /* the section that is being read … */
	struct conf_lines *lines; /* … and its lines */
	struct conf_target to;
	struct conf_lines ca_lines;
	struct conf_list endpoints, profiles; /* "default" first */
	struct conf_list trusts;
	bool failed;
	struct err *e;
};

/*
 * conf_parse - read the file into a new *out.  ERR_CONF
 * conf_parse_free - NULL is fine
 * conf_parse_fail - "ca.conf:LINE: what; what would be right" about p->line;
 * the first mistake is told.  Returns -1.
 */
int conf_parse(const char *home, struct conf_parse **out, struct err *e);
void conf_parse_free(struct conf_parse *p);
int conf_parse_fail(struct conf_parse *p, const char *what, const char *right);

/* a profile of which ca.conf says nothing */
extern const struct profile conf_default_profile;

/* conf_find_endpoint, conf_find_profile, conf_find_trust - by name; NULL */
const struct endpoint *conf_find_endpoint(
    const struct conf_parse *p, const char *name);
const struct profile *conf_find_profile(
    const struct conf_parse *p, const char *name);
const struct trust *conf_find_trust(
    const struct conf_parse *p, const char *name);

/* conf_check - settings that are right each for itself, but not together */
void conf_check(struct conf_parse *p);

#endif
