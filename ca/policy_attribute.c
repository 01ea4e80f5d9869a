/* The attributes of a Name, whatever RDN they are in. */
#include "policy_part.h"

void name_begin(struct span name, struct name_left *left)
{
	*left = (struct name_left){ 0 };
	if (der_next(&name, DER_SEQUENCE, &left->list, NULL) != 0)
		left->list = (struct span){ 0 };
}

bool name_next(struct name_left *left, struct name_attribute *a)
{
	struct span both, oid;

	while (left->set.n == 0)
		if (left->list.n == 0 ||
		    der_next(&left->list, DER_SET, &left->set, NULL) != 0)
			return false;
	if (der_next(&left->set, DER_SEQUENCE, &both, NULL) != 0)
		return false;
	oid = both;
	if (oid_next(&oid, a->oid, NULL) != 0)
		a->oid[0] = '\0';
	return der_next(&both, DER_OID, &oid, NULL) == 0 &&
	    der_any(&both, &a->tag, &a->value, NULL, NULL) == 0;
}
