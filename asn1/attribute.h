/*
 * attribute.h - Attribute (RFC 5652, 5.3; RFC 2986, 4.1): a type and a SET OF
 * values, of which the attributes that SCEP uses have one.
 */
#ifndef ATTRIBUTE_H
#define ATTRIBUTE_H

#include "tree.h"

/* attribute_next - take the next Attribute off the front of a list */
int attribute_next(struct span *list, char oid[TREE_OID_MAX],
    struct span *values, struct err *e);

/*
 * attribute_value - the one value in the SET OF `values`: identifier octet and
 * contents.  ERR_INPUT if there is none or more than one.
 */
int attribute_value(
    struct span values, uint8_t *tag, struct span *value, struct err *e);

/* attribute_put - append one with a single value */
int attribute_put(struct buf *out, const char *oid, uint8_t tag,
    struct span value, struct err *e);

#endif
