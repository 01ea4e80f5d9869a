/*
 * crl_publish.h - the CRL: made when it is due, published as public/ca.crl,
 * DER, which the web server serves and GetCRL answers with (RFC 8894, 4.6).
 */
#ifndef CRL_PUBLISH_H
#define CRL_PUBLISH_H

#include "ca.h"
#include "store_revoke.h"

/*
 * crl_is_due - pure: is there none, has it changed, is it older than crl_renew,
 * past its end, or from a time ahead of us?
 */
bool crl_is_due(
    const struct crl_state *s, const struct conf *conf, int64_t now);

/*
 * crl_publish - make, sign, read back and publish a CRL if one is due, or in
 * any case if `force`.  Needs the CA's key.  *made is false if none was due or
 * another process is at it.  A published file that is missing makes one due; a
 * symbolic link in its place is refused (security.md T-45).  ERR_PERM,
 * ERR_CONF, ERR_SYS if it could not be: the old file then stands as it was,
 * unless only the store failed to note the new one.
 */
int crl_publish(
    struct ca *ca, int64_t now, bool force, bool *made, struct err *e);

/*
 * crl_current - append the CRL, as published.  One that is due is made first,
 * by one process, where this one may use the CA's key (conf.offline); if that
 * fails the published one will do, whatever its age, and *stale says why it is
 * not newer (ERR_NONE if nothing failed; may be NULL).  ERR_NOT_FOUND if there
 * is none and none could be made, ERR_BUSY if another process is at the first.
 */
int crl_current(struct ca *ca, int64_t now, struct buf *der, struct err *stale,
    struct err *e);

/*
 * crl_url, ca_cert_url - where devices find the two under `[ca] url`; empty
 * texts if that is not set.
 */
enum { PUBLIC_URL_MAX = 300 };
void crl_url(const struct conf *conf, char url[PUBLIC_URL_MAX]);
void ca_cert_url(const struct conf *conf, char url[PUBLIC_URL_MAX]);

#endif
