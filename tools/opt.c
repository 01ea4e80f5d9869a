#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "opt.h"

static const struct opt *find_option(
    const struct opt *table, const char *name, size_t n)
{
	for (; table->name != NULL; table++)
		if (strlen(table->name) == n &&
		    memcmp(table->name, name, n) == 0)
			return table;
	return NULL;
}

const char *opt_nth(const struct opts *o, const char *name, size_t n)
{
	const struct opt *opt = find_option(o->table, name, strlen(name));
	size_t i;

	if (opt == NULL)
		abort();
	for (i = 0; i < o->n_given; i++)
		if (o->given[i].opt == opt && n-- == 0)
			return o->given[i].value;
	return NULL;
}

const char *opt_value(const struct opts *o, const char *name)
{
	return opt_nth(o, name, 0);
}

int opt_number(const char *name, const char *text, long min, long max, long *n,
    struct err *e)
{
	char *end;
	long v;

	errno = 0;
	v = strtol(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0' || text[0] < '0' ||
	    text[0] > '9' || v < min || v > max)
		return err_set(e, ERR_INPUT,
		    "--%s takes a number from %ld to %ld", name, min, max);
	*n = v;
	return 0;
}

/*
 * distance - how many letters must be changed, added or taken away to make `a`
 * of `b` (Levenshtein); words longer than ours are far from everything.
 */
static unsigned distance(const char *a, const char *b)
{
	enum { LONGEST = 63 };
	unsigned row[LONGEST + 1], diagonal, left, i, j;
	size_t n = strlen(b);

	if (strlen(a) > LONGEST || n > LONGEST)
		return LONGEST;
	for (j = 0; j <= n; j++)
		row[j] = j;
	for (i = 1; a[i - 1] != '\0'; i++) {
		diagonal = row[0];
		row[0] = i;
		for (j = 1; j <= n; j++) {
			left = diagonal + (a[i - 1] != b[j - 1]);
			diagonal = row[j];
			if (diagonal + 1 < left)
				left = diagonal + 1;
			if (row[j - 1] + 1 < left)
				left = row[j - 1] + 1;
			row[j] = left;
		}
	}
	return row[n];
}

struct guess {
	const char *text;
	unsigned distance;
};

static void guess(struct guess *g, const char *given, const char *known)
{
	unsigned d = distance(given, known);

	if (g->text == NULL || d < g->distance)
		*g = (struct guess){ known, d };
}

/* is_near - is the guess worth saying? */
static bool is_near(const struct guess *g)
{
	return g->text != NULL && g->distance <= 1 + strlen(g->text) / 3;
}

static int unknown_option(
    struct out *out, const struct program *p, const char *arg)
{
	struct guess g = { 0 };
	const struct opt *t;

	for (t = p->options; t->name != NULL; t++)
		guess(&g, arg + strspn(arg, "-"), t->name);
	if (is_near(&g))
		return out_usage(
		    out, "there is no option %s: --%s, perhaps?", arg, g.text);
	return out_usage(
	    out, "there is no option %s: see %s --help", arg, p->name);
}

/* take_option - argv[*i] begins with a dash */
static int take_option(struct opts *o, struct out *out, const struct program *p,
    int argc, char **argv, int *i)
{
	const char *arg = argv[*i], *name, *value = "";
	const struct opt *opt;
	size_t n;

	if (strcmp(arg, "-h") == 0)
		arg = "--help";
	name = arg + 2;
	n = strcspn(arg, "=") - 2;
	if (arg[1] != '-' || (opt = find_option(p->options, name, n)) == NULL)
		return unknown_option(out, p, arg);
	if (opt->arg == NULL && name[n] == '=')
		return out_usage(out, "--%s takes no value", opt->name);
	if (opt->arg != NULL && name[n] == '=') {
		value = name + n + 1;
	} else if (opt->arg != NULL) {
		/* "--home --json" has forgotten something */
		if (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0)
			return out_usage(out, "--%s takes a value: --%s %s",
			    opt->name, opt->name, opt->arg);
		value = argv[++*i];
	}
	if (!opt->many && opt_value(o, opt->name) != NULL)
		return out_usage(out, "--%s is given twice", opt->name);
	if (o->n_given == OPT_GIVEN_MAX)
		return out_usage(out, "more than %d options", OPT_GIVEN_MAX);
	o->given[o->n_given].opt = opt;
	o->given[o->n_given++].value = value;
	return EXIT_DONE;
}

static int take_all(struct opts *o, struct out *out, const struct program *p,
    int argc, char **argv)
{
	bool only_words = false;
	int i, rc;

	for (i = 1; i < argc; i++) {
		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (!only_words && argv[i][0] == '-' &&
		    argv[i][1] != '\0') {
			rc = take_option(o, out, p, argc, argv, &i);
			if (rc != EXIT_DONE)
				return rc;
		} else if (o->n_words == OPT_WORDS_MAX) {
			return out_usage(
			    out, "more than %d words", OPT_WORDS_MAX);
		} else {
			o->words[o->n_words++] = argv[i];
		}
	}
	return EXIT_DONE;
}

/* count_words - of a text in which one blank stands between two words */
static size_t count_words(const char *text)
{
	size_t n = *text != '\0';

	for (; *text != '\0'; text++)
		n += *text == ' ';
	return n;
}

/* count_needed - the same without those in brackets, "[SERIAL]" */
static size_t count_needed(const char *text)
{
	size_t n = count_words(text);

	while ((text = strchr(text, '[')) != NULL) {
		text++;
		n--;
	}
	return n;
}

