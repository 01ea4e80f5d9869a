#include "log_field.h"

#include <stdio.h>
#include <string.h>

/* May stand inside quotes. */
static bool is_safe(uint8_t c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* Needs no quotes. */
static bool is_plain(uint8_t c)
{
	return is_safe(c) && c != ' ' && c != '=';
}

static bool is_key(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

static int put_escaped(struct buf *line, struct span value)
{
	char hex[5];
	struct span one;

	for (size_t i = 0; i < value.n; i++) {
		one = (struct span){ value.p + i, 1 };
		if (!is_safe(value.p[i])) {
			snprintf(hex, sizeof(hex), "\\x%02x", value.p[i]);
			one = span_str(hex);
		}
		if (buf_put(line, one, NULL) != 0)
			return -1;
	}
	return 0;
}

static void put_field(
    struct buf *line, const char *key, struct span value, bool was_cut)
{
	size_t before = line->n, plain = 0;
	const char *quote;

	while (plain < value.n && is_plain(value.p[plain]))
		plain++;
	quote = value.n != 0 && plain == value.n ? "" : "\"";
	if (buf_put(line, SPAN_LIT(" "), NULL) != 0 ||
	    buf_put(line, span_str(key), NULL) != 0 ||
	    buf_put(line, SPAN_LIT("="), NULL) != 0 ||
	    buf_put(line, span_str(quote), NULL) != 0 ||
	    put_escaped(line, value) != 0 ||
	    buf_put(line, span_str(quote), NULL) != 0 ||
	    buf_put(line, span_str(was_cut ? "..." : ""), NULL) != 0)
		buf_cut(line, before);
}

void log_field_put(struct buf *line, const char *key, struct span value)
{
	bool was_cut = value.n > LOG_VALUE_MAX;

	if (was_cut)
		value.n = LOG_VALUE_MAX;
	put_field(line, key, value, was_cut);
}

void log_field_text(struct buf *line, const char *key, const char *value)
{
	put_field(line, key, span_str(value), false);
}

/* Take one character off `s`, \xNN for one.  False: there is none of ours. */
static bool take_char(struct span *s, struct buf *one)
{
	if (s->n == 0)
		return false;
	if (is_safe(s->p[0])) {
		if (buf_put(one, (struct span){ s->p, 1 }, NULL) != 0)
			return false;
		*s = (struct span){ s->p + 1, s->n - 1 };
		return true;
	}
	if (s->n < 4 || s->p[0] != '\\' || s->p[1] != 'x' ||
	    hex_get(one, (struct span){ s->p + 2, 2 }, NULL) != 0)
		return false;
	*s = (struct span){ s->p + 4, s->n - 4 };
	return true;
}

static bool take_quoted(struct span *s, struct buf *value)
{
	*s = (struct span){ s->p + 1, s->n - 1 };
	while (s->n > 0 && s->p[0] != '"')
		if (!take_char(s, value))
			return false;
	if (s->n == 0)
		return false;
	*s = (struct span){ s->p + 1, s->n - 1 };
	return true;
}

static bool take_plain(struct span *s, struct buf *value)
{
	size_t n = 0;

	while (n < s->n && is_plain(s->p[n]))
		n++;
	if (n == 0 || buf_put(value, (struct span){ s->p, n }, NULL) != 0)
		return false;
	*s = (struct span){ s->p + n, s->n - n };
	return true;
}

static bool take_key(struct span *s, struct span *key)
{
	size_t n = 0;

	while (n < s->n && is_key(s->p[n]))
		n++;
	if (n == 0 || n == s->n || s->p[n] != '=')
		return false;
	*key = (struct span){ s->p, n };
	*s = (struct span){ s->p + n + 1, s->n - n - 1 };
	return true;
}

static bool ends_with_dots(const struct buf *b)
{
	return b->n >= 3 && memcmp(b->p + b->n - 3, "...", 3) == 0;
}

int log_field_next(struct span *line, struct span *key, struct buf *value,
    bool *was_cut, struct err *e)
{
	struct span s = *line, k;
	struct buf v = { 0 };
	bool cut = false, ok;

	while (s.n > 0 && s.p[0] == ' ')
		s = (struct span){ s.p + 1, s.n - 1 };
	if (s.n == 0)
		return err_set(e, ERR_NOT_FOUND, "the line ends");
	ok = take_key(&s, &k);
	if (ok && s.n > 0 && s.p[0] == '"') {
		ok = take_quoted(&s, &v);
		cut = ok && s.n >= 3 && memcmp(s.p, "...", 3) == 0;
		if (cut)
			s = (struct span){ s.p + 3, s.n - 3 };
	} else if (ok) {
		ok = take_plain(&s, &v);
		/* only what was too long can have been cut */
		cut = ok && v.n == LOG_VALUE_MAX + 3 && ends_with_dots(&v);
		if (cut)
			buf_cut(&v, LOG_VALUE_MAX);
	}
	if (!ok || (s.n > 0 && s.p[0] != ' ')) {
		buf_release(&v);
		return err_set(e, ERR_INPUT, "no key=value");
	}
	*line = s;
	*key = k;
	*was_cut = cut;
	buf_move(value, &v);
	return 0;
}
