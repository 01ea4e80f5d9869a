/*
 * Is there a CRL that devices can have, and does it say what it should (R178)?
 */
#include <string.h>

#include "check.h"
#include "crl.h"
#include "crl_publish.h"

enum { HOUR = 3600 };

/* text_of - a time as people read it */
static const char *text_of(int64_t t, char text[40])
{
	json_t *j = out_time(t);

	snprintf(text, 40, "%s",
	    json_is_null(j) ? "an unknown time" : json_string_value(j));
	json_decref(j);
	return text;
}

/* check_dates - of a good CRL; says at most one thing, the worst */
static void check_dates(struct check *c, const struct crl_view *v,
    const struct crl_state *s, const char *remedy)
{
	int64_t left = v->next_update - c->now, age = c->now - v->this_update;
	char text[40];

	if (left < 0)
		check_say(c, WARNING, HOME_PUBLIC_CRL, remedy,
		    "ended at %s: who looks at it takes no certificate of "
		    "this CA any more",
		    text_of(v->next_update, text));
	else if (v->this_update > c->now + HOUR)
		check_say(c, WARNING, HOME_PUBLIC_CRL,
		    "set the clock of this machine",
		    "begins at %s, which is to come",
		    text_of(v->this_update, text));
	else if (left < c->conf.crl_renew)
		check_say(c, WARNING, HOME_PUBLIC_CRL, remedy,
		    "ends at %s: in less than crl_renew",
		    text_of(v->next_update, text));
	else if (s->changed)
		check_say(c, WARNING, HOME_PUBLIC_CRL, remedy,
		    "certificates were revoked or released since it was made "
		    "at %s",
		    text_of(v->this_update, text));
	else if (age > c->conf.crl_renew)
		check_say(c, WARNING, HOME_PUBLIC_CRL, remedy,
		    "is of %s, older than crl_renew; a timer should run "
		    "scepca maintain",
		    text_of(v->this_update, text));
	else
		check_say(c, FINE, HOME_PUBLIC_CRL, NULL,
		    "number %lld, good until %s", (long long)v->number,
		    text_of(v->next_update, text));
}

void check_crl(struct check *c, struct ca *ca)
{
	const char *remedy =
	    check_command(c, "scepca --home", "", " crl --now");
	struct buf der = { .max = CRL_MAX };
	struct crl_state s;
	struct crl_view v;
	struct err e;

	if (home_read_large(c->home, HOME_PUBLIC_CRL, CRL_MAX, &der, &e) != 0) {
		if (e.kind == ERR_NOT_FOUND)
			check_say(c, WARNING, HOME_PUBLIC_CRL, remedy,
			    "is missing: nobody can see what is revoked");
		else
			check_say(
			    c, WARNING, HOME_PUBLIC_CRL, remedy, "%s", e.text);
	} else if (crl_parse(buf_span(&der), &v, &e) != 0 ||
	    ca_certs(ca, &e) != 0 ||
	    crl_verify(buf_span(&der), ca->ca_cert.spki, &e) != 0) {
		check_say(c, WARNING, HOME_PUBLIC_CRL, remedy,
		    "is not a CRL of this CA: %s", e.text);
	} else if (store_crl_state(ca->store, &s, &e) != 0) {
		check_say(c, PROBLEM, HOME_STORE,
		    "bring the home back from a backup", "%s", e.text);
	} else {
		check_dates(c, &v, &s, remedy);
	}
	if (c->conf.url[0] == '\0')
		check_say(c, FINE, HOME_CONF, NULL,
		    "url is not set in [ca], so certificates do not say where "
		    "their CRL is");
	buf_release(&der);
}
