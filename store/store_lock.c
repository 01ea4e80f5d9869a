/*
 * store_lock.c - flock(2) with a deadline, and what surrounds holding it.
 */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store_lock.h"

enum { NUDGE_NS = 20000000L }; /* 20 ms, see lock_by() */

/* What a real-time signal of ours does: end flock(2) with EINTR. */
static void nudge(int sig)
{
	(void)sig;
}

static bool is_past(const struct timespec *deadline)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec > deadline->tv_sec ||
	    (now.tv_sec == deadline->tv_sec &&
		now.tv_nsec >= deadline->tv_nsec);
}

static int lock_until(int fd, const struct timespec *deadline)
{
	while (flock(fd, LOCK_EX) != 0) {
		if (errno != EINTR)
			return -1;
		if (is_past(deadline)) {
			errno = EWOULDBLOCK;
			return -1;
		}
	}
	return 0;
}

/*
 * lock_by - flock(2) has no deadline of its own and polling is not fair: the
 * kernel's queue is.  So block in it, with a timer whose signal ends the wait.
 * The timer repeats, so that a signal just before the call is not the only
 * one.
 */
static int lock_by(int fd, const struct timespec *deadline)
{
	const int sig = SIGRTMAX - 1;
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = sig };
	struct itimerspec when = { .it_value = *deadline,
		.it_interval.tv_nsec = NUDGE_NS };
	struct sigaction act = { .sa_handler = nudge }, old;
	sigset_t one, mask;
	timer_t timer;
	int rc, why;

	if (timer_create(CLOCK_MONOTONIC, &ev, &timer) != 0)
		return -1;
	sigemptyset(&act.sa_mask);
	sigemptyset(&one);
	sigaddset(&one, sig);
	sigaction(sig, &act, &old);
	pthread_sigmask(SIG_UNBLOCK, &one, &mask);
	timer_settime(timer, TIMER_ABSTIME, &when, NULL);

	rc = lock_until(fd, deadline);
	why = errno;

	timer_delete(
	    timer); /* a signal on its way arrives before this returns */
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(sig, &old, NULL);
	errno = why;
	return rc;
}

/* All but those that report a fault of ours: they could not wait. */
static void block_signals(sigset_t *old)
{
	static const int faults[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP,
		SIGABRT, SIGSYS };
	sigset_t all;
	size_t n;

	sigfillset(&all);
	for (n = 0; n < sizeof(faults) / sizeof(faults[0]); n++)
		sigdelset(&all, faults[n]);
	pthread_sigmask(SIG_SETMASK, &all, old);
}

int store_lock_init(struct store_lock *l, struct err *e)
{
	struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
		.sigev_signo = SIGKILL };

	if (timer_create(CLOCK_MONOTONIC, &ev, &l->watchdog) != 0)
		return err_set(e, ERR_SYS, "timer_create: %s", strerror(errno));
	l->has_watchdog = true;
	return 0;
}

void store_lock_release(struct store_lock *l)
{
	if (l->has_watchdog)
		timer_delete(l->watchdog);
	l->has_watchdog = false;
}

int store_lock_take(struct store_lock *l, int fd, int seconds, struct err *e)
{
	struct timespec deadline;

	clock_gettime(CLOCK_MONOTONIC, &deadline);
	deadline.tv_sec += seconds;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0 &&
	    (errno != EWOULDBLOCK || lock_by(fd, &deadline) != 0)) {
		if (errno == EWOULDBLOCK)
			return err_set(e, ERR_BUSY,
			    "in use by another process for %d seconds; "
			    "try again",
			    seconds);
		return err_set(e, ERR_SYS, "flock: %s", strerror(errno));
	}
	block_signals(&l->signals);
	l->mask = umask(077);
	store_lock_watch(l, STORE_HOLD_SECONDS);
	return 0;
}

void store_lock_watch(struct store_lock *l, int seconds)
{
	struct itimerspec when = { .it_value.tv_sec = seconds };

	timer_settime(l->watchdog, 0, &when, NULL);
}

void store_lock_drop(struct store_lock *l, int fd)
{
	store_lock_watch(l, 0);
	flock(fd, LOCK_UN);
	umask(l->mask);
	pthread_sigmask(SIG_SETMASK, &l->signals, NULL);
}
