/*
 * A message is walked once, depth first.  Every element is copied as it came;
 * when one closes in which something had to change, its header is written anew
 * and its contents are moved to fit.  A byte is moved at most once a level, so
 * the work is bounded by depth times length, and recursion by the depth limit.
 */
#include "ber.h"

#include <string.h>

enum { CONSTRUCTED = 0x20 };

struct header {
	uint8_t tag;
	bool indefinite;
	size_t len;   /* of the contents, if definite */
	size_t bytes; /* of the header itself */
};

struct walk {
	struct buf *out;
	const struct der_limits *lim;
	unsigned elements;
};

static int read_header(struct span in, struct header *h, struct err *e)
{
	size_t k;

	if (in.n < 2)
		return err_set(e, ERR_INPUT, "BER: element cut off");
	if ((in.p[0] & 0x1f) == 0x1f)
		return err_set(e, ERR_INPUT, "BER: long tag");
	*h = (struct header){ .tag = in.p[0], .len = in.p[1], .bytes = 2 };
	if (in.p[1] == 0x80) {
		if ((h->tag & CONSTRUCTED) == 0)
			return err_set(e, ERR_INPUT,
			    "BER: primitive of indefinite length");
		h->indefinite = true;
		h->len = in.n - 2; /* an upper bound */
		return 0;
	}
	if (in.p[1] > 0x80) {
		k = in.p[1] & 0x7f;
		if (k > 8 || k > in.n - 2)
			return err_set(e, ERR_INPUT, "BER: bad length form");
		for (h->len = 0; k > 0; k--) {
			if (h->len > UINT32_MAX >> 8)
				return err_set(
				    e, ERR_INPUT, "BER: huge length");
			h->len = h->len << 8 | in.p[h->bytes++];
		}
	}
	if (h->len > in.n - h->bytes)
		return err_set(e, ERR_INPUT, "BER: %zu > %zu left", h->len,
		    in.n - h->bytes);
	return 0;
}

/* Put tag and minimal length in front of what was written since `content`. */
static int rewrite_header(
    struct walk *w, uint8_t tag, size_t start, size_t content, struct err *e)
{
	uint8_t head[DER_HEADER_MAX], *at;
	size_t len = w->out->n - content, old = content - start;
	size_t n = der_header(tag, len, head);

	if (n > old && buf_grow(w->out, n - old, &at, e) != 0)
		return -1;
	memmove(w->out->p + start + n, w->out->p + content, len);
	memcpy(w->out->p + start, head, n);
	buf_cut(w->out, start + n + len);
	return 0;
}

/*
 * Copy the element at the front of *in and move past it.  With `joining` it is
 * a piece of an OCTET STRING, of which only the octets are copied.  *changed is
 * set if what was written is not what was read.
 */
static int copy_element(struct walk *w, struct span *in, unsigned depth,
    bool joining, bool *changed, struct err *e)
{
	struct header h = { 0 };
	struct span body;
	size_t start = w->out->n, content;
	bool is_string, inner = false;

	if (++w->elements > w->lim->elements)
		return err_set(
		    e, ERR_INPUT, "BER: over %u elements", w->lim->elements);
	if (depth >= w->lim->depth)
		return err_set(
		    e, ERR_INPUT, "BER: deeper than %u", w->lim->depth);
	if (read_header(*in, &h, e) != 0)
		return -1;
	body = (struct span){ in->p + h.bytes, h.len };
	is_string = h.tag == (DER_OCTET_STRING | CONSTRUCTED);
	if (joining && !is_string && h.tag != DER_OCTET_STRING)
		return err_set(e, ERR_INPUT,
		    "BER: tag 0x%02x inside an OCTET STRING", h.tag);
	if (!joining &&
	    buf_put(w->out, (struct span){ in->p, h.bytes }, e) != 0)
		return -1;
	content = w->out->n;

	if ((h.tag & CONSTRUCTED) == 0) {
		*in = (struct span){ body.p + body.n, in->n - h.bytes - h.len };
		return buf_put(w->out, body, e);
	}
	while (body.n > 0) {
		if (h.indefinite && body.n >= 2 && body.p[0] == 0 &&
		    body.p[1] == 0)
			break;
		if (copy_element(w, &body, depth + 1, is_string, &inner, e) !=
		    0)
			return -1;
	}
	if (h.indefinite) {
		if (body.n < 2)
			return err_set(
			    e, ERR_INPUT, "BER: end of contents missing");
		body = (struct span){ body.p + 2, body.n - 2 };
	}
	*in = (struct span){ body.p, (size_t)(in->p + in->n - body.p) };
	if (!inner && !h.indefinite && !is_string)
		return 0;
	*changed = true;
	if (joining)
		return 0;
	return rewrite_header(
	    w, is_string ? DER_OCTET_STRING : h.tag, start, content, e);
}

int ber_to_der(struct span in, const struct der_limits *lim, struct buf *out,
    struct err *e)
{
	struct walk w = { .out = out, .lim = lim };
	size_t before = out->n;
	bool changed = false;

	if (copy_element(&w, &in, 0, false, &changed, e) == 0)
		return 0;
	buf_cut(out, before);
	return -1;
}
