#include "name_match.h"

#include <string.h>

/* The RFC 4514 text in lower case; beyond ASCII it is compared as it is. */
static int folded(struct span name, struct buf *text, struct err *e)
{
	if (name_text(name, text, e) != 0)
		return -1;
	for (size_t i = 0; i < text->n; i++)
		if (text->p[i] >= 'A' && text->p[i] <= 'Z')
			text->p[i] |= 0x20;
	return 0;
}

int name_same(struct span a, struct span b, bool *same, struct err *e)
{
	struct buf x = { 0 }, y = { 0 };
	int rc = -1;

	if (span_eq(a, b)) {
		*same = true;
		return 0;
	}
	if (folded(a, &x, e) == 0 && folded(b, &y, e) == 0) {
		*same = span_eq(buf_span(&x), buf_span(&y));
		rc = 0;
	}
	buf_release(&x);
	buf_release(&y);
	return rc;
}

int name_hash(struct span name, uint8_t hash[32], struct err *e)
{
	struct buf text = { 0 };
	int rc = folded(name, &text, e);

	if (rc == 0 && text.n == 0)
		memset(hash, 0, 32);
	else if (rc == 0)
		rc = sha256_of(buf_span(&text), hash, e);
	buf_release(&text);
	return rc;
}
