/*
 * words.h - a setting that is a list: words with blanks between.
 */
#ifndef WORDS_H
#define WORDS_H

#include <stdbool.h>
#include <stddef.h>

enum { WORDS_MAX = 1024, WORD_MAX = 256 }; /* bytes, with the NUL */

struct words {
	char text[WORDS_MAX]; /* one blank between two; "": none */
};

/*
 * words_add - append the words of `text`; several lines of a setting add up.
 * -1: too many, or one that is too long; nothing is appended then.
 */
int words_add(struct words *w, const char *text);

/*
 * words_next - copy the next one; false if there is none.  *at is w->text at
 * first.
 */
bool words_next(const char **at, char word[WORD_MAX]);

/*
 * words_has - is `word` one of them, in this spelling?
 * words_is - is it the only one?
 * words_is_empty - are there none?
 */
bool words_has(const struct words *w, const char *word);
bool words_is(const struct words *w, const char *word);
bool words_is_empty(const struct words *w);

#endif
