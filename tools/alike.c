#include "alike.h"

#include <ctype.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "cert.h"
#include "out.h"

/* is_blank - does the character show as nothing but a distance? */
static bool is_blank(uint32_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r') || c == 0xa0 ||
	    c == 0x1680 || (c >= 0x2000 && c <= 0x200a) || c == 0x202f ||
	    c == 0x205f || c == 0x3000;
}

/*
 * lower - in the world's letters, if the C library knows them.  The locale is
 * made once, and lives as long as the program.
 */
static uint32_t lower(uint32_t c)
{
	static locale_t world;
	static bool tried;

	if (!tried) {
		world = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
		tried = true;
	}
	if (world != (locale_t)0)
		return (uint32_t)towlower_l((wint_t)c, world);
	return c < 0x80 ? (uint32_t)tolower((int)c) : c;
}

/*
 * unescape - take the escapes of RFC 4514 away, in place: a comma that is part
 * of a value looks like one that is not.
 */
static void unescape(struct buf *text)
{
	static const char digits[] = "0123456789abcdef";
	const char *high, *low;
	size_t from, to = 0;

	for (from = 0; from < text->n; from++, to++) {
		text->p[to] = text->p[from];
		if (text->p[from] != '\\' || from + 1 >= text->n)
			continue;
		text->p[to] = text->p[++from];
		if (from + 1 >= text->n)
			continue;
		high = memchr(digits, tolower(text->p[from]), 16);
		low = memchr(digits, tolower(text->p[from + 1]), 16);
		if (high != NULL && low != NULL) {
			text->p[to] =
			    (uint8_t)((high - digits) << 4 | (low - digits));
			from++;
		}
	}
	buf_cut(text, to);
}

/* put_look - the characters that the eye tells apart, four bytes each */
static int put_look(struct span text, struct buf *look, struct err *e)
{
	bool blank = false;
	uint32_t c;

	while (text.n > 0) {
		c = out_char(&text);
		if (is_blank(c)) {
			blank = true;
			continue;
		}
		if (c != OUT_BAD_CHAR && !out_is_harmless(c))
			continue;
		if (blank && look->n > 0 &&
		    buf_put(look, SPAN_LIT("\0\0\0 "), e) != 0)
			return -1;
		blank = false;
		c = lower(c);
		if (buf_put(look, (struct span){ (uint8_t *)&c, sizeof(c) },
			e) != 0)
			return -1;
	}
	return 0;
}

int look_of(struct span name, struct look *l, struct err *e)
{
	struct buf text = { 0 }, look = { 0 };
	uint8_t hash[32];
	int rc = -1;

	if (name_text(name, &text, e) == 0) {
		unescape(&text);
		if (put_look(buf_span(&text), &look, e) == 0 &&
		    sha256_of(buf_span(&look), hash, e) == 0) {
			memcpy(l->b, hash, sizeof(l->b));
			rc = 0;
		}
	}
	buf_release(&text);
	buf_release(&look);
	return rc;
}

static int compare(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct look));
}

bool look_same(const struct look *a, const struct look *b)
{
	return compare(a, b) == 0;
}

int looks_add(struct looks *s, const struct look *l, struct err *e)
{
	size_t max = s->max > 0 ? 2 * s->max : 64;
	struct look *more;

	if (s->n == s->max) {
		more = reallocarray(s->all, max, sizeof(*more));
		if (more == NULL)
			return err_set(e, ERR_NOMEM, "names of requests");
		s->all = more;
		s->max = max;
	}
	s->all[s->n++] = *l;
	s->sorted = false;
	return 0;
}

size_t looks_count(struct looks *s, const struct look *l)
{
	size_t low = 0, high = s->n, middle, n = 0;

	if (!s->sorted && s->n > 0)
		qsort(s->all, s->n, sizeof(*s->all), compare);
	s->sorted = true;
	while (low < high) { /* the first that is not before it */
		middle = low + (high - low) / 2;
		if (compare(&s->all[middle], l) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	while (low + n < s->n && look_same(&s->all[low + n], l))
		n++;
	return n;
}

void looks_release(struct looks *s)
{
	free(s->all);
	*s = (struct looks){ 0 };
}
