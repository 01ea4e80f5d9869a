/*
 * scep_client.h - the client's half of the protocol: what a device sends and
 * how it reads the answer.  For sceptool and for the tests.
 */
#ifndef SCEP_CLIENT_H
#define SCEP_CLIENT_H

#include "csr.h"
#include "scep_msg.h"

/*
 * scep_self_signed - append the certificate a device signs its first request
 * with: its subject, its key, digitalSignature and keyEncipherment (RFC 8894,
 * 2.3).
 */
int scep_self_signed(struct span subject, const struct privkey *key,
    int64_t now, struct buf *der, struct err *e);

/* scep_trans_id - SHA-256 of the key's SPKI: 64 lower-case hex digits, NUL */
int scep_trans_id(
    const struct privkey *key, char id[SCEP_TRANS_ID_MAX + 1], struct err *e);

/*
 * scep_renewal_id - likewise, over the SPKI and the certificate that is to be
 * renewed: a key that is kept has its own transaction already.
 */
int scep_renewal_id(const struct privkey *key, struct span old_cert,
    char id[SCEP_TRANS_ID_MAX + 1], struct err *e);

/*
 * issuer_and_subject_put - append the IssuerAndSubject that a CertPoll holds:
 * the Name of the CA and the one that was asked for (RFC 8894, 3.3.3).
 * issuer_and_subject_get - both of one and nothing behind it; ERR_INPUT
 */
int issuer_and_subject_put(
    struct buf *out, struct span issuer, struct span subject, struct err *e);
int issuer_and_subject_get(
    struct span der, struct span *issuer, struct span *subject, struct err *e);

/* A request to make.  Everything borrows. */
struct scep_request {
	enum scep_type type;
	const char *trans_id;
	struct span nonce;	 /* senderNonce, chosen by the caller */
	struct span content;	 /* CSR, IssuerAndSerialNumber … */
	struct span signer_cert; /* self-signed or issued, DER */
	const struct privkey *signer_key;
	struct span recipient; /* CA or RA certificate, DER */
	const struct alg_digest *digest;
	const struct alg_cipher *cipher;
	int64_t now;
};
int scep_request_make(
    const struct scep_request *q, struct buf *out, struct err *e);

/* What the client knows when an answer comes.  Everything borrows. */
struct scep_expect {
	const char *trans_id;
	struct span nonce;     /* that was sent */
	struct span ca_signer; /* certificate that must have signed, DER */
	struct span own_cert;  /* the signer of the request … */
	const struct privkey *own_key; /* … and its key */
	const struct alg_policy *algs;
};

struct scep_answer {
	enum scep_status status;
	int fail;	      /* enum scep_fail if FAILURE, else -1 */
	struct buf fail_text; /* a stranger's words: escape before printing */
	struct buf content;   /* SUCCESS: the certs-only message, DER */
};

/*
 * scep_answer_open - check and open a CertRep: signature by ca_signer,
 * messageType, transactionID, recipientNonce, status (RFC 8894, 3.2.1).
 * ERR_SIG, ERR_INPUT, ERR_ALG say which check failed.  Release *a after 0.
 */
int scep_answer_open(struct span reply, const struct scep_expect *x,
    struct scep_answer *a, struct err *e);
void scep_answer_release(struct scep_answer *a);

/*
 * scep_answer_cert - the first certificate in a SUCCESS whose key is `spki`;
 * it borrows a->content.  ERR_NOT_FOUND.
 */
int scep_answer_cert(const struct scep_answer *a, struct span spki,
    struct span *cert, struct err *e);

/*
 * scep_answer_serial - the certificate with this serial number (contents of the
 * INTEGER) in the SUCCESS of a GetCert.  ERR_NOT_FOUND.
 * scep_answer_crl - the one list in the SUCCESS of a GetCRL (RFC 8894, 4.6.1).
 * ERR_NOT_FOUND; ERR_INPUT if there are more.  Both borrow a->content.
 */
int scep_answer_serial(const struct scep_answer *a, struct span serial,
    struct span *cert, struct err *e);
int scep_answer_crl(
    const struct scep_answer *a, struct span *crl, struct err *e);

/*
 * scep_cert_issued_by - is `cert` signed by the holder of `ca`, and may `ca`
 * sign certificates?  Both DER; dates are not looked at.  ERR_SIG.
 */
int scep_cert_issued_by(struct span cert, struct span ca, struct err *e);

#endif
