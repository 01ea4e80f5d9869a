/* Patterns for subject alternative names: each kind has its own grammar. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "der.h"
#include "pattern.h"

const char *san_kind_name(enum san_kind kind)
{
	static const char *const names[SAN_KINDS] = {
		[SAN_DNS] = "dns",
		[SAN_IP] = "ip",
		[SAN_EMAIL] = "email",
		[SAN_URI] = "uri",
		[SAN_UPN] = "upn",
		[SAN_SID] = "sid",
	};

	return names[kind];
}

/* otherName: the user principal name, UTF8String under an explicit [0] */
static bool read_upn(struct span other, struct span *value)
{
	/* 1.3.6.1.4.1.311.20.2.3 */
	static const uint8_t upn[] = { 0x2b, 0x06, 0x01, 0x04, 0x01, 0x82, 0x37,
		0x14, 0x02, 0x03 };
	struct span oid, wrapped;

	return der_next(&other, DER_OID, &oid, NULL) == 0 &&
	    span_eq(oid, (struct span){ upn, sizeof(upn) }) &&
	    der_next(&other, DER_CTX0_CONS, &wrapped, NULL) == 0 &&
	    other.n == 0 && der_next(&wrapped, DER_UTF8, value, NULL) == 0 &&
	    wrapped.n == 0;
}

/* In a URI, and Windows takes the holder for that account. */
static bool take_sid(struct span *uri)
{
	static const char prefix[] = "tag:microsoft.com,2022-09-14:sid:";
	const size_t n = sizeof(prefix) - 1;

	if (uri->n < n || strncasecmp((const char *)uri->p, prefix, n) != 0)
		return false;
	*uri = (struct span){ uri->p + n, uri->n - n };
	return true;
}

bool san_read(
    uint8_t tag, struct span body, enum san_kind *kind, struct span *value)
{
	*value = body;
	switch (tag) {
	case 0xa0:
		*kind = SAN_UPN;
		return read_upn(body, value);
	case 0x81:
		*kind = SAN_EMAIL;
		return true;
	case 0x82:
		*kind = SAN_DNS;
		return true;
	case 0x86:
		*kind = take_sid(value) ? SAN_SID : SAN_URI;
		return true;
	case 0x87:
		*kind = SAN_IP;
		return body.n == 4 || body.n == 16;
	default:
		return false;
	}
}

/* ---- texts ---- */

/* Letters, digits, - and _ between single dots; in a pattern, stars. */
static bool is_domain(struct span s, const char *more)
{
	bool after_dot = true;

	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];

		if (c == '.' && after_dot)
			return false;
		after_dot = c == '.';
		if (c == '\0' ||
		    ((c < '0' || c > '9') &&
			((c | 0x20) < 'a' || (c | 0x20) > 'z') &&
			strchr("-_.", c) == NULL && strchr(more, c) == NULL))
			return false;
	}
	return s.n > 0 && !after_dot;
}

/* No blank and no control character; `ascii`: nothing beyond that either. */
static bool is_solid(struct span s, bool ascii)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == 0x7f || (ascii && s.p[i] > 0x7f))
			return false;
	return s.n > 0;
}

/* S-1- and numbers; in a pattern, stars. */
static bool is_sid(struct span s, const char *more)
{
	if (s.n < 5 || memcmp(s.p, "S-1-", 4) != 0)
		return false;
	for (size_t i = 4; i < s.n; i++)
		if (s.p[i] == '-' ? s.p[i - 1] == '-'
				  : (s.p[i] < '0' || s.p[i] > '9') &&
			    (s.p[i] == '\0' || strchr(more, s.p[i]) == NULL))
			return false;
	return s.p[s.n - 1] != '-';
}

/* What is before the one @, and behind it. */
static bool split_at(struct span s, struct span *local, struct span *domain)
{
	const uint8_t *at = memchr(s.p, '@', s.n);
	size_t n;

	if (at == NULL)
		return false;
	n = (size_t)(at - s.p);
	*local = (struct span){ s.p, n };
	*domain = (struct span){ at + 1, s.n - n - 1 };
	return n > 0 && domain->n > 0 &&
	    memchr(domain->p, '@', domain->n) == NULL;
}

static bool match_mailbox(const char *pattern, struct span text, bool ascii)
{
	struct span local, domain, want_local, want_domain;
	char want[PATTERN_MAX + 1];

	if (!split_at(span_str(pattern), &want_local, &want_domain) ||
	    !split_at(text, &local, &domain) || !is_solid(local, ascii) ||
	    !is_domain(domain, "") || want_local.n > PATTERN_MAX)
		return false;
	memcpy(want, want_local.p, want_local.n);
	want[want_local.n] = '\0';
	/* the rest of the pattern ends where the pattern does */
	return pattern_match(want, local) &&
	    pattern_match_folded((const char *)want_domain.p, domain);
}

