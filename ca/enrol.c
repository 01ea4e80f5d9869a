#include "enrol.h"

#include <stdio.h>
#include <string.h>

#include "enrolment.h"
#include "envelope.h"
#include "failure.h"
#include "grant.h"
#include "name_match.h"
#include "store_pending.h"
#include "transaction.h"
#include "trust.h"

/* Gate 9. */
static int wait(struct enrolment *n, struct pki_outcome *o, struct err *e)
{
	struct pend p = {
		.request = &n->r,
		.challenge_mac = n->a.has_challenge ? n->a.challenge_mac : NULL,
		.max = n->ca->conf.pending_max,
		.max_per_remote = n->ca->conf.pending_per_remote,
		.now = n->now,
	};
	struct stored_request *r = &n->r;
	enum pend_outcome outcome;
	int rc = -1;

	r->state = n->ask ? REQUEST_PENDING : REQUEST_APPROVED;
	r->decided_at = n->ask ? 0 : n->now;
	r->expires_at = n->ask ? n->now + n->ca->conf.pending_ttl : INT64_C(0);
	if (!n->ask)
		enrolment_explain(n, "authorised; waits for scepca maintain");
	snprintf(r->reason, sizeof(r->reason), "%.*s",
	    (int)sizeof(r->reason) - 1, n->ev->detail);
	memcpy(r->challenge_id, n->a.challenge_id, sizeof(r->challenge_id));
	if (!n->ask)
		memcpy(r->rule, n->a.rule, sizeof(r->rule));
	if (buf_put(&r->csr, n->csr->der, e) == 0)
		rc = store_pend(n->ca->store, &p, &outcome, e);
	buf_release(&r->csr);
	if (rc != 0)
		return -1;
	switch (outcome) {
	case PEND_DONE:
		(void)notice_of_request(&n->ca->conf, NOTICE_PENDING, r,
		    n->csr->der, buf_span(&n->ev->subject), n->ev->detail,
		    &n->ev->notice, NULL);
		/* fall through */
	case PEND_ALREADY:
		o->status = SCEP_PENDING;
		break;
	case PEND_FULL:
	case PEND_FULL_REMOTE:
		enrolment_explain(n,
		    outcome == PEND_FULL ? "pending_max"
					 : "pending_per_address");
		pki_refuse(o, REFUSE_QUEUE);
		break;
	case PEND_CHALLENGE_GONE: /* another process was first */
		pki_refuse(o, REFUSE_CHALLENGE_USED);
		break;
	}
	return 0;
}

/* Gate 10. */
static int grant(struct enrolment *n, struct pki_outcome *o, struct err *e)
{
	struct granting what = {
		.a = &n->a,
		.profile = n->profile,
		.g = &n->g,
		.spki = n->csr->spki,
	};
	enum grant_outcome outcome;
	struct stored_cert cert = { 0 };

	if (grant_certificate(n->ca, &what, &n->r, &cert, &outcome, e) != 0)
		return -1;
	switch (outcome) {
	case GRANT_ALREADY:
		n->ev->repeated = true;
		/* fall through */
	case GRANT_DONE:
		pki_grant(o, &cert);
		break;
	case GRANT_NAME_TAKEN:
		n->r.serial = (struct serial){ .n = 0 }; /* not given */
		enrolment_explain(n, "this name has a valid certificate");
		n->ask = n->profile->duplicate == DUPLICATE_PENDING;
		if (n->ask)
			return wait(n, o, e);
		pki_refuse(o, REFUSE_DUPLICATE);
		break;
	case GRANT_KEY_TAKEN:
	case GRANT_PRESENTED:
		pki_refuse(o,
		    grant_refusal(
			outcome, &cert, n->ev->detail, sizeof(n->ev->detail)));
		stored_cert_release(&cert);
		break;
	default: /* GRANT_CHALLENGE_GONE: another process was first */
		pki_refuse(o, REFUSE_CHALLENGE_USED);
		break;
	}
	return 0;
}

/*
 * A challenge that was refused: counted (T-12), told of if its holder should
 * not have it (R108, R119).  The refusal stands whether that works or not.
 */
