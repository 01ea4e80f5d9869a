/* SignedData: structure, attributes, algorithms, signature. */
#include "cms_signed.h"
#include "fuzz.h"
#include "scep_attr.h"

static void check_spans(const struct cms_signed *s, struct span in)
{
	MUST(s->n_certs <= CMS_CERTS_MAX && s->n_attrs <= CMS_ATTRS_MAX);
	MUST(fuzz_inside(s->content, in) && fuzz_inside(s->signature, in));
	MUST(fuzz_inside(s->signed_attrs, in));
	for (size_t i = 0; i < s->n_certs; i++)
		MUST(fuzz_inside(s->certs[i], in));
	for (size_t i = 0; i < s->n_attrs; i++)
		MUST(fuzz_inside(s->attrs[i].values, s->signed_attrs));
}

static void check_attrs(const struct cms_signed *s)
{
	struct scep_attrs a;
	struct span value;
	uint8_t tag;

	for (size_t i = 0; i < s->n_attrs; i++)
		if (cms_attr_one(s, s->attrs[i].oid, &tag, &value, NULL) == 0)
			MUST(fuzz_inside(value, s->attrs[i].values));
	if (scep_attrs_read(s, &a, NULL) != 0)
		return;
	MUST(a.trans_id[0] != '\0');
	for (const char *p = a.trans_id; *p != '\0'; p++)
		MUST(*p >= 0x20 && *p < 0x7f);
	MUST(a.sender_nonce.n <= SCEP_NONCE_MAX);
	MUST(fuzz_inside(a.sender_nonce, s->signed_attrs));
	MUST(fuzz_inside(a.recipient_nonce, s->signed_attrs));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct cms_signed s;
	struct pubkey key;
	struct err e;

	if (cms_signed_parse(in, &s, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return 0;
	}
	check_spans(&s, in);
	check_attrs(&s);
	if (s.has_signer && pubkey_import(s.signer.spki, &key, NULL) == 0) {
		cms_signed_verify(&s, &key, NULL);
		pubkey_release(&key);
	}
	return 0;
}
