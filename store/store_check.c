/*
 * store_check.c - is every record readable and every reference good?
 *
 * Read in visits of a few hundred records: a large store must not keep its
 * users waiting.  A record and what it refers to are read in one visit, so
 * changes in between do no harm.
 */
#include <stdio.h>
#include <string.h>

#include "txn.h"

enum { CHUNK = 500 };

struct progress {
	struct rec_key next; /* the record to begin with */
	bool done;
};

static int check_cert(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_cert c;

	(void)v;
	if (rec_get_cert(key, value, &c, e) != 0)
		return -1;
	stored_cert_release(&c);
	return 0;
}

static int check_request(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_request r;
	struct stored_cert c;
	int rc = 0;

	if (rec_get_request(key, value, &r, e) != 0)
		return -1;
	if (r.state != REQUEST_GRANTED)
		return 0;
	if (txn_get_cert(v, &r.serial, &c, e) != 0)
		return err_prefix(e, "its certificate");
	if (strcmp(c.trans_id, r.key.trans_id) != 0)
		rc = err_set(
		    e, ERR_STORE, "its certificate is of another transaction");
	stored_cert_release(&c);
	return rc;
}

static int check_challenge(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_challenge c;
	struct rec_key index;
	uint8_t mac[32];
	char id[16];

	if (rec_get_challenge(key, value, &c, e) != 0 ||
	    rec_key_challenge_id(c.id, &index, e) != 0)
		return -1;
	if (txn_get(v, &index, &value, e) != 0 ||
	    rec_get_challenge_id(rec_key_span(&index), value, id, mac, e) != 0)
		return err_prefix(e, "its id %s", c.id);
	if (memcmp(mac, c.mac, sizeof(mac)) != 0)
		return err_set(
		    e, ERR_STORE, "its id %s names another challenge", c.id);
	if (c.uses != CHALLENGE_UNLIMITED && c.used > c.uses)
		return err_set(e, ERR_STORE, "used %d times out of %d",
		    (int)c.used, (int)c.uses);
	return 0;
}

static int check_challenge_id(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_challenge c;
	uint8_t mac[32];
	char id[16];

	if (rec_get_challenge_id(key, value, id, mac, e) != 0)
		return -1;
	if (txn_get_challenge(v, mac, &c, e) != 0)
		return err_prefix(e, "its challenge");
	if (strcmp(c.id, id) != 0)
		return err_set(
		    e, ERR_STORE, "its challenge is called %s", c.id);
	return 0;
}

static int check_record(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	static const struct {
		enum rec_kind kind;
		const char *name;
		int (*check)(struct visit *v, struct span key,
		    struct span value, struct err *e);
	} kinds[] = {
		{ REC_CERT, "certificate", check_cert },
		{ REC_CHALLENGE, "challenge", check_challenge },
		{ REC_CHALLENGE_ID, "challenge id", check_challenge_id },
		{ REC_REQUEST, "request", check_request },
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

int store_check(struct store *st, struct err *e)
{
	struct progress p = { .next = { .n = 0 } };

	while (!p.done)
		if (visit_run(st, VISIT_READ, check_chunk, &p, e) != 0)
			return -1;
	return 0;
}
