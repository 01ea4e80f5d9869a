#include "query.h"

#include <ctype.h>
#include <string.h>

/* Cut `in` at the first `c`; what stands before it is returned. */
static struct span cut(struct span *in, char c)
{
	struct span head = *in;
	const uint8_t *at = in->n != 0 ? memchr(in->p, c, in->n) : NULL;

	if (at == NULL) {
		*in = (struct span){ NULL, 0 };
		return head;
	}
	head.n = (size_t)(at - in->p);
	in->p += head.n + 1;
	in->n -= head.n + 1;
	return head;
}

int query_split(struct span raw, struct query *u, struct err *e)
{
	struct query found = { 0 };
	struct span value, name;

	while (raw.n != 0) {
		value = cut(&raw, '&');
		name = cut(&value, '=');
		if (query_is(name, "operation")) {
			if (found.has_operation)
				return err_set(e, ERR_INPUT, "two operations");
			found.has_operation = true;
			found.operation = value;
		} else if (query_is(name, "message")) {
			if (found.has_message)
				return err_set(e, ERR_INPUT, "two messages");
			found.has_message = true;
			found.message = value;
		}
	}
	*u = found;
	return 0;
}

static int hex_value(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Take one character off `in`; -1 if what follows a '%' is not two digits. */
static int next_char(struct span *in)
{
	int high, low, c = in->p[0];
	size_t used = 1;

	if (c == '%') {
		if (in->n < 3)
			return -1;
		high = hex_value(in->p[1]);
		low = hex_value(in->p[2]);
		if (high < 0 || low < 0)
			return -1;
		c = high << 4 | low;
		used = 3;
	}
	in->p += used;
	in->n -= used;
	return c;
}

int query_decode(struct span raw, struct buf *out, struct err *e)
{
	size_t before = out->n, k = 0;
	uint8_t *at;
	int c;

	if (raw.n == 0)
		return 0;
	if (buf_grow(out, raw.n, &at, e) != 0)
		return -1;
	while (raw.n != 0) {
		c = next_char(&raw);
		if (c < 0) {
			buf_cut(out, before);
			return err_set(e, ERR_INPUT, "broken %%-escape");
		}
		at[k++] = (uint8_t)c;
	}
	buf_cut(out, before + k);
	return 0;
}

bool query_is(struct span raw, const char *word)
{
	int c;

	for (; raw.n != 0 && *word != '\0'; word++) {
		c = next_char(&raw);
		if (c < 0 || tolower(c) != tolower((unsigned char)*word))
			return false;
	}
	return raw.n == 0 && *word == '\0';
}

/*
 * '-' and '_' are the alphabet for URLs, which a client took for the one that
 * is meant; a ' ' was a '+' until something on the way read the query as a
 * form.
 */
static int base64_value(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+' || c == '-' || c == ' ')
		return 62;
	return c == '/' || c == '_' ? 63 : -1;
}

int base64_decode(struct span text, struct buf *out, struct err *e)
{
	size_t before = out->n, k = 0, digits = 0, padding = 0;
	uint32_t bits = 0;
	uint8_t *at;
	int value;

	if (buf_grow(out, text.n / 4 * 3 + 3, &at, e) != 0)
		return -1;
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] >= '\t' && text.p[i] <= '\r')
			continue; /* Cisco IOS and sscep fold at 64 */
		if (text.p[i] == '=') {
			padding++;
			continue;
		}
		value = base64_value(text.p[i]);
		if (value < 0 || padding != 0)
			goto malformed;
		bits = bits << 6 | (uint32_t)value;
		if (++digits % 4 == 0) {
			at[k++] = (uint8_t)(bits >> 16);
			at[k++] = (uint8_t)(bits >> 8);
			at[k++] = (uint8_t)bits;
			bits = 0;
		}
	}
	digits %= 4; /* two of them hold one byte more, three hold two */
	if (digits == 1 ||
	    (padding != 0 && (digits == 0 || digits + padding != 4)))
		goto malformed;
	if (digits == 2 || digits == 3) {
		bits <<= 6 * (4 - digits);
		if ((bits & (digits == 2 ? 0xffff : 0xff)) != 0)
			goto malformed; /* RFC 4648, 3.5 */
		at[k++] = (uint8_t)(bits >> 16);
		if (digits == 3)
			at[k++] = (uint8_t)(bits >> 8);
	}
	buf_cut(out, before + k);
	return 0;
malformed:
	buf_cut(out, before);
	return err_set(e, ERR_INPUT, "not base64");
}

int query_message(struct span raw, struct buf *der, struct err *e)
{
	struct buf text = { 0 }, again = { 0 };
	int rc = -1;

	if (query_decode(raw, &text, e) != 0)
		goto out;
	/* No '%' is in base64: one that is left was escaped twice. */
	if (text.n != 0 && memchr(text.p, '%', text.n) != NULL) {
		if (query_decode(buf_span(&text), &again, e) != 0)
			goto out;
		buf_move(&text, &again);
	}
	rc = base64_decode(buf_span(&text), der, e);
out:
	buf_release(&text);
	buf_release(&again);
	return rc;
}
