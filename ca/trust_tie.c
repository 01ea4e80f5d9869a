#include "trust_tie.h"

#include <stdio.h>
#include <string.h>

#include "der.h"
#include "name_match.h"
#include "renewal.h"

static const uint8_t oid_cn[] = { 0x55, 0x04, 0x03 };
static const uint8_t oid_serial[] = { 0x55, 0x04, 0x05 };
static const uint8_t oid_unstructured[] = { 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d,
	0x01, 0x09, 0x02 };

/* Of a name: the type, and the value as text. */
struct attribute {
	struct span oid;
	struct buf text;
};

/* Walks through the attributes of a Name, in and out of RDNs. */
struct walk {
	struct span rdns, rdn;
	bool broken;
};

static struct walk walk_begin(struct span name)
{
	struct walk w = { .broken = false };

	w.broken =
	    name.n != 0 && der_next(&name, DER_SEQUENCE, &w.rdns, NULL) != 0;
	return w;
}

/*
 * The next one; false: there is none, or it cannot be read.  The text replaces
 * that of the one before.
 */
static bool walk_next(struct walk *w, struct attribute *a)
{
	struct span pair, value;
	uint8_t tag;

	buf_cut(&a->text, 0);
	if (!w->broken && w->rdn.n == 0 && w->rdns.n != 0 &&
	    (der_next(&w->rdns, DER_SET, &w->rdn, NULL) != 0 ||
		w->rdn.n == 0)) /* empty: what is behind must not hide */
		w->broken = true;
	if (w->broken || w->rdn.n == 0)
		return false;
	if (der_next(&w->rdn, DER_SEQUENCE, &pair, NULL) != 0 ||
	    der_next(&pair, DER_OID, &a->oid, NULL) != 0 ||
	    der_any(&pair, &tag, &value, NULL, NULL) != 0 || pair.n != 0 ||
	    der_text(tag, value, &a->text, NULL) != 0)
		w->broken = true;
	return !w->broken;
}

static bool is_type(const struct attribute *a, const uint8_t *oid, size_t n)
{
	return span_eq(a->oid, (struct span){ oid, n });
}

/* Does `name` have an attribute of this type and text? */
static bool name_has(struct span name, struct span oid, struct span text)
{
	struct walk w = walk_begin(name);
	struct attribute a = { .text = { 0 } };
	bool found = false;

	while (!found && walk_next(&w, &a))
		found = span_eq(a.oid, oid) && span_eq(buf_span(&a.text), text);
	buf_release(&a.text);
	return found;
}

struct span trust_serial_number(struct span value)
{
	static const char mark[] = "SN:";
	const size_t n = sizeof(mark) - 1;
	struct span left = value;

	for (; left.n >= n; left.p++, left.n--) {
		if (memcmp(left.p, mark, n) != 0 ||
		    (left.p != value.p && left.p[-1] != ' '))
			continue;
		left.p += n;
		left.n -= n;
		for (value = left, left.n = 0;
		     left.n < value.n && value.p[left.n] != ' ';)
			left.n++;
		return left;
	}
	return value;
}

/* The one serialNumber of a name, whole; empty: none, or several. */
static void find_serial(struct span name, struct buf *out)
{
	struct walk w = walk_begin(name);
	struct attribute a = { .text = { 0 } };
	unsigned n = 0;

	while (walk_next(&w, &a))
		if (is_type(&a, oid_serial, sizeof(oid_serial)) && n++ == 0)
			buf_move(out, &a.text);
	if (n != 1 || w.broken)
		buf_cut(out, 0);
	buf_release(&a.text);
}

static bool is_number(const struct attribute *a, struct span whole)
{
	struct span text = buf_span(&a->text);

	return span_eq(text, whole) ||
	    span_eq(text, trust_serial_number(whole));
}

/* May the attribute be in the subject?  *number: it is the serial number. */
static bool fits(const struct attribute *a, const struct cert_view *presented,
    struct span whole, struct span fixed, bool *number)
{
	struct span cn = { oid_cn, sizeof(oid_cn) };

	if (is_type(a, oid_serial, sizeof(oid_serial))) {
		*number = is_number(a, whole);
		return *number;
	}
	if (name_has(fixed, a->oid, buf_span(&a->text)))
		return true;
	if (is_type(a, oid_cn, sizeof(oid_cn)) ||
	    is_type(a, oid_unstructured, sizeof(oid_unstructured)))
		return is_number(a, whole) ||
		    name_has(presented->subject, cn, buf_span(&a->text));
	return name_has(presented->subject, a->oid, buf_span(&a->text));
}

/* The attribute as name_text shows it, for the log. */
static void say_attribute(const struct attribute *a, char *detail, size_t size)
{
	size_t n = a->text.n < 64 ? a->text.n : 64;

	snprintf(detail, size,
	    "\"%.*s\" is neither in the certificate that was presented nor its "
	    "serial number",
	    (int)n, (const char *)a->text.p);
}

static int by_serial(const struct cert_view *presented,
    const struct grantable *g, const char *fixed, bool *right, char *detail,
    size_t size, struct err *e)
{
	struct buf whole = { 0 }, fixed_name = { 0 };
	struct walk w = walk_begin(g->subject);
	struct attribute a = { .text = { 0 } };
	bool numbered = false;

	*right = false;
	if (fixed[0] != '\0' && name_parse(fixed, &fixed_name, e) != 0)
		return -1;
	find_serial(presented->subject, &whole);
	if (trust_serial_number(buf_span(&whole)).n == 0) {
		snprintf(detail, size,
		    "the certificate that was presented has not one "
		    "serialNumber");
		goto out;
	}
	while (walk_next(&w, &a))
		if (!fits(&a, presented, buf_span(&whole),
			buf_span(&fixed_name), &numbered)) {
			say_attribute(&a, detail, size);
			goto out;
		}
	*right = !w.broken && numbered && policy_san_follows(g, g->subject);
	if (w.broken)
		snprintf(detail, size, "the subject cannot be read");
	else if (!numbered)
		snprintf(detail, size,
		    "the subject has no serialNumber, which would have to be "
		    "that of the certificate that was presented");
	else if (!*right)
		snprintf(detail, size,
		    "an alternative name that is no common name, too");
out:
	buf_release(&a.text);
	buf_release(&whole);
	buf_release(&fixed_name);
	return 0;
}

/* What the profile has put behind the name that was asked for is the CA's own. */
static int by_subject(const struct cert_view *presented, struct span asked,
    const struct grantable *g, bool *right, char *detail, size_t size,
    struct err *e)
{
	struct span had = { 0 };

	if (name_same(asked, presented->subject, right, e) != 0)
		return -1;
	if (!*right) {
		snprintf(detail, size,
		    "another subject than that of the certificate that was "
		    "presented");
		return 0;
	}
	if (g->san.n == 0)
		return 0;
	(void)cert_extension(
	    presented->extensions, "2.5.29.17", &had, NULL, NULL);
	*right = had.n != 0 && renewal_names_within(g->san, had);
	if (!*right)
		snprintf(detail, size,
		    "an alternative name that the certificate that was "
		    "presented has not");
	return 0;
}

int trust_tied(enum trust_tie tie, const struct cert_view *presented,
    struct span asked, const struct grantable *g, const char *fixed,
    bool *right, char *detail, size_t size, struct err *e)
{
	return tie == TIE_SUBJECT
	    ? by_subject(presented, asked, g, right, detail, size, e)
	    : by_serial(presented, g, fixed, right, detail, size, e);
}
