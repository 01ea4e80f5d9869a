/*
 * The lines of the service log, of one transaction or of all.
 */
#include <string.h>

#include "log_field.h"
#include "service_log.h"
#include "why.h"

/* What an event has of a line; the same in all of them makes it the same. */
static const struct {
	const char *key;
	bool same;
} fields[] = {
	{ "id", false },
	{ "remote", true },
	{ "type", true },
	{ "transaction", true },
	{ "key", true },
	{ "result", true },
	{ "refusal", true },
	{ "detail", false },
	{ "serial", true },
	{ "repeated", false },
	{ "challenge", true },
	{ "subject", true },
	{ "error", true },
	{ "status", true },
	{ "lost", true },
};

enum { N_FIELDS = sizeof(fields) / sizeof(fields[0]), TIME_MAX = 24 };

/* take_time - the front of a line: `scepca: TIME` */
static bool take_time(struct span *line, char time[TIME_MAX])
{
	static const char front[] = "scepca: ";
	size_t n = sizeof(front) - 1, i = 0;

	if (line->n < n || memcmp(line->p, front, n) != 0)
		return false;
	*line = (struct span){ line->p + n, line->n - n };
	while (i < line->n && i < TIME_MAX - 1 && line->p[i] != ' ') {
		time[i] = (char)line->p[i];
		i++;
	}
	time[i] = '\0';
	*line = (struct span){ line->p + i, line->n - i };
	return i > 0;
}

/* value_of - is there a value of this key?  It is in `value` then. */
static bool value_of(struct span line, const char *wanted, struct buf *value)
{
	char time[TIME_MAX];
	struct span key;
	bool cut;

	if (!take_time(&line, time))
		return false;
	while (log_field_next(&line, &key, value, &cut, NULL) == 0)
		if (span_eq(key, span_str(wanted)))
			return true;
	return false;
}

static bool has_value(struct span line, const char *key, const char *wanted)
{
	struct buf value = { 0 };
	bool has = value_of(line, key, &value) &&
	    span_eq(buf_span(&value), span_str(wanted));

	buf_release(&value);
	return has;
}

struct finding {
	const char *word;
	char exact[WHY_TRANSACTION_MAX], by_id[WHY_TRANSACTION_MAX];
	char begins[WHY_TRANSACTION_MAX];
	bool several;
};

static void keep(char to[WHY_TRANSACTION_MAX], struct span text)
{
	if (text.n > 0 && text.n < WHY_TRANSACTION_MAX) {
		memcpy(to, text.p, text.n);
		to[text.n] = '\0';
	}
}

static int compare(struct span line, void *arg)
{
	struct finding *f = arg;
	struct buf value = { 0 };
	struct span got, word = span_str(f->word);

	if (value_of(line, "transaction", &value)) {
		got = buf_span(&value);
		if (span_eq(got, word))
			keep(f->exact, got);
		else if (has_value(line, "id", f->word))
			keep(f->by_id, got);
		else if (got.n > word.n && memcmp(got.p, word.p, word.n) == 0) {
			if (f->begins[0] != '\0' &&
			    !span_eq(got, span_str(f->begins)))
				f->several = true;
			keep(f->begins, got);
		}
	}
	buf_release(&value);
	return f->exact[0] != '\0';
}

int why_log_find(const char *home, const char *word,
    char transaction[WHY_TRANSACTION_MAX], struct err *e)
{
	struct finding f = { .word = word };
	const char *found;
	bool cut;

	if (service_log_each(home, compare, &f, &cut, e) != 0)
		return -1;
	found = f.exact[0] != '\0' ? f.exact
	    : f.by_id[0] != '\0'   ? f.by_id
				   : f.begins;
	if (found[0] == '\0')
		return err_set(e, ERR_NOT_FOUND, "not in the service log");
	if (found == f.begins && f.several)
		return err_set(e, ERR_INPUT,
		    "several transactions begin so: give more of it");
	memcpy(transaction, found, strlen(found) + 1);
	return 0;
}

