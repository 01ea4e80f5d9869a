/*
 * The end of every way to a token.  GnuTLS linked in as a library brings its
 * code for PKCS#11, which wants p11-kit, which wants libffi: two libraries to
 * load with each request, and nothing here ever asks for a token.  Their
 * functions are this one then (meson.build).
 */
#include <stdlib.h>

void no_token(void);

void no_token(void)
{
	abort();
}
