/*
 * scepca challenge - the passwords that devices prove their right with.
 */
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "challenge.h"
#include "scepca.h"

enum { DEFAULT_TTL = 3600, USES_MAX = 1000000, PAGE = 64 };

static const struct out_field columns[] = {
	{ "id", "ID", 12 },
	{ "state", "STATE", 7 },
	{ "used", "USED", 5 },
	{ "uses", "OF", 9 },
	{ "created", "CREATED", 20 },
	{ "expires", "EXPIRES", 20 },
	{ "note", "NOTE", 6 },
	{ "profile", "PROFILE", 7 },
	{ "endpoint", "ENDPOINT", 8 },
	{ "transaction", "TRANSACTION", 11 },
	{ "for", "FOR", 0 },
};

static json_t *text_or_null(const char *s)
{
	return s[0] == '\0' ? json_null() : out_text(span_str(s));
}

static json_t *describe(const struct stored_challenge *c, int64_t now)
{
	static const char *const states[] = {
		[CHALLENGE_GOOD] = "good",
		[CHALLENGE_USED] = "used",
		[CHALLENGE_EXPIRED] = "expired",
		[CHALLENGE_REVOKED] = "revoked",
	};
	json_t *o = json_object();

	json_object_set_new(o, "id", out_text(span_str(c->id)));
	json_object_set_new(
	    o, "state", json_string(states[challenge_state(c, now)]));
	json_object_set_new(o, "used", json_integer(c->used));
	json_object_set_new(o, "uses",
	    c->uses == CHALLENGE_UNLIMITED ? json_string("unlimited")
					   : json_integer(c->uses));
	json_object_set_new(o, "created", out_time(c->created_at));
	json_object_set_new(o, "expires", out_time(c->expires_at));
	json_object_set_new(o, "revoked", out_time(c->revoked_at));
	json_object_set_new(o, "last_used", out_time(c->last_used_at));
	json_object_set_new(o, "last_remote", text_or_null(c->last_remote));
	json_object_set_new(o, "reused", out_time(c->reused_at));
	json_object_set_new(o, "reuses", json_integer(c->reuses));
	json_object_set_new(o, "note", text_or_null(c->note));
	json_object_set_new(o, "for", text_or_null(c->for_name));
	json_object_set_new(o, "profile", text_or_null(c->profile));
	json_object_set_new(o, "endpoint", text_or_null(c->endpoint));
	json_object_set_new(o, "transaction", text_or_null(c->trans_id));
	return o;
}

/* read_spec - what the options of challenge new say */
static int read_spec(const struct opts *o, int64_t now,
    struct challenge_spec *spec, struct err *e)
{
	const char *uses = opt_value(o, "uses"), *ttl = opt_value(o, "ttl");
	int64_t seconds = DEFAULT_TTL;
	long n = 1;

	if (uses != NULL && strcmp(uses, "unlimited") == 0)
		n = CHALLENGE_UNLIMITED;
	else if (uses != NULL &&
	    opt_number("uses", uses, 1, USES_MAX, &n, e) != 0)
		return -1;
	if (ttl != NULL && strcmp(ttl, "never") == 0)
		seconds = 0;
	else if (ttl != NULL &&
	    (parse_duration(ttl, &seconds, NULL) != 0 || seconds <= 0))
		return err_set(e, ERR_INPUT,
		    "--ttl takes a time such as 60m, 12h or 7d, or never");
	*spec = (struct challenge_spec){
		.uses = (int32_t)n,
		.expires_at = seconds > 0 ? now + seconds : 0,
		.for_name = opt_value(o, "for"),
		.profile = opt_value(o, "profile"),
		.endpoint = opt_value(o, "endpoint"),
		.trans_id = opt_value(o, "transaction"),
	};
	return 0;
}

static void print_binding(const char *what, const char *text)
{
	if (text[0] == '\0')
		return;
	fprintf(stderr, ", %s ", what);
	out_escape(stderr, span_str(text));
}

