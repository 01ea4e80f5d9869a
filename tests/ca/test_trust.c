/*
 * [trust NAME]: certificates of others for a first enrolment (R103, R123, K10),
 * tied to the names that they bear (T-26).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "trust_tie.h"
#include "vendor_scene.h"
#include "world.h"

#define YEAR (INT64_C(365) * 86400)

/* R103: the right name, by either type, without a challenge (K10) */
Test(trust, sudi)
{
	struct ask q = { .type = SCEP_RENEWALREQ };

	trust_begin("tie = serialNumber");
	vendor_client(&c, &root, "dev1", SUDI);
	ask(SN, &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask(SUDI, &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask("CN=FCW2235L0EH," SN, &q, TEST_NOW, REFUSE_NONE, NULL);
	/* a challenge is not looked at, and not needed */
	q.challenge = "whatever it is";
	ask(SN, &q, TEST_NOW, REFUSE_NONE, NULL);
	cr_expect_eq(ca_home_certs(&h), 4);
	trust_end();
}

/* IEEE 802.1AR: the number alone */
Test(trust, idevid)
{
	trust_begin("tie = serialNumber");
	vendor_client(&c, &root, "dev1", "O=Vendor,serialNumber=12345");
	ask("CN=12345,serialNumber=12345", &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask("CN=12345", &plain, TEST_NOW, REFUSE_TRUST_NAME, "no serialNumber");
	ask("CN=12346,serialNumber=12345", &plain, TEST_NOW, REFUSE_TRUST_NAME,
	    "12346");
	trust_end();
}

/* T-26: a device of the vendor's, and the name of another, or of a person */
Test(trust, other_names)
{
	static const char *const names[] = { "serialNumber=FCW2235L0EI",
		"CN=FCW2235L0EH", "CN=admin," SN, SN ",OU=Administrators",
		SN ",O=Elsewhere", SN "+CN=admin",
		SN ",serialNumber=FCW2235L0EI",
		"serialNumber=PID:C9300-24T SN:FCW2235L0EI",
		"serialNumber=C9300-24T", "serialNumber=FCW2235L0E",
		SN ",unstructuredName=router.example.com",
		SN ",emailAddress=root@example.com", SN ",UID=root",
		SN ",DC=example", "CN=fcw2235l0eh," SN };

	trust_begin("tie = serialNumber");
	vendor_client(&c, &root, "dev1", SUDI);
	for (size_t i = 0; i < COUNT(names); i++)
		ask(names[i], &plain, TEST_NOW, REFUSE_TRUST_NAME, NULL);
	ask(SN ",unstructuredName=FCW2235L0EH", &plain, TEST_NOW, REFUSE_NONE,
	    NULL);
	ask(SN ",O=Cisco", &plain, TEST_NOW, REFUSE_NONE, NULL);
	cr_expect_eq(ca_home_certs(&h), 2);
	trust_end();
}

static void with_names(struct buf *extensions, struct span names)
{
	buf_cut(extensions, 0);
	ok(extension_put(extensions, "2.5.29.17", false, names, e));
}

/* Alternative names are a way around the subject. */
Test(trust, alternative_names)
{
	struct buf extensions = { 0 };
	struct ask q = { 0 };

	trust_begin("tie = serialNumber");
	vendor_client(&c, &root, "dev1", SUDI);
	with_names(&extensions,
	    SPAN_LIT("\x30\x0d\x82\x0b"
		     "FCW2235L0EH"));
	q.extensions = buf_span(&extensions);
	ask("CN=FCW2235L0EH," SN, &q, TEST_NOW, REFUSE_NONE, NULL);
	ask(SN, &q, TEST_NOW, REFUSE_TRUST_NAME, "alternative name");
	with_names(&extensions,
	    SPAN_LIT("\x30\x0b\x82\x09"
		     "vpn.local"));
	q.extensions = buf_span(&extensions);
	ask("CN=FCW2235L0EH," SN, &q, TEST_NOW, REFUSE_TRUST_NAME, NULL);
	buf_release(&extensions);
	trust_end();
}

/* tie = subject: what an old CA has said of the device, and no more */
Test(trust, old_ca)
{
	static const struct span had = BYTES("\x30\x1a\x82\x0b"
					     "r1.example1"
					     "\x82\x0b"
					     "r1.example2");
	struct vendor_cert w = { .subject = "CN=r1,O=Test", .san = had };
	struct buf extensions = { 0 };
	struct ask q = { 0 };

	trust_begin("tie = subject");
	client_make(&c, "dev1", "rsa:2048", "CN=r1,O=Test");
	w.key = c.key;
	vendor_sign(&root, &w, &c.cert);
	ask("CN=r1,O=Test", &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask("CN=R1,O=test", &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask("CN=r2,O=Test", &plain, TEST_NOW, REFUSE_TRUST_NAME, "subject");
	ask("CN=r1", &plain, TEST_NOW, REFUSE_TRUST_NAME, "subject");
	with_names(&extensions,
	    SPAN_LIT("\x30\x0d\x82\x0b"
		     "r1.example2"));
	q.extensions = buf_span(&extensions);
	ask("CN=r1,O=Test", &q, TEST_NOW, REFUSE_NONE, NULL);
	with_names(&extensions,
	    SPAN_LIT("\x30\x0d\x82\x0b"
		     "r1.example3"));
	q.extensions = buf_span(&extensions);
	ask("CN=r1,O=Test", &q, TEST_NOW, REFUSE_TRUST_NAME, "alternative");
	buf_release(&extensions);
	trust_end();
}

/* What the profile adds is the CA's own, and no name of the device's choice. */
Test(trust, old_ca_and_fixed_names)
{
	struct vendor_cert w = { .subject = "CN=r1" };

	trust_begin("tie = subject\nprofile = fleet\n"
		    "[profile fleet]\nkey_reuse = allow\n"
		    "subject_fixed = O=Fleet");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	w.key = c.key;
	vendor_sign(&root, &w, &c.cert);
	ask("CN=r1", &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask("CN=r2", &plain, TEST_NOW, REFUSE_TRUST_NAME, "subject");
	ask("CN=r1,CN=r2", &plain, TEST_NOW, REFUSE_TRUST_NAME, "subject");
	trust_end();
}

/* Times are those of the request, not of this machine. */
Test(trust, expired)
{
	struct vendor_cert w = { .subject = SUDI,
		.not_after = TEST_NOW + 3600 };

	trust_begin("tie = serialNumber");
	client_make(&c, "dev1", "rsa:2048", SUDI);
	w.key = c.key;
	vendor_sign(&root, &w, &c.cert);
	ask(SN, &plain, TEST_NOW + 3600, REFUSE_NONE, NULL);
	ask(SN, &plain, TEST_NOW + 3601, REFUSE_SIGNER_EXPIRED, "it is not");
	/* its CA, while it goes on for ever */
	w.not_after = 0;
	vendor_sign(&root, &w, &c.cert);
	ask(SN, &plain, TEST_NOW + 21 * YEAR, REFUSE_SIGNER_EXPIRED, "a CA");
	trust_end();
}

/* The CRL: listed, not listed, too old, of somebody else, forged */
Test(trust, revoked)
{
	static const uint8_t ours[] = { 0x12, 0x11, 0 }, others[] = { 0x12, 0 };
	const int64_t fresh = TEST_NOW + 3600;

	trust_begin("tie = serialNumber\ncrl = certs/vendor.crl");
	vendor_client(&c, &root, "dev1", SUDI);
	vendor_crl(&h, &root, others, fresh);
	ask(SN, &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask(SN, &plain, fresh + 1, REFUSE_SIGNER_REVOKED, "too old");
	vendor_crl(&h, &root, ours, fresh);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "lists it");
	vendor_crl(&h, &issuing, others, fresh);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "no full CRL");
	/* the right name, another key: it says nothing */
	vendor_crl(&h, &unknown, others, fresh);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "no full CRL");
	cr_expect_eq(ca_home_certs(&h), 1);
	trust_end();
}

/* RFC 5280, 5.2, 5.3: who is not on a list of a part may be on another */
Test(trust, partial_crl)
{
	static const struct span number = BYTES("\x02\x01\x01"),
				 cas_only = BYTES("\x30\x03\x82\x01\xff");
	/* 0x12 with a certificateIssuer */
	static const struct span others =
	    BYTES("\x30\x22\x02\x01\x12\x17\x0d"
		  "250101000000Z"
		  "\x30\x0e\x30\x0c\x06\x03\x55\x1d\x1d\x01\x01\xff\x04\x02\x30"
		  "\x00");
	static const struct span ours = BYTES("\x30\x12\x02\x01\x11\x17\x0d"
					      "250101000000Z");
	const struct span none = { 0 };

	trust_begin("tie = serialNumber\ncrl = certs/vendor.crl");
	vendor_client(&c, &root, "dev1", SUDI);
	vendor_crl_odd(&h, &root, none, "2.5.29.20", true, number);
	ask(SN, &plain, TEST_NOW, REFUSE_NONE, NULL);
	vendor_crl_odd(&h, &root, none, "2.5.29.28", true, cas_only);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "no full CRL");
	vendor_crl_odd(&h, &root, none, "2.5.29.27", true, number);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "no full CRL");
	vendor_crl_odd(&h, &root, none, "2.5.29.99", true, number);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "no full CRL");
	vendor_crl_odd(&h, &root, others, "2.5.29.20", false, number);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "no full CRL");
	/* listed is listed, whatever the list leaves out */
	vendor_crl_odd(&h, &root, ours, "2.5.29.27", true, number);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "lists it");
	cr_expect_eq(ca_home_certs(&h), 1);
	trust_end();
}

