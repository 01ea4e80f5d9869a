#include "pending.h"

#include <stdio.h>
#include <string.h>

#include "grant.h"
#include "name_match.h"
#include "renewal.h"

enum { PAGE = 32 };

/* A request that waited, once more, with the policy of today. */
struct waited {
	struct csr csr;
	struct stored_cert old; /* that it renews */
	struct cert_view view;
	struct grantable g;
	const struct profile *profile;
	struct profile other;
};

static void release_waited(struct waited *w)
{
	grantable_release(&w->g);
	stored_cert_release(&w->old);
	csr_release(&w->csr);
}

static int find_old(struct ca *ca, const struct stored_request *r,
    struct waited *w, struct span *had, struct err *e)
{
	if (store_cert_find(ca->store, &r->renews, &w->old, e) != 0)
		return e->kind == ERR_NOT_FOUND
		    ? err_set(e, ERR_STORE,
			  "the certificate that a request renews is gone")
		    : -1;
	return cert_parse(buf_span(&w->old.der), &w->view, e) != 0
	    ? -1
	    : renewal_had(&w->view, had, e);
}

/*
 * Fills *w, to be released in any case.  The old certificate of a renewal must
 * not have been revoked meanwhile, and the new one has its names.
 */
static int judge(struct ca *ca, const struct stored_request *r,
    const struct alg_policy *algs, struct waited *w, enum refusal *why,
    char *detail, size_t detail_size, struct err *e)
{
	struct span had = { 0 };

	if (ca_profile(ca, r->profile, &w->other, &w->profile, e) != 0)
		return -1;
	if (csr_parse(buf_span(&r->csr), &w->csr, e) != 0)
		return err_prefix(e, "a request that waits");
	if (r->renews.n != 0 && find_old(ca, r, w, &had, e) != 0)
		return -1;
	if (policy_decide(&w->csr, had, w->profile, algs, &w->g, why, detail,
		detail_size, e) != 0)
		return -1;
	if (*why != REFUSE_NONE || r->renews.n == 0)
		return 0;
	if (renewal_names(&w->view, &w->g, why, e) != 0)
		return -1;
	if (w->old.state != CERT_VALID)
		*why = REFUSE_SIGNER_REVOKED;
	return 0;
}

int pending_judge(struct ca *ca, const struct stored_request *r,
    enum refusal *why, char *detail, size_t detail_size, struct err *e)
{
	struct waited w = { .profile = NULL };
	int rc = -1;

	if (ca_store(ca, e) == 0)
		rc = judge(ca, r, &ca->conf.endpoint.algs, &w, why, detail,
		    detail_size, e);
	release_waited(&w);
	return rc;
}

static int issue(struct ca *ca, const struct csr *csr,
    const struct profile *profile, const struct grantable *g,
    struct stored_request *r, struct stored_cert *cert, enum refusal *why,
    char *detail, size_t detail_size, struct err *e)
{
	struct authorisation a;
	struct granting what = {
		.a = &a,
		.profile = profile,
		.g = g,
		.spki = csr->spki,
		.approved = true,
		.asked = r->rule[0] == '\0',
	};
	enum grant_outcome outcome;

	authorise_approved(r, &a);
	if (grant_certificate(ca, &what, r, cert, &outcome, e) != 0)
		return -1;
	if (outcome == GRANT_NOT_OPEN) /* the operator changed his mind */
		*why = REFUSE_REJECTED;
	else if (outcome == GRANT_NAME_TAKEN) /* since it came (R143) */
		*why = REFUSE_DUPLICATE;
	else if (outcome == GRANT_KEY_TAKEN || outcome == GRANT_PRESENTED) {
		*why = grant_refusal(outcome, cert, detail, detail_size);
		stored_cert_release(cert);
	} else if (outcome != GRANT_DONE && outcome != GRANT_ALREADY)
		return err_set(e, ERR_STORE,
		    "an approved request cannot be granted (%d)", (int)outcome);
	return 0;
}

int pending_issue(struct ca *ca, const struct stored_request *r, int64_t now,
    struct stored_cert *cert, enum refusal *why, char *detail,
    size_t detail_size, struct err *e)
{
	/* what its endpoint takes was asked when it came */
	static const struct alg_policy any = { .worst = ALG_OBSOLETE };
	struct stored_request mine = *r;
	struct waited w = { .profile = NULL };
	int rc = -1;

	if (ca_issue_key(ca, e) != 0 || ca_store(ca, e) != 0)
		return -1;
	mine.decided_at = now;
	if (judge(ca, r, &any, &w, why, detail, detail_size, e) != 0)
		goto out;
	/* the profile may add another name than when the request came */
	if (*why == REFUSE_NONE &&
	    name_hash_granted(w.g.subject, w.g.san, mine.name_hash, e) != 0)
		goto out;
	rc = *why == REFUSE_NONE ? issue(ca, &w.csr, w.profile, &w.g, &mine,
				       cert, why, detail, detail_size, e)
				 : 0;
out:
	release_waited(&w);
	return rc;
}

static int issue_page(struct ca *ca, struct stored_request *page, size_t n,
    int64_t now,
    void (*done)(
	const struct stored_request *r, const struct stored_cert *c, void *arg),
    void *arg, size_t *issued, size_t *left, struct err *e)
{
	char detail[256];

	for (size_t i = 0; i < n; i++) {
		struct stored_cert cert = { 0 };
		enum refusal why;

		if (page[i].state != REQUEST_APPROVED)
			continue;
		if (pending_issue(ca, &page[i], now, &cert, &why, detail,
			sizeof(detail), e) != 0) {
			/* unreadable, or its profile is gone: one of many */
			if (e->kind != ERR_INPUT && e->kind != ERR_ALG &&
			    e->kind != ERR_CONF)
				return -1;
			why = REFUSE_SUBJECT;
		}
		if (why == REFUSE_NONE && done != NULL)
			done(&page[i], &cert, arg);
		stored_cert_release(&cert);
		if (why == REFUSE_NONE)
			++*issued;
		else
			++*left;
	}
	return 0;
}

int pending_issue_all(struct ca *ca, int64_t now,
    void (*done)(
	const struct stored_request *r, const struct stored_cert *c, void *arg),
    void *arg, size_t *issued, size_t *left, struct err *e)
{
	struct stored_request page[PAGE];
	struct pending_after after;
	bool first = true;
	size_t n;
	int rc = 0;

	*issued = *left = 0;
	if (ca_issue_key(ca, e) != 0 || ca_store(ca, e) != 0)
		return -1;
	do {
		if (store_pending_page(ca->store, first ? NULL : &after, page,
			PAGE, &n, e) != 0)
			return -1;
		if (n > 0)
			after = (struct pending_after){ page[n - 1].created_at,
				page[n - 1].key };
		first = false;
		rc = issue_page(ca, page, n, now, done, arg, issued, left, e);
		for (size_t i = 0; i < n; i++)
			stored_request_release(&page[i]);
	} while (rc == 0 && n == PAGE);
	return rc;
}
