/*
 * service_log.h - the CA's own copy of the lines about transactions, which the
 * operator's tool reads to say why one was refused.
 *
 * Strangers cause these lines, so they are bounded (security.md T-33): a file
 * that is full becomes HOME_SERVICE_LOG_OLD, in the place of the one before it,
 * and a new one is begun.  Nothing is synced: a power cut may take the last
 * lines, and the web server's log has them too.
 */
#ifndef SERVICE_LOG_H
#define SERVICE_LOG_H

#include "buf.h"

/* Bytes: when a file is full, and how long a line of it can be. */
enum { SERVICE_LOG_MAX = 4 << 20, SERVICE_LINE_MAX = 4096 };

/*
 * service_log_append - add `line`, which ends in a line feed, in one write: among
 * any number of processes no line is torn, and none lost that a file has not
 * been full twice since.  The file is made if it is missing, 0600.
 * -1: it was not; the request does not depend on it.
 */
int service_log_append(const char *home, struct span line, struct err *e);

/*
 * service_log_each - fn for every line, without its line feed, the newest first;
 * a return other than 0 stops.  Lines over SERVICE_LINE_MAX are left out.
 * *cut is set if there was more once than is kept now.  0 also if there is no
 * log yet; ERR_PERM, ERR_SYS, ERR_CONF (it is no regular file), ERR_NOMEM.
 */
int service_log_each(const char *home, int (*fn)(struct span line, void *arg),
    void *arg, bool *cut, struct err *e);

#endif
