#include "name_pattern.h"

#include <string.h>

enum { NAME_BYTES_MAX = 8192 };

/* An AttributeTypeAndValue. */
struct attribute {
	struct span oid, value;
	uint8_t tag;
};

/* ---- DNs ---- */

static bool next_attribute(struct span *set, struct attribute *a)
{
	struct span atv;

	return der_next(set, DER_SEQUENCE, &atv, NULL) == 0 &&
	    der_next(&atv, DER_OID, &a->oid, NULL) == 0 &&
	    der_any(&atv, &a->tag, &a->value, NULL, NULL) == 0 && atv.n == 0;
}

/* Is there one of this type in the rest of an RDN?  The first. */
static bool find_type(struct span set, struct span oid, struct attribute *a)
{
	while (set.n > 0)
		if (!next_attribute(&set, a))
			return false;
		else if (span_eq(a->oid, oid))
			return true;
	return false;
}

static size_t count_attributes(struct span set)
{
	struct attribute a;
	size_t n = 0;

	while (set.n > 0 && next_attribute(&set, &a))
		n++;
	return n;
}

/* The control characters of ASCII and Latin-1, and those that turn lines. */
static bool is_control(struct span s)
{
	if (s.p[0] < 0x20 || s.p[0] == 0x7f)
		return true;
	if (s.n >= 2 && s.p[0] == 0xc2)
		return s.p[1] < 0xa0;
	if (s.n < 3 || s.p[0] != 0xe2)
		return false;
	return (s.p[1] == 0x80 &&
		   (s.p[2] == 0x8e || s.p[2] == 0x8f ||
		       (s.p[2] >= 0xa8 && s.p[2] <= 0xae))) ||
	    (s.p[1] == 0x81 && s.p[2] >= 0xa6 && s.p[2] <= 0xa9);
}

/* RFC 5280, 7.1 drops blanks at the ends: who sends them wants to confuse. */
static bool is_plain(struct span s)
{
	if (s.n == 0 || s.p[0] == ' ' || s.p[s.n - 1] == ' ')
		return false;
	for (; s.n > 0; s = (struct span){ s.p + 1, s.n - 1 })
		if (is_control(s))
			return false;
	return true;
}

/* The characters of a value; *is: it is a string that can be shown. */
static int text_of(
    const struct attribute *a, struct buf *text, bool *is, struct err *e)
{
	struct err why;

	buf_cut(text, 0);
	*is = der_text(a->tag, a->value, text, &why) == 0;
	if (!*is && why.kind == ERR_NOMEM)
		return err_set(e, ERR_NOMEM, "name");
	*is = *is && is_plain(buf_span(text));
	return 0;
}

/* Two texts that the values of one RDN after the other are read into. */
struct texts {
	struct buf want, have;
};

static int match_value(struct texts *t, const struct attribute *want,
    const struct attribute *have, bool *match, struct err *e)
{
	bool a, b;

	if (text_of(want, &t->want, &a, e) != 0 ||
	    text_of(have, &t->have, &b, e) != 0 ||
	    buf_put(&t->want, (struct span){ (const uint8_t *)"", 1 }, e) != 0)
		return -1;
	*match = a && b &&
	    pattern_match_folded((const char *)t->want.p, buf_span(&t->have));
	return 0;
}

/*
 * An RDN is a set.  No type is twice in one of a pattern, so if there are as
 * many attributes and each type is found, each of them has its own.
 */
static int match_rdn(struct texts *t, struct span want, struct span have,
    bool *match, struct err *e)
{
	struct attribute a, b;

	*match = count_attributes(want) == count_attributes(have);
	while (*match && want.n > 0) {
		*match =
		    next_attribute(&want, &a) && find_type(have, a.oid, &b);
		if (*match && match_value(t, &a, &b, match, e) != 0)
			return -1;
	}
	return 0;
}

static int match_name(
    struct span pattern, struct span subject, bool *match, struct err *e)
{
	struct span want, have, a, b;
	struct texts t = { .want = { 0 } };
	int rc = 0;

	*match = der_only(pattern, DER_SEQUENCE, &want, NULL) == 0 &&
	    der_only(subject, DER_SEQUENCE, &have, NULL) == 0;
	while (*match && rc == 0 && want.n > 0 && have.n > 0) {
		*match = der_next(&want, DER_SET, &a, NULL) == 0 &&
		    der_next(&have, DER_SET, &b, NULL) == 0;
		if (*match)
			rc = match_rdn(&t, a, b, match, e);
	}
	*match = *match && want.n == 0 && have.n == 0;
	buf_release(&t.want);
	buf_release(&t.have);
	return rc;
}

