#include "enrol.h"

#include <stdio.h>
#include <string.h>

#include "authorise.h"
#include "authorise_program.h"
#include "envelope.h"
#include "failure.h"
#include "grant.h"
#include "name_match.h"
#include "name_pattern.h"
#include "pending.h"
#include "renewal.h"
#include "transaction.h"
#include "trust.h"
#include "trust_tie.h"

/* A request whose requester has proven that he holds its key. */
struct enrolment {
	struct ca *ca;
	int64_t now;
	enum scep_type type;
	const struct csr *csr;
	const struct signer *who;
	struct stored_request r;
	struct authorisation a;
	const struct profile *profile;
	struct profile other; /* if it is not the endpoint's */
	struct grantable g;
	bool ask;     /* it is for the operator to decide */
	bool guessed; /* the challenge is nobody's, whatever else is wrong */
	struct pki_event *ev;
};

/* Nobody gets a certificate that could be taken for the CA's, or its RA's. */
static int is_ours(const struct ca *ca, const struct csr *csr,
    struct span subject, bool *ours, struct err *e)
{
	const struct cert_view *const own[] = { &ca->ca_cert, &ca->sign_cert,
		&ca->enc_cert };

	*ours = false;
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]) && !*ours; i++) {
		if (name_same(subject, own[i]->subject, ours, e) != 0)
			return -1;
		*ours = *ours || span_eq(csr->spki, own[i]->spki);
	}
	return 0;
}

static void explain(struct enrolment *n, const char *text)
{
	snprintf(n->ev->detail, sizeof(n->ev->detail), "%s", text);
}

/* T-20: a challenge for one name brings no other in by the back door. */
static void judge_bound(struct enrolment *n, enum refusal *why)
{
	const char *name = n->a.for_name;
	bool by_san = name_pattern_is_san(name);

	if (by_san && !name_pattern_san(name, n->g.san)) {
		*why = REFUSE_CHALLENGE_NAME;
		snprintf(
		    n->ev->detail, sizeof(n->ev->detail), "it is for %s", name);
	} else if (!by_san && !policy_san_follows(&n->g, n->csr->subject)) {
		*why = REFUSE_SAN;
		explain(n, "the challenge is for the subject's name only");
	}
}

/* T-26: a manufacturer vouches for a device, not for a name of its choice. */
static int judge_tie(struct enrolment *n, enum refusal *why, struct err *e)
{
	bool tied;

	if (trust_tied(n->who->trust->tie, &n->who->view, &n->g,
		n->profile->subject_fixed, &tied, n->ev->detail,
		sizeof(n->ev->detail), e) != 0)
		return -1;
	if (!tied)
		*why = REFUSE_TRUST_NAME;
	return 0;
}

/* The names: not the CA's, the old ones, or those of the challenge. */
static int judge_names(struct enrolment *n, enum refusal *why, struct err *e)
{
	bool ours;

	if (is_ours(n->ca, n->csr, n->g.subject, &ours, e) != 0)
		return -1;
	if (ours)
		*why = REFUSE_CA_KEY;
	else if (n->who->kind == SIGNER_OURS &&
	    renewal_names(&n->who->view, &n->g, why, e) != 0)
		return -1;
	else if (n->who->kind == SIGNER_TRUSTED && judge_tie(n, why, e) != 0)
		return -1;
	if (*why != REFUSE_NONE)
		return 0;
	/* under this name it is looked for from now on */
	if (name_hash_granted(n->g.subject, n->g.san, n->r.name_hash, e) != 0)
		return -1;
	if (n->g.made.n != 0) {
		buf_cut(&n->ev->subject, 0);
		if (name_text(n->g.subject, &n->ev->subject, e) != 0)
			return -1;
	}
	if (n->a.for_name[0] != '\0')
		judge_bound(n, why);
	return 0;
}

/*
 * T-25: a second certificate for a name that has one.  A renewal is none.  What
 * is granted now need not ask: store_grant does, in its own visit.
 */
static int judge_duplicate(
    struct enrolment *n, enum refusal *why, struct err *e)
{
	enum duplicate rule = n->profile->duplicate;
	size_t others = 0;

