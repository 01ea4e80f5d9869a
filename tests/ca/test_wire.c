/*
 * Our answers octet by octet: what every CertRep has and has not, in which
 * ASN.1 types (RFC 8894, 3.2.1 and 3.3.2), and what clients need besides
 * (field-notes.md, table E).
 */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#include "attribute.h"
#include "content_info.h"
#include "scene.h"
#include "x509_signed.h"

/* The attributes of an answer; R061: these OIDs and no others */
static const struct {
	const char *oid;
	uint8_t tag; /* R059 */
	bool always;
	const char *values; /* of those that there are, one digit each */
} attrs[] = {
	{ "1.2.840.113549.1.9.3", DER_OID, true, NULL },
	{ "1.2.840.113549.1.9.4", DER_OCTET_STRING, true, NULL },
	{ "1.2.840.113549.1.9.5", DER_UTC_TIME, true, NULL },
	{ "2.16.840.1.113733.1.9.2", DER_PRINTABLE, true, "3" },
	{ "2.16.840.1.113733.1.9.3", DER_PRINTABLE, true, "023" },    /* R066 */
	{ "2.16.840.1.113733.1.9.4", DER_PRINTABLE, false, "01234" }, /* R067 */
	{ "2.16.840.1.113733.1.9.5", DER_OCTET_STRING, true, NULL },
	{ "2.16.840.1.113733.1.9.6", DER_OCTET_STRING, true, NULL },
	{ "2.16.840.1.113733.1.9.7", DER_PRINTABLE, true, NULL },
	{ "1.3.6.1.5.5.7.24.1", DER_UTF8, false, NULL }, /* field note E9 */
};

/* One attribute, one value, of the right type; returns which it is. */
static size_t expect_attr(struct span item, struct span *value)
{
	char oid[TREE_OID_MAX];
	struct span values;
	uint8_t tag;
	size_t i = 0;

	ok(attribute_next(&item, oid, &values, e));
	ok(attribute_value(values, &tag, value, e));
	while (i < COUNT(attrs) && strcmp(attrs[i].oid, oid) != 0)
		i++;
	cr_assert_lt(i, COUNT(attrs), "attribute %s", oid);
	cr_expect_eq(tag, attrs[i].tag, "%s: 0x%02x", oid, tag);
	if (attrs[i].values != NULL)
		cr_expect(value->n == 1 &&
			strchr(attrs[i].values, value->p[0]) != NULL,
		    "%s: %.*s", oid, (int)value->n, (const char *)value->p);
	return i;
}

/*
 * R149; field notes E4 (both nonces), E5 (signingTime), E6 (each once, one
 * value, in DER order), E11 (the nonce that was sent).
 */
static void expect_attrs(struct span list, const struct result *r)
{
	struct span item, last = { 0 }, values[COUNT(attrs)] = { { 0 } };
	bool failure = r->answer.status == SCEP_FAILURE;
	size_t i;

	while (list.n > 0) {
		ok(der_any(&list, NULL, NULL, &item, e));
		cr_expect(last.n == 0 ||
		    memcmp(last.p, item.p, last.n < item.n ? last.n : item.n) <
			0);
		last = item;
		i = expect_attr(item, &item);
		cr_expect_eq(values[i].n, 0, "%s twice", attrs[i].oid);
		values[i] = item;
	}
	for (i = 0; i < COUNT(attrs); i++)
		if (attrs[i].always)
			cr_expect_gt(values[i].n, 0, "no %s", attrs[i].oid);
	cr_expect_eq(values[5].n != 0, failure, "failInfo (R150)");
	cr_expect(failure || values[9].n == 0, "failInfoText");
	cr_expect_eq(values[6].n, SCEP_NONCE_SIZE);
	cr_expect(span_eq(values[7], SPAN_LIT("0123456789abcde\0")));
	cr_expect(span_eq(values[8], SPAN_LIT("t1")));
	cr_expect_eq(values[4].p[0] - '0', r->answer.status);
}

static void expect_int(struct span *in, uint8_t want)
{
	struct span value;

	ok(der_next(in, DER_INTEGER, &value, e));
	cr_expect(span_eq(value, (struct span){ &want, 1 }));
}

static void expect_alg(
    struct span *in, const char *want, struct span want_params)
{
	char oid[TREE_OID_MAX];
	struct span alg, params;

	ok(der_any(in, NULL, NULL, &alg, e));
	ok(alg_id_get(alg, oid, &params, e));
	cr_expect_str_eq(oid, want);
	cr_expect(span_eq(params, want_params));
}

/* Names the certificate by issuer and serial, to the octet. */
static void expect_names(struct span *in, struct span cert)
{
	struct buf want = { 0 };
	struct cert_view v;
	struct span got;

	ok(cert_parse(cert, &v, e));
	ok(issuer_and_serial_put(&want, &v, e));
	ok(der_any(in, NULL, NULL, &got, e));
	cr_expect(span_eq(got, buf_span(&want)));
	buf_release(&want);
}

/*
 * Field note E13: rsaEncryption with NULL, not sha256WithRSAEncryption.  R054:
 * version 1.
 */
static void expect_signer(struct span infos, const struct result *r)
{
	struct span info, list;

	ok(der_next(&infos, DER_SEQUENCE, &info, e));
	cr_expect_eq(infos.n, 0);
	expect_int(&info, 1);
	expect_names(&info, h.ca->sign_cert.der);
	expect_alg(&info, "2.16.840.1.101.3.4.2.1", der_null);
	ok(der_next(&info, DER_CTX0_CONS, &list, e));
	expect_attrs(list, r);
	expect_alg(&info, "1.2.840.113549.1.1.1", der_null);
	ok(der_next(&info, DER_OCTET_STRING, &list, e));
	cr_expect_eq(info.n, 0, "unsigned attributes");
}

