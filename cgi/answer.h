/*
 * answer.h - one request from its first byte to what is done behind its reply:
 * body, CA, serve(), reply, logs, notices.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "cgi_env.h"
#include "gateway.h"
#include "op.h"

/*
 * answer - *ca is the CA that the request before it left open, or NULL; the one
 * that is open afterwards, ca_close is the caller's.  `last`: the process ends
 * after this request.  0: the client has its reply, whatever is in it.
 */
int answer(struct ca **ca, const struct cgi_env *env, const struct gateway *g,
    bool last);

#endif
