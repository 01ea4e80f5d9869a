#include "body.h"

#include <errno.h>
#include <string.h>

static int parse_length(const char *text, size_t *n)
{
	size_t v = 0;

	if (*text == '\0')
		return -1;
	for (; *text != '\0'; text++) {
		if (*text < '0' || *text > '9' || v > (SIZE_MAX - 9) / 10)
			return -1;
		v = v * 10 + (size_t)(*text - '0');
	}
	*n = v;
	return 0;
}

int body_read(const struct gateway *g, const char *length, size_t max,
    struct body *b, struct err *e)
{
	size_t want = BODY_DRAIN_MAX, seen = 0, left;
	struct body out = { 0 };
	bool told = length != NULL;
	uint8_t chunk[8192];
	ssize_t got;

	if (told && parse_length(length, &want) != 0) {
		out.is_short = true;
		told = false;
	}
	out.too_long = told && want > max;
	while (seen < want && seen < BODY_DRAIN_MAX) {
		left = want - seen;
		got = g->read(
		    g->arg, chunk, left < sizeof(chunk) ? left : sizeof(chunk));
		if (got < 0) {
			err_set(e, ERR_SYS, "body: %s", strerror(errno));
			goto failed;
		}
		if (got == 0)
			break;
		seen += (size_t)got;
		out.too_long = out.too_long || seen > max;
		if (!out.too_long &&
		    buf_put(&out.bytes, (struct span){ chunk, (size_t)got },
			e) != 0)
			goto failed;
	}
	out.is_short = out.is_short || (told && seen < want);
	if (out.too_long)
		buf_release(&out.bytes);
	*b = out;
	return 0;
failed:
	buf_release(&out.bytes);
	return -1;
}

void body_release(struct body *b)
{
	buf_release(&b->bytes);
	*b = (struct body){ 0 };
}
