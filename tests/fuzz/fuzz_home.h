/*
 * fuzz_home.h - a CA home for targets that need one: made when it is first
 * asked for, removed at exit.
 */
#ifndef FUZZ_HOME_H
#define FUZZ_HOME_H

#include "ca.h"
#include "fuzz.h"

/* fuzz_home - an empty directory, absolute path */
const char *fuzz_home(void);

/* fuzz_home_write - put a file there, without the care of home_create */
void fuzz_home_write(const char *name, struct span bytes);

/* fuzz_ca - a whole CA in it, with FUZZ_CA's key and FUZZ_CHALLENGE, open */
#define FUZZ_CHALLENGE "static-secret"
struct ca *fuzz_ca(void);

/* fuzz_ca_cert - append its certificate, which is the same every time */
void fuzz_ca_cert(struct buf *der);

#endif
