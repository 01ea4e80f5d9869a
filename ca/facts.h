/*
 * facts.h - what a program is told about a request or a certificate: variables
 * named SCEPCA_*, and TRANSACTIONID, by which micromdm's programs know it.
 *
 * All of them are always there, and empty where there is nothing to say.
 */
#ifndef FACTS_H
#define FACTS_H

#include "program.h"
#include "scep_msg.h"
#include "store_cert.h"

/* Borrows everything; NULL and empty: nothing to say. */
struct facts {
	const char *trans_id;
	enum scep_type type;
	struct span subject;	  /* Name */
	struct span subject_text; /* or RFC 4514 */
	struct span san;	  /* GeneralNames */
	const char *remote, *endpoint, *profile, *rule, *challenge_id;
	const struct serial *signer_serial; /* of the certificate renewed */
	struct span signer;		    /* or the Name of a trusted one */
	const uint8_t *csr_hash, *key_hash; /* SHA-256 */
};

/* facts_put - append them all; ERR_NOMEM, ERR_INPUT */
int facts_put(struct program_env *env, const struct facts *f, struct err *e);

/* facts_hex, facts_text, facts_time - append one more */
int facts_hex(struct program_env *env, const char *name, struct span bytes,
    struct err *e);
int facts_text(
    struct program_env *env, const char *name, const char *text, struct err *e);
int facts_time(
    struct program_env *env, const char *name, int64_t t, struct err *e);

#endif
