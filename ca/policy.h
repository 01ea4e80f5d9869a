/*
 * policy.h - facts in, decision out: what a certificate may hold.
 *
 * Pure: no clock, no store, no key.  What is checked is what is issued: the
 * extensions of the certificate are built here from parsed values; of the
 * request only the bytes of names are kept (security.md T-23, T-24).
 */
#ifndef POLICY_H
#define POLICY_H

#include "conf.h"
#include "csr.h"
#include "refusal.h"

enum { POLICY_SUBJECT_MAX = 8192, POLICY_RDN_MAX = 32, POLICY_SAN_MAX = 100 };

/*
 * What was asked for and may be granted.  Spans borrow the request, or `had`; the
 * subject borrows `made` if the profile adds to it.
 */
struct grantable {
	struct span subject; /* Name */
	struct buf made;     /* a subject that is not the one asked for */
	struct span san;     /* GeneralNames, as asked or had; empty: none */
	unsigned key_usage;  /* OR of GNUTLS_KEY_* */
	struct buf eku;	     /* ExtKeyUsageSyntax, DER, built here; or empty */
};

/*
 * policy_decide - may `csr` be granted under `p` and `algs`?  `had` are the
 * alternative names of the certificate that it renews (GeneralNames; empty:
 * none, or it renews none), which are kept if it asks for none and the profile
 * grants names at all.  0 with *why
 * REFUSE_NONE and *g filled in, or another *why and its precise reason for the
 * client in detail[].  -1: out of memory.  Release g with grantable_release.
 *
 * What each setting of the profile does is said in ca.conf(5).  Whatever it
 * says: the bits and purposes of a CA, basicConstraints CA:TRUE and unknown
 * critical extensions are refused; other unknown ones are not granted; of
 * alternative names only the kinds of pattern.h are; text that cannot be seen
 * is in no name.  A detail names the setting that refuses.
 */
int policy_decide(const struct csr *csr, struct span had,
    const struct profile *p, const struct alg_policy *algs, struct grantable *g,
    enum refusal *why, char *detail, size_t detail_size, struct err *e);
void grantable_release(struct grantable *g);

/*
 * policy_san_follows - is every alternative name a dNSName that is a common
 * name of the subject too?  For a requester who was allowed one name (T-20).
 */
bool policy_san_follows(const struct grantable *g, struct span subject);

#endif
