/*
 * main.c - pkiclient.exe: a CGI program, or a FastCGI server if its stdin is a
 * socket that listens.
 *
 * What is not done here: looking at argv, which mod_cgid fills with a query
 * that has no '=' in it (CVE-2012-1823 lived on that).
 */
#include <gnutls/gnutls.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "answer.h"
#include "fcgi.h"
#include "process.h"
#include "warm.h"

/* GnuTLS wakes up when an operation needs it: serve.c. */
GNUTLS_SKIP_GLOBAL_INIT

static const char usage[] =
    "pkiclient.exe is the CGI program of a SCEP server: a web server runs it.\n"
    "By hand: SCEPCA_HOME=/path REQUEST_METHOD=GET \\\n"
    "\tQUERY_STRING=operation=GetCACaps pkiclient.exe\n"
    "See pkiclient.exe(8); the operator's tool is scepca(1).\n";

static int serve_one(const struct cgi_env *env)
{
	struct gateway_cgi fds = { STDIN_FILENO, STDOUT_FILENO };
	struct gateway g = gateway_cgi(&fds);
	struct ca *ca = NULL;
	int rc;

	process_limit(true);
	rc = answer(&ca, env, &g, true);
	ca_close(ca);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(void)
{
	struct cgi_env env;

	warm_up();
	process_descriptors();
	cgi_env_read(&env, cgi_env_own, NULL);
	if (env.method == NULL && fcgi_listens(STDIN_FILENO))
		return fcgi_serve();
	if (env.method == NULL) {
		fputs(usage, stderr);
		return 2;
	}
	cgi_env_clear();
	/* Not exit(): the destructors of libraries cost time and do nothing. */
	_exit(serve_one(&env));
}
