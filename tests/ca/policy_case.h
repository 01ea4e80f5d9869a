/*
 * policy_case.h - one request and what policy_decide says of it.
 */
#ifndef POLICY_CASE_H
#define POLICY_CASE_H

#include "ca_home.h"
#include "conf_parse.h"
#include "csr.h"

#define KU "2.5.29.15"
#define SAN "2.5.29.17"
#define BC "2.5.29.19"
#define EKU "2.5.29.37"

/* profile_read - [profile p] with these lines in it */
void profile_read(const char *settings, struct profile *p);

/* The name CN=r1 */
extern const struct span plain_name;

struct decision {
	struct buf der;
	struct csr csr;
	struct grantable g;
	enum refusal why;
	char detail[256];
};

/*
 * decide - a key of `kind` asks; `extensions` one behind the other, or empty;
 * digests as an endpoint has them
 */
void decide(const char *kind, struct span subject, struct span extensions,
    const struct profile *p, struct decision *d);
void decision_release(struct decision *d);

#endif
