#include "transaction.h"

#include <stdio.h>
#include <string.h>

#include "asked.h"
#include "name_match.h"
#include "pending.h"

/* The signer's key and his transactionID: nobody takes another's (T-15). */
static int key_of(
    const struct scep_msg *m, struct request_key *key, struct err *e)
{
	memcpy(key->trans_id, m->attrs.trans_id, sizeof(key->trans_id));
	return sha256_of(m->cms.signer.spki, key->key_hash, e);
}

int transaction_describe(const struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, const struct csr *csr, const struct signer *who,
    struct stored_request *r, struct err *e)
{
	struct stored_request new = {
		.type = (uint8_t)m->attrs.type,
		.created_at = f->now,
		.decided_at = f->now,
	};

	if (key_of(m, &new.key, e) != 0 ||
	    sha256_of(m->cms.signer.der, new.signer_hash, e) != 0 ||
	    sha256_of(csr->der, new.csr_hash, e) != 0 ||
	    name_hash(csr->subject, new.name_hash, e) != 0)
		return -1;
	if (who->kind == SIGNER_OURS)
		new.renews = who->cert.serial;
	snprintf(new.remote, sizeof(new.remote), "%s",
	    f->remote != NULL ? f->remote : "");
	snprintf(
	    new.endpoint, sizeof(new.endpoint), "%s", ca->conf.endpoint.name);
	*r = new;
	return 0;
}

/* The operator may be slower than the request can wait. */
static bool is_overdue(const struct stored_request *r, int64_t now)
{
	return r->state == REQUEST_PENDING && r->expires_at != 0 &&
	    now >= r->expires_at;
}

static bool is_renewal_of_same(
    const struct stored_request *a, const struct stored_request *b)
{
	return a->renews.n == b->renews.n &&
	    memcmp(a->renews.b, b->renews.b, a->renews.n) == 0;
}

/*
 * An approved request gets its certificate here, if this process may use the
 * key of the CA; else it goes on waiting.
 */
static int issue_approved(struct ca *ca, const struct stored_request *r,
    int64_t now, struct pki_outcome *o, struct pki_event *ev, struct err *e)
{
	struct stored_cert cert = { 0 };
	enum refusal why;

	if (ca->conf.offline) {
		o->status = SCEP_PENDING;
		snprintf(ev->detail, sizeof(ev->detail),
		    "approved; waits for scepca maintain");
		return 0;
	}
	if (pending_issue(ca, r, now, &cert, &why, ev->detail,
		sizeof(ev->detail), e) != 0)
		return -1;
	if (why != REFUSE_NONE)
		pki_refuse(o, why);
	else
		pki_grant(o, &cert);
	return 0;
}

/* What the record says.  Takes what *c owns. */
static int answer(struct ca *ca, const struct stored_request *r,
    struct stored_cert *c, int64_t now, struct pki_outcome *o,
    struct pki_event *ev, struct err *e)
{
	switch (r->state) {
	case REQUEST_PENDING:
		if (is_overdue(r, now))
			pki_refuse(o, REFUSE_EXPIRED);
		else
			o->status = SCEP_PENDING;
		return 0;
	case REQUEST_APPROVED:
		return issue_approved(ca, r, now, o, ev, e);
	case REQUEST_GRANTED:
		ev->repeated = c->state == CERT_VALID && now <= c->not_after;
		if (c->state != CERT_VALID)
			pki_refuse(o, REFUSE_REVOKED); /* T-14 */
		else if (now > c->not_after)
			pki_refuse(o, REFUSE_NO_REQUEST);
		else
			pki_grant(o, c);
		return 0;
	case REQUEST_REJECTED:
		snprintf(ev->detail, sizeof(ev->detail), "%s", r->reason);
		pki_refuse(o, REFUSE_REJECTED);
		return 0;
	case REQUEST_EXPIRED:
		break;
	}
	pki_refuse(o, REFUSE_EXPIRED);
	return 0;
}