static void watch(struct enrolment *n, enum refusal why)
{
	struct pki_alert *alert = &n->ev->alert;
	bool used = why == REFUSE_CHALLENGE_USED;
	struct stored_challenge c = { .reuses = 0 };

	if (!refusal_is_of_challenge(why))
		return;
	if (used)
		alert->what = "challenge-reused";
	else if (why >= REFUSE_CHALLENGE_NAME)
		alert->what = "challenge-misused";
	if (failure_note(n->ca, n->r.remote, used ? n->a.challenge_mac : NULL,
		n->now, &n->ev->delay_ms, &c, NULL) != 0 ||
	    !used)
		return;
	if (c.reuses == 0) { /* revoked, or over, just now */
		alert->what = NULL;
		return;
	}
	alert->first_at = c.last_used_at;
	memcpy(alert->first_remote, c.last_remote, sizeof(c.last_remote));
	memcpy(alert->first_key, c.last_key, sizeof(c.last_key));
}

/* Gates 7 to 10 for a request that is not known. */
static int decide(struct enrolment *n, struct pki_outcome *o, struct err *e)
{
	enum refusal why = REFUSE_NONE;
	bool known = false;
	int rc;

	if (enrolment_judge(n, &why, e) != 0)
		return -1;
	if (why != REFUSE_NONE) {
		pki_refuse(o, why);
		rc = 0;
	} else if (n->ask || n->ca->conf.offline) {
		rc = wait(n, o, e);
	} else {
		rc = grant(n, o, e);
	}
	/* used by this very request, in a process that was faster? */
	if (rc == 0 && o->status == SCEP_FAILURE &&
	    o->why == REFUSE_CHALLENGE_USED) {
		struct pki_outcome again = { 0 };

		rc = transaction_recall(
		    n->ca, &n->r, n->csr, n->now, &again, n->ev, &known, e);
		if (known) {
			pki_outcome_release(o);
			*o = again;
		}
		if (known && o->status != SCEP_FAILURE)
			n->ev->detail[0] = '\0';
	}
	if (rc == 0 && o->status == SCEP_FAILURE)
		watch(n, n->guessed ? REFUSE_CHALLENGE_UNKNOWN : o->why);
	return rc;
}

/* What comes after the proof that the requester holds the key. */
static int answer_request(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, const struct csr *csr, const struct signer *who,
    struct pki_outcome *o, struct pki_event *ev, struct err *e)
{
	struct enrolment n = {
		.ca = ca,
		.now = f->now,
		.type = m->attrs.type,
		.csr = csr,
		.who = who,
		.ev = ev,
	};
	bool known;
	int rc;

	if (csr->subject.n <= POLICY_SUBJECT_MAX &&
	    name_text(csr->subject, &ev->subject, e) != 0)
		return -1;
	/* R102: many devices sign as somebody else; worth a note, no more */
	if (!span_eq(csr->subject, m->cms.signer.subject) &&
	    m->cms.signer.subject.n <= POLICY_SUBJECT_MAX &&
	    name_text(m->cms.signer.subject, &ev->signer, e) != 0)
		return -1;
	if (transaction_describe(ca, f, m, csr, who, &n.r, e) != 0 ||
	    transaction_recall(ca, &n.r, csr, f->now, o, ev, &known, e) != 0)
		return -1;
	rc = known ? 0 : decide(&n, o, e);
	grantable_release(&n.g);
	return rc;
}

int enrol(struct ca *ca, const struct pki_facts *f, const struct scep_msg *m,
    struct pki_outcome *o, struct pki_event *ev, struct err *e)
{
	struct signer who = { .kind = SIGNER_SELF };
	struct buf plain = { 0 };
	struct csr csr = { 0 };
	enum refusal why;
	int rc = -1;

	if (signer_identify(ca, m, &who, e) == 0 &&
	    trust_recognise(ca, m, f->now, &who, e) == 0)
		rc = envelope_csr(ca, m,
		    who.kind == SIGNER_OURS || who.kind == SIGNER_TRUSTED,
		    &plain, &csr, &why, e);
	if (rc == 0 && why != REFUSE_NONE)
		pki_refuse(o, why);
	else if (rc == 0)
		rc = answer_request(ca, f, m, &csr, &who, o, ev, e);
	csr_release(&csr);
	buf_release(&plain);
	signer_release(&who);
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
