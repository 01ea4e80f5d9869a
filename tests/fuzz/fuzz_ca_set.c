/* What a server tells a client of itself: certificates and capabilities. */
#include "ca_set.h"
#include "fuzz.h"
#include "server_caps.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct server_caps caps;
	struct ca_roles roles;
	struct ca_set set;
	struct err e;

	server_caps_parse(in, &caps);
	MUST(server_caps_digest(&caps) != NULL);
	MUST(server_caps_cipher(&caps) != NULL);
	if (ca_set_answer(in, &set, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return 0;
	}
	MUST(set.n > 0 && set.n <= CMS_CERTS_MAX);
	for (size_t i = 0; i < set.n; i++)
		MUST(fuzz_inside(set.certs[i], buf_span(&set.bytes)) &&
		    !set.trusted[i]);
	if (ca_set_trust(&set, (struct span){ 0 }, NULL) == 0 &&
	    ca_set_roles(&set, &roles, NULL) == 0)
		MUST(fuzz_inside(roles.signer, buf_span(&set.bytes)));
	ca_set_release(&set);
	return 0;
}
