/*
 * check_kind.c - is a record readable, and does the other side agree?
 *
 * A reference is looked at from both its ends: what an entry of an index leads
 * to, and whether each record has its entries.
 */
#include <string.h>

#include "check_kind.h"
#include "txn_audit.h"

/* must_have - the record under `key` is there, and is `want` */
static int must_have(struct visit *v, const struct rec_key *key,
    const struct buf *want, struct err *e)
{
	struct span have;

	if (txn_get(v, key, &have, e) != 0)
		return err_prefix(e, "its entry of kind %c", key->b[0]);
	if (!span_eq(have, buf_span(want)))
		return err_set(
		    e, ERR_STORE, "its entry of kind %c is wrong", key->b[0]);
	return 0;
}

static int check_name_of(
    struct visit *v, const struct stored_cert *c, struct err *e)
{
	static const uint8_t none[sizeof(c->name_hash)];
	struct buf want = { 0 };
	struct rec_key key;
	int rc = -1;

	if (memcmp(c->name_hash, none, sizeof(none)) == 0)
		return 0;
	if (rec_key_name(c->name_hash, c->not_after, &c->serial, &key, e) ==
		0 &&
	    rec_put_name(&want, e) == 0)
		rc = must_have(v, &key, &want, e);
	buf_release(&want);
	return rc;
}

static int check_pubkey_of(
    struct visit *v, const struct stored_cert *c, struct err *e)
{
	struct buf want = { 0 };
	struct rec_key key;
	int rc = -1;

	if (rec_key_pubkey(c, &key, e) == 0 && rec_put_pubkey(&want, e) == 0)
		rc = must_have(v, &key, &want, e);
	buf_release(&want);
	return rc;
}

static int check_revocation_of(
    struct visit *v, const struct stored_cert *c, struct err *e)
{
	struct revoked r = { .revoked_at = c->revoked_at,
		.not_after = c->not_after,
		.reason = c->reason };
	struct buf want = { 0 };
	struct rec_key key;
	int rc = -1;

	if (c->state == CERT_VALID)
		return 0; /* the entry that it must not have finds it */
	if (rec_key_revoked(&c->serial, &key, e) == 0 &&
	    rec_put_revoked(&r, &want, e) == 0)
		rc = must_have(v, &key, &want, e);
	buf_release(&want);
	return rc;
}

int check_cert(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_cert c;
	int rc = -1;

	if (rec_get_cert(key, value, &c, e) != 0)
		return -1;
	if (check_name_of(v, &c, e) == 0 && check_pubkey_of(v, &c, e) == 0)
		rc = check_revocation_of(v, &c, e);
	stored_cert_release(&c);
	return rc;
}

int check_cert_name(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_cert entry, c;
	int rc = 0;

	if (rec_get_name(key, value, &entry, e) != 0)
		return -1;
	if (txn_get_cert(v, &entry.serial, &c, e) != 0)
		return err_prefix(e, "its certificate");
	if (c.not_after != entry.not_after ||
	    memcmp(c.name_hash, entry.name_hash, sizeof(c.name_hash)) != 0)
		rc = err_set(
		    e, ERR_STORE, "its certificate has another name or end");
	stored_cert_release(&c);
	return rc;
}

int check_cert_key(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_cert entry, c;
	int rc = 0;

	if (rec_get_pubkey(key, value, &entry, e) != 0)
		return -1;
	if (txn_get_cert(v, &entry.serial, &c, e) != 0)
		return err_prefix(e, "its certificate");
	if (c.not_after != entry.not_after ||
	    memcmp(c.key_hash, entry.key_hash, sizeof(c.key_hash)) != 0 ||
	    memcmp(c.name_hash, entry.name_hash, sizeof(c.name_hash)) != 0)
		rc = err_set(e, ERR_STORE,
		    "its certificate has another key, name or end");
	stored_cert_release(&c);
	return rc;
}

/* There is no way back: whose key it was is not in the certificate. */
int check_presented(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct serial serial;
	struct stored_cert c;
	uint8_t hash[32];

	if (rec_get_presented(key, value, hash, &serial, e) != 0)
		return -1;
	if (txn_get_cert(v, &serial, &c, e) != 0)
		return err_prefix(e, "its certificate");
	stored_cert_release(&c);
	return 0;
}

int check_revoked(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_cert c;
	struct revoked r;
	int rc = 0;

	if (rec_get_revoked(key, value, &r, e) != 0)
		return -1;
	if (txn_get_cert(v, &r.serial, &c, e) != 0)
		return err_prefix(e, "its certificate");
	if (c.state == CERT_VALID)
		rc = err_set(e, ERR_STORE, "its certificate is not revoked");
	stored_cert_release(&c); /* which says what this must be */
	return rc;
}

