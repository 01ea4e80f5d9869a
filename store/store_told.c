#include "store_told.h"

#include "rec.h"
#include "txn.h"

static int get_told(struct visit *v, void *arg, struct err *e)
{
	struct store_told *t = arg;
	struct rec_key key;
	struct span value;
	struct err why;

	rec_key_state("told", &key);
	if (txn_get(v, &key, &value, &why) == 0)
		return rec_get_told(rec_key_span(&key), value, t, e);
	*t = (struct store_told){ 0 };
	return why.kind == ERR_NOT_FOUND ? 0
					 : err_set(e, why.kind, "%s", why.text);
}

int store_told_find(struct store *st, struct store_told *t, struct err *e)
{
	struct store_told got = { 0 };

	if (visit_run(st, VISIT_READ, get_told, &got, e) != 0)
		return -1;
	*t = got;
	return 0;
}

static int put_told(struct visit *v, void *arg, struct err *e)
{
	const struct store_told *t = arg;
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	rec_key_state("told", &key);
	if (rec_put_told(t, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

int store_told_note(struct store *st, const struct store_told *t, struct err *e)
{
	struct store_told copy = *t;

	return visit_run(st, VISIT_WRITE, put_told, &copy, e);
}
