#include "tree.h"

#include <pthread.h>
#include <string.h>

extern const asn1_static_node scep_asn1_tab[]; /* from scep.asn */

/*
 * The definitions: made once a process, constant afterwards.  Making them for
 * each message would take longer than decoding it.
 */
static asn1_node definitions;
static pthread_once_t definitions_once = PTHREAD_ONCE_INIT;

static void make_definitions(void)
{
	char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE];

	if (asn1_array2tree(scep_asn1_tab, &definitions, why) != ASN1_SUCCESS)
		definitions = NULL;
}

int oid_next(struct span *in, char oid[TREE_OID_MAX], struct err *e)
{
	char text[128]; /* libtasn1's own limit: over it, it would cut */
	struct span left = *in, whole;
	uint8_t tag;
	int len;

	if (der_lax(&left, &tag, NULL, &whole, e) != 0)
		return -1;
	/* it begins at the length */
	if (tag != DER_OID || whole.n > TREE_OID_MAX ||
	    asn1_get_object_id_der(whole.p + 1, (int)whole.n - 1, &len, text,
		sizeof(text)) != ASN1_SUCCESS ||
	    strlen(text) >= TREE_OID_MAX)
		return err_set(e, ERR_INPUT,
		    "no OBJECT IDENTIFIER, or over %d characters",
		    TREE_OID_MAX - 1);
	strcpy(oid, text);
	*in = left;
	return 0;
}

int oid_put(struct buf *out, const char *oid, struct err *e)
{
	uint8_t der[TREE_OID_MAX];
	int len = sizeof(der);

	if (asn1_object_id_der(oid, der, &len, 0) != ASN1_SUCCESS)
		return err_set(e, ERR_CRYPTO, "no OID %s", oid);
	return buf_put(out, (struct span){ der, (size_t)len }, e);
}

int tree_new(const char *type, struct tree *t, struct err *e)
{
	asn1_node node = NULL;

	pthread_once(&definitions_once, make_definitions);
	if (definitions == NULL ||
	    asn1_create_element(definitions, type, &node) != ASN1_SUCCESS)
		return err_set(e, ERR_NOMEM, "%s: no memory", type);
	*t = (struct tree){ .node = node };
	return 0;
}

void tree_free(struct tree *t)
{
	asn1_delete_structure(&t->node);
	*t = (struct tree){ 0 };
}

int tree_decode(
    const char *type, struct span der, struct tree *t, struct err *e)
{
	char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE] = "";
	struct tree new;
	int len, r;

	if (der.n == 0 || der.n > TREE_DER_MAX)
		return err_set(e, ERR_INPUT, "%s: %zu bytes", type, der.n);
	if (tree_new(type, &new, e) != 0)
		return -1;
	len = (int)der.n;
	r = asn1_der_decoding2(
	    &new.node, der.p, &len, ASN1_DECODE_FLAG_STRICT_DER, why);
	if (r != ASN1_SUCCESS || (size_t)len != der.n) {
		tree_free(&new);
		return err_set(e,
		    r == ASN1_MEM_ALLOC_ERROR ? ERR_NOMEM : ERR_INPUT,
		    "%s: malformed", type);
	}
	new.der = der;
	*t = new;
	return 0;
}

bool tree_has(const struct tree *t, const char *path)
{
	struct span s;

	return tree_element(t, path, &s, NULL) == 0;
}

int tree_element(
    const struct tree *t, const char *path, struct span *s, struct err *e)
{
	int start = 0, end = 0;

	if (asn1_der_decoding_startEnd(t->node, t->der.p, (int)t->der.n, path,
		&start, &end) != ASN1_SUCCESS ||
	    start <= 0 || end < start || (size_t)end >= t->der.n)
		return err_set(e, ERR_INPUT, "%s: missing", path);
	*s = (struct span){ t->der.p + start, (size_t)(end - start) + 1 };
	return 0;
}

int tree_value(
    const struct tree *t, const char *path, struct span *s, struct err *e)
{
	struct span whole;

	if (tree_element(t, path, &whole, e) != 0)
		return -1;
	if (der_any(&whole, NULL, s, NULL, e) != 0)
		return err_prefix(e, "%s", path);
	return 0;
}

