/*
 * T-11: every messageType x who signs x which challenge x which policy, and one
 * table of those that may issue or wait.  No other cell issues, none uses a
 * challenge up that it does not issue with, and nothing else is recorded.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <string.h>

#include "cast.h"

struct policy {
	enum unauthorised unauthorised;
	enum renewal renewal;
	enum duplicate duplicate;
};

enum outcome { REFUSED, WAITS, ISSUES };

/* Sets of the above. */
#define ONE(x) (1U << (x))
#define ANY (~0U)
#define TYPE_17 1U
#define TYPE_19 2U
#define KEY_CARRIER (ONE(SELF) | ONE(FOREIGN))
#define RENEWER (ONE(OURS) | ONE(OURS_OLD_KEY))

/* The first row that fits says what comes of it; none does: refused. */
static const struct rule {
	unsigned types, standings, words, unauthorised, renewal, duplicate;
	enum outcome outcome;
	bool uses_word;
} rules[] = {
	/* R107, R112, R113: a challenge, or the operator.  What a stranger's
	 * CA says of a key is worth what a self-signature is (R103). */
	{ TYPE_19, KEY_CARRIER, ONE(GOOD), ANY, ANY, ANY, ISSUES, true },
	{ TYPE_19, KEY_CARRIER, ONE(NONE), ONE(UNAUTHORISED_PENDING), ANY, ANY,
	    WAITS, false },
	/* R143 */
	{ TYPE_19, ONE(SELF_TAKEN), ONE(GOOD), ANY, ANY, ONE(DUPLICATE_ALLOW),
	    ISSUES, true },
	{ TYPE_19, ONE(SELF_TAKEN), ONE(GOOD), ANY, ANY, ONE(DUPLICATE_PENDING),
	    WAITS, true },
	{ TYPE_19, ONE(SELF_TAKEN), ONE(NONE), ONE(UNAUTHORISED_PENDING), ANY,
	    ONE(DUPLICATE_ALLOW) | ONE(DUPLICATE_PENDING), WAITS, false },
	/* R115, R117, R125: whatever challenge there may be is not looked at */
	{ TYPE_17 | TYPE_19, RENEWER, ANY, ANY, ONE(RENEWAL_YES), ANY, ISSUES,
	    false },
	/* R103, K10: so is that of one who is vouched for */
	{ TYPE_19, ONE(TRUSTED), ANY, ANY, ANY, ANY, ISSUES, false },
	{ TYPE_17, ONE(TRUSTED), ANY, ANY,
	    ONE(RENEWAL_YES) | ONE(RENEWAL_CHALLENGE), ANY, ISSUES, false },
	/* R116 */
	{ TYPE_17 | TYPE_19, RENEWER, ONE(GOOD), ANY, ONE(RENEWAL_CHALLENGE),
	    ANY, ISSUES, true },
};

static struct ca_home h;

static void set_up(void)
{
	ca_home_make(&h, CA_RSA_RA, CAST_CONF);
	cast_meet(&h);
	/* how many may wait is not what is tested here */
	h.ca->conf.pending_max = h.ca->conf.pending_per_remote = 100000;
}

static void clear_up(void)
{
	cast_part();
	ca_home_drop(&h);
}

/* ---- one cell ---- */

struct cell {
	const char *type;
	enum standing standing;
	enum word word;
	struct policy policy;
};

static const char *describe(const struct cell *cell)
{
	static const char *const unauthorised[] = { "pending", "refuse" };
	static const char *const renewal[] = { "yes", "no", "challenge" };
	static const char *const duplicate[] = { "allow", "refuse", "pending" };
	static char text[300];

	snprintf(text, sizeof(text),
	    "type '%s', signer %s, challenge %s, unauthorised = %s, renewal = "
	    "%s, duplicate = %s",
	    cell->type, standing_names[cell->standing], word_names[cell->word],
	    unauthorised[cell->policy.unauthorised],
	    renewal[cell->policy.renewal], duplicate[cell->policy.duplicate]);
	return text;
}

static const struct rule *rule_for(const struct cell *cell)
{
	static const struct rule refused = { .outcome = REFUSED };
	unsigned type = strcmp(cell->type, "17") == 0 ? TYPE_17
	    : strcmp(cell->type, "19") == 0	      ? TYPE_19
						      : 0;
	const struct policy *p = &cell->policy;

	for (size_t i = 0; i < COUNT(rules); i++)
		if ((rules[i].types & type) != 0 &&
		    (rules[i].standings & ONE(cell->standing)) != 0 &&
		    (rules[i].words & ONE(cell->word)) != 0 &&
		    (rules[i].unauthorised & ONE(p->unauthorised)) != 0 &&
		    (rules[i].renewal & ONE(p->renewal)) != 0 &&
		    (rules[i].duplicate & ONE(p->duplicate)) != 0)
			return &rules[i];
	return &refused;
}

