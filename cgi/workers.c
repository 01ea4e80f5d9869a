#include "workers.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { PATIENCE_SECONDS = 40, PAUSE_SECONDS = 1 };

struct worker {
	pid_t pid;		  /* 0: none */
	time_t begun, not_before; /* the next one in its place */
};

struct crew {
	struct worker one[WORKERS_MAX];
	unsigned count, running;
	sigset_t signals, before; /* which wait for us; as they were */
};

static time_t seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

static _Noreturn void be_worker(
    const struct crew *c, pid_t parent, int (*work)(void *arg), void *arg)
{
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		_exit(EXIT_FAILURE);
	sigprocmask(SIG_SETMASK, &c->before, NULL);
	exit(work(arg));
}

static void start(
    struct crew *c, struct worker *w, int (*work)(void *arg), void *arg)
{
	pid_t parent = getpid(), pid = fork();

	if (pid == 0)
		be_worker(c, parent, work, arg);
	if (pid < 0) {
		fprintf(stderr, "scepca: cannot start a worker: %s\n",
		    strerror(errno));
		w->not_before = seconds() + PAUSE_SECONDS;
		return;
	}
	w->pid = pid;
	w->begun = seconds();
	c->running++;
}

static void start_missing(struct crew *c, int (*work)(void *arg), void *arg)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->one[i].pid == 0 && seconds() >= c->one[i].not_before)
			start(c, &c->one[i], work, arg);
}

static void collect(struct crew *c)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		for (unsigned i = 0; i < c->count; i++) {
			struct worker *w = &c->one[i];

			if (w->pid != pid)
				continue;
			w->pid = 0;
			c->running--;
			if (status != 0) /* the next one may do no better */
				w->not_before = w->begun + PAUSE_SECONDS;
		}
}

static void signal_all(const struct crew *c, int sig)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->one[i].pid != 0)
			(void)kill(c->one[i].pid, sig);
}

/* Wait for a signal, at most a second; 0: none came. */
static int wait_signal(const struct crew *c)
{
	int sig =
	    sigtimedwait(&c->signals, NULL, &(struct timespec){ .tv_sec = 1 });

	return sig < 0 ? 0 : sig;
}

static void end_all(struct crew *c)
{
	time_t until = seconds() + PATIENCE_SECONDS;

	signal_all(c, SIGTERM);
	while (c->running != 0) {
		(void)wait_signal(c);
		if (seconds() >= until)
			signal_all(c, SIGKILL);
		collect(c);
	}
}

int workers_run(unsigned count, int (*work)(void *arg), void *arg)
{
	struct crew c = { .count = count };
	int sig;

	sigemptyset(&c.signals);
	sigaddset(&c.signals, SIGTERM);
	sigaddset(&c.signals, SIGINT);
	sigaddset(&c.signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &c.signals, &c.before);
	do {
		start_missing(&c, work, arg);
		sig = wait_signal(&c);
		collect(&c);
	} while (sig != SIGTERM && sig != SIGINT);
	end_all(&c);
	return 0;
}
