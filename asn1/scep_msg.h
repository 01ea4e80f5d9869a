/*
 * scep_msg.h - the pkiMessage (RFC 8894, 3): open one step at a time, in the
 * order in which a server may trust it, and seal one.
 *
 *	scep_msg_open	 structure and attributes; nothing is believed yet
 *	scep_msg_algs	 is each algorithm known and good enough?
 *	scep_msg_verify	 the signature; from here on the signer's key has spoken
 *	scep_msg_decrypt the envelope, if there is one for us
 */
#ifndef SCEP_MSG_H
#define SCEP_MSG_H

#include "cms_enveloped.h"
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

/* The attributes of RFC 8894, 3.2.1.  Spans borrow. */
struct scep_attrs {
	char trans_id[SCEP_TRANS_ID_MAX + 1]; /* printable ASCII */
	char type_text[16]; /* messageType as sent, escaped, cut */
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
	bool wants_no_content; /* 1.2.840.113549.1.9.25.3: cryptlib, which */
			       /* breaks on an empty eContent */
};

struct scep_msg {
	struct buf der; /* the message as DER; all borrows it */
	struct cms_signed cms;
	struct scep_attrs attrs;
	struct pubkey signer_key; /* key.key is NULL: no usable signer */
	struct err signer_err;	  /* why, then */
	bool has_envelope;
	struct cms_enveloped env;
	struct err env_err;		 /* why there is none */
	const struct alg_digest *digest; /* set by scep_msg_algs */
	const struct alg_cipher *cipher; /* if there is an envelope */
};

/*
 * scep_msg_open - `in` is what came over HTTP.  0 as soon as it is a SignedData
 * with one signer and a transactionID that can be echoed: then a signed answer
 * is due, whatever else is wrong.  -1 (ERR_INPUT): answer without signature.
 * Release in both cases is safe; after -1 there is nothing to release.
 */
int scep_msg_open(struct span in, struct scep_msg *m, struct err *e);
void scep_msg_release(struct scep_msg *m);

/*
 * scep_msg_algs - ERR_ALG names the digest, signature, key transport or content
 * cipher that is unknown or below `p`.
 */
int scep_msg_algs(
    struct scep_msg *m, const struct alg_policy *p, struct err *e);

/* scep_msg_verify - ERR_SIG; also if the signer's certificate is missing */
int scep_msg_verify(const struct scep_msg *m, struct err *e);

/*
 * scep_msg_decrypt - the content of the envelope, for the holder of `cert` and
 * `key`.  ERR_NOT_FOUND if it names somebody else, ERR_INPUT for what the clear
 * header shows.  0 says nothing about success: see cms_enveloped_decrypt.
 */
int scep_msg_decrypt(const struct scep_msg *m, const struct cert_view *cert,
    const struct privkey *key, struct buf *plain, struct err *e);

/* A pkiMessage to be sealed, by a server or by a client.  Everything borrows. */
struct scep_seal {
	enum scep_type type;
	const char *trans_id;
	struct span sender_nonce;    /* ours */
	struct span recipient_nonce; /* theirs; empty: leave out */
	bool has_status;	     /* a CertRep */
	enum scep_status status;
	enum scep_fail fail;   /* if status is SCEP_FAILURE */
	const char *fail_text; /* UTF-8; NULL or empty: leave out */
	int64_t signing_time;  /* seconds since 1970 */
	bool has_content;      /* content to be enveloped, else: */
	bool omit_content;     /* leave eContent out; default is an empty one */
	struct span content;
	const struct cert_view *to;  /* recipient of the envelope … */
	const struct pubkey *to_key; /* … and the RSA key in it */
	const struct alg_cipher *cipher;
	const struct alg_digest *digest;
	struct span cert;	  /* the signer's certificate */
	const struct span *certs; /* for the certificates field */
	size_t n_certs;
	const struct privkey *key;
};

int scep_msg_seal(const struct scep_seal *s, struct buf *out, struct err *e);

#endif
