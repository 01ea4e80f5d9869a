#include "content_info.h"

#include <string.h>

int content_info_get(
    struct span der, const char *want, struct span *content, struct err *e)
{
	char oid[TREE_OID_MAX];
	struct span list, inner, whole;

	if (der_only(der, DER_SEQUENCE, &list, e) != 0 ||
	    oid_next(&list, oid, e) != 0)
		return err_set(
		    e, ERR_INPUT, "malformed ContentInfo (RFC 5652, 3)");
	if (strcmp(oid, want) != 0)
		return err_set(
		    e, ERR_INPUT, "contentType %s, not %s", oid, want);
	if (der_next(&list, DER_CTX0_CONS, &inner, e) != 0 || list.n != 0 ||
	    der_lax(&inner, NULL, NULL, &whole, e) != 0 || inner.n != 0)
		return err_set(
		    e, ERR_INPUT, "malformed ContentInfo (RFC 5652, 3)");
	*content = whole;
	return 0;
}

int content_info_start(
    struct buf *out, const char *type, size_t n, struct err *e)
{
	struct buf oid = { 0 };
	size_t before = out->n, len;
	int rc = -1;

	if (oid_put(&oid, type, e) != 0)
		return -1;
	len = oid.n + der_size(n);
	if (buf_reserve(out, der_size(len), e) == 0 &&
	    der_put_header(out, DER_SEQUENCE, len, e) == 0 &&
	    buf_put(out, buf_span(&oid), e) == 0 &&
	    der_put_header(out, DER_CTX0_CONS, n, e) == 0)
		rc = 0;
	else
		buf_cut(out, before);
	buf_release(&oid);
	return rc;
}
