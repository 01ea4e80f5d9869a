#include "attribute.h"

#include <string.h>

int attribute_next(struct span *list, char oid[TREE_OID_MAX],
    struct span *values, struct err *e)
{
	struct span left = *list, attr, set;
	char type[TREE_OID_MAX];

	if (der_next(&left, DER_SEQUENCE, &attr, e) != 0 ||
	    oid_next(&attr, type, e) != 0 ||
	    der_lax(&attr, NULL, NULL, &set, e) != 0 || attr.n != 0)
		return err_set(
		    e, ERR_INPUT, "malformed Attribute (RFC 5652, 5.3)");
	strcpy(oid, type);
	*values = set;
	*list = left;
	return 0;
}

int attribute_value(
    struct span values, uint8_t *tag, struct span *value, struct err *e)
{
	struct span set;

	if (der_next(&values, DER_SET, &set, e) != 0 || values.n != 0 ||
	    der_any(&set, tag, value, NULL, e) != 0 || set.n != 0)
		return err_set(
		    e, ERR_INPUT, "attribute has not exactly one value");
	return 0;
}

int attribute_put(struct buf *out, const char *oid, uint8_t tag,
    struct span value, struct err *e)
{
	size_t before = out->n, set = der_size(value.n);
	struct buf type = { 0 };
	int rc = -1;

	if (oid_put(&type, oid, e) == 0 &&
	    der_put_header(out, DER_SEQUENCE, type.n + der_size(set), e) == 0 &&
	    buf_put(out, buf_span(&type), e) == 0 &&
	    der_put_header(out, DER_SET, set, e) == 0)
		rc = der_put(out, tag, value, e);
	if (rc != 0)
		buf_cut(out, before);
	buf_release(&type);
	return rc;
}
