#include "pki_operation.h"

#include <gnutls/crypto.h>
#include <stdio.h>
#include <string.h>

#include "crl.h"
#include "enrol.h"
#include "retrieve.h"
#include "transaction.h"

void pki_outcome_release(struct pki_outcome *o)
{
	stored_cert_release(&o->cert);
	buf_release(&o->crl);
	*o = (struct pki_outcome){ .status = SCEP_FAILURE };
}

void pki_refuse(struct pki_outcome *o, enum refusal why)
{
	o->status = SCEP_FAILURE;
	o->why = why;
}

void pki_grant(struct pki_outcome *o, struct stored_cert *cert)
{
	o->status = SCEP_SUCCESS;
	o->why = REFUSE_NONE;
	o->cert = *cert;
	*cert = (struct stored_cert){ .der = { 0 } };
}

/*
 * The types that this server serves, and so all that can lead to issuing.
 * Whatever is not in the list ends at gate 5 (security.md T-11).
 */
static const struct service {
	enum scep_type type;
	bool enveloped; /* RFC 8894, 3.3.3: a CertPoll need not be */
	bool delivers;	/* a SUCCESS hands the requester his certificate */
	int (*run)(struct ca *ca, const struct pki_facts *f,
	    const struct scep_msg *m, struct pki_outcome *o,
	    struct pki_event *ev, struct err *e);
} services[] = {
	{ SCEP_PKCSREQ, true, true, enrol },
	{ SCEP_RENEWALREQ, true, true, enrol },
	{ SCEP_CERTPOLL, false, true, transaction_poll },
	{ SCEP_GETCERT, true, false, retrieve_cert },
	{ SCEP_GETCRL, true, false, retrieve_crl },
};

static const struct service *find_service(const struct scep_msg *m)
{
	for (size_t i = 0; i < sizeof(services) / sizeof(services[0]); i++)
		if (services[i].type == m->attrs.type)
			return &services[i];
	return NULL;
}

void pki_event_release(struct pki_event *ev)
{
	buf_release(&ev->subject);
	buf_release(&ev->signer);
	notice_release(&ev->notice);
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
	return REFUSE_NONE;
}

/* The type, what it needs, and a key that the answer can be enveloped to. */
static enum refusal check_service(const struct ca *ca,
    const struct service *service, const struct scep_msg *m,
    struct pki_event *ev, struct err *fault)
{
	enum refusal why = REFUSE_NONE;

	if (service == NULL)
		return because(ev, REFUSE_TYPE,
		    m->attrs.type_text[0] != '\0' ? m->attrs.type_text
						  : "none");
	if (service->type == SCEP_RENEWALREQ &&
	    ca->conf.endpoint.renewal == RENEWAL_NO)
		return REFUSE_RENEWAL_OFF; /* R128 */
	if (service->enveloped)
		why = check_envelope(ca, m, ev, fault);
	if (why == REFUSE_NONE && m->signer_key.pk != GNUTLS_PK_RSA)
		return because(ev, REFUSE_KEY_TYPE,
		    "the answer could not be enveloped to it");
	return why;
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
    const struct pki_facts *f, const struct service *service,
    struct scep_msg *m, struct pki_event *ev, struct err *fault)
{
	enum refusal why;
	struct err e;

	if (scep_msg_algs(m, &ca->conf.endpoint.algs, &e) != 0)
		return because(ev, REFUSE_ALG, e.text);
	if ((why = check_signer(m, ev, fault)) != REFUSE_NONE)
		return why;
	if (m->attrs.sender_nonce.n == 0)
		return REFUSE_NO_NONCE;
	why = check_service(ca, service, m, ev, fault);
	if (why != REFUSE_NONE)
		return why;
	return check_time(ca, f, m, ev);
}

/*
 * What a SUCCESS holds: the certificates (field-notes.md, decision 3), leaf
 * first, or the CRL and nothing else (RFC 8894, 4.6.1).
 */
static int success_content(const struct ca *ca, const struct pki_outcome *o,
    struct buf *out, struct err *e)
{
	bool is_root = span_eq(ca->ca_cert.issuer, ca->ca_cert.subject);
	struct span all[2] = { buf_span(&o->cert.der), ca->ca_cert.der };
	struct span crl = buf_span(&o->crl);
	size_t n = 1;

