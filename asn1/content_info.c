#include "content_info.h"

#include <string.h>

int content_info_get(
    struct span der, const char *want, struct span *content, struct err *e)
{
	char oid[TREE_OID_MAX];
	struct tree t;
	int rc = -1;

	if (tree_decode("SCEP.ContentInfo", der, &t, e) != 0)
		return -1;
	if (tree_oid(&t, "contentType", oid, e) != 0)
		goto out;
	if (strcmp(oid, want) != 0) {
		err_set(e, ERR_INPUT, "contentType %s, not %s", oid, want);
		goto out;
	}
	rc = tree_value(&t, "content", content, e);
out:
	tree_free(&t);
	return rc;
}

int content_info_put(
    struct buf *out, const char *type, struct span content, struct err *e)
{
	struct tree t;
	int rc = -1;

	if (tree_new("SCEP.ContentInfo", &t, e) != 0)
		return -1;
	if (tree_put_oid(&t, "contentType", type, e) == 0 &&
	    tree_put(&t, "content", content, e) == 0)
		rc = tree_encode(&t, out, e);
	tree_free(&t);
	return rc;
}
