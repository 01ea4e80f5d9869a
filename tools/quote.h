/*
 * quote.h - commands that are shown to be copied into a shell.
 */
#ifndef QUOTE_H
#define QUOTE_H

#include <stdio.h>

/* quote_word - write `text` so that a shell takes it for one word */
void quote_word(FILE *f, const char *text);

#endif
