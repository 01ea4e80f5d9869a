/*
 * rec_field.c - integers, octets and texts to and from a record's value.
 */
#include <string.h>

#include "rec_field.h"

static void put(struct rec_writer *w, const uint8_t *p, size_t n)
{
	if (w->wrong == NULL &&
	    buf_put(w->out, (struct span){ p, n }, NULL) != 0)
		w->wrong = "no room or no memory for it";
}

static void put_uint(struct rec_writer *w, uint64_t v, size_t n)
{
	uint8_t b[8];
	size_t i;

	for (i = n; i-- > 0; v >>= 8)
		b[i] = (uint8_t)v;
	put(w, b, n);
}

struct rec_writer rec_write(struct buf *out, uint8_t version)
{
	struct rec_writer w = { out, out->n, NULL };

	rec_write_u8(&w, version);
	return w;
}

void rec_write_u8(struct rec_writer *w, uint8_t v)
{
	put(w, &v, 1);
}

void rec_write_i32(struct rec_writer *w, int32_t v)
{
	put_uint(w, (uint32_t)v, 4);
}

void rec_write_i64(struct rec_writer *w, int64_t v)
{
	put_uint(w, (uint64_t)v, 8);
}

void rec_write_octets(struct rec_writer *w, const uint8_t *p, size_t n)
{
	put(w, p, n);
}

void rec_write_text(struct rec_writer *w, const char *text, size_t size)
{
	size_t n = strnlen(text, size);

	if (n == size || n > UINT8_MAX) {
		if (w->wrong == NULL)
			w->wrong = "text too long";
		return;
	}
	rec_write_u8(w, (uint8_t)n);
	put(w, (const uint8_t *)text, n);
}

void rec_write_span(struct rec_writer *w, struct span s)
{
	if (s.n > BUF_MAX && w->wrong == NULL)
		w->wrong = "value too long";
	put_uint(w, s.n, 4);
	put(w, s.p, s.n);
}

void rec_write_serial(struct rec_writer *w, const struct serial *s)
{
	if (s->n > SERIAL_MAX) {
		w->wrong = "serial number too long";
		return;
	}
	rec_write_u8(w, s->n);
	put(w, s->b, s->n);
}

int rec_write_end(struct rec_writer *w, const char *what, struct err *e)
{
	if (w->wrong == NULL)
		return 0;
	buf_cut(w->out, w->start);
	return err_set(e, ERR_INPUT, "%s: %s", what, w->wrong);
}

/* The next n octets; NULL, from then on too, if they are not there. */
static const uint8_t *take(struct rec_reader *r, size_t n)
{
	const uint8_t *p = r->left.p;

	if (r->wrong == NULL && n > r->left.n)
		r->wrong = "truncated";
	if (r->wrong != NULL)
		return NULL;
	r->left = (struct span){ p + n, r->left.n - n };
	return p;
}

static uint64_t take_uint(struct rec_reader *r, size_t n)
{
	const uint8_t *p = take(r, n);
	uint64_t v = 0;

	if (p == NULL)
		return 0;
	while (n-- > 0)
		v = v << 8 | *p++;
	return v;
}

struct rec_reader rec_read(struct span value, uint8_t version)
{
	struct rec_reader r = { value, NULL };
	uint8_t is = rec_read_u8(&r);

	rec_read_check(&r, is == version,
	    "version unknown: made by another release of this software?");
	return r;
}

uint8_t rec_read_u8(struct rec_reader *r)
{
	return (uint8_t)take_uint(r, 1);
}

int32_t rec_read_i32(struct rec_reader *r)
{
	return (int32_t)take_uint(r, 4);
}

int64_t rec_read_i64(struct rec_reader *r)
{
	return (int64_t)take_uint(r, 8);
}

void rec_read_octets(struct rec_reader *r, uint8_t *p, size_t n)
{
	const uint8_t *from = take(r, n);

	if (from != NULL)
		memcpy(p, from, n);
}

void rec_read_text(struct rec_reader *r, char *text, size_t size)
{
	size_t n = rec_read_u8(r);
	const uint8_t *from;

	rec_read_check(r, n < size, "text too long");
	if ((from = take(r, n)) == NULL)
		return;
	rec_read_check(r, memchr(from, '\0', n) == NULL, "NUL in a text");
	if (r->wrong != NULL)
		return;
	memcpy(text, from, n);
	text[n] = '\0';
}

struct span rec_read_span(struct rec_reader *r, size_t max)
{
	size_t n = (size_t)take_uint(r, 4);
	struct span s = { NULL, 0 };

	rec_read_check(r, n <= max, "value too long");
	if ((s.p = take(r, n)) != NULL)
		s.n = n;
	return s;
}

void rec_read_serial(struct rec_reader *r, struct serial *s)
{
	uint8_t n = rec_read_u8(r);

	rec_read_check(r, n <= SERIAL_MAX, "serial number too long");
	rec_read_octets(r, s->b, n);
	if (r->wrong == NULL)
		s->n = n;
}

void rec_read_check(struct rec_reader *r, bool good, const char *wrong)
{
	if (r->wrong == NULL && !good)
		r->wrong = wrong;
}

int rec_read_end(struct rec_reader *r, const char *what, struct err *e)
{
	rec_read_check(r, r->left.n == 0, "trailing octets");
	if (r->wrong == NULL)
		return 0;
	return err_set(e, ERR_STORE, "%s: %s", what, r->wrong);
}
