/*
 * The command line, as a program with commands of one and two words sees it.
 */
#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

#include "opt.h"
#include "rows.h"

static char seen[256];

static int run(const struct opts *o, struct out *out)
{
	const char *name = opt_value(o, "name");
	size_t i;

	(void)out;
	snprintf(seen, sizeof(seen),
	    "name=%s flag=%s many=", name != NULL ? name : "-",
	    opt_value(o, "flag") ? "yes" : "no");
	for (i = 0; opt_nth(o, "many", i) != NULL; i++) {
		strcat(seen, opt_nth(o, "many", i));
		strcat(seen, ";");
	}
	for (i = 0; i < o->n_words; i++) {
		strcat(seen, " ");
		strcat(seen, o->words[i]);
	}
	return EXIT_DONE;
}

static const struct opt options[] = {
	{ "json", NULL, "", true, false },
	{ "help", NULL, "", true, false },
	{ "version", NULL, "", true, false },
	{ "name", "TEXT", "", false, false },
	{ "flag", NULL, "", false, false },
	{ "many", "TEXT", "", false, true },
	{ 0 },
};

static const struct command commands[] = {
	{ "one", "", "name flag", "", run },
	{ "two words", "THIS THAT", "name flag many", "", run },
	{ 0 },
};

static const struct program program = { "prog", "", "1", options, commands };

enum { ARGS_MAX = 8 };
static const struct {
	int rc;
	const char *args[ARGS_MAX];
	const char *seen;
} rows[] = {
	{ 0, { "one" }, "name=- flag=no many=" },
	{ 0, { "one", "--name", "x" }, "name=x flag=no many=" },
	{ 0, { "--name", "x", "one" }, "name=x flag=no many=" },
	{ 0, { "--name=x", "one", "--flag" }, "name=x flag=yes many=" },
	{ 0, { "one", "--name=" }, "name= flag=no many=" },
	{ 0, { "one", "--name", "" }, "name= flag=no many=" },
	{ 0, { "one", "--name=--flag" }, "name=--flag flag=no many=" },
	{ 0, { "one", "--name", "-" }, "name=- flag=no many=" },
	{ 0, { "one", "--name=a=b" }, "name=a=b flag=no many=" },
	{ 0, { "two", "--flag", "words", "a", "b" },
	    "name=- flag=yes many= a b" },
	{ 0, { "two", "words", "--many=a", "-", "--many", "b", "y" },
	    "name=- flag=no many=a;b; - y" },
	{ 0, { "two", "words", "--", "--flag", "--" },
	    "name=- flag=no many= --flag --" },
	{ EXIT_USAGE, { NULL }, "" },
	{ EXIT_USAGE, { "" }, "" },
	{ EXIT_USAGE, { "on" }, "" },
	{ EXIT_USAGE, { "ones" }, "" },
	{ EXIT_USAGE, { "one", "more" }, "" },
	{ EXIT_USAGE, { "two" }, "" },
	{ EXIT_USAGE, { "two words", "a", "b" }, "" },
	{ EXIT_USAGE, { "two", "words", "a" }, "" },
	{ EXIT_USAGE, { "two", "words", "a", "b", "c" }, "" },
	{ EXIT_USAGE, { "one", "--name" }, "" },
	{ EXIT_USAGE, { "one", "--name", "--flag" }, "" },
	{ EXIT_USAGE, { "one", "--nam", "x" }, "" },
	{ EXIT_USAGE, { "one", "--names", "x" }, "" },
	{ EXIT_USAGE, { "one", "-name", "x" }, "" },
	{ EXIT_USAGE, { "one", "-n" }, "" },
	{ EXIT_USAGE, { "one", "--flag=x" }, "" },
	{ EXIT_USAGE, { "one", "--flag", "--flag" }, "" },
	{ EXIT_USAGE, { "one", "--name", "x", "--name", "y" }, "" },
	{ EXIT_USAGE, { "one", "--many", "x" }, "" },
	{ EXIT_USAGE, { "one", "--=" }, "" },
	{ EXIT_USAGE, { "one", "---flag" }, "" },
};
TEST_ROWS(opt, line, rows)
{
	char copy[ARGS_MAX][32], *argv[ARGS_MAX + 2] = { copy[0] };
	int argc = 1, rc;

	for (; rows[i].args[argc - 1] != NULL; argc++) {
		snprintf(copy[argc - 1], sizeof(copy[0]), "%s",
		    rows[i].args[argc - 1]);
		argv[argc] = copy[argc - 1];
	}
	seen[0] = '\0';
	rc = opt_main(&program, argc, argv);
	cr_expect_eq(rc, rows[i].rc, "row %zu: %d", i, rc);
	cr_expect_str_eq(seen, rows[i].seen, "row %zu: %s", i, seen);
}

Test(opt, too_many)
{
	char word[] = "one", many[] = "--many=x";
	char *argv[200] = { word };
	int i;

	for (i = 1; i < 200; i++)
		argv[i] = word;
	cr_expect_eq(opt_main(&program, 200, argv), EXIT_USAGE);
	for (i = 1; i < 200; i++)
		argv[i] = many;
	cr_expect_eq(opt_main(&program, 200, argv), EXIT_USAGE);
}

Test(opt, number)
{
	static const char *const bad[] = { "", " 1", "+1", "-1", "0", "11",
		"1x", "x", "0x1", "99999999999999999999" };
	struct err e;
	long n = 7;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		cr_expect_eq(
		    opt_number("n", bad[i], 1, 10, &n, &e), -1, "%s", bad[i]);
	cr_expect_eq(n, 7);
	cr_expect_eq(opt_number("n", "10", 1, 10, &n, &e), 0);
	cr_expect_eq(n, 10);
}
