#include "enrol.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "issue.h"
#include "store_request.h"

enum { GRANT_TRIES = 4 };

/*
 * Gate 6, one exit.  Whoever cannot read the envelope's content must not learn
 * whether we can (security.md T-01, T-02, T-03): one answer, and on every path
 * one key is imported and one signature verified, with the signer's key, whose
 * size he has chosen himself.
 */
static int open_request(struct ca *ca, const struct scep_msg *m,
    struct buf *plain, struct csr *csr, enum refusal *why, struct err *e)
{
	struct pubkey decoy = { 0 };
	struct err inner = { 0 };
	bool parsed, proven = false;

	if (ca_enc_key(ca, e) != 0)
		return -1;
	*why = REFUSE_ENVELOPE;
	if (scep_msg_decrypt(m, &ca->enc_cert, ca->enc_key, plain, &inner) != 0)
		/* what the clear header shows is no secret */
		return inner.kind == ERR_INPUT
		    ? 0
		    : err_set(e, inner.kind, "%s", inner.text);
	parsed = csr_parse(buf_span(plain), csr, &inner) == 0;
	if (!parsed) {
		if (inner.kind == ERR_NOMEM)
			return err_set(e, ERR_NOMEM, "%s", inner.text);
		(void)pubkey_import(m->cms.signer.spki, &decoy, NULL);
		pubkey_release(&decoy);
	}
	if (parsed && span_eq_ct(csr->spki, m->cms.signer.spki))
		proven = csr_verify(csr, NULL) == 0;
	else
		(void)scep_msg_verify(m, NULL);
	if (proven)
		*why = REFUSE_NONE;
	return 0;
}

/* The transaction as it will be recorded, or compared with what is. */
static int describe(const struct scep_msg *m, const struct pki_facts *f,
    const struct csr *csr, struct stored_request *r, struct err *e)
{
	*r = (struct stored_request){
		.state = REQUEST_GRANTED,
		.type = (uint8_t)m->attrs.type,
		.created_at = f->now,
		.decided_at = f->now,
	};
	snprintf(
	    r->key.trans_id, sizeof(r->key.trans_id), "%s", m->attrs.trans_id);
	snprintf(r->remote, sizeof(r->remote), "%s",
	    f->remote != NULL ? f->remote : "");
	if (sha256_of(m->cms.signer.spki, r->key.key_hash, e) != 0 ||
	    sha256_of(m->cms.signer.der, r->signer_hash, e) != 0)
		return -1;
	return sha256_of(csr->der, r->csr_hash, e);
}

/*
 * A retransmission gets what it got (R145); if that was revoked, nothing more
 * (T-14).  *known says whether the matter is settled, and *why then how.
 */
static int recall(struct ca *ca, const struct stored_request *r, int64_t now,
    struct stored_cert *cert, bool *known, enum refusal *why, struct err *e)
{
	struct stored_request old;
	struct stored_cert had = { 0 };
	struct err lookup;

	*known = false;
	if (ca_store(ca, e) != 0)
		return -1;
	if (store_request_find(ca->store, &r->key, &old, &had, &lookup) != 0)
		return lookup.kind == ERR_NOT_FOUND
		    ? 0
		    : err_set(e, lookup.kind, "%s", lookup.text);
	if (old.state == REQUEST_GRANTED && request_is_same(&old, r)) {
		if (had.state != CERT_VALID) {
			*why = REFUSE_REVOKED;
			*known = true;
		} else if (had.not_after > now) {
			*cert = had;
			had = (struct stored_cert){ 0 };
			*why = REFUSE_NONE;
			*known = true;
		}
	}
	stored_cert_release(&had);
	return 0;
}

/*
 * Are these one name to a reader?  Whatever the types of the strings, and in
 * upper or lower case (RFC 5280, 7.1).
 */
static int same_name(struct span a, struct span b, bool *same, struct err *e)
{
	struct buf x = { 0 }, y = { 0 };
	int rc = -1;

	if (name_text(a, &x, e) == 0 && name_text(b, &y, e) == 0) {
		*same = x.n == y.n &&
		    (x.n == 0 ||
			strncasecmp((char *)x.p, (char *)y.p, x.n) == 0);
		rc = 0;
	}
	buf_release(&x);
	buf_release(&y);
	return rc;
}

/* Nobody gets a certificate that could be taken for the CA's, or its RA's. */
static int is_ours(
    const struct ca *ca, const struct csr *csr, bool *ours, struct err *e)
{
	const struct cert_view *const own[] = { &ca->ca_cert, &ca->sign_cert,
		&ca->enc_cert };

	*ours = false;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && !*ours; i++) {
		if (same_name(csr->subject, own[i]->subject, ours, e) != 0)
			return -1;
		*ours = *ours || span_eq(csr->spki, own[i]->spki);
	}
	return 0;
}

/* Gates 7 and 8: may he, and may he have that? */
static int judge(struct ca *ca, const struct csr *csr, int64_t now,
    struct authorisation *a, struct grantable *g, struct pki_event *ev,
    enum refusal *why, struct err *e)
{
	bool ours;

	if (challenge_authorise(ca, csr->has_challenge,
		buf_span(&csr->challenge), csr->subject, now, a, why, e) != 0)
		return -1;
	memcpy(ev->challenge_id, a->challenge_id, sizeof(ev->challenge_id));
	if (*why != REFUSE_NONE) {
		snprintf(ev->detail, sizeof(ev->detail), "%s", a->detail);
		return 0;
	}
	if (policy_decide(csr, &ca->conf.profile, &ca->conf.endpoint.algs, g,
		why, ev->detail, sizeof(ev->detail), e) != 0)
		return -1;
	if (*why != REFUSE_NONE)
		return 0;
	if (is_ours(ca, csr, &ours, e) != 0)
		return -1;
	if (ours) {
		*why = REFUSE_CA_KEY;
	} else if (a->name_bound && !policy_san_follows(g)) {
		*why = REFUSE_SAN;
		snprintf(ev->detail, sizeof(ev->detail),
		    "the challenge is for the subject's name only");
	}
	return 0;
}

