/* A pkiMessage as it comes over HTTP: every step that needs no private key. */
#include "fuzz.h"
#include "scep_msg.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct alg_policy policy;
	struct scep_msg m;
	struct err e;

	if (scep_msg_open(in, &m, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return 0;
	}
	MUST(m.attrs.trans_id[0] != '\0');
	for (policy.worst = ALG_CURRENT; policy.worst <= ALG_OBSOLETE;
	     policy.worst++)
		if (scep_msg_algs(&m, &policy, &e) == 0)
			MUST(m.digest->grade <= policy.worst);
	if (scep_msg_verify(&m, &e) == 0)
		MUST(m.signer_key.key != NULL);
	scep_msg_release(&m);
	return 0;
}
