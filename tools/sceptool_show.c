#include "sceptool.h"

const struct out_field cert_fields[] = {
	{ "subject", "subject", 0 },
	{ "issuer", "issuer", 0 },
	{ "serial", "serial", 0 },
	{ "key", "key", 0 },
	{ "ca", "CA", 0 },
	{ "not_before", "valid from", 0 },
	{ "not_after", "valid until", 0 },
	{ "sha256", "SHA-256", 0 },
	{ "sha1", "SHA-1", 0 },
	{ "md5", "MD5", 0 },
};
const size_t n_cert_fields = sizeof(cert_fields) / sizeof(cert_fields[0]);

static json_t *show_digest(struct span cert, gnutls_digest_algorithm_t digest)
{
	struct buf hash = { 0 };
	json_t *v = json_null();

	if (cert_digest(cert, digest, &hash, NULL) == 0)
		v = out_hex(buf_span(&hash));
	buf_release(&hash);
	return v;
}

json_t *show_key(struct span spki)
{
	struct pubkey k;
	struct err e;
	json_t *v;

	if (pubkey_import(spki, &k, &e) != 0)
		return out_text(span_str(e.text));
	v = json_sprintf("%s %u", k.pk == GNUTLS_PK_RSA ? "RSA" : "EC", k.bits);
	pubkey_release(&k);
	return v;
}

json_t *show_cert(struct span der)
{
	struct cert_view v;
	struct err e;

	if (cert_parse(der, &v, &e) != 0)
		return json_pack(
		    "{s:o}", "problem", out_text(span_str(e.text)));
	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:o, s:o, s:o, s:o, s:o}",
	    "subject", out_name(v.subject), "issuer", out_name(v.issuer),
	    "serial", out_hex(v.serial), "key", show_key(v.spki), "ca",
	    cert_is_ca(der), "not_before", out_time(v.not_before), "not_after",
	    out_time(v.not_after), "sha256",
	    show_digest(der, GNUTLS_DIG_SHA256), "sha1",
	    show_digest(der, GNUTLS_DIG_SHA1), "md5",
	    show_digest(der, GNUTLS_DIG_MD5));
}

static void print_object(const json_t *object, int depth);

static void print_member(const char *name, const json_t *v, int depth)
{
	switch (json_typeof(v)) {
	case JSON_OBJECT:
		printf("%*s%s\n", depth * 2, "", name);
		print_object(v, depth + 1);
		break;
	case JSON_ARRAY:
		for (size_t i = 0; i < json_array_size(v); i++)
			print_member(name, json_array_get(v, i), depth);
		break;
	case JSON_STRING:
		printf("%*s%s: ", depth * 2, "", name);
		out_escape(stdout,
		    (struct span){ (const uint8_t *)json_string_value(v),
			json_string_length(v) });
		putchar('\n');
		break;
	case JSON_INTEGER:
		printf("%*s%s: %" JSON_INTEGER_FORMAT "\n", depth * 2, "", name,
		    json_integer_value(v));
		break;
	default:
		printf("%*s%s: %s\n", depth * 2, "", name,
		    json_is_true(v) ? "yes" : "no");
	}
}

static void print_object(const json_t *object, int depth)
{
	const char *name;
	json_t *v;

	json_object_foreach((json_t *)object, name, v)
	    print_member(name, v, depth);
}

void show_document(const json_t *doc)
{
	print_object(doc, 0);
}
