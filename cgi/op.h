/*
 * op.h - a request and its reply, wherever the bytes come from.
 */
#ifndef OP_H
#define OP_H

#include "ca.h"
#include "notify.h"
#include "query.h"
#include "store_cert.h"

enum http_method { HTTP_OTHER = 0, HTTP_GET = 1, HTTP_POST = 2, HTTP_HEAD = 4 };

enum { BODY_MAX = 64 * 1024, QUERY_MAX = 48 * 1024 };

struct request {
	enum http_method method;
	struct span query;  /* QUERY_STRING, raw */
	struct span body;   /* read to its end */
	bool body_too_long; /* over BODY_MAX: body is empty then */
	bool body_short;    /* not as long as CONTENT_LENGTH says */
	const char *remote; /* REMOTE_ADDR, or "" */
	const char *id;	    /* in the log and in an error text; NULL: none */
	int64_t now;	    /* seconds since 1970 */
};

struct reply {
	int status;		  /* HTTP */
	const char *content_type; /* constant, without parameters */
	const char *allow;    /* the methods that would do; NULL: no header */
	struct buf body;      /* owned */
	bool head;	      /* send the header only */
	unsigned retry_after; /* seconds; 0: no such header */
	unsigned delay_ms;    /* to wait before it goes out, if there is room */
	bool no_store;	      /* Cache-Control: no-store */
	bool has_delivered;   /* a certificate goes out: note it after */
	struct serial delivered;
	bool has_transaction; /* the line is about one: the CA keeps it */
	struct notice notice; /* to be given when it is out; owned */
	struct buf log;	      /* one line for the web server's log; owned */
};
void reply_release(struct reply *r);

/*
 * serve - the heart: answer one request.  Always fills in *r; no output, no
 * exit, no memory of earlier requests but what `ca` has opened.
 * serve_fault - the answer when there is no `ca` to ask, because of *e.
 */
void serve(struct ca *ca, const struct request *q, struct reply *r);
void serve_fault(const struct request *q, const struct err *e, struct reply *r);

/*
 * op_* - the operations: fill in *r, also with a refusal, and return 0; or -1
 * if the fault is ours, which `serve` then answers.
 */
typedef int op_run(struct ca *ca, const struct request *q,
    const struct query *u, struct reply *r, struct err *e);
op_run op_caps, op_cacert, op_cachain, op_pki;

#endif
