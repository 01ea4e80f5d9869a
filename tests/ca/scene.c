#include "scene.h"

#include <criterion/criterion.h>

struct ca_home h;
struct client c;
char challenge[CHALLENGE_TEXT_SIZE + 1];

void begin(enum ca_kind kind, const char *conf)
{
	ca_home_make(&h, kind, conf);
	client_make(&c, "dev1", "rsa:2048", NAME);
	ca_home_challenge(&h, NULL, challenge);
}

void end(void)
{
	client_release(&c);
	ca_home_drop(&h);
}

void granted(const struct result *r)
{
	cr_assert_eq(r->answer.status, SCEP_SUCCESS, "%s: %s",
	    refusal_entry(r->ev.refusal)->code, r->ev.detail);
}

void open_reply(const struct result *r, struct scep_msg *m)
{
	ok(scep_msg_open(buf_span(&r->reply), m, e));
	ok(scep_msg_algs(m, &(struct alg_policy){ .worst = ALG_OBSOLETE }, e));
	ok(scep_msg_verify(m, e));
}
