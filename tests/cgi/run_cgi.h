/*
 * run_cgi.h - pkiclient.exe as a web server runs it: an environment,
 * descriptors, and what comes out.  CGI_EXE in the environment of the test
 * names the program.
 */
#ifndef RUN_CGI_H
#define RUN_CGI_H

#include <sys/types.h>

#include "buf.h"

enum { CGI_ENV_MAX = 80 };

struct cgi_call {
	const char *env[CGI_ENV_MAX]; /* "NAME=value"; NULL ends it */
	const char *argv[4];	      /* behind the program's name */
	struct span body;	      /* on stdin */
	unsigned closed;	      /* bit n: descriptor n is closed */
	int in, out;		      /* to be used if not 0 */
};

struct cgi_process {
	pid_t pid;
	int out, log; /* files without a name; -1: not ours */
};

struct cgi_done {
	int exit_code;	  /* -1: killed */
	int status;	  /* of HTTP; 0: no reply */
	bool whole;	  /* the body is as long as Content-Length says */
	struct buf out;	  /* stdout */
	struct span head; /* of out, without the empty line */
	struct span body;
	struct buf log; /* stderr */
	double cpu_ms;	/* user and system */
	long max_rss_kb;
};

/* cgi_start, and cgi_finish when it has ended: released by cgi_release */
void cgi_start(const struct cgi_call *c, struct cgi_process *r);
void cgi_finish(struct cgi_process *r, struct cgi_done *d);
void cgi_release(struct cgi_done *d);

/* cgi_run - both at once */
void cgi_run(const struct cgi_call *c, struct cgi_done *d);

/* cgi_env_of - for the CA in `ca`; then what is in `more` to the first NULL */
void cgi_env_of(struct cgi_call *c, const char *ca, const char *const *more);

/* The usual requests to the CA in `home`. */
void cgi_get(const char *home, const char *query, struct cgi_done *d);
void cgi_post(const char *home, struct span body, struct cgi_done *d);

/* cgi_header - the value of a header; empty if it is not there once */
struct span cgi_header(const struct cgi_done *d, const char *name);

/* cgi_proc - the text of /proc/PID/name */
void cgi_proc(pid_t pid, const char *name, char *text, size_t size);

/* cgi_has - does `text` stand somewhere in `in`? */
bool cgi_has(struct span in, struct span text);

/* cgi_log_has - is it in the log, and that one line of printable ASCII? */
bool cgi_log_has(const struct cgi_done *d, const char *text);

#endif
