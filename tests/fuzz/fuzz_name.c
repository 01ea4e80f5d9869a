/* Names: any bytes as text, any text as a name. */
#include <stdlib.h>
#include <string.h>

#include "cert.h"
#include "fuzz.h"

static void check_der(struct span in)
{
	struct buf text = { 0 };

	if (name_text(in, &text, NULL) == 0)
		for (size_t i = 0; i < text.n; i++)
			MUST(text.p[i] >= 0x20 && text.p[i] != 0x7f);
	buf_release(&text);
}

static void check_text(struct span in)
{
	struct buf name = { 0 };
	char *text = malloc(in.n + 1);

	MUST(text != NULL);
	if (in.n != 0)
		memcpy(text, in.p, in.n);
	text[in.n] = '\0';
	if (name_parse(text, &name, NULL) == 0) {
		MUST(der_check(buf_span(&name), &der_limits, NULL) == 0);
		check_der(buf_span(&name));
	} else {
		MUST(name.n == 0);
	}
	buf_release(&name);
	free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };

	check_der(in);
	check_text(in);
	return 0;
}
