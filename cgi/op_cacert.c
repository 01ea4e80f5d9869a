#include "get_ca.h"
#include "op.h"

/*
 * GetCACert (RFC 8894, 4.2).  The same for every `message`: certmonger asks for
 * 0, 1, 2 … and stops when an answer repeats.
 */
int op_cacert(struct ca *ca, const struct request *q, const struct query *u,
    struct reply *r, struct err *e)
{
	const char *media_type;

	(void)q;
	(void)u;
	if (get_ca_cert(ca, &r->body, &media_type, e) != 0)
		return -1;
	r->status = 200;
	r->content_type = media_type;
	return 0;
}

/* GetCACertChain (the drafts before -19); `message` means nothing here too. */
int op_cachain(struct ca *ca, const struct request *q, const struct query *u,
    struct reply *r, struct err *e)
{
	const char *media_type;

	(void)q;
	(void)u;
	if (get_ca_chain(ca, &r->body, &media_type, e) != 0)
		return -1;
	r->status = 200;
	r->content_type = media_type;
	return 0;
}
