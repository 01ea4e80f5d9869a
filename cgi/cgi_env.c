#include "cgi_env.h"

#include <stdlib.h>
#include <string.h>

static const char *get(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL && *value != '\0' ? value : otherwise;
}

void cgi_env_read(struct cgi_env *env)
{
	*env = (struct cgi_env){
		.method = getenv("REQUEST_METHOD"),
		.query = get("QUERY_STRING", ""),
		.content_length = get("CONTENT_LENGTH", NULL),
		.remote = get("REMOTE_ADDR", ""),
		.home = get("SCEPCA_HOME", NULL),
		.endpoint = get("SCEPCA_ENDPOINT", ""),
	};
	/*
	 * A body in chunks has no length (RFC 3875, 4.1.2 notwithstanding).  On
	 * a GET from a terminal there is none, and nothing to wait for.
	 */
	env->has_body = env->content_length != NULL ||
	    get("HTTP_TRANSFER_ENCODING", NULL) != NULL ||
	    (env->method != NULL && strcmp(env->method, "POST") == 0);

	clearenv();
	setenv("PATH", "/usr/bin:/bin", 1);
	setenv("TZ", "UTC0", 1); /* a name would be a file to read */
}
