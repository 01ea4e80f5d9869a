/*
 * What a profile adds to the subject that was asked for, and wants in it.
 *
 * The bytes that were asked for stay as they are, in their order.  What is
 * fixed goes behind them as RFC 4514 writes names, so in front of them in DER:
 * CN=r1 and O=Example,C=CH is CN=r1,O=Example,C=CH.  What is derived is of the
 * device itself, and goes to the other end.
 */
#include <arpa/inet.h>
#include <string.h>

#include "cert.h"
#include "name_type.h"
#include "policy_part.h"

static const char *type_name(const char *oid)
{
	const char *name = name_type_text(oid);

	return name != NULL ? name : oid;
}

static bool has_type(struct span name, const char *oid)
{
	struct name_left left;
	struct name_attribute a;

	for (name_begin(name, &left); name_next(&left, &a);)
		if (strcmp(a.oid, oid) == 0)
			return true;
	return false;
}

/* An RDN of one attribute, appended. */
static int put_rdn(struct buf *out, const char *oid, uint8_t tag,
    struct span value, struct err *e)
{
	struct buf attr = { 0 }, seq = { 0 };
	int rc = -1;

	if (oid_put(&attr, oid, e) == 0 && der_put(&attr, tag, value, e) == 0 &&
	    der_put(&seq, DER_SEQUENCE, buf_span(&attr), e) == 0)
		rc = der_put(out, DER_SET, buf_span(&seq), e);
	buf_release(&attr);
	buf_release(&seq);
	return rc;
}

static int same_value(const struct name_attribute *a,
    const struct name_attribute *b, bool *same, struct err *e)
{
	struct buf x = { 0 }, y = { 0 };
	const char *wrong;
	int rc = -1;

	*same = false;
	if (a->tag == b->tag && span_eq(a->value, b->value)) {
		*same = true;
		return 0;
	}
	if (policy_text(a->tag, a->value, &x, &wrong, e) == 0 &&
	    policy_text(b->tag, b->value, &y, &wrong, e) == 0) {
		*same = x.n > 0 && text_same(buf_span(&x), buf_span(&y));
		rc = 0;
	}
	buf_release(&x);
	buf_release(&y);
	return rc;
}

/*
 * Is there an attribute of `name` with the type of `a`?  *equal: one of them
 * has its value.  *other: one that has another.
 */
static int find_value(const struct name_attribute *a, struct span name,
    bool *equal, bool *other, struct err *e)
{
	struct name_left left;
	struct name_attribute b;
	bool same;

	*equal = *other = false;
	for (name_begin(name, &left); name_next(&left, &b);) {
		if (strcmp(a->oid, b.oid) != 0)
			continue;
		if (same_value(a, &b, &same, e) != 0)
			return -1;
		*equal = *equal || same;
		*other = *other || !same;
	}
	return 0;
}

/* No attribute of a fixed type may have another value than those. */
static int judge_fixed(struct span fixed, const struct profile *p,
    struct span asked, struct verdict *v, struct err *e)
{
	struct name_left left;
	struct name_attribute a;
	bool equal, other;

	for (name_begin(asked, &left); name_next(&left, &a);) {
		if (find_value(&a, fixed, &equal, &other, e) != 0)
			return -1;
		if (other && !equal)
			refuse(v, REFUSE_SUBJECT,
			    "%s is another than in subject_fixed of [profile "
			    "%s]",
			    type_name(a.oid), p->name);
	}
	return 0;
}

static int add_fixed(const struct profile *p, struct span asked,
    struct buf *front, struct verdict *v, struct err *e)
{
	struct buf fixed = { 0 };
	struct name_left left;
	struct name_attribute a;
	bool equal, other;
	int rc = 0;

	if (p->subject_fixed[0] == '\0')
		return 0;
	if (name_parse(p->subject_fixed, &fixed, e) != 0 ||
	    judge_fixed(buf_span(&fixed), p, asked, v, e) != 0)
		rc = -1;
	for (name_begin(buf_span(&fixed), &left);
	     rc == 0 && v->why == REFUSE_NONE && name_next(&left, &a);) {
		rc = find_value(&a, asked, &equal, &other, e);
		if (rc == 0 && !equal)
			rc = put_rdn(front, a.oid, a.tag, a.value, e);
	}
	buf_release(&fixed);
	return rc;
}

/* The first alternative name of this kind, as text; empty: there is none. */
static struct span name_of_kind(
    const struct grantable *g, const char *kind, char address[INET6_ADDRSTRLEN])
{
	struct span names = g->san, list = { 0 }, body, value;
	enum san_kind found;
	uint8_t tag;

	if (g->san.n == 0 || der_next(&names, DER_SEQUENCE, &list, NULL) != 0)
		return list;
	while (der_any(&list, &tag, &body, NULL, NULL) == 0) {
		if (!san_read(tag, body, &found, &value) ||
		    strcmp(san_kind_name(found), kind) != 0)
			continue;
		if (found != SAN_IP)
			return value;
		if (inet_ntop(value.n == 4 ? AF_INET : AF_INET6, value.p,
			address, INET6_ADDRSTRLEN) != NULL)
			return span_str(address);
	}
	return (struct span){ 0 };
}

