/*
 * txn_cert.c - a certificate's record and everything that follows from it.
 */
#include <string.h>

#include "txn_cert.h"

bool cert_is_good(const struct stored_cert *c, int64_t now)
{
	return c->state == CERT_VALID && now <= c->not_after;
}

/* A hold may end: of what was given away meanwhile there would be two. */
bool cert_counts(const struct stored_cert *c, int64_t now)
{
	return c->state != CERT_REVOKED && now <= c->not_after;
}

static int put_revoked(
    struct visit *v, const struct stored_cert *c, struct err *e)
{
	struct revoked r = { .revoked_at = c->revoked_at,
		.not_after = c->not_after,
		.reason = c->reason };
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	if (rec_key_revoked(&c->serial, &key, e) != 0)
		return -1;
	if (c->state == CERT_VALID)
		return txn_del(v, &key, e);
	if (rec_put_revoked(&r, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* Without a name there is nothing to look it up by: the CA's own, say. */
static int put_name(struct visit *v, const struct stored_cert *c, struct err *e)
{
	static const uint8_t none[sizeof(c->name_hash)];
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	if (memcmp(c->name_hash, none, sizeof(none)) == 0)
		return 0;
	if (rec_key_name(c->name_hash, c->not_after, &c->serial, &key, e) ==
		0 &&
	    rec_put_name(&value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

static int put_pubkey(
    struct visit *v, const struct stored_cert *c, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	if (rec_key_pubkey(c, &key, e) == 0 && rec_put_pubkey(&value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

int txn_add_cert(
    struct visit *v, const struct stored_cert *c, bool *added, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	*added = false;
	if (rec_key_cert(&c->serial, &key, e) == 0 &&
	    rec_put_cert(c, &value, e) == 0)
		rc = txn_add(v, &key, buf_span(&value), added, e);
	buf_release(&value);
	if (rc != 0 || !*added)
		return rc;
	if (c->state != CERT_VALID && put_revoked(v, c, e) != 0)
		return -1;
	return put_name(v, c, e) == 0 ? put_pubkey(v, c, e) : -1;
}

int txn_put_cert(struct visit *v, const struct stored_cert *c, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	if (rec_key_cert(&c->serial, &key, e) == 0 &&
	    rec_put_cert(c, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc == 0 ? put_revoked(v, c, e) : -1;
}

static bool is_serial(const struct serial *a, const struct serial *b)
{
	return b != NULL && a->n == b->n && memcmp(a->b, b->b, a->n) == 0;
}

int txn_count_named(struct visit *v, const uint8_t name_hash[32], int64_t now,
    const struct serial *except, size_t max, size_t *n, struct err *e)
{
	struct rec_key from, name;
	struct stored_cert c;
	struct txn_scan s;
	int rc;

	*n = 0;
	/* the index has the moment of expiry in it: begin with the living */
	if (rec_key_name(name_hash, now, NULL, &from, e) != 0)
		return -1;
	name = from;
	name.n = 1 + 32;
	rc = txn_scan_from(v, &s, &from, e);
	while (rc == 0 && *n < max && !s.end && rec_begins(s.key, &name)) {
		if ((rc = rec_get_name(s.key, s.value, &c, e)) != 0)
			break;
		if (!is_serial(&c.serial, except)) {
			struct serial serial = c.serial;

			if ((rc = txn_get_cert(v, &serial, &c, e)) != 0)
				break;
			*n += cert_counts(&c, now);
			stored_cert_release(&c);
		}
		rc = txn_scan_next(&s, e);
	}
	txn_scan_end(&s);
	if (rc != 0 && e != NULL && e->kind == ERR_NOT_FOUND)
		e->kind = ERR_STORE; /* the index leads nowhere */
	return rc;
}

int txn_get_crl(struct visit *v, struct rec_crl *c, struct err *e)
{
	struct rec_key key;
	struct span value;
	struct err why;

	rec_key_state("crl", &key);
	if (txn_get(v, &key, &value, &why) == 0)
		return rec_get_crl(rec_key_span(&key), value, c, e);
	if (why.kind != ERR_NOT_FOUND) {
		if (e != NULL)
			*e = why;
		return -1;
	}
	*c = (struct rec_crl){ .number = 0 };
	return 0;
}

int txn_put_crl(struct visit *v, const struct rec_crl *c, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	rec_key_state("crl", &key);
	if (rec_put_crl(c, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* change - *c as `reason` wants it, or why not */
static enum revoke_outcome change(
    struct stored_cert *c, enum crl_reason reason, int64_t now)
{
	if (reason == REASON_REMOVE_FROM_CRL) {
		if (c->state != CERT_HELD)
			return REVOKE_NOT_HELD;
		c->state = CERT_VALID;
		c->revoked_at = 0;
		c->reason = 0;
		return REVOKE_DONE;
	}
	if (c->state == CERT_REVOKED ||
	    (c->state == CERT_HELD && reason == REASON_CERTIFICATE_HOLD))
		return REVOKE_ALREADY;
	/* a held one was not good since then (X.509, holdInstructionCode) */
	if (c->state == CERT_VALID)
		c->revoked_at = now;
	c->state = reason == REASON_CERTIFICATE_HOLD ? CERT_HELD : CERT_REVOKED;
	c->reason = (uint8_t)reason;
	return REVOKE_DONE;
}

int txn_revoke(struct visit *v, const struct serial *serial,
    enum crl_reason reason, int64_t now, enum revoke_outcome *outcome,
    struct stored_cert *c, struct err *e)
{
	struct stored_cert got;
	struct rec_crl crl;

	if (txn_get_cert(v, serial, &got, e) != 0)
		return -1;
	*outcome = change(&got, reason, now);
	if (*outcome == REVOKE_DONE) {
		if (txn_put_cert(v, &got, e) != 0 ||
		    txn_get_crl(v, &crl, e) != 0)
			goto fail;
		crl.changes++;
		if (txn_put_crl(v, &crl, e) != 0)
			goto fail;
	}
	*c = got;
	return 0;
fail:
	stored_cert_release(&got);
	return -1;
}
