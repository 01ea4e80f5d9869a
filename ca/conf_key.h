/*
 * conf_key.h - the keys of ca.conf: their names, sections and right values.
 */
#ifndef CONF_KEY_H
#define CONF_KEY_H

#include "conf.h"

enum conf_section { IN_NOTHING, IN_CA, IN_ENDPOINT, IN_PROFILE };

enum { CONF_KEYS_MAX = 32 }; /* a bit each, in the parser's `seen` */

/* Where values go. */
struct conf_target {
	struct conf conf;	   /* all but its endpoint */
	struct endpoint *endpoint; /* in IN_ENDPOINT */
	bool legacy, obsolete;	   /* of that endpoint */
};

/* conf_key_find - a number below CONF_KEYS_MAX, or -1: no such key */
int conf_key_find(enum conf_section in, const char *name);

/* conf_key_set - -1 if the value is wrong; conf_key_right says what is right */
int conf_key_set(int key, struct conf_target *t, const char *value);
const char *conf_key_right(int key);

/* conf_key_list - "known are …", the keys of a section */
void conf_key_list(enum conf_section in, char *out, size_t size);

#endif
