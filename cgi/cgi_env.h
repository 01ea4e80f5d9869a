/*
 * cgi_env.h - what the web server says of a request (RFC 3875, 4.1): in the
 * environment of a CGI program, or in the parameters of FastCGI.
 */
#ifndef CGI_ENV_H
#define CGI_ENV_H

#include <stdbool.h>

/* Borrows the strings. */
struct cgi_env {
	const char *method;	    /* NULL: no web server started us */
	const char *query;	    /* "" if not set */
	const char *content_length; /* NULL if not set or empty */
	bool has_body;		    /* one may come, if without a length */
	const char *remote;	    /* "" if not set */
	const char *home;	    /* NULL if not set */
	const char *endpoint;	    /* "" if not set */
};

/* The value of a variable, or NULL. */
typedef const char *cgi_env_get(void *arg, const char *name);

/* cgi_env_read - fill in *env from what `get` knows */
void cgi_env_read(struct cgi_env *env, cgi_env_get *get, void *arg);

/* cgi_env_own - a cgi_env_get: our own environment; those strings stay */
cgi_env_get cgi_env_own;

/*
 * cgi_env_clear - empty the environment for whatever library would look into
 * it: a request header can be in there under a name of the peer's choice
 * (httpoxy, CVE-2016-5387).  PATH and TZ are set.
 */
void cgi_env_clear(void);

#endif
