/*
 * scepca cert list and show - the certificates that the CA has issued.
 */
#include <fnmatch.h>
#include <string.h>
#include <time.h>

#include "certs.h"
#include "describe.h"
#include "scepca.h"

/*
 * fits_subject - a pattern with * ? [ must match the whole name, another text
 * may stand anywhere in it; upper and lower case are one.
 */
static bool fits_subject(const char *pattern, const json_t *cert)
{
	const char *name = json_string_value(json_object_get(cert, "subject"));

	if (pattern == NULL)
		return true;
	if (name == NULL)
		return false;
	if (pattern[strcspn(pattern, "*?[")] == '\0')
		return strcasestr(name, pattern) != NULL;
	return fnmatch(pattern, name, FNM_NOESCAPE | FNM_CASEFOLD) == 0;
}

static bool fits_state(const char *wanted, const json_t *cert)
{
	const char *state = json_string_value(json_object_get(cert, "state"));

	if (wanted == NULL || strcmp(state, wanted) == 0)
		return true;
	/* on hold is revoked for the time being (RFC 5280, 5.3.1) */
	return strcmp(wanted, "revoked") == 0 && strcmp(state, "held") == 0;
}

struct listing {
	struct out *out;
	const char *subject, *state;
	int64_t now;
};

static int list_one(const struct stored_cert *c, void *arg)
{
	struct listing *l = arg;
	json_t *row = certs_json(c, l->now);

	if (fits_state(l->state, row) && fits_subject(l->subject, row))
		out_row(l->out, row);
	else
		json_decref(row);
	return 0;
}

int run_cert_list(const struct opts *o, struct out *out)
{
	static const struct out_field columns[] = {
		{ "serial", "SERIAL", 40 },
		{ "state", "STATE", 7 },
		{ "issued", "ISSUED", 20 },
		{ "not_after", "VALID UNTIL", 20 },
		{ "subject", "SUBJECT", 0 },
	};
	struct listing l = { out, opt_value(o, "subject"),
		opt_value(o, "state"), time(NULL) };
	struct ca *ca;
	struct err e;
	int rc;

	if (l.state != NULL && strcmp(l.state, "valid") != 0 &&
	    strcmp(l.state, "revoked") != 0 && strcmp(l.state, "expired") != 0)
		return out_usage(
		    out, "--state takes valid, revoked or expired");
	rc = scepca_open(o, out, &ca);
	if (rc != EXIT_DONE)
		return rc;
	out_list(
	    out, "certificates", columns, sizeof(columns) / sizeof(columns[0]));
	if (certs_each(ca->store, list_one, &l, &e) == 0)
		out_list_end(out);
	else
		rc = out_error(out, &e);
	ca_close(ca);
	return rc;
}

struct successor {
	const struct serial *old;
	json_t *serials;
};

static int note_successor(const struct stored_cert *c, void *arg)
{
	struct successor *s = arg;

	if (certs_same_serial(&c->renews, s->old))
		json_array_append_new(s->serials, certs_serial(&c->serial));
	return 0;
}

/* show - the record, and which certificates it stands between */
static int show(struct out *out, struct store *st, const struct stored_cert *c,
    struct err *e)
{
	static const struct out_field record[] = {
		{ "names", "names", 0 },
		{ "state", "state", 0 },
		{ "issued", "issued", 0 },
		{ "delivered", "delivered", 0 },
		{ "revoked", "revoked", 0 },
		{ "reason", "reason", 0 },
		{ "renews", "renews", 0 },
		{ "renewed_by", "renewed by", 0 },
		{ "transaction", "transaction", 0 },
		{ "challenge", "challenge", 0 },
		{ "remote", "asked from", 0 },
	};
	struct successor s = { &c->serial, json_array() };
	json_t *doc;

	if (certs_each(st, note_successor, &s, e) != 0) {
		json_decref(s.serials);
		return -1;
	}
	doc = certs_json(c, time(NULL));
	json_object_set_new(doc, "renewed_by", s.serials);
	if (!out->json)
		out_section(NULL, describe_fields, describe_n_fields, doc);
	out_fields(out, NULL, record, sizeof(record) / sizeof(record[0]), doc);
	return 0;
}

int run_cert_show(const struct opts *o, struct out *out)
{
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (certs_find(ca->store, o->words[0], &c, &e) != 0 ||
	    show(out, ca->store, &c, &e) != 0)
		rc = out_error(out, &e);
	stored_cert_release(&c);
	ca_close(ca);
	return rc;
}
