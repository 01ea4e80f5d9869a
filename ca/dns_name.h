/*
 * dns_name.h - what a dNSName may look like.
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include <stdbool.h>

#include "buf.h"

/*
 * dns_name_ok - labels of 1 to 63 letters, digits and hyphens, none of these
 * at either end, 253 octets in all and no dot behind them (RFC 1123, 2.1; RFC
 * 5280, 4.2.1.6).  Underscores are taken: devices have them in their names.  So
 * is "*" as the whole of the first label: what it may stand for is policy.
 */
bool dns_name_ok(struct span name);

#endif