/* ---- addresses ---- */

struct network {
	uint8_t b[16];
	size_t n;      /* 4 or 16 octets */
	unsigned bits; /* of them, that count */
};

static bool read_address(struct span text, struct network *to)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.n == 0 || text.n >= sizeof(copy) ||
	    memchr(text.p, '\0', text.n) != NULL)
		return false;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	to->n = memchr(copy, ':', text.n) != NULL ? 16 : 4;
	to->bits = (unsigned)to->n * 8;
	return inet_pton(to->n == 16 ? AF_INET6 : AF_INET, copy, to->b) == 1;
}

static bool read_network(const char *text, struct network *to)
{
	const char *slash = strchr(text, '/');
	unsigned bits;
	int end = 0;

	if (slash == NULL)
		return read_address(span_str(text), to);
	if (!read_address(
		(struct span){ (const uint8_t *)text, (size_t)(slash - text) },
		to) ||
	    slash[1] < '0' || slash[1] > '9' ||
	    sscanf(slash + 1, "%3u%n", &bits, &end) != 1 ||
	    slash[1 + end] != '\0' || bits > to->bits)
		return false;
	to->bits = bits;
	return true;
}

static bool is_inside(const struct network *net, struct span address)
{
	unsigned whole = net->bits / 8, rest = net->bits % 8;

	return address.n == net->n && memcmp(address.p, net->b, whole) == 0 &&
	    (rest == 0 ||
		((address.p[whole] ^ net->b[whole]) >> (8 - rest)) == 0);
}

static int check_network(const char *pattern, struct err *e)
{
	struct network net;

	if (!read_network(pattern, &net))
		return err_set(e, ERR_INPUT,
		    "ip: takes an address or a network, such as 192.0.2.0/24 "
		    "or 2001:db8::/32");
	for (unsigned i = net.bits; i < net.n * 8; i++)
		if ((net.b[i / 8] >> (7 - i % 8) & 1) != 0)
			return err_set(e, ERR_INPUT,
			    "ip: in a network of %u bits all behind them is 0",
			    net.bits);
	return 0;
}

/* ---- all of them ---- */

int san_pattern_check(enum san_kind kind, const char *pattern, struct err *e)
{
	struct span s = span_str(pattern), local, domain;

	if (s.n == 0 || s.n > PATTERN_MAX)
		return err_set(e, ERR_INPUT, "%s: takes 1 to %d characters",
		    san_kind_name(kind), PATTERN_MAX);
	if (strstr(pattern, "**") != NULL)
		return err_set(e, ERR_INPUT,
		    "%s: a * stands for any number of characters: one will do",
		    san_kind_name(kind));
	switch (kind) {
	case SAN_IP:
		return check_network(pattern, e);
	case SAN_DNS:
		return is_domain(s, "*")
		    ? 0
		    : err_set(e, ERR_INPUT,
			  "dns: takes a host name, such as r1.example.org or "
			  "*.example.org");
	case SAN_EMAIL:
	case SAN_UPN:
		return split_at(s, &local, &domain) &&
			is_solid(local, kind == SAN_EMAIL) &&
			is_domain(domain, "*")
		    ? 0
		    : err_set(e, ERR_INPUT,
			  "%s: takes one @ with something on both sides, such "
			  "as *@example.org",
			  san_kind_name(kind));
	case SAN_SID:
		return is_sid(s, "*")
		    ? 0
		    : err_set(e, ERR_INPUT,
			  "sid: takes a security identifier, such as "
			  "S-1-5-21-*");
	default: /* SAN_URI */
		return is_solid(s, true)
		    ? 0
		    : err_set(e, ERR_INPUT,
			  "uri: takes printable ASCII without a blank");
	}
}

bool san_pattern_match(
    enum san_kind kind, const char *pattern, struct span value)
{
	struct network net;

	switch (kind) {
	case SAN_DNS:
		return is_domain(value, "") &&
		    pattern_match_folded(pattern, value);
	case SAN_IP:
		return read_network(pattern, &net) && is_inside(&net, value);
	case SAN_EMAIL:
	case SAN_UPN:
		return match_mailbox(pattern, value, kind == SAN_EMAIL);
	case SAN_SID:
		return is_sid(value, "") && pattern_match(pattern, value);
	default:
		return is_solid(value, true) && pattern_match(pattern, value);
	}
}

bool san_pattern_match_text(
    enum san_kind kind, const char *pattern, struct span text)
{
	struct network address;

	if (kind != SAN_IP)
		return san_pattern_match(kind, pattern, text);
	return read_address(text, &address) &&
	    san_pattern_match(
		kind, pattern, (struct span){ address.b, address.n });
}
