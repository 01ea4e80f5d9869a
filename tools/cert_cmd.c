/*
 * scepca cert - the certificates that the CA has issued.
 */
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "describe.h"
#include "scepca.h"

enum { PAGE = 64 };

static const char *state_text(const struct stored_cert *c, int64_t now)
{
	if (c->state == CERT_REVOKED)
		return "revoked";
	if (c->state == CERT_HELD)
		return "held";
	return now > c->not_after ? "expired" : "valid";
}

/* to_json - the record, and what its certificate says */
static json_t *to_json(const struct stored_cert *c, int64_t now)
{
	struct cert_view v;
	struct err e;
	json_t *o;

	if (cert_parse(buf_span(&c->der), &v, &e) == 0) {
		o = describe_cert(&v);
	} else {
		o = json_object();
		json_object_set_new(o, "subject", out_text(span_str(e.text)));
		json_object_set_new(o, "serial",
		    describe_serial((struct span){ c->serial.b, c->serial.n }));
		json_object_set_new(o, "not_before", out_time(c->not_before));
		json_object_set_new(o, "not_after", out_time(c->not_after));
	}
	json_object_set_new(o, "state", json_string(state_text(c, now)));
	json_object_set_new(o, "issued", out_time(c->issued_at));
	json_object_set_new(o, "delivered", out_time(c->delivered_at));
	json_object_set_new(o, "revoked", out_time(c->revoked_at));
	json_object_set_new(o, "transaction",
	    c->trans_id[0] ? out_text(span_str(c->trans_id)) : json_null());
	json_object_set_new(o, "challenge",
	    c->challenge_id[0] ? out_text(span_str(c->challenge_id))
			       : json_null());
	json_object_set_new(o, "remote",
	    c->remote[0] ? out_text(span_str(c->remote)) : json_null());
	return o;
}

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

/*
 * each_cert - fn for every certificate of the store, read in pages so that no
 * request has to wait for a long listing; a return of 1 stops.
 */
static int each_cert(struct store *st,
    int (*fn)(const struct stored_cert *c, void *arg), void *arg, struct err *e)
{
	struct stored_cert page[PAGE];
	struct serial after = { 0 };
	bool first = true, stop = false;
	size_t i, n;

	do {
		if (store_cert_page(
			st, first ? NULL : &after, page, PAGE, &n, e) != 0)
			return -1;
		for (i = 0; i < n; i++) {
			after = page[i].serial;
			first = false;
			if (!stop && fn(&page[i], arg) != 0)
				stop = true;
			stored_cert_release(&page[i]);
		}
	} while (n == PAGE && !stop);
	return 0;
}

struct listing {
	struct out *out;
	const char *subject, *state;
	int64_t now;
};

static int list_one(const struct stored_cert *c, void *arg)
{
	struct listing *l = arg;
	json_t *row = to_json(c, l->now);

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
	if (each_cert(ca->store, list_one, &l, &e) == 0)
		out_list_end(out);
	else
		rc = out_error(out, &e);
	ca_close(ca);
	return rc;
}

struct search {
	struct serial_prefix prefix;
	struct serial found;
	size_t n;
};

static int try_one(const struct stored_cert *c, void *arg)
{
	struct search *s = arg;

	if (serial_prefix_fits(&s->prefix, &c->serial)) {
		s->found = c->serial;
		s->n++;
	}
	return s->n > 1;
}

/* find - the certificate whose serial is `text` or alone begins with it */
static int find(
    struct store *st, const char *text, struct stored_cert *c, struct err *e)
{
	struct search s = { 0 };
	struct serial whole;

	if (serial_prefix_read(text, &s.prefix, e) != 0)
		return -1;
	if (serial_prefix_whole(&s.prefix, &whole)) {
		if (store_cert_find(st, &whole, c, e) == 0)
			return 0;
		if (e->kind != ERR_NOT_FOUND)
			return -1;
	}
	if (each_cert(st, try_one, &s, e) != 0)
		return -1;
	if (s.n == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "no certificate has the serial number %s", s.prefix.digits);
	if (s.n > 1)
		return err_set(e, ERR_INPUT,
		    "more than one serial number begins with %s",
		    s.prefix.digits);
	return store_cert_find(st, &s.found, c, e);
}

