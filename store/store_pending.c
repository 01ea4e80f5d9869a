/*
 * store_pending.c - a request begins to wait, and the operator's word ends it.
 */
#include <string.h>

#include "txn_audit.h"
#include "txn_request.h"

/* Overdue ones that one visit sweeps away; there may be thousands. */
enum { EXPIRE_AT_ONCE = 64 };

/* What a run of work found or did; `wrote` is of the run before. */
struct pend_job {
	const struct pend *p;
	struct stored_request request; /* to be recorded; borrows its CSR */
	struct stored_request old;     /* under its key, if have_old */
	bool have_old;
	bool wrote; /* a run came as far as its commit */
	enum pend_outcome outcome;
};

static int look_back(struct visit *v, struct pend_job *job, struct err *e)
{
	struct err why;

	stored_request_release(&job->old);
	job->have_old =
	    txn_get_request(v, &job->request.key, &job->old, &why) == 0;
	if (!job->have_old && why.kind != ERR_NOT_FOUND) {
		*e = why;
		return -1;
	}
	return 0;
}

/* Is the old one open, so that ours takes its place and no other? */
static size_t place_of_old(const struct pend_job *job, const char *remote)
{
	return job->have_old && request_is_open(&job->old) &&
	    (remote == NULL || strcmp(job->old.remote, remote) == 0);
}

/*
 * room_in_all - *full, or there is room among all that are open; *swept if
 * overdue ones have expired for it.
 */
static int room_in_all(struct visit *v, const struct pend_job *job, bool *full,
    bool *swept, struct err *e)
{
	struct rec_open open;
	size_t n = 0, count;

	*full = false;
	if (job->p->max == 0)
		return 0;
	if (txn_count_open(v, &open, e) != 0)
		return -1;
	count = (size_t)open.count - place_of_old(job, NULL);
	if (count < job->p->max)
		return 0;
	if (txn_expire(v, job->p->now, EXPIRE_AT_ONCE, &n, e) != 0)
		return -1;
	*swept = *swept || n > 0;
	*full = count - n >= job->p->max;
	return 0;
}

/*
 * room_at_remote - the same among those of one address.  One entry after the
 * other: few more than the limit are looked at, however many there are.
 */
static int room_at_remote(struct visit *v, const struct pend_job *job,
    bool *full, bool *swept, struct err *e)
{
	const struct pend *p = job->p;
	const char *remote = job->request.remote;
	struct rec_key prefix, from, entry;
	struct stored_request r;
	struct request_key rk;
	size_t looked = 0, count = 0;
	bool found;
	int rc = 0;

	*full = false;
	if (p->max_per_remote == 0)
		return 0;
	if (rec_key_address(remote, NULL, &prefix, e) != 0)
		return -1;
	for (from = prefix; count <= p->max_per_remote; looked++) {
		*full = looked >= p->max_per_remote + EXPIRE_AT_ONCE;
		if (*full)
			return 0;
		if (txn_first_entry(
			v, &prefix, &from, &entry, &rk, &found, e) != 0)
			return -1;
		if (!found)
			break;
		if (txn_follow(v, &rk, &r, e) != 0)
			return -1;
		if (request_is_overdue(&r, p->now)) {
			rc = txn_close_request(
			    v, &r, REQUEST_EXPIRED, p->now, e);
			*swept = true;
		} else {
			count++;
		}
		stored_request_release(&r);
		if (rc != 0)
			return -1;
		from = entry;
		from.b[from.n++] = 0; /* the next key there can be */
	}
	*full = count - place_of_old(job, remote) >= p->max_per_remote;
	return 0;
}

static bool is_open_already(const struct pend_job *job)
{
	const struct stored_request *old = &job->old;

	return job->have_old && request_is_open(old) &&
	    !request_is_overdue(old, job->p->now) &&
	    memcmp(old->csr_hash, job->request.csr_hash,
		sizeof(old->csr_hash)) == 0;
}