/*
 * The CA in between is asked about like the device: what it may be taken for is
 * worse.  The root's CRL covers it, its own covers the device.
 */
Test(trust, revoked_between)
{
	static const uint8_t ours[] = { 0x12, 0x11, 0 }, others[] = { 0x12, 0 };
	const int64_t fresh = TEST_NOW + 3600;
	struct ask q = { 0 };

	trust_begin("tie = serialNumber\ncrl = certs/vendor.crl");
	vendor_client(&c, &issuing, "dev1", SUDI);
	q.between = buf_span(&issuing.cert);
	vendor_crl_two(&h, &root, others, fresh, &issuing, others);
	ask(SN, &q, TEST_NOW, REFUSE_NONE, NULL);
	ask(SN, &q, fresh + 1, REFUSE_SIGNER_REVOKED, "above it: the CRL of");
	vendor_crl_two(&h, &root, ours, fresh, &issuing, others);
	ask(SN, &q, TEST_NOW, REFUSE_SIGNER_REVOKED, "above it: the CRL lists");
	/* listed is listed, however old the list */
	ask(SN, &q, fresh + 1, REFUSE_SIGNER_REVOKED, "above it: the CRL list");
	vendor_crl(&h, &issuing, others, fresh);
	ask(SN, &q, TEST_NOW, REFUSE_SIGNER_REVOKED, "above it: there is no");
	/* the root's name, another key */
	vendor_crl_two(&h, &unknown, others, fresh, &issuing, others);
	ask(SN, &q, TEST_NOW, REFUSE_SIGNER_REVOKED, "above it: there is no");
	vendor_crl(&h, &root, others, fresh);
	ask(SN, &q, TEST_NOW, REFUSE_SIGNER_REVOKED, "vendor: there is no");
	cr_expect_eq(ca_home_certs(&h), 1);
	/* nobody asks about what the file names, whoever brings it again */
	vendor_crl(&h, &issuing, others, fresh);
	vendor_trust(&h, &root, &issuing);
	ask(SN, &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask(SN, &q, TEST_NOW, REFUSE_NONE, NULL);
	trust_end();
}

/* R103: a stranger's CA, if of the same name, says nothing; nor do these. */
Test(trust, not_vouched_for)
{
	struct vendor_cert w = { .subject = SUDI };
	struct client sub;

	trust_begin("tie = serialNumber");
	/* another key under the name of the CA: as self-signed, which means */
	/* that the CSR must be of the signer's own key */
	vendor_client(&c, &unknown, "dev1", SUDI);
	ask(SN, &plain, TEST_NOW, REFUSE_ENVELOPE, NULL);
	client_release(&c);
	/* self-signed, with all the names */
	client_make(&c, "dev1", "rsa:2048", SUDI);
	ask(SN, &plain, TEST_NOW, REFUSE_ENVELOPE, NULL);
	/* the CA's own certificate, and that of one below it */
	buf_cut(&c.cert, 0);
	privkey_free(c.key);
	c.key = test_key("dev7", "rsa:2048");
	ok(buf_put(&c.cert, buf_span(&root.cert), e));
	ask(SN, &plain, TEST_NOW, REFUSE_ENVELOPE, NULL);
	client_release(&c);
	client_make(&c, "dev6", "rsa:2048", SUDI);
	buf_cut(&c.cert, 0);
	ok(buf_put(&c.cert, buf_span(&issuing.cert), e));
	ask(SN, &plain, TEST_NOW, REFUSE_ENVELOPE, NULL);
	client_release(&c);
	/* a device as the CA of another */
	vendor_client(&sub, &root, "dev4", SUDI);
	{
		struct vendor device = { sub.key, sub.name, sub.cert };

		vendor_client(&c, &device, "dev1", SUDI);
		ask(SN, &(struct ask){ .between = buf_span(&sub.cert) },
		    TEST_NOW, REFUSE_ENVELOPE, NULL);
	}
	client_release(&sub);
	/* one that may only encipher keys */
	w.key = c.key;
	w.usage = 0x20;
	vendor_sign(&root, &w, &c.cert);
	ask(SN, &plain, TEST_NOW, REFUSE_SIGNER_UNKNOWN, "keyUsage");
	cr_expect_eq(ca_home_certs(&h), 0);
	trust_end();
}

/* The CA in between comes with the message, or is in the file. */
Test(trust, intermediate)
{
	trust_begin("tie = serialNumber");
	vendor_client(&c, &issuing, "dev1", SUDI);
	ask(SN, &plain, TEST_NOW, REFUSE_ENVELOPE, NULL);
	ask(SN, &(struct ask){ .between = buf_span(&issuing.cert) }, TEST_NOW,
	    REFUSE_NONE, NULL);
	ask(SN, &(struct ask){ .between = buf_span(&unknown.cert) }, TEST_NOW,
	    REFUSE_ENVELOPE, NULL);
	vendor_trust(&h, &root, &issuing);
	ask(SN, &plain, TEST_NOW, REFUSE_NONE, NULL);
	/* the file may name the one in between alone */
	vendor_trust(&h, &issuing, NULL);
	ask(SN, &plain, TEST_NOW, REFUSE_NONE, NULL);
	trust_end();
}

/* A profile of its own, and the rule that a name is had once (T-26). */
Test(trust, profile_and_duplicate)
{
	struct buf name = { 0 };
	struct result r;
	struct cert_view v;

	trust_begin("tie = serialNumber\nprofile = device\n"
		    "[profile device]\ndays = 10\nduplicate = refuse");
	vendor_client(&c, &root, "dev1", SUDI);
	ok(name_parse(SN, &name, e));
	client_enrol(&c, &h,
	    &(struct ask){ .trans_id = "first",
		.subject = buf_span(&name),
		.csr_key = new_key },
	    &r);
	cr_assert_eq(r.answer.status, SCEP_SUCCESS, "%s", r.ev.detail);
	ok(cert_parse(buf_span(&r.cert), &v, e));
	cr_expect_eq(v.not_after - TEST_NOW, 10 * 86400);
	result_release(&r);
	ask(SN, &plain, TEST_NOW, REFUSE_DUPLICATE, NULL);
	buf_release(&name);
	trust_end();
}

/* A file that is missing or not what it should be: HTTP 500, nothing issued. */
Test(trust, bad_files)
{
	static const char junk[] =
	    "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n";
	struct pki_facts f = { .now = TEST_NOW, .remote = "192.0.2.1" };
	struct buf msg = { 0 }, reply = { 0 }, pem = { 0 };
	struct pki_event ev;
	struct err why;

	trust_begin("tie = serialNumber\ncrl = certs/vendor.crl");
	vendor_client(&c, &root, "dev1", SUDI);
	ok(pem_encode(buf_span(&c.cert), "CERTIFICATE", &pem, e));
	client_ask(&c, &h, &plain, &msg);
	for (int i = 0; i < 5; i++) {
		if (i == 1)
			ca_home_write(
			    &h, "certs/vendor.crl", 0644, SPAN_LIT("no CRL\n"));
		if (i == 2)
			ca_home_write(
			    &h, "certs/vendor.pem", 0644, span_str(junk));
		if (i == 3)
			ca_home_write(
			    &h, "certs/vendor.pem", 0644, SPAN_LIT(""));
		if (i == 4) /* a device's */
			ca_home_write(
			    &h, "certs/vendor.pem", 0644, buf_span(&pem));
		cr_expect_eq(
		    pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, &why),
		    -1, "%d", i);
		cr_expect_eq(why.kind, ERR_CONF, "%d: %s", i, why.text);
		cr_expect_not_null(
		    strstr(why.text, "[trust vendor]"), "%s", why.text);
		pki_event_release(&ev);
	}
	/* who needs none of them is served all the same */
	cr_expect_eq(ca_home_certs(&h), 0);
	buf_release(&msg);
	buf_release(&reply);
	buf_release(&pem);
	trust_end();
}

