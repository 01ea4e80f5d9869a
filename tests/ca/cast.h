/*
 * cast.h - who may sign a request, and which challenges may be in one: all of
 * them, for the tables of test_matrix.c.
 */
#ifndef CAST_H
#define CAST_H

#include "world.h"

/* The CA began at TEST_NOW; what was issued for a day has expired since. */
#define CAST_NOW (TEST_NOW + INT64_C(5) * 86400)

enum standing {
	SELF,		/* self-signed, a name that nobody has */
	SELF_TAKEN,	/* self-signed, a name that has a valid certificate */
	SELF_OTHER_KEY, /* the CSR is for and by another key */
	FOREIGN,	/* by a CA that we never heard of */
	FOREIGN_OTHER_KEY,
	OURS, /* ours and valid, the CSR with a new key */
	OURS_OLD_KEY,
	OURS_OTHER_NAME,
	REVOKED,
	HELD,
	EXPIRED,
	CA_ITSELF, /* certificate and key of the CA */
	RA_ITSELF,
	NAMESAKE,     /* by a CA that has our name */
	FORGED_KEY,   /* our issuer, serial and subject, another key */
	FORGED_BYTES, /* all that and the right key, and yet not ours */
	TRUSTED,      /* by a CA that the endpoint trusts, the CSR with a */
		      /* new key */
	TRUSTED_OTHER_NAME,
	TRUSTED_EXPIRED,
	TRUSTED_REVOKED,
	TRUSTED_READER, /* its key may only decipher */
	TRUSTED_CA,	/* that CA itself, or one below it */
	STANDINGS
};

enum word { NONE, GOOD, WRONG, USED, EXPIRED_WORD, REVOKED_WORD, ELSEWHERE };
enum { WORDS = ELSEWHERE + 1 };

/* For messages of tests. */
extern const char *const standing_names[STANDINGS], *const word_names[WORDS];

extern struct client signers[STANDINGS];
extern const struct privkey *csr_keys[STANDINGS];
extern struct span csr_names[STANDINGS];	   /* the CSR is for */
extern char words[WORDS][CHALLENGE_TEXT_SIZE + 1]; /* NONE: empty */

/* What has to be in ca.conf for those who are trusted. */
#define CAST_CONF                                          \
	"[endpoint default]\ntrust = vendor\n"             \
	"[trust vendor]\ncerts = certs/vendor.pem\ncrl = " \
	"certs/vendor.crl\ntie = subject\n"

/* cast_meet - fill all of these in, for a new home.  cast_part - and release */
void cast_meet(struct ca_home *h);
void cast_part(void);

#endif