static int check_cert_of(
    struct visit *v, const struct stored_request *r, struct err *e)
{
	struct stored_cert c;
	int rc = 0;

	if (r->state != REQUEST_GRANTED)
		return 0;
	if (txn_get_cert(v, &r->serial, &c, e) != 0)
		return err_prefix(e, "its certificate");
	if (strcmp(c.trans_id, r->key.trans_id) != 0)
		rc = err_set(
		    e, ERR_STORE, "its certificate is of another transaction");
	stored_cert_release(&c);
	return rc;
}

static int check_entries_of(
    struct visit *v, const struct stored_request *r, struct err *e)
{
	struct request_entries x;
	struct buf want = { 0 };
	int rc = 0;
	size_t i;

	if (request_entries(r, &x, e) != 0)
		return -1;
	for (i = 0; rc == 0 && i < x.n; i++) {
		buf_cut(&want, 0);
		rc = rec_put_entry(x.key[i].b[0], &r->key, &want, e);
		if (rc == 0)
			rc = must_have(v, &x.key[i], &want, e);
	}
	buf_release(&want);
	return rc;
}

int check_request(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct stored_request r;
	int rc = -1;

	if (rec_get_request(key, value, &r, e) != 0)
		return -1;
	if (check_cert_of(v, &r, e) == 0)
		rc = check_entries_of(v, &r, e);
	stored_request_release(&r);
	return rc;
}

int check_entry(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct request_entries x;
	struct stored_request r;
	struct request_key rk;
	size_t i;
	int rc;

	if (rec_get_entry(key, value, &rk, e) != 0)
		return -1;
	if (txn_get_request(v, &rk, &r, e) != 0)
		return err_prefix(e, "its request");
	rc = request_entries(&r, &x, e);
	stored_request_release(&r);
	if (rc != 0)
		return -1;
	for (i = 0; i < x.n; i++)
		if (span_eq(rec_key_span(&x.key[i]), key))
			return 0;
	return err_set(e, ERR_STORE, "its request does not belong there");
}

int check_challenge(
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

int check_challenge_id(
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

int check_failures(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct failures f;

	(void)v;
	return rec_get_failures(key, value, &f, e);
}

/*
 * A line that waits follows on the one before, if that waits, too; the last is
 * the end of the chain.
 */
int check_line(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct audit_head head, before = { .seq = 0 };
	struct buf line = { 0 }, prev = { 0 };
	struct rec_audit a;
	struct span text;
	struct err why;
	int64_t seq;
	int rc = -1;

	if (rec_get_line(key, value, &seq, &text, e) != 0 ||
	    buf_put(&line, text, e) != 0)
		return -1;
	if (audit_line_read(buf_span(&line), &head, e) != 0 ||
	    txn_get_audit(v, &a, e) != 0)
		goto out;
	if (head.seq != seq || seq > a.seq) {
		err_set(e, ERR_STORE, "it is not in its place");
		goto out;
	}
	if (seq == a.seq && memcmp(head.chain, a.chain, sizeof(a.chain)) != 0) {
		err_set(e, ERR_STORE, "it is not the end of the chain");
		goto out;
	}
	if (seq < a.seq && txn_get_line(v, seq + 1, &prev, e) != 0) {
		err_prefix(e, "the line behind it");
		goto out;
	}
	buf_cut(&prev, 0);
	if (seq > 1 && txn_get_line(v, seq - 1, &prev, &why) != 0) {
		rc = why.kind == ERR_NOT_FOUND ? 0 : -1; /* it is written */
		if (rc != 0)
			*e = why;
	} else if (seq == 1 ||
	    audit_line_read(buf_span(&prev), &before, e) == 0) {
		rc = audit_line_follows(buf_span(&line), &before, &head, e);
	}
out:
	buf_release(&line);
	buf_release(&prev);
	return rc;
}

int check_state(
    struct visit *v, struct span key, struct span value, struct err *e)
{
	struct rec_failures failures;
	struct rec_audit audit;
	struct rec_open open;
	struct rec_key name;
	struct rec_crl crl;
	struct store_told told;

	(void)v;
	rec_key_state("open", &name);
	if (span_eq(key, rec_key_span(&name)))
		return rec_get_open(key, value, &open, e);
	rec_key_state("failures", &name);
	if (span_eq(key, rec_key_span(&name)))
		return rec_get_all_failures(key, value, &failures, e);
	rec_key_state("audit", &name);
	if (span_eq(key, rec_key_span(&name)))
		return rec_get_audit(key, value, &audit, e);
	rec_key_state("told", &name);
	if (span_eq(key, rec_key_span(&name)))
		return rec_get_told(key, value, &told, e);
	return rec_get_crl(key, value, &crl, e);
}
