/*
 * store_find.c - requests by the names that people give them, and in lists.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "page.h"
#include "txn_request.h"

int request_id(
    const struct request_key *key, char id[REQUEST_ID_SIZE + 1], struct err *e)
{
	uint8_t hash[REQUEST_ID_SIZE / 2];
	size_t i;

	if (request_hash(key, hash, e) != 0)
		return -1;
	for (i = 0; i < sizeof(hash); i++)
		snprintf(id + 2 * i, 3, "%02x", hash[i]);
	return 0;
}

enum {
	ID_DIGITS_MIN = 4,
	/*
	 * A client that has the same transactionID as all others is named by
	 * its id: so many are looked at, to find the one that is open.
	 */
	NAMESAKES_MAX = 1000,
};

struct search {
	const char *text;
	struct stored_request r;
	struct stored_cert c;
};

/* What a walk has come across: the first of either sort, and how many. */
struct hits {
	size_t open, finished;
	struct request_key first_open, first_finished;
};

static int count_hit(struct visit *v, const struct request_key *rk,
    struct hits *hits, struct err *e)
{
	struct stored_request r;

	if (txn_follow(v, rk, &r, e) != 0)
		return -1;
	if (request_is_open(&r)) {
		if (hits->open++ == 0)
			hits->first_open = *rk;
	} else if (hits->finished++ == 0) {
		hits->first_finished = *rk;
	}
	stored_request_release(&r);
	return 0;
}

/*
 * look - at the entries that begin with `prefix`; the highest half of the octet
 * behind it is `nibble`, unless that is negative.
 */
static int look(struct visit *v, const struct rec_key *prefix, int nibble,
    struct hits *hits, struct err *e)
{
	struct rec_key from = *prefix;
	struct request_key rk;
	struct txn_scan s;
	size_t looked;
	int rc;

	*hits = (struct hits){ .open = 0 };
	if (nibble >= 0)
		from.b[from.n++] = (uint8_t)(nibble << 4);
	rc = txn_scan_from(v, &s, &from, e);
	for (looked = 0; rc == 0 && looked < NAMESAKES_MAX; looked++) {
		if (s.end || !rec_begins(s.key, prefix) ||
		    (nibble >= 0 && s.key.p[prefix->n] >> 4 != nibble))
			break;
		if ((rc = rec_get_entry(s.key, s.value, &rk, e)) == 0 &&
		    (rc = count_hit(v, &rk, hits, e)) == 0)
			rc = txn_scan_next(&s, e);
	}
	txn_scan_end(&s);
	if (looked == NAMESAKES_MAX)
		hits->open = looked; /* too many to say that one is the one */
	return rc;
}

