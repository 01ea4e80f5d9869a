/*
 * purpose.h - purposes of a key (extKeyUsage, RFC 5280, 4.2.1.12) by name.
 */
#ifndef PURPOSE_H
#define PURPOSE_H

#include <stdbool.h>

/* The default of ext_key_usage_allowed: those of a device. */
#define PURPOSES_DEFAULT                                         \
	"1.3.6.1.5.5.7.3.2 1.3.6.1.5.5.7.3.1 1.3.6.1.5.5.7.3.4 " \
	"1.3.6.1.5.5.7.3.5 1.3.6.1.5.5.7.3.6 1.3.6.1.5.5.7.3.7 " \
	"1.3.6.1.5.5.7.3.17 1.3.6.1.5.5.8.2.2"
#define PURPOSE_CLIENT "1.3.6.1.5.5.7.3.2"

/* purpose_oid - of "clientAuth" …, or of an OID itself; NULL: neither */
const char *purpose_oid(const char *name);

/* purpose_name - the reverse, for people; the OID if it has no name */
const char *purpose_name(const char *oid);

/*
 * purpose_for_device - not one that makes its holder a CA's right hand:
 * anyExtendedKeyUsage, OCSPSigning, certificate request agent (T-23).
 */
bool purpose_for_device(const char *oid);

#endif
