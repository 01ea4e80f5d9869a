#include "scep_attr.h"

#include <stdio.h>
#include <string.h>

#include "attribute.h"

#define OID_MESSAGE_TYPE "2.16.840.1.113733.1.9.2"
#define OID_PKI_STATUS "2.16.840.1.113733.1.9.3"
#define OID_FAIL_INFO "2.16.840.1.113733.1.9.4"
#define OID_SENDER_NONCE "2.16.840.1.113733.1.9.5"
#define OID_RECIPIENT_NONCE "2.16.840.1.113733.1.9.6"
#define OID_TRANS_ID "2.16.840.1.113733.1.9.7"
#define OID_FAIL_INFO_TEXT "1.3.6.1.5.5.7.24.1"
#define OID_SIGNING_TIME "1.2.840.113549.1.9.5"
#define OID_CRYPTLIB "1.2.840.113549.1.9.25.3"

/* A character string attribute as UTF-8 into `out`, which is empty after -1. */
static int read_text(
    const struct cms_signed *s, const char *oid, struct buf *out, struct err *e)
{
	struct span value;
	uint8_t tag;

	if (cms_attr_one(s, oid, &tag, &value, e) != 0)
		return -1;
	if (der_text(tag, value, out, e) == 0)
		return 0;
	buf_release(out); /* memory for what was text so far */
	return -1;
}

/* R065: a known decimal number as the RFC writes it: no blanks, no zeros. */
static int read_number(
    const struct cms_signed *s, const char *oid, bool *present, char text[16])
{
	struct buf b = { 0 };
	struct err why;
	int number = -1;
	size_t n;

	*present = true;
	text[0] = '\0';
	if (read_text(s, oid, &b, &why) != 0) {
		*present = why.kind != ERR_NOT_FOUND;
		return -1;
	}
	n = b.n < 15 ? b.n : 15;
	for (size_t i = 0; i < n; i++)
		text[i] = b.p[i] > ' ' && b.p[i] < 0x7f ? (char)b.p[i] : '?';
	text[n] = '\0';
	if (b.n == 1 && b.p[0] >= '0' && b.p[0] <= '9')
		number = b.p[0] - '0';
	else if (b.n == 2 && b.p[0] >= '1' && b.p[0] <= '9' && b.p[1] >= '0' &&
	    b.p[1] <= '9')
		number = (b.p[0] - '0') * 10 + (b.p[1] - '0');
	buf_release(&b);
	return number;
}

static enum scep_type known_type(int number)
{
	switch (number) {
	case SCEP_CERTREP:
	case SCEP_RENEWALREQ:
	case SCEP_PKCSREQ:
	case SCEP_CERTPOLL:
	case SCEP_GETCERT:
	case SCEP_GETCRL:
		return (enum scep_type)number;
	default:
		return SCEP_UNKNOWN;
	}
}

static void read_nonce(
    const struct cms_signed *s, const char *oid, struct span *nonce)
{
	struct span value;
	uint8_t tag;

	if (cms_attr_one(s, oid, &tag, &value, NULL) == 0 &&
	    tag == DER_OCTET_STRING && value.n <= SCEP_NONCE_MAX)
		*nonce = value;
}

static int read_trans_id(
    const struct cms_signed *s, char id[SCEP_TRANS_ID_MAX + 1], struct err *e)
{
	struct buf b = { 0 };
	struct err why;
	int rc = -1;
	size_t i;

	if (read_text(s, OID_TRANS_ID, &b, &why) != 0)
		return err_set(e, why.kind == ERR_NOMEM ? ERR_NOMEM : ERR_INPUT,
		    "transactionID: %s", why.text);
	for (i = 0; i < b.n && b.p[i] >= ' ' && b.p[i] < 0x7f; i++)
		;
	if (b.n == 0 || b.n > SCEP_TRANS_ID_MAX || i < b.n) {
		err_set(e, ERR_INPUT,
		    "transactionID is not 1 to %d printable characters",
		    SCEP_TRANS_ID_MAX);
	} else {
		memcpy(id, b.p, b.n);
		id[b.n] = '\0';
		rc = 0;
	}
	buf_release(&b);
	return rc;
}

