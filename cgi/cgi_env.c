#include "cgi_env.h"

#include <stdlib.h>
#include <string.h>

static const char *value_of(
    cgi_env_get *get, void *arg, const char *name, const char *otherwise)
{
	const char *value = get(arg, name);

	return value != NULL && *value != '\0' ? value : otherwise;
}

void cgi_env_read(struct cgi_env *env, cgi_env_get *get, void *arg)
{
	*env = (struct cgi_env){
		.method = get(arg, "REQUEST_METHOD"),
		.query = value_of(get, arg, "QUERY_STRING", ""),
		.content_length = value_of(get, arg, "CONTENT_LENGTH", NULL),
		.remote = value_of(get, arg, "REMOTE_ADDR", ""),
		.home = value_of(get, arg, "SCEPCA_HOME", NULL),
		.endpoint = value_of(get, arg, "SCEPCA_ENDPOINT", ""),
	};
	/*
	 * A body in chunks has no length (RFC 3875, 4.1.2 notwithstanding).  On
	 * a GET from a terminal there is none, and nothing to wait for.
	 */
	env->has_body = env->content_length != NULL ||
	    value_of(get, arg, "HTTP_TRANSFER_ENCODING", NULL) != NULL ||
	    (env->method != NULL && strcmp(env->method, "POST") == 0);
}

const char *cgi_env_own(void *arg, const char *name)
{
	(void)arg;
	return getenv(name);
}

void cgi_env_clear(void)
{
	clearenv();
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("TZ", "UTC0", 1); /* a name would be a file to read */
}
