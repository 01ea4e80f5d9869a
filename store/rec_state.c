/*
 * rec_state.c - what there is one of: the number of open requests, the CRL, up
 * to when the end of certificates was told of.
 */
#include <string.h>

#include "rec.h"
#include "rec_field.h"

enum { VERSION = 1 };

static bool is_named(struct span key, const char *name)
{
	struct rec_key k;

	rec_key_state(name, &k);
	return span_eq(key, rec_key_span(&k));
}

static bool is_open_sane(const struct rec_open *o)
{
	return o->count >= 0 && o->changes >= o->count;
}

int rec_put_open(const struct rec_open *o, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_i64(&w, o->count);
	rec_write_i64(&w, o->changes);
	if (!is_open_sane(o))
		w.wrong = "fewer than none";
	return rec_write_end(&w, "number of open requests", e);
}

int rec_get_open(
    struct span key, struct span value, struct rec_open *o, struct err *e)
{
	static const char what[] = "number of open requests";
	struct rec_reader r = rec_read(value, VERSION);
	struct rec_open got = { .count = 0 };

	if (!is_named(key, "open"))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.count = rec_read_i64(&r);
	got.changes = rec_read_i64(&r);
	rec_read_check(&r, is_open_sane(&got), "fewer than none");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*o = got;
	return 0;
}

/* INT64_MAX is no number: there must be one above. */
static const char *wrong_crl(const struct rec_crl *c)
{
	if (c->number < 0 || c->claimed_number < c->number ||
	    c->claimed_number == INT64_MAX)
		return "CRL number out of range";
	if (c->published < 0 || c->claimed < c->published ||
	    c->changes < c->claimed || c->changes == INT64_MAX)
		return "count of changes out of range";
	return NULL;
}

int rec_put_crl(const struct rec_crl *c, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_i64(&w, c->number);
	rec_write_i64(&w, c->this_update);
	rec_write_i64(&w, c->next_update);
	rec_write_i64(&w, c->changes);
	rec_write_i64(&w, c->published);
	rec_write_i64(&w, c->claimed_number);
	rec_write_i64(&w, c->claimed_until);
	rec_write_i64(&w, c->claimed);
	if (w.wrong == NULL)
		w.wrong = wrong_crl(c);
	return rec_write_end(&w, "CRL state", e);
}

int rec_get_crl(
    struct span key, struct span value, struct rec_crl *c, struct err *e)
{
	static const char what[] = "CRL state";
	struct rec_reader r = rec_read(value, VERSION);
	struct rec_crl got = { .number = 0 };
	const char *wrong;

	if (!is_named(key, "crl"))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.number = rec_read_i64(&r);
	got.this_update = rec_read_i64(&r);
	got.next_update = rec_read_i64(&r);
	got.changes = rec_read_i64(&r);
	got.published = rec_read_i64(&r);
	got.claimed_number = rec_read_i64(&r);
	got.claimed_until = rec_read_i64(&r);
	got.claimed = rec_read_i64(&r);
	wrong = wrong_crl(&got);
	rec_read_check(&r, wrong == NULL, wrong);
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*c = got;
	return 0;
}

static bool is_told_sane(const struct store_told *t)
{
	return t->until >= 0 && t->before >= 0;
}

int rec_put_told(const struct store_told *t, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_i64(&w, t->until);
	rec_write_i64(&w, t->before);
	if (!is_told_sane(t))
		w.wrong = "a time before 1970";
	return rec_write_end(&w, "what was told", e);
}

int rec_get_told(
    struct span key, struct span value, struct store_told *t, struct err *e)
{
	static const char what[] = "what was told";
	struct rec_reader r = rec_read(value, VERSION);
	struct store_told got = { 0 };

	if (!is_named(key, "told"))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.until = rec_read_i64(&r);
	got.before = rec_read_i64(&r);
	rec_read_check(&r, is_told_sane(&got), "a time before 1970");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*t = got;
	return 0;
}
