/*
 * get_ca.h - what the server says of itself: capabilities and certificates.
 */
#ifndef GET_CA_H
#define GET_CA_H

#include "ca.h"

/*
 * get_ca_caps - append the GetCACaps body: one keyword a line, LF, in the order
 * of field-notes.md decision 4; only what this endpoint does at this moment
 * (RFC 8894, 3.5.2).  Needs ca.conf only.
 */
int get_ca_caps(const struct ca *ca, struct buf *body, struct err *e);

/*
 * get_ca_cert - append the GetCACert body: the bare CA certificate, or with an
 * RA the certs-only message (RA first, CA last).  *media_type is a constant.
 */
int get_ca_cert(
    struct ca *ca, struct buf *body, const char **media_type, struct err *e);

/*
 * get_ca_chain - append the GetCACertChain body: the certs-only message, also
 * for a CA without an RA.  That operation stood in the drafts until -19, and
 * old clients ask for it.
 */
int get_ca_chain(
    struct ca *ca, struct buf *body, const char **media_type, struct err *e);

#endif
