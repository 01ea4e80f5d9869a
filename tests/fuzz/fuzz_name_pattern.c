/*
 * What a challenge is bound to: a pattern, a NUL, and a Name or GeneralNames,
 * DER, which a stranger made.  The matcher agrees with a slow one that tries
 * every way; a pattern without a * matches names that are the same.
 */
#include <string.h>

#include "fuzz.h"
#include "name_match.h"
#include "name_pattern.h"

enum { SLOW_MAX = 64 };

/* row[j]: does so much of the pattern match the first j octets of the text? */
static bool slow_match(struct span pattern, struct span text)
{
	bool row[SLOW_MAX + 1] = { true }, next[SLOW_MAX + 1];

	if (text.n == 0 || memchr(text.p, '*', text.n) != NULL)
		return false;
	for (size_t i = 0; i < pattern.n; i++) {
		next[0] = false;
		for (size_t j = 1; j <= text.n; j++)
			next[j] = pattern.p[i] == '*'
			    ? row[j - 1] || next[j - 1]
			    : row[j - 1] && pattern.p[i] == text.p[j - 1];
		memcpy(row, next, sizeof(row));
	}
	return row[text.n];
}

static void check_match(const char *pattern, struct span text)
{
	struct span p = span_str(pattern);
	bool match = pattern_match(pattern, text);

	if (p.n <= SLOW_MAX && text.n <= SLOW_MAX)
		MUST(match == slow_match(p, text));
	if (match)
		MUST(pattern_match_folded(pattern, text));
	for (unsigned k = 0; k < SAN_KINDS; k++) {
		enum san_kind kind = (enum san_kind)k;

		if (san_pattern_check(kind, pattern, NULL) != 0)
			continue;
		if (san_pattern_match(kind, pattern, text) && kind != SAN_IP)
			MUST(pattern_match_folded(pattern, text));
		(void)san_pattern_match_text(kind, pattern, text);
	}
}

static void check_same(const char *pattern, struct span subject)
{
	struct buf name = { 0 };
	bool same;

	if (name_pattern_is_san(pattern) || strpbrk(pattern, "*+#") != NULL)
		return;
	MUST(name_parse(pattern, &name, NULL) == 0);
	MUST(name_same(buf_span(&name), subject, &same, NULL) == 0);
	MUST(same);
	buf_release(&name);
}

static void check_binding(const char *text, struct span der)
{
	struct buf normal = { 0 }, again = { 0 };
	struct err e;
	bool match;

	if (name_pattern_parse(text, &normal, &e) != 0) {
		MUST(e.kind == ERR_INPUT && normal.n == 0);
		buf_release(&normal);
		return;
	}
	MUST(normal.n > 0 && normal.n <= PATTERN_MAX);
	MUST(buf_put(&normal, SPAN_LIT("\0"), NULL) == 0);
	text = (const char *)normal.p;
	MUST(name_pattern_parse(text, &again, NULL) == 0);
	MUST(span_eq(span_str(text), buf_span(&again)));
	MUST(name_pattern_subject(text, der, &match, NULL) == 0);
	if (match)
		check_same(text, der);
	if (name_pattern_san(text, der))
		MUST(name_pattern_is_san(text));
	buf_release(&normal);
	buf_release(&again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size != 0 ? memchr(data, '\0', size) : NULL;
	struct span rest;

	if (nul == NULL)
		return 0;
	rest = (struct span){ nul + 1, size - (size_t)(nul + 1 - data) };
	check_match((const char *)data, rest);
	check_binding((const char *)data, rest);
	return 0;
}
