/*
 * scepca request show - all that an operator needs to decide on a request, and
 * all that became of it.
 */
#include <string.h>
#include <time.h>

#include "alike.h"
#include "certs.h"
#include "csr.h"
#include "describe.h"
#include "requests.h"
#include "scepca.h"

enum { SAME_MAX = 20 };

static json_t *text_or_null(const char *s)
{
	return s[0] != '\0' ? out_text(span_str(s)) : json_null();
}

/* put_csr - what is asked for, while it is kept (R104) */
static void put_csr(json_t *doc, const struct stored_request *r)
{
	static const char *const keys[] = { "key", "names", "extensions",
		"sha1", "md5", "key_sha256", "serial", "certificate" };
	struct span der = buf_span(&r->csr);
	struct csr csr;
	struct err e;
	size_t i;

	/* a script finds every key, whatever is known */
	for (i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		json_object_set_new(doc, keys[i], json_null());
	if (der.n == 0 || csr_parse(der, &csr, &e) != 0)
		return;
	json_object_set_new(doc, "key", describe_key(csr.spki));
	json_object_set_new(doc, "names", describe_names(csr.extensions));
	json_object_set_new(
	    doc, "extensions", describe_extensions(csr.extensions));
	json_object_set_new(
	    doc, "sha1", describe_fingerprint(der, GNUTLS_DIG_SHA1));
	json_object_set_new(
	    doc, "md5", describe_fingerprint(der, GNUTLS_DIG_MD5));
	json_object_set_new(doc, "key_sha256",
	    describe_fingerprint(csr.spki, GNUTLS_DIG_SHA256));
	csr_release(&csr);
}

static void put_cert(json_t *doc, const struct stored_cert *c, int64_t now)
{
	struct cert_view v;

	if (c->der.n == 0)
		return;
	json_object_set_new(doc, "serial", certs_serial(&c->serial));
	json_object_set_new(
	    doc, "certificate", json_string(certs_state(c, now)));
	if (cert_parse(buf_span(&c->der), &v, NULL) != 0)
		return;
	json_object_set_new(doc, "key", describe_key(v.spki));
	json_object_set_new(doc, "names", describe_names(v.extensions));
	json_object_set_new(
	    doc, "key_sha256", describe_fingerprint(v.spki, GNUTLS_DIG_SHA256));
}

struct history {
	json_t *list;
	bool for_people;
};

static void add_change(struct history *h, int64_t t, const char *state)
{
	json_t *o, *when = out_time(t);

	if (json_is_null(when)) {
		json_decref(when);
	} else if (h->for_people) {
		json_array_append_new(h->list,
		    json_sprintf("%s %s", state, json_string_value(when)));
		json_decref(when);
	} else {
		o = json_object();
		json_object_set_new(o, "state", json_string(state));
		json_object_set_new(o, "time", when);
		json_array_append_new(h->list, o);
	}
}

/* changes - through which states it went, and when (R148) */
static json_t *changes(const struct stored_request *r,
    const struct stored_cert *c, int64_t now, bool for_people)
{
	struct history h = { json_array(), for_people };
	int64_t issued = c->der.n > 0 ? c->issued_at : r->decided_at;
	enum request_state s = requests_state(r, now);

	if (s != REQUEST_GRANTED || r->created_at < issued)
		add_change(&h, r->created_at, "pending");
	if (s == REQUEST_GRANTED && r->decided_at != 0 &&
	    r->decided_at < issued && r->created_at < r->decided_at)
		add_change(&h, r->decided_at, "approved");
	if (s == REQUEST_GRANTED)
		add_change(&h, issued, "granted");
	else if (s == REQUEST_EXPIRED && r->state == REQUEST_PENDING)
		add_change(&h, r->expires_at, "expired");
	else if (s != REQUEST_PENDING)
		add_change(&h, r->decided_at, requests_state_name(s));
	if (c->der.n > 0) {
		add_change(&h, c->delivered_at, "delivered");
		if (c->state != CERT_VALID)
			add_change(&h, c->revoked_at, certs_state(c, now));
	}
	return h.list;
}

struct same {
	const struct stored_request *r;
	const struct stored_cert *own; /* that it got */
	struct look look;
	int64_t now;
	json_t *list;
};

static int note_same_cert(const struct stored_cert *c, void *arg)
{
	struct same *s = arg;

	if (c->state == CERT_VALID && c->not_after >= s->now &&
	    memcmp(c->name_hash, s->r->name_hash, sizeof(c->name_hash)) == 0 &&
	    (s->own->der.n == 0 ||
		!certs_same_serial(&c->serial, &s->own->serial)))
		json_array_append_new(s->list, certs_serial(&c->serial));
	return json_array_size(s->list) >= SAME_MAX;
}

static int note_alike(const struct stored_request *r, void *arg)
{
	struct same *s = arg;
	struct look look;
	struct span name;

	if ((memcmp(r->key.key_hash, s->r->key.key_hash,
		 sizeof(r->key.key_hash)) != 0 ||
		strcmp(r->key.trans_id, s->r->key.trans_id) != 0) &&
	    requests_state(r, s->now) != REQUEST_EXPIRED &&
	    requests_name(r, NULL, &name) && look_of(name, &look, NULL) == 0 &&
	    look_same(&look, &s->look))
		json_array_append_new(s->list, requests_id(&r->key, false));
	return json_array_size(s->list) >= SAME_MAX;
}

/*
 * put_others - who has the name already, and who else wants to be called so
 * (T-17)
 */
static int put_others(json_t *doc, struct store *st,
    const struct stored_request *r, const struct stored_cert *c, int64_t now,
    struct err *e)
{
	struct same s = { .r = r, .own = c, .now = now };
	struct span name;
	size_t n;

	/* counting costs nothing; most have none, and need no search */
	if (store_cert_named(st, r->name_hash, now,
		c->der.n > 0 ? &c->serial : NULL, 1, &n, e) != 0)
		return -1;
	s.list = json_array();
	json_object_set_new(doc, "same_name", s.list);
	if (n > 0 && certs_each(st, note_same_cert, &s, e) != 0)
		return -1;
	s.list = json_array();
	json_object_set_new(doc, "alike", s.list);
	if (!request_is_open(r) || !requests_name(r, c, &name))
		return 0;
	if (look_of(name, &s.look, e) != 0)
		return -1;
	return requests_each_open(st, note_alike, &s, e);
}

static const char *type_name(unsigned type)
{
	switch (type) {
	case 17:
		return "RenewalReq";
	case 18:
		return "UpdateReq";
	case 19:
		return "PKCSReq";
	}
	return "unknown";
}

/* next_step - what the operator can do now */
static json_t *next_step(
    const struct stored_request *r, const struct stored_cert *c, int64_t now)
{
	const uint8_t *h = r->csr_hash;
	json_t *id = requests_id(&r->key, false), *serial, *text;
	const char *short_id = json_string_value(id);

	switch (requests_state(r, now)) {
	case REQUEST_PENDING:
		text = json_sprintf("scepca request approve %s --fingerprint "
				    "%02X%02X%02X%02X; or scepca request "
				    "reject %s",
		    short_id, h[0], h[1], h[2], h[3], short_id);
		break;
	case REQUEST_APPROVED:
		text = json_string("scepca maintain, where the CA's key is");
		break;
	case REQUEST_GRANTED:
		serial = certs_serial(&r->serial);
		text = c->der.n > 0 ? json_sprintf("scepca cert show %s",
					  json_string_value(serial))
				    : json_null();
		json_decref(serial);
		break;
	default:
		text = json_string("none: the device has to ask again");
	}
	json_decref(id);
	return text;
}

static int show(struct out *out, struct store *st,
    const struct stored_request *r, const struct stored_cert *c, struct err *e)
{
	static const struct out_field fields[] = {
		{ "id", "id", 0 },
		{ "transaction", "transaction", 0 },
		{ "state", "state", 0 },
		{ "changes", "history", 0 },
		{ "expires", "expires", 0 },
		{ "why", "why it waits", 0 },
		{ "reason", "rejected for", 0 },
		{ "subject", "subject", 0 },
		{ "names", "names", 0 },
		{ "key", "key", 0 },
		{ "extensions", "asks for", 0 },
		{ "sha256", "request SHA-256", 0 },
		{ "sha1", "request SHA-1", 0 },
		{ "md5", "request MD5", 0 },
		{ "key_sha256", "key SHA-256", 0 },
		{ "type", "message", 0 },
		{ "endpoint", "endpoint", 0 },
		{ "remote", "asked from", 0 },
		{ "challenge", "challenge", 0 },
		{ "renews", "renews", 0 },
		{ "serial", "certificate", 0 },
		{ "certificate", "it is", 0 },
		{ "same_name", "have this name", 0 },
		{ "alike", "want one alike", 0 },
		{ "next", "next", 0 },
	};
	static const char hex[] = "0123456789ABCDEF";
	char sha256[3 * sizeof(r->csr_hash)];
	int64_t now = time(NULL);
	enum request_state s = requests_state(r, now);
	json_t *doc = requests_json(r, c, now, false);
	size_t i;

	/* the CSR is kept while it waits only, its digest for ever */
	for (i = 0; i < sizeof(r->csr_hash); i++) {
		sha256[3 * i] = hex[r->csr_hash[i] >> 4];
		sha256[3 * i + 1] = hex[r->csr_hash[i] & 15];
		sha256[3 * i + 2] = ':';
	}
	json_object_set_new(
	    doc, "sha256", json_stringn(sha256, sizeof(sha256) - 1));
	json_object_set_new(doc, "changes", changes(r, c, now, !out->json));
	json_object_set_new(doc, "expires",
	    s == REQUEST_PENDING ? out_time(r->expires_at) : json_null());
	json_object_set_new(doc, "why",
	    s == REQUEST_PENDING	? text_or_null(r->reason)
		: s == REQUEST_APPROVED ? json_string("for the CA's key")
					: json_null());
	json_object_set_new(doc, "reason",
	    s == REQUEST_REJECTED ? text_or_null(r->reason) : json_null());
	json_object_set_new(doc, "type", json_string(type_name(r->type)));
	json_object_set_new(doc, "endpoint", text_or_null(r->endpoint));
	json_object_set_new(doc, "challenge", text_or_null(r->challenge_id));
	json_object_set_new(doc, "renews", certs_serial(&r->renews));
	put_csr(doc, r);
	put_cert(doc, c, now);
	json_object_set_new(doc, "next", next_step(r, c, now));
	if (put_others(doc, st, r, c, now, e) != 0) {
		json_decref(doc);
		return -1;
	}
	out_fields(out, NULL, fields, sizeof(fields) / sizeof(fields[0]), doc);
	return 0;
}

int run_request_show(const struct opts *o, struct out *out)
{
	struct stored_request r = { 0 };
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (store_request_named(ca->store, o->words[0], &r, &c, &e) != 0 ||
	    show(out, ca->store, &r, &c, &e) != 0)
		rc = out_error(out, &e);
	stored_request_release(&r);
	stored_cert_release(&c);
	ca_close(ca);
	return rc;
}
