/*
 * lab_ca.h - a CA to test with, made in this process and gone with the test.
 */
#ifndef LAB_CA_H
#define LAB_CA_H

#include "ca.h"

struct lab_ca {
	char home[256]; /* a new directory below CGI_TMP */
	struct ca *ca;
};

/* lab_ca_make - `conf` is the text of ca.conf; lab_ca_drop removes it all */
void lab_ca_make(struct lab_ca *l, const char *conf);
void lab_ca_drop(struct lab_ca *l);

/* lab_ca_path - "home/name"; good until the next call */
const char *lab_ca_path(const struct lab_ca *l, const char *name);

/* lab_ca_challenge - a new challenge for `uses` uses; its value */
void lab_ca_challenge(struct lab_ca *l, int32_t uses, struct buf *value);

/*
 * lab_ca_certs - how many certificates are recorded, the CA's own left out.
 * Every record of the store is looked at on the way: none is damaged.
 */
size_t lab_ca_certs(struct lab_ca *l);

/* lab_ca_holds - do the bytes occur in any file of the home? */
bool lab_ca_holds(const struct lab_ca *l, struct span bytes);

#endif