static void read_fail(const struct cms_signed *s, struct scep_attrs *a)
{
	struct span value;
	char text[16];
	uint8_t tag;

	a->fail = read_number(s, OID_FAIL_INFO, &a->has_fail, text);
	if (a->fail > SCEP_BAD_CERT_ID)
		a->fail = -1;
	if (cms_attr_one(s, OID_FAIL_INFO_TEXT, &tag, &value, NULL) == 0 &&
	    tag == DER_UTF8)
		a->fail_text = value;
}

int scep_attrs_read(
    const struct cms_signed *s, struct scep_attrs *a, struct err *e)
{
	struct scep_attrs found = { 0 };
	struct err why;
	struct span value;
	char text[16];
	bool present;
	uint8_t tag;

	if (read_trans_id(s, found.trans_id, e) != 0)
		return -1;
	found.type = known_type(
	    read_number(s, OID_MESSAGE_TYPE, &present, found.type_text));
	read_nonce(s, OID_SENDER_NONCE, &found.sender_nonce);
	read_nonce(s, OID_RECIPIENT_NONCE, &found.recipient_nonce);
	found.status = read_number(s, OID_PKI_STATUS, &found.has_status, text);
	if (found.status != SCEP_SUCCESS && found.status != SCEP_FAILURE &&
	    found.status != SCEP_PENDING)
		found.status = -1;
	read_fail(s, &found);
	if (cms_attr_one(s, OID_SIGNING_TIME, &tag, &value, &why) != 0)
		found.bad_signing_time = why.kind != ERR_NOT_FOUND;
	else if (der_time(tag, value, &found.signing_time, NULL) == 0)
		found.has_signing_time = true;
	else
		found.bad_signing_time = true;
	found.wants_no_content =
	    cms_attr_one(s, OID_CRYPTLIB, &tag, &value, NULL) == 0;
	*a = found;
	return 0;
}

static int put_number(
    struct buf *out, const char *oid, int number, struct err *e)
{
	char text[12];

	snprintf(text, sizeof(text), "%d", number);
	return attribute_put(out, oid, DER_PRINTABLE, span_str(text), e);
}

static int put_signing_time(struct buf *out, int64_t t, struct err *e)
{
	struct buf time = { 0 };
	struct span left, value;
	uint8_t tag;
	int rc = -1;

	if (der_put_time(&time, t, e) == 0) {
		left = buf_span(&time);
		if (der_any(&left, &tag, &value, NULL, e) == 0)
			rc =
			    attribute_put(out, OID_SIGNING_TIME, tag, value, e);
	}
	buf_release(&time);
	return rc;
}

int scep_attrs_put(
    const struct scep_attrs_out *a, struct buf *out, struct err *e)
{
	bool failure = a->has_status && a->status == SCEP_FAILURE;

	if (put_number(out, OID_MESSAGE_TYPE, a->type, e) != 0 ||
	    attribute_put(out, OID_TRANS_ID, DER_PRINTABLE,
		span_str(a->trans_id), e) != 0 ||
	    attribute_put(out, OID_SENDER_NONCE, DER_OCTET_STRING,
		a->sender_nonce, e) != 0 ||
	    put_signing_time(out, a->signing_time, e) != 0)
		return -1;
	if (a->recipient_nonce.n > 0 &&
	    attribute_put(out, OID_RECIPIENT_NONCE, DER_OCTET_STRING,
		a->recipient_nonce, e) != 0)
		return -1;
	if (a->has_status && put_number(out, OID_PKI_STATUS, a->status, e) != 0)
		return -1;
	if (failure && put_number(out, OID_FAIL_INFO, a->fail, e) != 0)
		return -1;
	if (failure && a->fail_text != NULL && a->fail_text[0] != '\0')
		return attribute_put(out, OID_FAIL_INFO_TEXT, DER_UTF8,
		    span_str(a->fail_text), e);
	return 0;
}
