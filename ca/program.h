/*
 * program.h - a program of the operator's, run: no shell, no argument, an
 * environment of our making, a time after which it is killed.
 *
 * It is started by posix_spawn, so that no line of ours runs in a process that
 * has our memory, and gets three descriptors and no other.  What it leaves in
 * its process group is killed with it.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include <sys/types.h>

#include "buf.h"

enum {
	PROGRAM_FACTS_MAX = 30,
	PROGRAM_OUT_MAX = 4096,	     /* bytes of its stdout */
	PROGRAM_COMPLAINT_MAX = 1024 /* bytes kept of its stderr */
};

/* What it is told, as variables of its environment.  Owns the text. */
struct program_env {
	struct buf text;
	size_t at[PROGRAM_FACTS_MAX];
	size_t n;
};

/*
 * program_fact - append NAME=value.  A control character, which could not be
 * told from the end of a line or of the value, is put as \xNN.  ERR_INPUT if
 * there are too many, ERR_NOMEM.
 */
int program_fact(struct program_env *env, const char *name, struct span value,
    struct err *e);
void program_env_release(struct program_env *env);

struct program_call {
	const char *path; /* absolute */
	const struct program_env *env;
	struct span in;	 /* on its stdin */
	int64_t timeout; /* seconds */
};

/*
 * program_check - may it be run: a regular file that we can execute, of ours or
 * root's, and that nobody else can write to?  ERR_NOT_FOUND, ERR_PERM with the
 * command that mends it, ERR_CONF.
 */
int program_check(const char *path, struct err *e);

/*
 * program_run - check and run it to its end.  0: *status is its exit status,
 * and what it wrote to stdout is appended to `out`.  -1: it cannot be started,
 * was killed, did not end in time or wrote too much; the text has the first
 * line that it wrote to stderr (ERR_SYS, and the kinds of program_check).
 */
int program_run(
    const struct program_call *p, struct buf *out, int *status, struct err *e);

/*
 * program_first_line - copy what is printable ASCII of the first line, at most
 * size - 1 characters; a question mark stands for anything else.
 */
void program_first_line(struct span text, char *out, size_t size);

/*
 * program_abandon - kill the one that runs, if one does.  For a signal handler
 * that ends this process: async-signal-safe.
 */
void program_abandon(void);

#endif
