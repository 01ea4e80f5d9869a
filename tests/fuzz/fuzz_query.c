/* The query string of a GET: parameters, escapes, base64. */
#include "fuzz.h"
#include "query.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct buf out = { 0 };
	struct query u;

	if (query_decode(in, &out, NULL) == 0)
		MUST(out.n <= size);
	else
		MUST(out.n == 0);
	buf_cut(&out, 0);
	if (base64_decode(in, &out, NULL) == 0)
		MUST(out.n <= size / 4 * 3 + 2);
	else
		MUST(out.n == 0);
	buf_cut(&out, 0);
	if (query_split(in, &u, NULL) == 0) {
		MUST(fuzz_inside(u.operation, in));
		MUST(fuzz_inside(u.message, in));
		(void)query_is(u.operation, "PKIOperation");
		if (query_message(u.message, &out, NULL) != 0)
			MUST(out.n == 0);
	}
	buf_release(&out);
	return 0;
}
