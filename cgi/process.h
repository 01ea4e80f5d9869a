/*
 * process.h - the walls around a process that answers requests (security.md
 * T-32, T-44, T-45, T-47).  Each is a second one: none is worth not answering
 * for.
 */
#ifndef PROCESS_H
#define PROCESS_H

#include <stdbool.h>
#include <stdint.h>

/*
 * process_descriptors - the first thing of all: nothing that we open may become
 * a standard stream, and nothing leaks in.
 */
void process_descriptors(void);

/*
 * process_limit - no core, no debugger, no new rights, files of a size; it
 * starts no program until process_programs allows it.  `one_request`: what is
 * taken away then is gone for good.
 */
void process_limit(bool one_request);

/*
 * process_programs - may it start other processes?  Only where ca.conf wants
 * some, and while it answers for that CA; a process that serves many requests
 * can take it back.
 */
void process_programs(bool allowed);

/*
 * process_deadline - this process ends if it takes too long until
 * process_on_time, by the clock or of its time; a second call changes no more
 * than the last words, which are about `id` and `remote` of a struct request.
 * fcgiwrap and nginx never end a program that hangs.
 */
void process_deadline(int64_t now, const char *id, const char *remote);
void process_on_time(void);

/* process_as_usual - SIGTERM ends this child, whatever its parent made of it */
void process_as_usual(void);

#endif
