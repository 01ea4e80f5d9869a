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
 * process_programs - before a byte of a request is looked into: whoever takes
 * this process over can start no other, except where ca.conf wants some.
 */
void process_programs(bool allowed);

/*
 * process_deadline - from now on: this process ends if an answer takes too
 * long, by the clock or of its time, and its last words are about `id` and
 * `remote`, as in struct request.  fcgiwrap and nginx never end a program that
 * hangs.
 * process_on_time - the answer is out.
 */
void process_deadline(int64_t now, const char *id, const char *remote);
void process_on_time(void);

#endif
