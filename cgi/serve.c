#include "op.h"

#include <gnutls/gnutls.h>
#include <stdio.h>

#include "log.h"
#include "reply.h"

/*
 * The whole of what is served (RFC 8894, 3.5.1, 4.2, 4.3; GetCACertChain stood
 * in the drafts before it).
 */
static const struct op {
	const char *name; /* taken in any case */
	unsigned methods; /* OR of enum http_method */
	bool crypto;	  /* GnuTLS has to wake up, which costs time */
	op_run *run;
} ops[] = {
	{ "GetCACaps", HTTP_GET | HTTP_HEAD, false, op_caps },
	{ "GetCACert", HTTP_GET | HTTP_HEAD, true, op_cacert },
	{ "GetCACertChain", HTTP_GET | HTTP_HEAD, true, op_cachain },
	/* No HEAD: it would spend a challenge on an answer nobody reads. */
	{ "PKIOperation", HTTP_GET | HTTP_POST, true, op_pki },
};

static const struct op *find_op(struct span name)
{
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (query_is(name, ops[i].name))
			return &ops[i];
	return NULL;
}

static const char *method_name(enum http_method m)
{
	switch (m) {
	case HTTP_GET:
		return "GET";
	case HTTP_POST:
		return "POST";
	case HTTP_HEAD:
		return "HEAD";
	default:
		return "other";
	}
}

static void refuse_method(
    struct reply *r, const struct request *q, const char *allow)
{
	reply_refuse(r, q, 405, "Method not allowed.", NULL);
	r->allow = allow;
}

/* The operation that is asked for; NULL: *r says why it is not served. */
static const struct op *choose(
    const struct request *q, struct query *u, struct reply *r)
{
	const struct op *op;
	struct err e;

	if (q->method == HTTP_OTHER) {
		refuse_method(r, q, "GET, HEAD, POST");
		return NULL;
	}
	if (q->query.n > QUERY_MAX) {
		reply_refuse(r, q, 414,
		    "The query is too long. Send the message by POST.", NULL);
		return NULL;
	}
	if (query_split(q->query, u, &e) != 0) {
		reply_refuse(r, q, 400, "The query is not understood.", e.text);
		return NULL;
	}
	if (!u->has_operation && q->method == HTTP_POST)
		u->operation = SPAN_LIT("PKIOperation"); /* RFC 8894, 4.3 */
	op = find_op(u->operation);
	if (op == NULL) {
		log_field_put(&r->log, "op", u->operation);
		reply_refuse(r, q, 400, "Unknown operation.", NULL);
		return NULL;
	}
	log_field_text(&r->log, "op", op->name);
	if ((op->methods & q->method) != 0)
		return op;
	if (q->method == HTTP_POST)
		reply_refuse(r, q, 400, "POST is for PKIOperation only.", NULL);
	else
		refuse_method(r, q, "GET, POST");
	return NULL;
}

static void begin(const struct request *q, struct reply *r)
{
	*r = (struct reply){ 0 };
	log_begin(&r->log, q->now, q->id, q->remote);
	log_field_text(&r->log, "method", method_name(q->method));
}

static void finish(const struct request *q, struct reply *r)
{
	char status[16];

	r->head = q->method == HTTP_HEAD;
	snprintf(status, sizeof(status), "%d", r->status);
	log_field_text(&r->log, "status", status);
}

void serve(struct ca *ca, const struct request *q, struct reply *r)
{
	const struct op *op;
	struct query u;
	struct err e;

	begin(q, r);
	op = choose(q, &u, r);
	if (op != NULL && op->crypto && gnutls_global_init() < 0) {
		err_set(&e, ERR_CRYPTO, "GnuTLS does not start");
		reply_fault(r, q, &e);
	} else if (op != NULL && op->run(ca, q, &u, r, &e) != 0) {
		reply_fault(r, q, &e);
	}
	finish(q, r);
}

void serve_fault(const struct request *q, const struct err *e, struct reply *r)
{
	begin(q, r);
	reply_fault(r, q, e);
	finish(q, r);
}
