/*
 * pattern.h - names as an operator writes them who means more than one: in a
 * pattern a * stands for one or more characters of any kind.
 *
 * Pure.  What is matched was chosen by a stranger: a text that holds a * itself
 * matches nothing (a certificate for it would be one for many), nor does one
 * that is empty or not well formed.  Time is linear in pattern and text.
 */
#ifndef PATTERN_H
#define PATTERN_H

#include "buf.h"

/* Octets.  A longer pattern is no pattern; a longer text matches none. */
enum { PATTERN_MAX = 255, PATTERN_TEXT_MAX = 1024 };

/*
 * pattern_match - octet by octet.
 * pattern_match_folded - ASCII letters in either case.
 */
bool pattern_match(const char *pattern, struct span text);
bool pattern_match_folded(const char *pattern, struct span text);

/*
 * The subject alternative names that can be granted (RFC 5280, 4.2.1.6), each
 * by a rule of its own (security.md T-23).
 */
enum san_kind {
	SAN_DNS,
	SAN_IP,
	SAN_EMAIL,
	SAN_URI,
	SAN_UPN, /* otherName 1.3.6.1.4.1.311.20.2.3 */
	SAN_SID, /* S-1-… of a URI tag:microsoft.com,2022-09-14:sid:S-1-… */
	SAN_KINDS
};

/* san_kind_name - "dns", "ip" … */
const char *san_kind_name(enum san_kind kind);

/*
 * san_read - the value of one GeneralName, whose identifier octet and contents
 * are `tag` and `body`: the text, or the octets of the address; it borrows.
 * A URI that makes its holder a Windows account is no URI but a SID.
 * false: it is of no such kind, or malformed.
 */
bool san_read(
    uint8_t tag, struct span body, enum san_kind *kind, struct span *value);

/*
 * san_pattern_check - can there be a name of this kind that matches?  ERR_INPUT
 * says what is wrong.  An IP pattern is an address or a network, 192.0.2.0/24;
 * those of e-mail and UPN have one @.
 */
int san_pattern_check(enum san_kind kind, const char *pattern, struct err *e);

/*
 * san_pattern_match - `value` is one of san_read.  DNS names, and what is
 * behind the @ of e-mail and UPN, in upper or lower case; what is before it,
 * URIs and SIDs, exactly.
 * san_pattern_match_text - the same, where an address is a text as well: what
 * stands in a common name.
 */
bool san_pattern_match(
    enum san_kind kind, const char *pattern, struct span value);
bool san_pattern_match_text(
    enum san_kind kind, const char *pattern, struct span text);

#endif
