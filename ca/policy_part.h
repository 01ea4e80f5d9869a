/*
 * policy_part.h - the parts of policy_decide, one for each thing that is
 * judged.
 */
#ifndef POLICY_PART_H
#define POLICY_PART_H

#include "policy.h"
#include "tree.h"

/* What has been decided so far.  The first refusal stands. */
struct verdict {
	enum refusal why;
	char *detail; /* for the client: no bytes of his unescaped */
	size_t size;
};

void refuse(struct verdict *v, enum refusal why, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Each judges its part; -1 is out of memory, not a refusal.
 *
 * policy_subject - the Name that is asked for
 * policy_san - GeneralNames, for one who is called `subject`
 * policy_extensions - all that is asked for, into g
 * policy_build - what the profile adds to the subject, and wants in it; g has
 * the names that are granted
 *
 * policy_takes - may the subject have attributes of this type, whatever their
 * value is as far as subject_allowed and subject_derived go?
 */
int policy_subject(struct span subject, const struct profile *p,
    struct verdict *v, struct err *e);
bool policy_takes(const char *oid, const struct profile *p);
int policy_san(struct span names, struct span subject, const struct profile *p,
    struct verdict *v, struct err *e);
int policy_extensions(const struct csr *csr, const struct profile *p,
    struct grantable *g, struct verdict *v, struct err *e);
int policy_build(const struct profile *p, struct grantable *g,
    struct verdict *v, struct err *e);

/*
 * name_begin, name_next - the attributes of a Name, one after the other; false
 * at its end, or where it is malformed.  An OID too long to be known is "".
 */
struct name_left {
	struct span list, set;
};
struct name_attribute {
	char oid[TREE_OID_MAX];
	uint8_t tag;
	struct span value;
};
void name_begin(struct span name, struct name_left *left);
bool name_next(struct name_left *left, struct name_attribute *a);

#define OID_COMMON_NAME "2.5.4.3"

/*
 * policy_text - append the value of a character string as UTF-8; *wrong says
 * why it must not be in a certificate (it is none, or has control, invisible or
 * direction characters in it), or is NULL.
 */
int policy_text(uint8_t tag, struct span s, struct buf *text,
    const char **wrong, struct err *e);

/* text_same - ASCII letters in either case (RFC 5280, 7.1) */
bool text_same(struct span a, struct span b);

/*
 * shown - a stranger's bytes as printable ASCII for a detail: what is none is
 * \xNN, what is too long is cut.
 */
enum { SHOWN_SIZE = 96 };
const char *shown(struct span s, char out[SHOWN_SIZE]);

#endif
