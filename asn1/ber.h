/*
 * ber.h - the BER that SCEP clients send, made DER before anything else reads
 * it.
 */
#ifndef BER_H
#define BER_H

#include "der.h"

/*
 * ber_to_der - append to `out` the message `in` with every indefinite length
 * made definite and every constructed OCTET STRING joined (X.690, 8.1.3, 8.7).
 *
 * What holds neither is copied byte for byte, so that a certificate keeps its
 * signature.  The constructed form of a context-tagged string ([0] of
 * EncryptedContentInfo) cannot be told from an explicit tag without a schema:
 * its reader joins it (cms_enveloped.h).  Bytes behind the first element are
 * left out: some clients pad.
 *
 * ERR_INPUT: not BER, over `lim`, or longer than in says.  Linear in in.n.
 */
int ber_to_der(struct span in, const struct der_limits *lim, struct buf *out,
    struct err *e);

#endif
