/*
 * cgi_env.h - what the web server says in the environment (RFC 3875, 4.1).
 */
#ifndef CGI_ENV_H
#define CGI_ENV_H

#include <stdbool.h>

/* Borrows the strings that the process was started with, which stay. */
struct cgi_env {
	const char *method;	    /* NULL: no web server started us */
	const char *query;	    /* "" if not set */
	const char *content_length; /* NULL if not set or empty */
	bool has_body;		    /* one may come, if without a length */
	const char *remote;	    /* "" if not set */
	const char *home;	    /* NULL if not set */
	const char *endpoint;	    /* "" if not set */
};

/*
 * cgi_env_read - fill in *env, and empty the environment for whatever library
 * would look into it: a request header can be in there under a name of the
 * peer's choice (httpoxy, CVE-2016-5387).  PATH and TZ are set.
 */
void cgi_env_read(struct cgi_env *env);

#endif
