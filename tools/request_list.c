/*
 * scepca request list - who wants a certificate.
 */
#include <string.h>
#include <time.h>

#include "alike.h"
#include "certs.h"
#include "requests.h"
#include "scepca.h"

struct listing {
	struct out *out;
	struct store *st;
	bool any_open; /* --state open */
	enum request_state state;
	const char *subject, *remote; /* NULL: any */
	int64_t now;
	struct looks looks; /* of those that are open */
	size_t n_alike;
	struct err *e;
	bool failed;
};

static int read_state(const char *text, struct listing *l)
{
	static const enum request_state states[] = { REQUEST_PENDING,
		REQUEST_GRANTED, REQUEST_REJECTED, REQUEST_EXPIRED,
		REQUEST_APPROVED };
	size_t i;

	l->any_open = text == NULL || strcmp(text, "open") == 0;
	if (l->any_open)
		return 0;
	for (i = 0; i < sizeof(states) / sizeof(states[0]); i++)
		if (strcmp(text, requests_state_name(states[i])) == 0) {
			l->state = states[i];
			return 0;
		}
	return -1;
}

static bool is_wanted(const struct listing *l, const struct stored_request *r)
{
	enum request_state s = requests_state(r, l->now);

	if (l->remote != NULL &&
	    strncmp(r->remote, l->remote, strlen(l->remote)) != 0)
		return false;
	if (l->any_open)
		return s == REQUEST_PENDING || s == REQUEST_APPROVED;
	return s == l->state;
}

static int note_look(const struct stored_request *r, void *arg)
{
	struct listing *l = arg;
	struct look look;
	struct span name;

	if (!request_is_open(r) || requests_state(r, l->now) == REQUEST_EXPIRED)
		return 0;
	if (requests_name(r, NULL, &name) &&
	    (look_of(name, &look, l->e) != 0 ||
		looks_add(&l->looks, &look, l->e) != 0))
		l->failed = true;
	return l->failed;
}

/* has_double - is there another open one that looks like this one? (T-17) */
static bool has_double(struct listing *l, const struct stored_request *r)
{
	struct look look;
	struct span name;

	return request_is_open(r) && requests_name(r, NULL, &name) &&
	    look_of(name, &look, NULL) == 0 &&
	    looks_count(&l->looks, &look) > 1;
}

static int list_one(const struct stored_request *r, void *arg)
{
	struct listing *l = arg;
	struct stored_cert c = { 0 };
	json_t *row;
	bool alike;

	if (!is_wanted(l, r))
		return 0;
	/* its CSR is gone, and its name is in the certificate */
	if (r->state == REQUEST_GRANTED &&
	    store_cert_find(l->st, &r->serial, &c, l->e) != 0 &&
	    l->e->kind != ERR_NOT_FOUND) {
		l->failed = true;
		return 1;
	}
	row = requests_json(r, &c, l->now, !l->out->json);
	if (!certs_fits_subject(l->subject, row)) {
		json_decref(row);
		stored_cert_release(&c);
		return 0;
	}
	alike = has_double(l, r);
	l->n_alike += alike;
	if (l->out->json)
		json_object_set_new(row, "alike", json_boolean(alike));
	else
		json_object_set_new(
		    row, "alike", alike ? json_true() : json_null());
	out_row(l->out, row);
	stored_cert_release(&c);
	return 0;
}

/* list - twice through the open ones: which look alike shows at the end only */
static int list(struct listing *l)
{
	static const struct out_field columns[] = {
		{ "id", "ID", REQUEST_ID_SHOWN },
		{ "state", "STATE", 8 },
		{ "created", "CREATED", 20 },
		{ "remote", "FROM", 15 },
		{ "alike", "ALIKE", 5 },
		{ "subject", "SUBJECT", 30 },
		{ "transaction", "TRANSACTION", 0 },
	};
	bool open = l->any_open || l->state == REQUEST_PENDING ||
	    l->state == REQUEST_APPROVED;

	if (open &&
	    (requests_each_open(l->st, note_look, l, l->e) != 0 || l->failed))
		return -1;
	out_list(
	    l->out, "requests", columns, sizeof(columns) / sizeof(columns[0]));
	if ((open ? requests_each_open : requests_each)(
		l->st, list_one, l, l->e) != 0 ||
	    l->failed)
		return -1;
	out_list_end(l->out);
	if (l->n_alike > 0)
		out_complain(l->out,
		    "%zu of these look like another one that is open: compare "
		    "the fingerprints of scepca request show with those of the "
		    "devices",
		    l->n_alike);
	return 0;
}

int run_request_list(const struct opts *o, struct out *out)
{
	struct err e;
	struct listing l = { .out = out,
		.subject = opt_value(o, "subject"),
		.remote = opt_value(o, "remote"),
		.now = time(NULL),
		.e = &e };
	struct ca *ca;
	int rc;

	if (read_state(opt_value(o, "state"), &l) != 0)
		return out_usage(out,
		    "--state takes open, pending, approved, granted, rejected "
		    "or expired");
	rc = scepca_open(o, out, &ca);
	if (rc != EXIT_DONE)
		return rc;
	l.st = ca->store;
	if (list(&l) != 0)
		rc = out_error(out, &e);
	looks_release(&l.looks);
	ca_close(ca);
	return rc;
}
