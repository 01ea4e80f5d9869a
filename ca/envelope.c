#include "envelope.h"

/* *readable: nothing that the clear header shows is wrong. */
static int decrypt(struct ca *ca, const struct scep_msg *m, struct buf *plain,
    bool *readable, struct err *e)
{
	struct err why;

	if (ca_enc_key(ca, e) != 0)
		return -1;
	*readable =
	    scep_msg_decrypt(m, &ca->enc_cert, ca->enc_key, plain, &why) == 0;
	/* what the clear header shows is no secret */
	if (!*readable && why.kind != ERR_INPUT)
		return err_set(e, why.kind, "%s", why.text);
	return 0;
}

/* As much work as a good request makes, with a key that its sender chose. */
static void work_in_vain(const struct scep_msg *m, bool import)
{
	struct pubkey decoy = { 0 };

	if (import)
		(void)pubkey_import(m->cms.signer.spki, &decoy, NULL);
	pubkey_release(&decoy);
	(void)scep_msg_verify(m, NULL);
}

int envelope_csr(struct ca *ca, const struct scep_msg *m, bool any_key,
    struct buf *plain, struct csr *csr, enum refusal *why, struct err *e)
{
	struct err inner = { 0 };
	bool readable, parsed;

	*why = REFUSE_ENVELOPE;
	if (decrypt(ca, m, plain, &readable, e) != 0)
		return -1;
	if (!readable)
		return 0;
	parsed = csr_parse(buf_span(plain), csr, &inner) == 0;
	if (!parsed && inner.kind == ERR_NOMEM)
		return err_set(e, ERR_NOMEM, "%s", inner.text);
	if (!parsed || !(any_key || span_eq_ct(csr->spki, m->cms.signer.spki)))
		work_in_vain(m, !parsed);
	else if (csr_verify(csr, NULL) == 0)
		*why = REFUSE_NONE;
	return 0;
}

int envelope_issuer_and_serial(struct ca *ca, const struct scep_msg *m,
    struct buf *plain, struct span *issuer, struct span *serial,
    enum refusal *why, struct err *e)
{
	bool readable;

	*why = REFUSE_ENVELOPE;
	if (decrypt(ca, m, plain, &readable, e) != 0)
		return -1;
	if (!readable)
		return 0;
	if (issuer_and_serial_get(buf_span(plain), issuer, serial, NULL) == 0)
		*why = REFUSE_NONE;
	work_in_vain(m, true);
	return 0;
}
