#include "renewal.h"

#include <stdio.h>
#include <string.h>

#include "der.h"
#include "name_match.h"

/* T-21: an endpoint is no way round the rules of another one. */
static bool is_of_here(const struct endpoint *rules, const char *endpoint)
{
	return endpoint[0] == '\0' || strcmp(endpoint, rules->name) == 0 ||
	    words_has(&rules->renewal_of, endpoint) ||
	    words_has(&rules->renewal_of, "*");
}

static enum refusal judge_standing(const struct endpoint *rules,
    const struct stored_cert *c, int64_t now, char *detail, size_t size)
{
	if (c->state != CERT_VALID) {
		snprintf(detail, size, "reason %u, %lld seconds ago",
		    (unsigned)c->reason, (long long)(now - c->revoked_at));
		return REFUSE_SIGNER_REVOKED;
	}
	if (!is_of_here(rules, c->endpoint)) {
		snprintf(detail, size, "it is of the endpoint %s", c->endpoint);
		return REFUSE_RENEWAL_ENDPOINT;
	}
	if (now < c->not_before) {
		snprintf(detail, size, "not valid for another %lld seconds",
		    (long long)(c->not_before - now));
		return REFUSE_SIGNER_EXPIRED;
	}
	if (now - c->not_after > rules->renewal_grace) {
		snprintf(detail, size, "ended %lld seconds ago",
		    (long long)(now - c->not_after));
		return REFUSE_SIGNER_EXPIRED;
	}
	return REFUSE_NONE;
}

void renewal_judge(const struct endpoint *rules, const struct signer *who,
    const struct csr *csr, int64_t now, enum refusal *why, char *detail,
    size_t size)
{
	const struct stored_cert *c = &who->cert;
	int64_t life = c->not_after - c->not_before;
	int64_t from = c->not_before + life / 100 * rules->renewal_from +
	    life % 100 * rules->renewal_from / 100;

	*why = judge_standing(rules, c, now, detail, size);
	if (*why != REFUSE_NONE)
		return;
	if (rules->renewal == RENEWAL_NO) {
		*why = REFUSE_RENEWAL_OFF;
	} else if (now < from) {
		*why = REFUSE_RENEWAL_EARLY;
		snprintf(
		    detail, size, "in %lld seconds", (long long)(from - now));
	} else if (rules->renewal_needs_new &&
	    span_eq(csr->spki, who->view.spki)) {
		*why = REFUSE_RENEWAL_KEY;
	}
}

/* Is the GeneralName `name`, a whole element, in `list`? */
static bool has_name(struct span list, struct span name)
{
	struct span whole;

	while (der_any(&list, NULL, NULL, &whole, NULL) == 0)
		if (span_eq(whole, name))
			return true;
	return false;
}

bool renewal_names_within(struct span asked, struct span had)
{
	struct span want, have, whole;

	if (der_next(&asked, DER_SEQUENCE, &want, NULL) != 0 ||
	    der_next(&had, DER_SEQUENCE, &have, NULL) != 0)
		return false;
	while (der_any(&want, NULL, NULL, &whole, NULL) == 0)
		if (!has_name(have, whole))
			return false;
	return want.n == 0;
}

int renewal_had(const struct cert_view *old, struct span *had, struct err *e)
{
	struct span san = { 0 };
	struct err missing;

	if (cert_extension(
		old->extensions, "2.5.29.17", &san, NULL, &missing) != 0 &&
	    missing.kind != ERR_NOT_FOUND)
		return err_set(e, missing.kind, "%s", missing.text);
	*had = san;
	return 0;
}

int renewal_names(const struct cert_view *old, const struct grantable *g,
    enum refusal *why, struct err *e)
{
	struct span had;
	bool same;

	if (name_same(g->subject, old->subject, &same, e) != 0 ||
	    renewal_had(old, &had, e) != 0)
		return -1;
	*why = same &&
		(g->san.n == 0 ||
		    (had.n != 0 && renewal_names_within(g->san, had)))
	    ? REFUSE_NONE
	    : REFUSE_RENEWAL_NAME;
	return 0;
}
