/*
 * op.h - a request and its reply, wherever the bytes come from.
 */
#ifndef OP_H
#define OP_H

#include "ca.h"
#include "store_cert.h"

enum http_method { HTTP_OTHER = 0, HTTP_GET = 1, HTTP_POST = 2, HTTP_HEAD = 4 };

enum { BODY_MAX = 64 * 1024, QUERY_MAX = 48 * 1024 };

struct request {
	enum http_method method;
	struct span query;  /* QUERY_STRING, raw */
	struct span body;   /* read to its end */
	bool body_too_long; /* over BODY_MAX: body is empty then */
	bool body_short;    /* ended before CONTENT_LENGTH */
	const char *remote; /* REMOTE_ADDR, or "" */
	int64_t now;	    /* seconds since 1970 */
};

struct reply {
	int status;		  /* HTTP */
	const char *content_type; /* constant, without parameters */
	struct buf body;	  /* owned */
	unsigned retry_after;	  /* seconds; 0: no such header */
	bool no_store;		  /* Cache-Control: no-store */
	bool has_delivered;	  /* a certificate goes out: note it after */
	struct serial delivered;
	struct buf log; /* one line for the service log; owned */
};
void reply_release(struct reply *r);

/*
 * serve - the heart: answer one request.  Always fills in *r; no output, no exit,
 * no memory of earlier requests but what `ca` has opened.
 */
void serve(struct ca *ca, const struct request *q, struct reply *r);

#endif
