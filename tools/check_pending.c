/*
 * Does anybody wait for the operator, and for how long?
 */
#include <string.h>

#include "check.h"
#include "requests.h"

struct waiting {
	int64_t now;
	size_t pending, approved;
	int64_t oldest; /* pending one */
};

static int count(const struct stored_request *r, void *arg)
{
	struct waiting *w = arg;
	enum request_state s = requests_state(r, w->now);

	w->approved += s == REQUEST_APPROVED;
	if (s == REQUEST_PENDING && w->pending++ == 0)
		w->oldest = r->created_at;
	return 0;
}

int check_pending(struct check *c, struct ca *ca, struct err *e)
{
	struct waiting w = { .now = c->now };
	const char *remedy;
	json_t *since;
	bool many, long_ago;

	if (requests_each_open(ca->store, count, &w, e) != 0)
		return -1;
	if (w.approved > 0)
		check_say(c, WARNING, "requests",
		    check_command(c, "scepca --home", "", " maintain"),
		    "%zu approved, waiting for the CA's key%s", w.approved,
		    c->conf.offline ? " (issue = offline)" : "");
	if (w.pending == 0)
		return 0;
	since = out_time(w.oldest);
	remedy = check_command(c, "scepca --home", "", " request list");
	/* soon no other can be taken, or the oldest is lost */
	many =
	    c->conf.pending_max > 0 && w.pending >= c->conf.pending_max / 4 * 3;
	long_ago = c->conf.pending_ttl > 0 &&
	    c->now - w.oldest > c->conf.pending_ttl / 2;
	if (many)
		check_say(c, WARNING, "requests", remedy,
		    "%zu wait for you, the oldest since %s, and no more than "
		    "%u can",
		    w.pending, json_string_value(since), c->conf.pending_max);
	else
		check_say(c, long_ago ? WARNING : FINE, "requests",
		    long_ago ? remedy : NULL,
		    "%zu wait%s for you, the oldest since %s", w.pending,
		    w.pending == 1 ? "s" : "", json_string_value(since));
	json_decref(since);
	return 0;
}