	if (rule == DUPLICATE_ALLOW || n->who->kind == SIGNER_OURS ||
	    (!n->ask && !n->ca->conf.offline))
		return 0;
	if (store_cert_named(
		n->ca->store, n->r.name_hash, n->now, NULL, 1, &others, e) != 0)
		return -1;
	if (others == 0)
		return 0;
	explain(n, "this name has a valid certificate");
	if (rule == DUPLICATE_REFUSE)
		*why = REFUSE_DUPLICATE;
	n->ask = true;
	return 0;
}

static int ask_program(struct enrolment *n, enum refusal *why, struct err *e)
{
	const struct judged j = {
		.r = &n->r,
		.csr = n->csr,
		.who = n->who,
		.g = &n->g,
	};

	return authorise_program(n->ca, &j, &n->a, &n->ask, why, n->ev->detail,
	    sizeof(n->ev->detail), e);
}

/*
 * T-22: a key that is certified for another name; T-26: another name was got
 * with what is presented.  What is granted at once learns that from its commit,
 * without a further look at the store.
 */
static int judge_holder(struct enrolment *n, enum refusal *why, struct err *e)
{
	enum grant_outcome taken = GRANT_KEY_TAKEN;
	struct stored_cert other = { 0 };
	uint8_t key_hash[32];
	bool found;

	if (n->profile->key_reuse || !(n->ask || n->ca->conf.offline))
		return 0;
	if (sha256_of(n->csr->spki, key_hash, e) != 0 ||
	    store_cert_key_elsewhere(n->ca->store, key_hash, n->r.name_hash,
		n->now, &found, &other, e) != 0)
		return -1;
	if (!found && n->who->kind == SIGNER_TRUSTED) {
		taken = GRANT_PRESENTED;
		if (store_cert_presented_elsewhere(n->ca->store,
			n->r.key.key_hash, n->r.name_hash, n->now, &found,
			&other, e) != 0)
			return -1;
	}
	if (found)
		*why = grant_refusal(
		    taken, &other, n->ev->detail, sizeof(n->ev->detail));
	stored_cert_release(&other);
	return 0;
}

/*
 * Gates 7 and 8: may he, and may he have that?  A request that is for the
 * operator to decide has passed gate 8, too.
 */
static int judge(struct enrolment *n, enum refusal *why, struct err *e)
{
	struct ca *ca = n->ca;
	struct pki_event *ev = n->ev;
	struct span had = { 0 };

	if (authorise(ca, n->type, n->csr, n->r.key.trans_id, n->who, n->now,
		&n->a, &n->ask, why, e) != 0)
		return -1;
	n->guessed = *why == REFUSE_CHALLENGE_UNKNOWN;
	memcpy(ev->challenge_id, n->a.challenge_id, sizeof(ev->challenge_id));
	explain(n, n->a.detail);
	if (*why != REFUSE_NONE && !n->ask && !n->a.by_program)
		return 0;
	if (ca_profile(ca, n->a.profile, &n->other, &n->profile, e) != 0)
		return -1;
	memcpy(n->r.profile, n->profile->name, sizeof(n->r.profile));
	if (n->who->kind == SIGNER_OURS &&
	    renewal_had(&n->who->view, &had, e) != 0)
		return -1;
	if (policy_decide(n->csr, had, n->profile, &ca->conf.endpoint.algs,
		&n->g, why, ev->detail, sizeof(ev->detail), e) != 0)
		return -1;
	if (*why == REFUSE_NONE && judge_names(n, why, e) != 0)
		return -1;
	if (*why == REFUSE_NONE && n->ask)
		explain(n, "no challenge came with it");
	if (*why == REFUSE_NONE && judge_duplicate(n, why, e) != 0)
		return -1;
	if (*why == REFUSE_NONE && judge_holder(n, why, e) != 0)
		return -1;
	/* last, for it may take its time */
	if (*why == REFUSE_NONE && (n->a.granted || n->a.by_program))
		return ask_program(n, why, e);
	return 0;
}

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
		explain(n, "authorised; waits for scepca maintain");
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
		explain(n,
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
		explain(n, "this name has a valid certificate");
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

	if (judge(n, &why, e) != 0)
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
