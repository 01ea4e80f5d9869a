/*
 * client.h - a device in a test, and everything that a request can have wrong.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "ca_home.h"
#include "pki_operation.h"
#include "scep_client.h"

struct client {
	struct privkey *key;
	struct buf name, cert; /* self-signed */
};

/* client_make - with the key test_key(key, kind) */
void client_make(
    struct client *c, const char *key, const char *kind, const char *name);
void client_release(struct client *c);

/*
 * client_adopt - from now on it signs with this certificate, which it got, and
 * this key, which it takes; NULL: it goes on with its own.
 */
void client_adopt(struct client *c, struct privkey *key, struct span cert);

/* A request.  What is zero has the default of a well-behaved device. */
struct ask {
	int type;		/* 19 */
	const char *type_text;	/* messageType spelt in this way */
	const char *trans_id;	/* "t1" */
	const char *challenge;	/* none */
	const char *digest;	/* SHA-256 */
	const char *cipher;	/* AES-128-CBC */
	const char *csr_digest; /* SHA-256 */
	struct span subject;	/* the client's name */
	struct span extensions; /* none; Extensions one behind the other */
	int64_t signing_time;	/* TEST_NOW */
	bool no_signing_time, bad_signing_time;
	bool no_nonce;
	struct span nonce;	       /* 16 octets */
	const struct privkey *csr_key; /* the client's key */
	struct span recipient;	       /* the CA's, as GetCACert says */
	struct span content;  /* of the envelope, instead of the usual */
	struct span envelope; /* instead of one made */
	bool no_envelope;     /* the content in the clear */
	bool no_content;      /* no eContent at all */
	struct span between;  /* another certificate in the message */
	bool no_cert;	      /* signer's certificate left out */
	bool oaep;	      /* key transport said to be RSA-OAEP */
	bool bad_csr_signature, bad_signature;
	bool wants_no_content; /* cryptlib's attribute */
	const char *remote;    /* 192.0.2.1 */
};

/*
 * client_ask - append the pkiMessage.  client_csr, client_envelope: what would
 * be in it.  The envelope of a poll holds the names of the CA and the client,
 * that of GetCert and GetCRL the issuer and serial of the client's certificate.
 */
void client_ask(const struct client *c, const struct ca_home *h,
    const struct ask *q, struct buf *msg);
void client_csr(const struct client *c, const struct ask *q, struct buf *csr);
void client_envelope(const struct client *c, const struct ca_home *h,
    const struct ask *q, struct buf *env);

/* What came of it. */
struct result {
	struct pki_event ev;
	struct buf reply;
	struct scep_answer answer;
	struct buf cert; /* SUCCESS: the client's; of GetCert: the first */
	struct buf crl;	 /* SUCCESS of GetCRL */
};

/*
 * client_send - pki_operation at the time `now`, and the answer opened as a
 * strict client does it: signature, transactionID, recipientNonce.  What the
 * event says and what the answer says is the same.
 */
void client_send(const struct client *c, struct ca_home *h, const struct ask *q,
    struct span msg, int64_t now, struct result *r);
void result_release(struct result *r);

/* client_enrol - client_ask and client_send at TEST_NOW; _at: at `now` */
void client_enrol(const struct client *c, struct ca_home *h,
    const struct ask *q, struct result *r);
void client_enrol_at(const struct client *c, struct ca_home *h,
    const struct ask *q, int64_t now, struct result *r);

/* result_text - failInfoText as a string; good until the next call */
const char *result_text(const struct result *r);

#endif
