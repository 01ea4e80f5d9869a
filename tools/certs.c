#include "certs.h"

#include <ctype.h>
#include <fnmatch.h>
#include <string.h>

#include "describe.h"

enum { PAGE = 64 };

static const char *const reasons[] = {
	"unspecified",
	"keyCompromise",
	"cACompromise",
	"affiliationChanged",
	"superseded",
	"cessationOfOperation",
	"certificateHold",
	NULL, /* 7 is not used */
	"removeFromCRL",
	"privilegeWithdrawn",
	"aACompromise",
};

enum { N_REASONS = sizeof(reasons) / sizeof(reasons[0]) };

const char *reason_name(unsigned reason)
{
	if (reason >= N_REASONS || reasons[reason] == NULL)
		return "unknown";
	return reasons[reason];
}

/* reads_as - is `text` the name, but for case and dashes? */
static bool reads_as(const char *text, const char *name)
{
	for (;; text++, name++) {
		while (*text == '-' || *text == '_')
			text++;
		if (tolower((unsigned char)*text) !=
		    tolower((unsigned char)*name))
			return false;
		if (*name == '\0')
			return true;
	}
}

int reason_read(const char *text, unsigned *reason, struct err *e)
{
	char known[300] = "";
	size_t i, used = 0;

	for (i = 0; i < N_REASONS; i++) {
		if (reasons[i] == NULL)
			continue;
		if (reads_as(text, reasons[i])) {
			*reason = (unsigned)i;
			return 0;
		}
		used += (size_t)snprintf(known + used, sizeof(known) - used,
		    "%s%s", used > 0 ? ", " : "", reasons[i]);
	}
	return err_set(e, ERR_INPUT, "--reason takes one of %s", known);
}

const char *certs_state(const struct stored_cert *c, int64_t now)
{
	if (c->state == CERT_REVOKED)
		return "revoked";
	if (c->state == CERT_HELD)
		return "held";
	return now > c->not_after ? "expired" : "valid";
}

bool certs_same_serial(const struct serial *a, const struct serial *b)
{
	return a->n == b->n && memcmp(a->b, b->b, a->n) == 0;
}

json_t *certs_serial(const struct serial *s)
{
	return s->n > 0 ? describe_serial((struct span){ s->b, s->n })
			: json_null();
}

static json_t *text_or_null(const char *s)
{
	return s[0] != '\0' ? out_text(span_str(s)) : json_null();
}

json_t *certs_json(const struct stored_cert *c, int64_t now)
{
	struct cert_view v;
	struct err e;
	json_t *o;

	if (cert_parse(buf_span(&c->der), &v, &e) == 0) {
		o = describe_cert(&v);
	} else {
		o = json_object();
		json_object_set_new(o, "subject", out_text(span_str(e.text)));
		json_object_set_new(o, "serial", certs_serial(&c->serial));
		json_object_set_new(o, "not_before", out_time(c->not_before));
		json_object_set_new(o, "not_after", out_time(c->not_after));
	}
	json_object_set_new(o, "state", json_string(certs_state(c, now)));
	json_object_set_new(o, "issued", out_time(c->issued_at));
	json_object_set_new(o, "delivered", out_time(c->delivered_at));
	json_object_set_new(o, "revoked", out_time(c->revoked_at));
	json_object_set_new(o, "reason",
	    c->state == CERT_VALID ? json_null()
				   : json_string(reason_name(c->reason)));
	json_object_set_new(o, "renews", certs_serial(&c->renews));
	json_object_set_new(o, "transaction", text_or_null(c->trans_id));
	json_object_set_new(o, "challenge", text_or_null(c->challenge_id));
	json_object_set_new(o, "endpoint", text_or_null(c->endpoint));
	json_object_set_new(o, "remote", text_or_null(c->remote));
	return o;
}

bool certs_fits_subject(const char *pattern, const json_t *row)
{
	const char *name = json_string_value(json_object_get(row, "subject"));

	if (pattern == NULL)
		return true;
	if (name == NULL)
		return false;
	if (pattern[strcspn(pattern, "*?[")] == '\0')
		return strcasestr(name, pattern) != NULL;
	return fnmatch(pattern, name, FNM_NOESCAPE | FNM_CASEFOLD) == 0;
}

int certs_each(struct store *st,
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

int certs_find(
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
	if (certs_each(st, try_one, &s, e) != 0)
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
