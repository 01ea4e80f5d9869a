/*
 * server_caps.h - what a server says it can do, and what a client makes of it
 * (RFC 8894, 3.5).
 */
#ifndef SERVER_CAPS_H
#define SERVER_CAPS_H

#include "alg.h"

/* Keywords of RFC 8894, 3.5.2, and the SHA-384 that some servers add. */
struct server_caps {
	bool aes, des3, sha1, sha256, sha384, sha512;
	bool post, renewal, next_ca, standard;
};

/*
 * server_caps_parse - one keyword a line, LF or CRLF, any case; unknown ones
 * are passed over, and SCEPStandard brings what it includes.  Never fails.
 */
void server_caps_parse(struct span body, struct server_caps *c);

/*
 * server_caps_digest, server_caps_cipher - the best that the server takes; for
 * one that says nothing SHA-1 and triple DES, which every SCEP server knows.
 */
const struct alg_digest *server_caps_digest(const struct server_caps *c);
const struct alg_cipher *server_caps_cipher(const struct server_caps *c);

#endif
