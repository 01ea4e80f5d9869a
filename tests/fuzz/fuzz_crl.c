/* Revocation lists, bare and in the answer to GetCRL. */
#include "cms_signed.h"
#include "crl.h"
#include "fuzz.h"

/* Every entry lies in the list; one that is left out or cut is an error. */
static void walk_entries(struct span list)
{
	struct span left = list, serial;
	unsigned reason;
	int64_t at;
	struct err e;

	while (left.n > 0) {
		size_t before = left.n;

		if (crl_entry_next(&left, &serial, &at, &reason, &e) != 0) {
			MUST(e.kind == ERR_INPUT && left.n == before);
			return;
		}
		MUST(left.n < before);
		MUST(serial.n > 0 && fuzz_inside(serial, list));
		MUST(reason < 128);
	}
}

static void read_list(struct span in)
{
	struct buf spki = { 0 };
	struct crl_view v;
	struct err e;

	if (crl_parse(in, &v, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return;
	}
	MUST(fuzz_inside(v.issuer, in) && fuzz_inside(v.entries, in));
	MUST(v.issuer.n > 0 && v.number >= -1);
	walk_entries(v.entries);
	MUST(privkey_spki(fuzz_key(FUZZ_CA), &spki, NULL) == 0);
	if (crl_verify(in, buf_span(&spki), &e) != 0)
		MUST(e.kind == ERR_SIG || e.kind == ERR_ALG ||
		    e.kind == ERR_INPUT);
	buf_release(&spki);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size }, crls[2];
	struct err e;
	size_t n;

	read_list(in);
	if (cms_crls_only_parse(in, crls, 2, &n, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return 0;
	}
	MUST(n <= 2);
	for (size_t i = 0; i < n; i++) {
		MUST(fuzz_inside(crls[i], in));
		read_list(crls[i]);
	}
	return 0;
}
