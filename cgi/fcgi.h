/*
 * fcgi.h - FastCGI: a socket that listens, and workers that take requests from
 * it, one after the other, with the CA open.
 */
#ifndef FCGI_H
#define FCGI_H

#include <stdbool.h>

/* fcgi_listens - is fd a socket that listens? */
bool fcgi_listens(int fd);

/*
 * fcgi_serve - serve what comes to the socket on stdin until SIGTERM; the exit
 * status, 2 if that socket or the environment will not do.  The environment
 * has: SCEPCA_WORKERS, how many processes (4); SCEPCA_HOME and SCEPCA_ENDPOINT,
 * for requests whose parameters have none.
 */
int fcgi_serve(void);

#endif