/* read_line - as an object; NULL: it is no line of ours */
static json_t *read_line(struct span line)
{
	char time[TIME_MAX];
	struct buf value = { 0 };
	struct span key;
	json_t *o, *text;
	size_t i;
	bool cut;

	if (!take_time(&line, time))
		return NULL;
	o = json_object();
	json_object_set_new(o, "time", out_text(span_str(time)));
	json_object_set_new(o, "since", out_text(span_str(time)));
	json_object_set_new(o, "times", json_integer(1));
	for (i = 0; i < N_FIELDS; i++)
		json_object_set_new(o, fields[i].key, json_null());
	while (log_field_next(&line, &key, &value, &cut, NULL) == 0) {
		for (i = 0; i < N_FIELDS; i++)
			if (span_eq(key, span_str(fields[i].key)))
				break;
		if (i == N_FIELDS)
			continue;
		if (cut)
			(void)buf_put(&value, SPAN_LIT("..."), NULL);
		text = out_text(buf_span(&value));
		json_object_set_new(o, fields[i].key, text);
	}
	buf_release(&value);
	return o;
}

struct events {
	const char *transaction; /* NULL: of all */
	json_t *list;
	size_t max;
	bool full;
};

static bool is_same(const json_t *a, const json_t *b)
{
	for (size_t i = 0; i < N_FIELDS; i++)
		if (fields[i].same &&
		    !json_equal(json_object_get(a, fields[i].key),
			json_object_get(b, fields[i].key)))
			return false;
	return true;
}

/* once_more - the event has happened before; `o` says when */
static void once_more(json_t *event, json_t *o)
{
	json_int_t n = json_integer_value(json_object_get(event, "times"));

	json_object_set(event, "since", json_object_get(o, "time"));
	json_object_set_new(event, "times", json_integer(n + 1));
	json_decref(o);
}

static int add_event(struct events *x, json_t *o)
{
	size_t n = json_array_size(x->list);
	json_t *last = json_array_get(x->list, n - 1);

	if (n > 0 && is_same(last, o)) {
		once_more(last, o);
	} else if (n < x->max) {
		json_array_append_new(x->list, o);
	} else {
		x->full = true;
		json_decref(o);
	}
	return x->full;
}

static int of_one(struct span line, void *arg)
{
	struct events *x = arg;
	json_t *o;

	if (!has_value(line, "transaction", x->transaction))
		return 0;
	o = read_line(line);
	return o != NULL ? add_event(x, o) : 0;
}

/* of_all - what is newer has been seen, so the first of each is the last */
static int of_all(struct span line, void *arg)
{
	struct events *x = arg;
	json_t *o = read_line(line), *seen;
	const char *result = o != NULL ? why_text(o, "result") : "";
	size_t i;

	if (strcmp(result, "FAILURE") != 0 && strcmp(result, "none") != 0) {
		json_decref(o);
		return 0;
	}
	for (i = 0; i < json_array_size(x->list); i++) {
		seen = json_array_get(x->list, i);
		if (is_same(seen, o)) {
			once_more(seen, o);
			return 0;
		}
	}
	if (json_array_size(x->list) < x->max)
		json_array_append_new(x->list, o);
	else
		json_decref(o);
	return 0;
}

int why_log_events(const char *home, const char *transaction, size_t max,
    json_t **events, bool *cut, struct err *e)
{
	struct events x = { .transaction = transaction, .max = max };
	size_t i;

	x.list = json_array();
	if (service_log_each(
		home, transaction != NULL ? of_one : of_all, &x, cut, e) != 0) {
		json_decref(x.list);
		return -1;
	}
	for (i = 0; i < json_array_size(x.list); i++)
		why_explain(json_array_get(x.list, i));
	*cut |= x.full;
	*events = x.list;
	return 0;
}
