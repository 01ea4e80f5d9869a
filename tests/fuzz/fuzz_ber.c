/* BER to DER: idempotent, never longer, and DER comes out as it went in. */
#include <string.h>

#include "ber.h"
#include "fuzz.h"

enum { CONSTRUCTED_OCTET_STRING = 0x24 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct buf once = { 0 }, twice = { 0 };
	struct err e;

	if (ber_to_der(in, &der_limits, &once, &e) == 0) {
		MUST(once.n <= size || size > UINT16_MAX);
		MUST(ber_to_der(buf_span(&once), &der_limits, &twice, &e) == 0);
		MUST(span_eq(buf_span(&once), buf_span(&twice)));
		if (der_check(in, &der_limits, NULL) == 0 &&
		    memchr(data, CONSTRUCTED_OCTET_STRING, size) == NULL)
			MUST(span_eq(buf_span(&once), in));
	} else {
		MUST(once.n == 0 && e.kind == ERR_INPUT);
	}
	buf_release(&once);
	buf_release(&twice);
	return 0;
}
