/*
 * fcgi_server.h - pkiclient.exe as a FastCGI server, and cgi-fcgi (of libfcgi)
 * as the web server in front of it: cgi_run and all that is built on it then
 * speak to the workers.
 */
#ifndef FCGI_SERVER_H
#define FCGI_SERVER_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "run_cgi.h"

struct fcgi_server {
	char dir[32], socket[64], proxy[64];
	char exe[512]; /* CGI_EXE as it was, and is again at the end */
	pid_t pid;     /* of the one that keeps the workers */
	int log;       /* its stderr, a file without a name */
};

/*
 * fcgi_server_start - with that SCEPCA_WORKERS and SCEPCA_HOME, or none if it is
 * NULL; false: CGI_FCGI, cgi-fcgi's path, is not in the environment.  CGI_EXE is
 * then the way to the workers.
 * fcgi_server_stop - SIGTERM; the exit status, -1 if something killed it
 */
bool fcgi_server_start(
    struct fcgi_server *s, const char *workers, const char *home);
int fcgi_server_stop(struct fcgi_server *s);
/* fcgi_server_end - wait for its end, at most 10 s; the exit status */
int fcgi_server_end(struct fcgi_server *s);

/* fcgi_workers - their pids, at most `max`; how many */
size_t fcgi_workers(const struct fcgi_server *s, pid_t *pid, size_t max);

/* fcgi_log - append what it has written to stderr so far */
void fcgi_log(const struct fcgi_server *s, struct buf *text);

#endif
