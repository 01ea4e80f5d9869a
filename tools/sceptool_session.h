/*
 * sceptool_session.h - one client at one server: what it knows of the CA, who it
 * is itself, and one request after the other.
 */
#ifndef SCEPTOOL_SESSION_H
#define SCEPTOOL_SESSION_H

#include "scep_client.h"
#include "sceptool.h"

struct session {
	const char *url;
	bool by_get;
	int64_t now;
	struct buf fingerprint;
	struct server_caps caps;
	const struct alg_digest *digest; /* NULL before session_open: */
	const struct alg_cipher *cipher; /* as the server says */
	struct ca_set ca;
	struct ca_roles roles;
	struct privkey *key; /* of the signer … */
	struct buf cert;     /* … and its certificate */
	char trans_id[SCEP_TRANS_ID_MAX + 1];
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct scep_answer answer; /* to the last request */
};

/*
 * session_options - what the command line says, and whatever can be wrong with
 * it alone: ERR_INPUT.
 */
int session_options(struct session *s, const struct opts *o, struct err *e);

/*
 * session_open - capabilities, and the CA's certificates: are they the CA's?
 * (RFC 8894, 2.2, 3.5)  Complains if nobody can know.
 */
int session_open(struct session *s, const struct opts *o, const struct out *out,
    struct err *e);

/*
 * session_signer - key and certificate from the files of --key and --cert.
 * ERR_CONF if they do not belong together.
 * session_stranger - a certificate signed by the key itself: s->key is there.
 */
int session_signer(struct session *s, const struct opts *o, struct err *e);
int session_stranger(struct session *s, struct span subject, struct err *e);

/*
 * session_ask - send one message and check its answer: signature, transaction,
 * nonce, status (RFC 8894, 3.2.1); the answer is then s->answer.  ERR_SYS: the
 * network or the server does not work.
 */
int session_ask(
    struct session *s, enum scep_type type, struct span content, struct err *e);

/* session_refused - report a FAILURE; returns an exit code */
int session_refused(const struct session *s, struct out *out);

void session_release(struct session *s);

/* key_read - a private key from a file; ERR_ALG if it is not RSA */
int key_read(const char *path, struct privkey **key, struct err *e);

/* key_check - ERR_ALG if nobody can envelope to it (RFC 8894, 3.1) */
int key_check(const struct privkey *key, struct err *e);

#endif
