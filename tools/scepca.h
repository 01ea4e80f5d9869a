/*
 * scepca.h - the commands of scepca, and how they come to their CA.
 */
#ifndef SCEPCA_H
#define SCEPCA_H

#include "ca.h"
#include "opt.h"

int run_init(const struct opts *o, struct out *out);
int run_show(const struct opts *o, struct out *out);
int run_check(const struct opts *o, struct out *out);
int run_challenge_new(const struct opts *o, struct out *out);
int run_challenge_list(const struct opts *o, struct out *out);
int run_challenge_revoke(const struct opts *o, struct out *out);
int run_cert_list(const struct opts *o, struct out *out);
int run_cert_show(const struct opts *o, struct out *out);
int run_cert_export(const struct opts *o, struct out *out);
int run_cert_revoke(const struct opts *o, struct out *out);
int run_request_list(const struct opts *o, struct out *out);
int run_request_show(const struct opts *o, struct out *out);
int run_request_approve(const struct opts *o, struct out *out);
int run_request_reject(const struct opts *o, struct out *out);
int run_why(const struct opts *o, struct out *out);
int run_crl(const struct opts *o, struct out *out);
int run_maintain(const struct opts *o, struct out *out);
int run_audit_verify(const struct opts *o, struct out *out);

/*
 * scepca_named_home - the home that --home or SCEPCA_HOME names, as given.
 * scepca_home - the same as an absolute path that exists, and this process has
 * become the user whom it belongs to.
 * scepca_open - the CA in it, with its store; free with ca_close.
 * Each returns EXIT_DONE, or has complained and returns the exit code.
 */
int scepca_named_home(const struct opts *o, struct out *out, const char **home);
int scepca_home(
    const struct opts *o, struct out *out, char home[HOME_PATH_MAX]);
int scepca_open(const struct opts *o, struct out *out, struct ca **ca);

#endif
