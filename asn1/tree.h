/*
 * tree.h - the definitions of scep.asn and the only caller of libtasn1.
 *
 * A tree is decoded from bytes, read by path, and freed; or created, written by
 * path, encoded, and freed.  Reading gives spans into the bytes that the tree
 * was decoded from, so nothing is copied and the tree need not outlive the
 * reading.
 */
#ifndef TREE_H
#define TREE_H

#include <libtasn1.h>

#include "der.h"

enum {
	TREE_OID_MAX = 64,
	/* octets: the answer to GetCRL with the longest list (crl.h) in it; who
	 * reads from strangers has a bound of his own */
	TREE_DER_MAX = 80 << 20,
};

/*
 * What is small is read and written without a tree, which costs more than its
 * members:
 * oid_next - take an OBJECT IDENTIFIER off the front of the contents of a
 * sequence, in dotted form; as der_lax and tree_oid do.  ERR_INPUT
 * oid_put - append one, whole
 */
int oid_next(struct span *in, char oid[TREE_OID_MAX], struct err *e);
int oid_put(struct buf *out, const char *oid, struct err *e);

struct tree {
	asn1_node node;
	struct span der; /* what it was decoded from */
};

/*
 * tree_decode - `der` is one element of the type `type` ("SCEP.SignedData") and
 * nothing behind it.  ERR_INPUT.  Free with tree_free.
 * libtasn1 takes an empty SEQUENCE for one whose members are missing, so each
 * read below can fail and must be checked.
 */
int tree_decode(
    const char *type, struct span der, struct tree *t, struct err *e);

/* tree_new - an empty one to be written */
int tree_new(const char *type, struct tree *t, struct err *e);
void tree_free(struct tree *t);

/*
 * tree_has - is there a member at `path`?  For the optional ones.
 * tree_element - the whole element at `path`, with its header; ERR_INPUT if it
 * is not there.
 * tree_value - its contents only.
 * tree_oid - an OBJECT IDENTIFIER in dotted form.
 * tree_list - the contents of a SET OF or SEQUENCE OF, elements one behind the
 * other; empty span and 0 if it is absent.
 */
bool tree_has(const struct tree *t, const char *path);
int tree_element(
    const struct tree *t, const char *path, struct span *s, struct err *e);
int tree_value(
    const struct tree *t, const char *path, struct span *s, struct err *e);
int tree_oid(const struct tree *t, const char *path, char oid[TREE_OID_MAX],
    struct err *e);
int tree_list(
    const struct tree *t, const char *path, struct span *s, struct err *e);

/*
 * tree_put - write contents (or, for ANY, a whole element) at `path`.
 * tree_put_bits - the same for a BIT STRING of whole octets.
 * tree_put_oid, tree_put_int - the same from text and a small number.
 * tree_put_list - append each element of `items` to the list at `path`.
 * tree_omit - leave the optional member out.
 */
int tree_put(struct tree *t, const char *path, struct span s, struct err *e);
int tree_put_bits(
    struct tree *t, const char *path, struct span s, struct err *e);
int tree_put_oid(
    struct tree *t, const char *path, const char *oid, struct err *e);
int tree_put_int(
    struct tree *t, const char *path, uint8_t value, struct err *e);
int tree_put_list(
    struct tree *t, const char *path, struct span items, struct err *e);
int tree_omit(struct tree *t, const char *path, struct err *e);

/* tree_encode - append the DER */
int tree_encode(const struct tree *t, struct buf *der, struct err *e);

#endif
