/*
 * conf.h - ca.conf: what the operator decided (INI, read with inih).
 *
 * Every key has a default; an unknown section, key or value is an error with
 * its line number, so that a typing mistake never opens or closes a door
 * unseen.
 */
#ifndef CONF_H
#define CONF_H

#include "alg.h"

/*
 * Which certificates go with an issued one (field-notes.md, decision 3): none
 * other, those of the CA but for a root, those of the CA.
 */
enum reply_chain { CHAIN_NONE, CHAIN_CHAIN, CHAIN_FULL };

/*
 * [endpoint NAME]: what one URL does.
 *
 *	legacy = yes	   SHA-1 and triple DES are taken
 *	obsolete = no	   MD5 and single DES too; needs legacy = yes
 *	reply_chain = none
 *	time_window = 0	   how far signingTime may be off; 0: any time
 */
struct endpoint {
	char name[64];
	struct alg_policy algs;
	enum reply_chain reply_chain;
	int64_t time_window; /* seconds */
};

/*
 * [profile default]: what goes into a certificate.
 *
 *	days = 365
 *	backdate = 10m	   for devices whose clock is slow
 *	rsa_min = 2048	   bits of a key that is certified, 1024 to 4096
 *	rsa_max = 4096
 *	san = yes	   grant the alternative names that are asked for;
 *			   no: refuse a request for any
 */
struct profile {
	int64_t lifetime, backdate; /* seconds */
	unsigned rsa_min, rsa_max;
	bool san;
};

struct conf {
	char url[256]; /* [ca] url = http://…: base URL; empty: not given */
	struct endpoint endpoint; /* the one chosen */
	struct profile profile;
};

/*
 * conf_load - read HOME/ca.conf for the endpoint `endpoint` (NULL or empty:
 * "default"; that one need not stand in the file, another must).
 * ERR_CONF: "ca.conf:LINE: what is wrong; what would be right".
 */
int conf_load(
    const char *home, const char *endpoint, struct conf *c, struct err *e);

/*
 * conf_each_endpoint - call fn for every endpoint of the file, "default" first;
 * a return of -1 stops.  For checks over all of them.
 */
int conf_each_endpoint(const char *home,
    int (*fn)(const struct conf *c, void *arg), void *arg, struct err *e);

/* parse_duration - "10m", "12h", "365d", plain seconds; ERR_INPUT */
int parse_duration(const char *text, int64_t *seconds, struct err *e);

#endif
