/*
 * Strings that strangers choose: what of them may be in a certificate, and how
 * they are shown (security.md T-20, T-24).
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "policy_part.h"

/* The next character of UTF-8 that der_text has found well formed. */
static uint32_t take_char(struct span *s)
{
	uint32_t c = s->p[0];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	if (n > 1)
		c &= 0x7fU >> n;
	for (size_t i = 1; i < n && i < s->n; i++)
		c = c << 6 | (s->p[i] & 0x3f);
	n = n < s->n ? n : s->n;
	*s = (struct span){ s->p + n, s->n - n };
	return c;
}

/*
 * Not seen, or turning what comes after them: two names would look the same,
 * or one like another.
 */
static bool is_hidden(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} hidden[] = {
		{ 0x00, 0x1f }, { 0x7f, 0x9f }, /* control */
		{ 0xad, 0xad }, { 0x34f, 0x34f }, { 0x600, 0x605 }, /* format */
		{ 0x61c, 0x61c }, /* direction */
		{ 0x6dd, 0x6dd }, { 0x70f, 0x70f },
		{ 0x115f, 0x1160 }, /* fillers */
		{ 0x17b4, 0x17b5 }, { 0x180b, 0x180f },
		{ 0x200b, 0x200f }, /* width of zero, direction */
		{ 0x2028, 0x202e }, /* separators, direction */
		{ 0x2060, 0x206f }, { 0x3164, 0x3164 },
		{ 0xd800, 0xf8ff }, /* surrogates, private use */
		{ 0xfe00, 0xfe0f }, /* variants */
		{ 0xfeff, 0xfeff }, { 0xffa0, 0xffa0 }, { 0xfff0, 0xffff },
		{ 0x1bca0, 0x1bca3 }, { 0x1d173, 0x1d17a },
		{ 0xe0000, 0x10ffff }, /* tags, private use */
	};

	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++)
		if (c >= hidden[i].from && c <= hidden[i].to)
			return true;
	return false;
}

int policy_text(uint8_t tag, struct span s, struct buf *text,
    const char **wrong, struct err *e)
{
	size_t before = text->n;
	struct err why = { 0 };
	struct span left;

	*wrong = NULL;
	if (der_text(tag, s, text, &why) != 0) {
		if (why.kind == ERR_NOMEM)
			return err_set(e, ERR_NOMEM, "text");
		*wrong = "no character string, or one with NUL";
		return 0;
	}
	if (text->n == before) {
		*wrong = "empty";
		return 0;
	}
	left = (struct span){ text->p + before, text->n - before };
	while (left.n > 0 && *wrong == NULL)
		if (is_hidden(take_char(&left)))
			*wrong = "a string with control, direction or "
				 "invisible characters";
	return 0;
}

bool text_same(struct span a, struct span b)
{
	return a.n == b.n &&
	    (a.n == 0 ||
		strncasecmp((const char *)a.p, (const char *)b.p, a.n) == 0);
}

const char *shown(struct span s, char out[SHOWN_SIZE])
{
	static const char more[] = "...";
	size_t n = 0;

	for (size_t i = 0; i < s.n; i++) {
		bool plain = s.p[i] >= ' ' && s.p[i] <= '~' && s.p[i] != '\\';
		size_t need = plain ? 1 : 4;

		if (n + need + sizeof(more) > SHOWN_SIZE) {
			memcpy(out + n, more, sizeof(more));
			return out;
		}
		if (plain)
			out[n] = (char)s.p[i];
		else
			snprintf(out + n, 5, "\\x%02x", s.p[i]);
		n += need;
	}
	out[n] = '\0';
	return out;
}
