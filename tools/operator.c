#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "operator.h"

void operator_name(char *name, size_t size)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw;

	if (sudo != NULL && sudo[0] != '\0')
		snprintf(name, size, "%s", sudo);
	else if ((pw = getpwuid(getuid())) != NULL)
		snprintf(name, size, "%s", pw->pw_name);
	else
		snprintf(name, size, "%lu", (unsigned long)getuid());
}
