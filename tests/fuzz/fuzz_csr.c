/* Certification requests: what is left of the secret side of an envelope. */
#include "csr.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct csr r;
	struct err e;

	if (csr_parse(in, &r, &e) != 0) {
		MUST(e.kind == ERR_INPUT || e.kind == ERR_ALG);
		return 0;
	}
	MUST(fuzz_inside(r.info, in) && fuzz_inside(r.subject, in));
	MUST(fuzz_inside(r.spki, in) && fuzz_inside(r.extensions, in));
	MUST(fuzz_inside(r.signature, in));
	MUST(r.has_challenge || r.challenge.n == 0);
	MUST(fuzz_is_text(buf_span(&r.challenge)));
	MUST(r.key.key != NULL && r.digest != NULL);
	csr_verify(&r, NULL);
	csr_release(&r);
	return 0;
}
