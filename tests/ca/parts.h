/*
 * parts.h - an envelope taken to pieces, for an attacker who puts it together
 * in another way: the wrapped key, the IV, the ciphertext.
 */
#ifndef PARTS_H
#define PARTS_H

#include "client.h"
#include "rsa_raw.h"

enum { PARTS_BLOCK = 16 }; /* AES */

struct parts {
	uint8_t wrapped[RSA_RAW_SIZE + 1], iv[PARTS_BLOCK];
	size_t wrapped_size;
	struct buf ciphertext;
};

/*
 * parts_put - append the ContentInfo of an EnvelopedData for the server (RFC
 * 5652, 6.1) with AES-128-CBC
 * parts_capture - those of the envelope of somebody's request, all of which is
 * in the clear
 */
void parts_put(const struct ca_home *h, const struct parts *p, struct buf *out);
void parts_capture(const struct client *victim, const struct ca_home *h,
    const struct ask *q, struct parts *p);

#endif
