/*
 * Does somebody guess challenges, and from where?
 */
#include <stdio.h>
#include <string.h>

#include "check.h"
#include "store_failure.h"

enum { PAGE = 64, WORST = 3, FEW = 10 /* of typing errors in an hour */ };

/* The addresses that most came from within the last hour, the worst first. */
struct worst {
	int64_t now;
	struct failures top[WORST];
	size_t n;
};

static void rank(struct worst *w, const struct failures *f)
{
	int64_t hour = failures_hour(f, w->now);
	size_t at = w->n;

	while (at > 0 && failures_hour(&w->top[at - 1], w->now) < hour)
		at--;
	if (hour == 0 || at == WORST)
		return;
	if (w->n < WORST)
		w->n++;
	memmove(
	    w->top + at + 1, w->top + at, (w->n - at - 1) * sizeof(w->top[0]));
	w->top[at] = *f;
}

static int rank_all(struct worst *w, struct store *st, struct err *e)
{
	struct failures page[PAGE];
	char after[sizeof(page[0].remote)] = "";
	size_t n;

	do {
		if (store_failure_page(st, after[0] != '\0' ? after : NULL,
			page, PAGE, &n, e) != 0)
			return -1;
		for (size_t i = 0; i < n; i++)
			rank(w, &page[i]);
		if (n > 0)
			memcpy(after, page[n - 1].remote, sizeof(after));
	} while (n == PAGE);
	return 0;
}

int check_guesses(struct check *c, struct ca *ca, struct err *e)
{
	struct worst w = { .now = c->now };
	struct failures all;
	char from[300] = "";
	int64_t hour;
	size_t used = 0;

	if (store_failure_all(ca->store, &all, e) != 0 ||
	    rank_all(&w, ca->store, e) != 0)
		return -1;
	hour = failures_hour(&all, c->now);
	if (hour == 0)
		return 0;
	for (size_t i = 0; i < w.n; i++)
		used += (size_t)snprintf(from + used, sizeof(from) - used,
		    "%s%s (%lld)", i > 0 ? ", " : ": most from ",
		    w.top[i].remote,
		    (long long)failures_hour(&w.top[i], c->now));
	check_say(c, hour > FEW ? WARNING : FINE, "guesses",
	    hour > FEW ? "see refusal=challenge- in the web server's log; "
			 "close the way to addresses that are none of yours"
		       : NULL,
	    "%lld wrong challenge%s in the last hour%s", (long long)hour,
	    hour == 1 ? "" : "s", from);
	return 0;
}
