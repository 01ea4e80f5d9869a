/*
 * txn.c - get, put and walk.
 */
#include "txn.h"

static int fail(struct visit *v, int rc, const char *what, struct err *e)
{
	v->broken = true;
	return db_env_fail(v->db, rc, what, e);
}

static DBT dbt_of(struct span s)
{
	/* the engine only reads what a key or a new value points at */
	return (DBT){ .data = (void *)(uintptr_t)s.p, .size = (u_int32_t)s.n };
}

static struct span span_of(const DBT *t)
{
	return (struct span){ t->data, t->size };
}

int txn_get(
    struct visit *v, const struct rec_key *k, struct span *value, struct err *e)
{
	DBT key = dbt_of(rec_key_span(k)), data = { 0 };
	DB *db = v->db->db;
	int rc = db->get(db, v->txn, &key, &data, 0);

	if (rc == DB_NOTFOUND)
		return err_set(e, ERR_NOT_FOUND, "no such record");
	if (rc != 0)
		return fail(v, rc, "read", e);
	*value = span_of(&data);
	return 0;
}

int txn_get_cert(struct visit *v, const struct serial *serial,
    struct stored_cert *c, struct err *e)
{
	struct span value;
	struct rec_key key;

	if (rec_key_cert(serial, &key, e) != 0 ||
	    txn_get(v, &key, &value, e) != 0)
		return -1;
	return rec_get_cert(rec_key_span(&key), value, c, e);
}

int txn_get_challenge(struct visit *v, const uint8_t mac[32],
    struct stored_challenge *c, struct err *e)
{
	struct span value;
	struct rec_key key;

	rec_key_challenge(mac, &key);
	if (txn_get(v, &key, &value, e) != 0)
		return -1;
	return rec_get_challenge(rec_key_span(&key), value, c, e);
}

int txn_put(
    struct visit *v, const struct rec_key *k, struct span value, struct err *e)
{
	DBT key = dbt_of(rec_key_span(k)), data = dbt_of(value);
	DB *db = v->db->db;
	int rc = db->put(db, v->txn, &key, &data, 0);

	return rc == 0 ? 0 : fail(v, rc, "write", e);
}

int txn_add(struct visit *v, const struct rec_key *k, struct span value,
    bool *added, struct err *e)
{
	DBT key = dbt_of(rec_key_span(k)), data = dbt_of(value);
	DB *db = v->db->db;
	int rc = db->put(db, v->txn, &key, &data, DB_NOOVERWRITE);

	if (rc != 0 && rc != DB_KEYEXIST)
		return fail(v, rc, "write", e);
	*added = rc == 0;
	return 0;
}

int txn_del(struct visit *v, const struct rec_key *k, struct err *e)
{
	DBT key = dbt_of(rec_key_span(k));
	DB *db = v->db->db;
	int rc = db->del(db, v->txn, &key, 0);

	return rc == 0 || rc == DB_NOTFOUND ? 0 : fail(v, rc, "delete", e);
}

static int step(struct txn_scan *s, DBT *key, u_int32_t how, struct err *e)
{
	DBT data = { 0 };
	int rc = s->cursor->get(s->cursor, key, &data, how);

	s->end = rc == DB_NOTFOUND;
	if (rc != 0 && !s->end)
		return fail(s->visit, rc, "read on", e);
	s->key = span_of(key);
	s->value = span_of(&data);
	return 0;
}

int txn_scan_from(struct visit *v, struct txn_scan *s,
    const struct rec_key *from, struct err *e)
{
	DBT key = dbt_of(rec_key_span(from));
	DB *db = v->db->db;
	int rc;

	*s = (struct txn_scan){ .visit = v };
	if ((rc = db->cursor(db, v->txn, &s->cursor, 0)) != 0) {
		s->cursor = NULL;
		return fail(v, rc, "start to read", e);
	}
	return step(s, &key, DB_SET_RANGE, e);
}

int txn_scan_next(struct txn_scan *s, struct err *e)
{
	DBT key = { 0 };

	return step(s, &key, DB_NEXT, e);
}

void txn_scan_end(struct txn_scan *s)
{
	if (s->cursor != NULL && s->cursor->close(s->cursor) != 0)
		s->visit->broken = true;
	s->cursor = NULL;
}
