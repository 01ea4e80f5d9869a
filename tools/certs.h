/*
 * certs.h - certificates of the store, for commands: all, one by its serial
 * number, and as a JSON object.
 */
#ifndef CERTS_H
#define CERTS_H

#include "out.h"
#include "store_cert.h"

/*
 * certs_each - fn for every certificate of the store, read in pages so that no
 * request has to wait for a long listing.  fn may visit the store itself; a
 * return other than 0 stops.
 */
int certs_each(struct store *st,
    int (*fn)(const struct stored_cert *c, void *arg), void *arg,
    struct err *e);

/*
 * certs_find - the certificate whose serial is `text` or alone begins with it.
 * ERR_NOT_FOUND; ERR_INPUT if it is no serial or several begin so.  Release *c.
 */
int certs_find(
    struct store *st, const char *text, struct stored_cert *c, struct err *e);

/* certs_state - valid, revoked, held or expired */
const char *certs_state(const struct stored_cert *c, int64_t now);

/* certs_json - the record, and what its certificate says */
json_t *certs_json(const struct stored_cert *c, int64_t now);

/*
 * certs_fits_subject - does the row's subject hold the pattern?  One with * ? [
 * must match the whole name; upper and lower case are one; NULL fits all.
 */
bool certs_fits_subject(const char *pattern, const json_t *row);

/* certs_serial - as people and scripts read it; null if it has no octets */
json_t *certs_serial(const struct serial *s);

bool certs_same_serial(const struct serial *a, const struct serial *b);

/*
 * reason_name - "keyCompromise" (RFC 5280, 5.3.1).
 * reason_read - from that, in any case, also with dashes; ERR_INPUT has them
 * all.
 */
const char *reason_name(unsigned reason);
int reason_read(const char *text, unsigned *reason, struct err *e);

#endif
