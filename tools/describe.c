#include <arpa/inet.h>
#include <ctype.h>
#include <gnutls/x509-ext.h>
#include <string.h>

#include "describe.h"

const struct out_field describe_fields[] = {
	{ "subject", "subject", 0 },
	{ "issuer", "issuer", 0 },
	{ "serial", "serial", 0 },
	{ "key", "key", 0 },
	{ "not_before", "valid from", 0 },
	{ "not_after", "valid until", 0 },
	{ "sha256", "SHA-256", 0 },
	{ "sha1", "SHA-1", 0 },
	{ "md5", "MD5", 0 },
};
const size_t describe_n_fields =
    sizeof(describe_fields) / sizeof(describe_fields[0]);

/* a zero octet in front says no more than that the number is positive */
static struct span without_zero(struct span s)
{
	if (s.n > 1 && s.p[0] == 0)
		return (struct span){ s.p + 1, s.n - 1 };
	return s;
}

json_t *describe_serial(struct span contents)
{
	return out_hex(without_zero(contents));
}

json_t *describe_fingerprint(struct span der, gnutls_digest_algorithm_t alg)
{
	static const char hex[] = "0123456789ABCDEF";
	uint8_t hash[64];
	char text[3 * sizeof(hash) + 1];
	size_t i, n = gnutls_hash_get_len(alg);

	if (n == 0 || n > sizeof(hash) ||
	    gnutls_hash_fast(alg, der.p, der.n, hash) < 0)
		return json_null();
	for (i = 0; i < n; i++) {
		text[3 * i] = hex[hash[i] >> 4];
		text[3 * i + 1] = hex[hash[i] & 15];
		text[3 * i + 2] = ':';
	}
	return json_stringn(text, 3 * n - 1);
}

json_t *describe_key(struct span spki)
{
	struct pubkey key;
	struct err e;
	json_t *text;

	if (pubkey_import(spki, &key, &e) != 0)
		return json_sprintf("unusable (%s)", e.text);
	text = key.pk == GNUTLS_PK_RSA ? json_sprintf("RSA %u", key.bits)
				       : json_sprintf("EC P-%u", key.bits);
	pubkey_release(&key);
	return text;
}

static json_t *alt_name(unsigned type, struct span value)
{
	static const struct {
		unsigned type;
		const char *name;
	} names[] = {
		{ GNUTLS_SAN_DNSNAME, "dns" },
		{ GNUTLS_SAN_RFC822NAME, "email" },
		{ GNUTLS_SAN_URI, "uri" },
		{ GNUTLS_SAN_OTHERNAME_XMPP, "xmpp" },
		{ GNUTLS_SAN_OTHERNAME_MSUSERPRINCIPAL, "upn" },
	};
	char ip[INET6_ADDRSTRLEN];
	json_t *text, *prefixed;
	const char *name = "other";
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type)
			name = names[i].name;
	if (type == GNUTLS_SAN_IPADDRESS && (value.n == 4 || value.n == 16) &&
	    inet_ntop(value.n == 4 ? AF_INET : AF_INET6, value.p, ip,
		sizeof(ip)) != NULL)
		return json_sprintf("ip:%s", ip);
	if (type == GNUTLS_SAN_DN)
		text = out_name(value), name = "dn";
	else if (strcmp(name, "other") == 0)
		text = out_hex(value);
	else
		text = out_text(value);
	prefixed = json_sprintf("%s:%s", name, json_string_value(text));
	json_decref(text);
	return prefixed;
}

json_t *describe_names(struct span extensions)
{
	gnutls_subject_alt_names_t sans;
	gnutls_datum_t ext, name, oid;
	json_t *list = json_array();
	struct span value;
	unsigned i, type;

	if (cert_extension(extensions, "2.5.29.17", &value, NULL, NULL) != 0 ||
	    gnutls_subject_alt_names_init(&sans) < 0)
		return list;
	ext = (gnutls_datum_t){ (unsigned char *)value.p, (unsigned)value.n };
	if (gnutls_x509_ext_import_subject_alt_names(&ext, sans, 0) == 0)
		for (i = 0; gnutls_subject_alt_names_get(
				sans, i, &type, &name, &oid) == 0;
		     i++)
			json_array_append_new(list,
			    alt_name(
				type, (struct span){ name.data, name.size }));
	gnutls_subject_alt_names_deinit(sans);
	return list;
}

json_t *describe_cert(const struct cert_view *v)
{
	json_t *o = json_object();

	json_object_set_new(o, "subject", out_name(v->subject));
	json_object_set_new(o, "issuer", out_name(v->issuer));
	json_object_set_new(o, "serial", describe_serial(v->serial));
	json_object_set_new(o, "key", describe_key(v->spki));
	json_object_set_new(o, "names", describe_names(v->extensions));
	json_object_set_new(o, "not_before", out_time(v->not_before));
	json_object_set_new(o, "not_after", out_time(v->not_after));
	json_object_set_new(
	    o, "sha256", describe_fingerprint(v->der, GNUTLS_DIG_SHA256));
	json_object_set_new(
	    o, "sha1", describe_fingerprint(v->der, GNUTLS_DIG_SHA1));
	json_object_set_new(
	    o, "md5", describe_fingerprint(v->der, GNUTLS_DIG_MD5));
	return o;
}

int serial_prefix_read(const char *text, struct serial_prefix *p, struct err *e)
{
	struct serial_prefix got = { 0 };

	if (strncmp(text, "00", 2) == 0)
		text += 2;
	for (; *text != '\0'; text++) {
		if (*text == ':')
			continue;
		if (!isxdigit((unsigned char)*text))
			return err_set(
			    e, ERR_INPUT, "a serial number is hex digits");
		if (got.n == 2 * SERIAL_MAX)
			return err_set(e, ERR_INPUT,
			    "a serial number has %d hex digits at most",
			    2 * SERIAL_MAX);
		got.digits[got.n++] = (char)tolower((unsigned char)*text);
	}
	if (got.n == 0)
		return err_set(e, ERR_INPUT, "a serial number is hex digits");
	*p = got;
	return 0;
}

bool serial_prefix_fits(
    const struct serial_prefix *p, const struct serial *serial)
{
	struct span s = without_zero((struct span){ serial->b, serial->n });
	char digits[2 * SERIAL_MAX + 1];
	size_t i;

	for (i = 0; i < s.n; i++)
		snprintf(digits + 2 * i, 3, "%02x", s.p[i]);
	return p->n <= 2 * s.n && memcmp(digits, p->digits, p->n) == 0;
}

bool serial_prefix_whole(const struct serial_prefix *p, struct serial *serial)
{
	struct buf b = { .max = SERIAL_MAX };
	struct serial s = { 0 };
	bool whole = false;

	if (hex_get(&b, (struct span){ (const uint8_t *)p->digits, p->n },
		NULL) == 0) {
		if (b.p[0] >= 0x80)
			s.b[s.n++] = 0;
		if (b.n + s.n <= SERIAL_MAX) {
			memcpy(s.b + s.n, b.p, b.n);
			s.n = (uint8_t)(s.n + b.n);
			*serial = s;
			whole = true;
		}
	}
	buf_release(&b);
	return whole;
}
