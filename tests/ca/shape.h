/*
 * shape.h - messages as clients in the field build them (field-notes.md), put
 * together octet by octet: our own writers make nothing that is odd.
 */
#ifndef SHAPE_H
#define SHAPE_H

#include "client.h"

/* A SignedData.  What is zero is as it should be. */
struct shape {
	struct span content;	  /* octets of eContent */
	const char *content_type; /* id-data */
	uint8_t version;	  /* 1, of SignedData and SignerInfo */
	const char *omit, *twice; /* signed attributes, by OID */
	struct span more;	  /* further attributes */
	uint8_t id_tag;		  /* PrintableString, of the transactionID */
	bool no_attrs;		  /* the content itself is signed */
	bool backwards;		  /* attributes not sorted, but signed so */
	const char *sig_oid;	  /* rsaEncryption */
	bool no_params;		  /* of digest and signature algorithm */
	bool by_key_id;		  /* the signer named by its key identifier */
	bool no_digests;	  /* digestAlgorithms empty */
	const struct span *certs; /* the client's own certificate */
	size_t n_certs;
};

/* shape_message - append a PKCSReq "t1" of `c`, SHA-256, nonce as client_ask */
void shape_message(
    const struct client *c, const struct shape *s, struct buf *msg);

/* The same for an EnvelopedData: `env` is one of client_envelope. */
struct envelope_shape {
	struct span env;
	uint8_t version;	  /* 0 */
	struct span before;	  /* RecipientInfos in front of its own … */
	struct span after;	  /* … and behind */
	bool no_recipient;	  /* without its own */
	bool no_key_params;	  /* of rsaEncryption */
	bool in_one_piece;	  /* ciphertext under A0, as one OCTET STRING */
	bool in_pieces;		  /* the same as two */
	bool bare;		  /* no ContentInfo around it */
	const char *content_type; /* id-data, of encryptedContentInfo */
};
void shape_envelope(const struct envelope_shape *s, struct buf *out);

/* shape_recipient - append the RecipientInfo of an envelope */
void shape_recipient(struct span env, struct buf *out);

/* A self-signed certificate in place of the client's. */
struct cert_shape {
	int version; /* of the field: 0 means none, v1; default 2, v3 */
	bool v1;
	struct span serial; /* 1 */
	struct span name;   /* of issuer and subject: the client's */
	int64_t from, to;   /* a day around TEST_NOW */
	struct span extensions;
};
void shape_cert(struct client *c, const struct cert_shape *s);

/* A request in place of csr_build's, signed by the client's key. */
struct csr_shape {
	uint8_t version;
	struct span attrs; /* Attributes one behind the other, as they are */
	struct span spki;  /* the client's */
};
void shape_csr(
    const struct client *c, const struct csr_shape *s, struct buf *csr);

#endif
