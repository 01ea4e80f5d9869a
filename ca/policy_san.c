/* Subject alternative names (RFC 5280, 4.2.1.6; security.md T-23). */
#include <string.h>
#include <strings.h>

#include "dns_name.h"
#include "policy_part.h"

/* Context tags of GeneralName. */
enum {
	NAME_OTHER = 0xa0,
	NAME_EMAIL = 0x81,
	NAME_DNS = 0x82,
	NAME_URI = 0x86,
	NAME_IP = 0x87,
};

/* 1.3.6.1.4.1.311.20.2.3, the user principal name */
static const uint8_t oid_upn[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37,
	0x14, 0x02, 0x03 };

/* A security identifier in a URI makes the holder that Windows account. */
static const char sid_prefix[] = "tag:microsoft.com,2022-09-14:sid:";

/* IA5String as RFC 5280 has it in names: no control character, no blank. */
static bool is_plain(struct span s)
{
	if (s.n == 0)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] > '~')
			return false;
	return true;
}

static bool is_sid(struct span s)
{
	const size_t n = sizeof(sid_prefix) - 1;

	return s.n >= n && strncasecmp((const char *)s.p, sid_prefix, n) == 0;
}

/* otherName: a user principal name, UTF8String under an explicit [0] */
static int judge_other(
    struct span other, unsigned at, struct verdict *v, struct err *e)
{
	struct span oid, value, text;
	bool ok = false;

	if (der_next(&other, DER_OID, &oid, NULL) != 0 ||
	    !span_eq(oid, (struct span){ oid_upn, sizeof(oid_upn) })) {
		refuse(v, REFUSE_SAN,
		    "name %u: of other names only UPN is granted", at);
		return 0;
	}
	if (der_next(&other, DER_CTX0_CONS, &value, NULL) == 0 &&
	    other.n == 0 && der_next(&value, DER_UTF8, &text, NULL) == 0 &&
	    value.n == 0 && text.n > 0 &&
	    is_text(DER_UTF8, text, true, &ok, e) != 0)
		return -1;
	if (!ok)
		refuse(v, REFUSE_SAN, "name %u: malformed UPN", at);
	return 0;
}

static int judge_name(uint8_t tag, struct span body, unsigned at,
    struct verdict *v, struct err *e)
{
	switch (tag) {
	case NAME_OTHER:
		return judge_other(body, at, v, e);
	case NAME_URI:
		if (is_sid(body)) {
			refuse(v, REFUSE_SAN,
			    "name %u: a Windows SID is not granted", at);
			return 0;
		}
		/* fall through */
	case NAME_EMAIL:
		if (!is_plain(body))
			refuse(v, REFUSE_SAN,
			    "name %u: empty, or not of printable ASCII", at);
		return 0;
	case NAME_DNS:
		if (!dns_name_ok(body))
			refuse(v, REFUSE_SAN,
			    "name %u: not a DNS name, which is made of "
			    "letters, digits, hyphens and dots",
			    at);
		return 0;
	case NAME_IP:
		if (body.n != 4 && body.n != 16)
			refuse(v, REFUSE_SAN,
			    "name %u: an IP address of %zu bytes", at, body.n);
		return 0;
	default:
		refuse(v, REFUSE_SAN,
		    "name %u: type [%u] is not granted; DNS, IP, e-mail, URI "
		    "and UPN are",
		    at, tag & 0x1fU);
		return 0;
	}
}

int policy_san(struct span names, struct verdict *v, struct err *e)
{
	struct span list, body;
	unsigned n = 0;
	uint8_t tag;

	if (der_next(&names, DER_SEQUENCE, &list, NULL) != 0 || names.n != 0 ||
	    list.n == 0) {
		refuse(v, REFUSE_SAN, "empty or malformed");
		return 0;
	}
	while (list.n > 0 && v->why == REFUSE_NONE) {
		if (++n > POLICY_SAN_MAX) {
			refuse(v, REFUSE_SAN, "over %d names", POLICY_SAN_MAX);
			return 0;
		}
		if (der_any(&list, &tag, &body, NULL, NULL) != 0) {
			refuse(v, REFUSE_SAN, "name %u: malformed", n);
			return 0;
		}
		if (judge_name(tag, body, n, v, e) != 0)
			return -1;
	}
	return 0;
}

/* Is `text` one of the common names of a subject that was found well formed? */
static bool is_common_name(struct span subject, struct span text)
{
	static const uint8_t oid_cn[] = { 0x55, 0x04, 0x03 };
	struct span list, set, attr, oid, value;
	uint8_t tag;

	if (der_next(&subject, DER_SEQUENCE, &list, NULL) != 0)
		return false;
	while (der_next(&list, DER_SET, &set, NULL) == 0)
		while (der_next(&set, DER_SEQUENCE, &attr, NULL) == 0)
			if (der_next(&attr, DER_OID, &oid, NULL) == 0 &&
			    der_any(&attr, &tag, &value, NULL, NULL) == 0 &&
			    (tag == DER_UTF8 || tag == DER_PRINTABLE ||
				tag == DER_IA5) &&
			    span_eq(
				oid, (struct span){ oid_cn, sizeof(oid_cn) }) &&
			    value.n == text.n &&
			    strncasecmp((const char *)value.p,
				(const char *)text.p, text.n) == 0)
				return true;
	return false;
}

bool policy_san_follows(const struct grantable *g)
{
	struct span names = g->san, list, body;
	uint8_t tag;

	if (g->san.n == 0)
		return true;
	if (der_next(&names, DER_SEQUENCE, &list, NULL) != 0)
		return false;
	while (list.n > 0)
		if (der_any(&list, &tag, &body, NULL, NULL) != 0 ||
		    tag != NAME_DNS || !is_common_name(g->subject, body))
			return false;
	return true;
}
