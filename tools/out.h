/*
 * out.h - what a command answers: text in columns for people, one JSON document
 * with --json for scripts.  A command states its result as JSON values; the
 * text is a view of them.
 *
 * Whatever a stranger may have chosen (names, addresses, identifiers) is
 * escaped on the way out, so that it can neither move a cursor nor turn a line
 * around (security.md T-48).
 */
#ifndef OUT_H
#define OUT_H

#include <jansson.h>
#include <stdio.h>

#include "buf.h"

/* Exit codes, which scripts depend on. */
enum exit_code {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* refused, or not found */
	EXIT_USAGE = 2,
	EXIT_BROKEN = 3, /* the environment: files, store, memory */
};

/* One value of a result: its JSON key, its name for people. */
struct out_field {
	const char *key;
	const char *title;
	int width; /* of a column, at least; 0: as it comes (the last one) */
};

struct out {
	const char *program; /* for complaints */
	bool json;
	const struct out_field *fields; /* of the list in progress */
	size_t n_fields;
	size_t n_rows;
	bool in_list;
	bool answered; /* a document is written */
};

/* out_init - to be called before anything else here */
void out_init(struct out *o, const char *program);

/*
 * out_text - a JSON string of `s`; bytes that are not UTF-8 become \xNN.
 * out_name - the RFC 4514 text of a Name, DER.
 * out_time - a time as ISO 8601 in UTC, to the second; null for 0.
 * out_hex - lower-case hex digits.
 * None of them fails for want of memory: that ends the program.
 */
json_t *out_text(struct span s);
json_t *out_name(struct span name);
json_t *out_time(int64_t t);
json_t *out_hex(struct span s);

/*
 * out_escape - write `s` to `f` as one harmless piece of a line: control,
 * direction and invisible characters and bytes that are not UTF-8 as \xNN or
 * \u{NNNN}.  Returns the number of characters written.
 */
size_t out_escape(FILE *f, struct span s);

/*
 * out_char - take the first character of `s`, which is not empty; OUT_BAD_CHAR
 * and one byte if that does not begin well-formed UTF-8.
 * out_is_harmless - does the character show, and nothing else?
 */
#define OUT_BAD_CHAR UINT32_MAX
uint32_t out_char(struct span *s);
bool out_is_harmless(uint32_t c);

/*
 * out_fields - with --json: write `doc`, whole.  Otherwise: the values of `doc`
 * that `fields` names, a line each, behind a line `heading` if there is one.
 * out_json - the same without a text: the caller has written it himself.
 * Both take `doc`.
 */
void out_fields(struct out *o, const char *heading,
    const struct out_field *fields, size_t n, json_t *doc);
void out_json(struct out *o, json_t *doc);

/*
 * out_section - the text part of out_fields, for a part of a document; borrows
 */
void out_section(const char *heading, const struct out_field *fields, size_t n,
    const json_t *part);

/*
 * A list of any length, written as it goes: {"name": [row, row …]} or columns.
 * out_row takes `row`.
 */
void out_list(
    struct out *o, const char *name, const struct out_field *fields, size_t n);
void out_row(struct out *o, json_t *row);
void out_list_end(struct out *o);

/*
 * out_complain - one line on standard error, "program: text", escaped.
 * out_error - the same for an error, and with --json a document {"error": text}
 * unless a result has been written; returns the exit code that `e` calls for.
 * out_usage - the same for a mistake on the command line; returns EXIT_USAGE.
 */
void out_complain(const struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
int out_error(struct out *o, const struct err *e);
int out_usage(struct out *o, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
