/*
 * An event of the service log, and a request of the store, in plain words.
 */
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "authorise.h"
#include "certs.h"
#include "refusal.h"
#include "requests.h"
#include "why.h"

const char *why_text(const json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

/* put_span - so long, in the largest unit that tells it */
static void put_time(FILE *f, long long seconds)
{
	static const struct {
		long long size;
		const char *name;
	} units[] = { { 86400, "days" }, { 3600, "hours" }, { 60, "minutes" } };

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (seconds >= 2 * units[i].size) {
			fprintf(f, "%lld %s", seconds / units[i].size,
			    units[i].name);
			return;
		}
	fprintf(f, "%lld second%s", seconds, seconds == 1 ? "" : "s");
}

/*
 * put_detail - what the log has of it: times as people tell them, and "ago" as
 * what it was, which is before that request
 */
static void put_detail(FILE *f, const char *s)
{
	static const char seconds[] = " seconds", ago[] = " ago";
	static const char by[] = "by ", reason[] = "reason ";
	char *end;
	long long n;
	bool off = strncmp(s, by, sizeof(by) - 1) == 0;

	if (off)
		s += sizeof(by) - 1;
	if (strncmp(s, reason, sizeof(reason) - 1) == 0) {
		n = strtoll(s + sizeof(reason) - 1, &end, 10);
		fputs(reason_name(n >= 0 && n < 256 ? (unsigned)n : 256), f);
		s = end;
	}
	while (*s != '\0') {
		n = 0;
		end = (char *)(uintptr_t)s;
		if (isdigit((unsigned char)*s) || (off && *s == '-'))
			n = strtoll(s, &end, 10);
		if (end == s) {
			fputc(*s++, f);
			continue;
		}
		if (strncmp(end, seconds, sizeof(seconds) - 1) != 0) {
			fwrite(s, 1, (size_t)(end - s), f);
			s = end;
			continue;
		}
		put_time(f, n < 0 ? -n : n);
		s = end + sizeof(seconds) - 1;
		if (off)
			fputs(n < 0 ? " behind" : " ahead", f);
		if (strncmp(s, ago, sizeof(ago) - 1) == 0) {
			fputs(" before", f);
			s += sizeof(ago) - 1;
		}
	}
}

/* A text that is written as it goes, and is then a value of an object. */
struct text {
	FILE *f;
	char *bytes;
	size_t size;
};

static void text_open(struct text *t)
{
	t->f = open_memstream(&t->bytes, &t->size);
	if (t->f == NULL)
		abort(); /* as jansson's memory: the tool has nothing to save */
}

static void text_set(struct text *t, json_t *o, const char *key)
{
	fclose(t->f);
	json_object_set_new(
	    o, key, out_text((struct span){ (uint8_t *)t->bytes, t->size }));
	free(t->bytes);
}

static void explain_refusal(json_t *o)
{
	const char *code = why_text(o, "refusal");
	const struct refusal_entry *entry = refusal_by_code(code);

	json_object_set_new(o, "outcome", json_string("refused"));
	json_object_set_new(o, "code", out_text(span_str(code)));
	if (entry == NULL) { /* of another version of the server */
		json_object_set_new(
		    o, "cause", json_string("a reason that is not known here"));
		json_object_set_new(o, "remedy",
		    json_string("install scepca and pkiclient.exe of one "
				"version"));
		return;
	}
	json_object_set_new(o, "cause",
	    json_string(entry->cause != NULL ? entry->cause : entry->text));
	json_object_set_new(o, "remedy", json_string(entry->remedy));
}

static void explain_fault(json_t *o)
{
	bool busy = strcmp(why_text(o, "status"), "503") == 0;

	json_object_set_new(o, "outcome", json_string("failed"));
	json_object_set_new(
	    o, "code", json_string(busy ? "busy" : "server-fault"));
	json_object_set_new(o, "cause", json_string("the server failed"));
	why_add_fact(o, why_text(o, "error"));
	json_object_set_new(o, "remedy",
	    json_string(busy
		    ? "none, the device comes back by itself; if it "
		      "goes on, look for a program that holds the store"
		    : "scepca check says what is wrong here; then let "
		      "the device ask again"));
}

static void explain_success(json_t *o)
{
	const char *type = why_text(o, "type");
	bool again = strcmp(why_text(o, "repeated"), "yes") == 0;

	json_object_set_new(o, "outcome", json_string("granted"));
	json_object_set_new(o, "cause",
	    json_string(strcmp(type, "GetCRL") == 0 ? "the CRL went out"
		    : strcmp(type, "GetCert") == 0  ? "a certificate went out"
		    : again ? "the device got its certificate once more"
			    : "the device got its certificate"));
	why_add_fact(o, why_text(o, "serial"));
}

void why_explain(json_t *o)
{
	static const char *const results[] = { "code", "cause", "remedy" };
	static const char of_challenge[] = "challenge-";
	const char *result = why_text(o, "result");
	const char *code = why_text(o, "refusal"), *lost;

	for (size_t i = 0; i < sizeof(results) / sizeof(results[0]); i++)
		json_object_set_new(o, results[i], json_null());
	if (strcmp(result, "FAILURE") == 0) {
		explain_refusal(o);
	} else if (strcmp(result, "SUCCESS") == 0) {
		explain_success(o);
	} else if (strcmp(result, "PENDING") == 0) {
		json_object_set_new(o, "outcome", json_string("pending"));
		json_object_set_new(
		    o, "cause", json_string("the device was told to wait"));
	} else {
		explain_fault(o);
	}
	if (strncmp(code, of_challenge, sizeof(of_challenge) - 1) == 0)
		why_add_fact(o, why_text(o, "challenge"));
	why_name(o, "CHALLENGE", why_text(o, "challenge"));
	/* the detail of the latter is in its text */
	if (strcmp(code, "duplicate") != 0)
		why_add_fact(o, why_text(o, "detail"));
	lost = why_text(o, "lost");
	if (lost[0] != '\0') {
		why_add_fact(o, "but the answer was lost on its way");
		why_add_fact(o, lost);
		json_object_set_new(o, "remedy",
		    json_string("let the device ask again: the same request "
				"gets the same answer"));
	}
}

void why_add_fact(json_t *o, const char *fact)
{
	const char *cause = why_text(o, "cause");
	size_t n = strlen(cause);
	bool more = n > 0 && cause[n - 1] == ')';
	struct text t;

	if (fact[0] == '\0')
		return;
	text_open(&t);
	fwrite(cause, 1, n - more, t.f);
	fputs(more ? ", " : " (", t.f);
	put_detail(t.f, fact);
	fputc(')', t.f);
	text_set(&t, o, "cause");
}

/* is_word - does `word` stand at `s`, and is no part of a longer one? */
static bool is_word(const char *all, const char *s, const char *word)
{
	size_t n = strlen(word);

	return strncmp(s, word, n) == 0 &&
	    (s == all || !isalnum((unsigned char)s[-1])) &&
	    !isalnum((unsigned char)s[n]);
}

void why_name(json_t *o, const char *word, const char *value)
{
	const char *remedy = why_text(o, "remedy"), *s;
	struct text t;

	if (value[0] == '\0' || strstr(remedy, word) == NULL)
		return;
	text_open(&t);
	for (s = remedy; *s != '\0'; s++)
		if (is_word(remedy, s, word)) {
			fputs(value, t.f);
			s += strlen(word) - 1;
		} else {
			fputc(*s, t.f);
		}
	text_set(&t, o, "remedy");
}

/* say - `text` and `remedy`, which may hold the id or serial of the request */
static void say(json_t *o, const char *remedy, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
static void say(json_t *o, const char *remedy, const char *fmt, ...)
{
	struct text t;
	va_list ap;

	text_open(&t);
	va_start(ap, fmt);
	vfprintf(t.f, fmt, ap);
	va_end(ap);
	text_set(&t, o, "text");
	json_object_set_new(
	    o, "remedy", remedy != NULL ? json_string(remedy) : json_null());
	why_name(o, "ID", why_text(o, "id"));
	why_name(o, "SERIAL", why_text(o, "serial"));
}

static void set_time(json_t *o, const char *key, int64_t t)
{
	json_object_set_new(o, key, out_time(t));
}

static void tell_certificate(
    json_t *o, const struct stored_cert *c, int64_t now)
{
	const char *serial = why_text(o, "serial");
	const char *state = certs_state(c, now);

	set_time(o, "issued", c->issued_at);
	set_time(o, "delivered", c->delivered_at);
	set_time(o, "revoked", c->revoked_at);
	set_time(o, "ends", c->not_after);
	if (c->state == CERT_HELD)
		say(o,
		    "scepca cert revoke SERIAL --reason removeFromCRL ends "
		    "the hold",
		    "its certificate %s is on hold since %s", serial,
		    why_text(o, "revoked"));
	else if (c->state == CERT_REVOKED)
		say(o,
		    authorised_by_trust(c->rule)
			? "the device needs a new key, and asks with the "
			  "certificate that the trust vouches for"
			: "the device needs a new key and a new challenge: "
			  "scepca challenge new",
		    "its certificate %s was revoked %s (%s)", serial,
		    why_text(o, "revoked"), reason_name(c->reason));
	else if (strcmp(state, "expired") == 0)
		say(o,
		    authorised_by_trust(c->rule)
			? "let the device ask anew with the certificate that "
			  "the trust vouches for"
			: "let the device enrol anew with a challenge: scepca "
			  "challenge new",
		    "its certificate %s ended %s", serial, why_text(o, "ends"));
	else if (c->delivered_at == 0)
		say(o,
		    "let the device ask again or poll: it gets the same "
		    "certificate",
		    "certificate %s was granted %s, and the device has not "
		    "fetched it yet",
		    serial, why_text(o, "issued"));
	else
		say(o, NULL,
		    "certificate %s was granted %s, the device has it since "
		    "%s, it is valid until %s",
		    serial, why_text(o, "issued"), why_text(o, "delivered"),
		    why_text(o, "ends"));
}

static void tell_request(json_t *o, const struct stored_request *r, int64_t now)
{
	set_time(o, "decided", r->decided_at);
	set_time(o, "expires", r->expires_at);
	switch (requests_state(r, now)) {
	case REQUEST_PENDING:
		say(o,
		    "scepca request show ID, then scepca request approve ID "
		    "or scepca request reject ID",
		    "it waits for your word since %s (%s)",
		    why_text(o, "created"), r->reason);
		break;
	case REQUEST_APPROVED:
		say(o, "scepca maintain, where the CA's key is",
		    "it was approved %s and waits for the CA's key",
		    why_text(o, "decided"));
		break;
	case REQUEST_REJECTED:
		say(o,
		    "if that was a mistake, let the device ask again with a "
		    "new key",
		    "it was rejected %s%s%s%s", why_text(o, "decided"),
		    r->reason[0] != '\0' ? " (" : "", r->reason,
		    r->reason[0] != '\0' ? ")" : "");
		break;
	case REQUEST_GRANTED:
		say(o, "scepca check says what is wrong with the store",
		    "it was granted %s, and its certificate is not in the "
		    "store",
		    why_text(o, "decided"));
		break;
	case REQUEST_EXPIRED:
		say(o,
		    "let the device ask again, and see pending_ttl in ca.conf",
		    "nobody decided on it in time, which was until %s",
		    why_text(o,
			r->state == REQUEST_PENDING ? "expires" : "decided"));
		break;
	}
}

json_t *why_state(
    const struct stored_request *r, const struct stored_cert *c, int64_t now)
{
	json_t *o = requests_json(r, c, now, true);

	json_object_set_new(
	    o, "key", out_hex((struct span){ r->key.key_hash, 8 }));
	json_object_set_new(o, "serial", certs_serial(&r->serial));
	json_object_set_new(o, "challenge",
	    r->challenge_id[0] != '\0' ? out_text(span_str(r->challenge_id))
				       : json_null());
	if (c->der.n > 0)
		tell_certificate(o, c, now);
	else
		tell_request(o, r, now);
	return o;
}
