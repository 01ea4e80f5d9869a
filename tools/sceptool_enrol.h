/*
 * sceptool_enrol.h - one enrolment: what is asked for, and what comes of it.
 */
#ifndef SCEPTOOL_ENROL_H
#define SCEPTOOL_ENROL_H

#include "scep_client.h"
#include "sceptool.h"

/* One enrolment, from the options to the certificate. */
struct enrolment {
	const char *url;
	int64_t now;
	struct buf subject, extensions, fingerprint, challenge, key_pem;
	struct privkey *key;
	struct server_caps caps;
	const struct alg_digest *digest;
	const struct alg_cipher *cipher;
	struct ca_set ca;
	struct ca_roles roles;
	char trans_id[SCEP_TRANS_ID_MAX + 1];
	uint8_t nonce[SCEP_NONCE_SIZE];
	struct buf csr, self_signed, request;
	struct scep_answer answer;
};

/*
 * enrol_options - everything that the command line says, and whatever can be
 * wrong with it alone: ERR_INPUT.  A new key is made, but not written.
 * enrol_challenge - read the challenge, if there is a file for it.
 */
int enrol_options(struct enrolment *n, const struct opts *o, struct err *e);
int enrol_challenge(struct enrolment *n, const struct opts *o, struct err *e);

#endif
