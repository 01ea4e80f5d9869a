/*
 * query.h - the query string: parameters, percent-encoding, base64.
 *
 * RFC 8894, 4.1 says how a message is to be written there, and clients bend all
 * of it: raw '+' and '/', line feeds, the alphabet for URLs, escapes upon
 * escapes. Nothing is gained by refusing any of that: the signature covers what
 * comes out.
 */
#ifndef QUERY_H
#define QUERY_H

#include "buf.h"

/* The two parameters of SCEP, still percent-encoded.  Borrows. */
struct query {
	bool has_operation, has_message;
	struct span operation;
	struct span message;
};

/*
 * query_split - find them in QUERY_STRING.  Names are compared without regard
 * to case; other parameters are passed over.  ERR_INPUT: one of the two is
 * there twice.
 */
int query_split(struct span raw, struct query *u, struct err *e);

/* query_decode - append `raw` with each %XX undone, once; '+' stays '+' */
int query_decode(struct span raw, struct buf *out, struct err *e);

/* query_is - does `raw` spell `word`, in any case, escaped or not? */
bool query_is(struct span raw, const char *word);

/*
 * base64_decode - append the bytes that `text` stands for.  White space is
 * skipped, but a blank is a '+' that was taken for an escaped blank; the
 * alphabets of RFC 4648, 4 and 5 both do; padding may be missing.  ERR_INPUT.
 */
int base64_decode(struct span text, struct buf *out, struct err *e);

/* query_message - append the message behind a `message` parameter */
int query_message(struct span raw, struct buf *der, struct err *e);

#endif
