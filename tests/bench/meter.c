/*
 * meter - run several commands, each in turn, many times, and say what each
 * cost: user and system time of the process from start to exit (wait4), and its
 * memory.
 *
 * usage: meter ROUNDS CASES OUT
 *
 * CASES has a line for each: a name, the file for standard input, or -, then
 * words: VARIABLE=VALUE …, program, arguments.  A %d in the file and in the
 * arguments is the number of the round.  Standard output goes to
 * OUT/NAME.ROUND.  A name that begins with '=' is of a program that measures
 * itself and prints microseconds.
 *
 * Prints for each: name, least and median microseconds, most KiB of memory.
 *
 * Links nothing but libc: what a process of ours had in memory when it forked
 * counts as the child's.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CASES_MAX = 16, WORDS_MAX = 32, ROUNDS_MAX = 10000 };

struct command {
	char line[4096];
	const char *name, *input;
	char *env[WORDS_MAX], *argv[WORDS_MAX];
	long micros[ROUNDS_MAX];
	long kib;
};

static const char *out_dir;

static _Noreturn void die(const char *what)
{
	perror(what);
	exit(1);
}

static void read_case(struct command *c)
{
	size_t n_env = 0, n_argv = 0;
	char *word, *left = c->line;

	c->name = strtok_r(left, " \n", &left);
	c->input = strtok_r(NULL, " \n", &left);
	while ((word = strtok_r(NULL, " \n", &left)) != NULL) {
		if (n_env + 1 >= WORDS_MAX || n_argv + 1 >= WORDS_MAX)
			die("too many words");
		if (n_argv == 0 && strchr(word, '=') != NULL)
			c->env[n_env++] = word;
		else
			c->argv[n_argv++] = word;
	}
	if (n_argv == 0)
		die("no program");
}

static int open_or_die(const char *path, int flags)
{
	int fd = open(path, flags, 0600);

	if (fd < 0)
		die(path);
	return fd;
}

static void in_round(char *path, size_t size, const char *pattern, int round)
{
	const char *at = strstr(pattern, "%d");
	int n = at == NULL ? snprintf(path, size, "%s", pattern)
			   : snprintf(path, size, "%.*s%d%s",
				 (int)(at - pattern), pattern, round, at + 2);

	if (n < 0 || (size_t)n >= size)
		die(pattern);
}

static _Noreturn void child(
    const struct command *c, const char *in, const char *out, int round)
{
	static char words[WORDS_MAX][1024];
	char *argv[WORDS_MAX] = { NULL };

	for (size_t i = 0; c->argv[i] != NULL; i++) {
		in_round(words[i], sizeof(words[i]), c->argv[i], round);
		argv[i] = words[i];
	}
	if (dup2(open_or_die(in, O_RDONLY), STDIN_FILENO) < 0 ||
	    dup2(open_or_die(out, O_WRONLY | O_CREAT | O_TRUNC),
		STDOUT_FILENO) < 0)
		die("dup2");
	execve(argv[0], argv, c->env);
	die(argv[0]);
}

static long micros_of(const struct timeval *t)
{
	return (long)t->tv_sec * 1000000 + (long)t->tv_usec;
}

static long read_number(const char *path)
{
	long n;
	FILE *f = fopen(path, "r");

	if (f == NULL || fscanf(f, "%ld", &n) != 1)
		die(path);
	fclose(f);
	return n;
}

static void run(struct command *c, int round)
{
	char in[4096] = "/dev/null", out[4096], pattern[4096];
	struct rusage used;
	int status;
	pid_t pid;

	if (strcmp(c->input, "-") != 0)
		in_round(in, sizeof(in), c->input, round);
	snprintf(pattern, sizeof(pattern), "%s/%.100s.%%d", out_dir,
	    c->name + (c->name[0] == '='));
	in_round(out, sizeof(out), pattern, round);
	pid = fork();
	if (pid == 0)
		child(c, in, out, round);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		die("fork");
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
		fprintf(stderr, "%s: status %d\n", c->name, status);
		exit(1);
	}
	c->micros[round] = c->name[0] == '='
	    ? read_number(out)
	    : micros_of(&used.ru_utime) + micros_of(&used.ru_stime);
	if (used.ru_maxrss > c->kib)
		c->kib = used.ru_maxrss;
}

static int compare(const void *a, const void *b)
{
	const long *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	static struct command cases[CASES_MAX];
	int rounds = argc == 4 ? atoi(argv[1]) : 0, n = 0;
	FILE *f;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(stderr, "usage: meter ROUNDS CASES OUT\n");
		return 2;
	}
	out_dir = argv[3];
	if ((f = fopen(argv[2], "r")) == NULL)
		die(argv[2]);
	while (n < CASES_MAX &&
	    fgets(cases[n].line, sizeof(cases[n].line), f) != NULL)
		read_case(&cases[n++]);
	fclose(f);
	for (int round = 0; round < rounds; round++)
		for (int i = 0; i < n; i++)
			run(&cases[i], round);
	for (int i = 0; i < n; i++) {
		qsort(cases[i].micros, (size_t)rounds, sizeof(long), compare);
		printf("%s %ld %ld %ld\n",
		    cases[i].name + (cases[i].name[0] == '='),
		    cases[i].micros[0], cases[i].micros[rounds / 2],
		    cases[i].kib);
	}
	return 0;
}
