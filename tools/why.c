/*
 * scepca why - what happened to a request, and what to do about it.
 */
#include "why.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "certs.h"
#include "describe.h"
#include "quote.h"
#include "requests.h"
#include "scepca.h"

enum { EVENTS_MAX = 100, LAST_MAX = 10, KEYS_MAX = 20, FACTS_MAX = 3 };

struct why {
	struct out *out;
	struct ca *ca;
	int64_t now;
	char transaction[WHY_TRANSACTION_MAX];
	json_t *requests, *events;
	bool cut; /* there may have been more */
};

/* by_request - an id, or the beginning of that or of a transactionID */
static int by_request(struct why *w, const char *word, struct err *e)
{
	struct stored_request r = { 0 };
	struct stored_cert c = { 0 };

	if (store_request_named(w->ca->store, word, &r, &c, e) != 0)
		return -1;
	snprintf(w->transaction, sizeof(w->transaction), "%s", r.key.trans_id);
	stored_request_release(&r);
	stored_cert_release(&c);
	return 0;
}

static int by_serial(struct why *w, const char *word, struct err *e)
{
	struct stored_cert c = { 0 };

	if (certs_find(w->ca->store, word, &c, e) != 0)
		return -1;
	snprintf(w->transaction, sizeof(w->transaction), "%s", c.trans_id);
	stored_cert_release(&c);
	return w->transaction[0] != '\0'
	    ? 0
	    : err_set(e, ERR_NOT_FOUND, "no device asked for this certificate");
}

static int by_log(struct why *w, const char *word, struct err *e)
{
	return why_log_find(w->ca->home, word, w->transaction, e);
}

/* by_whole_name - the store has a transaction of just this name */
static int by_whole_name(struct why *w, const char *word, struct err *e)
{
	struct stored_request r = { 0 };
	size_t n;

	if (store_request_namesakes(w->ca->store, word, &r, 1, &n, e) != 0)
		return -1;
	stored_request_release(&r);
	if (n == 0)
		return err_set(e, ERR_NOT_FOUND, "no such transaction");
	snprintf(w->transaction, sizeof(w->transaction), "%s", word);
	return 0;
}

/* find - which transaction is meant by `word` */
static int find(struct why *w, const char *word, struct err *e)
{
	static int (*const ways[])(
	    struct why * w, const char *word, struct err *e) = {
		by_whole_name,
		by_log,
		by_request,
		by_serial,
	};
	struct err why;
	bool several = false;

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		if (word[0] == '\0')
			break;
		if (ways[i](w, word, &why) == 0)
			return 0;
		if (why.kind != ERR_NOT_FOUND && why.kind != ERR_INPUT)
			return err_set(e, why.kind, "%s", why.text);
		/* certs_find calls what is no serial so, too */
		several |= why.kind == ERR_INPUT && ways[i] != by_serial;
	}
	if (several)
		return err_set(e, ERR_INPUT,
		    "several transactions begin so: give more of it");
	return err_set(e, ERR_NOT_FOUND,
	    "nothing is known of it.  A message that was answered with HTTP "
	    "400 has no transaction: the error log of the web server has its "
	    "line, which begins with scepca: and has the id that the client "
	    "was shown.  The CA's own log is kept to the last 4 to 8 MB.  If "
	    "there is nothing there either, the request did not get here: look "
	    "at the URL, the proxy and the firewall");
}

static int add_request(
    struct why *w, const struct stored_request *r, struct err *e)
{
	struct stored_cert c = { 0 };
	struct err why;

	if (r->state == REQUEST_GRANTED &&
	    store_cert_find(w->ca->store, &r->serial, &c, &why) != 0 &&
	    why.kind != ERR_NOT_FOUND)
		return err_set(e, why.kind, "%s", why.text);
	json_array_append_new(w->requests, why_state(r, &c, w->now));
	stored_cert_release(&c);
	return 0;
}

