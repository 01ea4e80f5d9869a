#include "conf_value.h"

#include <string.h>

#include "conf.h"

int parse_duration(const char *text, int64_t *seconds, struct err *e)
{
	static const struct {
		const char *unit;
		int64_t seconds;
	} units[] = { { "", 1 }, { "s", 1 }, { "m", 60 }, { "h", 3600 },
		{ "d", 86400 } };
	const int64_t max = INT64_C(36525) * 86400; /* a hundred years */
	const char *p = text;
	int64_t n = 0;

	for (; *p >= '0' && *p <= '9'; p++) {
		n = n * 10 + (*p - '0');
		if (n > max)
			return err_set(
			    e, ERR_INPUT, "a duration is at most 100 years");
	}
	for (size_t i = 0; p != text && i < sizeof(units) / sizeof(units[0]);
	     i++) {
		if (strcmp(units[i].unit, p) != 0)
			continue;
		if (n > max / units[i].seconds)
			return err_set(
			    e, ERR_INPUT, "a duration is at most 100 years");
		*seconds = n * units[i].seconds;
		return 0;
	}
	return err_set(e, ERR_INPUT,
	    "a duration is a number and s, m, h or d, such as 10m or 365d");
}

int value_bool(const char *text, bool *v)
{
	if (strcmp(text, "yes") != 0 && strcmp(text, "no") != 0)
		return -1;
	*v = text[0] == 'y';
	return 0;
}

/* A number with `unit` behind it. */
static int number(
    const char *text, const char *unit, unsigned min, unsigned max, unsigned *v)
{
	uint64_t n = 0;
	const char *p = text;

	for (; *p >= '0' && *p <= '9' && n <= max; p++)
		n = n * 10 + (uint64_t)(*p - '0');
	if (p == text || strcmp(p, unit) != 0 || n < min || n > max)
		return -1;
	*v = (unsigned)n;
	return 0;
}

int value_number(const char *text, unsigned min, unsigned max, unsigned *v)
{
	return number(text, "", min, max, v);
}

int value_percent(const char *text, unsigned min, unsigned max, unsigned *v)
{
	return number(text, "%", min, max, v);
}

int value_duration(const char *text, int64_t min, int64_t max, int64_t *v)
{
	int64_t s;

	if (parse_duration(text, &s, NULL) != 0 || s < min || s > max)
		return -1;
	*v = s;
	return 0;
}

int value_choice(const char *text, const char *const *names, unsigned *v)
{
	for (unsigned i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], text) == 0) {
			*v = i;
			return 0;
		}
	return -1;
}

int value_path(const char *text, char *out, size_t size)
{
	size_t n = strlen(text);

	if (n == 0 || n >= size)
		return -1;
	memcpy(out, text, n + 1);
	return 0;
}

int value_program(const char *text, char *out, size_t size)
{
	return text[0] == '/' ? value_path(text, out, size) : -1;
}
