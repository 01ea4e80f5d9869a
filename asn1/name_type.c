#include "name_type.h"

#include <gnutls/x509.h>
#include <string.h>
#include <strings.h>

/* The attribute types that have a name: GnuTLS's, and those it lacks. */
static const struct {
	const char *oid;
	const char *name; /* NULL: as GnuTLS prints it */
	uint8_t tag;	  /* for ASCII; 0: PrintableString if it can be one */
} types[] = {
	{ "2.5.4.3", NULL, 0 },
	{ "2.5.4.4", NULL, 0 },
	{ "2.5.4.4", "SN", 0 },
	{ "2.5.4.5", NULL, 0 },
	{ "2.5.4.6", NULL, 0 },
	{ "2.5.4.7", NULL, 0 },
	{ "2.5.4.8", NULL, 0 },
	{ "2.5.4.9", NULL, 0 },
	{ "2.5.4.10", NULL, 0 },
	{ "2.5.4.11", NULL, 0 },
	{ "2.5.4.12", NULL, 0 },
	{ "2.5.4.13", NULL, 0 },
	{ "2.5.4.15", NULL, 0 },
	{ "2.5.4.17", NULL, 0 },
	{ "2.5.4.20", NULL, 0 },
	{ "2.5.4.41", NULL, 0 },
	{ "2.5.4.42", NULL, 0 },
	{ "2.5.4.43", NULL, 0 },
	{ "2.5.4.44", NULL, 0 },
	{ "2.5.4.46", NULL, 0 },
	{ "2.5.4.65", NULL, 0 },
	{ "0.9.2342.19200300.100.1.1", NULL, 0 },
	{ "0.9.2342.19200300.100.1.25", NULL, DER_IA5 },
	{ "1.2.840.113549.1.9.1", NULL, DER_IA5 },
	{ "1.2.840.113549.1.9.1", "emailAddress", DER_IA5 },
	{ "1.2.840.113549.1.9.2", "unstructuredName", DER_IA5 },
	{ "1.2.840.113549.1.9.8", "unstructuredAddress", 0 },
};

bool is_dotted_oid(struct span text)
{
	uint64_t arc, first = 0;
	unsigned arcs = 0;
	size_t i = 0, start;

	for (;; i++) {
		start = i;
		for (arc = 0; i < text.n && text.p[i] >= '0' &&
		     text.p[i] <= '9' && arc <= INT32_MAX;
		     i++)
			arc = arc * 10 + (uint64_t)(text.p[i] - '0');
		if (i == start || arc > INT32_MAX ||
		    (text.p[start] == '0' && i - start > 1))
			return false;
		if (++arcs == 1)
			first = arc;
		else if (arcs == 2 && first < 2 && arc >= 40)
			return false;
		if (i == text.n)
			return arcs >= 2 && first <= 2;
		if (text.p[i] != '.')
			return false;
	}
}

static const char *name_of(size_t i)
{
	return types[i].name != NULL ? types[i].name
				     : gnutls_x509_dn_oid_name(types[i].oid, 0);
}

const char *name_type_text(const char *oid)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].oid, oid) == 0)
			return name_of(i);
	return NULL;
}

int name_type_find(struct span text, struct name_type *t, struct err *e)
{
	const char *name;
	size_t i;

	if (text.n == 0 || text.n >= TREE_OID_MAX)
		return err_set(e, ERR_INPUT, "no attribute type");
	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		name = name_of(i);
		if (name == NULL || strlen(name) != text.n ||
		    strncasecmp(name, (const char *)text.p, text.n) != 0)
			continue;
		strcpy(t->oid, types[i].oid);
		t->tag = types[i].tag;
		return 0;
	}
	if (!is_dotted_oid(text))
		return err_set(e, ERR_INPUT, "unknown attribute type");
	memcpy(t->oid, text.p, text.n);
	t->oid[text.n] = '\0';
	t->tag = 0;
	return 0;
}
