#include "words.h"

#include <string.h>

static const char blanks[] = " \t";

bool words_next(const char **at, char word[WORD_MAX])
{
	const char *p = *at + strspn(*at, blanks);
	size_t n = strcspn(p, blanks);

	if (n == 0 || n >= WORD_MAX)
		return false;
	memcpy(word, p, n);
	word[n] = '\0';
	*at = p + n;
	return true;
}

int words_add(struct words *w, const char *text)
{
	struct words new = *w;
	char word[WORD_MAX];
	size_t n = strlen(new.text), len;

	while (words_next(&text, word)) {
		len = strlen(word);
		if (n + 1 + len >= sizeof(new.text))
			return -1;
		if (n > 0)
			new.text[n++] = ' ';
		memcpy(new.text + n, word, len + 1);
		n += len;
	}
	if (text[strspn(text, blanks)] != '\0') /* one that is too long */
		return -1;
	*w = new;
	return 0;
}

bool words_has(const struct words *w, const char *word)
{
	const char *at = w->text;
	char one[WORD_MAX];

	while (words_next(&at, one))
		if (strcmp(one, word) == 0)
			return true;
	return false;
}

bool words_is(const struct words *w, const char *word)
{
	return strcmp(w->text, word) == 0;
}

bool words_is_empty(const struct words *w)
{
	return w->text[0] == '\0';
}
