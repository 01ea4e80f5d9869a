#include "enrolment.h"

#include <stdio.h>
#include <string.h>

#include "authorise_program.h"
#include "grant.h"
#include "name_match.h"
#include "name_pattern.h"
#include "renewal.h"
#include "trust_tie.h"

void enrolment_explain(struct enrolment *n, const char *text)
{
	snprintf(n->ev->detail, sizeof(n->ev->detail), "%s", text);
}

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
		enrolment_explain(n,
		    "the challenge is for the subject's name only: make "
		    "one for alternative names: --for dns:NAME");
	}
}

/* T-26: a manufacturer vouches for a device, not for a name of its choice. */
static int judge_tie(struct enrolment *n, enum refusal *why, struct err *e)
{
	bool tied;

	if (trust_tied(n->who->trust->tie, &n->who->view, n->csr->subject,
		&n->g, n->profile->subject_fixed, &tied, n->ev->detail,
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
	enrolment_explain(n, "this name has a valid certificate");
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
	struct key_claim claim = {
		.key_hash = key_hash,
		.name_hash = n->r.name_hash,
		.renews = &n->r.renews,
		.now = n->now,
	};
	bool found;

	if (n->profile->key_reuse || !(n->ask || n->ca->conf.offline))
		return 0;
	if (sha256_of(n->csr->spki, key_hash, e) != 0 ||
	    store_cert_key_elsewhere(n->ca->store, &claim, &found, &other, e) !=
		0)
		return -1;
	if (!found && n->who->kind == SIGNER_TRUSTED) {
		taken = GRANT_PRESENTED;
		claim.key_hash = n->r.key.key_hash;
		if (store_cert_presented_elsewhere(
			n->ca->store, &claim, &found, &other, e) != 0)
			return -1;
	}
	if (found)
		*why = grant_refusal(
		    taken, &other, n->ev->detail, sizeof(n->ev->detail));
	stored_cert_release(&other);
	return 0;
}

int enrolment_judge(struct enrolment *n, enum refusal *why, struct err *e)
{
	struct ca *ca = n->ca;
	struct pki_event *ev = n->ev;
	struct span had = { 0 };

	if (authorise(ca, n->type, n->csr, n->r.key.trans_id, n->who, n->now,
		&n->a, &n->ask, why, e) != 0)
		return -1;
	n->guessed = *why == REFUSE_CHALLENGE_UNKNOWN;
	memcpy(ev->challenge_id, n->a.challenge_id, sizeof(ev->challenge_id));
	enrolment_explain(n, n->a.detail);
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
		enrolment_explain(n, "no challenge came with it");
	if (*why == REFUSE_NONE && judge_duplicate(n, why, e) != 0)
		return -1;
	if (*why == REFUSE_NONE && judge_holder(n, why, e) != 0)
		return -1;
	/* last, for it may take its time */
	if (*why == REFUSE_NONE && (n->a.granted || n->a.by_program))
		return ask_program(n, why, e);
	return 0;
}
