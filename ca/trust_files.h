/*
 * trust_files.h - what a [trust NAME] section names: certificates of CAs, and
 * their CRLs.
 */
#ifndef TRUST_FILES_H
#define TRUST_FILES_H

#include "cert.h"
#include "conf.h"

enum {
	TRUST_CERTS_MAX = 100,	      /* in one file */
	TRUST_CERTS_SIZE = 256 << 10, /* bytes of it */
	TRUST_CRL_SIZE = 8 << 20
};

/* The files of one section, read.  Views borrow the bufs. */
struct trust_files {
	struct buf pem, crl_pem;
	struct buf ders[TRUST_CERTS_MAX], crls[TRUST_CERTS_MAX];
	struct cert_view certs[TRUST_CERTS_MAX];
	size_t n, n_crls;
};

/*
 * trust_load - read the files of `t`, certificates of CAs and nothing else;
 * ERR_NOT_FOUND, ERR_PERM, ERR_CONF.  Release *f in any case.
 */
int trust_load(const char *home, const struct trust *t, struct trust_files *f,
    struct err *e);
void trust_files_release(struct trust_files *f);

/* trust_is_ca - does the certificate say CA:TRUE? */
bool trust_is_ca(const struct cert_view *v);

#endif
