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

#include "signer.h"

/*
 * trust_recognise - is the signer of `m`, who is nobody that we know, vouched
 * for by a CA that the endpoint trusts?  If so *s becomes SIGNER_TRUSTED, with
 * s->why saying what is wrong with his certificate now, if anything is.  The
 * certificates in the message may be in between, but this CA is not, nor does it
 * vouch for what is not in its books.  The files are only read for a certificate
 * that somebody else has issued, or that looks as if this CA had (SIGNER_FORGED).
 */
int trust_recognise(struct ca *ca, const struct scep_msg *m, int64_t now,
    struct signer *s, struct err *e);

#endif
