#include "notify.h"

#include <stdio.h>

#include "cert.h"
#include "csr.h"
#include "facts.h"

static const char *const events[] = {
	[NOTICE_NONE] = "",
	[NOTICE_ISSUED] = "issued",
	[NOTICE_PENDING] = "pending",
	[NOTICE_REFUSED] = "refused",
	[NOTICE_REVOKED] = "revoked",
	[NOTICE_EXPIRING] = "expiring",
};

/* What is there of every event, so that a program need not tell them apart. */
static int begin(struct notice *n, enum notice_event event,
    const struct facts *f, const struct serial *serial, int64_t not_after,
    const char *reason, struct err *e)
{
	struct program_env *env = &n->env;

	n->event = event;
	if (facts_text(env, "SCEPCA_EVENT", events[event], e) != 0 ||
	    facts_put(env, f, e) != 0 ||
	    facts_text(env, "SCEPCA_REASON", reason, e) != 0)
		return -1;
	if (serial == NULL)
		return facts_text(env, "SCEPCA_SERIAL", "", e) != 0
		    ? -1
		    : facts_text(env, "SCEPCA_NOT_AFTER", "", e);
	if (facts_hex(env, "SCEPCA_SERIAL",
		(struct span){ serial->b, serial->n }, e) != 0)
		return -1;
	return facts_time(env, "SCEPCA_NOT_AFTER", not_after, e);
}

int notice_of_cert(const struct conf *c, enum notice_event event,
    const struct stored_cert *cert, const struct stored_request *r,
    struct notice *n, struct err *e)
{
	struct facts f = {
		.trans_id = cert->trans_id,
		.remote = cert->remote,
		.endpoint = cert->endpoint,
		.profile = cert->profile,
		.rule = cert->rule,
		.challenge_id = cert->challenge_id,
		.signer_serial = &cert->renews,
		.key_hash = cert->key_hash,
	};
	struct cert_view v;
	char reason[16] = "";

	if (c->notify[0] == '\0')
		return 0;
	if (cert_parse(buf_span(&cert->der), &v, e) != 0)
		return -1;
	f.subject = v.subject;
	if (r != NULL) {
		f.type = (enum scep_type)r->type;
		f.csr_hash = r->csr_hash;
	}
	(void)cert_extension(v.extensions, "2.5.29.17", &f.san, NULL, NULL);
	if (event == NOTICE_REVOKED)
		snprintf(reason, sizeof(reason), "%u", (unsigned)cert->reason);
	if (buf_put(&n->in, buf_span(&cert->der), e) != 0)
		return -1;
	return begin(n, event, &f, &cert->serial, cert->not_after, reason, e);
}

int notice_of_request(const struct conf *c, enum notice_event event,
    const struct stored_request *r, struct span csr, struct span subject,
    const char *reason, struct notice *n, struct err *e)
{
	uint8_t key_hash[32];
	struct csr asked = { 0 };
	struct facts f = {
		.trans_id = r->key.trans_id,
		.type = (enum scep_type)r->type,
		.subject_text = subject,
		.remote = r->remote,
		.endpoint = r->endpoint,
		.profile = r->profile,
		.rule = r->rule,
		.challenge_id = r->challenge_id,
		.signer_serial = &r->renews,
		.csr_hash = r->csr_hash,
	};
	int rc;

	if (c->notify[0] == '\0')
		return 0;
	if (event == NOTICE_PENDING && buf_put(&n->in, csr, e) != 0)
		return -1;
	if (csr.n > 0 && csr_parse(csr, &asked, NULL) == 0) {
		(void)cert_extension(
		    asked.extensions, "2.5.29.17", &f.san, NULL, NULL);
		if (sha256_of(asked.spki, key_hash, NULL) == 0)
			f.key_hash = key_hash;
	}
	rc = begin(n, event, &f, NULL, 0, reason, e);
	csr_release(&asked);
	return rc;
}

void notice_release(struct notice *n)
{
	program_env_release(&n->env);
	buf_release(&n->in);
	n->event = NOTICE_NONE;
}

int notice_give(const struct conf *c, const struct notice *n, struct err *e)
{
	const struct program_call p = {
		.path = c->notify,
		.env = &n->env,
		.in = buf_span(&n->in),
		.timeout = c->notify_timeout,
	};
	struct buf said = { 0 };
	struct err why;
	int status, rc = 0;

	if (n->event == NOTICE_NONE)
		return 0;
	if (program_run(&p, &said, &status, &why) != 0)
		rc = err_set(e, why.kind, "notify: %s", why.text);
	buf_release(&said);
	return rc;
}

int notify_cert(const struct conf *c, enum notice_event event,
    const struct stored_cert *cert, const struct stored_request *r,
    struct err *e)
{
	struct notice n = { .event = NOTICE_NONE };
	int rc = notice_of_cert(c, event, cert, r, &n, e);

	if (rc == 0)
		rc = notice_give(c, &n, e);
	notice_release(&n);
	return rc;
}
