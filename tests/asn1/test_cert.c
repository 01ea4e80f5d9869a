/* cert.h: the parts of certificates, and what names one. R055. */
#include <criterion/criterion.h>

#include "fixture.h"

/* What IssuerAndSerialNumber takes and what it does not (RFC 5652, 10.2.4). */
Test(issuer_and_serial, shapes)
{
	static const struct {
		const char *name, *der;
		size_t n;
		int want;
	} rows[] = {
		{ "as it should be", "\x30\x05\x30\x00\x02\x01\x07", 7, 0 },
		{ "length not minimal, as clients send it",
		    "\x30\x81\x05\x30\x00\x02\x01\x07", 8, 0 },
		{ "name's length not minimal",
		    "\x30\x06\x30\x81\x00\x02\x01\x07", 8, 0 },
		{ "nothing", "", 0, -1 },
		{ "empty", "\x30\x00", 2, -1 },
		{ "no serial", "\x30\x02\x30\x00", 4, -1 },
		{ "empty serial", "\x30\x04\x30\x00\x02\x00", 6, -1 },
		{ "serial's length not minimal",
		    "\x30\x06\x30\x00\x02\x81\x01\x07", 8, -1 },
		{ "serial no INTEGER", "\x30\x05\x30\x00\x04\x01\x07", 7, -1 },
		{ "no SEQUENCE", "\x31\x05\x30\x00\x02\x01\x07", 7, -1 },
		{ "something behind the serial",
		    "\x30\x07\x30\x00\x02\x01\x07\x05\x00", 9, -1 },
		{ "something behind it all",
		    "\x30\x05\x30\x00\x02\x01\x07\x05\x00", 9, -1 },
		{ "cut off", "\x30\x05\x30\x00\x02\x01", 6, -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct span der = { (const uint8_t *)rows[i].der, rows[i].n };
		struct span issuer = { 0 }, serial = { 0 };
		struct err e = { 0 };

		cr_expect_eq(issuer_and_serial_get(der, &issuer, &serial, &e),
		    rows[i].want, "%s", rows[i].name);
		if (rows[i].want == 0) {
			cr_expect(span_eq(serial, SPAN_LIT("\x07")));
			cr_expect(issuer.n == 2 || issuer.n == 3);
			cr_expect_eq(issuer.p[0], 0x30);
		} else {
			cr_expect_eq(e.kind, ERR_INPUT);
			cr_expect_null(issuer.p);
			cr_expect_null(serial.p);
		}
	}
}

/* R055: what we write of a certificate names it, and no other. */
Test(issuer_and_serial, there_and_back)
{
	struct span issuer, serial;
	struct party ca, other;
	struct buf der = { 0 };

	party_make(&ca, "ec:p256", "CN=ca");
	party_make(&other, "ec:p256", "CN=other");
	cr_assert_eq(issuer_and_serial_put(&der, &ca.view, NULL), 0);
	cr_assert_eq(
	    issuer_and_serial_get(buf_span(&der), &issuer, &serial, NULL), 0);
	cr_expect(span_eq(issuer, ca.view.issuer));
	cr_expect(span_eq(serial, ca.view.serial));
	cr_expect(cert_named_by(&ca.view, buf_span(&der)));
	cr_expect_not(cert_named_by(&other.view, buf_span(&der)));
	buf_release(&der);
	party_release(&ca);
	party_release(&other);
}