/* What the cells so far should have done to the store. */
static struct census want;
static unsigned cells;

/* A request of the cell; the CSR travels whatever the type wants to see. */
static void make(const struct cell *cell, const char *trans_id,
    const char *challenge, struct ask *q, struct buf *csr, struct buf *msg)
{
	enum standing s = cell->standing;

	*q = (struct ask){
		.type_text = cell->type,
		.trans_id = trans_id,
		.challenge = challenge,
		.subject = csr_names[s],
		.csr_key = csr_keys[s],
	};
	client_csr(&signers[s], q, csr);
	q->content = buf_span(csr);
	client_ask(&signers[s], &h, q, msg);
}

static void judge(const struct cell *cell, const struct rule *rule,
    const struct ask *q, struct result *r)
{
	static const enum scep_status status[] = { [REFUSED] = SCEP_FAILURE,
		[WAITS] = SCEP_PENDING,
		[ISSUES] = SCEP_SUCCESS };
	const struct client *signer = &signers[cell->standing];

	cr_expect_eq(r->answer.status, status[rule->outcome],
	    "%s: status %d, %s (%s)", describe(cell), r->answer.status,
	    refusal_entry(r->ev.refusal)->code, r->ev.detail);
	cr_expect(!r->ev.repeated, "%s: repeated", describe(cell));
	if (r->answer.status != SCEP_SUCCESS)
		cr_expect_eq(r->ev.serial.n, 0, "%s", describe(cell));
	/* and clear the table for the next */
	if (r->answer.status == SCEP_SUCCESS) {
		want.certs++;
		want.requests++;
		world_revoke(
		    &h, &r->ev.serial, REASON_CESSATION_OF_OPERATION, CAST_NOW);
	} else if (r->answer.status == SCEP_PENDING) {
		want.requests++;
		cr_expect_eq(world_state(&h, signer, q->trans_id),
		    REQUEST_PENDING, "%s", describe(cell));
		world_decide(&h, signer, q->trans_id, false, "", CAST_NOW);
	}
	want.used += rule->uses_word;
}

/*
 * A message that must be refused leaves nothing behind, so that one can be
 * tried under every policy: keep it here, made when it is first needed.
 */
struct kept {
	const char *type;
	struct ask q;
	char trans_id[32];
	struct buf csr, msg;
};
static struct kept kept[10][STANDINGS][WORDS];

static struct kept *keep(const struct cell *cell)
{
	struct kept *k;
	size_t i = 0;

	for (; i < COUNT(kept); i++) {
		k = &kept[i][cell->standing][cell->word];
		if (k->type == NULL || strcmp(k->type, cell->type) == 0)
			break;
	}
	cr_assert_lt(i, COUNT(kept));
	if (k->type != NULL)
		return k;
	k->type = cell->type;
	snprintf(k->trans_id, sizeof(k->trans_id), "never %u", cells);
	make(cell, k->trans_id, cell->word == NONE ? NULL : words[cell->word],
	    &k->q, &k->csr, &k->msg);
	return k;
}

static void drop_kept(void)
{
	struct kept *k = &kept[0][0][0];

	for (size_t i = 0; i < sizeof(kept) / sizeof(*k); i++) {
		buf_release(&k[i].csr);
		buf_release(&k[i].msg);
	}
}

static void try_cell(const struct cell *cell)
{
	const struct rule *rule = rule_for(cell);
	char value[CHALLENGE_TEXT_SIZE + 1], id[32];
	const char *word = cell->word == NONE ? NULL : words[cell->word];
	struct buf csr = { 0 }, msg = { 0 };
	struct result r;
	struct kept *k;
	struct ask q;

	h.ca->conf.endpoint.unauthorised = cell->policy.unauthorised;
	h.ca->conf.endpoint.renewal = cell->policy.renewal;
	h.ca->conf.profile.duplicate = cell->policy.duplicate;
	snprintf(id, sizeof(id), "cell %u", cells++);
	if (rule->outcome == REFUSED) {
		k = keep(cell);
		q = k->q;
		client_send(&signers[cell->standing], &h, &q, buf_span(&k->msg),
		    CAST_NOW, &r);
	} else {
		if (rule->uses_word) {
			ca_home_challenge(&h, NULL, value);
			want.challenges++;
			word = value;
		}
		make(cell, id, word, &q, &csr, &msg);
		client_send(&signers[cell->standing], &h, &q, buf_span(&msg),
		    CAST_NOW, &r);
	}
	judge(cell, rule, &q, &r);
	result_release(&r);
	buf_release(&csr);
	buf_release(&msg);
}

