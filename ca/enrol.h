/*
 * enrol.h - a PKCSReq or RenewalReq from its envelope to its certificate: gates
 * 6 to 10 of design.md, section 4.
 */
#ifndef ENROL_H
#define ENROL_H

#include "pki_operation.h"

/*
 * enrol - `m` has passed the gates before: it is signed by an RSA key and its
 * envelope is for us.  0: *o says what comes of it, with the details in
 * ev->detail; a certificate in it is recorded.  Fills in ev's subject,
 * challenge and `repeated`.  -1: the fault is ours, and nothing was issued.
 */
int enrol(struct ca *ca, const struct pki_facts *f, const struct scep_msg *m,
    struct pki_outcome *o, struct pki_event *ev, struct err *e);

/*
 * enrol_exposed - a request came without its envelope: a one-time challenge in
 * it has been on the wire for everybody to read, and is revoked (R086).
 */
int enrol_exposed(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_event *ev, struct err *e);

#endif
