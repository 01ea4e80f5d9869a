/*
 * meanwhile - scepca, in which something happens between its look at a request
 * and the record of the approval: the command in MEANWHILE.
 */
#include <stdlib.h>

#include "store_pending.h"

int __real_store_decide(struct store *st, const struct request_key *key,
    const uint8_t *csr_hash, bool approve, const char *reason, int64_t now,
    const char *audit, bool *decided, struct stored_request *r, struct err *e);
int __wrap_store_decide(struct store *st, const struct request_key *key,
    const uint8_t *csr_hash, bool approve, const char *reason, int64_t now,
    const char *audit, bool *decided, struct stored_request *r, struct err *e);

int __wrap_store_decide(struct store *st, const struct request_key *key,
    const uint8_t *csr_hash, bool approve, const char *reason, int64_t now,
    const char *audit, bool *decided, struct stored_request *r, struct err *e)
{
	const char *command = getenv("MEANWHILE");

	if (approve && command != NULL && system(command) != 0)
		return err_set(e, ERR_SYS, "%s: failed", command);
	return __real_store_decide(
	    st, key, csr_hash, approve, reason, now, audit, decided, r, e);
}