/* Cisco's form of a serialNumber, and what looks like it */
Test(trust, serial_number)
{
	static const struct {
		const char *in, *want;
	} forms[] = {
		{ "FCW2235L0EH", "FCW2235L0EH" },
		{ "PID:C9300-24T SN:FCW2235L0EH", "FCW2235L0EH" },
		{ "SN:FCW2235L0EH PID:C9300-24T", "FCW2235L0EH" },
		{ "SN:", "" },
		{ "PID:X SN:", "" },
		{ "PID:XSN:1", "PID:XSN:1" },
		{ "PID:X SN: 1", "" },
		{ "PID:X SN:1 SN:2", "1" },
		{ "", "" },
		{ "SN", "SN" },
	};

	for (size_t i = 0; i < COUNT(forms); i++)
		cr_expect(span_eq(trust_serial_number(span_str(forms[i].in)),
			      span_str(forms[i].want)),
		    "%s", forms[i].in);
}

/* An RDN without attributes hides nothing that stands behind it. */
Test(trust, empty_rdn)
{
	/* serialNumber=1, an empty SET, CN=admin */
	static const struct span hidden =
	    BYTES("\x30\x1e\x31\x0a\x30\x08\x06\x03\x55\x04\x05\x13\x01"
		  "1"
		  "\x31\x00\x31\x0e\x30\x0c\x06\x03\x55\x04\x03\x0c\x05"
		  "admin");
	static const struct span whole =
	    BYTES("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x05\x13\x01"
		  "1");
	const struct cert_view presented = { .subject = whole };
	struct grantable g = { .subject = whole };
	char detail[200] = "";
	bool right;

	ok(trust_tied(TIE_SERIAL_NUMBER, &presented, g.subject, &g, "", &right,
	    detail, sizeof(detail), e));
	cr_expect(right, "%s", detail);
	g.subject = hidden;
	ok(trust_tied(TIE_SERIAL_NUMBER, &presented, g.subject, &g, "", &right,
	    detail, sizeof(detail), e));
	cr_expect(!right);
	/* what the profile puts there is nobody's claim */
	g.subject = (struct span)BYTES(
	    "\x30\x1c\x31\x0a\x30\x08\x06\x03\x55\x04\x05\x13\x01"
	    "1"
	    "\x31\x0e\x30\x0c\x06\x03\x55\x04\x0a\x0c\x05"
	    "Fleet");
	ok(trust_tied(TIE_SERIAL_NUMBER, &presented, g.subject, &g, "", &right,
	    detail, sizeof(detail), e));
	cr_expect(!right);
	ok(trust_tied(TIE_SERIAL_NUMBER, &presented, g.subject, &g, "O=Fleet",
	    &right, detail, sizeof(detail), e));
	cr_expect(right, "%s", detail);
}
