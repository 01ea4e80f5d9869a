#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cert.h"
#include "out.h"

/* RFC 3629, 4 */
uint32_t out_char(struct span *s)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	uint8_t first = s->p[0];
	uint32_t c = first;
	size_t more = 0, i;

	if (first >= 0xf0 && first < 0xf5) {
		more = 3;
		c = first & 0x07;
	} else if (first >= 0xe0 && first < 0xf0) {
		more = 2;
		c = first & 0x0f;
	} else if (first >= 0xc0 && first < 0xe0) {
		more = 1;
		c = first & 0x1f;
	} else if (first >= 0x80) {
		goto bad;
	}
	if (more >= s->n)
		goto bad;
	for (i = 1; i <= more; i++) {
		if ((s->p[i] & 0xc0) != 0x80)
			goto bad;
		c = c << 6 | (s->p[i] & 0x3f);
	}
	if (c < least[more] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		goto bad;
	*s = (struct span){ s->p + more + 1, s->n - more - 1 };
	return c;
bad:
	*s = (struct span){ s->p + 1, s->n - 1 };
	return OUT_BAD_CHAR;
}

bool out_is_harmless(uint32_t c)
{
	static const struct {
		uint32_t from, to;
	} harmful[] = {
		{ 0x0000, 0x001f },
		{ 0x007f, 0x009f }, /* control */
		{ 0x00ad, 0x00ad },
		{ 0x034f, 0x034f }, /* invisible */
		{ 0x061c, 0x061c }, /* direction */
		{ 0x115f, 0x1160 },
		{ 0x17b4, 0x17b5 }, /* invisible */
		{ 0x180b, 0x180f },
		{ 0x200b, 0x200f }, /* both */
		{ 0x2028, 0x202e },
		{ 0x2060, 0x206f }, /* both */
		{ 0x3164, 0x3164 },
		{ 0xfe00, 0xfe0f }, /* invisible */
		{ 0xfeff, 0xfeff },
		{ 0xffa0, 0xffa0 },
		{ 0xfff0, 0xfffb },
		{ 0xe0000, 0xe0fff },
	};
	size_t i;

	for (i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
		if (c >= harmful[i].from && c <= harmful[i].to)
			return false;
	return c != OUT_BAD_CHAR;
}

size_t out_escape(FILE *f, struct span s)
{
	size_t width = 0;
	struct span from;
	uint32_t c;

	while (s.n > 0) {
		from = s;
		c = out_char(&s);
		if (out_is_harmless(c)) {
			fwrite(from.p, 1, from.n - s.n, f);
			width++;
		} else if (c == OUT_BAD_CHAR || c < 0x80) {
			width += (size_t)fprintf(f, "\\x%02X", from.p[0]);
		} else {
			width += (size_t)fprintf(f, "\\u{%04" PRIX32 "}", c);
		}
	}
	return width;
}

/* Without memory a tool has nothing to save, so no caller has to ask. */
static _Noreturn void no_memory(void)
{
	fputs("out of memory\n", stderr);
	exit(EXIT_BROKEN);
}

static void *must_malloc(size_t n)
{
	void *p = malloc(n);

	if (p == NULL)
		no_memory();
	return p;
}

void out_init(struct out *o, const char *program)
{
	json_set_alloc_funcs(must_malloc, free);
	*o = (struct out){ .program = program };
}

json_t *out_text(struct span s)
{
	json_t *text;
	size_t size = 0;
	char *bytes = NULL;
	struct span from;
	FILE *f = open_memstream(&bytes, &size);

	if (f == NULL)
		no_memory();
	while (s.n > 0) {
		from = s;
		if (out_char(&s) == OUT_BAD_CHAR)
			fprintf(f, "\\x%02X", from.p[0]);
		else
			fwrite(from.p, 1, from.n - s.n, f);
	}
	if (fclose(f) != 0)
		no_memory();
	text = json_stringn(bytes, size);
	free(bytes);
	return text;
}

json_t *out_name(struct span name)
{
	struct buf text = { 0 };
	struct err e;
	json_t *value;

	if (name_text(name, &text, &e) == 0)
		value = out_text(buf_span(&text));
	else
		value = out_text(span_str("(unreadable)"));
	buf_release(&text);
	return value;
}

json_t *out_time(int64_t t)
{
	char text[40];
	struct tm tm;
	time_t tt = (time_t)t;

	if (t == 0 || gmtime_r(&tt, &tm) == NULL ||
	    strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return json_null();
	return json_string(text);
}

json_t *out_hex(struct span s)
{
	struct buf digits = { 0 };
	json_t *value;

	if (hex_put(&digits, s, NULL) != 0)
		no_memory();
	value = json_stringn((const char *)digits.p, digits.n);
	buf_release(&digits);
	return value;
}

/* put_value - one value as text; returns its width */
static size_t put_value(const json_t *v)
{
	size_t i, width = 0;

	switch (v == NULL ? JSON_NULL : json_typeof(v)) {
	case JSON_STRING:
		if (json_string_length(v) == 0)
			break;
		return out_escape(stdout,
		    (struct span){ (const uint8_t *)json_string_value(v),
			json_string_length(v) });
	case JSON_INTEGER:
		return (size_t)printf(
		    "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	case JSON_TRUE:
		return (size_t)printf("yes");
	case JSON_FALSE:
		return (size_t)printf("no");
	case JSON_ARRAY:
		if (json_array_size(v) == 0)
			break;
		for (i = 0; i < json_array_size(v); i++) {
			if (i > 0)
				width += (size_t)printf(", ");
			width += put_value(json_array_get(v, i));
		}
		return width;
	default:
		break;
	}
	return (size_t)printf("-");
}

static void dump(const json_t *doc)
{
	json_dumpf(doc, stdout, JSON_INDENT(2) | JSON_ENSURE_ASCII);
	putchar('\n');
}

void out_json(struct out *o, json_t *doc)
{
	if (o->json)
		dump(doc);
	o->answered = true;
	json_decref(doc);
}

void out_section(const char *heading, const struct out_field *fields, size_t n,
    const json_t *part)
{
	size_t i, longest = 0;

	for (i = 0; i < n; i++)
		if (strlen(fields[i].title) > longest)
			longest = strlen(fields[i].title);
	if (heading != NULL)
		printf("%s\n", heading);
	for (i = 0; i < n; i++) {
		printf("%s%-*s  ", heading != NULL ? "  " : "", (int)longest,
		    fields[i].title);
		put_value(json_object_get(part, fields[i].key));
		putchar('\n');
	}
}

void out_fields(struct out *o, const char *heading,
    const struct out_field *fields, size_t n, json_t *doc)
{
	if (!o->json)
		out_section(heading, fields, n, doc);
	out_json(o, doc);
}

void out_list(
    struct out *o, const char *name, const struct out_field *fields, size_t n)
{
	size_t i;

	o->fields = fields;
	o->n_fields = n;
	o->n_rows = 0;
	o->in_list = o->answered = true;
	if (o->json) {
		printf("{\n  \"%s\": [", name);
		return;
	}
	for (i = 0; i < n; i++)
		printf("%-*s%s", fields[i].width, fields[i].title,
		    i + 1 < n ? "  " : "\n");
}

void out_row(struct out *o, json_t *row)
{
	const struct out_field *f = o->fields;
	size_t i, width;

	if (o->json) {
		printf("%s\n    ", o->n_rows > 0 ? "," : "");
		json_dumpf(row, stdout, JSON_ENSURE_ASCII);
	} else {
		for (i = 0; i < o->n_fields; i++, f++) {
			width = put_value(json_object_get(row, f->key));
			if (i + 1 == o->n_fields)
				break;
			for (; width < (size_t)f->width + 2; width++)
				putchar(' ');
			if (width > (size_t)f->width + 2)
				putchar(' ');
		}
		putchar('\n');
	}
	o->n_rows++;
	json_decref(row);
}

void out_list_end(struct out *o)
{
	if (o->json)
		printf("%s]\n}\n", o->n_rows > 0 ? "\n  " : "");
	o->in_list = false;
}

static void complain(const struct out *o, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));
static void complain(const struct out *o, const char *fmt, va_list ap)
{
	char text[1024];

	vsnprintf(text, sizeof(text), fmt, ap);
	fprintf(stderr, "%s: ", o->program);
	out_escape(stderr, span_str(text));
	fputc('\n', stderr);
}

void out_complain(const struct out *o, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(o, fmt, ap);
	va_end(ap);
}

/* error_document - so that a script with --json always has something to read */
static void error_document(struct out *o, const char *text)
{
	json_t *doc;

	if (!o->json)
		return;
	if (o->in_list) { /* cut short: the document still is one */
		printf("\n  ],\n  \"error\": ");
		doc = out_text(span_str(text));
		json_dumpf(doc, stdout, JSON_ENSURE_ASCII | JSON_ENCODE_ANY);
		printf("\n}\n");
		json_decref(doc);
		o->in_list = false;
	} else if (!o->answered) {
		doc = json_object();
		json_object_set_new(doc, "error", out_text(span_str(text)));
		out_json(o, doc);
	}
}

int out_error(struct out *o, const struct err *e)
{
	out_complain(o, "%s", e->text);
	error_document(o, e->text);
	switch (e->kind) {
	case ERR_INPUT:
	case ERR_ALG:
	case ERR_SIG:
	case ERR_NOT_FOUND:
		return EXIT_REFUSED;
	default:
		return EXIT_BROKEN;
	}
}

int out_usage(struct out *o, const char *fmt, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	out_complain(o, "%s", text);
	error_document(o, text);
	return EXIT_USAGE;
}
