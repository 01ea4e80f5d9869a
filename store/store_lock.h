/*
 * store_lock.h - one process at a time, and never a stuck one.
 *
 * The lock is flock(2) on the store's directory: the kernel lets go of it
 * however its holder dies, and nobody can delete it by accident.  While it is
 * held no signal that can wait interrupts us, files are made with mode 0600
 * whatever the umask, and a watchdog kills the process if it holds the lock
 * too long (SIGSTOP, a hanging disk): the next one recovers.
 */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

#include <signal.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <time.h>

#include "scep_err.h"

/* How long a holder may live. */
enum {
	STORE_HOLD_SECONDS =
	    10, /* no visit comes near: they take milliseconds */
	STORE_RECOVER_SECONDS = 300, /* it may have to sync a large database */
};

struct store_lock {
	timer_t watchdog;
	bool has_watchdog;
	sigset_t signals; /* of the caller, while we hold the lock */
	mode_t mask;	  /* likewise */
};

/* store_lock_init - make the watchdog; nothing is locked yet */
int store_lock_init(struct store_lock *l, struct err *e);
void store_lock_release(struct store_lock *l);

/*
 * store_lock_take - wait at most `seconds` for the lock on `fd` and start the
 * watchdog.  ERR_BUSY.  Signals get through while it waits.
 */
int store_lock_take(struct store_lock *l, int fd, int seconds, struct err *e);

/* store_lock_watch - the holder may live `seconds` from now */
void store_lock_watch(struct store_lock *l, int seconds);

void store_lock_drop(struct store_lock *l, int fd);

#endif