int run_cert_show(const struct opts *o, struct out *out)
{
	static const struct out_field record[] = {
		{ "names", "names", 0 },
		{ "state", "state", 0 },
		{ "issued", "issued", 0 },
		{ "delivered", "delivered", 0 },
		{ "revoked", "revoked", 0 },
		{ "transaction", "transaction", 0 },
		{ "challenge", "challenge", 0 },
		{ "remote", "asked from", 0 },
	};
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	json_t *doc;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (find(ca->store, o->words[0], &c, &e) == 0) {
		doc = to_json(&c, time(NULL));
		if (!out->json)
			out_section(
			    NULL, describe_fields, describe_n_fields, doc);
		out_fields(
		    out, NULL, record, sizeof(record) / sizeof(record[0]), doc);
		stored_cert_release(&c);
	} else {
		rc = out_error(out, &e);
	}
	ca_close(ca);
	return rc;
}

/*
 * write_file - a file that anybody may read, as the user whom the home belongs
 * to; what stands there is replaced, but not through a symbolic link (T-45).
 */
static int write_file(const char *path, struct span bytes, struct err *e)
{
	int fd = open(
	    path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0644);
	FILE *f;
	int rc = -1;

	if (fd < 0 || (f = fdopen(fd, "w")) == NULL)
		return err_set(e, ERR_SYS,
		    "%s: %s, for user id %ld; or leave out --out and redirect",
		    path, strerror(errno), (long)geteuid());
	if (fchmod(fd, 0644) == 0 &&
	    fwrite(bytes.p, 1, bytes.n, f) == bytes.n && fflush(f) == 0)
		rc = 0;
	else
		err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
	fclose(f);
	return rc;
}

static int export(const struct opts *o, struct out *out,
    const struct stored_cert *c, struct err *e)
{
	static const struct out_field fields[] = {
		{ "serial", "serial", 0 },
		{ "file", "file", 0 },
	};
	const char *path = opt_value(o, "out");
	bool der = opt_value(o, "der") != NULL;
	struct buf pem = { 0 };
	struct span bytes = buf_span(&c->der);
	json_t *doc = NULL;
	int rc = -1;

	if (pem_encode(bytes, "CERTIFICATE", &pem, e) != 0)
		goto out;
	if (!der)
		bytes = buf_span(&pem);
	if (path != NULL && write_file(path, bytes, e) != 0)
		goto out;
	rc = 0;
	doc = json_object();
	json_object_set_new(doc, "serial",
	    describe_serial((struct span){ c->serial.b, c->serial.n }));
	if (path != NULL) {
		json_object_set_new(doc, "file", out_text(span_str(path)));
		out_fields(out, NULL, fields, 2, doc);
	} else if (out->json) {
		json_object_set_new(doc, "pem", out_text(buf_span(&pem)));
		out_json(out, doc);
	} else {
		fwrite(bytes.p, 1, bytes.n, stdout);
		json_decref(doc);
	}
out:
	buf_release(&pem);
	return rc;
}

int run_cert_export(const struct opts *o, struct out *out)
{
	bool der = opt_value(o, "der") != NULL;
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	int rc;

	if (der && opt_value(o, "pem") != NULL)
		return out_usage(out, "--pem or --der, not both");
	if (der && opt_value(o, "out") == NULL && !out->json &&
	    isatty(STDOUT_FILENO))
		return out_usage(out, "DER is not for a terminal: --out FILE");
	rc = scepca_open(o, out, &ca);
	if (rc != EXIT_DONE)
		return rc;
	if (find(ca->store, o->words[0], &c, &e) != 0 ||
	    export(o, out, &c, &e) != 0)
		rc = out_error(out, &e);
	stored_cert_release(&c);
	ca_close(ca);
	return rc;
}
