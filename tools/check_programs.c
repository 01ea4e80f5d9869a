/*
 * The programs of ca.conf, and the CAs of others that it trusts.
 */
#include <string.h>

#include "check.h"
#include "crl.h"
#include "program.h"
#include "trust_files.h"

enum { DAY = 86400, SOON = 30 * DAY };

static void check_program(struct check *c, const char *what, const char *path)
{
	struct err e;

	if (path[0] == '\0')
		return;
	if (program_check(path, &e) == 0)
		check_say(c, FINE, what, NULL, "%s can be run", path);
	else
		check_say(c, PROBLEM, what,
		    "put the program there, owned by root and with mode 0755, "
		    "or take the setting out of ca.conf",
		    "%s", e.text);
}

static void check_trust_certs(struct check *c, const struct trust *t,
    const struct trust_files *f, const struct cert_view *own)
{
	for (size_t i = 0; i < f->n; i++) {
		int64_t left = f->certs[i].not_after - c->now;

		if (own != NULL && span_eq(f->certs[i].spki, own->spki))
			check_say(c, WARNING, t->certs,
			    "take it out: what it has issued renews without it",
			    "certificate %zu is that of this CA, which vouches "
			    "for nobody whom it does not know",
			    i + 1);
		if (left < 0)
			check_say(c, WARNING, t->certs,
			    "take it out, or put its successor in",
			    "certificate %zu has expired: nobody below it is "
			    "believed",
			    i + 1);
		else if (left < SOON)
			check_say(c, WARNING, t->certs,
			    "put its successor in, too",
			    "certificate %zu expires in %lld days", i + 1,
			    (long long)(left / DAY));
	}
}

/* of_ca - BEFORE and the name of a CA as people read it; good for `text` */
static const char *of_ca(const char *before, struct span name, struct buf *text)
{
	buf_cut(text, 0);
	if (buf_put(text, span_str(before), NULL) != 0 ||
	    name_text(name, text, NULL) != 0 ||
	    buf_put(text, SPAN_LIT("\0"), NULL) != 0)
		return before;
	return (const char *)text->p;
}

static void check_trust_full(
    struct check *c, const struct trust *t, size_t i, const struct crl_view *v)
{
	struct buf remedy = { 0 };

	if (!crl_is_full(v))
		check_say(c, PROBLEM, t->crl,
		    of_ca("give the full CRL of CA ", v->issuer, &remedy),
		    "CRL %zu is not a full one: it is of some certificates "
		    "only, a delta, or holds critical extensions that are "
		    "unknown, so it proves of nobody that he is not revoked "
		    "(RFC 5280, 5.2)",
		    i + 1);
	buf_release(&remedy);
}

static void check_trust_crls(
    struct check *c, const struct trust *t, const struct trust_files *f)
{
	struct crl_view v;

	for (size_t i = 0; i < f->n_crls; i++) {
		if (crl_parse(buf_span(&f->crls[i]), &v, NULL) != 0)
			continue;
		check_trust_full(c, t, i, &v);
		if (v.next_update != 0 && v.next_update < c->now)
			check_say(c, PROBLEM, t->crl,
			    "fetch a new one, daily, by a timer",
			    "CRL %zu should have been replaced %lld hours ago: "
			    "devices of that CA are refused",
			    i + 1, (long long)(c->now - v.next_update) / 3600);
	}
}

/* has_crl - is there a full one which this CA has signed? */
static bool has_crl(const struct trust_files *f, const struct cert_view *ca)
{
	struct crl_view v;

	for (size_t i = 0; i < f->n_crls; i++)
		if (crl_parse(buf_span(&f->crls[i]), &v, NULL) == 0 &&
		    span_eq(v.issuer, ca->subject) &&
		    crl_verify(buf_span(&f->crls[i]), ca->spki, NULL) == 0 &&
		    crl_is_full(&v))
			return true;
	return false;
}

/*
 * A root may have issued no device itself, so that it needs no CRL; if there is
 * none of any CA, the file is the wrong one.
 */
static void check_trust_covered(
    struct check *c, const struct trust *t, const struct trust_files *f)
{
	bool has[TRUST_CERTS_MAX], any = false;
	struct buf text = { 0 }, remedy = { 0 };

	if (t->crl[0] == '\0')
		return;
	for (size_t i = 0; i < f->n; i++) {
		has[i] = has_crl(f, &f->certs[i]);
		any = any || has[i];
	}
	for (size_t i = 0; i < f->n; i++)
		if (!has[i])
			check_say(c, any ? WARNING : PROBLEM, t->crl,
			    of_ca("give the full CRL of CA ",
				f->certs[i].subject, &remedy),
			    "%s: devices directly below it are refused",
			    of_ca("no CRL of CA ", f->certs[i].subject, &text));
	buf_release(&text);
	buf_release(&remedy);
}

static void check_trust(
    struct check *c, const struct trust *t, const struct cert_view *own)
{
	static const char *const ties[] = {
		[TIE_SUBJECT] = "gets the name that it has there",
		[TIE_SERIAL_NUMBER] = "gets a name with its serial number",
	};
	struct trust_files f;
	char what[CONF_NAME_MAX + 8];
	struct err e;

	snprintf(what, sizeof(what), "trust %s", t->name);
	if (trust_load(c->home, t, &f, &e) != 0) {
		check_say(c, PROBLEM, what,
		    "put the CA certificates there as PEM, readable for the "
		    "owner of the home, or take the trust out of ca.conf",
		    "%s", e.text);
	} else {
		check_trust_certs(c, t, &f, own);
		check_trust_crls(c, t, &f);
		check_trust_covered(c, t, &f);
		check_say(c, FINE, what, NULL,
		    "a device with a certificate below %zu CA%s %s%s", f.n,
		    f.n == 1 ? "" : "s", ties[t->tie],
		    t->crl[0] == '\0' ? "; no CRL says which are revoked" : "");
	}
	trust_files_release(&f);
}

struct seen {
	struct check *c;
	const struct cert_view *own; /* of the CA; NULL: it cannot be read */
	bool any;		     /* an endpoint was there before */
	struct words trusts;
};

static int look_at(const struct conf *conf, void *arg)
{
	struct seen *s = arg;
	char what[CONF_NAME_MAX + 24];

	snprintf(what, sizeof(what), "authorise of %s", conf->endpoint.name);
	check_program(s->c, what, conf->endpoint.authorise);
	if (!s->any)
		check_program(s->c, "notify", conf->notify);
	s->any = true;
	for (size_t i = 0; i < conf->n_trusts; i++)
		if (!words_has(&s->trusts, conf->trusts[i].name)) {
			(void)words_add(&s->trusts, conf->trusts[i].name);
			check_trust(s->c, &conf->trusts[i], s->own);
		}
	return 0;
}

void check_programs(struct check *c)
{
	struct seen s = { .c = c };
	struct ca *ca;

	/* a ca.conf that is wrong has been told of, and certificates will be */
	if (ca_open(c->home, NULL, &ca, NULL) != 0)
		return;
	if (ca_certs(ca, NULL) == 0)
		s.own = &ca->ca_cert;
	(void)conf_each_endpoint(c->home, look_at, &s, NULL);
	ca_close(ca);
}
