#include "pki_operation.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "enrol.h"

void pki_event_release(struct pki_event *ev)
{
	buf_release(&ev->subject);
	*ev = (struct pki_event){ 0 };
}

/* A refusal and the details that go with it. */
static enum refusal because(
    struct pki_event *ev, enum refusal why, const char *detail)
{
	snprintf(ev->detail, sizeof(ev->detail), "%s", detail);
	return why;
}

/* A fault of ours is no reason to refuse: a client gives up on FAILURE. */
static bool is_fault(const struct err *e)
{
	return e->kind == ERR_NOMEM || e->kind == ERR_CRYPTO;
}

/* Gate 4.  Without a key that we can use there is no signature to look at. */
static enum refusal check_signer(
    const struct scep_msg *m, struct pki_event *ev, struct err *fault)
{
	struct err why;

	if (is_fault(&m->signer_err))
		*fault = m->signer_err;
	if (m->cms.has_signer && m->signer_key.key == NULL)
		return because(ev,
		    m->signer_err.kind == ERR_ALG ? REFUSE_KEY_TYPE
						  : REFUSE_KEY_SIZE,
		    m->signer_err.text);
	if (scep_msg_verify(m, &why) == 0)
		return REFUSE_NONE;
	if (is_fault(&why))
		*fault = why;
	return because(ev, REFUSE_SIGNATURE, why.text);
}

/* The types that this server serves.  Everything else ends here (T-11). */
static enum refusal check_type(const struct scep_msg *m, struct pki_event *ev)
{
	if (m->attrs.type == SCEP_PKCSREQ)
		return REFUSE_NONE;
	return because(ev, REFUSE_TYPE,
	    m->attrs.type_text[0] != '\0' ? m->attrs.type_text : "none");
}

static enum refusal check_envelope(const struct ca *ca,
    const struct scep_msg *m, struct pki_event *ev, struct err *fault)
{
	const struct cms_recipient *r;
	struct err why;

	if (is_fault(&m->env_err))
		*fault = m->env_err;
	if (!m->has_envelope)
		return because(ev, REFUSE_NO_ENVELOPE, m->env_err.text);
	r = cms_enveloped_pick(&m->env, &ca->enc_cert);
	if (r == NULL)
		return REFUSE_RECIPIENT;
	if (cms_recipient_alg(r, &why) != 0)
		return because(ev, REFUSE_ALG, why.text);
	if (m->signer_key.pk != GNUTLS_PK_RSA)
		return because(ev, REFUSE_KEY_TYPE,
		    "the answer could not be enveloped to it");
	return REFUSE_NONE;
}

/* R074; a device without a clock leaves signingTime out. */
static enum refusal check_time(const struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_event *ev)
{
	int64_t window = ca->conf.endpoint.time_window, off;

	if (window != 0 && m->attrs.bad_signing_time)
		return because(ev, REFUSE_TIME, "unreadable, or there twice");
	if (window == 0 || !m->attrs.has_signing_time)
		return REFUSE_NONE;
	off = m->attrs.signing_time - f->now;
	if (off <= window && off >= -window)
		return REFUSE_NONE;
	snprintf(
	    ev->detail, sizeof(ev->detail), "by %lld seconds", (long long)off);
	return REFUSE_TIME;
}

/*
 * Gates 3 to 5: public facts only; no private key is used.  *fault is set if it
 * was not the message that failed.
 */
static enum refusal check_outside(const struct ca *ca,
    const struct pki_facts *f, struct scep_msg *m, struct pki_event *ev,
    struct err *fault)
{
	enum refusal why;
	struct err e;

	if (scep_msg_algs(m, &ca->conf.endpoint.algs, &e) != 0)
		return because(ev, REFUSE_ALG, e.text);
	if ((why = check_signer(m, ev, fault)) != REFUSE_NONE)
		return why;
	if (m->attrs.sender_nonce.n == 0)
		return REFUSE_NO_NONCE;
	if ((why = check_type(m, ev)) != REFUSE_NONE ||
	    (why = check_envelope(ca, m, ev, fault)) != REFUSE_NONE)
		return why;
	return check_time(ca, f, m, ev);
}

/* The certificates of a SUCCESS (field-notes.md, decision 3), leaf first. */
static int success_content(const struct ca *ca, const struct stored_cert *cert,
    struct buf *out, struct err *e)
{
	bool is_root = span_eq(ca->ca_cert.issuer, ca->ca_cert.subject);
	struct span all[2] = { buf_span(&cert->der), ca->ca_cert.der };
	size_t n = 1;

	if (ca->conf.endpoint.reply_chain == CHAIN_FULL ||
	    (ca->conf.endpoint.reply_chain == CHAIN_CHAIN && !is_root))
		n = 2;
	return cms_certs_only(all, n, NULL, 0, out, e);
}

