/*
 * Names that are tied: the input is the Name of a certificate that was presented
 * and then, to its end, the one that is asked for.  Neither was judged before.
 * Whoever gets a name by serialNumber has that number in it.
 */
#include <string.h>

#include "der.h"
#include "fuzz.h"
#include "trust_tie.h"

static bool holds(struct span in, struct span text)
{
	return memmem(in.p, in.n, text.p, text.n) != NULL;
}

/* Part of the value, whatever is in it, and no shorter than it must be. */
static void number(struct span value)
{
	struct span n = trust_serial_number(value);

	MUST(fuzz_inside(n, value));
	MUST(span_eq(n, value) || !holds(n, SPAN_LIT(" ")));
}

static void ask(struct span presented, struct span wanted)
{
	const struct cert_view v = { .subject = presented };
	const struct grantable g = { .subject = wanted };
	char detail[100] = "";
	bool right;

	MUST(trust_tied(TIE_SERIAL_NUMBER, &v, g.subject, &g, "O=Fleet", &right,
		 detail, sizeof(detail), NULL) == 0);
	MUST(right || detail[0] != '\0');
	MUST(!right || holds(wanted, SPAN_LIT("\x06\x03\x55\x04\x05")));
	MUST(!right || holds(presented, SPAN_LIT("\x06\x03\x55\x04\x05")));
	MUST(trust_tied(TIE_SUBJECT, &v, g.subject, &g, "", &right, detail,
		 sizeof(detail), NULL) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size }, name;

	number(in);
	if (der_any(&in, NULL, NULL, &name, NULL) == 0)
		ask(name, in);
	return 0;
}
