/* The DER reader, character strings and times. */
#include "der.h"
#include "fuzz.h"

static void check_element(struct span in)
{
	struct span left = in, body, whole, again;
	struct buf out = { 0 };
	uint8_t tag;

	if (der_any(&left, &tag, &body, &whole, NULL) != 0) {
		MUST(left.p == in.p && left.n == in.n);
		MUST(der_check(in, &der_limits, NULL) != 0);
		return;
	}
	MUST(fuzz_inside(body, whole) && fuzz_inside(whole, in));
	MUST(whole.n + left.n == in.n);
	MUST(der_put(&out, tag, body, NULL) == 0);
	again = buf_span(&out);
	MUST(span_eq(again, whole)); /* lengths have one form only */
	if (der_check(in, &der_limits, NULL) == 0)
		MUST(left.n == 0);
	buf_release(&out);
}

static void check_text(uint8_t tag, struct span body)
{
	struct buf text = { 0 };

	if (der_text(tag, body, &text, NULL) == 0)
		MUST(fuzz_is_text(buf_span(&text)));
	else
		MUST(text.n == 0);
	buf_release(&text);
}

static void check_time(uint8_t tag, struct span body)
{
	struct buf out = { 0 };
	struct span element, again;
	int64_t t, same;
	uint8_t kind;

	if (der_time(tag, body, &t, NULL) != 0)
		return;
	if (der_put_time(&out, t, NULL) == 0) {
		element = buf_span(&out);
		MUST(der_any(&element, &kind, &again, NULL, NULL) == 0);
		MUST(der_time(kind, again, &same, NULL) == 0 && same == t);
	}
	buf_release(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };

	check_element(in);
	if (size > 0) {
		check_text(data[0], (struct span){ data + 1, size - 1 });
		check_time(data[0], (struct span){ data + 1, size - 1 });
	}
	return 0;
}
