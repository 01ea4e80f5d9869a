/*
 * policy_part.h - the parts of policy_decide, one for each thing that is
 * judged.
 */
#ifndef POLICY_PART_H
#define POLICY_PART_H

#include "policy.h"

/* What has been decided so far.  The first refusal stands. */
struct verdict {
	enum refusal why;
	char *detail; /* for the client: no bytes of his unescaped */
	size_t size;
};

void refuse(struct verdict *v, enum refusal why, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Each judges its part; -1 is out of memory, not a refusal. */
int policy_subject(struct span subject, struct verdict *v, struct err *e);
int policy_san(struct span names, struct verdict *v, struct err *e);
int policy_extensions(const struct csr *csr, const struct profile *p,
    struct grantable *g, struct verdict *v, struct err *e);

/*
 * is_text - is the string of type `tag` well formed, without a NUL and, if
 * `strict`, without any control character?  *yes is the answer.
 */
int is_text(uint8_t tag, struct span s, bool strict, bool *yes, struct err *e);

#endif