/* find - *found; release both in any case */
static int find(struct ca *ca, const struct request_key *key,
    struct stored_request *r, struct stored_cert *c, bool *found, struct err *e)
{
	struct err lookup;

	*found = false;
	if (ca_store(ca, e) != 0)
		return -1;
	if (store_request_find(ca->store, key, r, c, &lookup) == 0)
		*found = true;
	else if (lookup.kind != ERR_NOT_FOUND)
		return err_set(e, lookup.kind, "%s", lookup.text);
	return 0;
}

/*
 * Is the waiting request `old` asked for once more?  Whoever now has a challenge
 * need not wait.
 */
static bool is_open_same(const struct stored_request *old,
    const struct stored_request *r, const struct csr *csr, int64_t now)
{
	if (is_overdue(old, now) || !is_renewal_of_same(old, r))
		return false;
	return memcmp(old->csr_hash, r->csr_hash, sizeof(r->csr_hash)) == 0 ||
	    (!csr->has_challenge && asked_same(buf_span(&old->csr), csr));
}

/*
 * The operator's word became a certificate before the requester came back for
 * it, with another CSR that asks for the same.
 */
static bool is_awaited(const struct stored_request *old,
    const struct stored_cert *had, const struct stored_request *r,
    const struct csr *csr)
{
	return old->state == REQUEST_GRANTED && had->challenge_id[0] == '\0' &&
	    r->renews.n == 0 && old->renews.n == 0 &&
	    had->state == CERT_VALID && had->delivered_at == 0 &&
	    asked_granted(buf_span(&had->der), csr);
}

/*
 * T-21: what waits for the operator, or was rejected by him, is so under the
 * rules of the URL where it was asked for.  Another one decides anew; if it has
 * to wait there, too, store_pend leaves it as it is.
 */
static bool is_of_other_endpoint(
    const struct stored_request *old, const struct stored_request *r)
{
	return (old->state == REQUEST_PENDING ||
		   old->state == REQUEST_REJECTED) &&
	    old->endpoint[0] != '\0' && strcmp(old->endpoint, r->endpoint) != 0;
}

/* Is `r` the request that is recorded as `old`, and is that still of use? */
static bool is_known(const struct stored_request *old,
    const struct stored_cert *had, const struct stored_request *r,
    const struct csr *csr, int64_t now)
{
	if (is_of_other_endpoint(old, r))
		return false;
	if (request_is_open(old)) /* field-notes.md, decision 7 */
		return is_open_same(old, r, csr, now);
	if (old->state == REQUEST_EXPIRED ||
	    (!request_is_same(old, r) && !is_awaited(old, had, r, csr)))
		return false;
	return old->state != REQUEST_GRANTED || had->state != CERT_VALID ||
	    now <= had->not_after;
}

int transaction_recall(struct ca *ca, const struct stored_request *r,
    const struct csr *csr, int64_t now, struct pki_outcome *o,
    struct pki_event *ev, bool *known, struct err *e)
{
	struct stored_request old = { 0 };
	struct stored_cert had = { 0 };
	int rc = find(ca, &r->key, &old, &had, known, e);

	if (rc == 0 && *known) {
		*known = is_known(&old, &had, r, csr, now);
		if (*known)
			rc = answer(ca, &old, &had, now, o, ev, e);
	}
	stored_request_release(&old);
	stored_cert_release(&had);
	return rc;
}

int transaction_poll(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_outcome *o, struct pki_event *ev,
    struct err *e)
{
	struct request_key key = { .trans_id = "" };
	struct stored_request r = { 0 };
	struct stored_cert cert = { 0 };
	bool found;
	int rc = -1;

	if (key_of(m, &key, e) == 0 &&
	    (rc = find(ca, &key, &r, &cert, &found, e)) == 0) {
		if (found)
			rc = answer(ca, &r, &cert, f->now, o, ev, e);
		else
			pki_refuse(o, REFUSE_NO_REQUEST);
	}
	stored_request_release(&r);
	stored_cert_release(&cert);
	return rc;
}
