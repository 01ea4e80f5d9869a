/*
 * rows.h - a Criterion test for every row of a table.
 *
 * A test runs in a process of its own, which must not be handed a pointer
 * (Criterion 2.4.1, PIE): it gets the number of its row.
 */
#ifndef ROWS_H
#define ROWS_H

#include <criterion/criterion.h>
#include <criterion/parameterized.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define TEST_ROWS(suite, name, table, row)                              \
	ParameterizedTestParameters(suite, name)                        \
	{                                                               \
		static size_t rows[COUNT(table)];                       \
                                                                        \
		for (size_t n = 0; n < COUNT(table); n++)               \
			rows[n] = n;                                    \
		return cr_make_param_array(size_t, rows, COUNT(table)); \
	}                                                               \
	ParameterizedTest(size_t *row, suite, name)

#endif
