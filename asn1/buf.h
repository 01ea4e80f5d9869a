/*
 * buf.h - bytes: a span borrows them, a buf owns them.
 *
 * Ownership is in the type.  A span is valid as long as the memory that it
 * points into; a buf is released by its holder and wiped when it is, because
 * what is decrypted ends up in one.
 */
#ifndef BUF_H
#define BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scep_err.h"

struct span { /* borrows; may be empty */
	const uint8_t *p;
	size_t n;
};

struct buf { /* owns; all zero is an empty, valid buf */
	uint8_t *p;
	size_t n;   /* bytes in use */
	size_t cap; /* bytes allocated */
	size_t max; /* growth stops here; 0 means BUF_MAX */
};

enum { BUF_MAX = 1 << 20 }; /* bytes; no message comes near */

/* A span over the bytes of a string literal, without its NUL. */
#define SPAN_LIT(s) ((struct span){ (const uint8_t *)(s), sizeof(s) - 1 })

struct span span_str(const char *s);
struct span buf_span(const struct buf *b);

bool span_eq(struct span a, struct span b);
/* span_eq_ct - as span_eq, in time that depends on the lengths only */
bool span_eq_ct(struct span a, struct span b);

/*
 * buf_put - append a copy of `s`.
 * buf_grow - append n bytes, zeroed, for the caller to fill; *at points at the
 * first of them until the next call that changes the buf.
 * buf_reserve - make room, so that appending n bytes moves nothing; for what is
 * large.
 * All return 0, or -1 (ERR_NOMEM, ERR_INPUT over the maximum) with the bytes as
 * they were.
 */
int buf_put(struct buf *b, struct span s, struct err *e);
int buf_reserve(struct buf *b, size_t n, struct err *e);
int buf_grow(struct buf *b, size_t n, uint8_t **at, struct err *e);

/* buf_cut - keep the first n bytes and wipe the rest; n must not exceed b->n */
void buf_cut(struct buf *b, size_t n);

/* buf_release - wipe, free, and leave an empty buf that can be used again */
void buf_release(struct buf *b);

/* buf_move - release *to and hand it what *from owns; *from is empty then */
void buf_move(struct buf *to, struct buf *from);

/*
 * hex_put - append the lower-case hex digits of `s`, two a byte, no NUL.
 * hex_get - the reverse for `text`; upper and lower case, even length.
 */
int hex_put(struct buf *b, struct span s, struct err *e);
int hex_get(struct buf *b, struct span text, struct err *e);

#endif
