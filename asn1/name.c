/* X.501 names as text (RFC 4514), through GnuTLS; back again: name_parse.c. */
#include <gnutls/x509.h>
#include <string.h>

#include "cert.h"

/*
 * Length of the UTF-8 sequence at the front of `s` if it must not be printed.
 */
static size_t unprintable(struct span s)
{
	if (s.p[0] < 0x20 || s.p[0] == 0x7f)
		return 1;
	if (s.n >= 2 && s.p[0] == 0xc2 && s.p[1] >= 0x80 && s.p[1] < 0xa0)
		return 2; /* C1 controls */
	if (s.n >= 3 && s.p[0] == 0xe2 && s.p[1] == 0x80 &&
	    (s.p[2] == 0x8e || s.p[2] == 0x8f ||     /* LRM, RLM */
		(s.p[2] >= 0xa8 && s.p[2] <= 0xae))) /* separators, bidi */
		return 3;
	if (s.n >= 3 && s.p[0] == 0xe2 && s.p[1] == 0x81 && s.p[2] >= 0xa6 &&
	    s.p[2] <= 0xa9) /* bidi isolates */
		return 3;
	return 0;
}

/* Append `s` with what a terminal should not see as \XX (RFC 4514, 2.4). */
static int put_escaped(struct buf *text, struct span s, struct err *e)
{
	size_t n;

	while (s.n > 0) {
		n = unprintable(s);
		if (n == 0 && buf_put(text, (struct span){ s.p, 1 }, e) != 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			if (buf_put(text, SPAN_LIT("\\"), e) != 0 ||
			    hex_put(text, (struct span){ s.p + i, 1 }, e) != 0)
				return -1;
		n = n == 0 ? 1 : n;
		s = (struct span){ s.p + n, s.n - n };
	}
	return 0;
}

int name_text(struct span name, struct buf *text, struct err *e)
{
	gnutls_datum_t der = { (unsigned char *)name.p, (unsigned)name.n };
	gnutls_datum_t str = { 0 };
	gnutls_x509_dn_t dn = NULL;
	size_t before = text->n;
	int rc;

	if (der_check(name, &der_limits, NULL) == 0 &&
	    gnutls_x509_dn_init(&dn) == 0 &&
	    gnutls_x509_dn_import(dn, &der) == 0 &&
	    gnutls_x509_dn_get_str2(dn, &str, 0) == 0) {
		rc = put_escaped(text, (struct span){ str.data, str.size }, e);
	} else { /* no name that GnuTLS can read: show what it is */
		rc = buf_put(text, SPAN_LIT("#"), e);
		if (rc == 0)
			rc = hex_put(text, name, e);
	}
	gnutls_free(str.data);
	if (dn != NULL)
		gnutls_x509_dn_deinit(dn);
	if (rc != 0)
		buf_cut(text, before);
	return rc;
}
