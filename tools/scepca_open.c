#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "as_owner.h"
#include "operator.h"
#include "scepca.h"

int scepca_named_home(const struct opts *o, struct out *out, const char **home)
{
	const char *name = opt_value(o, "home");

	if (name == NULL)
		name = getenv("SCEPCA_HOME");
	if (name == NULL || name[0] == '\0')
		return out_usage(out,
		    "which CA?  Name its directory by --home or SCEPCA_HOME");
	*home = name;
	return EXIT_DONE;
}

int scepca_home(const struct opts *o, struct out *out, char home[HOME_PATH_MAX])
{
	struct err e;
	const char *name;
	char *path;
	int rc = scepca_named_home(o, out, &name);

	if (rc != EXIT_DONE)
		return rc;
	path = realpath(name, NULL);
	if (path == NULL) {
		err_set(&e, ERR_CONF, "%s: %s; scepca init makes a home", name,
		    strerror(errno));
		return out_error(out, &e);
	}
	rc = snprintf(home, HOME_PATH_MAX, "%s", path);
	free(path);
	if (rc >= HOME_PATH_MAX)
		return out_usage(out, "the path of the home is too long");
	if (as_owner(home, &e) != 0)
		return out_error(out, &e);
	return EXIT_DONE;
}

int scepca_open(const struct opts *o, struct out *out, struct ca **ca)
{
	char home[HOME_PATH_MAX];
	struct ca *c = NULL;
	char by[sizeof(c->by)];
	struct err e;
	int rc;

	operator_name(by, sizeof(by)); /* while we are still he */
	rc = scepca_home(o, out, home);
	if (rc != EXIT_DONE)
		return rc;
	if (ca_open(home, NULL, &c, &e) != 0 || ca_store(c, &e) != 0) {
		ca_close(c);
		(void)out_error(out, &e);
		return EXIT_BROKEN;
	}
	memcpy(c->by, by, sizeof(c->by));
	*ca = c;
	return EXIT_DONE;
}