/* The string type that name_parse would choose. */
static uint8_t tag_for(const char *oid, struct span text)
{
	struct name_type type;
	bool ascii = true;

	for (size_t i = 0; i < text.n; i++)
		ascii = ascii && text.p[i] < 0x80;
	if (ascii && name_type_find(span_str(oid), &type, NULL) == 0 &&
	    type.tag != 0)
		return type.tag;
	return is_printable_string(text) ? DER_PRINTABLE : DER_UTF8;
}

/* The subject anew, with RDNs in front of it and behind it. */
static int extend(
    struct grantable *g, struct span front, struct span back, struct err *e)
{
	struct span subject = g->subject, list = { 0 };
	struct buf all = { 0 }, name = { 0 };
	int rc = -1;

	if (front.n == 0 && back.n == 0)
		return 0;
	if (der_next(&subject, DER_SEQUENCE, &list, e) == 0 &&
	    buf_put(&all, front, e) == 0 && buf_put(&all, list, e) == 0 &&
	    buf_put(&all, back, e) == 0)
		rc = der_put(&name, DER_SEQUENCE, buf_span(&all), e);
	if (rc == 0) {
		buf_move(&g->made, &name);
		g->subject = buf_span(&g->made);
	}
	buf_release(&all);
	buf_release(&name);
	return rc;
}

/*
 * What would be derived for an attribute of the type: OID:KIND, one after the
 * other; the first that there is a name for stands.
 */
static struct span derive(const struct profile *p, const struct grantable *g,
    const char *oid, char address[INET6_ADDRSTRLEN])
{
	const char *at = p->subject_derived.text;
	struct span text = { 0 };
	size_t n = strlen(oid);
	char word[WORD_MAX];

	while (text.n == 0 && words_next(&at, word))
		if (strncmp(word, oid, n) == 0 && word[n] == ':')
			text = name_of_kind(g, word + n + 1, address);
	return text;
}

/*
 * A renewal asks for the whole name that the certificate has.  What a request
 * could not have of its own must be what is derived.
 */
static int judge_derived(const struct profile *p, const struct grantable *g,
    struct verdict *v, struct err *e)
{
	char address[INET6_ADDRSTRLEN];
	struct name_left left;
	struct name_attribute a;
	struct buf text = { 0 };
	const char *wrong;
	int rc = 0;

	for (name_begin(g->subject, &left); rc == 0 && name_next(&left, &a);) {
		if (policy_takes(a.oid, p))
			continue;
		buf_cut(&text, 0);
		rc = policy_text(a.tag, a.value, &text, &wrong, e);
		if (rc == 0 &&
		    !text_same(buf_span(&text), derive(p, g, a.oid, address)))
			refuse(v, REFUSE_SUBJECT,
			    "%s is not in subject_allowed of [profile %s], nor "
			    "what its subject_derived makes of the alternative "
			    "names",
			    type_name(a.oid), p->name);
	}
	buf_release(&text);
	return rc;
}

static int add_derived(
    const struct profile *p, struct grantable *g, struct err *e)
{
	const char *at = p->subject_derived.text;
	char oid[WORD_MAX], address[INET6_ADDRSTRLEN];
	struct buf rdn = { 0 };
	struct span text;
	char *colon;
	int rc = 0;

	while (rc == 0 && words_next(&at, oid)) {
		colon = strchr(oid, ':');
		if (colon == NULL)
			continue;
		*colon = '\0';
		text = derive(p, g, oid, address);
		if (text.n == 0 || has_type(g->subject, oid))
			continue;
		buf_cut(&rdn, 0);
		rc = put_rdn(&rdn, oid, tag_for(oid, text), text, e);
		if (rc == 0)
			rc = extend(g, (struct span){ 0 }, buf_span(&rdn), e);
	}
	buf_release(&rdn);
	return rc;
}

static void judge_whole(
    const struct profile *p, const struct grantable *g, struct verdict *v)
{
	const char *at = p->subject_required.text;
	struct span name = g->subject, list;
	char oid[WORD_MAX];

	while (words_next(&at, oid))
		if (!has_type(g->subject, oid))
			refuse(v, REFUSE_SUBJECT,
			    "no %s; subject_required of [profile %s] wants it",
			    type_name(oid), p->name);
	if (g->subject.n > POLICY_SUBJECT_MAX)
		refuse(v, REFUSE_SUBJECT,
		    "over %d bytes with what [profile %s] adds",
		    POLICY_SUBJECT_MAX, p->name);
	if (g->san.n == 0 && der_next(&name, DER_SEQUENCE, &list, NULL) == 0 &&
	    list.n == 0)
		refuse(v, REFUSE_SUBJECT,
		    "empty, and no subject alternative name (RFC 8894, 3.3.1)");
}

int policy_build(const struct profile *p, struct grantable *g,
    struct verdict *v, struct err *e)
{
	struct buf front = { 0 };
	int rc = judge_derived(p, g, v, e);

	if (rc == 0 && v->why == REFUSE_NONE)
		rc = add_fixed(p, g->subject, &front, v, e);

	if (rc == 0 && v->why == REFUSE_NONE) {
		rc = extend(g, buf_span(&front), (struct span){ 0 }, e);
		if (rc == 0)
			rc = add_derived(p, g, e);
		if (rc == 0)
			judge_whole(p, g, v);
	}
	buf_release(&front);
	return rc;
}
