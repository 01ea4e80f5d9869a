#include "scep_err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
{
	va_list ap;

	if (e == NULL)
		return -1;
	e->kind = kind;
	va_start(ap, fmt);
	vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	return -1;
}

int err_prefix(struct err *e, const char *fmt, ...)
{
	char what[sizeof(e->text)];
	size_t n, room;
	va_list ap;

	if (e == NULL)
		return -1;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what) - 2, fmt, ap);
	va_end(ap);
	strcat(what, ": ");
	/* the text moves back to make room, and loses its end if it must */
	n = strlen(what);
	room = sizeof(e->text) - 1 - n;
	memmove(e->text + n, e->text, room);
	e->text[sizeof(e->text) - 1] = '\0';
	memcpy(e->text, what, n);
	return -1;
}
