/*
 * scepca cert list and show - the certificates that the CA has issued.
 */
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "certs.h"
#include "describe.h"
#include "scepca.h"

static bool fits_state(const char *wanted, const json_t *cert)
{
	const char *state = json_string_value(json_object_get(cert, "state"));

	if (wanted == NULL || strcmp(state, wanted) == 0)
		return true;
	/* on hold is revoked for the time being (RFC 5280, 5.3.1) */
	return strcmp(wanted, "revoked") == 0 && strcmp(state, "held") == 0;
}

/* Which ones are wanted; NULL or 0 is all of them. */
struct listing {
	struct out *out;
	const char *subject, *state, *challenge, *transaction, *key, *endpoint;
	int64_t expires, issued; /* seconds: within so long, ahead and back */
	int64_t now;
};

static bool begins(const char *text, const char *wanted)
{
	return wanted == NULL || strncmp(text, wanted, strlen(wanted)) == 0;
}

/* fits_key - does the SHA-256 of the key begin so? */
static bool fits_key(const char *wanted, const struct stored_cert *c)
{
	static const char hex[] = "0123456789abcdef";
	size_t n = 0;

	for (; wanted != NULL && *wanted != '\0'; wanted++) {
		if (*wanted == ':' || *wanted == ' ')
			continue;
		if (n == 2 * sizeof(c->key_hash) ||
		    tolower((unsigned char)*wanted) !=
			hex[n % 2 == 0 ? c->key_hash[n / 2] >> 4
				       : c->key_hash[n / 2] & 15])
			return false;
		n++;
	}
	return true;
}

/* fits_record - as far as that can be told without reading the certificate */
static bool fits_record(const struct listing *l, const struct stored_cert *c)
{
	if (l->expires != 0 &&
	    (c->state != CERT_VALID || c->not_after < l->now ||
		c->not_after - l->now > l->expires))
		return false;
	if (l->issued != 0 && l->now - c->issued_at > l->issued)
		return false;
	if (l->endpoint != NULL && strcmp(c->endpoint, l->endpoint) != 0)
		return false;
	return begins(c->challenge_id, l->challenge) &&
	    begins(c->trans_id, l->transaction) && fits_key(l->key, c);
}

static int list_one(const struct stored_cert *c, void *arg)
{
	struct listing *l = arg;
	json_t *row;

	if (!fits_record(l, c))
		return 0;
	row = certs_json(c, l->now);
	if (fits_state(l->state, row) && certs_fits_subject(l->subject, row))
		out_row(l->out, row);
	else
		json_decref(row);
	return 0;
}

static int read_time(
    const struct opts *o, const char *name, int64_t *t, struct err *e)
{
	const char *text = opt_value(o, name);

	if (text == NULL || (parse_duration(text, t, NULL) == 0 && *t > 0))
		return 0;
	return err_set(
	    e, ERR_INPUT, "--%s takes a time such as 12h or 30d", name);
}

/* read_filters - ERR_INPUT: what is wrong with one of them */
static int read_filters(const struct opts *o, struct listing *l, struct err *e)
{
	const char *key;

	l->subject = opt_value(o, "subject");
	l->state = opt_value(o, "state");
	l->challenge = opt_value(o, "challenge");
	l->transaction = opt_value(o, "transaction");
	l->key = key = opt_value(o, "key");
	l->endpoint = opt_value(o, "endpoint");
	if (l->state != NULL && strcmp(l->state, "valid") != 0 &&
	    strcmp(l->state, "revoked") != 0 &&
	    strcmp(l->state, "expired") != 0)
		return err_set(
		    e, ERR_INPUT, "--state takes valid, revoked or expired");
	if (key != NULL &&
	    (key[0] == '\0' ||
		key[strspn(key, "0123456789abcdefABCDEF: ")] != '\0'))
		return err_set(e, ERR_INPUT,
		    "--key takes the SHA-256 of a key, or how it begins");
	if (read_time(o, "expires", &l->expires, e) != 0)
		return -1;
	return read_time(o, "issued", &l->issued, e);
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
	struct listing l = { .out = out, .now = time(NULL) };
	struct ca *ca;
	struct err e;
	int rc;

	if (read_filters(o, &l, &e) != 0)
		return out_usage(out, "%s", e.text);
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
		{ "endpoint", "endpoint", 0 },
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
