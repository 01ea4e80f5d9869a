/*
 * scene.h - what most tests of pki_operation stand in: one CA, one device, one
 * challenge.
 */
#ifndef SCENE_H
#define SCENE_H

#include "client.h"

#define NAME "CN=r1.example.com,O=Test"

extern struct ca_home h;
extern struct client c;
extern char challenge[CHALLENGE_TEXT_SIZE + 1];

/* begin - set the scene; `conf` is appended to ca.conf.  end - clear it */
void begin(enum ca_kind kind, const char *conf);
void end(void);

/* granted - it must be a SUCCESS */
void granted(const struct result *r);

/* open_reply - the reply once more, by hand; release m */
void open_reply(const struct result *r, struct scep_msg *m);

#endif
