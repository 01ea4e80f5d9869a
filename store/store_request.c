/*
 * store_request.c - what became of a request, and the commit that grants it.
 */
#include <string.h>

#include "txn_audit.h"
#include "txn_cert.h"
#include "txn_request.h"

void stored_request_release(struct stored_request *r)
{
	buf_release(&r->csr);
	*r = (struct stored_request){ .type = 0 };
}

bool request_is_same(
    const struct stored_request *a, const struct stored_request *b)
{
	return a->type == b->type &&
	    memcmp(a->csr_hash, b->csr_hash, sizeof(a->csr_hash)) == 0 &&
	    memcmp(a->signer_hash, b->signer_hash, sizeof(a->signer_hash)) == 0;
}

/* A request and the certificate that it led to, which must be there. */
struct found {
	const struct request_key *key;
	struct stored_request r;
	struct stored_cert c;
};

static int find(struct visit *v, void *arg, struct err *e)
{
	struct found *f = arg;

	return txn_get_outcome(v, f->key, &f->r, &f->c, e);
}

int store_request_find(struct store *st, const struct request_key *key,
    struct stored_request *r, struct stored_cert *c, struct err *e)
{
	struct found f = { .key = key };

	if (visit_run(st, VISIT_READ, find, &f, e) != 0)
		return -1;
	*r = f.r;
	*c = f.c;
	return 0;
}

struct grant_job {
	const struct grant *g;
	struct stored_request request; /* to be recorded; owns nothing */
	struct stored_request old;     /* under its key, if have_old */
	bool have_old;
	enum grant_outcome outcome;
	struct stored_cert recorded;
};

static void release_job(struct grant_job *job)
{
	stored_request_release(&job->old);
	stored_cert_release(&job->recorded);
	job->have_old = false;
}

/*
 * look_back - *settled if the transaction under this key needs no grant: it
 * had the same one already.  Our own certificate there is a commit that was
 * reported as failed, or repeated by the caller.
 */
static int look_back(
    struct visit *v, struct grant_job *job, bool *settled, struct err *e)
{
	const struct grant *g = job->g;
	struct stored_cert c;
	struct err why;

	release_job(job);
	*settled = false;
	if (txn_get_outcome(v, &g->request->key, &job->old, &c, &why) != 0) {
		if (why.kind == ERR_NOT_FOUND)
			return 0;
		*e = why;
		return -1;
	}
	job->have_old = true;
	if (job->old.state != REQUEST_GRANTED ||
	    !request_is_same(&job->old, g->request))
		goto out;
	if (span_eq(buf_span(&c.der), buf_span(&g->cert->der))) {
		job->outcome = GRANT_DONE;
		*settled = true;
	} else if (cert_is_good(&c, g->now)) {
		job->outcome = GRANT_ALREADY;
		*settled = true;
		job->recorded = c;
		return 0; /* handed over */
	}
out:
	stored_cert_release(&c);
	return 0;
}

static bool is_approvable(const struct grant_job *job)
{
	const struct stored_request *old = &job->old, *r = job->g->request;

	return job->have_old && old->state == REQUEST_APPROVED &&
	    memcmp(old->csr_hash, r->csr_hash, sizeof(r->csr_hash)) == 0;
}

/* presented_claim - this name, for the key of the certificate presented */
static struct key_claim presented_claim(const struct grant *g)
{
	return (struct key_claim){
		.key_hash = g->request->key.key_hash,
		.name_hash = g->cert->name_hash,
		.now = g->now,
	};
}

/* may_record - is there anything against it?  *no then says what. */
static int may_record(struct visit *v, struct grant_job *job,
    enum grant_outcome *no, struct err *e)
{
	const struct grant *g = job->g;
	const struct key_claim key = {
		.key_hash = g->cert->key_hash,
		.name_hash = g->cert->name_hash,
		.renews = &g->cert->renews,
		.now = g->now,
	};
	const struct key_claim presented = presented_claim(g);
	size_t namesakes = 0;
	bool gone = false, taken = false;

	*no = GRANT_DONE;
	if (g->approved && !is_approvable(job)) {
		*no = GRANT_NOT_OPEN;
		return 0;
	}
	if (g->unique_name &&
	    txn_count_named(v, g->cert->name_hash, g->now, &g->cert->renews, 1,
		&namesakes, e) != 0)
		return -1;
	if (namesakes > 0) {
		*no = GRANT_NAME_TAKEN;
		return 0;
	}
	if (g->unique_key &&
	    txn_key_elsewhere(v, &key, &taken, &job->recorded, e) != 0)
		return -1;
	if (taken) {
		*no = GRANT_KEY_TAKEN;
		return 0;
	}
	if (g->presented && g->one_name &&
	    txn_presented_elsewhere(v, &presented, &taken, &job->recorded, e) !=
		0)
		return -1;
	if (taken) {
		*no = GRANT_PRESENTED;
		return 0;
	}
	if (g->challenge_mac != NULL &&
	    txn_use_challenge(
		v, g->challenge_mac, g->request, g->now, &gone, e) != 0)
		return -1;
	if (gone)
		*no = GRANT_CHALLENGE_GONE;
	return 0;
}

/* tell_superseded - nobody but this transaction knows that it happens */
static int tell_superseded(
    struct visit *v, const struct grant *g, struct err *e)
{
	const struct serial *new = &g->cert->serial, *old = &g->cert->renews;
	struct buf event = { 0 };
	int rc = -1;