/* What a subject that nobody can have would be bound to. */
static const char *wrong_rdn(struct span set, struct buf *text)
{
	struct attribute a, b;
	bool ok;

	while (set.n > 0) {
		if (!next_attribute(&set, &a))
			return "a part that is not understood";
		if (find_type(set, a.oid, &b))
			return "one attribute twice in one part";
		if (text_of(&a, text, &ok, NULL) != 0 || !ok)
			return "a value that is empty, no text, or has blanks "
			       "at an end or control characters";
		if (memmem(text->p, text->n, "**", 2) != NULL)
			return "two * in a row: one will do";
	}
	return NULL;
}

/* A * that is escaped would be one of the name, which matches nothing. */
static bool has_escaped_star(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text == '\\') {
			if (text[1] == '2' && (text[2] | 0x20) == 'a')
				return true;
			if (text[1] != '\0')
				text++;
		}
	return false;
}

static int check_name(const char *text, struct span name, struct err *e)
{
	struct span list, set;
	struct buf value = { 0 };
	const char *wrong = NULL;

	if (has_escaped_star(text))
		wrong = "an escaped *, but a * in a name is never granted";
	else if (der_only(name, DER_SEQUENCE, &list, NULL) != 0 || list.n == 0)
		wrong = "no name at all";
	while (wrong == NULL && list.n > 0)
		wrong = der_next(&list, DER_SET, &set, NULL) == 0
		    ? wrong_rdn(set, &value)
		    : "a part that is not understood";
	buf_release(&value);
	return wrong == NULL ? 0 : err_set(e, ERR_INPUT, "name has %s", wrong);
}

/* ---- alternative names ---- */

/* What is behind KIND:, or NULL. */
static const char *san_part(const char *pattern, enum san_kind *kind)
{
	const char *name;
	size_t n;

	for (unsigned k = 0; k < SAN_KINDS; k++) {
		name = san_kind_name((enum san_kind)k);
		n = strlen(name);
		if (strncmp(pattern, name, n) == 0 && pattern[n] == ':') {
			*kind = (enum san_kind)k;
			return pattern + n + 1;
		}
	}
	return NULL;
}

bool name_pattern_is_san(const char *pattern)
{
	enum san_kind kind;

	return san_part(pattern, &kind) != NULL;
}

bool name_pattern_san(const char *pattern, struct span san)
{
	enum san_kind want, kind;
	const char *part = san_part(pattern, &want);
	struct span list, body, value;
	uint8_t tag;

	if (part == NULL || der_only(san, DER_SEQUENCE, &list, NULL) != 0 ||
	    list.n == 0)
		return false;
	while (list.n > 0)
		if (der_any(&list, &tag, &body, NULL, NULL) != 0 ||
		    !san_read(tag, body, &kind, &value) || kind != want ||
		    !san_pattern_match(kind, part, value))
			return false;
	return true;
}

/* Nothing but common names that match, or nothing. */
static int match_names(enum san_kind kind, const char *part,
    struct span subject, bool *match, struct err *e)
{
	static const uint8_t cn[] = { 0x55, 0x04, 0x03 };
	struct span list, set;
	struct buf text = { 0 };
	struct attribute a;
	int rc = 0;

	*match = der_only(subject, DER_SEQUENCE, &list, NULL) == 0;
	while (*match && rc == 0 && list.n > 0) {
		*match = der_next(&list, DER_SET, &set, NULL) == 0;
		while (*match && rc == 0 && set.n > 0) {
			*match = next_attribute(&set, &a) &&
			    span_eq(a.oid, (struct span){ cn, sizeof(cn) });
			if (*match)
				rc = text_of(&a, &text, match, e);
			*match = *match &&
			    san_pattern_match_text(kind, part, buf_span(&text));
		}
	}
	buf_release(&text);
	return rc;
}

/* ---- both ---- */

int name_pattern_subject(
    const char *pattern, struct span subject, bool *match, struct err *e)
{
	enum san_kind kind;
	const char *part = san_part(pattern, &kind);
	struct buf name = { 0 };
	int rc;

	*match = false;
	if (subject.n > NAME_BYTES_MAX)
		return 0;
	if (part != NULL)
		return match_names(kind, part, subject, match, e);
	rc = name_parse(pattern, &name, e);
	if (rc == 0)
		rc = match_name(buf_span(&name), subject, match, e);
	buf_release(&name);
	return rc;
}

int name_pattern_parse(const char *text, struct buf *pattern, struct err *e)
{
	size_t before = pattern->n;
	enum san_kind kind;
	const char *part = san_part(text, &kind);
	struct buf name = { 0 };
	int rc = -1;

	if (part != NULL) {
		if (san_pattern_check(kind, part, e) == 0)
			rc = buf_put(pattern, span_str(text), e);
	} else if (name_parse(text, &name, e) == 0 &&
	    check_name(text, buf_span(&name), e) == 0) {
		rc = name_text(buf_span(&name), pattern, e);
	}
	buf_release(&name);
	if (rc == 0 && pattern->n - before > PATTERN_MAX)
		rc = err_set(
		    e, ERR_INPUT, "a name of over %d characters", PATTERN_MAX);
	if (rc != 0)
		buf_cut(pattern, before);
	return rc;
}
