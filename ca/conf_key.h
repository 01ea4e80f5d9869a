/*
 * conf_key.h - the settings of ca.conf: their names, sections and right values.
 */
#ifndef CONF_KEY_H
#define CONF_KEY_H

#include "conf.h"

enum conf_section { IN_NOTHING, IN_CA, IN_ENDPOINT, IN_PROFILE, IN_TRUST };

enum { CONF_KEYS_MAX = 64 }; /* of a section: a bit each in `seen` */

/* Where values go. */
struct conf_target {
	struct conf conf;	   /* what [ca] says */
	struct endpoint *endpoint; /* of the section that is being read */
	bool legacy, obsolete;	   /* of that endpoint */
	struct profile *profile;
	struct trust *trust;
};

struct conf_key {
	const char *name;
	int (*set)(struct conf_target *t, const char *value); /* -1: wrong */
	const char *right; /* what would be right */
	bool many;	   /* may stand more than once, and adds up */
};

/* One table a section; each ends with an empty row. */
extern const struct conf_key conf_ca_keys[], conf_endpoint_keys[],
    conf_profile_keys[], conf_trust_keys[];

/* conf_key_find - its place in the table of the section, or -1 */
int conf_key_find(enum conf_section in, const char *name);
const struct conf_key *conf_key_at(enum conf_section in, int key);

/*
 * conf_key_list - "known are …", the settings of a section, as far as they fit
 */
void conf_key_list(enum conf_section in, char *out, size_t size);

/*
 * conf_set_preset - the settings of an endpoint that a kind of device needs;
 * -1: no such preset.
 * conf_presets - all of them, for the manual's test; ends with a NULL name.
 */
struct conf_preset {
	const char *name;
	struct {
		const char *key, *value;
	} settings[8]; /* ends with a NULL key, if it is not full */
};
extern const struct conf_preset conf_presets[];
int conf_set_preset(struct conf_target *t, const char *name);

/*
 * conf_is_name - may a section be called so: 1 to 63 letters, digits, - _ . ?
 */
bool conf_is_name(const char *name);

#endif
