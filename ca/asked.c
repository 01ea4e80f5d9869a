#include "asked.h"

#include <string.h>

#include "cert.h"

#define OID_SKI "2.5.29.14"
#define OID_SAN "2.5.29.17"

/* The next extension that counts; 0 at the end, -1 if malformed. */
static int next(struct span *list, char oid[EXTENSION_OID_MAX],
    struct span *value, bool *critical)
{
	while (list->n > 0) {
		if (extension_next(list, oid, value, critical, NULL) != 0)
			return -1;
		if (strcmp(oid, OID_SKI) != 0)
			return 1;
	}
	return 0;
}

static bool same_extensions(struct span a, struct span b)
{
	char oid_a[EXTENSION_OID_MAX], oid_b[EXTENSION_OID_MAX];
	bool critical_a, critical_b;
	struct span va, vb;
	int more;

	do {
		more = next(&a, oid_a, &va, &critical_a);
		if (more != next(&b, oid_b, &vb, &critical_b) || more < 0)
			return false;
		if (more > 0 &&
		    (strcmp(oid_a, oid_b) != 0 || critical_a != critical_b ||
			!span_eq(va, vb)))
			return false;
	} while (more > 0);
	return true;
}

bool asked_same(struct span old, const struct csr *csr)
{
	struct csr was;
	bool same;

	if (csr_parse(old, &was, NULL) != 0)
		return false;
	same = span_eq(was.spki, csr->spki) &&
	    span_eq(was.subject, csr->subject) &&
	    same_extensions(was.extensions, csr->extensions);
	csr_release(&was);
	return same;
}

bool asked_granted(struct span cert, const struct csr *csr)
{
	struct span had, wants;
	struct cert_view v;

	if (cert_parse(cert, &v, NULL) != 0 || !span_eq(v.spki, csr->spki) ||
	    !span_eq(v.subject, csr->subject))
		return false;
	if (cert_extension(csr->extensions, OID_SAN, &wants, NULL, NULL) != 0)
		wants = (struct span){ 0 };
	if (cert_extension(v.extensions, OID_SAN, &had, NULL, NULL) != 0)
		had = (struct span){ 0 };
	return span_eq(had, wants);
}
