/*
 * store_revoke.c - a certificate is revoked, held or let go.
 */
#include "page.h"
#include "txn_audit.h"
#include "txn_cert.h"

struct revoke_job {
	const struct serial *serial;
	enum crl_reason reason;
	int64_t now;
	const char *audit;
	bool wrote; /* a run came as far as its commit */
	enum revoke_outcome outcome;
	struct stored_cert c;
};

static int change_state(struct visit *v, void *arg, struct err *e)
{
	struct revoke_job *job = arg;
	enum revoke_outcome outcome;

	stored_cert_release(&job->c);
	if (txn_revoke(v, job->serial, job->reason, job->now, &outcome, &job->c,
		e) != 0)
		return -1;
	if (outcome == REVOKE_DONE) {
		if (txn_audit(v, job->now, job->audit, e) != 0)
			return -1;
		job->wrote = true;
	} else {
		/* the lock was ours in between: it was our own lost commit */
		if (v->again && job->wrote)
			outcome = REVOKE_DONE;
		v->undo = true;
	}
	job->outcome = outcome;
	return 0;
}

static bool is_reason(enum crl_reason reason)
{
	return reason >= REASON_UNSPECIFIED && reason <= REASON_AA_COMPROMISE &&
	    reason != 7; /* not used (RFC 5280, 5.3.1) */
}

int store_revoke(struct store *st, const struct serial *serial,
    enum crl_reason reason, int64_t now, const char *audit,
    enum revoke_outcome *outcome, struct stored_cert *c, struct err *e)
{
	struct revoke_job job = {
		.serial = serial, .reason = reason, .now = now, .audit = audit
	};

	if (!is_reason(reason))
		return err_set(e, ERR_INPUT,
		    "%d is no reason for a revocation (RFC 5280, 5.3.1)",
		    (int)reason);
	if (visit_run(st, VISIT_WRITE, change_state, &job, e) != 0) {
		stored_cert_release(&job.c);
		return -1;
	}
	*outcome = job.outcome;
	*c = job.c;
	return 0;
}

static int read_revoked(struct visit *v, const struct txn_scan *s, void *items,
    size_t i, struct err *e)
{
	(void)v;
	return rec_get_revoked(
	    s->key, s->value, (struct revoked *)items + i, e);
}

int store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e)
{
	struct page p = { .kind = REC_REVOKED,
		.items = page,
		.max = max,
		.read = read_revoked };

	rec_key_first(REC_REVOKED, &p.after);
	if (after != NULL && rec_key_revoked(after, &p.after, e) != 0)
		return -1;
	return page_run(st, &p, n, e);
}
