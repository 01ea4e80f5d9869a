/*
 * reply.h - replies made and written (RFC 3875, 6).
 */
#ifndef REPLY_H
#define REPLY_H

#include "gateway.h"
#include "op.h"

/*
 * reply_refuse - a fixed text for the client, with the id of the request; `why`
 * is for the log alone, NULL: the text says it all.
 * reply_fault - 500, or 503 if the store was busy, and why into the log.
 */
void reply_refuse(struct reply *r, const struct request *q, int status,
    const char *text, const char *why);
void reply_fault(struct reply *r, const struct request *q, const struct err *e);

/*
 * reply_write - header and body.  Always with a Content-Length: without
 * one nginx makes chunks of it, which old clients cannot read.  ERR_SYS.
 */
int reply_write(const struct gateway *g, const struct reply *r, struct err *e);

#endif
