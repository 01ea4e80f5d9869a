/*
 * describe.h - certificates and serial numbers as people and scripts read them.
 */
#ifndef DESCRIBE_H
#define DESCRIBE_H

#include "cert.h"
#include "out.h"
#include "store_cert.h"

/*
 * describe_cert - a JSON object with subject, issuer, serial, key, names,
 * not_before, not_after, and the fingerprints sha256, sha1, md5 over the whole
 * DER, written as openssl does (RFC 8894, 2.2).
 */
json_t *describe_cert(const struct cert_view *v);

/* describe_serial - hex digits, without a zero octet in front */
json_t *describe_serial(struct span contents);

/* The fields of describe_cert in the order in which people want them. */
extern const struct out_field describe_fields[];
extern const size_t describe_n_fields;

/*
 * A serial number as somebody typed it, or the beginning of one: an even or odd
 * number of hex digits, colons as openssl prints them.
 */
struct serial_prefix {
	char digits[2 * SERIAL_MAX + 1]; /* lower case, no colons */
	size_t n;
};

/* serial_prefix_read - ERR_INPUT */
int serial_prefix_read(
    const char *text, struct serial_prefix *p, struct err *e);
bool serial_prefix_fits(
    const struct serial_prefix *p, const struct serial *serial);

/*
 * serial_prefix_whole - the serial that has just these digits, if they are even
 */
bool serial_prefix_whole(const struct serial_prefix *p, struct serial *serial);

#endif
