/*
 * What a request asks for besides its name and key.
 */
#include <gnutls/x509-ext.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"

enum { VALUE_SHOWN = 64 /* octets */ };

static gnutls_datum_t datum(struct span s)
{
	return (gnutls_datum_t){ (unsigned char *)s.p, (unsigned)s.n };
}

static bool put_key_usage(FILE *f, struct span value)
{
	static const struct {
		unsigned bit;
		const char *name;
	} bits[] = {
		{ GNUTLS_KEY_DIGITAL_SIGNATURE, "digitalSignature" },
		{ GNUTLS_KEY_NON_REPUDIATION, "nonRepudiation" },
		{ GNUTLS_KEY_KEY_ENCIPHERMENT, "keyEncipherment" },
		{ GNUTLS_KEY_DATA_ENCIPHERMENT, "dataEncipherment" },
		{ GNUTLS_KEY_KEY_AGREEMENT, "keyAgreement" },
		{ GNUTLS_KEY_KEY_CERT_SIGN, "keyCertSign" },
		{ GNUTLS_KEY_CRL_SIGN, "cRLSign" },
		{ GNUTLS_KEY_ENCIPHER_ONLY, "encipherOnly" },
		{ GNUTLS_KEY_DECIPHER_ONLY, "decipherOnly" },
	};
	gnutls_datum_t der = datum(value);
	unsigned usage;
	size_t i;

	if (gnutls_x509_ext_import_key_usage(&der, &usage) < 0)
		return false;
	fputs("keyUsage", f);
	for (i = 0; i < sizeof(bits) / sizeof(bits[0]); i++)
		if ((usage & bits[i].bit) != 0)
			fprintf(f, " %s", bits[i].name);
	return true;
}

static bool put_purposes(FILE *f, struct span value)
{
	gnutls_x509_key_purposes_t purposes;
	gnutls_datum_t der = datum(value), oid;
	unsigned i;
	bool done;

	if (gnutls_x509_key_purpose_init(&purposes) < 0)
		return false;
	done = gnutls_x509_ext_import_key_purposes(&der, purposes, 0) == 0;
	if (done)
		fputs("extKeyUsage", f);
	for (i = 0; done && gnutls_x509_key_purpose_get(purposes, i, &oid) == 0;
	     i++)
		fprintf(f, " %.*s", (int)oid.size, (const char *)oid.data);
	gnutls_x509_key_purpose_deinit(purposes);
	return done;
}

static bool put_constraints(FILE *f, struct span value)
{
	gnutls_datum_t der = datum(value);
	unsigned ca;
	int path;

	if (gnutls_x509_ext_import_basic_constraints(&der, &ca, &path) < 0)
		return false;
	fprintf(f, "basicConstraints CA:%s", ca != 0 ? "TRUE" : "FALSE");
	return true;
}

static bool put_names(FILE *f, struct span value)
{
	(void)value; /* they have a line of their own */
	fputs("subjectAltName", f);
	return true;
}

/* extension - one that is asked for; what has no text is shown as octets */
static json_t *extension(const char *oid, struct span value, bool critical)
{
	static const struct {
		const char *oid;
		bool (*put)(FILE *f, struct span value);
	} known[] = {
		{ "2.5.29.15", put_key_usage },
		{ "2.5.29.17", put_names },
		{ "2.5.29.19", put_constraints },
		{ "2.5.29.37", put_purposes },
	};
	char *text = NULL;
	bool done = false;
	size_t i, size;
	json_t *j;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		return json_null();
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(known[i].oid, oid) == 0)
			done = known[i].put(f, value);
	if (!done) {
		fprintf(f, "%s ", oid);
		for (i = 0; i < value.n && i < VALUE_SHOWN; i++)
			fprintf(f, "%02x", value.p[i]);
		if (value.n > VALUE_SHOWN)
			fprintf(f, "... (%zu octets)", value.n);
	}
	if (critical)
		fputs(", critical", f);
	fclose(f);
	j = out_text(span_str(text));
	free(text);
	return j;
}

json_t *describe_extensions(struct span list)
{
	json_t *all = json_array();
	char oid[EXTENSION_OID_MAX];
	struct span value;
	bool critical;

	while (list.n > 0 &&
	    extension_next(&list, oid, &value, &critical, NULL) == 0)
		json_array_append_new(all, extension(oid, value, critical));
	return all;
}
