/*
 * name_pattern.h - the name that somebody may have: what a challenge is bound
 * to (security.md T-20).  Pure.
 *
 * A binding is the RFC 4514 text of a subject, in whose values a * stands for
 * one or more characters: CN=*.branch.example,O=Example.  The parsed names are
 * compared, not their texts: as many RDNs, of the same attribute types, each
 * value against its own pattern, as characters whatever their string types,
 * ASCII in either case (RFC 5280, 7.1).  A value with a control character, a
 * blank at either end or a * in it matches nothing.
 *
 * Or it is an alternative name, KIND:PATTERN as in pattern.h: dns:*.example.org
 */
#ifndef NAME_PATTERN_H
#define NAME_PATTERN_H

#include "cert.h"
#include "pattern.h"

/*
 * name_pattern_parse - append `text` in the form that is recorded and matched,
 * at most PATTERN_MAX octets; ERR_INPUT says what is wrong with it.
 */
int name_pattern_parse(const char *text, struct buf *pattern, struct err *e);

/*
 * name_pattern_subject - may `subject`, DER, be the one?  Of an alternative
 * name: it holds nothing but common names that match it, or nothing at all.
 * *match is false, too, for what is no Name.  -1: out of memory, or `pattern`
 * is none.
 */
int name_pattern_subject(
    const char *pattern, struct span subject, bool *match, struct err *e);

/*
 * name_pattern_is_san - is it one for alternative names?
 * name_pattern_san - are there any in `san`, GeneralNames or empty, and do all
 * of them match?
 */
bool name_pattern_is_san(const char *pattern);
bool name_pattern_san(const char *pattern, struct span san);

#endif