/* read_requests - what the store has under the transactionID, a key each */
static int read_requests(struct why *w, struct err *e)
{
	struct stored_request page[KEYS_MAX];
	size_t n;
	int rc = 0;

	if (store_request_namesakes(
		w->ca->store, w->transaction, page, KEYS_MAX, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++) {
		if (rc == 0)
			rc = add_request(w, &page[i], e);
		stored_request_release(&page[i]);
	}
	return rc;
}

/* Certificates that an event is about and does not name. */
struct facts {
	json_t *event;
	int64_t now;
	const char *challenge, *subject;
	size_t n;
};

static int note_cert(const struct stored_cert *c, void *arg)
{
	struct facts *f = arg;
	json_t *row = NULL;
	char fact[400];

	if (f->challenge != NULL && strcmp(c->challenge_id, f->challenge) != 0)
		return 0;
	if (f->challenge == NULL &&
	    (c->state != CERT_VALID || c->not_after < f->now))
		return 0;
	row = certs_json(c, f->now);
	if (f->challenge != NULL ||
	    strcmp(why_text(row, "subject"), f->subject) == 0) {
		snprintf(fact, sizeof(fact), "%s certificate %s for %s",
		    f->challenge != NULL ? "got" : "it is",
		    why_text(row, "serial"), why_text(row, "subject"));
		why_add_fact(f->event, fact);
		why_name(f->event, "SERIAL", why_text(row, "serial"));
		f->n++;
	}
	json_decref(row);
	return f->n >= FACTS_MAX;
}

/* add_facts - what the books know and the line in the log did not */
static int add_facts(struct why *w, json_t *event, struct err *e)
{
	const char *code = why_text(event, "code");
	struct facts f = { .event = event, .now = w->now };
	char *name = NULL;
	size_t size = 0, i;
	json_t *r;
	FILE *m;

	if (strcmp(code, "challenge-used") == 0)
		f.challenge = why_text(event, "challenge");
	else if (strcmp(code, "duplicate") == 0)
		f.subject = why_text(event, "subject");
	if ((f.challenge != NULL || f.subject != NULL) &&
	    certs_each(w->ca->store, note_cert, &f, e) != 0)
		return -1;
	for (i = 0; i < json_array_size(w->requests); i++) {
		r = json_array_get(w->requests, i);
		if (strcmp(why_text(r, "key"), why_text(event, "key")) != 0)
			continue;
		why_name(event, "REQUEST", why_text(r, "id"));
		if (strcmp(code, "revoked") == 0)
			why_name(event, "SERIAL", why_text(r, "serial"));
	}
	if (why_text(event, "subject")[0] != '\0' &&
	    (m = open_memstream(&name, &size)) != NULL) {
		quote_word(m, why_text(event, "subject"));
		if (fclose(m) == 0)
			why_name(event, "NAME", name);
		free(name);
	}
	return 0;
}

static void put(const char *text)
{
	out_escape(stdout, span_str(text));
}

/* put_word - to be copied into a shell, unless it would deceive */
static void put_word(const char *text)
{
	char *word = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&word, &size);

	if (f == NULL)
		return;
	quote_word(f, text);
	if (fclose(f) == 0)
		put(word);
	free(word);
}

/* put_remedy - the same line says what to do, and where there is more */
static void put_remedy(const json_t *o, const char *more)
{
	const char *remedy = why_text(o, "remedy");

	if (remedy[0] != '\0') {
		fputs(".  To do: ", stdout);
		put(remedy);
	}
	if (more != NULL) {
		fputs(".  More: scepca why ", stdout);
		put_word(more);
	}
	putchar('\n');
}

static void print_event(const struct why *w, const json_t *o, bool whose)
{
	json_int_t times = json_integer_value(json_object_get(o, "times"));

	put(why_text(o, "time"));
	printf("  %s", why_text(o, "outcome"));
	if (times > 1) {
		printf(" %" JSON_INTEGER_FORMAT " times since ", times);
		put(why_text(o, "since"));
	}
	if (why_text(o, "subject")[0] != '\0') {
		fputs(", ", stdout);
		put(why_text(o, "subject"));
	}
	if (why_text(o, "remote")[0] != '\0') {
		fputs(" from ", stdout);
		put(why_text(o, "remote"));
	}
	if (whose) {
		fputs(", key ", stdout);
		put(why_text(o, "key"));
	}
	fputs(": ", stdout);
	if (why_text(o, "code")[0] != '\0') {
		put(why_text(o, "code"));
		fputs(": ", stdout);
	}
	put(why_text(o, "cause"));
	put_remedy(
	    o, w->transaction[0] == '\0' ? why_text(o, "transaction") : NULL);
}