	if (crl.n != 0)
		return cms_certs_only(NULL, 0, &crl, 1, out, e);
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

/* A poll without an envelope does not say which cipher its sender knows. */
static const struct alg_cipher *answer_cipher(const struct scep_msg *m)
{
	return m->cipher != NULL ? m->cipher
				 : alg_cipher_by_name("AES-128-CBC");
}

/* Seal the CertRep. */
static int answer(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, const struct pki_outcome *o,
    const struct pki_event *ev, struct buf *reply, struct err *e)
{
	uint8_t nonce[SCEP_NONCE_SIZE];
	char text[512];
	struct buf content = { .max = CRL_MAX };
	struct scep_seal s = {
		.attrs = {
			.type = SCEP_CERTREP,
			.trans_id = m->attrs.trans_id,
			.sender_nonce = { nonce, sizeof(nonce) },
			.recipient_nonce = m->attrs.sender_nonce,
			.has_status = true,
			.status = o->status,
			.signing_time = f->now,
		},
		.to = &m->cms.signer,
		.to_key = &m->signer_key,
		.cipher = answer_cipher(m),
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
	if (o->status == SCEP_SUCCESS) {
		if (success_content(ca, o, &content, e) != 0)
			return -1;
		s.has_content = true;
		s.content = buf_span(&content);
	} else {
		s.omit_content = m->attrs.wants_no_content;
	}
	if (o->status == SCEP_FAILURE) {
		fail_text(o->why, ev, text, sizeof(text));
		s.attrs.fail = refusal_entry(o->why)->fail;
		s.attrs.fail_text = text;
	}
	if (o->crl.n != 0)
		reply->max = CRL_MAX;
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
	/* a transaction is one of its key: two may have one transactionID */
	ev->has_key = m->cms.signer.spki.n != 0 &&
	    sha256_of(m->cms.signer.spki, ev->key_hash, NULL) == 0;
	ev->digest = digest != NULL ? digest->name : NULL;
	ev->cipher = cipher != NULL ? cipher->name : NULL;
}

/* Whether the message is one of `service`, decided by what anybody can see. */
static int decide(struct ca *ca, const struct pki_facts *f, struct scep_msg *m,
    const struct service *service, struct pki_outcome *o, struct pki_event *ev,
    struct err *e)
{
	struct err fault = { 0 };
	enum refusal why = check_outside(ca, f, service, m, ev, &fault);

	if (fault.kind != ERR_NONE)
		return err_set(e, fault.kind, "%s", fault.text);
	if (why == REFUSE_NONE)
		return service->run(ca, f, m, o, ev, e);
	pki_refuse(o, why);
	if (why == REFUSE_NO_ENVELOPE &&
	    (service->type == SCEP_PKCSREQ || service->type == SCEP_RENEWALREQ))
		return enrol_exposed(ca, f, m, ev, e);
	return 0;
}

/* A certificate that is new, with what the store knows of the request. */
static void note_issued(struct ca *ca, const struct scep_msg *m,
    const struct stored_cert *cert, struct pki_event *ev)
{
	struct request_key key = { .trans_id = "" };
	struct stored_request r = { 0 };
	struct stored_cert same = { 0 };
	bool found;

	memcpy(key.key_hash, ev->key_hash, sizeof(key.key_hash));
	memcpy(key.trans_id, m->attrs.trans_id, sizeof(key.trans_id));
	found = ev->has_key &&
	    store_request_find(ca->store, &key, &r, &same, NULL) == 0;
	(void)notice_of_cert(&ca->conf, NOTICE_ISSUED, cert, found ? &r : NULL,
	    &ev->notice, NULL);
	stored_request_release(&r);
	stored_cert_release(&same);
}

/*
 * What the program of notify is to be told; what waits was noted where it began
 * to.  No request fails because that cannot be written down.
 */
static void note(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, const struct service *service,
    const struct pki_outcome *o, struct pki_event *ev)
{
	struct stored_request r = { .type = (uint8_t)m->attrs.type };
	const char *code = refusal_entry(o->why)->code;
	char reason[sizeof(ev->detail) + 40];

	if (ca->conf.notify[0] == '\0' || service == NULL)
		return;
	if (o->status == SCEP_SUCCESS && service->delivers && !ev->repeated)
		note_issued(ca, m, &o->cert, ev);
	if (o->status != SCEP_FAILURE || service->run != enrol)
		return;
	memcpy(r.key.trans_id, m->attrs.trans_id, sizeof(r.key.trans_id));
	memcpy(r.challenge_id, ev->challenge_id, sizeof(r.challenge_id));
	snprintf(r.remote, sizeof(r.remote), "%s",
	    f->remote != NULL ? f->remote : "");
	snprintf(r.endpoint, sizeof(r.endpoint), "%s", ca->conf.endpoint.name);
	snprintf(reason, sizeof(reason), "%s%s%s", code,
	    ev->detail[0] != '\0' ? ": " : "", ev->detail);
	(void)notice_of_request(&ca->conf, NOTICE_REFUSED, &r,
	    (struct span){ 0 }, buf_span(&ev->subject), reason, &ev->notice,
	    NULL);
}

static int handle(struct ca *ca, const struct pki_facts *f, struct scep_msg *m,
    struct buf *reply, struct pki_event *ev, struct err *e)
{
	const struct service *service = find_service(m);
	struct pki_outcome o = { .status = SCEP_FAILURE };
	int rc = ca_sign_key(ca, e);

	if (rc == 0)
		rc = decide(ca, f, m, service, &o, ev, e);
	ev->serial = o.cert.serial; /* recorded, answered or not */
	if (rc == 0)
		note(ca, f, m, service, &o, ev);
	if (rc == 0)
		rc = answer(ca, f, m, &o, ev, reply, e);
	if (rc == 0) {
		ev->answered = true;
		ev->status = o.status;
		ev->refusal = o.why;
		ev->delivers = o.status == SCEP_SUCCESS && service->delivers;
	}
	pki_outcome_release(&o);
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
