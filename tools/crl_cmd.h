/*
 * crl_cmd.h - the CRL, for the commands that change what belongs on it.
 */
#ifndef CRL_CMD_H
#define CRL_CMD_H

#include "crl_publish.h"
#include "out.h"

/*
 * crl_describe - the published CRL as a JSON object: number, this_update,
 * next_update, entries, file.
 */
int crl_describe(struct ca *ca, int64_t now, json_t **doc, struct err *e);

/*
 * crl_follow - what was revoked before this call is on the published CRL when
 * it returns 0, made by this process (*made) or by another one.  As crl_publish
 * otherwise; ERR_BUSY if another one takes too long.
 */
int crl_follow(struct ca *ca, int64_t now, bool *made, struct err *e);

#endif
