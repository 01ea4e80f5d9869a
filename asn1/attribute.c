#include "attribute.h"

int attribute_next(struct span *list, char oid[TREE_OID_MAX],
    struct span *values, struct err *e)
{
	struct span left = *list, attr;
	struct tree t;
	int rc = -1;

	if (der_any(&left, NULL, NULL, &attr, e) != 0 ||
	    tree_decode("SCEP.Attribute", attr, &t, e) != 0)
		return -1;
	if (tree_element(&t, "values", values, e) == 0 &&
	    tree_oid(&t, "type", oid, e) == 0) {
		*list = left;
		rc = 0;
	}
	tree_free(&t);
	return rc;
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
	struct buf element = { 0 }, set = { 0 };
	struct tree t = { 0 };
	int rc = -1;

	if (der_put(&element, tag, value, e) == 0 &&
	    der_put(&set, DER_SET, buf_span(&element), e) == 0 &&
	    tree_new("SCEP.Attribute", &t, e) == 0 &&
	    tree_put_oid(&t, "type", oid, e) == 0 &&
	    tree_put(&t, "values", buf_span(&set), e) == 0)
		rc = tree_encode(&t, out, e);
	tree_free(&t);
	buf_release(&set);
	buf_release(&element);
	return rc;
}
