/*
 * store_crl.c - which CRL was made last, and who makes the next one.
 */
#include "txn_audit.h"
#include "txn_cert.h"

enum { CLAIM_MAX = 3600 }; /* seconds */

static int get_state(struct visit *v, void *arg, struct err *e)
{
	return txn_get_crl(v, arg, e);
}

int store_crl_state(struct store *st, struct crl_state *s, struct err *e)
{
	struct rec_crl c;

	if (visit_run(st, VISIT_READ, get_state, &c, e) != 0)
		return -1;
	*s = (struct crl_state){ .number = c.number,
		.this_update = c.this_update,
		.next_update = c.next_update,
		.changed = c.changes != c.published,
		.claimed_until = c.claimed_until };
	return 0;
}

struct claim {
	int64_t now, until;
	int64_t number; /* of the run before, too: 0 if it claimed none */
	bool claimed;
};

static int claim(struct visit *v, void *arg, struct err *e)
{
	struct claim *job = arg;
	struct rec_crl c;

	if (txn_get_crl(v, &c, e) != 0)
		return -1;
	/* one that ends later than any may was made by a clock gone wrong */
	if (c.claimed_until > job->now &&
	    c.claimed_until <= job->now + CLAIM_MAX) {
		/* our own claim, whose commit was thought lost? */
		job->claimed = v->again && job->number != 0 &&
		    c.claimed_number == job->number;
		v->undo = true;
		return 0;
	}
	c.claimed_number =
	    c.claimed_number < job->now ? job->now : c.claimed_number + 1;
	c.claimed_until = job->until;
	c.claimed = c.changes;
	job->number = c.claimed_number;
	job->claimed = true;
	return txn_put_crl(v, &c, e);
}

int store_crl_claim(struct store *st, int64_t now, int seconds, int64_t *number,
    bool *claimed, struct err *e)
{
	struct claim job = { .now = now, .until = now + seconds };

	if (now <= 0 || seconds <= 0 || seconds > CLAIM_MAX)
		return err_set(e, ERR_INPUT,
		    "a CRL is claimed for 1 to %d seconds", (int)CLAIM_MAX);
	if (visit_run(st, VISIT_WRITE, claim, &job, e) != 0)
		return -1;
	*claimed = job.claimed;
	if (job.claimed)
		*number = job.number;
	return 0;
}

struct publication {
	int64_t number, this_update, next_update;
	const char *audit;
};

static int publish(struct visit *v, void *arg, struct err *e)
{
	const struct publication *p = arg;
	bool ours, newer;
	struct rec_crl c;

	if (txn_get_crl(v, &c, e) != 0)
		return -1;
	/*
	 * A claim that has run out may be another's by now.  What that one will
	 * hold back is not known of ours, so `published` is left as it is: one
	 * CRL too many, rather than a revocation that is in none.
	 */
	ours = c.claimed_number == p->number && c.claimed_until != 0;
	newer = p->this_update != 0 && p->number > c.number;
	v->undo = !ours && !newer;
	if (v->undo)
		return 0;
	if (newer) {
		c.number = p->number;
		c.this_update = p->this_update;
		c.next_update = p->next_update;
		if (ours)
			c.published = c.claimed;
		if (txn_audit(v, c.this_update, p->audit, e) != 0)
			return -1;
	}
	if (ours)
		c.claimed_until = 0;
	return txn_put_crl(v, &c, e);
}

int store_crl_done(struct store *st, int64_t number, int64_t this_update,
    int64_t next_update, const char *audit, struct err *e)
{
	struct publication p = { number, this_update, next_update, audit };

	return visit_run(st, VISIT_WRITE, publish, &p, e);
}
