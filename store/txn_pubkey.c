/*
 * txn_pubkey.c - who has a key already?
 */
#include <string.h>

#include "txn_cert.h"

/* How far back kinship is looked for: what is further is a stranger. */
enum { RENEWALS_MAX = 100 };

/* behind - the first key that is behind all that begin with `k`, or none */
static bool behind(struct rec_key *k)
{
	while (k->n > 0 && k->b[k->n - 1] == 0xff)
		k->n--;
	if (k->n == 0)
		return false;
	k->b[k->n - 1]++;
	return true;
}

/*
 * holds - `c` counts, and its name is another, for that of who asks is not its.
 * Without one, and not the CA's own, it was granted to somebody without a subject
 * before alternative names were a name: that may be he.
 */
static bool holds(const struct stored_cert *c, int64_t now)
{
	static const uint8_t none[sizeof(c->name_hash)];

	return cert_counts(c, now) &&
	    (c->trans_id[0] == '\0' ||
		memcmp(c->name_hash, none, sizeof(none)) != 0);
}

/* first_of - the certificate that this one goes back to by renewals */
static int first_of(struct visit *v, const struct serial *serial,
    struct serial *first, struct err *e)
{
	struct serial next = *serial;
	struct stored_cert c = { .der = { 0 } };
	struct err why;

	for (int i = 0; i < RENEWALS_MAX && next.n > 0; i++) {
		*first = next;
		if (txn_get_cert(v, first, &c, &why) != 0)
			return why.kind == ERR_NOT_FOUND
			    ? 0 /* a store put back has lost it */
			    : err_set(e, why.kind, "%s", why.text);
		next = c.renews;
		stored_cert_release(&c);
	}
	return 0;
}

/* is_akin - were `c` and what the claim renews one certificate once? */
static int is_akin(struct visit *v, const struct key_claim *claim,
    const struct stored_cert *c, bool *yes, struct err *e)
{
	struct serial a = { .n = 0 }, b = { .n = 0 };

	*yes = false;
	if (claim->renews == NULL || claim->renews->n == 0)
		return 0;
	if (first_of(v, claim->renews, &a, e) != 0 ||
	    first_of(v, &c->serial, &b, e) != 0)
		return -1;
	*yes = a.n == b.n && memcmp(a.b, b.b, a.n) == 0;
	return 0;
}

/* judge - *found: `c` keeps the claim from its key */
static int judge(struct visit *v, const struct key_claim *claim,
    const struct stored_cert *c, bool *found, struct err *e)
{
	bool akin = false;

	*found = holds(c, claim->now);
	if (*found && is_akin(v, claim, c, &akin, e) != 0)
		return -1;
	*found = *found && !akin;
	return 0;
}

/*
 * look - at the first entry at or behind *from.  *other is its certificate if
 * that counts and is of another name than the claim; else *from is where to look
 * next, past all that cannot be.  *end: there is nothing more.
 */
static int look(struct visit *v, const struct rec_key *of_key,
    const struct key_claim *claim, struct rec_key *from, bool *found, bool *end,
    struct stored_cert *other, struct err *e)
{
	struct stored_cert entry = { .not_after = 0 };
	struct txn_scan s;
	int rc = txn_scan_from(v, &s, from, e);

	*found = false;
	*end = rc == 0 && (s.end || !rec_begins(s.key, of_key));
	if (rc == 0 && !*end)
		rc = rec_get_pubkey(s.key, s.value, &entry, e);
	txn_scan_end(&s);
	if (rc != 0 || *end)
		return rc;
	rec_key_pubkey_of(entry.key_hash, entry.name_hash, from);
	if (memcmp(entry.name_hash, claim->name_hash,
		sizeof(entry.name_hash)) == 0) {
		*end = !behind(from); /* his own, however many */
		return 0;
	}
	if (entry.not_after < claim->now) { /* in the order of their ends */
		entry.not_after = claim->now;
		entry.serial.n = 0;
		return rec_key_pubkey(&entry, from, e);
	}
	if (txn_get_cert(v, &entry.serial, other, e) != 0)
		return -1;
	rc = judge(v, claim, other, found, e);
	if (rc == 0 && *found)
		return 0;
	stored_cert_release(other);
	if (rc != 0)
		return -1;
	if (rec_key_pubkey(&entry, from, e) != 0)
		return -1;
	from->b[from->n++] = 0; /* the next key there can be */
	return 0;
}

int txn_key_elsewhere(struct visit *v, const struct key_claim *claim,
    bool *found, struct stored_cert *other, struct err *e)
{
	struct rec_key of_key, from;
	bool end = false;

	*found = false;
	rec_key_pubkey_of(claim->key_hash, NULL, &of_key);
	from = of_key;
	while (!*found && !end)
		if (look(v, &of_key, claim, &from, found, &end, other, e) !=
		    0) {
			if (e != NULL && e->kind == ERR_NOT_FOUND)
				e->kind = ERR_STORE; /* it leads nowhere */
			return -1;
		}
	return 0;
}
