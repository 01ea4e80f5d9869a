/*
 * issued.h - what the tests issue, kept for the verifiers of others.
 */
#ifndef ISSUED_H
#define ISSUED_H

#include "ca_home.h"

/*
 * issued_keep - put the CA's certificate and all that the store of `h` has into
 * a PEM file below CA_TEST_ISSUED, if that is set: for issued.sh, which runs
 * when all tests have ended.  A home that a test has broken has nothing to give.
 */
void issued_keep(struct ca_home *h);

#endif
