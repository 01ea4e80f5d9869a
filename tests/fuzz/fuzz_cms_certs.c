/* Certs-only messages: what a client finds in an answer. */
#include "cms_signed.h"
#include "fuzz.h"
#include "scep_client.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct span certs[CMS_CERTS_MAX], cert;
	struct scep_answer a = { .status = SCEP_SUCCESS };
	struct cert_view v;
	struct err e;
	size_t n;

	if (cms_certs_only_parse(in, certs, CMS_CERTS_MAX, &n, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return 0;
	}
	MUST(n <= CMS_CERTS_MAX);
	for (size_t i = 0; i < n; i++)
		MUST(fuzz_inside(certs[i], in));
	MUST(buf_put(&a.content, in, NULL) == 0);
	if (n > 0 && cert_parse(certs[n - 1], &v, NULL) == 0 &&
	    scep_answer_cert(&a, v.spki, &cert, NULL) == 0)
		MUST(fuzz_inside(cert, buf_span(&a.content)));
	scep_answer_release(&a);
	return 0;
}
