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

/*
 * Parts of it: the fingerprint AB:CD:… as openssl x509 -fingerprint writes it,
 * the type and size of a SubjectPublicKeyInfo, the alternative names in a
 * SEQUENCE OF Extension as an array.
 */
json_t *describe_fingerprint(struct span der, gnutls_digest_algorithm_t alg);
json_t *describe_key(struct span spki);
json_t *describe_names(struct span extensions);

/*
 * describe_extensions - what a SEQUENCE OF Extension says, a text each; what has
 * no text is shown as OID and octets.
 */
json_t *describe_extensions(struct span list);

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
