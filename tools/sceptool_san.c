/*
 * GeneralNames (RFC 5280, 4.2.1.6) as people write them.  Of other names there is
 * the User Principal Name: SEQUENCE { OID, [0] UTF8String }, its tag replaced.
 */
#include <arpa/inet.h>
#include <string.h>

#include "sceptool.h"
#include "tree.h"

enum {
	OTHER = 0xa0,
	EMAIL = 0x81,
	DNS = 0x82,
	URI = 0x86,
	IP = 0x87,
	DIRECTORY = 0xa4
};

static const struct {
	uint8_t tag;
	const char *prefix;
} kinds[] = {
	{ DNS, "dns:" },
	{ IP, "ip:" },
	{ EMAIL, "email:" },
	{ URI, "uri:" },
	{ OTHER, "upn:" },
};

enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };

static int put_ip(const char *text, struct buf *names, struct err *e)
{
	uint8_t address[16];
	size_t n;

	if (inet_pton(AF_INET, text, address) == 1)
		n = 4;
	else if (inet_pton(AF_INET6, text, address) == 1)
		n = 16;
	else
		return err_set(e, ERR_INPUT, "%s is no IP address", text);
	return der_put(names, IP, (struct span){ address, n }, e);
}

#define UPN "1.3.6.1.4.1.311.20.2.3"
enum { UPN_VALUE = 0xa0 };

static int put_upn(const char *text, struct buf *names, struct err *e)
{
	struct buf utf8 = { 0 }, value = { 0 }, name = { 0 };
	int rc = -1;

	if (der_text(DER_UTF8, span_str(text), &utf8, e) == 0 &&
	    der_put(&value, DER_UTF8, buf_span(&utf8), e) == 0 &&
	    oid_put(&name, UPN, e) == 0 &&
	    der_put(&name, UPN_VALUE, buf_span(&value), e) == 0)
		rc = der_put(names, OTHER, buf_span(&name), e);
	buf_release(&utf8);
	buf_release(&value);
	buf_release(&name);
	return rc;
}

/* The text in the contents of an otherName; false: it is another kind. */
static bool is_upn(struct span body, struct span *text)
{
	char oid[TREE_OID_MAX];
	struct span value;

	return oid_next(&body, oid, NULL) == 0 && strcmp(oid, UPN) == 0 &&
	    der_next(&body, UPN_VALUE, &value, NULL) == 0 && body.n == 0 &&
	    der_next(&value, DER_UTF8, text, NULL) == 0 && value.n == 0;
}

static bool is_ia5(const char *text)
{
	for (; *text != '\0'; text++)
		if (*text < 0x20 || *text > 0x7e)
			return false;
	return true;
}

int san_put(const char *text, struct buf *names, struct err *e)
{
	for (size_t i = 0; i < KINDS; i++) {
		size_t n = strlen(kinds[i].prefix);

		if (strncmp(text, kinds[i].prefix, n) != 0)
			continue;
		text += n;
		if (text[0] == '\0' || (kinds[i].tag != OTHER && !is_ia5(text)))
			return err_set(e, ERR_INPUT,
			    "a subject alternative name is ASCII, not empty");
		if (kinds[i].tag == OTHER)
			return put_upn(text, names, e);
		return kinds[i].tag == IP
		    ? put_ip(text, names, e)
		    : der_put(names, kinds[i].tag, span_str(text), e);
	}
	return err_set(e, ERR_INPUT,
	    "a subject alternative name is dns:NAME, ip:ADDRESS, "
	    "email:ADDRESS, uri:URI or upn:USER@DOMAIN");
}

/* What stands behind the prefix. */
static int put_text(
    uint8_t tag, struct span body, struct buf *text, struct err *e)
{
	char address[INET6_ADDRSTRLEN];
	struct span upn;

	switch (tag) {
	case OTHER:
		return is_upn(body, &upn) ? buf_put(text, upn, e)
					  : hex_put(text, body, e);
	case DNS:
	case EMAIL:
	case URI:
		return buf_put(text, body, e);
	case DIRECTORY:
		return name_text(body, text, e);
	case IP:
		if ((body.n == 4 || body.n == 16) &&
		    inet_ntop(body.n == 4 ? AF_INET : AF_INET6, body.p, address,
			sizeof(address)) != NULL)
			return buf_put(text, span_str(address), e);
		return hex_put(text, body, e);
	default:
		return hex_put(text, body, e);
	}
}

static json_t *show_one(uint8_t tag, struct span body)
{
	const char *prefix = tag == DIRECTORY ? "name:" : "other:";
	struct buf text = { 0 };
	struct span upn;
	json_t *v = NULL;

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].tag == tag && (tag != OTHER || is_upn(body, &upn)))
			prefix = kinds[i].prefix;
	if (buf_put(&text, span_str(prefix), NULL) == 0 &&
	    put_text(tag, body, &text, NULL) == 0)
		v = out_text(buf_span(&text));
	buf_release(&text);
	return v != NULL ? v : json_null();
}

json_t *san_show(struct span general_names)
{
	json_t *list = json_array();
	struct span names, body;
	uint8_t tag;

	if (der_next(&general_names, DER_SEQUENCE, &names, NULL) != 0)
		return list;
	while (names.n > 0 && der_any(&names, &tag, &body, NULL, NULL) == 0)
		json_array_append_new(list, show_one(tag, body));
	return list;
}
