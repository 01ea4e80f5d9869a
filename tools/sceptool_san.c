/* GeneralNames (RFC 5280, 4.2.1.6) as people write them. */
#include <arpa/inet.h>
#include <string.h>

#include "sceptool.h"

enum { EMAIL = 0x81, DNS = 0x82, URI = 0x86, IP = 0x87, DIRECTORY = 0xa4 };

static const struct {
	uint8_t tag;
	const char *prefix;
} kinds[] = {
	{ DNS, "dns:" },
	{ IP, "ip:" },
	{ EMAIL, "email:" },
	{ URI, "uri:" },
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
		if (text[0] == '\0' || !is_ia5(text))
			return err_set(e, ERR_INPUT,
			    "a subject alternative name is ASCII, not empty");
		return kinds[i].tag == IP
		    ? put_ip(text, names, e)
		    : der_put(names, kinds[i].tag, span_str(text), e);
	}
	return err_set(e, ERR_INPUT,
	    "a subject alternative name is dns:NAME, ip:ADDRESS, "
	    "email:ADDRESS or uri:URI");
}

/* What stands behind the prefix. */
static int put_text(
    uint8_t tag, struct span body, struct buf *text, struct err *e)
{
	char address[INET6_ADDRSTRLEN];

	switch (tag) {
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
	json_t *v = NULL;

	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].tag == tag)
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
