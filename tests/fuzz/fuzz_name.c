/*
 * Names: any bytes as text, any text as a name; and what is printed of a name
 * that was read can be read again, and is printed the same, unless a value in
 * it was given as #hex and is no string that GnuTLS prints.
 */
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "fuzz.h"

static void print(struct span name, struct buf *text)
{
	MUST(name_text(name, text, NULL) == 0);
	for (size_t i = 0; i < text->n; i++)
		MUST(text->p[i] >= 0x20 && text->p[i] != 0x7f);
}

static int parse(struct span text, struct buf *name)
{
	char *copy = malloc(text.n + 1);
	int rc;

	MUST(copy != NULL);
	if (text.n != 0)
		memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	rc = name_parse(copy, name, NULL);
	free(copy);
	return rc;
}

static void there_and_back(struct span in)
{
	struct buf name = { 0 }, text = { 0 }, again = { 0 }, same = { 0 };

	if (parse(in, &name) == 0) {
		MUST(der_check(buf_span(&name), &der_limits, NULL) == 0);
		print(buf_span(&name), &text);
		if (memchr(in.p, '#', in.n) == NULL) {
			MUST(parse(buf_span(&text), &again) == 0);
			print(buf_span(&again), &same);
			MUST(span_eq(buf_span(&text), buf_span(&same)));
		}
	} else {
		MUST(name.n == 0);
	}
	buf_release(&name);
	buf_release(&text);
	buf_release(&again);
	buf_release(&same);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct buf text = { 0 };

	print(in, &text);
	buf_release(&text);
	there_and_back(in);
	return 0;
}
