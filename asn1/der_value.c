/* Values that have more than one encoding: character strings and times. */
#include <stdio.h>
#include <string.h>

#include "der.h"

/* Append one character as UTF-8 (RFC 3629); no surrogates, no NUL. */
static int put_char(struct buf *out, uint32_t c, struct err *e)
{
	uint8_t u[4];
	size_t n;

	if (c == 0 || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return err_set(e, ERR_INPUT, "text: character U+%04X", c);
	if (c < 0x80) {
		u[0] = (uint8_t)c;
		n = 1;
	} else if (c < 0x800) {
		u[0] = (uint8_t)(0xc0 | c >> 6);
		n = 2;
	} else if (c < 0x10000) {
		u[0] = (uint8_t)(0xe0 | c >> 12);
		n = 3;
	} else {
		u[0] = (uint8_t)(0xf0 | c >> 18);
		n = 4;
	}
	for (size_t i = n - 1; i > 0; i--, c >>= 6)
		u[i] = (uint8_t)(0x80 | (c & 0x3f));
	return buf_put(out, (struct span){ u, n }, e);
}

/* Take one UTF-8 sequence off `s`: shortest form only. */
static int get_utf8(struct span *s, uint32_t *c, struct err *e)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint8_t lead = s->p[0];
	size_t n = 4;

	if (lead < 0x80)
		n = 1;
	else if (lead < 0xe0)
		n = 2;
	else if (lead < 0xf0)
		n = 3;
	if ((lead >= 0x80 && lead < 0xc0) || lead >= 0xf8 || n > s->n)
		return err_set(e, ERR_INPUT, "text: bad UTF-8");
	*c = n == 1 ? lead : lead & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((s->p[i] & 0xc0) != 0x80)
			return err_set(e, ERR_INPUT, "text: bad UTF-8");
		*c = *c << 6 | (s->p[i] & 0x3f);
	}
	if (*c < least[n])
		return err_set(e, ERR_INPUT, "text: bad UTF-8");
	*s = (struct span){ s->p + n, s->n - n };
	return 0;
}

/* Take one big-endian character of `width` octets off `s`. */
static int get_wide(struct span *s, size_t width, uint32_t *c, struct err *e)
{
	if (s->n < width)
		return err_set(e, ERR_INPUT, "text: character cut off");
	*c = 0;
	for (size_t i = 0; i < width; i++)
		*c = *c << 8 | s->p[i];
	*s = (struct span){ s->p + width, s->n - width };
	return 0;
}

int der_text(uint8_t tag, struct span body, struct buf *out, struct err *e)
{
	size_t before = out->n, width;
	uint32_t c = 0;
	int rc;

	switch (tag) {
	case DER_UTF8:
		width = 0;
		break;
	case DER_PRINTABLE:
	case DER_NUMERIC:
	case DER_VISIBLE:
	case DER_IA5:
	case DER_T61:
		width = 1;
		break;
	case DER_BMP:
		width = 2;
		break;
	case DER_UNIVERSAL:
		width = 4;
		break;
	default:
		return err_set(e, ERR_INPUT, "tag 0x%02x is no text", tag);
	}
	while (body.n > 0) {
		if (width == 0)
			rc = get_utf8(&body, &c, e);
		else
			rc = get_wide(&body, width, &c, e);
		if (rc != 0 || put_char(out, c, e) != 0) {
			buf_cut(out, before);
			return -1;
		}
	}
	return 0;
}

bool is_oid(struct span s)
{
	enum { OCTETS_MAX = 28, ARC_OCTETS_MAX = 8 };
	size_t arc = 0; /* octets of it so far */

	if (s.n == 0 || s.n > OCTETS_MAX)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if ((arc == 0 && s.p[i] == 0x80) || ++arc > ARC_OCTETS_MAX)
			return false;
		if ((s.p[i] & 0x80) == 0)
			arc = 0;
	}
	return arc == 0;
}

bool is_printable_string(struct span s)
{
	for (size_t i = 0; i < s.n; i++)
		if (memchr(
			"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
			"0123456789 '()+,-./:=?",
			s.p[i], 74) == NULL)
			return false;
	return true;
}

int der_put_time(struct buf *out, int64_t t, struct err *e)
{
	time_t when = (time_t)t;
	struct tm tm;
	char text[32];
	bool utc;

	if (gmtime_r(&when, &tm) == NULL || tm.tm_year < 50 ||
	    tm.tm_year > 9999 - 1900)
		return err_set(e, ERR_INPUT,
		    "no certificate can hold time %lld", (long long)t);
	utc = tm.tm_year < 150; /* RFC 5280, 4.1.2.5: until 2049 */
	if (strftime(text, sizeof(text), "%Y%m%d%H%M%SZ", &tm) == 0)
		return err_set(e, ERR_INPUT, "time %lld", (long long)t);
	/* UTCTime is the same without the century */
	return der_put(out, utc ? DER_UTC_TIME : DER_GENERALIZED_TIME,
	    span_str(utc ? text + 2 : text), e);
}

int der_time(uint8_t tag, struct span body, int64_t *t, struct err *e)
{
	size_t digits = tag == DER_UTC_TIME ? 12 : 14;
	int part[7] = { 0 };
	struct tm tm;
	const uint8_t *p = body.p;

	if ((tag != DER_UTC_TIME && tag != DER_GENERALIZED_TIME) ||
	    body.n != digits + 1 || p[digits] != 'Z')
		return err_set(e, ERR_INPUT, "time is not YYMMDDHHMMSSZ");
	for (size_t i = 0; i < digits; i++) {
		if (p[i] < '0' || p[i] > '9')
			return err_set(e, ERR_INPUT, "time is not of digits");
		part[i / 2] = part[i / 2] * 10 + (p[i] - '0');
	}
	if (tag == DER_UTC_TIME) { /* 50-99 are of the last century */
		memmove(part + 1, part, 6 * sizeof(part[0]));
		part[0] = part[1] >= 50 ? 19 : 20;
	}
	tm = (struct tm){
		.tm_year = part[0] * 100 + part[1] - 1900,
		.tm_mon = part[2] - 1,
		.tm_mday = part[3],
		.tm_hour = part[4],
		.tm_min = part[5],
		.tm_sec = part[6],
	};
	if (part[2] < 1 || part[2] > 12 || part[3] < 1 || part[3] > 31 ||
	    part[4] > 23 || part[5] > 59 || part[6] > 60)
		return err_set(e, ERR_INPUT, "time out of range");
	*t = (int64_t)timegm(&tm);
	return 0;
}