/* has_word - is the word of n letters one of those in `text`? */
static bool has_word(const char *text, const char *word, size_t n)
{
	size_t len;

	for (;; text += len + 1) {
		len = strcspn(text, " ");
		if (len == n && memcmp(text, word, n) == 0)
			return true;
		if (text[len] == '\0')
			return false;
	}
}

/* join - the first n words into text[size], cut to fit */
static void join(const struct opts *o, size_t n, char *text, size_t size)
{
	size_t i, used = 0;

	text[0] = '\0';
	for (i = 0; i < n && i < o->n_words && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		    i > 0 ? " " : "", o->words[i]);
}

/* find_command - the one that the first words name; they are taken away */
static const struct command *find_command(
    struct opts *o, const struct program *p)
{
	const struct command *c;
	char text[128];
	size_t n;

	for (c = p->commands; c->words != NULL; c++) {
		n = count_words(c->words);
		join(o, n, text, sizeof(text));
		if (n > o->n_words || strcmp(text, c->words) != 0)
			continue;
		o->n_words -= n;
		memmove(
		    o->words, o->words + n, o->n_words * sizeof(o->words[0]));
		return c;
	}
	return NULL;
}

static int unknown_command(
    struct out *out, const struct program *p, const struct opts *o)
{
	char known[512] = "", text[128];
	struct guess g = { 0 };
	const struct command *c;
	size_t used = 0;

	for (c = p->commands; c->words != NULL; c++) {
		join(o, count_words(c->words), text, sizeof(text));
		guess(&g, text, c->words);
		if (used < sizeof(known))
			used +=
			    (size_t)snprintf(known + used, sizeof(known) - used,
				"%s%s", used > 0 ? ", " : "", c->words);
	}
	join(o, o->n_words < 2 ? o->n_words : 2, text, sizeof(text));
	if (o->n_words == 0)
		return out_usage(out,
		    "what is to be done? known: %s; "
		    "see %s --help",
		    known, p->name);
	if (is_near(&g))
		return out_usage(out,
		    "there is no command \"%s\": \"%s\", "
		    "perhaps?  known: %s",
		    text, g.text, known);
	return out_usage(
	    out, "there is no command \"%s\"; known: %s", text, known);
}

static void help_options(
    const struct program *p, const struct command *c, bool global)
{
	const struct opt *t;
	int n;

	for (t = p->options; t->name != NULL; t++) {
		if (t->global != global ||
		    (c != NULL && !global &&
			!has_word(c->options, t->name, strlen(t->name))))
			continue;
		n = printf("  --%s%s%s", t->name, t->arg != NULL ? " " : "",
		    t->arg != NULL ? t->arg : "");
		printf("%*s  %s\n", n < 24 ? 24 - n : 0, "", t->help);
	}
}

static void help(const struct program *p, const struct command *c)
{
	int n;

	if (c != NULL) {
		printf("%s %s%s%s - %s\n", p->name, c->words,
		    c->args[0] != '\0' ? " " : "", c->args, c->help);
		if (c->options[0] != '\0') {
			printf("\noptions:\n");
			help_options(p, c, false);
		}
	} else {
		printf("%s - %s\n\ncommands:\n", p->name, p->summary);
		for (c = p->commands; c->words != NULL; c++) {
			n = printf("  %s%s%s", c->words,
			    c->args[0] != '\0' ? " " : "", c->args);
			printf("%*s  %s\n", n < 24 ? 24 - n : 0, "", c->help);
		}
		printf(
		    "\n%s COMMAND --help names the options of one.\n", p->name);
	}
	printf("\nfor every command:\n");
	help_options(p, NULL, true);
}

/* check_options - does the command take all that was given? */
static int check_options(
    struct out *out, const struct opts *o, const struct command *c)
{
	const struct opt *opt;
	size_t i;

	for (i = 0; i < o->n_given; i++) {
		opt = o->given[i].opt;
		if (!opt->global &&
		    !has_word(c->options, opt->name, strlen(opt->name)))
			return out_usage(out, "\"%s\" takes no option --%s",
			    c->words, opt->name);
	}
	if (o->n_words > count_words(c->args) ||
	    o->n_words < count_needed(c->args))
		return out_usage(out, "it goes: %s %s%s%s", out->program,
		    c->words, c->args[0] != '\0' ? " " : "", c->args);
	return EXIT_DONE;
}

static int run(const struct program *p, struct opts *o, struct out *out)
{
	const struct command *c;
	int rc;

	if (opt_value(o, "version") != NULL) {
		if (!out->json)
			printf("%s %s\n", p->name, p->version);
		out_json(out,
		    json_pack("{s:s, s:s}", "program", p->name, "version",
			p->version));
		return EXIT_DONE;
	}
	c = find_command(o, p);
	if (opt_value(o, "help") != NULL && (c != NULL || o->n_words == 0)) {
		help(p, c);
		return EXIT_DONE;
	}
	if (c == NULL)
		return unknown_command(out, p, o);
	rc = check_options(out, o, c);
	return rc != EXIT_DONE ? rc : c->run(o, out);
}

int opt_main(const struct program *p, int argc, char **argv)
{
	struct opts o = { .table = p->options };
	struct out out;
	int i, rc;

	out_init(&out, p->name);
	/* known first, so that complaints about the rest come as JSON too */
	for (i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
		if (strcmp(argv[i], "--json") == 0)
			out.json = true;
	rc = take_all(&o, &out, p, argc, argv);
	if (rc == EXIT_DONE)
		rc = run(p, &o, &out);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		out_complain(&out, "standard output cannot be written");
		rc = EXIT_BROKEN;
	}
	return rc;
}
