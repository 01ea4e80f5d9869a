#include "dns_name.h"

#include <string.h>

enum { NAME_MAX_OCTETS = 253, LABEL_MAX = 63 };

static bool is_letter_or_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z');
}

static bool label_ok(const uint8_t *label, size_t n)
{
	if (n == 0 || n > LABEL_MAX || label[0] == '-' || label[n - 1] == '-')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!is_letter_or_digit(label[i]) && label[i] != '-' &&
		    label[i] != '_')
			return false;
	return true;
}

bool dns_name_ok(struct span name)
{
	const uint8_t *dot;
	size_t n;

	if (name.n > NAME_MAX_OCTETS)
		return false;
	if (name.n > 2 && name.p[0] == '*' && name.p[1] == '.')
		name = (struct span){ name.p + 2, name.n - 2 };
	while (name.n > 0 && (dot = memchr(name.p, '.', name.n)) != NULL) {
		n = (size_t)(dot - name.p);
		if (!label_ok(name.p, n))
			return false;
		name = (struct span){ dot + 1, name.n - n - 1 };
	}
	return name.n > 0 && label_ok(name.p, name.n);
}
