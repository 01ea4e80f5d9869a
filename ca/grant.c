#include "grant.h"

#include <stdio.h>
#include <string.h>

#include "audit.h"

enum { TRIES = 4 };

/*
 * A renewal has the name already.  Where the operator is asked about a name
 * that is taken, and he has approved it, he has been asked.
 */
static bool wants_unique_name(const struct granting *what, bool renewal)
{
	enum duplicate rule = what->profile->duplicate;

	return !renewal &&
	    (rule == DUPLICATE_REFUSE ||
		(rule == DUPLICATE_PENDING && !what->asked));
}

/*
 * Of a request that an operator approved is not recorded whose certificate has
 * signed it: where nobody vouched for that, nothing is looked up by its key.
 */
static bool may_be_presented(const struct authorisation *a)
{
	return authorised_by_trust(a->rule) || strcmp(a->rule, "operator") == 0;
}

/* record - in the books, with what is told of it */
static int record(struct ca *ca, const struct granting *what,
    struct grant *grant, enum grant_outcome *outcome,
    struct stored_cert *recorded, struct err *e)
{
	struct buf event = { 0 };
	int rc = -1;

	if (audit_granted(ca, grant->request, grant->cert, what->g->subject,
		&event, e) == 0) {
		grant->audit = audit_text(&event);
		rc = store_grant(ca->store, grant, outcome, recorded, e);
	}
	buf_release(&event);
	return rc;
}

static int grant_once(struct ca *ca, const struct granting *what,
    struct stored_request *r, struct stored_cert *cert,
    enum grant_outcome *outcome, struct err *e)
{
	const struct authorisation *a = what->a;
	bool renewal = r->renews.n != 0;
	struct stored_cert new = { .renews = r->renews }, recorded = { 0 };
	struct grant grant = {
		.request = r,
		.cert = &new,
		.challenge_mac = a->has_challenge ? a->challenge_mac : NULL,
		.approved = what->approved,
		.unique_name = wants_unique_name(what, renewal),
		.unique_key = !what->profile->key_reuse,
		.presented = may_be_presented(a),
		.one_name =
		    authorised_by_trust(a->rule) && !what->profile->key_reuse,
		.supersede = renewal && what->profile->supersede == 0,
		.now = r->decided_at,
	};
	int rc = -1;

	memcpy(new.trans_id, r->key.trans_id, sizeof(new.trans_id));
	memcpy(new.challenge_id, a->challenge_id, sizeof(new.challenge_id));
	memcpy(new.rule, a->rule, sizeof(new.rule));
	memcpy(new.profile, what->profile->name, sizeof(new.profile));
	/* where it was asked for, whoever makes it now and wherever */
	memcpy(new.endpoint, r->endpoint, sizeof(new.endpoint));
	memcpy(new.remote, r->remote, sizeof(new.remote));
	memcpy(new.name_hash, r->name_hash, sizeof(new.name_hash));
	if (issue_leaf(ca, a, what->profile, what->g, what->spki, r->decided_at,
		&new, e) != 0)
		return -1;
	r->serial = new.serial;
	if (record(ca, what, &grant, outcome, &recorded, e) == 0) {
		if (*outcome == GRANT_DONE) {
			*cert = new;
			new = (struct stored_cert){ 0 };
		} else if (*outcome == GRANT_ALREADY ||
		    *outcome == GRANT_KEY_TAKEN ||
		    *outcome == GRANT_PRESENTED) {
			*cert = recorded;
			recorded = (struct stored_cert){ 0 };
		}
		rc = 0;
	}
	stored_cert_release(&new);
	stored_cert_release(&recorded);
	return rc;
}

int grant_certificate(struct ca *ca, const struct granting *what,
    struct stored_request *r, struct stored_cert *cert,
    enum grant_outcome *outcome, struct err *e)
{
	struct buf none = { 0 };

	if (ca_store(ca, e) != 0)
		return -1;
	r->state = REQUEST_GRANTED;
	for (int i = 0; i < TRIES; i++) {
		struct stored_request closed = *r;

		closed.csr = none; /* what is granted keeps no CSR */
		if (grant_once(ca, what, &closed, cert, outcome, e) != 0)
			return -1;
		r->serial = closed.serial;
		if (*outcome != GRANT_SERIAL_TAKEN)
			return 0;
	}
	return err_set(e, ERR_CRYPTO,
	    "%d random serials in a row are taken; is the random generator "
	    "broken?",
	    TRIES);
}

enum refusal grant_refusal(enum grant_outcome taken,
    const struct stored_cert *other, char *detail, size_t size)
{
	char serial[2 * SERIAL_MAX + 1] = "";

	for (size_t i = 0; i < other->serial.n; i++)
		snprintf(serial + 2 * i, 3, "%02x", other->serial.b[i]);
	if (taken == GRANT_KEY_TAKEN) {
		snprintf(detail, size, "certificate %s has it", serial);
		return REFUSE_KEY_TAKEN;
	}
	snprintf(detail, size,
	    "certificate %s was got with the one that was presented, under "
	    "another subject",
	    serial);
	return REFUSE_TRUST_NAME;
}
