/* The subject that is asked for (security.md T-20). */
#include <string.h>

#include "name_type.h"
#include "dns_name.h"
#include "policy_part.h"

/* A name for many: none, or a * in the place of the first label of a host. */
static bool is_wildcard_ok(struct span text, const struct profile *p)
{
	bool star = false;

	for (size_t i = 0; i < text.n; i++)
		star = star || text.p[i] == '*';
	return !star ||
	    (p->wildcard && text.n > 2 && text.p[0] == '*' &&
		text.p[1] == '.' && dns_name_ok(text));
}

/*
 * One of subject_fixed, whose value is compared later: a renewal asks for the
 * whole name that the certificate has.
 */
static bool is_fixed(const char *oid, const struct profile *p)
{
	struct buf fixed = { 0 };
	struct name_left left;
	struct name_attribute a;
	bool found = false;

	if (p->subject_fixed[0] == '\0' ||
	    name_parse(p->subject_fixed, &fixed, NULL) != 0)
		return false;
	for (name_begin(buf_span(&fixed), &left);
	     !found && name_next(&left, &a);)
		found = strcmp(a.oid, oid) == 0;
	buf_release(&fixed);
	return found;
}

bool policy_takes(const char *oid, const struct profile *p)
{
	return words_is(&p->subject_allowed, "any") ||
	    words_has(&p->subject_allowed, oid) || is_fixed(oid, p);
}

/* Likewise one of subject_derived. */
static bool is_derived(const char *oid, const struct profile *p)
{
	const char *at = p->subject_derived.text;
	size_t n = strlen(oid);
	char word[WORD_MAX];

	while (words_next(&at, word))
		if (strncmp(word, oid, n) == 0 && word[n] == ':')
			return true;
	return false;
}

static const char *type_name(const char *oid)
{
	const char *name = name_type_text(oid);

	return name != NULL ? name : oid;
}

/* One attribute of part `rdn`, which is well formed. */
static int judge_attribute(const struct name_attribute *a, unsigned rdn,
    const struct profile *p, struct buf *text, struct verdict *v, struct err *e)
{
	char value[SHOWN_SIZE];
	const char *wrong;

	buf_cut(text, 0);
	if (policy_text(a->tag, a->value, text, &wrong, e) != 0)
		return -1;
	if (wrong != NULL)
		refuse(v, REFUSE_SUBJECT, "part %u: the value of %s is %s", rdn,
		    type_name(a->oid), wrong);
	else if (!policy_takes(a->oid, p) && !is_derived(a->oid, p))
		refuse(v, REFUSE_SUBJECT,
		    "part %u: %s is not in subject_allowed of [profile %s]",
		    rdn, type_name(a->oid), p->name);
	else if (strcmp(a->oid, OID_COMMON_NAME) == 0 &&
	    !is_wildcard_ok(buf_span(text), p))
		refuse(v, REFUSE_SUBJECT,
		    p->wildcard
			? "part %u: CN %s: a * is the first label of a host "
			  "name, or not granted in [profile %s]"
			: "part %u: CN %s: wildcard is no in [profile %s]",
		    rdn, shown(buf_span(text), value), p->name);
	return 0;
}

/* One RelativeDistinguishedName, the contents of its SET. */
static int judge_rdn(struct span set, unsigned rdn, const struct profile *p,
    struct buf *text, struct verdict *v, struct err *e)
{
	struct span attr, oid;
	struct name_attribute a;

	if (set.n == 0)
		refuse(v, REFUSE_SUBJECT, "part %u is empty", rdn);
	while (set.n > 0 && v->why == REFUSE_NONE) {
		if (der_next(&set, DER_SEQUENCE, &attr, NULL) != 0)
			goto bad;
		oid = attr;
		if (oid_next(&oid, a.oid, NULL) != 0)
			a.oid[0] = '\0';
		if (der_next(&attr, DER_OID, &oid, NULL) != 0 || !is_oid(oid) ||
		    der_any(&attr, &a.tag, &a.value, NULL, NULL) != 0 ||
		    attr.n != 0)
			goto bad;
		if (judge_attribute(&a, rdn, p, text, v, e) != 0)
			return -1;
	}
	return 0;
bad:
	refuse(v, REFUSE_SUBJECT, "part %u is malformed", rdn);
	return 0;
}

static int judge_parts(struct span list, const struct profile *p,
    struct buf *text, struct verdict *v, struct err *e)
{
	struct span set;
	unsigned rdns = 0;

	while (list.n > 0 && v->why == REFUSE_NONE) {
		if (++rdns > POLICY_RDN_MAX)
			refuse(
			    v, REFUSE_SUBJECT, "over %d parts", POLICY_RDN_MAX);
		else if (der_next(&list, DER_SET, &set, NULL) != 0)
			refuse(v, REFUSE_SUBJECT, "part %u is no SET", rdns);
		else if (judge_rdn(set, rdns, p, text, v, e) != 0)
			return -1;
	}
	return 0;
}

int policy_subject(struct span subject, const struct profile *p,
    struct verdict *v, struct err *e)
{
	struct buf text = { 0 };
	struct span list;
	int rc = 0;

	if (subject.n > POLICY_SUBJECT_MAX)
		refuse(v, REFUSE_SUBJECT, "over %d bytes", POLICY_SUBJECT_MAX);
	else if (der_next(&subject, DER_SEQUENCE, &list, NULL) != 0 ||
	    subject.n != 0)
		refuse(v, REFUSE_SUBJECT, "not a Name");
	else
		rc = judge_parts(list, p, &text, v, e);
	buf_release(&text);
	return rc;
}
