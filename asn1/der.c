#include "der.h"

#include <stdlib.h>
#include <string.h>

const struct der_limits der_limits = { .depth = 16, .elements = 4000 };

/* The length octets at the front of *s, taken off it. */
static int read_length(struct span *s, bool minimal, size_t *len, struct err *e)
{
	size_t k, n = s->p[0];

	*s = (struct span){ s->p + 1, s->n - 1 };
	if (n >= 0x80) { /* long form: k octets follow */
		k = n & 0x7f;
		if (k == 0 || k > s->n || (minimal && (k > 4 || s->p[0] == 0)))
			return err_set(e, ERR_INPUT, "DER: bad length form");
		for (n = 0; k > 0; k--, s->p++, s->n--) {
			if (n > UINT32_MAX >> 8)
				return err_set(
				    e, ERR_INPUT, "DER: huge length");
			n = n << 8 | s->p[0];
		}
		if (minimal && n < 0x80)
			return err_set(e, ERR_INPUT, "DER: length not minimal");
	}
	if (n > s->n) /* never add: cannot overflow */
		return err_set(e, ERR_INPUT, "DER: %zu > %zu left", n, s->n);
	*len = n;
	return 0;
}

static int read_element(struct span *in, bool minimal, uint8_t *tag,
    struct span *body, struct span *whole, struct err *e)
{
	struct span s = *in;
	size_t len = 0;

	if (s.n < 2 || (s.p[0] & 0x1f) == 0x1f)
		return err_set(e, ERR_INPUT,
		    s.n < 2 ? "DER: element cut off" : "DER: long tag");
	s = (struct span){ s.p + 1, s.n - 1 };
	if (read_length(&s, minimal, &len, e) != 0)
		return -1;
	if (tag != NULL)
		*tag = in->p[0];
	if (body != NULL)
		*body = (struct span){ s.p, len };
	if (whole != NULL)
		*whole = (struct span){ in->p, (size_t)(s.p - in->p) + len };
	*in = (struct span){ s.p + len, s.n - len };
	return 0;
}

int der_any(struct span *in, uint8_t *tag, struct span *body,
    struct span *whole, struct err *e)
{
	return read_element(in, true, tag, body, whole, e);
}

int der_lax(struct span *in, uint8_t *tag, struct span *body,
    struct span *whole, struct err *e)
{
	return read_element(in, false, tag, body, whole, e);
}

int der_only(struct span der, uint8_t tag, struct span *body, struct err *e)
{
	struct span s;
	uint8_t t;

	if (der_lax(&der, &t, &s, NULL, e) != 0)
		return -1;
	if (t != tag || der.n != 0)
		return err_set(e, ERR_INPUT,
		    t != tag ? "DER: want tag 0x%02x"
			     : "DER: something behind the element 0x%02x",
		    tag);
	*body = s;
	return 0;
}

int der_next(struct span *in, uint8_t tag, struct span *body, struct err *e)
{
	if (in->n == 0 || in->p[0] != tag)
		return err_set(e, ERR_INPUT, "DER: want tag 0x%02x", tag);
	return der_any(in, NULL, body, NULL, e);
}

/*
 * One level of der_check on an explicit stack: open[] is what is left of each
 * element that is open.
 */
int der_check(struct span in, const struct der_limits *lim, struct err *e)
{
	struct span open[32], body;
	unsigned depth = 0, elements = 0;
	uint8_t tag;

	if (lim->depth > 32)
		return err_set(e, ERR_INPUT, "DER: depth limit over 32");
	open[0] = in;
	for (;;) {
		if (++elements > lim->elements)
			return err_set(e, ERR_INPUT, "DER: over %u elements",
			    lim->elements);
		if (der_any(&open[depth], &tag, &body, NULL, e) != 0)
			return -1;
		if (depth == 0 && open[0].n != 0)
			return err_set(e, ERR_INPUT, "DER: trailing bytes");
		if ((tag & 0x20) != 0) {
			if (++depth >= lim->depth)
				return err_set(e, ERR_INPUT,
				    "DER: deeper than %u", lim->depth);
			open[depth] = body;
		}
		while (depth > 0 && open[depth].n == 0)
			depth--;
		if (depth == 0)
			return 0;
	}
}

size_t der_header(uint8_t tag, size_t len, uint8_t head[DER_HEADER_MAX])
{
	size_t n = 2;

	head[0] = tag;
	if (len < 0x80) {
		head[1] = (uint8_t)len;
		return n;
	}
	for (size_t v = len; v != 0; v >>= 8)
		n++;
	head[1] = (uint8_t)(0x80 | (n - 2));
	for (size_t i = n; len != 0; len >>= 8)
		head[--i] = (uint8_t)len;
	return n;
}

size_t der_size(size_t len)
{
	uint8_t head[DER_HEADER_MAX];

	return der_header(0, len, head) + len;
}

int der_put_header(struct buf *out, uint8_t tag, size_t len, struct err *e)
{
	uint8_t head[DER_HEADER_MAX];
	size_t n = der_header(tag, len, head);

	return buf_put(out, (struct span){ head, n }, e);
}

int der_put(struct buf *out, uint8_t tag, struct span body, struct err *e)
{
	size_t before = out->n;

	if (der_put_header(out, tag, body.n, e) == 0 &&
	    buf_put(out, body, e) == 0)
		return 0;
	buf_cut(out, before);
	return -1;
}

/* No element is the beginning of another, so what is shorter need no padding. */
static int compare(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int d = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return d != 0 ? d : (x->n > y->n) - (x->n < y->n);
}

int der_put_set_of(struct buf *out, struct span items, struct err *e)
{
	struct span left = items, *list = NULL;
	size_t n = 0, before = out->n;
	int rc;

	while (left.n > 0) {
		if (der_any(&left, NULL, NULL, NULL, e) != 0)
			return -1;
		n++;
	}
	if (n > 0 && (list = calloc(n, sizeof(*list))) == NULL)
		return err_set(e, ERR_NOMEM, "SET OF %zu", n);
	left = items;
	for (size_t i = 0; i < n; i++)
		(void)der_any(&left, NULL, NULL, &list[i], NULL);
	if (n > 1)
		qsort(list, n, sizeof(*list), compare);
	rc = der_put_header(out, DER_SET, items.n, e);
	for (size_t i = 0; i < n && rc == 0; i++)
		rc = buf_put(out, list[i], e);
	if (rc != 0)
		buf_cut(out, before);
	free(list);
	return rc;
}
