/*
 * retrieve.h - GetCert and GetCRL (RFC 8894, 3.3.4, 4.5, 4.6): what the CA has
 * made before.  Neither is ever PENDING; what is not there is badCertId.
 */
#ifndef RETRIEVE_H
#define RETRIEVE_H

#include "pki_operation.h"

/* As enrol() of enrol.h. */
int retrieve_cert(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_outcome *o, struct pki_event *ev,
    struct err *e);
int retrieve_crl(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_outcome *o, struct pki_event *ev,
    struct err *e);

#endif
