/*
 * store_request.c - what became of a request, and the commit that grants it.
 */
#include <string.h>

#include "txn.h"

bool request_is_same(
    const struct stored_request *a, const struct stored_request *b)
{
	return a->type == b->type &&
	    memcmp(a->csr_hash, b->csr_hash, sizeof(a->csr_hash)) == 0 &&
	    memcmp(a->signer_hash, b->signer_hash, sizeof(a->signer_hash)) == 0;
}

static int get_request(struct visit *v, const struct rec_key *key,
    struct stored_request *r, struct err *e)
{
	struct span value;

	if (txn_get(v, key, &value, e) != 0)
		return -1;
	return rec_get_request(rec_key_span(key), value, r, e);
}

/* A request and the certificate that it led to, which must be there. */
struct found {
	struct rec_key key;
	struct stored_request r;
	struct stored_cert c;
};

static int find(struct visit *v, void *arg, struct err *e)
{
	struct found *f = arg;

	if (get_request(v, &f->key, &f->r, e) != 0)
		return -1;
	if (f->r.state != REQUEST_GRANTED)
		return 0;
	if (txn_get_cert(v, &f->r.serial, &f->c, e) != 0) {
		if (e->kind == ERR_NOT_FOUND)
			err_set(e, ERR_STORE,
			    "granted request without its certificate");
		return -1;
	}
	return 0;
}

int store_request_find(struct store *st, const struct request_key *key,
    struct stored_request *r, struct stored_cert *c, struct err *e)
{
	struct found f = { .r.type = 0 };

	if (rec_key_request(key, &f.key, e) != 0 ||
	    visit_run(st, VISIT_READ, find, &f, e) != 0)
		return -1;
	*r = f.r;
	*c = f.c;
	return 0;
}

/* A grant with everything that can be made before the lock is had. */
struct grant_job {
	const struct grant *g;
	struct rec_key request_key, cert_key;
	struct buf request, cert; /* the values to record */
	enum grant_outcome outcome;
	struct stored_cert recorded;
};

static bool is_good(const struct stored_cert *c, int64_t now)
{
	return c->state == CERT_VALID && now <= c->not_after;
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
	struct found f = { .key = job->request_key };

	*settled = false;
	if (find(v, &f, e) != 0)
		return e->kind == ERR_NOT_FOUND ? 0 : -1;
	if (f.r.state != REQUEST_GRANTED || !request_is_same(&f.r, g->request))
		goto out;
	if (span_eq(buf_span(&f.c.der), buf_span(&g->cert->der))) {
		job->outcome = GRANT_DONE;
		*settled = true;
	} else if (is_good(&f.c, g->now)) {
		job->outcome = GRANT_ALREADY;
		*settled = true;
		job->recorded = f.c;
		return 0; /* handed over */
	}
out:
	stored_cert_release(&f.c);
	return 0;
}

/* use_challenge - *gone, or its record counts one more use */
static int use_challenge(
    struct visit *v, const struct grant *g, bool *gone, struct err *e)
{
	struct stored_challenge c;
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	*gone = true;
	if (txn_get_challenge(v, g->challenge_mac, &c, e) != 0)
		return e->kind == ERR_NOT_FOUND ? 0 : -1;
	if (challenge_state(&c, g->now) != CHALLENGE_GOOD)
		return 0;
	*gone = false;
	if (c.used < INT32_MAX) /* one without limit may go on for ever */
		c.used++;
	c.last_used_at = g->now;
	memcpy(c.last_key, g->request->key.key_hash, sizeof(c.last_key));
	rec_key_challenge(c.mac, &key);
	if (rec_put_challenge(&c, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

static int grant(struct visit *v, void *arg, struct err *e)
{
	struct grant_job *job = arg;
	const struct grant *g = job->g;
	bool settled, gone = false, added;

	if (look_back(v, job, &settled, e) != 0)
		return -1;
	if (!settled && g->challenge_mac != NULL &&
	    use_challenge(v, g, &gone, e) != 0)
		return -1;
	if (settled || gone) {
		if (gone)
			job->outcome = GRANT_CHALLENGE_GONE;
		v->undo = true;
		return 0;
	}
	if (txn_add(v, &job->cert_key, buf_span(&job->cert), &added, e) != 0)
		return -1;
	if (!added) {
		job->outcome = GRANT_SERIAL_TAKEN;
		v->undo = true; /* the challenge is unused again */
		return 0;
	}
	job->outcome = GRANT_DONE;
	return txn_put(v, &job->request_key, buf_span(&job->request), e);
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
	int rc = -1;

	if (check_grant(g, e) != 0 ||
	    rec_key_request(&g->request->key, &job.request_key, e) != 0 ||
	    rec_key_cert(&g->cert->serial, &job.cert_key, e) != 0 ||
	    rec_put_request(g->request, &job.request, e) != 0 ||
	    rec_put_cert(g->cert, &job.cert, e) != 0)
		goto out;
	if ((rc = visit_run(st, VISIT_WRITE, grant, &job, e)) != 0)
		goto out;
	*outcome = job.outcome;
	if (job.outcome == GRANT_ALREADY) {
		*recorded = job.recorded;
		job.recorded = (struct stored_cert){ .serial = { 0 } };
	}
out:
	stored_cert_release(&job.recorded);
	buf_release(&job.request);
	buf_release(&job.cert);
	return rc;
}
