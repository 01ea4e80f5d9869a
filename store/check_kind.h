/*
 * check_kind.h - one record of each kind, and what it must agree with: the
 * work of store_check.
 */
#ifndef CHECK_KIND_H
#define CHECK_KIND_H

#include "txn_request.h"

/* -1: it is wrong, or the visit is broken; *e says what */
typedef int check_fn(
    struct visit *v, struct span key, struct span value, struct err *e);

check_fn check_cert, check_cert_name, check_cert_key, check_revoked;
check_fn check_presented;
check_fn check_request, check_entry;
check_fn check_challenge, check_challenge_id;
check_fn check_failures, check_state, check_line;

#endif