static int pend(struct visit *v, void *arg, struct err *e)
{
	struct pend_job *job = arg;
	const struct pend *p = job->p;
	bool full, gone = false, swept = false;

	if (look_back(v, job, e) != 0)
		return -1;
	if (is_open_already(job)) {
		/* the lock was ours in between: nobody else has put it there */
		job->outcome =
		    v->again && job->wrote ? PEND_DONE : PEND_ALREADY;
		v->undo = true;
		return 0;
	}
	if (job->have_old && request_is_overdue(&job->old, p->now)) {
		if (txn_close_request(
			v, &job->old, REQUEST_EXPIRED, p->now, e) != 0)
			return -1;
		swept = true;
	}
	job->outcome = PEND_FULL;
	if (room_in_all(v, job, &full, &swept, e) != 0)
		return -1;
	if (!full) {
		job->outcome = PEND_FULL_REMOTE;
		if (room_at_remote(v, job, &full, &swept, e) != 0)
			return -1;
	}
	if (full) { /* what has expired, has: the next one has less to do */
		v->undo = !swept;
		return 0;
	}
	if (p->challenge_mac != NULL &&
	    txn_use_challenge(
		v, p->challenge_mac, &job->request, p->now, &gone, e) != 0)
		return -1;
	if (gone) {
		job->outcome = PEND_CHALLENGE_GONE;
		v->undo = true;
		return 0;
	}
	job->outcome = PEND_DONE;
	job->wrote = true;
	return txn_put_request(
	    v, job->have_old ? &job->old : NULL, &job->request, e);
}

int store_pend(struct store *st, const struct pend *p,
    enum pend_outcome *outcome, struct err *e)
{
	struct pend_job job = { .p = p, .request = *p->request };
	int rc;

	if (!request_is_open(p->request))
		return err_set(e, ERR_INPUT,
		    "a request that waits is pending or approved");
	if (p->request->state == REQUEST_APPROVED)
		job.request.expires_at = 0;
	rc = visit_run(st, VISIT_WRITE, pend, &job, e);
	stored_request_release(&job.old);
	if (rc == 0)
		*outcome = job.outcome;
	return rc;
}

struct decision {
	const struct request_key *key;
	const uint8_t *csr_hash; /* NULL: any */
	enum request_state state;
	const char *reason;
	int64_t now;
	const char *audit;
	bool wrote, decided;
	struct stored_request r;
};

static bool may_become(const struct stored_request *r, enum request_state state)
{
	return r->state == REQUEST_PENDING ||
	    (r->state == REQUEST_APPROVED && state == REQUEST_REJECTED);
}

static bool is_this_csr(const struct decision *d)
{
	return d->csr_hash == NULL ||
	    memcmp(d->csr_hash, d->r.csr_hash, sizeof(d->r.csr_hash)) == 0;
}

static int decide(struct visit *v, void *arg, struct err *e)
{
	struct decision *d = arg;

	stored_request_release(&d->r);
	d->decided = false;
	if (txn_get_request(v, d->key, &d->r, e) != 0)
		return -1;
	if (request_is_overdue(&d->r, d->now))
		return txn_close_request(v, &d->r, REQUEST_EXPIRED, d->now, e);
	if (!is_this_csr(d) || !may_become(&d->r, d->state)) {
		/* our own decision, whose commit was thought lost? */
		d->decided = v->again && d->wrote && d->r.state == d->state;
		v->undo = true;
		return 0;
	}
	if (d->state == REQUEST_REJECTED)
		memcpy(d->r.reason, d->reason, strlen(d->reason) + 1);
	d->decided = d->wrote = true;
	if (txn_audit(v, d->now, d->audit, e) != 0)
		return -1;
	return txn_close_request(v, &d->r, d->state, d->now, e);
}

int store_decide(struct store *st, const struct request_key *key,
    const uint8_t *csr_hash, bool approve, const char *reason, int64_t now,
    const char *audit, bool *decided, struct stored_request *r, struct err *e)
{
	struct decision d = { .key = key,
		.csr_hash = csr_hash,
		.state = approve ? REQUEST_APPROVED : REQUEST_REJECTED,
		.reason = reason != NULL ? reason : "",
		.now = now,
		.audit = audit };

	if (strlen(d.reason) >= sizeof(d.r.reason))
		return err_set(e, ERR_INPUT,
		    "reason of %zu octets: give at most %zu", strlen(d.reason),
		    sizeof(d.r.reason) - 1);
	if (visit_run(st, VISIT_WRITE, decide, &d, e) != 0) {
		stored_request_release(&d.r);
		return -1;
	}
	*decided = d.decided;
	*r = d.r;
	return 0;
}
