/*
 * name_type.h - the attribute types of names that have a name themselves.
 */
#ifndef NAME_TYPE_H
#define NAME_TYPE_H

#include "tree.h"

struct name_type {
	char oid[TREE_OID_MAX];
	uint8_t tag; /* of a value in ASCII; 0: PrintableString if it fits */
};

/* name_type_text - what people call it; NULL: nothing but its OID */
const char *name_type_text(const char *oid);

/*
 * name_type_find - by what people call it, in upper or lower case, or by its
 * OID.  ERR_INPUT.
 */
int name_type_find(struct span text, struct name_type *t, struct err *e);

/*
 * is_dotted_oid - numbers with dots between, as they can be encoded: two or
 * more, none above 2^31
 */
bool is_dotted_oid(struct span text);

#endif
