/*
 * name_match.h - when two names are one to a reader: whatever the types of
 * their strings, and in upper or lower case (RFC 5280, 7.1).
 */
#ifndef NAME_MATCH_H
#define NAME_MATCH_H

#include "cert.h"

/* name_same - of two Names, DER; ERR_NOMEM */
int name_same(struct span a, struct span b, bool *same, struct err *e);

/*
 * name_hash - SHA-256 of what name_same compares, for the store's index; all
 * zero for the empty name, which is nobody's.
 *
 * name_hash_granted - of a subject that is granted with the alternative names
 * `san` (GeneralNames, as policy.h has judged them; empty: none), which are the
 * name of who has no other: in whatever order, texts in upper or lower case
 */
int name_hash(struct span name, uint8_t hash[32], struct err *e);
int name_hash_granted(
    struct span name, struct span san, uint8_t hash[32], struct err *e);

#endif
