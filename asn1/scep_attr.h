/*
 * scep_attr.h - the authenticated attributes of a pkiMessage (RFC 8894, 3.2.1).
 */
#ifndef SCEP_ATTR_H
#define SCEP_ATTR_H

#include "cms_signed.h"

enum scep_type { /* RFC 8894, 3.2.1.2 */
	SCEP_UNKNOWN = -1,
	SCEP_CERTREP = 3,
	SCEP_RENEWALREQ = 17,
	SCEP_PKCSREQ = 19,
	SCEP_CERTPOLL = 20,
	SCEP_GETCERT = 21,
	SCEP_GETCRL = 22,
};

enum scep_status { SCEP_SUCCESS = 0, SCEP_FAILURE = 2, SCEP_PENDING = 3 };

enum scep_fail { /* RFC 8894, 3.2.1.4 */
	SCEP_BAD_ALG = 0,
	SCEP_BAD_MESSAGE_CHECK = 1,
	SCEP_BAD_REQUEST = 2,
	SCEP_BAD_TIME = 3,
	SCEP_BAD_CERT_ID = 4,
};

enum { SCEP_TRANS_ID_MAX = 255, SCEP_NONCE_MAX = 64, SCEP_NONCE_SIZE = 16 };

/* What a message says of itself.  Spans borrow. */
struct scep_attrs {
	char trans_id[SCEP_TRANS_ID_MAX + 1]; /* printable ASCII */
	char type_text[16]; /* messageType as sent, printable, cut */
	enum scep_type type;
	struct span sender_nonce; /* empty: absent or unusable */
	struct span recipient_nonce;
	bool has_status;
	int status; /* enum scep_status, or -1 if unknown */
	bool has_fail;
	int fail;	       /* enum scep_fail, or -1 if unknown */
	struct span fail_text; /* as sent: a stranger's words */
	bool has_signing_time;
	int64_t signing_time;
	bool bad_signing_time; /* there, but twice or unreadable */
	bool wants_no_content; /* 1.2.840.113549.1.9.25.3: cryptlib, which */
			       /* breaks on an empty eContent */
};

/*
 * scep_attrs_read - from the signed attributes of a message.  0 if there is one
 * transactionID of 1 to 255 printable ASCII characters (T61, UTF8, IA5 and
 * BMPString are taken too); everything else may be absent or odd, and is then
 * empty, unknown or -1.  ERR_INPUT.
 */
int scep_attrs_read(
    const struct cms_signed *s, struct scep_attrs *a, struct err *e);

/* Attributes to be sent. */
struct scep_attrs_out {
	enum scep_type type;
	const char *trans_id;
	struct span sender_nonce;
	struct span recipient_nonce; /* empty: leave out */
	bool has_status;
	enum scep_status status;
	enum scep_fail fail;   /* if status is SCEP_FAILURE */
	const char *fail_text; /* UTF-8; NULL or empty: leave out */
	int64_t signing_time;
};

/* scep_attrs_put - append them, one behind the other, as attribute_put does */
int scep_attrs_put(
    const struct scep_attrs_out *a, struct buf *out, struct err *e);

#endif