int tree_list(
    const struct tree *t, const char *path, struct span *s, struct err *e)
{
	if (tree_has(t, path))
		return tree_value(t, path, s, e);
	*s = (struct span){ 0 };
	return 0;
}

int tree_oid(const struct tree *t, const char *path, char oid[TREE_OID_MAX],
    struct err *e)
{
	char text[TREE_OID_MAX];
	int len = sizeof(text), r;

	r = asn1_read_value(t->node, path, text, &len);
	if (r != ASN1_SUCCESS)
		return err_set(e,
		    r == ASN1_MEM_ALLOC_ERROR ? ERR_NOMEM : ERR_INPUT,
		    "%s: missing, or over %d characters", path,
		    TREE_OID_MAX - 1);
	memcpy(oid, text, (size_t)len);
	return 0;
}

int tree_put(struct tree *t, const char *path, struct span s, struct err *e)
{
	/* length 0 would mean "a decimal number" or "absent" to libtasn1 */
	if (s.n == 0 || s.n > BUF_MAX ||
	    asn1_write_value(t->node, path, s.p, (int)s.n) != ASN1_SUCCESS)
		return err_set(e, ERR_CRYPTO, "%s: cannot be written", path);
	return 0;
}

int tree_put_bits(
    struct tree *t, const char *path, struct span s, struct err *e)
{
	if (s.n == 0 || s.n > BUF_MAX ||
	    asn1_write_value(t->node, path, s.p, (int)s.n * 8) != ASN1_SUCCESS)
		return err_set(e, ERR_CRYPTO, "%s: cannot be written", path);
	return 0;
}

int tree_put_oid(
    struct tree *t, const char *path, const char *oid, struct err *e)
{
	if (asn1_write_value(t->node, path, oid, 1) != ASN1_SUCCESS)
		return err_set(e, ERR_CRYPTO, "%s: no OID %s", path, oid);
	return 0;
}

int tree_put_int(struct tree *t, const char *path, uint8_t value, struct err *e)
{
	uint8_t octets[2] = { 0, value };

	return tree_put(t, path, (struct span){ octets, 2 }, e);
}

int tree_put_list(
    struct tree *t, const char *path, struct span items, struct err *e)
{
	char last[64];
	struct span item;

	if (strlen(path) + sizeof(".?LAST") > sizeof(last))
		return err_set(e, ERR_CRYPTO, "%s: path too long", path);
	strcpy(last, path);
	strcat(last, path[0] == '\0' ? "?LAST" : ".?LAST");
	while (items.n > 0) {
		if (der_any(&items, NULL, NULL, &item, e) != 0)
			return err_prefix(e, "%s", path);
		if (asn1_write_value(t->node, path, "NEW", 1) != ASN1_SUCCESS)
			return err_set(e, ERR_NOMEM, "%s: no memory", path);
		if (tree_put(t, last, item, e) != 0)
			return -1;
	}
	return 0;
}

int tree_omit(struct tree *t, const char *path, struct err *e)
{
	if (asn1_write_value(t->node, path, NULL, 0) != ASN1_SUCCESS)
		return err_set(e, ERR_CRYPTO, "%s: cannot be omitted", path);
	return 0;
}

int tree_encode(const struct tree *t, struct buf *der, struct err *e)
{
	char why[ASN1_MAX_ERROR_DESCRIPTION_SIZE] = "";
	size_t before = der->n;
	uint8_t *at;
	int len = 0;

	if (asn1_der_coding(t->node, "", NULL, &len, why) != ASN1_MEM_ERROR ||
	    len <= 0)
		return err_set(e, ERR_CRYPTO, "encoding: %s", why);
	if (buf_grow(der, (size_t)len, &at, e) != 0)
		return -1;
	if (asn1_der_coding(t->node, "", at, &len, why) != ASN1_SUCCESS) {
		buf_cut(der, before);
		return err_set(e, ERR_CRYPTO, "encoding: %s", why);
	}
	return 0;
}
