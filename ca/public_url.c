#include <stdio.h>
#include <string.h>

#include "crl_publish.h"

_Static_assert(sizeof(((struct conf *)NULL)->url) + sizeof("/pki/ca.crl") <=
	(size_t)PUBLIC_URL_MAX,
    "a URL would be cut");

/* The base URL may end with a slash or not; the web server has one. */
static void join(const struct conf *conf, const char *path, char *url)
{
	size_t n = strlen(conf->url);

	while (n > 0 && conf->url[n - 1] == '/')
		n--;
	if (n == 0)
		url[0] = '\0';
	else
		snprintf(
		    url, PUBLIC_URL_MAX, "%.*s%s", (int)n, conf->url, path);
}

void crl_url(const struct conf *conf, char url[PUBLIC_URL_MAX])
{
	join(conf, "/pki/ca.crl", url);
}

void ca_cert_url(const struct conf *conf, char url[PUBLIC_URL_MAX])
{
	join(conf, "/pki/ca.crt", url);
}
