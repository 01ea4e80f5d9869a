/*
 * store_check.c - is every record readable and every reference good?
 *
 * Read in visits of a few hundred records: a large store must not keep its
 * users waiting.  A record and what it refers to are read in one visit, so
 * changes in between do no harm.
 */
#include <stdio.h>
#include <string.h>

#include "check_kind.h"

enum { CHUNK = 500 };

struct progress {
	struct rec_key next; /* the record to begin with */
	bool done;
};

static int check_record(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	static const struct {
		enum rec_kind kind;
		const char *name;
		check_fn *check;
	} kinds[] = {
		{ REC_CERT, "certificate", check_cert },
		{ REC_CERT_NAME, "certificate by name", check_cert_name },
		{ REC_CERT_KEY, "certificate by key", check_cert_key },
		{ REC_PRESENTED, "certificate by one that was presented",
		    check_presented },
		{ REC_REVOKED, "revocation", check_revoked },
		{ REC_REQUEST, "request", check_request },
		{ REC_REQUEST_ID, "request by id", check_entry },
		{ REC_TRANS_ID, "request by transactionID", check_entry },
		{ REC_OPEN, "open request", check_entry },
		{ REC_ADDRESS, "open request by address", check_entry },
		{ REC_EXPIRY, "pending request by expiry", check_entry },
		{ REC_FINISHED, "finished request", check_entry },
		{ REC_CHALLENGE, "challenge", check_challenge },
		{ REC_CHALLENGE_ID, "challenge id", check_challenge_id },
		{ REC_LINE, "line of the audit log", check_line },
		{ REC_STATE, "state", check_state },
		{ REC_FAILURES, "wrong challenges", check_failures },
	};
	const char *name = "record of an unknown kind";
	char hex[2 * 40 + 1] = "";
	size_t n;

	for (n = 0; n < sizeof(kinds) / sizeof(kinds[0]); n++) {
		if (!rec_is(key, kinds[n].kind))
			continue;
		if (kinds[n].check(v, key, value, e) == 0)
			return 0;
		name = kinds[n].name;
		break;
	}
	if (v->broken)
		return -1;
	if (n == sizeof(kinds) / sizeof(kinds[0]))
		err_set(e, ERR_STORE, "made by a newer release?");
	e->kind = ERR_STORE; /* a reference that leads nowhere, too */
	for (n = 0; n < key.n && n < 40; n++)
		snprintf(hex + 2 * n, 3, "%02x", key.p[n]);
	return err_prefix(e, "%s, key %s", name, hex);
}

static int check_chunk(struct visit *v, void *arg, struct err *e)
{
	struct progress *p = arg, now = *p;
	struct txn_scan s;
	int rc, n;

	rc = txn_scan_from(v, &s, &now.next, e);
	for (n = 0; rc == 0 && !s.end && n < CHUNK; n++) {
		if ((rc = check_record(v, s.key, s.value, e)) == 0)
			rc = txn_scan_next(&s, e);
	}
	now.done = s.end;
	if (rc == 0 && !s.end && s.key.n <= sizeof(now.next.b)) {
		memcpy(now.next.b, s.key.p, s.key.n);
		now.next.n = s.key.n;
	}
	txn_scan_end(&s);
	if (rc == 0)
		*p = now;
	return rc;
}

/*
 * The number of open requests is right if it is that of their entries: counted
 * in chunks, too, so it says nothing if it has changed meanwhile.
 */
struct counting {
	struct rec_key next; /* the entry to begin with */
	struct rec_open first, last;
	int64_t entries;
	bool done;
};

static int count_chunk(struct visit *v, void *arg, struct err *e)
{
	struct counting *p = arg, now = *p;
	struct txn_scan s;
	int rc, n;

	if (txn_count_open(v, &now.last, e) != 0)
		return -1;
	if (now.next.n == 1)
		now.first = now.last;
	rc = txn_scan_from(v, &s, &now.next, e);
	for (n = 0; rc == 0 && n < CHUNK; n++) {
		now.done = s.end || !rec_is(s.key, REC_OPEN);
		if (now.done)
			break;
		now.entries++;
		rc = txn_scan_next(&s, e);
	}
	if (rc == 0 && !now.done && !s.end && s.key.n <= sizeof(now.next.b)) {
		memcpy(now.next.b, s.key.p, s.key.n);
		now.next.n = s.key.n;
	}
	now.done = now.done || s.end;
	txn_scan_end(&s);
	if (rc == 0)
		*p = now;
	return rc;
}

enum { COUNT_TRIES = 3 }; /* a store that is never quiet is not told wrong */

static int check_count(struct store *st, struct err *e)
{
	struct counting c;
	int i;

	for (i = 0; i < COUNT_TRIES; i++) {
		c = (struct counting){ .entries = 0 };
		rec_key_first(REC_OPEN, &c.next);
		while (!c.done)
			if (visit_run(st, VISIT_READ, count_chunk, &c, e) != 0)
				return -1;
		if (c.first.changes != c.last.changes)
			continue;
		if (c.entries == c.last.count)
			return 0;
		return err_set(e, ERR_STORE,
		    "%lld requests are open, but %lld are counted",
		    (long long)c.entries, (long long)c.last.count);
	}
	return 0;
}

int store_check(struct store *st, struct err *e)
{
	struct progress p = { .next = { .n = 0 } };

	while (!p.done)
		if (visit_run(st, VISIT_READ, check_chunk, &p, e) != 0)
			return -1;
	return check_count(st, e);
}
