/*
 * content_info.h - ContentInfo (RFC 5652, 3), the wrapper of every CMS message.
 */
#ifndef CONTENT_INFO_H
#define CONTENT_INFO_H

#include "tree.h"

#define OID_DATA "1.2.840.113549.1.7.1"
#define OID_SIGNED_DATA "1.2.840.113549.1.7.2"
#define OID_ENVELOPED_DATA "1.2.840.113549.1.7.3"

/* content_info_get - the content, a whole element, if it is of type `want` */
int content_info_get(
    struct span der, const char *want, struct span *content, struct err *e);

/* content_info_put - append one around the element `content` */
int content_info_put(
    struct buf *out, const char *type, struct span content, struct err *e);

#endif
