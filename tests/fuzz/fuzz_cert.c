/* Certificates of strangers. */
#include "cert.h"
#include "fuzz.h"
#include "scep_client.h"

static void walk_extensions(const struct cert_view *v)
{
	struct span left = v->extensions, value;
	char oid[EXTENSION_OID_MAX];
	bool critical;

	while (left.n > 0 &&
	    extension_next(&left, oid, &value, &critical, NULL) == 0)
		MUST(fuzz_inside(value, v->extensions));
	if (cert_ski(v, &value, NULL) == 0)
		MUST(fuzz_inside(value, v->extensions));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct buf text = { 0 };
	struct pubkey key;
	struct cert_view v;
	struct err e;

	if (cert_parse(in, &v, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return 0;
	}
	MUST(fuzz_inside(v.serial, in) && fuzz_inside(v.issuer, in));
	MUST(fuzz_inside(v.subject, in) && fuzz_inside(v.spki, in));
	MUST(fuzz_inside(v.extensions, in) && fuzz_inside(v.tbs, in));
	walk_extensions(&v);
	if (name_text(v.subject, &text, NULL) == 0)
		MUST(text.n > 0 || v.subject.n == 2);
	if (pubkey_import(v.spki, &key, NULL) == 0)
		pubkey_release(&key);
	scep_cert_issued_by(in, in, NULL);
	buf_release(&text);
	return 0;
}
