#include "quote.h"

#include <string.h>

void quote_word(FILE *f, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "abcdefghijklmnopqrstuvwxyz"
				    "0123456789/._-+,:@%";

	if (text[0] != '\0' && text[strspn(text, plain)] == '\0') {
		fputs(text, f);
		return;
	}
	fputc('\'', f);
	for (; *text != '\0'; text++)
		if (*text == '\'')
			fputs("'\\''", f);
		else
			fputc(*text, f);
	fputc('\'', f);
}