/*
 * R055, R079: version 0, one recipient, AES-128-CBC, PKCS#1 v1.5.  R088, field
 * note E12: the recipient is the certificate that signed the request.
 */
static void expect_envelope(struct span der)
{
	struct span ed, set, info, eci, oid;

	ok(content_info_get(der, OID_ENVELOPED_DATA, &info, e));
	ok(der_next(&info, DER_SEQUENCE, &ed, e));
	expect_int(&ed, 0);
	ok(der_next(&ed, DER_SET, &set, e));
	ok(der_next(&set, DER_SEQUENCE, &info, e));
	cr_expect_eq(set.n, 0);
	expect_int(&info, 0);
	expect_names(&info, buf_span(&c.cert));
	expect_alg(&info, "1.2.840.113549.1.1.1", der_null);
	ok(der_next(&ed, DER_SEQUENCE, &eci, e));
	cr_expect_eq(ed.n, 0);
	ok(der_next(&eci, DER_OID, &oid, e)); /* R082: data */
	cr_expect(
	    span_eq(oid, SPAN_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")));
	ok(der_next(&eci, DER_SEQUENCE, &info, e));
	ok(der_next(&info, DER_OID, &oid, e));
	cr_expect(
	    span_eq(oid, SPAN_LIT("\x60\x86\x48\x01\x65\x03\x04\x01\x02")));
	ok(der_next(&eci, DER_CTX0, &oid, e));
	cr_expect_eq(eci.n, 0);
}

/*
 * R157, field note B13: no content at all, not an empty one; no signers; and
 * (R155) the certificate.
 */
static void expect_degenerate(struct span der, struct span cert)
{
	struct span sd, body, item;

	ok(content_info_get(der, OID_SIGNED_DATA, &sd, e));
	ok(der_next(&sd, DER_SEQUENCE, &body, e));
	expect_int(&body, 1);
	ok(der_next(&body, DER_SET, &item, e));
	cr_expect_eq(item.n, 0);
	ok(der_next(&body, DER_SEQUENCE, &item, e));
	cr_expect(span_eq(
	    item, SPAN_LIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")));
	ok(der_next(&body, DER_CTX0_CONS, &item, e));
	cr_expect(span_eq(item, cert));
	ok(der_next(&body, DER_SET, &item, e));
	cr_expect_eq(item.n, 0);
	cr_expect_eq(body.n, 0);
}

/*
 * R153, R154: without a certificate to deliver, no envelope, but (decision 1)
 * an empty OCTET STRING.  R158: otherwise the envelope, and in it a degenerate
 * SignedData.
 */
static void expect_content(struct span eci, const struct result *r)
{
	struct span oid, outer, content;

	ok(der_next(&eci, DER_OID, &oid, e));
	cr_expect(
	    span_eq(oid, SPAN_LIT("\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")));
	ok(der_next(&eci, DER_CTX0_CONS, &outer, e));
	ok(der_next(&outer, DER_OCTET_STRING, &content, e));
	if (r->answer.status != SCEP_SUCCESS) {
		cr_expect_eq(content.n, 0);
		return;
	}
	expect_envelope(content);
	expect_degenerate(buf_span(&r->answer.content), buf_span(&r->cert));
}

/* The layers of a CertRep, from the outside. */
static void expect_answer(const struct result *r)
{
	struct span sd, body, item;

	ok(content_info_get(buf_span(&r->reply), OID_SIGNED_DATA, &sd, e));
	ok(der_next(&sd, DER_SEQUENCE, &body, e));
	expect_int(&body, 1);
	ok(der_next(&body, DER_SET, &item, e));
	expect_alg(&item, "2.16.840.1.101.3.4.2.1", der_null);
	cr_expect_eq(item.n, 0);
	ok(der_next(&body, DER_SEQUENCE, &item, e));
	expect_content(item, r);
	/* R159, field notes E3, E10: the published certificate that signed */
	ok(der_next(&body, DER_CTX0_CONS, &item, e));
	cr_expect(span_eq(item, h.ca->sign_cert.der));
	ok(der_next(&body, DER_SET, &item, e));
	expect_signer(item, r);
	cr_expect_eq(body.n, 0);
	/* R058: DER, whatever came in */
	ok(der_check(buf_span(&r->reply), &der_limits, e));
}

/* What gets a SUCCESS, and each failInfo that there is a way to. */
Test(wire, answers)
{
	struct ask rows[] = {
		{ .type = 20, .content = BYTES("\x30\x04\x30\x00\x30\x00") },
		{ .challenge = challenge }, { .challenge = NULL }, /* PENDING */
		{ .challenge = "not the one" }, { .type = 18 },
		{ .digest = "SHA-256", .cipher = "DES-CBC" }, /* badAlg */
		{ .bad_signature = true },	     /* badMessageCheck */
		{ .signing_time = TEST_NOW - 3600 }, /* badTime */
	};
	bool seen[5] = { false };
	struct result r;

	for (int kind = CA_RSA; kind <= CA_EC_RA; kind++) {
		begin((enum ca_kind)kind,
		    "[endpoint default]\ntime_window = 5m\n");
		for (size_t i = 0; i < COUNT(rows); i++) {
			client_enrol(&c, &h, &rows[i], &r);
			expect_answer(&r);
			cr_expect_eq(r.answer.status == SCEP_SUCCESS, i == 1);
			cr_expect_eq(r.answer.status == SCEP_PENDING, i == 2);
			if (r.answer.fail >= 0)
				seen[r.answer.fail] = true;
			result_release(&r);
		}
		end();
	}
	for (int fail = SCEP_BAD_ALG; fail <= SCEP_BAD_CERT_ID; fail++)
		cr_expect(seen[fail], "failInfo %d", fail);
}
