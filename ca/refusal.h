/*
 * refusal.h - every reason to refuse a request, in one table.
 *
 * A refusal has a code, which is in the log and in the manual; a failInfo; and
 * a text for the client.  Up to and including the proof that the requester
 * holds the key there is one code for everything that needs decryption, so that
 * a stranger learns nothing (design.md, 4, gate 6).
 */
#ifndef REFUSAL_H
#define REFUSAL_H

#include "scep_msg.h"

enum refusal {
	REFUSE_NONE,
	/* gate 3 */
	REFUSE_ALG, /* digest, signature or cipher not allowed here */
	/* gate 4 */
	REFUSE_SIGNATURE,
	/* gate 5 */
	REFUSE_NO_NONCE,
	REFUSE_TYPE, /* messageType unknown or not served */
	REFUSE_NO_ENVELOPE,
	REFUSE_RECIPIENT,   /* enveloped to somebody else */
	REFUSE_TIME,	    /* signingTime outside the window */
	REFUSE_RENEWAL_OFF, /* RenewalReq where renewals are not served */
	REFUSE_GETCERT_OFF,
	REFUSE_GETCRL_OFF, /* no, or at the URL that the details name */
	/* gate 5p, and what is asked for and not there: badCertId */
	REFUSE_NO_REQUEST, /* CertPoll for what this key never asked */
	REFUSE_NO_CERT,	   /* GetCert: none, or none of his */
	REFUSE_NO_CRL,	   /* GetCRL: not of this issuer, or none made */
	/* gate 6: the one exit */
	REFUSE_ENVELOPE,
	/* gate 7: one text, the true cause is in the code */
	REFUSE_NO_CHALLENGE,
	REFUSE_CHALLENGE_UNKNOWN,
	REFUSE_CHALLENGE_USED,
	REFUSE_CHALLENGE_EXPIRED,
	REFUSE_CHALLENGE_REVOKED,
	REFUSE_CHALLENGE_NAME, /* bound to another name … */
	REFUSE_CHALLENGE_ENDPOINT,
	REFUSE_CHALLENGE_TRANSACTION,
	REFUSE_REVOKED, /* what this very request got is revoked (T-14) */
	REFUSE_SIGNER_UNKNOWN,	 /* not a certificate of ours */
	REFUSE_SIGNER_REVOKED,	 /* or held */
	REFUSE_SIGNER_EXPIRED,	 /* or not valid yet */
	REFUSE_SIGNER_CA,	 /* the CA's own certificate, or an RA's */
	REFUSE_TRUST_NAME,	 /* not tied to the certificate presented */
	REFUSE_RENEWAL_ENDPOINT, /* granted at another one */
	REFUSE_RENEWAL_NAME,	 /* other names than the old certificate's */
	/* gate 8 */
	REFUSE_CSR_ALG,	 /* CSR signed with a weak digest */
	REFUSE_KEY_TYPE, /* badAlg */
	REFUSE_KEY_SIZE,
	REFUSE_KEY_WEAK, /* anybody can break it (key_rules.h) */
	REFUSE_SUBJECT,	 /* empty without SAN, too long, malformed */
	REFUSE_SAN,
	REFUSE_EXTENSION,     /* asks for what is not granted */
	REFUSE_CA_KEY,	      /* asks for a key or the name of this CA */
	REFUSE_KEY_TAKEN,     /* certified for another name */
	REFUSE_RENEWAL_EARLY, /* before renewal_from */
	REFUSE_RENEWAL_KEY,   /* the old key again */
	REFUSE_DUPLICATE,     /* the name has a valid certificate */
	REFUSE_PROGRAM,	      /* the word of a program; asked last */
	/* gate 9 */
	REFUSE_QUEUE,	 /* too many wait for the operator already */
	REFUSE_REJECTED, /* by the operator */
	REFUSE_EXPIRED,	 /* nobody decided in time */
	REFUSE_COUNT,
};

struct refusal_entry {
	const char *code; /* "envelope", "challenge-used" … */
	enum scep_fail fail;
	const char *text;   /* to the client; details may be appended */
	const char *remedy; /* to the operator, one line */
	const char *cause;  /* to the operator; what the client is not told */
};

const struct refusal_entry *refusal_entry(enum refusal r);

/* refusal_by_code - the entry whose code this is; NULL: none */
const struct refusal_entry *refusal_by_code(const char *code);

/*
 * refusal_is_of_challenge - there was a challenge, and it does not do here and
 * now: it may be a guess.
 */
bool refusal_is_of_challenge(enum refusal r);

/*
 * refusal_is_private - the details go to the log only: they would help a
 * stranger (gates 4, 6, 7, 5p, what a request without envelope exposed, and who
 * else has a key).
 */
bool refusal_is_private(enum refusal r);

#endif