/* Make a certificate and record it; the signature is made outside the store. */
static int grant_once(struct ca *ca, const struct authorisation *a,
    const struct grantable *g, const struct csr *csr, struct stored_request *r,
    struct stored_cert *cert, enum grant_outcome *outcome, struct err *e)
{
	struct stored_cert new = { 0 }, recorded = { 0 };
	struct grant grant = {
		.request = r,
		.cert = &new,
		.challenge_mac = a->has_challenge ? a->challenge_mac : NULL,
		.now = r->decided_at,
	};
	int rc = -1;

	memcpy(new.trans_id, r->key.trans_id, sizeof(new.trans_id));
	memcpy(new.challenge_id, a->challenge_id, sizeof(new.challenge_id));
	memcpy(new.remote, r->remote, sizeof(new.remote));
	if (issue_leaf(ca, a, g, csr->spki, r->decided_at, &new, e) != 0)
		return -1;
	r->serial = new.serial;
	if (store_grant(ca->store, &grant, outcome, &recorded, e) == 0) {
		if (*outcome == GRANT_DONE) {
			*cert = new;
			new = (struct stored_cert){ 0 };
		} else if (*outcome == GRANT_ALREADY) {
			*cert = recorded;
			recorded = (struct stored_cert){ 0 };
		}
		rc = 0;
	}
	stored_cert_release(&new);
	stored_cert_release(&recorded);
	return rc;
}

static int grant(struct ca *ca, const struct authorisation *a,
    const struct grantable *g, const struct csr *csr, struct stored_request *r,
    struct stored_cert *cert, struct pki_event *ev, enum refusal *why,
    struct err *e)
{
	enum grant_outcome outcome = GRANT_SERIAL_TAKEN;

	for (int i = 0; i < GRANT_TRIES && outcome == GRANT_SERIAL_TAKEN; i++)
		if (grant_once(ca, a, g, csr, r, cert, &outcome, e) != 0)
			return -1;
	switch (outcome) {
	case GRANT_ALREADY:
		ev->repeated = true;
		/* fall through */
	case GRANT_DONE:
		return 0;
	case GRANT_CHALLENGE_GONE: /* another process was first */
		*why = REFUSE_CHALLENGE_USED;
		return 0;
	case GRANT_NOT_OPEN: /* nobody asks for these two yet */
	case GRANT_NAME_TAKEN:
	case GRANT_SERIAL_TAKEN:
		break;
	}
	return err_set(e, ERR_CRYPTO,
	    "%d random serials in a row are taken; is the random generator "
	    "broken?",
	    GRANT_TRIES);
}

/* Gates 7 to 10 for a request that is not known. */
static int decide(struct ca *ca, const struct csr *csr,
    struct stored_request *r, struct stored_cert *cert, struct pki_event *ev,
    enum refusal *why, struct err *e)
{
	struct authorisation a = { .granted = false };
	struct grantable g = { 0 };
	bool known;
	int rc;

	rc = judge(ca, csr, r->decided_at, &a, &g, ev, why, e);
	if (rc == 0 && *why == REFUSE_NONE)
		rc = grant(ca, &a, &g, csr, r, cert, ev, why, e);
	/* used by this very request, in a process that was faster? */
	if (rc == 0 && *why == REFUSE_CHALLENGE_USED) {
		rc = recall(ca, r, r->decided_at, cert, &known, why, e);
		if (*why == REFUSE_NONE) {
			ev->repeated = true;
			ev->detail[0] = '\0';
		}
	}
	grantable_release(&g);
	return rc;
}

/* What comes after the proof that the requester holds the key. */
static int answer_request(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, const struct csr *csr, struct stored_cert *cert,
    struct pki_event *ev, enum refusal *why, struct err *e)
{
	struct stored_request r;
	bool known;

	if (csr->subject.n <= POLICY_SUBJECT_MAX &&
	    name_text(csr->subject, &ev->subject, e) != 0)
		return -1;
	if (describe(m, f, csr, &r, e) != 0 ||
	    recall(ca, &r, f->now, cert, &known, why, e) != 0)
		return -1;
	if (!known)
		return decide(ca, csr, &r, cert, ev, why, e);
	ev->repeated = *why == REFUSE_NONE;
	return 0;
}

int enrol(struct ca *ca, const struct pki_facts *f, const struct scep_msg *m,
    struct stored_cert *cert, struct pki_event *ev, enum refusal *why,
    struct err *e)
{
	struct buf plain = { 0 };
	struct csr csr = { 0 };
	int rc;

	rc = open_request(ca, m, &plain, &csr, why, e);
	if (rc == 0 && *why == REFUSE_NONE)
		rc = answer_request(ca, f, m, &csr, cert, ev, why, e);
	csr_release(&csr);
	buf_release(&plain);
	return rc;
}

int enrol_exposed(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_event *ev, struct err *e)
{
	struct csr csr = { 0 };
	bool revoked = false;
	int rc = 0;

	if (csr_parse(m->cms.content, &csr, NULL) == 0 && csr.has_challenge)
		rc = challenge_exposed(ca, buf_span(&csr.challenge), f->now,
		    ev->challenge_id, &revoked, e);
	if (revoked)
		snprintf(ev->detail, sizeof(ev->detail),
		    "a challenge came in the clear and is revoked");
	csr_release(&csr);
	return rc;
}
