#include "authorise_program.h"

#include <string.h>

#include "facts.h"

enum { GRANT = 0, REFUSE = 1, ASK = 2, REASON_MAX = 200 };

static int tell(struct ca *ca, const struct judged *j,
    const struct authorisation *a, struct program_env *env, struct err *e)
{
	uint8_t key_hash[32];
	struct facts f = {
		.trans_id = j->r->key.trans_id,
		.type = (enum scep_type)j->r->type,
		.subject = j->g->subject,
		.san = j->g->san,
		.remote = j->r->remote,
		.endpoint = ca->conf.endpoint.name,
		.profile = j->r->profile,
		.rule = a->granted ? a->rule : "none",
		.challenge_id = a->challenge_id,
		.csr_hash = j->r->csr_hash,
		.key_hash = key_hash,
	};

	if (j->who->kind == SIGNER_OURS)
		f.signer_serial = &j->who->cert.serial;
	else if (j->who->kind == SIGNER_TRUSTED)
		f.signer = j->who->view.subject;
	if (sha256_of(j->csr->spki, key_hash, e) != 0)
		return -1;
	return facts_put(env, &f, e);
}

static int obey(int status, struct authorisation *a, bool *ask,
    enum refusal *why, struct err *e)
{
	switch (status) {
	case GRANT:
		if (!a->granted)
			strcpy(a->rule, "program");
		a->granted = true;
		return 0;
	case REFUSE:
		a->granted = false;
		*why = REFUSE_PROGRAM;
		return 0;
	case ASK:
		*ask = true;
		return 0;
	default:
		a->granted = false;
		return err_set(e, ERR_SYS,
		    "ended with status %d; want 0 to grant, 1 to refuse or 2 "
		    "to let the operator decide",
		    status);
	}
}

int authorise_program(struct ca *ca, const struct judged *j,
    struct authorisation *a, bool *ask, enum refusal *why, char *reason,
    size_t size, struct err *e)
{
	const struct endpoint *rules = &ca->conf.endpoint;
	struct program_env env = { .n = 0 };
	struct program_call p = {
		.path = rules->authorise,
		.env = &env,
		.in = j->csr->der,
		.timeout = rules->authorise_timeout,
	};
	struct buf said = { 0 };
	struct err why_not;
	int rc = -1, status = -1;

	if (rules->authorise[0] == '\0')
		return 0;
	if (tell(ca, j, a, &env, &why_not) == 0 &&
	    program_run(&p, &said, &status, &why_not) == 0)
		rc = obey(status, a, ask, why, &why_not);
	if (rc == 0 && status != GRANT)
		program_first_line(buf_span(&said), reason,
		    size <= REASON_MAX ? size : REASON_MAX + 1);
	else if (rc != 0)
		err_set(e,
		    why_not.kind == ERR_NOT_FOUND ? ERR_CONF : why_not.kind,
		    "authorise: %s%s%s", status >= 0 ? p.path : "",
		    status >= 0 ? ": " : "", why_not.text);
	buf_release(&said);
	program_env_release(&env);
	return rc;
}
