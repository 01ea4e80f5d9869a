#include "buf.h"

#include <stdlib.h>
#include <string.h>

struct span span_str(const char *s)
{
	return (struct span){ (const uint8_t *)s, strlen(s) };
}

struct span buf_span(const struct buf *b)
{
	return (struct span){ b->p, b->n };
}

bool span_eq(struct span a, struct span b)
{
	return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool span_eq_ct(struct span a, struct span b)
{
	uint8_t diff = 0;

	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++)
		diff |= a.p[i] ^ b.p[i];
	return diff == 0;
}

int buf_reserve(struct buf *b, size_t n, struct err *e)
{
	size_t max = b->max != 0 ? b->max : BUF_MAX, cap;
	uint8_t *p;

	if (b->n > max || n > max - b->n)
		return err_set(e, ERR_INPUT, "more than %zu bytes", max);
	if (b->p == NULL || n > b->cap - b->n) {
		cap = b->cap * 2 > b->n + n ? b->cap * 2 : b->n + n;
		cap = cap < 64 ? 64 : cap;
		p = malloc(cap);
		if (p == NULL)
			return err_set(e, ERR_NOMEM, "no %zu bytes", cap);
		if (b->p != NULL) { /* not realloc: it leaves a copy behind */
			memcpy(p, b->p, b->n);
			explicit_bzero(b->p, b->cap);
			free(b->p);
		}
		b->p = p;
		b->cap = cap;
	}
	return 0;
}

int buf_grow(struct buf *b, size_t n, uint8_t **at, struct err *e)
{
	if (buf_reserve(b, n, e) != 0)
		return -1;
	memset(b->p + b->n, 0, n);
	*at = b->p + b->n;
	b->n += n;
	return 0;
}

int buf_put(struct buf *b, struct span s, struct err *e)
{
	if (s.n == 0)
		return 0;
	if (buf_reserve(b, s.n, e) != 0)
		return -1;
	memcpy(b->p + b->n, s.p, s.n);
	b->n += s.n;
	return 0;
}

void buf_cut(struct buf *b, size_t n)
{
	if (n >= b->n)
		return;
	explicit_bzero(b->p + n, b->n - n);
	b->n = n;
}

void buf_release(struct buf *b)
{
	if (b->p != NULL) {
		explicit_bzero(b->p, b->cap);
		free(b->p);
	}
	*b = (struct buf){ .max = b->max };
}

void buf_move(struct buf *to, struct buf *from)
{
	buf_release(to);
	*to = *from;
	*from = (struct buf){ .max = from->max };
}

int hex_put(struct buf *b, struct span s, struct err *e)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t *at;

	if (s.n == 0)
		return 0;
	if (s.n > BUF_MAX)
		return err_set(e, ERR_INPUT, "more than %d bytes", BUF_MAX);
	if (buf_grow(b, s.n * 2, &at, e) != 0)
		return -1;
	for (size_t i = 0; i < s.n; i++) {
		at[2 * i] = (uint8_t)digits[s.p[i] >> 4];
		at[2 * i + 1] = (uint8_t)digits[s.p[i] & 15];
	}
	return 0;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

int hex_get(struct buf *b, struct span text, struct err *e)
{
	uint8_t *at;

	for (size_t i = 0; i < text.n; i++)
		if (hex_digit(text.p[i]) < 0)
			return err_set(e, ERR_INPUT,
			    "character %zu is no hex digit", i + 1);
	if (text.n % 2 != 0)
		return err_set(e, ERR_INPUT, "odd number of hex digits");
	if (text.n == 0)
		return 0;
	if (buf_grow(b, text.n / 2, &at, e) != 0)
		return -1;
	for (size_t i = 0; i < text.n; i += 2)
		at[i / 2] = (uint8_t)(hex_digit(text.p[i]) << 4 |
		    hex_digit(text.p[i + 1]));
	return 0;
}
