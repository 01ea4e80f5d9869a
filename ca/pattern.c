#include "pattern.h"

#include <string.h>

static void skip(struct span *s, size_t n)
{
	*s = (struct span){ s->p + n, s->n - n };
}

/* Take what is in front of the next * of a pattern, or all of it. */
static struct span take_literal(struct span *pattern)
{
	const uint8_t *star = memchr(pattern->p, '*', pattern->n);
	size_t n = star != NULL ? (size_t)(star - pattern->p) : pattern->n;
	struct span literal = { pattern->p, n };

	skip(pattern, n);
	return literal;
}

static bool begins_with(struct span text, struct span literal)
{
	return text.n >= literal.n &&
	    span_eq((struct span){ text.p, literal.n }, literal);
}

/*
 * The literals between the stars, each where it comes first: if there is any
 * way to match, that is one, so nothing has to be tried twice.
 */
static bool match(struct span pattern, struct span text)
{
	struct span literal = take_literal(&pattern);
	const uint8_t *at;

	if (text.n == 0 || memchr(text.p, '*', text.n) != NULL)
		return false;
	if (pattern.n == 0)
		return span_eq(literal, text);
	if (!begins_with(text, literal))
		return false;
	skip(&text, literal.n);
	for (;;) {
		skip(&pattern, 1); /* the *, which stands for something */
		if (text.n == 0)
			return false;
		skip(&text, 1);
		literal = take_literal(&pattern);
		if (pattern.n == 0)
			break;
		at = memmem(text.p, text.n, literal.p, literal.n);
		if (at == NULL)
			return false;
		skip(&text, (size_t)(at - text.p) + literal.n);
	}
	if (text.n < literal.n)
		return false;
	skip(&text, text.n - literal.n);
	return span_eq(text, literal);
}

static struct span fold(struct span s, uint8_t *out)
{
	for (size_t i = 0; i < s.n; i++)
		out[i] =
		    s.p[i] >= 'A' && s.p[i] <= 'Z' ? s.p[i] | 0x20 : s.p[i];
	return (struct span){ out, s.n };
}

static bool match_folded(struct span pattern, struct span text)
{
	uint8_t a[PATTERN_MAX], b[PATTERN_TEXT_MAX];

	return pattern.n <= sizeof(a) && text.n <= sizeof(b) &&
	    match(fold(pattern, a), fold(text, b));
}

bool pattern_match(const char *pattern, struct span text)
{
	struct span p = span_str(pattern);

	return p.n <= PATTERN_MAX && text.n <= PATTERN_TEXT_MAX &&
	    match(p, text);
}

bool pattern_match_folded(const char *pattern, struct span text)
{
	return match_folded(span_str(pattern), text);
}
