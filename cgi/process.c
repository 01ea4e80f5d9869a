#include "process.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log.h"
#include "program.h"

enum { WALL_SECONDS = 30, CPU_SECONDS = 10 };

/* Bytes; four times a store of a million certificates. */
#define FILE_SIZE_MAX ((rlim_t)32 << 30)

static struct buf last_words;

/* How many processes its user may have, as we found it. */
static struct rlimit processes;
static bool ends_soon;

void process_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		_exit(EXIT_FAILURE);
	close_range(STDERR_FILENO + 1, ~0U, 0);
}

void process_limit(bool one_request)
{
	ends_soon = one_request;
	(void)setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
	(void)setrlimit(
	    RLIMIT_FSIZE, &(struct rlimit){ FILE_SIZE_MAX, FILE_SIZE_MAX });
	if (getrlimit(RLIMIT_NPROC, &processes) == 0)
		(void)setrlimit(
		    RLIMIT_NPROC, &(struct rlimit){ 0, processes.rlim_max });
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	umask(077);
}

void process_programs(bool allowed)
{
	struct rlimit none = { 0, ends_soon ? 0 : processes.rlim_max };

	(void)setrlimit(RLIMIT_NPROC, allowed ? &processes : &none);
}

/* Async-signal-safe: a line for the log, and gone.  The store recovers. */
static void give_up(int sig)
{
	ssize_t n = write(STDERR_FILENO, last_words.p, last_words.n);

	(void)sig;
	(void)n;
	program_abandon();
	_exit(EXIT_FAILURE);
}

/* From now on: what it has used so far was for other requests. */
static void limit_cpu(void)
{
	struct rlimit limit;
	struct rusage used;

	if (getrlimit(RLIMIT_CPU, &limit) != 0 ||
	    getrusage(RUSAGE_SELF, &used) != 0)
		return;
	limit.rlim_cur =
	    (rlim_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + CPU_SECONDS;
	if (limit.rlim_cur > limit.rlim_max)
		limit.rlim_cur = limit.rlim_max;
	else if (ends_soon)
		limit.rlim_max = limit.rlim_cur + CPU_SECONDS;
	(void)setrlimit(RLIMIT_CPU, &limit);
}

void process_deadline(int64_t now, const char *id, const char *remote)
{
	struct sigaction act = { .sa_handler = give_up };
	unsigned left = alarm(0); /* an earlier one goes on */
	char why[64];

	process_on_time();
	log_begin(&last_words, now, id, remote);
	snprintf(why, sizeof(why), "gave up: over %d s, or %d s of CPU time",
	    WALL_SECONDS, CPU_SECONDS);
	log_field_text(&last_words, "error", why);
	log_end(&last_words);
	sigemptyset(&act.sa_mask);
	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGXCPU, &act, NULL);
	act.sa_handler = SIG_IGN; /* a write that fails says so itself */
	sigaction(SIGPIPE, &act, NULL);
	sigaction(SIGXFSZ, &act, NULL);
	limit_cpu();
	alarm(left != 0 && left < WALL_SECONDS ? left : WALL_SECONDS);
}

void process_on_time(void)
{
	alarm(0);
	(void)signal(SIGXCPU, SIG_IGN);
	buf_release(&last_words);
}

void process_as_usual(void)
{
	sigset_t none;

	(void)signal(SIGTERM, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
