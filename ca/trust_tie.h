/*
 * trust_tie.h - which names somebody may have who presents a certificate that
 * is not of ours (security.md T-26).
 */
#ifndef TRUST_TIE_H
#define TRUST_TIE_H

#include "policy.h"

/*
 * trust_tied - *right: may the holder of `presented` have the names of `g`?
 *
 * TIE_SUBJECT: the subject that was `asked` for is the same, whatever the profile
 * adds to it, and of its alternative names any.
 * TIE_SERIAL_NUMBER: the subject has the serial number of the certificate,
 * which in Cisco's form "PID:C9300-24T SN:FCW2235L0EH" is what stands behind
 * SN:.  Common names and unstructuredName must be that number or a common name
 * of the certificate; any other attribute must be in the certificate, too, or
 * in `fixed` (a Name in RFC 4514; "": none), which the profile puts there.
 * Alternative names are dNSNames that are common names.
 *
 * detail[] says for the log what does not fit.  Pure.
 */
int trust_tied(enum trust_tie tie, const struct cert_view *presented,
    struct span asked, const struct grantable *g, const char *fixed,
    bool *right, char *detail, size_t size, struct err *e);

/*
 * trust_serial_number - the part of a serialNumber that is the number: behind
 * the "SN:" of Cisco's form, or all of it; empty if there is none
 */
struct span trust_serial_number(struct span value);

#endif