	if (g->audit == NULL)
		return 0;
	if (buf_put(&event, SPAN_LIT("revoked serial="), e) == 0 &&
	    hex_put(&event, (struct span){ old->b, old->n }, e) == 0 &&
	    buf_put(&event, SPAN_LIT(" reason=superseded renewed_by="), e) ==
		0 &&
	    hex_put(&event, (struct span){ new->b, new->n }, e) == 0 &&
	    buf_put(&event, (struct span){ (const uint8_t *)"", 1 }, e) == 0)
		rc = txn_audit(v, g->now, (const char *)event.p, e);
	buf_release(&event);
	return rc;
}

/* supersede - the certificate that this one replaces, unless it is unknown */
static int supersede(struct visit *v, const struct grant *g, struct err *e)
{
	enum revoke_outcome outcome;
	struct stored_cert c;
	struct err why;

	if (!g->supersede || g->cert->renews.n == 0)
		return 0;
	if (txn_revoke(v, &g->cert->renews, REASON_SUPERSEDED, g->now, &outcome,
		&c, &why) == 0) {
		stored_cert_release(&c);
		return outcome == REVOKE_DONE ? tell_superseded(v, g, e) : 0;
	}
	if (why.kind == ERR_NOT_FOUND)
		return 0;
	*e = why;
	return -1;
}

/* What is recorded of the request: where it came from is known already. */
static void make_record(struct grant_job *job)
{
	struct stored_request *r = &job->request;
	const struct stored_request *old = &job->old;

	*r = *job->g->request;
	r->csr = (struct buf){ 0 }; /* borrowed, and not needed any more */
	r->expires_at = 0;
	if (!job->g->approved)
		return;
	r->created_at = old->created_at;
	if (old->state == REQUEST_APPROVED) /* R148: when that was */
		r->decided_at = old->decided_at;
	memcpy(r->remote, old->remote, sizeof(r->remote));
	memcpy(r->endpoint, old->endpoint, sizeof(r->endpoint));
	memcpy(r->challenge_id, old->challenge_id, sizeof(r->challenge_id));
}

/*
 * remember - what was got with the certificate presented.  A second name that is
 * allowed takes not the place of a first one that has certificates still.
 */
static int remember(struct visit *v, const struct grant *g, struct err *e)
{
	const struct key_claim claim = presented_claim(g);
	struct stored_cert first = { .der = { 0 } };
	bool found = false;

	if (!g->presented)
		return 0;
	if (!g->one_name &&
	    txn_presented_elsewhere(v, &claim, &found, &first, e) != 0)
		return -1;
	if (found) {
		stored_cert_release(&first);
		return 0;
	}
	return txn_put_presented(v, claim.key_hash, &g->cert->serial, e);
}

static int grant(struct visit *v, void *arg, struct err *e)
{
	struct grant_job *job = arg;
	bool settled, added;

	if (look_back(v, job, &settled, e) != 0)
		return -1;
	if (!settled) {
		if (may_record(v, job, &job->outcome, e) != 0)
			return -1;
		settled = job->outcome != GRANT_DONE;
	}
	if (settled) {
		v->undo = true;
		return 0;
	}
	if (txn_add_cert(v, job->g->cert, &added, e) != 0)
		return -1;
	if (!added) {
		job->outcome = GRANT_SERIAL_TAKEN;
		v->undo = true; /* the challenge is unused again */
		return 0;
	}
	make_record(job);
	if (remember(v, job->g, e) != 0 ||
	    txn_audit(v, job->g->now, job->g->audit, e) != 0 ||
	    supersede(v, job->g, e) != 0)
		return -1;
	return txn_put_request(
	    v, job->have_old ? &job->old : NULL, &job->request, e);
}

/* What would make two records that do not belong together. */
static int check_grant(const struct grant *g, struct err *e)
{
	const struct serial *a = &g->request->serial, *b = &g->cert->serial;

	if (g->request->state != REQUEST_GRANTED)
		return err_set(e, ERR_INPUT, "grant: request is not granted");
	if (a->n != b->n || a->n > SERIAL_MAX || memcmp(a->b, b->b, a->n) != 0)
		return err_set(e, ERR_INPUT,
		    "grant: request and certificate differ in the serial");
	if (strncmp(g->request->key.trans_id, g->cert->trans_id,
		sizeof(g->cert->trans_id)) != 0)
		return err_set(e, ERR_INPUT,
		    "grant: request and certificate differ in the "
		    "transactionID");
	return 0;
}

int store_grant(struct store *st, const struct grant *g,
    enum grant_outcome *outcome, struct stored_cert *recorded, struct err *e)
{
	struct grant_job job = { .g = g };
	int rc;

	if (check_grant(g, e) != 0)
		return -1;
	if ((rc = visit_run(st, VISIT_WRITE, grant, &job, e)) == 0) {
		*outcome = job.outcome;
		if (job.outcome == GRANT_ALREADY ||
		    job.outcome == GRANT_KEY_TAKEN ||
		    job.outcome == GRANT_PRESENTED) {
			*recorded = job.recorded;
			job.recorded = (struct stored_cert){ .der = { 0 } };
		}
	}
	release_job(&job);
	return rc;
}
