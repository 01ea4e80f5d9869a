/*
 * RFC 4514 text to a Name.  GnuTLS has such a parser, but it takes neither \XX
 * nor an RDN of two attributes, as the names of Cisco's devices have.
 *
 * The text names the last RDN first (RFC 4514, 2.1).
 */
#include <string.h>

#include "cert.h"
#include "name_type.h"

enum { RDNS_MAX = 32 };

static void skip(struct span *s, size_t n)
{
	*s = (struct span){ s->p + n, s->n - n };
}

static void skip_blanks(struct span *s)
{
	while (s->n > 0 && s->p[0] == ' ')
		skip(s, 1);
}

/* \XX is the octet, \c the character c (RFC 4514, 3). */
static int take_escape(struct span *s, struct buf *value, struct err *e)
{
	skip(s, 1);
	if (s->n >= 2 && hex_get(value, (struct span){ s->p, 2 }, NULL) == 0) {
		skip(s, 2);
		return 0;
	}
	if (s->n == 0 || memchr("\\\"+,;<> #=", s->p[0], 10) == NULL)
		return err_set(e, ERR_INPUT, "nothing to escape behind \\");
	if (buf_put(value, (struct span){ s->p, 1 }, e) != 0)
		return -1;
	skip(s, 1);
	return 0;
}

/* The characters of a value, up to the separator behind it. */
static int take_string(struct span *s, struct buf *value, struct err *e)
{
	size_t solid = 0; /* without the blanks at its end */

	while (s->n > 0 && s->p[0] != ',' && s->p[0] != '+') {
		if (s->p[0] == '\\') {
			if (take_escape(s, value, e) != 0)
				return -1;
			solid = value->n;
			continue;
		}
		if (memchr("\";<>", s->p[0], 4) != NULL)
			return err_set(
			    e, ERR_INPUT, "a %c needs a \\", s->p[0]);
		if (buf_put(value, (struct span){ s->p, 1 }, e) != 0)
			return -1;
		if (s->p[0] != ' ')
			solid = value->n;
		skip(s, 1);
	}
	buf_cut(value, solid);
	return 0;
}

static uint8_t string_tag(const struct name_type *t, struct span value)
{
	bool ascii = true;

	for (size_t i = 0; i < value.n; i++)
		ascii = ascii && value.p[i] < 0x80;
	if (ascii && t->tag != 0)
		return t->tag;
	return is_printable_string(value) ? DER_PRINTABLE : DER_UTF8;
}

/* #hex is the value as it is, one element of DER. */
static int take_hex(struct span *s, struct buf *element, struct err *e)
{
	size_t n = 0;

	skip(s, 1);
	while (n < s->n && s->p[n] != ',' && s->p[n] != '+' && s->p[n] != ' ')
		n++;
	if (hex_get(element, (struct span){ s->p, n }, e) != 0 ||
	    der_check(buf_span(element), &der_limits, e) != 0)
		return err_set(e, ERR_INPUT, "not the hex of a value");
	skip(s, n);
	skip_blanks(s);
	return 0;
}

static int take_value(struct span *s, const struct name_type *t,
    struct buf *element, struct err *e)
{
	struct buf value = { 0 }, text = { 0 };
	int rc = -1;

	if (s->n > 0 && s->p[0] == '#')
		return take_hex(s, element, e);
	if (take_string(s, &value, e) == 0) {
		if (value.n == 0)
			err_set(e, ERR_INPUT, "empty value");
		else if (der_text(DER_UTF8, buf_span(&value), &text, e) == 0)
			rc = der_put(element, string_tag(t, buf_span(&value)),
			    buf_span(&value), e);
	}
	buf_release(&text);
	buf_release(&value);
	return rc;
}

/* One AttributeTypeAndValue, appended to `set`. */
static int take_attribute(struct span *s, struct buf *set, struct err *e)
{
	const uint8_t *equals;
	struct buf element = { 0 }, atv = { 0 };
	struct name_type type;
	struct span name;
	int rc = -1;

	skip_blanks(s);
	equals = s->n > 0 ? memchr(s->p, '=', s->n) : NULL;
	if (equals == NULL)
		return err_set(e, ERR_INPUT, "no TYPE=VALUE");
	name = (struct span){ s->p, (size_t)(equals - s->p) };
	while (name.n > 0 && name.p[name.n - 1] == ' ')
		name.n--;
	if (name_type_find(name, &type, e) != 0)
		return -1;
	skip(s, (size_t)(equals - s->p) + 1);
	skip_blanks(s);
	if (take_value(s, &type, &element, e) == 0 &&
	    oid_put(&atv, type.oid, e) == 0 &&
	    buf_put(&atv, buf_span(&element), e) == 0)
		rc = der_put(set, DER_SEQUENCE, buf_span(&atv), e);
	buf_release(&atv);
	buf_release(&element);
	return rc;
}

/* One RDN; its attributes are a SET OF. */
static int take_rdn(struct span *s, struct buf *rdn, struct err *e)
{
	struct buf list = { 0 };
	int rc;

	do {
		rc = take_attribute(s, &list, e);
		if (rc != 0 || s->n == 0 || s->p[0] != '+')
			break;
		skip(s, 1);
	} while (rc == 0);
	if (rc == 0)
		rc = der_put_set_of(rdn, buf_span(&list), e);
	buf_release(&list);
	return rc;
}

int name_parse(const char *text, struct buf *name, struct err *e)
{
	struct span s = span_str(text);
	struct buf rdns[RDNS_MAX] = { 0 }, all = { 0 };
	struct err why = { 0 };
	size_t n = 0;
	int rc;

	do {
		if (n == RDNS_MAX)
			rc =
			    err_set(&why, ERR_INPUT, "over %d parts", RDNS_MAX);
		else
			rc = take_rdn(&s, &rdns[n++], &why);
		if (rc != 0 || s.n == 0)
			break;
		skip(&s, 1); /* the comma */
	} while (rc == 0);
	for (size_t i = n; rc == 0 && i > 0; i--)
		rc = buf_put(&all, buf_span(&rdns[i - 1]), &why);
	if (rc == 0)
		rc = der_put(name, DER_SEQUENCE, buf_span(&all), &why);
	if (rc != 0)
		err_set(e, why.kind == ERR_NOMEM ? ERR_NOMEM : ERR_INPUT,
		    "name, character %zu: %s; want RFC 4514 text like "
		    "CN=r1,O=Lab",
		    strlen(text) - s.n + 1, why.text);
	for (size_t i = 0; i < n; i++)
		buf_release(&rdns[i]);
	buf_release(&all);
	return rc;
}
