/*
 * der.h - a bounded reader and writer of single DER elements (X.690).
 *
 * For lists inside messages and for checks that libtasn1 does not make: its
 * strict flag takes lengths that are not minimal.
 */
#ifndef DER_H
#define DER_H

#include <time.h>

#include "buf.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BIT_STRING = 0x03,
	DER_OCTET_STRING = 0x04,
	DER_NULL = 0x05,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_NUMERIC = 0x12,
	DER_PRINTABLE = 0x13,
	DER_T61 = 0x14,
	DER_IA5 = 0x16,
	DER_UTC_TIME = 0x17,
	DER_GENERALIZED_TIME = 0x18,
	DER_VISIBLE = 0x1a,
	DER_UNIVERSAL = 0x1c,
	DER_BMP = 0x1e,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CTX0 = 0x80,
	DER_CTX0_CONS = 0xa0,
};

/* Limits of design.md section 9; how deep and how many elements in all. */
struct der_limits {
	unsigned depth;
	unsigned elements;
};
extern const struct der_limits der_limits; /* 16 deep, 4000 elements */

/*
 * der_next - take the next element off the front of `in`.
 * `tag` is the identifier octet wanted.  Lengths are in bytes, definite and
 * minimal (X.690, 10.1), and must fit in what is left of `in`.
 * Returns 0, points *body at the contents and moves `in` past the element;
 * or -1 with *e set (ERR_INPUT), `in` and *body as they were.  *body borrows
 * the memory of `in`: nothing to free.  Trailing bytes: check in->n yourself.
 */
int der_next(struct span *in, uint8_t tag, struct span *body, struct err *e);

/*
 * der_any - as der_next, for whichever tag comes: *tag is its identifier octet
 * and *whole the element with its header.  Any output may be NULL.
 */
int der_any(struct span *in, uint8_t *tag, struct span *body,
    struct span *whole, struct err *e);

/*
 * der_lax - as der_any, and a length need not be minimal: clients' certificates
 * and messages have such ones, and libtasn1 takes them.
 */
int der_lax(struct span *in, uint8_t *tag, struct span *body,
    struct span *whole, struct err *e);

/*
 * der_only - the contents of the one element that all of `der` is; a length need
 * not be minimal.
 */
int der_only(struct span der, uint8_t tag, struct span *body, struct err *e);

/*
 * der_check - is all of `in` one DER element, by structure: definite minimal
 * lengths at every level, within `lim`, nothing behind it?  Linear in in.n. To
 * be called on what is decrypted, before a library with nested lists sees it.
 */
int der_check(struct span in, const struct der_limits *lim, struct err *e);

/*
 * der_header - write identifier octet and minimal length octets to head[];
 * returns how many bytes that took.
 * der_size - of an element with `len` bytes of contents
 */
enum { DER_HEADER_MAX = 2 + sizeof(size_t) };
size_t der_header(uint8_t tag, size_t len, uint8_t head[DER_HEADER_MAX]);
size_t der_size(size_t len);

/*
 * der_put - append one element: identifier octet, minimal length, contents
 * der_put_header - the first two only, for contents of `len` bytes to follow:
 * what is large is copied once, to where it belongs.
 */
int der_put(struct buf *out, uint8_t tag, struct span body, struct err *e);
int der_put_header(struct buf *out, uint8_t tag, size_t len, struct err *e);

/*
 * der_put_set_of - append a SET OF: the elements in `items`, one behind the
 * other, in the order that DER wants (X.690, 11.6).  ERR_INPUT if they are not
 * elements.
 */
int der_put_set_of(struct buf *out, struct span items, struct err *e);

/*
 * der_text - the value of a character string element as UTF-8, appended to out.
 * Takes UTF8String, PrintableString, NumericString, VisibleString, IA5String,
 * T61String (read as Latin-1, as everybody does), BMPString and
 * UniversalString.  ERR_INPUT for another tag, broken encoding or a NUL in it
 * (RFC 8894, 3.2.1; RFC 2985, 5.4.1).
 */
int der_text(uint8_t tag, struct span body, struct buf *out, struct err *e);

/*
 * is_oid - are these the contents of an OBJECT IDENTIFIER: one or more arcs,
 * each whole and in its shortest form (X.690, 8.19), and all of it short enough
 * for libtasn1, which wants at most 127 characters of text and arcs of 64 bits?
 */
bool is_oid(struct span s);

/* is_printable_string - may a PrintableString hold it?  (X.680, 41.4) */
bool is_printable_string(struct span s);

/*
 * der_put_time - append a Time: UTCTime until 2049, GeneralizedTime from 2050
 * (RFC 5280, 4.1.2.5).  der_time reads one, `tag` either of the two.  Seconds
 * since 1970 UTC.
 */
int der_put_time(struct buf *out, int64_t t, struct err *e);
int der_time(uint8_t tag, struct span body, int64_t *t, struct err *e);

#endif
