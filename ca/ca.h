/*
 * ca.h - one CA home, opened: configuration at once, the rest when it is
 * needed.
 *
 * A process that answers GetCACaps reads ca.conf and nothing else; a private
 * key is loaded by the first request that needs it.  Nothing here believes that
 * a process serves one request.
 */
#ifndef CA_H
#define CA_H

#include "cert.h"
#include "conf.h"
#include "home.h"
#include "home_stamp.h"
#include "store.h"

struct ca {
	char home[HOME_PATH_MAX];
	struct conf conf;
	char by[64]; /* the operator at work, for the audit log; else empty */
	bool one_request;	 /* the process ends with this one */
	struct home_stamp stamp; /* ca_turn(): of what is loaded */

	/* ca_certs() */
	bool has_certs, has_ra;
	struct buf ca_der, sign_der, enc_der; /* the last two: if has_ra */
	struct cert_view ca_cert;	      /* issues */
	struct cert_view sign_cert; /* signs messages: RA, else the CA */
	struct cert_view enc_cert;  /* is enveloped to: RA, else the CA */

	/* ca_keys() */
	struct privkey *ca_key, *sign_key, *enc_key; /* may be one object */
	bool can_issue; /* ca_key was checked for issuing */

	/* ca_store() */
	struct store *store;

	/* challenge.c */
	bool has_secret;
	uint8_t challenge_secret[32];
};

/* ca_open - read ca.conf of `home`, an absolute path; free with ca_close */
int ca_open(
    const char *home, const char *endpoint, struct ca **ca, struct err *e);
void ca_close(struct ca *ca); /* wipes; NULL is fine */

/*
 * ca_turn - to the next request, for `endpoint`: ca.conf is read anew, and a
 * certificate, key or secret that somebody has changed, its owner or its mode,
 * when it is needed next.  -1: ca cannot be asked, but turned again.
 */
int ca_turn(struct ca *ca, const char *endpoint, struct err *e);

/*
 * Each of these does its work once.
 *
 * A key is loaded by the one who needs it: ca_issue_key for certificates,
 * ca_sign_key for answers, ca_enc_key for envelopes; ca_keys is all three.
 * They check owner and mode of the key files (ERR_PERM), that the key belongs
 * to its certificate, that the certificate has the key usage for the work (RFC
 * 8894, 2.1.2), and that keys for messages are RSA (R004): ERR_CONF.
 */
int ca_certs(struct ca *ca, struct err *e);
int ca_issue_key(struct ca *ca, struct err *e);
int ca_sign_key(struct ca *ca, struct err *e);
int ca_enc_key(struct ca *ca, struct err *e);
int ca_keys(struct ca *ca, struct err *e);
int ca_store(struct ca *ca, struct err *e);

/*
 * ca_profile - the profile `name`, "" for that of the endpoint: the one at
 * hand, or read anew into *other; *p points to it.  ERR_CONF
 */
int ca_profile(const struct ca *ca, const char *name, struct profile *other,
    const struct profile **p, struct err *e);

#endif
