#include "name_match.h"

#include <stdlib.h>
#include <string.h>

#include "pattern.h"
#include "policy.h"

static void fold(uint8_t *p, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] |= 0x20;
}

static size_t without_blanks(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == ' ')
		n--;
	return n;
}

/*
 * RFC 5280, 7.1: blanks at the ends of a value tell nothing, and many in it no
 * more than one.  In the text the first and the last of a value are escaped.
 */
static void squeeze(struct buf *text)
{
	uint8_t *p = text->p;
	size_t to = 0;

	for (size_t i = 0; i < text->n; i++) {
		if (p[i] == '\\' && i + 1 < text->n && p[i + 1] != ' ') {
			p[to++] = p[i++]; /* with what it escapes */
			p[to++] = p[i];
			continue;
		}
		if (p[i] == '\\')
			continue;
		if (p[i] == ' ' && to > 0 &&
		    (p[to - 1] == ' ' || p[to - 1] == '='))
			continue;
		if (p[i] == ',' || p[i] == '+')
			to = without_blanks(p, to);
		p[to++] = p[i];
	}
	buf_cut(text, without_blanks(p, to));
}

/*
 * The RFC 4514 text in lower case, without blanks that tell nothing; beyond
 * ASCII it is compared as it is.
 */
static int folded(struct span name, struct buf *text, struct err *e)
{
	if (name_text(name, text, e) != 0)
		return -1;
	squeeze(text);
	fold(text->p, text->n);
	return 0;
}

int name_same(struct span a, struct span b, bool *same, struct err *e)
{
	struct buf x = { 0 }, y = { 0 };
	int rc = -1;

	if (span_eq(a, b)) {
		*same = true;
		return 0;
	}
	if (folded(a, &x, e) == 0 && folded(b, &y, e) == 0) {
		*same = span_eq(buf_span(&x), buf_span(&y));
		rc = 0;
	}
	buf_release(&x);
	buf_release(&y);
	return rc;
}

int name_hash(struct span name, uint8_t hash[32], struct err *e)
{
	struct buf text = { 0 };
	int rc = folded(name, &text, e);

	if (rc == 0 && text.n == 0)
		memset(hash, 0, 32);
	else if (rc == 0)
		rc = sha256_of(buf_span(&text), hash, e);
	buf_release(&text);
	return rc;
}

static int by_octets(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	int rc = memcmp(x->p, y->p, x->n < y->n ? x->n : y->n);

	return rc != 0 ? rc : (x->n > y->n) - (x->n < y->n);
}

/* The elements in the GeneralNames `san`, folded there, each once, sorted. */
static int sort_names(
    struct buf *san, struct span *names, size_t *n, struct err *e)
{
	struct span in = buf_span(san), list, body, value;
	enum san_kind kind;
	uint8_t tag;
	size_t all = 0;

	if (der_next(&in, DER_SEQUENCE, &list, e) != 0)
		return -1;
	for (; list.n > 0; all++) {
		if (all == POLICY_SAN_MAX)
			return err_set(
			    e, ERR_INPUT, "over %d names", POLICY_SAN_MAX);
		if (der_any(&list, &tag, &body, &names[all], e) != 0)
			return -1;
		if (san_read(tag, body, &kind, &value) && kind != SAN_IP)
			fold(san->p + (value.p - san->p), value.n);
	}
	qsort(names, all, sizeof(*names), by_octets);
	for (size_t i = *n = 0; i < all; i++)
		if (*n == 0 || !span_eq(names[*n - 1], names[i]))
			names[(*n)++] = names[i];
	return 0;
}

/* No text of a name begins with NUL, so that of no subject is as this one. */
static int hash_names(struct span san, uint8_t hash[32], struct err *e)
{
	struct buf copy = { 0 }, all = { 0 };
	struct span names[POLICY_SAN_MAX];
	size_t n = 0;
	int rc = -1;

	if (buf_put(&copy, san, e) != 0 ||
	    sort_names(&copy, names, &n, e) != 0 ||
	    buf_put(&all, SPAN_LIT("\0san"), e) != 0)
		goto out;
	for (size_t i = 0; i < n; i++)
		if (buf_put(&all, names[i], e) != 0)
			goto out;
	rc = sha256_of(buf_span(&all), hash, e);
out:
	buf_release(&copy);
	buf_release(&all);
	return rc;
}

int name_hash_granted(
    struct span name, struct span san, uint8_t hash[32], struct err *e)
{
	struct buf text = { 0 };
	int rc = name_text(name, &text, e);

	if (rc == 0)
		rc = text.n == 0 && san.n > 0 ? hash_names(san, hash, e)
					      : name_hash(name, hash, e);
	buf_release(&text);
	return rc;
}
