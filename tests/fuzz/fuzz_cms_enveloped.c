/*
 * EnvelopedData, down to the request in it.  Every failure behind the clear
 * header is the same one, so decryption never says that it failed.
 */
#include "cms_enveloped.h"
#include "csr.h"
#include "fuzz.h"

static void open_with(
    const struct cms_enveloped *v, const struct cms_recipient *r)
{
	const struct alg_cipher *cipher;
	struct buf plain = { 0 };
	struct csr csr;

	if (cms_enveloped_cipher(v, &cipher, NULL) != 0 ||
	    cms_recipient_alg(r, NULL) != 0)
		return;
	if (cms_enveloped_decrypt(
		v, r, cipher, fuzz_key(FUZZ_CA), &plain, NULL) == 0) {
		MUST(plain.n <= v->ciphertext.n);
		MUST(plain.n + cipher->block_size >= v->ciphertext.n);
		if (csr_parse(buf_span(&plain), &csr, NULL) == 0)
			csr_release(&csr);
	}
	buf_release(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct cms_enveloped v;
	struct err e;

	if (cms_enveloped_parse(in, &v, &e) != 0) {
		MUST(e.kind == ERR_INPUT);
		return 0;
	}
	MUST(v.n_recipients <= CMS_RECIPIENTS_MAX);
	MUST(fuzz_inside(v.iv, in));
	MUST(fuzz_inside(v.ciphertext, in) ||
	    fuzz_inside(v.ciphertext, buf_span(&v.joined)));
	for (size_t i = 0; i < v.n_recipients; i++) {
		MUST(fuzz_inside(v.recipients[i].rid, in));
		MUST(fuzz_inside(v.recipients[i].encrypted_key, in));
	}
	if (v.n_recipients > 0)
		open_with(&v, &v.recipients[v.n_recipients - 1]);
	cms_enveloped_release(&v);
	return 0;
}
