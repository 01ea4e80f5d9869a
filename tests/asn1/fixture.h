/* A party in a test: a key, a name, a certificate. */
#ifndef FIXTURE_H
#define FIXTURE_H

#include "scep_client.h"

struct party {
	struct privkey *key;
	struct buf pem, name, cert;
	struct cert_view view;
	struct pubkey pub;
};

/* party_make - aborts the test if it cannot */
void party_make(struct party *p, const char *kind, const char *name);
void party_release(struct party *p);

/* digest, cipher - by the names of alg.h */
const struct alg_digest *digest(const char *name);
const struct alg_cipher *cipher(const char *name);

#endif
