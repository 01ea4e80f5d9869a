/*
 * lint_part.h - the parts of lint_tbs, one for each thing that is looked at.
 */
#ifndef LINT_PART_H
#define LINT_PART_H

#include <gnutls/x509.h>

#include "lint.h"

/* lint_broken - -1, and *e says that the certificate is wrong, and in what */
int lint_broken(struct err *e, const char *what);

/*
 * lint_extensions - `crt` is what GnuTLS reads, `v` what we do; `issuer` is
 * NULL for a CA that signs itself.
 */
int lint_extensions(gnutls_x509_crt_t crt, const struct cert_view *v,
    const struct cert_view *issuer, struct err *e);

/* lint_names - of subjectAltName, the contents of its extnValue */
int lint_names(struct span san, struct err *e);

#endif
