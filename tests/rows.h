/*
 * rows.h - a Criterion test for every row of a table.
 *
 *	TEST_ROWS(suite, name, table)
 *	{
 *		... table[i] ...
 *	}
 *
 * All rows in one process: Criterion's own parameters are a process each, which
 * costs more than most rows, tenfold under a sanitizer.  So a row clears up
 * behind itself, says which one it is, and a cr_assert is the end of them all.
 */
#ifndef ROWS_H
#define ROWS_H

#include <criterion/criterion.h>

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

#define TEST_ROWS(suite, name, table)                     \
	static void suite##_##name##_row(size_t i);       \
	Test(suite, name)                                 \
	{                                                 \
		for (size_t n = 0; n < COUNT(table); n++) \
			suite##_##name##_row(n);          \
	}                                                 \
	static void suite##_##name##_row(size_t i)

#endif
