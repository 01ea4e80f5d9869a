/*
 * asked.h - when two CSRs ask for the same.
 *
 * certmonger makes a new CSR for each attempt, with a random
 * subjectKeyIdentifier in it, while an approval is for what the operator looked
 * at.  What counts is the key, the name and the extensions, octet for octet;
 * but not the subjectKeyIdentifier, which a CA makes itself (RFC 5280, 4.2.1.2),
 * nor other attributes, nor the signature over all that.
 */
#ifndef ASKED_H
#define ASKED_H

#include "csr.h"

/* asked_same - `old` is a CSR, DER; false if it cannot be read */
bool asked_same(struct span old, const struct csr *csr);

/*
 * asked_granted - is the certificate `cert`, DER, for the key, the name and the
 * alternative names that `csr` asks for?
 */
bool asked_granted(struct span cert, const struct csr *csr);

#endif
