/*
 * pki_operation.h - a pkiMessage in, a CertRep out: the gates of design.md,
 * section 4, in their order.
 */
#ifndef PKI_OPERATION_H
#define PKI_OPERATION_H

#include "ca.h"
#include "notify.h"
#include "refusal.h"
#include "store_cert.h"

struct pki_facts {
	int64_t now;	    /* seconds since 1970 */
	const char *remote; /* the client's address, for the record */
};

/*
 * What somebody should look at now (RFC 8894, 7.3): a challenge that came a
 * second time, with the first one who used it; or one that is for another.
 */
struct pki_alert {
	const char *what; /* "challenge-reused", "challenge-misused"; or NULL */
	/* The first time; not of a misused one, which has none: 0. */
	int64_t first_at;
	char first_remote[64];
	uint8_t first_key[32];
};

/* What happened, for the log line.  Texts are raw: the log escapes them. */
struct pki_event {
	bool answered; /* a CertRep was made: status and refusal are valid */
	enum scep_type type;
	char type_text[16];
	char trans_id[256];
	bool has_key;
	uint8_t key_hash[32]; /* SHA-256 of the signer's SPKI */
	enum scep_status status;
	enum refusal refusal; /* if FAILURE */
	char detail[400];     /* the precise cause */
	char warning[420];    /* for the operator, of a good answer; or empty */
	bool repeated;	      /* the recorded certificate, once more */
	struct serial serial; /* of the certificate that a SUCCESS is about */
	bool delivers;	      /* … and which goes to its own requester */
	struct buf subject;   /* RFC 4514, once the key is proven; owned */
	struct buf signer;    /* likewise, if the signer bears another name */
	char challenge_id[16];
	struct pki_alert alert;
	unsigned delay_ms;	     /* to wait before the answer goes out */
	const char *digest, *cipher; /* names, or NULL */
	struct notice notice;	     /* of what is new; owned */
};
void pki_event_release(struct pki_event *ev);

/* What a message leads to, before it is sealed. */
struct pki_outcome {
	enum scep_status status;
	enum refusal why;	 /* FAILURE */
	struct stored_cert cert; /* SUCCESS: of everything but GetCRL; owned */
	struct buf crl;		 /* SUCCESS: of GetCRL; owned */
};
void pki_outcome_release(struct pki_outcome *o);

/*
 * pki_refuse, pki_grant - set the outcome.  The second takes what *cert owns.
 */
void pki_refuse(struct pki_outcome *o, enum refusal why);
void pki_grant(struct pki_outcome *o, struct stored_cert *cert);

/*
 * pki_operation - answer the message `in`, as it came over HTTP.
 * 0: *reply is a CertRep and ev->answered.
 * -1: no signed answer is due or possible: ERR_INPUT (not a pkiMessage: HTTP
 * 400), ERR_BUSY (503), anything else (500).  Nothing half done in any case.
 */
int pki_operation(struct ca *ca, const struct pki_facts *f, struct span in,
    struct buf *reply, struct pki_event *ev, struct err *e);

#endif
