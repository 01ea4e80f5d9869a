/*
 * signer.h - whose certificate is a message signed with?
 */
#ifndef SIGNER_H
#define SIGNER_H

#include "ca.h"
#include "refusal.h"
#include "scep_msg.h"
#include "store_cert.h"

enum signer_kind {
	SIGNER_SELF,	/* nobody that we know: the carrier of a key, no more */
	SIGNER_OURS,	/* we issued it, to the octet; in what state is another
			  question */
	SIGNER_FORGED,	/* bears our name as its issuer, but is not ours */
	SIGNER_CA,	/* a key or certificate of the CA itself or its RA */
	SIGNER_TRUSTED, /* a CA that the endpoint trusts vouches for it */
};

struct signer {
	enum signer_kind kind;
	struct stored_cert cert; /* SIGNER_OURS: as recorded; owned */
	struct cert_view view;	 /* of cert.der, or of what a trusted one has */

	/* SIGNER_TRUSTED: by which [trust NAME], and what is wrong with it */
	const struct trust *trust;
	enum refusal why;
	char detail[160];
};

/*
 * signer_identify - from the certificate of `m`, whose signature is good.  The
 * store, not the message, is the source of what we issued (security.md T-21).
 * Release *s after 0.
 */
int signer_identify(
    struct ca *ca, const struct scep_msg *m, struct signer *s, struct err *e);
void signer_release(struct signer *s);

#endif