static void try_all(const char *type, struct policy p)
{
	struct cell cell = { .type = type, .policy = p };

	for (unsigned s = 0; s < STANDINGS; s++)
		for (unsigned w = 0; w < WORDS; w++) {
			cell.standing = (enum standing)s;
			cell.word = (enum word)w;
			try_cell(&cell);
		}
}

/* ---- the cells ---- */

ParameterizedTestParameters(matrix, requests)
{
	static size_t renewal[] = { RENEWAL_YES, RENEWAL_NO,
		RENEWAL_CHALLENGE };

	return cr_make_param_array(size_t, renewal, COUNT(renewal));
}

/*
 * R092, R098, R102, R107, R112-R117, R122, R124, R125, R130, R131, R143; T-11,
 * T-21: PKCSReq and RenewalReq, all cells.
 */
ParameterizedTest(size_t *renewal, matrix, requests, .timeout = 120)
{
	static const char *const types[] = { "17", "19" };
	struct policy p = { .renewal = (enum renewal)(*renewal) };
	char what[100];

	set_up();
	world_census(&h, &want);
	for (unsigned u = 0; u <= UNAUTHORISED_REFUSE; u++)
		for (unsigned d = 0; d <= DUPLICATE_PENDING; d++) {
			p.unauthorised = (enum unauthorised)u;
			p.duplicate = (enum duplicate)d;
			for (size_t t = 0; t < COUNT(types); t++)
				try_all(types[t], p);
			snprintf(what, sizeof(what),
			    "renewal %zu, unauthorised %u, duplicate %u",
			    *renewal, u, d);
			world_unchanged(&h, &want, what);
		}
	cr_expect_eq(cells, 2 * 3 * 2 * STANDINGS * WORDS);
	ok(store_check(h.ca->store, e));
	drop_kept();
	clear_up();
}

static const struct policy open_door = { UNAUTHORISED_PENDING, RENEWAL_YES,
	DUPLICATE_ALLOW };
static const struct policy shut_door = { UNAUTHORISED_REFUSE, RENEWAL_CHALLENGE,
	DUPLICATE_REFUSE };

/* A request under a type that is for something else, or for nothing. */
Test(matrix, other_types, .timeout = 120)
{
	static const char *const types[] = { "20", "21", "22", "0", "3", "18",
		"23", "255" };

	set_up();
	world_census(&h, &want);
	for (size_t t = 0; t < COUNT(types); t++) {
		try_all(types[t], open_door);
		try_all(types[t], shut_door);
	}
	world_unchanged(&h, &want, "the other types");
	cr_expect_eq(cells, COUNT(types) * 2 * STANDINGS * WORDS);
	drop_kept();
	clear_up();
}

/* R065, CVE-2026-30836: every number, and every other way to write one */
Test(matrix, every_type, .timeout = 120)
{
	static const char *const odd[] = { "019", " 19", "19 ", "+19", "",
		"0x13", "nineteen", "-1", "4294967315", "017", "17\n", "1 7",
		"19.0", "1e1", "18446744073709551635", "00000000000000000019",
		"0", "00", "-19", "19,17" };
	static const enum standing both[] = { SELF, OURS };
	struct cell cell = { .word = GOOD, .policy = open_door };
	char text[8];

	set_up();
	world_census(&h, &want);
	for (unsigned i = 0; i < 256 + COUNT(odd); i++) {
		snprintf(text, sizeof(text), "%u", i);
		cell.type = i < 256 ? text : odd[i - 256];
		for (size_t s = 0; s < COUNT(both); s++) {
			cell.standing = both[s];
			try_cell(&cell);
			/* the numbers share their place in the memory */
			buf_release(&kept[0][both[s]][GOOD].csr);
			buf_release(&kept[0][both[s]][GOOD].msg);
			kept[0][both[s]][GOOD].type = NULL;
		}
	}
	world_unchanged(&h, &want, "every type");
	/* the challenge that they all had is as good as ever */
	cr_expect_eq(world_uses(&h, words[GOOD]), 0);
	cell.type = "19";
	cell.standing = SELF;
	try_cell(&cell);
	world_unchanged(&h, &want, "a good one");
	drop_kept();
	clear_up();
}
