/*
 * txn_presented.c - which name has somebody got who presented a certificate of
 * others?
 */
#include <string.h>

#include "txn_cert.h"

int txn_put_presented(struct visit *v, const uint8_t key_hash[32],
    const struct serial *serial, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	rec_key_presented(key_hash, &key);
	if (rec_put_presented(serial, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

/* get - *last: the one that was got last; *found: there is one */
static int get(struct visit *v, const uint8_t key_hash[32], bool *found,
    struct stored_cert *last, struct err *e)
{
	struct serial serial;
	uint8_t same[32];
	struct rec_key key;
	struct span value;
	struct err why;

	*found = false;
	rec_key_presented(key_hash, &key);
	if (txn_get(v, &key, &value, &why) != 0) {
		if (why.kind == ERR_NOT_FOUND)
			return 0;
		return err_set(e, why.kind, "%s", why.text);
	}
	if (rec_get_presented(rec_key_span(&key), value, same, &serial, e) !=
		0 ||
	    txn_get_cert(v, &serial, last, &why) != 0)
		return err_set(e, ERR_STORE,
		    "what was got with a certificate of others is not there: "
		    "run scepca check");
	*found = true;
	return 0;
}

/*
 * All that is good was got under one name, so that of the last is all there is
 * to ask for.  By its name it is looked for, as it may have been renewed.
 */
int txn_presented_elsewhere(struct visit *v, const struct key_claim *claim,
    bool *found, struct stored_cert *last, struct err *e)
{
	struct stored_cert c = { .der = { 0 } };
	size_t n = 0;

	*found = false;
	if (get(v, claim->key_hash, found, &c, e) != 0)
		return -1;
	if (*found && memcmp(c.name_hash, claim->name_hash, 32) != 0 &&
	    txn_count_named(v, c.name_hash, claim->now, NULL, 1, &n, e) != 0) {
		stored_cert_release(&c);
		return -1;
	}
	*found = n > 0;
	if (*found)
		*last = c;
	else
		stored_cert_release(&c);
	return 0;
}