/* print_new - the value alone on standard output, for a script to take */
static void print_new(const struct buf *value, const struct stored_challenge *c,
    const json_t *doc)
{
	const char *until = json_string_value(json_object_get(doc, "expires"));

	printf("%.*s\n", (int)value->n, (const char *)value->p);
	fprintf(stderr, "challenge %s, good until %s, ", c->id,
	    until != NULL ? until : "it is revoked");
	if (c->uses == CHALLENGE_UNLIMITED)
		fputs("any number of times, for ", stderr);
	else
		fprintf(stderr, "%d time%s, for ", c->uses,
		    c->uses == 1 ? "" : "s");
	out_escape(stderr,
	    span_str(c->for_name[0] != '\0' ? c->for_name : "any name"));
	print_binding("profile", c->profile);
	print_binding("endpoint", c->endpoint);
	print_binding("transaction", c->trans_id);
	fputs("\nIt is shown this once, and its value is stored nowhere.\n",
	    stderr);
}

int run_challenge_new(const struct opts *o, struct out *out)
{
	int64_t now = time(NULL);
	struct challenge_spec spec;
	struct stored_challenge c;
	struct buf value = { 0 };
	struct ca *ca;
	struct err e;
	json_t *doc;
	int rc;

	if (read_spec(o, now, &spec, &e) != 0)
		return out_usage(out, "%s", e.text);
	rc = scepca_open(o, out, &ca);
	if (rc != EXIT_DONE)
		return rc;
	if (challenge_new(ca, &spec, now, &value, &c, &e) == 0) {
		doc = describe(&c, now);
		if (out->json)
			json_object_set_new(
			    doc, "challenge", out_text(buf_span(&value)));
		else
			print_new(&value, &c, doc);
		out_json(out, doc);
		/* what nobody has seen is good for nothing */
		if (fflush(stdout) != 0 &&
		    challenge_revoke(
			ca, "challenge-revoked", c.id, now, &c, &e) != 0)
			rc = out_error(out, &e);
	} else {
		/* what it is to be bound to may not be */
		rc = e.kind == ERR_INPUT ? out_usage(out, "%s", e.text)
					 : out_error(out, &e);
	}
	buf_release(&value);
	ca_close(ca);
	return rc;
}

/* by time, then by id: the store knows them in no order of meaning */
static int older(const void *a, const void *b)
{
	const struct stored_challenge *x = a, *y = b;

	if (x->created_at != y->created_at)
		return x->created_at < y->created_at ? -1 : 1;
	return strcmp(x->id, y->id);
}

/* read_all - every challenge of the store into *list; free it */
static int read_all(struct store *st, struct stored_challenge **list,
    size_t *n_list, struct err *e)
{
	struct stored_challenge *all = NULL, *more;
	size_t n = 0, got;
	uint8_t after[sizeof(all->mac)];

	do {
		more = reallocarray(all, n + PAGE, sizeof(*all));
		if (more == NULL) {
			free(all);
			return err_set(e, ERR_NOMEM, "list of challenges");
		}
		all = more;
		if (store_challenge_page(st, n > 0 ? after : NULL, all + n,
			PAGE, &got, e) != 0) {
			free(all);
			return -1;
		}
		n += got;
		if (n > 0)
			memcpy(after, all[n - 1].mac, sizeof(after));
	} while (got == PAGE);
	*list = all;
	*n_list = n;
	return 0;
}

int run_challenge_list(const struct opts *o, struct out *out)
{
	struct stored_challenge *list = NULL;
	int64_t now = time(NULL);
	struct ca *ca;
	struct err e;
	size_t i, n = 0;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (read_all(ca->store, &list, &n, &e) == 0) {
		qsort(list, n, sizeof(*list), older);
		out_list(out, "challenges", columns,
		    sizeof(columns) / sizeof(columns[0]));
		for (i = 0; i < n; i++)
			out_row(out, describe(&list[i], now));
		out_list_end(out);
		free(list);
	} else {
		rc = out_error(out, &e);
	}
	ca_close(ca);
	return rc;
}

int run_challenge_revoke(const struct opts *o, struct out *out)
{
	static const struct out_field fields[] = {
		{ "id", "challenge", 0 },
		{ "state", "state", 0 },
		{ "for", "for", 0 },
	};
	int64_t now = time(NULL);
	struct stored_challenge c;
	struct ca *ca;
	struct err e;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (challenge_revoke(
		ca, "challenge-revoked", o->words[0], now, &c, &e) == 0)
		out_fields(out, NULL, fields,
		    sizeof(fields) / sizeof(fields[0]), describe(&c, now));
	else
		rc = out_error(out, &e);
	ca_close(ca);
	return rc;
}