static int digit_of(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static int look_at_ids(
    struct visit *v, const char *text, struct hits *hits, struct err *e)
{
	size_t n = strlen(text), i;
	struct rec_key prefix;
	int nibble = -1;

	*hits = (struct hits){ .open = 0 };
	if (n < ID_DIGITS_MIN || n > REQUEST_ID_SIZE)
		return 0;
	for (i = 0; i < n; i++)
		if (digit_of(text[i]) < 0)
			return 0;
	rec_key_first(REC_REQUEST_ID, &prefix);
	for (i = 0; i + 1 < n; i += 2)
		prefix.b[prefix.n++] =
		    (uint8_t)(digit_of(text[i]) << 4 | digit_of(text[i + 1]));
	if (n % 2 != 0)
		nibble = digit_of(text[n - 1]);
	return look(v, &prefix, nibble, hits, e);
}

/* look_at_trans_ids - those that are `text`, or else that begin with it */
static int look_at_trans_ids(struct visit *v, const char *text, bool whole,
    struct hits *hits, struct err *e)
{
	struct rec_key prefix;
	size_t n = strlen(text);

	rec_key_first(REC_TRANS_ID, &prefix);
	memcpy(prefix.b + prefix.n, text, n + whole); /* its NUL, too */
	prefix.n += n + whole;
	return look(v, &prefix, -1, hits, e);
}

static int find_named(struct visit *v, void *arg, struct err *e)
{
	struct search *s = arg;
	struct hits hits;

	stored_request_release(&s->r);
	stored_cert_release(&s->c);
	if (look_at_trans_ids(v, s->text, true, &hits, e) != 0)
		return -1;
	if (hits.open + hits.finished == 0 &&
	    look_at_ids(v, s->text, &hits, e) != 0)
		return -1;
	if (hits.open + hits.finished == 0 &&
	    look_at_trans_ids(v, s->text, false, &hits, e) != 0)
		return -1;
	if (hits.open + hits.finished == 0)
		return err_set(e, ERR_NOT_FOUND, "no such transaction");
	if (hits.open > 1 || (hits.open == 0 && hits.finished > 1))
		return err_set(e, ERR_INPUT,
		    "several transactions are called so: give more of it, or "
		    "an id from the list");
	return txn_get_outcome(v,
	    hits.open == 1 ? &hits.first_open : &hits.first_finished, &s->r,
	    &s->c, e);
}

int store_request_named(struct store *st, const char *text,
    struct stored_request *r, struct stored_cert *c, struct err *e)
{
	struct search s = { .text = text };
	size_t n = strlen(text);

	if (n == 0)
		return err_set(e, ERR_INPUT,
		    "give a transactionID, or the beginning of an id");
	if (n >= sizeof(r->key.trans_id))
		return err_set(e, ERR_NOT_FOUND, "no such transaction");
	if (visit_run(st, VISIT_READ, find_named, &s, e) != 0)
		return -1;
	*r = s.r;
	*c = s.c;
	return 0;
}

static int read_request(struct visit *v, const struct txn_scan *s, void *items,
    size_t i, struct err *e)
{
	(void)v;
	return rec_get_request(
	    s->key, s->value, (struct stored_request *)items + i, e);
}

/* An entry leads to its request. */
static int read_open(struct visit *v, const struct txn_scan *s, void *items,
    size_t i, struct err *e)
{
	struct request_key key;

	if (rec_get_entry(s->key, s->value, &key, e) != 0)
		return -1;
	return txn_follow(v, &key, (struct stored_request *)items + i, e);
}

static void drop_request(void *items, size_t i)
{
	stored_request_release((struct stored_request *)items + i);
}

int store_pending_page(struct store *st, const struct pending_after *after,
    struct stored_request *page, size_t max, size_t *n, struct err *e)
{
	struct page p = { .kind = REC_OPEN,
		.items = page,
		.max = max,
		.read = read_open,
		.drop = drop_request };
	uint8_t id[32];

	rec_key_first(REC_OPEN, &p.after);
	if (after != NULL) {
		if (request_hash(&after->key, id, e) != 0)
			return -1;
		rec_key_time(REC_OPEN, after->created_at, id, &p.after);
	}
	return page_run(st, &p, n, e);
}

int store_request_page(struct store *st, const struct request_key *after,
    struct stored_request *page, size_t max, size_t *n, struct err *e)
{
	struct page p = { .kind = REC_REQUEST,
		.items = page,
		.max = max,
		.read = read_request,
		.drop = drop_request };

	rec_key_first(REC_REQUEST, &p.after);
	if (after != NULL && rec_key_request(after, &p.after, e) != 0)
		return -1;
	return page_run(st, &p, n, e);
}

struct namesakes {
	const char *trans_id;
	struct stored_request *page;
	size_t max, n;
};

static int find_namesakes(struct visit *v, void *arg, struct err *e)
{
	struct namesakes *s = arg;
	struct rec_key prefix;
	struct request_key rk;
	struct txn_scan scan;
	int rc;

	while (s->n > 0) /* this visit may be a second try */
		stored_request_release(&s->page[--s->n]);
	rec_key_first(REC_TRANS_ID, &prefix);
	memcpy(prefix.b + prefix.n, s->trans_id, strlen(s->trans_id) + 1);
	prefix.n += strlen(s->trans_id) + 1;
	rc = txn_scan_from(v, &scan, &prefix, e);
	while (rc == 0 && s->n < s->max && !scan.end &&
	    rec_begins(scan.key, &prefix)) {
		rc = rec_get_entry(scan.key, scan.value, &rk, e);
		if (rc == 0)
			rc = txn_follow(v, &rk, &s->page[s->n], e);
		if (rc == 0) {
			s->n++;
			rc = txn_scan_next(&scan, e);
		}
	}
	txn_scan_end(&scan);
	return rc;
}

int store_request_namesakes(struct store *st, const char *trans_id,
    struct stored_request *page, size_t max, size_t *n, struct err *e)
{
	struct namesakes s = { .trans_id = trans_id, .page = page, .max = max };

	*n = 0;
	if (strlen(trans_id) >= sizeof(page->key.trans_id))
		return 0; /* none can have it */
	if (visit_run(st, VISIT_READ, find_namesakes, &s, e) != 0) {
		while (s.n > 0)
			stored_request_release(&page[--s.n]);
		return -1;
	}
	*n = s.n;
	return 0;
}
