#include "get_ca.h"
#include "op.h"

/*
 * GetCACaps (RFC 8894, 3.5).  `message` may name a CA or nothing, and means
 * nothing to us: certmonger sends 0, others their own word.
 */
int op_caps(struct ca *ca, const struct request *q, const struct query *u,
    struct reply *r, struct err *e)
{
	(void)q;
	(void)u;
	if (get_ca_caps(ca, &r->body, e) != 0)
		return -1;
	r->status = 200;
	r->content_type = "text/plain";
	return 0;
}
