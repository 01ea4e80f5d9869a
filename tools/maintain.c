/*
 * scepca maintain - what a timer runs: each job by itself, so that one that
 * fails keeps none of the others from being done.
 */
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "certs.h"
#include "crl_cmd.h"
#include "home.h"
#include "notices.h"
#include "pending.h"
#include "requests.h"
#include "scepca.h"
#include "store_failure.h"

enum { DAY = 86400, BATCH = 256, KEPT = 90 * DAY, UNFINISHED = 3600 };

struct report {
	struct out *out;
	json_t *done, *failed;
};

static void say(struct report *r, const char *what, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void say(struct report *r, const char *what, const char *fmt, ...)
{
	char text[300];
	json_t *o;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (!r->out->json) {
		printf("%s: ", what);
		out_escape(stdout, span_str(text));
		putchar('\n');
	}
	o = json_object();
	json_object_set_new(o, "what", json_string(what));
	json_object_set_new(o, "text", out_text(span_str(text)));
	json_array_append_new(r->done, o);
}

/* s_of - 1 request, 2 requests */
static const char *s_of(size_t n)
{
	return n == 1 ? "" : "s";
}

static int do_expire(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	size_t n, all = 0;

	do {
		if (store_expire(ca->store, now, BATCH, &n, e) != 0)
			return -1;
		all += n;
	} while (n == BATCH);
	if (all > 0)
		say(r, what, "%zu request%s on which nobody decided in time",
		    all, s_of(all));
	return 0;
}

static int note_approved(const struct stored_request *r, void *arg)
{
	bool *any = arg;

	*any = r->state == REQUEST_APPROVED;
	return *any;
}

/* For notices, which may be of any number. */
struct telling {
	struct ca *ca;
	struct out *out;
};

static void tell_issued(
    const struct stored_request *req, const struct stored_cert *c, void *arg)
{
	struct telling *t = arg;

	notices_cert(t->ca, t->out, NOTICE_ISSUED, c, req);
}

static int do_issue(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	struct telling t = { ca, r->out };
	size_t issued, left;
	bool any = false;

	/* the key is asked for only if there is work for it */
	if (requests_each_open(ca->store, note_approved, &any, e) != 0)
		return -1;
	if (!any)
		return 0;
	if (pending_issue_all(ca, now, tell_issued, &t, &issued, &left, e) != 0)
		return -1;
	if (issued > 0)
		say(r, what, "%zu approved request%s granted", issued,
		    s_of(issued));
	if (left > 0)
		say(r, what,
		    "%zu approved request%s cannot be granted: scepca request "
		    "list --state approved, and scepca request approve ID says "
		    "why",
		    left, s_of(left));
	return 0;
}

struct superseding {
	struct ca *ca;
	struct out *out;
	int64_t now;
	size_t n;
	struct err *e;
	bool failed;
	/* of each profile */
	struct {
		char name[CONF_NAME_MAX];
		int64_t after; /* seconds, or SUPERSEDE_NEVER */
	} rules[PROFILES_MAX];
	size_t n_rules;
	bool any; /* is there one that is not never? */
};

static int note_rule(const struct profile *p, void *arg)
{
	struct superseding *s = arg;

	memcpy(s->rules[s->n_rules].name, p->name, sizeof(p->name));
	s->rules[s->n_rules++].after = p->supersede;
	s->any |= p->supersede != SUPERSEDE_NEVER;
	return 0;
}

/* is_time - has what it renews been of use long enough, says its profile? */
static bool is_time(const struct superseding *s, const struct stored_cert *c)
{
	for (size_t i = 0; i < s->n_rules; i++)
		if (strcmp(s->rules[i].name, c->profile) == 0)
			return s->rules[i].after != SUPERSEDE_NEVER &&
			    c->issued_at <= s->now - s->rules[i].after;
	return false; /* a profile that is gone asks for nothing */
}

/* supersede_old - of the certificate that `c` renews */
static int supersede_old(const struct stored_cert *c, void *arg)
{
	struct superseding *s = arg;
	struct stored_cert old = { 0 };
	enum revoke_outcome outcome;
	struct buf event = { 0 };

	if (c->renews.n == 0 || c->state != CERT_VALID || !is_time(s, c))
		return 0;
	if (store_cert_find(s->ca->store, &c->renews, &old, s->e) != 0) {
		s->failed = s->e->kind != ERR_NOT_FOUND;
		return s->failed;
	}
	/* what is held is the operator's to decide, what is over is over */
	if (old.state == CERT_VALID && old.not_after >= s->now) {
		stored_cert_release(&old);
		s->failed =
		    audit_revoked(s->ca, "revoked", &c->renews,
			reason_name(REASON_SUPERSEDED), &event, s->e) != 0 ||
		    store_revoke(s->ca->store, &c->renews, REASON_SUPERSEDED,
			s->now, audit_text(&event), &outcome, &old, s->e) != 0;
		buf_release(&event);
		if (!s->failed && outcome == REVOKE_DONE) {
			s->n++;
			notices_cert(s->ca, s->out, NOTICE_REVOKED, &old, NULL);
		}
	}
	stored_cert_release(&old);
	return s->failed;
}

static int do_supersede(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	struct superseding s = { .ca = ca, .out = r->out, .now = now, .e = e };

	if (conf_each_profile(ca->home, note_rule, &s, e) != 0)
		return -1;
	if (!s.any)
		return 0;
	if (certs_each(ca->store, supersede_old, &s, e) != 0 || s.failed)
		return -1;
	if (s.n > 0)
		say(r, what, "%zu renewed certificate%s revoked", s.n,
		    s_of(s.n));
	return 0;
}

static int do_crl(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	json_t *doc;
	bool made;

	if (crl_publish(ca, now, false, &made, e) != 0)
		return -1;
	if (!made)
		return 0;
	if (crl_describe(ca, now, &doc, e) != 0)
		return -1;
	say(r, what, "number %lld with %lld entries, good until %s",
	    (long long)json_integer_value(json_object_get(doc, "number")),
	    (long long)json_integer_value(json_object_get(doc, "entries")),
	    json_string_value(json_object_get(doc, "next_update")));
	json_decref(doc);
	return 0;
}

/* what no request came to write; a failure is told, the lines wait on */
static int do_audit(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	int64_t left;

	(void)now;
	if (audit_drain(ca, true, &left, e) != 0)
		return -1;
	if (left > 0)
		say(r, what, "%lld lines are left for the next time",
		    (long long)left);
	return 0;
}

static int do_purge(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	size_t n, all = 0;

	do {
		if (store_purge(ca->store, now - KEPT, BATCH, &n, e) != 0)
			return -1;
		all += n;
	} while (n == BATCH);
	if (all > 0)
		say(r, what, "%zu record%s of what ended more than %d days ago",
		    all, s_of(all), KEPT / DAY);
	return store_failure_purge(ca->store, now, e);
}

/* what a process left that was killed while it wrote one */
static int do_sweep(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	size_t n;

	if (home_sweep(ca->home, HOME_PUBLIC_CRL, now - UNFINISHED, &n, e) != 0)
		return e->kind == ERR_NOT_FOUND ? 0 : -1;
	if (n > 0)
		say(r, what, "%zu unfinished CRL%s in " HOME_PUBLIC "/", n,
		    s_of(n));
	return 0;
}

static int do_tell(struct ca *ca, int64_t now, struct report *r,
    const char *what, struct err *e)
{
	size_t told, left;
	int rc = notices_expiring(ca, r->out, now, &told, &left, e);

	if (told > 0)
		say(r, what, "%zu certificate%s that end%s soon", told,
		    s_of(told), told == 1 ? "s" : "");
	if (rc == 0 && left > 0)
		say(r, what, "%zu more are for the next time", left);
	return rc;
}

/* In this order: what is revoked here is on the CRL that is made behind it. */
static const struct job {
	const char *what;
	int (*run)(struct ca *ca, int64_t now, struct report *r,
	    const char *what, struct err *e);
} jobs[] = {
	{ "expired", do_expire },
	{ "issued", do_issue },
	{ "superseded", do_supersede },
	{ "crl", do_crl },
	{ "purged", do_purge },
	{ "swept", do_sweep },
	{ "told", do_tell },
	{ "audit", do_audit },
};

static void note_failure(
    struct report *r, const char *what, const struct err *e)
{
	json_t *o = json_object();

	out_complain(r->out, "%s: %s", what, e->text);
	json_object_set_new(o, "what", json_string(what));
	json_object_set_new(o, "error", out_text(span_str(e->text)));
	json_array_append_new(r->failed, o);
}

int run_maintain(const struct opts *o, struct out *out)
{
	struct report r = { .out = out };
	int64_t now = time(NULL);
	struct ca *ca;
	struct err e;
	json_t *doc;
	size_t i;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	r.done = json_array();
	r.failed = json_array();
	for (i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		if (jobs[i].run(ca, now, &r, jobs[i].what, &e) != 0) {
			note_failure(&r, jobs[i].what, &e);
			rc = EXIT_BROKEN;
		}
	doc = json_object();
	json_object_set_new(doc, "done", r.done);
	json_object_set_new(doc, "failed", r.failed);
	out_json(out, doc);
	ca_close(ca);
	return rc;
}
