/*
 * world.h - the people around a CA in a test: devices of every standing, the
 * operator, somebody else's CA; and a census of what the store holds.
 */
#ifndef WORLD_H
#define WORLD_H

#include "client.h"
#include "store_pending.h"
#include "store_revoke.h"

/* ---- certificates ---- */

/*
 * world_enrol - make `c` as client_make does and let it have a certificate of
 * ours at `now`, by a challenge made for that; it signs with that certificate
 * from then on.  `serial` may be NULL.
 */
void world_enrol(struct client *c, struct ca_home *h, const char *key,
    const char *name, int64_t now, struct serial *serial);

/* world_revoke - the operator revokes, holds or releases a certificate */
void world_revoke(struct ca_home *h, const struct serial *serial,
    enum crl_reason reason, int64_t now);

/* Somebody who signs certificates, and what is to be in one. */
struct world_issuer {
	const struct privkey *key;
	struct span name;
};
struct world_cert {
	struct span subject;
	const struct privkey *key; /* of the subject */
	struct span serial;	   /* empty: some other */
	int64_t not_after;	   /* 0: a day after TEST_NOW */
};
/* world_sign - put the certificate in place of *der */
void world_sign(const struct world_issuer *issuer, const struct world_cert *w,
    struct buf *der);

/* ---- transactions ---- */

/* world_key - what the transaction `trans_id` of a signer is found by */
void world_key(
    const struct client *c, const char *trans_id, struct request_key *key);

/* world_decide - the operator's word; it must still have been open */
void world_decide(struct ca_home *h, const struct client *c,
    const char *trans_id, bool approve, const char *reason, int64_t now);

/* world_state - of a transaction; 0: there is none */
int world_state(
    struct ca_home *h, const struct client *c, const char *trans_id);

/* world_poll - CertPoll for `trans_id`, whose CSR had the client's key */
void world_poll(const struct client *c, struct ca_home *h, const char *trans_id,
    int64_t now, struct result *r);

/* ---- what is there ---- */

struct census {
	size_t certs, valid; /* all; those neither revoked nor held */
	size_t requests, open;
	size_t challenges;
	size_t used, revoked; /* uses of challenges; how many are revoked */
};
void world_census(struct ca_home *h, struct census *n);

/* world_unchanged - the store holds what it did, or the test fails */
void world_unchanged(
    struct ca_home *h, const struct census *before, const char *what);

/* world_uses - how often the challenge `value` has been used */
int32_t world_uses(struct ca_home *h, const char *value);

/*
 * world_noise - append the reply without what differs from one answer to the
 * next: the server's nonce, signingTime and signature.  Two requests that have
 * one transactionID and one nonce and are refused alike come out alike to the
 * octet.
 */
void world_noise(const struct result *r, struct buf *out);

#endif