/* What the client is told; details only where they help no stranger. */
static void fail_text(
    enum refusal why, const struct pki_event *ev, char *out, size_t size)
{
	bool more = ev->detail[0] != '\0' && !refusal_is_private(why);

	snprintf(out, size, "%s%s%s", refusal_entry(why)->text,
	    more ? ": " : "", more ? ev->detail : "");
}

/* Seal the CertRep; `cert` is what a SUCCESS delivers. */
static int answer(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, const struct stored_cert *cert, enum refusal why,
    const struct pki_event *ev, struct buf *reply, struct err *e)
{
	uint8_t nonce[SCEP_NONCE_SIZE];
	char text[512];
	struct buf content = { 0 };
	struct scep_seal s = {
		.attrs = {
			.type = SCEP_CERTREP,
			.trans_id = m->attrs.trans_id,
			.sender_nonce = { nonce, sizeof(nonce) },
			.recipient_nonce = m->attrs.sender_nonce,
			.has_status = true,
			.status = SCEP_SUCCESS,
			.signing_time = f->now,
		},
		.to = &m->cms.signer,
		.to_key = &m->signer_key,
		.cipher = m->cipher,
		/* refused for its digest: answer with what we do take */
		.digest = m->digest != NULL ? m->digest
					    : alg_digest_by_name("SHA-256"),
		.cert = ca->sign_cert.der,
		.certs = &ca->sign_cert.der,
		.n_certs = 1,
		.key = ca->sign_key,
	};
	int rc = -1;

	if (gnutls_rnd(GNUTLS_RND_NONCE, nonce, sizeof(nonce)) != 0)
		return err_set(e, ERR_CRYPTO, "no random bytes");
	if (why != REFUSE_NONE) {
		fail_text(why, ev, text, sizeof(text));
		s.attrs.status = SCEP_FAILURE;
		s.attrs.fail = refusal_entry(why)->fail;
		s.attrs.fail_text = text;
		s.omit_content = m->attrs.wants_no_content;
	} else {
		if (success_content(ca, cert, &content, e) != 0)
			return -1;
		s.has_content = true;
		s.content = buf_span(&content);
	}
	rc = scep_msg_seal(&s, reply, e);
	buf_release(&content);
	return rc;
}

/* Begin the record of what happens with what the message says in the clear. */
static void begin_event(struct pki_event *ev, const struct scep_msg *m)
{
	const struct alg_digest *digest = alg_digest_by_oid(m->cms.digest_oid);
	const struct alg_cipher *cipher =
	    m->has_envelope ? alg_cipher_by_oid(m->env.cipher_oid) : NULL;

	ev->type = m->attrs.type;
	memcpy(ev->type_text, m->attrs.type_text, sizeof(ev->type_text));
	memcpy(ev->trans_id, m->attrs.trans_id, sizeof(ev->trans_id));
	ev->digest = digest != NULL ? digest->name : NULL;
	ev->cipher = cipher != NULL ? cipher->name : NULL;
}

static int handle(struct ca *ca, const struct pki_facts *f, struct scep_msg *m,
    struct buf *reply, struct pki_event *ev, struct err *e)
{
	struct stored_cert cert = { 0 };
	struct err fault = { 0 };
	enum refusal why;
	int rc = 0;

	if (ca_sign_key(ca, e) != 0)
		return -1;
	why = check_outside(ca, f, m, ev, &fault);
	if (fault.kind != ERR_NONE)
		return err_set(e, fault.kind, "%s", fault.text);
	if (why == REFUSE_NONE)
		rc = enrol(ca, f, m, &cert, ev, &why, e);
	else if (why == REFUSE_NO_ENVELOPE)
		rc = enrol_exposed(ca, f, m, ev, e);
	ev->serial = cert.serial; /* recorded, answered or not */
	if (rc == 0)
		rc = answer(ca, f, m, &cert, why, ev, reply, e);
	if (rc == 0) {
		ev->answered = true;
		ev->status = why == REFUSE_NONE ? SCEP_SUCCESS : SCEP_FAILURE;
		ev->refusal = why;
	}
	stored_cert_release(&cert);
	return rc;
}

int pki_operation(struct ca *ca, const struct pki_facts *f, struct span in,
    struct buf *reply, struct pki_event *ev, struct err *e)
{
	struct scep_msg m;
	struct err why;
	int rc;

	*ev = (struct pki_event){ .type = SCEP_UNKNOWN };
	if (scep_msg_open(in, &m, e) != 0)
		return -1;
	begin_event(ev, &m);
	rc = handle(ca, f, &m, reply, ev, &why);
	if (rc != 0) /* from here on a fault is ours, not the client's */
		err_set(e, why.kind == ERR_INPUT ? ERR_CRYPTO : why.kind, "%s",
		    why.text);
	scep_msg_release(&m);
	return rc;
}
