/*
 * content_info.h - ContentInfo (RFC 5652, 3), the wrapper of every CMS message.
 */
#ifndef CONTENT_INFO_H
#define CONTENT_INFO_H

#include "tree.h"

/* id-data as a whole element */
#define DATA_ELEMENT SPAN_LIT("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01")

#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_ENVELOPED_DATA "1.2.840.113549.1.7.3"

/* content_info_get - the content, a whole element, if it is of type `want` */
int content_info_get(
    struct span der, const char *want, struct span *content, struct err *e);

/*
 * content_info_start - append one up to its content, an element of n bytes that
 * the caller appends next: there is room for it then.
 */
int content_info_start(
    struct buf *out, const char *type, size_t n, struct err *e);

#endif
