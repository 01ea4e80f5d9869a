/*
 * notify.h - a program that is told what has happened (notify in ca.conf).
 *
 * A notice is made where the facts are, and given when the client has its
 * answer: what the program does, and how long it takes, is nobody's concern.
 */
#ifndef NOTIFY_H
#define NOTIFY_H

#include "conf.h"
#include "program.h"
#include "refusal.h"
#include "store_request.h"

enum notice_event {
	NOTICE_NONE,
	NOTICE_ISSUED,
	NOTICE_PENDING,
	NOTICE_REFUSED,
	NOTICE_REVOKED,
	NOTICE_EXPIRING,
};

struct notice { /* owns */
	enum notice_event event;
	struct program_env env;
	struct buf in; /* certificate or CSR, DER; empty if refused */
};

/*
 * notice_of_cert - issued, revoked (the reason is the certificate's) or
 * expiring; `r` is the request for it (NULL: not known)
 * notice_of_request - pending or refused, for `reason`; the subject is RFC 4514
 * text, empty if it is not known, and so is the CSR
 * Where notify is not set they do nothing.  ERR_NOMEM.  Release *n in any case;
 * it must be all zero before.
 */
int notice_of_cert(const struct conf *c, enum notice_event event,
    const struct stored_cert *cert, const struct stored_request *r,
    struct notice *n, struct err *e);
int notice_of_request(const struct conf *c, enum notice_event event,
    const struct stored_request *r, struct span csr, struct span subject,
    const char *reason, struct notice *n, struct err *e);
void notice_release(struct notice *n);

/* notice_give - run the program.  -1: it could not be run or did not end. */
int notice_give(const struct conf *c, const struct notice *n, struct err *e);

/* notify_cert - both, for a certificate */
int notify_cert(const struct conf *c, enum notice_event event,
    const struct stored_cert *cert, const struct stored_request *r,
    struct err *e);

#endif
