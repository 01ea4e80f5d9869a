/*
 * store_request.h - transactions: what became of a request, and the one commit
 * that grants it.
 */
#ifndef STORE_REQUEST_H
#define STORE_REQUEST_H

#include "store_cert.h"
#include "store_challenge.h"

/*
 * A transaction's key.  Two clients may choose one transactionID (RFC 8894,
 * 3.2.1.1 leaves it to them), so the signer's key is part of it.
 */
struct request_key {
	uint8_t key_hash[32]; /* SHA-256 of the signer's SPKI */
	char trans_id[256];
};

/*
 * pending -> approved -> granted, or rejected, or expired; also granted at
 * once.  Pending and approved ones are open: they keep their CSR, are counted,
 * and are listed in the order of their age (store_pending.h).
 */
enum request_state {
	REQUEST_PENDING = 1,
	REQUEST_GRANTED = 2,
	REQUEST_REJECTED = 3,
	REQUEST_EXPIRED = 4,
	REQUEST_APPROVED = 5, /* waits for the key of the CA only */
};

struct stored_request {
	struct request_key key;
	enum request_state state;
	uint8_t type;		 /* messageType */
	uint8_t csr_hash[32];	 /* SHA-256 of the CSR */
	uint8_t signer_hash[32]; /* SHA-256 of the signer's certificate */
	uint8_t name_hash[32];	 /* of the subject as names are compared */
	struct serial serial;	 /* of the certificate, if granted */
	struct serial renews;	 /* of the one that signed; n is 0: none */
	int64_t created_at, decided_at;
	int64_t expires_at;    /* of a pending one; 0: never */
	char remote[64];       /* address it came from */
	char endpoint[64];     /* the one it was sent to */
	char profile[64];      /* that its certificate is made by */
	char challenge_id[16]; /* that authorised it; empty: none did */
	char rule[RULE_MAX];   /* what did; empty: nothing, or the operator */
	char reason[256];      /* pending: why; rejected: the operator's */
	struct buf csr;	       /* owned; empty unless open */
};

/* stored_request_release - wipe and free what it owns; may be used again */
void stored_request_release(struct stored_request *r);

static inline bool request_is_open(const struct stored_request *r)
{
	return r->state == REQUEST_PENDING || r->state == REQUEST_APPROVED;
}

/*
 * request_is_same - is this a retransmission: type, signer and CSR as recorded?
 * Pure; `a` and `b` have one key.
 */
bool request_is_same(
    const struct stored_request *a, const struct stored_request *b);

/*
 * store_request_find - the transaction under `key`, and if it is granted its
 * certificate too (c->der.n is 0 otherwise), both as of one moment.
 * ERR_NOT_FOUND.  Release both.
 */
int store_request_find(struct store *st, const struct request_key *key,
    struct stored_request *r, struct stored_cert *c, struct err *e);

/* Everything that one grant records.  Borrows nothing but cert->der. */
struct grant {
	const struct stored_request *request; /* state GRANTED */
	const struct stored_cert *cert;
	const uint8_t *challenge_mac; /* to be consumed; NULL: none */
	bool approved;	  /* only if this CSR is approved under this key */
	bool unique_name; /* only if no other valid one has its name_hash, */
			  /* nor one on hold, but for the one it renews */
	bool unique_key;  /* only if no such one of another name has its key */
	bool presented; /* who signs it may present a certificate of others: */
			/* remember what was got with its key */
	bool one_name;	/* … and only if nothing was under another name */
	bool supersede; /* revoke the one that it renews, as superseded: */
			/* told, too */
	const char *audit; /* what is told of it, or NULL: store_audit.h */
	int64_t now;
};

enum grant_outcome {
	GRANT_DONE,    /* recorded, durable */
	GRANT_ALREADY, /* this very request was granted meanwhile: */
	/* its certificate is in *recorded */
	GRANT_CHALLENGE_GONE, /* used, expired or revoked meanwhile */
	GRANT_SERIAL_TAKEN,   /* choose another one */
	GRANT_NOT_OPEN,	      /* g->approved: decided otherwise meanwhile */
	GRANT_NAME_TAKEN,     /* g->unique_name: another one has the name */
	GRANT_KEY_TAKEN,      /* g->unique_key: *recorded has the key */
	GRANT_PRESENTED,      /* g->one_name: *recorded was got with it */
};

/*
 * store_grant - record a request as granted, its certificate, and the use of
 * its challenge: all in one durable commit, or nothing at all.
 *
 * A finished transaction under the same key is superseded if it was another
 * request (sscep and strongSwan use one id for every request of a key), and so
 * is an open one; a granted one that is the same (request_is_same) and whose
 * certificate is neither revoked, held nor expired at g->now is answered
 * GRANT_ALREADY, and then *recorded must be released; so after
 * GRANT_KEY_TAKEN and GRANT_PRESENTED.  If g->approved, an
 * overdue one is not open any more, and what is recorded keeps the time and
 * place at which it was asked for.  Of any number of processes with one
 * one-time challenge exactly one gets GRANT_DONE.
 * -1: nothing recorded, as far as can be known; the same call may be repeated.
 */
int store_grant(struct store *st, const struct grant *g,
    enum grant_outcome *outcome, struct stored_cert *recorded, struct err *e);

#endif
