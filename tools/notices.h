/*
 * notices.h - the program of notify in ca.conf, told by commands.  What it does
 * changes no exit status; that it cannot be run is said on standard error.
 */
#ifndef NOTICES_H
#define NOTICES_H

#include "ca.h"
#include "notify.h"
#include "out.h"

/* notices_cert - `r` is the request for it; NULL: not known */
void notices_cert(struct ca *ca, struct out *out, enum notice_event event,
    const struct stored_cert *c, const struct stored_request *r);

/* notices_rejected - of `r`, as it was before the operator said no */
void notices_rejected(struct ca *ca, struct out *out,
    const struct stored_request *r, const char *reason);

/*
 * notices_expiring - tell of each valid certificate that ends within
 * notify_expiring, once, at most NOTICES_MAX of them and those that are due in
 * the same second as the last one.  *told says how many, *left how many are for
 * the next time.  The first time, those that have ended are left out.
 */
enum { NOTICES_MAX = 100 };
int notices_expiring(struct ca *ca, struct out *out, int64_t now, size_t *told,
    size_t *left, struct err *e);

#endif