/* several_keys - did more than one use this transactionID? */
static bool several_keys(const struct why *w)
{
	const json_t *lists[] = { w->requests, w->events };
	const char *first = NULL, *key;
	json_t *o;
	size_t i, n;

	for (n = 0; n < sizeof(lists) / sizeof(lists[0]); n++)
		for (i = 0; i < json_array_size(lists[n]); i++) {
			o = json_array_get(lists[n], i);
			key = why_text(o, "key");
			if (key[0] == '\0')
				continue;
			if (first != NULL && strcmp(first, key) != 0)
				return true;
			first = key;
		}
	return false;
}

static void print_request(const json_t *o, bool whose)
{
	fputs("request ", stdout);
	put(why_text(o, "id"));
	if (why_text(o, "subject")[0] != '\0') {
		fputs(", ", stdout);
		put(why_text(o, "subject"));
	}
	fputs(" from ", stdout);
	put(why_text(o, "remote")[0] != '\0' ? why_text(o, "remote") : "-");
	if (whose) {
		fputs(", key ", stdout);
		put(why_text(o, "key"));
	}
	fputs(": ", stdout);
	put(why_text(o, "text"));
	put_remedy(o, NULL);
}

static void print(const struct why *w)
{
	bool whose = w->transaction[0] != '\0' && several_keys(w);
	size_t n = json_array_size(w->events);
	size_t i;

	if (w->transaction[0] != '\0') {
		fputs("transaction ", stdout);
		put(w->transaction);
		fputs(
		    whose ? ", which several keys have used\n" : "\n", stdout);
	}
	for (i = 0; i < json_array_size(w->requests); i++)
		print_request(json_array_get(w->requests, i), whose);
	for (i = 0; i < n; i++)
		print_event(w, json_array_get(w->events, i), whose);
	if (w->transaction[0] != '\0' && w->cut && (n == 0 || n == EVENTS_MAX))
		out_complain(w->out,
		    "there may have been more: the log is kept to the last 4 "
		    "to 8 MB, and the last %d events are shown",
		    EVENTS_MAX);
}

/* answer - w is filled in */
static void answer(struct why *w)
{
	json_t *doc = json_object(), *newest = json_array_get(w->events, 0);
	static const char *const keys[] = { "outcome", "code", "cause",
		"remedy" };

	if (!w->out->json)
		print(w);
	if (w->transaction[0] != '\0') {
		json_object_set_new(
		    doc, "transaction", out_text(span_str(w->transaction)));
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
			json_object_set(doc, keys[i],
			    newest != NULL ? json_object_get(newest, keys[i])
					   : json_null());
		json_object_set(doc, "requests", w->requests);
	}
	json_object_set(doc, "events", w->events);
	json_object_set_new(doc, "cut", json_boolean(w->cut));
	out_json(w->out, doc);
}

/* tell - one transaction, or the last refusals of all */
static int tell(struct why *w, const char *word, struct err *e)
{
	size_t i;

	if (word != NULL && (find(w, word, e) != 0 || read_requests(w, e) != 0))
		return -1;
	if (why_log_events(w->ca->home, word != NULL ? w->transaction : NULL,
		word != NULL ? EVENTS_MAX : LAST_MAX, &w->events, &w->cut,
		e) != 0)
		return -1;
	for (i = 0; i < json_array_size(w->events); i++)
		if (add_facts(w, json_array_get(w->events, i), e) != 0)
			return -1;
	if (word == NULL && json_array_size(w->events) == 0)
		out_complain(w->out,
		    "no request was refused, as far as the service log goes.  "
		    "If a device fails all the same, it did not get here or "
		    "was answered with HTTP 400: see the error log of the web "
		    "server");
	answer(w);
	return 0;
}

int run_why(const struct opts *o, struct out *out)
{
	struct why w = { .out = out, .now = time(NULL) };
	struct err e;
	int rc = scepca_open(o, out, &w.ca);

	if (rc != EXIT_DONE)
		return rc;
	w.requests = json_array();
	if (tell(&w, o->n_words > 0 ? o->words[0] : NULL, &e) != 0)
		rc = out_error(out, &e);
	json_decref(w.requests);
	json_decref(w.events);
	ca_close(w.ca);
	return rc;
}
