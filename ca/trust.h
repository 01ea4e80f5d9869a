/*
 * trust.h - certificates of others that may ask for a first one of ours: those
 * of a manufacturer (Cisco SUDI, IEEE 802.1AR IDevID), or of an old CA (R103).
 *
 * Only what a [trust NAME] section names is believed, and what is asked for has
 * to be tied to what is presented: a manufacturer vouches for which device it
 * is, not for a name of the device's choice (security.md T-26).
 */
#ifndef TRUST_H
#define TRUST_H

#include "conf.h"
#include "signer.h"

enum {
	TRUST_CERTS_MAX = 100,	      /* in one file */
	TRUST_CERTS_SIZE = 256 << 10, /* bytes of it */
	TRUST_CRL_SIZE = 8 << 20
};

/* The files of one section, read.  Views borrow the bufs. */
struct trust_files {
	struct buf pem, crl_pem;
	struct buf ders[TRUST_CERTS_MAX], crls[TRUST_CERTS_MAX];
	struct cert_view certs[TRUST_CERTS_MAX];
	size_t n, n_crls;
};

/*
 * trust_load - read the files of `t`, certificates of CAs and nothing else;
 * ERR_NOT_FOUND, ERR_PERM, ERR_CONF.  Release *f in any case.
 */
int trust_load(const char *home, const struct trust *t, struct trust_files *f,
    struct err *e);
void trust_files_release(struct trust_files *f);

/*
 * trust_recognise - is the signer of `m`, who is nobody that we know, vouched
 * for by a CA that the endpoint trusts?  If so *s becomes SIGNER_TRUSTED, with
 * s->why saying what is wrong with his certificate now, if anything is.  The
 * certificates in the message may be in between.  The files are only read for
 * a certificate that somebody else has issued.
 */
int trust_recognise(struct ca *ca, const struct scep_msg *m, int64_t now,
    struct signer *s, struct err *e);

#endif
