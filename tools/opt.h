/*
 * opt.h - the command line of our tools: words that say what to do, and options
 * that may stand before or behind them.
 *
 * A program is a table of options and a table of commands; all of the help text
 * comes from these tables, so that it cannot name what is not there.
 */
#ifndef OPT_H
#define OPT_H

#include "out.h"

struct opt {
	const char *name; /* without the two dashes */
	const char *arg;  /* what it takes, "DIR"; NULL: nothing */
	const char *help; /* one line */
	bool global;	  /* goes with every command */
	bool many;	  /* may be given more than once */
};

enum { OPT_GIVEN_MAX = 64, OPT_WORDS_MAX = 16 };

/* What was given.  Borrows argv. */
struct opts {
	const struct opt *table;
	size_t n_given, n_words;
	struct {
		const struct opt *opt;
		const char *value; /* "" if it takes none */
	} given[OPT_GIVEN_MAX];
	const char *words[OPT_WORDS_MAX]; /* behind those of the command */
};

struct command {
	const char *words;   /* "challenge new" */
	const char *args;    /* "SERIAL", "[SERIAL]" if it may lack, or "" */
	const char *options; /* "uses ttl": those it takes, but the global */
	const char *help;    /* one line */
	int (*run)(const struct opts *o, struct out *out); /* exit code */
};

struct program {
	const char *name;
	const char *summary; /* one line */
	const char *version;
	const struct opt *options;	/* ends with an empty one */
	const struct command *commands; /* ends with an empty one */
};

/*
 * opt_main - read the command line and run the command that it names.  Serves
 * --help, --version and --json itself.  Returns the exit code; by then standard
 * output is flushed and known to be written.
 */
int opt_main(const struct program *p, int argc, char **argv);

/*
 * opt_value - what was given with the option `name`, NULL if it was not.
 * opt_nth - the n-th value, from 0, of an option that may be given more than
 * once. A name that is not in the table is a mistake of the program: it aborts.
 */
const char *opt_value(const struct opts *o, const char *name);
const char *opt_nth(const struct opts *o, const char *name, size_t n);

/*
 * opt_number - the decimal `text` of the option `name` into *n if it lies
 * within min and max; ERR_INPUT.
 */
int opt_number(const char *name, const char *text, long min, long max, long *n,
    struct err *e);

#endif
