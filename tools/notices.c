#include "notices.h"

#include <stdlib.h>
#include <string.h>

#include "certs.h"
#include "csr.h"
#include "facts.h"
#include "store_told.h"

static void complain(struct out *out, int rc, const struct err *e)
{
	if (rc != 0)
		out_complain(out, "%s", e->text);
}

void notices_cert(struct ca *ca, struct out *out, enum notice_event event,
    const struct stored_cert *c, const struct stored_request *r)
{
	struct err e;

	complain(out, notify_cert(&ca->conf, event, c, r, &e), &e);
}

static int reject_notice(struct ca *ca, const struct stored_request *r,
    const char *reason, struct notice *n, struct err *e)
{
	struct buf subject = { 0 };
	struct csr csr = { 0 };
	int rc = -1;

	if (r->csr.n == 0 ||
	    (csr_parse(buf_span(&r->csr), &csr, e) == 0 &&
		name_text(csr.subject, &subject, e) == 0))
		rc = notice_of_request(&ca->conf, NOTICE_REFUSED, r,
		    buf_span(&r->csr), buf_span(&subject), reason, n, e);
	csr_release(&csr);
	buf_release(&subject);
	return rc;
}

void notices_rejected(struct ca *ca, struct out *out,
    const struct stored_request *r, const char *reason)
{
	struct notice n = { .event = NOTICE_NONE };
	char text[sizeof(r->reason) + 16];
	struct err e;
	int rc;

	snprintf(text, sizeof(text), "%s%s%s",
	    refusal_entry(REFUSE_REJECTED)->code, reason[0] != '\0' ? ": " : "",
	    reason);
	rc = reject_notice(ca, r, text, &n, &e);
	if (rc == 0)
		rc = notice_give(&ca->conf, &n, &e);
	complain(out, rc, &e);
	notice_release(&n);
}

/* ---- what ends soon ---- */

/* One that is to be told of, and since when. */
struct due {
	int64_t at;
	struct serial serial;
};

struct survey {
	struct store_told before, now;
	struct due *due;
	size_t n, cap;
	struct err *e;
	bool failed;
};

static int64_t due_at(const struct stored_cert *c, int64_t before)
{
	int64_t at = c->not_after - before;

	return at > c->issued_at ? at : c->issued_at;
}

static int keep(struct survey *s, const struct stored_cert *c)
{
	struct due *more;

	if (s->n == s->cap) {
		s->cap = s->cap != 0 ? 2 * s->cap : 64;
		more = reallocarray(s->due, s->cap, sizeof(*more));
		if (more == NULL) {
			s->failed = true;
			return err_set(s->e, ERR_NOMEM, "no memory for a list");
		}
		s->due = more;
	}
	s->due[s->n++] = (struct due){ due_at(c, s->now.before), c->serial };
	return 0;
}

static int look(const struct stored_cert *c, void *arg)
{
	struct survey *s = arg;
	bool first = s->before.until == 0;

	if (c->state != CERT_VALID || due_at(c, s->now.before) > s->now.until)
		return 0;
	if (first ? c->not_after < s->now.until
		  : due_at(c, s->before.before) <= s->before.until)
		return 0;
	return keep(s, c);
}

static int by_time(const void *a, const void *b)
{
	const struct due *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

/* Whether it has a successor: another valid certificate of that name. */
static int tell(struct ca *ca, struct out *out, const struct due *d,
    int64_t now, struct err *e)
{
	struct notice n = { .event = NOTICE_NONE };
	struct stored_cert c;
	size_t others = 0;
	struct err why;
	int rc;

	if (store_cert_find(ca->store, &d->serial, &c, e) != 0)
		return -1;
	rc = store_cert_named(
	    ca->store, c.name_hash, now, &c.serial, 1, &others, e);
	if (rc == 0)
		rc =
		    notice_of_cert(&ca->conf, NOTICE_EXPIRING, &c, NULL, &n, e);
	if (rc == 0)
		rc = facts_text(
		    &n.env, "SCEPCA_RENEWED", others > 0 ? "yes" : "no", e);
	if (rc == 0)
		complain(out, notice_give(&ca->conf, &n, &why), &why);
	notice_release(&n);
	stored_cert_release(&c);
	return rc;
}

/* Written down after each second, so that what breaks off repeats little. */
static int tell_all(struct ca *ca, struct out *out, struct survey *s,
    size_t *told, struct err *e)
{
	struct store_told note = s->now;
	int64_t now = s->now.until;
	size_t i = 0;

	while (i < s->n) {
		if (tell(ca, out, &s->due[i], now, e) != 0)
			return -1;
		i++;
		*told = i;
		if (i < s->n && s->due[i].at == s->due[i - 1].at)
			continue;
		note.until = i < s->n ? s->due[i - 1].at : now;
		if (store_told_note(ca->store, &note, e) != 0)
			return -1;
		if (i >= NOTICES_MAX)
			return 0;
	}
	return s->n > 0 ? 0 : store_told_note(ca->store, &note, e);
}

int notices_expiring(struct ca *ca, struct out *out, int64_t now, size_t *told,
    size_t *left, struct err *e)
{
	struct survey s = {
		/* this second is not over: more may be issued in it */
		.now = { .until = now - 1, .before = ca->conf.notify_expiring },
		.e = e,
	};
	int rc = -1;

	*told = *left = 0;
	if (ca->conf.notify[0] == '\0' || ca->conf.notify_expiring == 0)
		return 0;
	if (store_told_find(ca->store, &s.before, e) == 0 &&
	    certs_each(ca->store, look, &s, e) == 0 && !s.failed) {
		if (s.n > 0)
			qsort(s.due, s.n, sizeof(*s.due), by_time);
		rc = tell_all(ca, out, &s, told, e);
		*left = s.n - *told;
	}
	free(s.due);
	return rc;
}
