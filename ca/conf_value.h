/*
 * conf_value.h - the kinds of value that a setting of ca.conf can have.
 *
 * Each returns 0 and sets *v, or -1 and leaves it; what would be right is told
 * by the table of settings (conf_key.c).
 */
#ifndef CONF_VALUE_H
#define CONF_VALUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* value_bool - yes or no */
int value_bool(const char *text, bool *v);

/* value_number - decimal digits, from min to max */
int value_number(const char *text, unsigned min, unsigned max, unsigned *v);

/* value_percent - a number as above and % */
int value_percent(const char *text, unsigned min, unsigned max, unsigned *v);

/* value_duration - see parse_duration; from min to max seconds */
int value_duration(const char *text, int64_t min, int64_t max, int64_t *v);

/* value_choice - one of `names`, which ends with NULL; *v is its place */
int value_choice(const char *text, const char *const *names, unsigned *v);

/*
 * value_path - a path of at least one character into out[size]
 * value_program - an absolute one
 */
int value_path(const char *text, char *out, size_t size);
int value_program(const char *text, char *out, size_t size);

#endif
