#include "authorise.h"

#include <stdio.h>
#include <string.h>

#include "renewal.h"

static int by_challenge(struct ca *ca, const struct csr *csr,
    const char *trans_id, int64_t now, struct authorisation *a,
    enum refusal *why, struct err *e)
{
	const struct challenge_use use = {
		.present = csr->has_challenge,
		.value = buf_span(&csr->challenge),
		.subject = csr->subject,
		.trans_id = trans_id,
	};

	return challenge_authorise(ca, &use, now, a, why, e);
}

/* R115, R116, R117: the challenge in a renewal counts only where it is asked */
static int by_certificate(struct ca *ca, const struct csr *csr,
    const char *trans_id, const struct signer *who, int64_t now,
    struct authorisation *a, enum refusal *why, struct err *e)
{
	const struct endpoint *rules = &ca->conf.endpoint;
	struct authorisation new = { 0 };

	renewal_judge(
	    rules, who, csr, now, why, new.detail, sizeof(new.detail));
	if (*why == REFUSE_NONE && rules->renewal == RENEWAL_CHALLENGE) {
		if (by_challenge(ca, csr, trans_id, now, &new, why, e) != 0)
			return -1;
	} else {
		new.granted = *why == REFUSE_NONE;
		strcpy(new.rule, "renewal");
	}
	/* T-21: another URL makes no certificate of another profile of it */
	if (new.profile[0] == '\0')
		strcpy(new.profile, who->cert.profile);
	*a = new;
	return 0;
}

#define BY_TRUST "trust:"

bool authorised_by_trust(const char *rule)
{
	return strncmp(rule, BY_TRUST, sizeof(BY_TRUST) - 1) == 0;
}

/* R103: the challenge is not looked at, and the names are tied elsewhere. */
static void by_trust(
    const struct signer *who, struct authorisation *a, enum refusal *why)
{
	struct authorisation new = { 0 };

	*why = who->why;
	new.granted = *why == REFUSE_NONE;
	snprintf(new.rule, sizeof(new.rule), BY_TRUST "%s", who->trust->name);
	memcpy(new.profile, who->trust->profile, sizeof(new.profile));
	memcpy(new.detail, who->detail, sizeof(who->detail));
	*a = new;
}

int authorise(struct ca *ca, enum scep_type type, const struct csr *csr,
    const char *trans_id, const struct signer *who, int64_t now,
    struct authorisation *a, bool *ask, enum refusal *why, struct err *e)
{
	int rc = 0;

	*ask = false;
	*a = (struct authorisation){ .granted = false };
	switch (who->kind) {
	case SIGNER_OURS:
		return by_certificate(ca, csr, trans_id, who, now, a, why, e);
	case SIGNER_SELF:
		if (type != SCEP_PKCSREQ) {
			*why = REFUSE_SIGNER_UNKNOWN; /* R098 */
			return 0;
		}
		rc = by_challenge(ca, csr, trans_id, now, a, why, e);
		*ask = rc == 0 && *why == REFUSE_NO_CHALLENGE &&
		    ca->conf.endpoint.unauthorised == UNAUTHORISED_PENDING;
		/* a challenge that we know and that is not good is not asked
		 * about */
		a->by_program = rc == 0 &&
		    (*why == REFUSE_NO_CHALLENGE ||
			*why == REFUSE_CHALLENGE_UNKNOWN) &&
		    ca->conf.endpoint.unauthorised == UNAUTHORISED_PROGRAM &&
		    ca->conf.endpoint.authorise[0] != '\0';
		return rc;
	case SIGNER_TRUSTED:
		by_trust(who, a, why);
		return 0;
	case SIGNER_FORGED:
		*why = REFUSE_SIGNER_UNKNOWN;
		return 0;
	case SIGNER_CA:
		break;
	}
	*why = REFUSE_SIGNER_CA;
	return 0;
}

void authorise_approved(const struct stored_request *r, struct authorisation *a)
{
	*a = (struct authorisation){ .granted = r->state == REQUEST_APPROVED };
	memcpy(a->challenge_id, r->challenge_id, sizeof(a->challenge_id));
	strcpy(a->rule, r->rule[0] != '\0' ? r->rule : "operator");
}
