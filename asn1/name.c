/*
 * X.501 names as text (RFC 4514); back again: name_parse.c.
 *
 * Not by GnuTLS, which shows Cisco's unstructuredName and every T61String as
 * hex.
 */
#include <stdlib.h>

#include "cert.h"
#include "name_type.h"

/* Length of the UTF-8 sequence at the front of `s` if it must not be shown. */
static size_t unprintable(struct span s)
{
	if (s.p[0] < 0x20 || s.p[0] == 0x7f)
		return 1;
	if (s.n >= 2 && s.p[0] == 0xc2 && s.p[1] >= 0x80 && s.p[1] < 0xa0)
		return 2; /* C1 controls */
	if (s.n >= 3 && s.p[0] == 0xe2 && s.p[1] == 0x80 &&
	    (s.p[2] == 0x8e || s.p[2] == 0x8f ||     /* LRM, RLM */
		(s.p[2] >= 0xa8 && s.p[2] <= 0xae))) /* separators, bidi */
		return 3;
	if (s.n >= 3 && s.p[0] == 0xe2 && s.p[1] == 0x81 && s.p[2] >= 0xa6 &&
	    s.p[2] <= 0xa9) /* bidi isolates */
		return 3;
	return 0;
}

/* Must the first character of `left` be escaped?  (RFC 4514, 2.4) */
static bool is_special(struct span left, bool first)
{
	switch (left.p[0]) {
	case '"':
	case '+':
	case ',':
	case ';':
	case '<':
	case '>':
	case '\\':
		return true;
	case '#':
		return first;
	case ' ':
		return first || left.n == 1;
	default:
		return false;
	}
}

/* How many characters at the front of `s` stand for themselves. */
static size_t plain(struct span s, bool first)
{
	size_t n = 0;

	for (; n < s.n; n++, first = false) {
		struct span left = { s.p + n, s.n - n };

		if (unprintable(left) > 0 || is_special(left, first))
			break;
	}
	return n;
}

/* The characters of a value, escaped so that they can be shown and read. */
static int put_value(struct buf *text, struct span s, struct err *e)
{
	bool first = true;
	size_t n;

	for (; s.n > 0; first = false) {
		if ((n = plain(s, first)) > 0) {
			if (buf_put(text, (struct span){ s.p, n }, e) != 0)
				return -1;
		} else if ((n = unprintable(s)) > 0) {
			for (size_t i = 0; i < n; i++)
				if (buf_put(text, SPAN_LIT("\\"), e) != 0 ||
				    hex_put(text, (struct span){ s.p + i, 1 },
					e) != 0)
					return -1;
		} else {
			n = 1;
			if (buf_put(text, SPAN_LIT("\\"), e) != 0 ||
			    buf_put(text, (struct span){ s.p, n }, e) != 0)
				return -1;
		}
		s = (struct span){ s.p + n, s.n - n };
	}
	return 0;
}

/* TYPE=VALUE, or #hex for a value or a type that has no text. */
static int put_attribute(struct buf *text, struct span atv, struct err *e)
{
	char oid[TREE_OID_MAX];
	struct span list, element, left, body;
	struct buf value = { 0 };
	const char *type;
	uint8_t tag;
	int rc = -1;

	if (der_only(atv, DER_SEQUENCE, &list, e) != 0 ||
	    oid_next(&list, oid, e) != 0 ||
	    der_any(&list, NULL, NULL, &element, e) != 0)
		return -1;
	if (list.n != 0)
		return err_set(e, ERR_INPUT, "name: something behind a value");
	left = element;
	type = name_type_text(oid);
	if (buf_put(text, span_str(type != NULL ? type : oid), e) != 0 ||
	    buf_put(text, SPAN_LIT("="), e) != 0)
		goto out;
	if (type != NULL && der_any(&left, &tag, &body, NULL, NULL) == 0 &&
	    der_text(tag, body, &value, NULL) == 0)
		rc = put_value(text, buf_span(&value), e);
	else if (buf_put(text, SPAN_LIT("#"), e) == 0)
		rc = hex_put(text, element, e);
out:
	buf_release(&value);
	return rc;
}

/* An RDN: its attributes with + between. */
static int put_rdn(struct buf *text, struct span set, struct err *e)
{
	struct span atv;
	bool first = true;

	for (; set.n > 0; first = false)
		if ((!first && buf_put(text, SPAN_LIT("+"), e) != 0) ||
		    der_any(&set, NULL, NULL, &atv, e) != 0 ||
		    put_attribute(text, atv, e) != 0)
			return -1;
	return 0;
}

/* The RDNs of a Name, the last one first (RFC 4514, 2.1). */
static int put_rdns(struct buf *text, struct span name, struct err *e)
{
	struct span list, left, set, *rdns = NULL;
	size_t n = 0, i;
	int rc = 0;

	if (der_check(name, &der_limits, e) != 0 ||
	    der_next(&name, DER_SEQUENCE, &list, e) != 0)
		return -1;
	for (left = list; left.n > 0; n++)
		if (der_next(&left, DER_SET, &set, e) != 0)
			return -1;
	if (n > 0 && (rdns = calloc(n, sizeof(*rdns))) == NULL)
		return err_set(e, ERR_NOMEM, "name");
	for (i = 0; i < n && rc == 0; i++)
		rc = der_next(&list, DER_SET, &rdns[i], e);
	for (i = n; i > 0 && rc == 0; i--) {
		if (i < n)
			rc = buf_put(text, SPAN_LIT(","), e);
		if (rc == 0)
			rc = put_rdn(text, rdns[i - 1], e);
	}
	free(rdns);
	return rc;
}

int name_text(struct span name, struct buf *text, struct err *e)
{
	size_t before = text->n;
	struct err why;

	if (put_rdns(text, name, &why) == 0)
		return 0;
	buf_cut(text, before);
	if (why.kind == ERR_NOMEM)
		return err_set(e, ERR_NOMEM, "%s", why.text);
	/* no name that can be read: show what it is */
	if (buf_put(text, SPAN_LIT("#"), e) == 0 && hex_put(text, name, e) == 0)
		return 0;
	buf_cut(text, before);
	return -1;
}
