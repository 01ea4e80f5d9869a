/*
 * rec_failure.c - wrong challenges: from one address, and from everywhere.
 */
#include <string.h>

#include "rec.h"
#include "rec_field.h"

enum { VERSION = 1 };

static void write_counts(struct rec_writer *w, const struct failures *f)
{
	rec_write_i64(w, f->last);
	rec_write_i64(w, f->slot);
	for (size_t i = 0; i < FAILURE_SLOTS; i++) {
		rec_write_i32(w, f->n[i]);
		if (f->n[i] < 0)
			w->wrong = "fewer than none";
	}
}

static void read_counts(struct rec_reader *r, struct failures *f)
{
	f->last = rec_read_i64(r);
	f->slot = rec_read_i64(r);
	for (size_t i = 0; i < FAILURE_SLOTS; i++) {
		f->n[i] = rec_read_i32(r);
		rec_read_check(r, f->n[i] >= 0, "fewer than none");
	}
}

int rec_put_failures(const struct failures *f, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	write_counts(&w, f);
	return rec_write_end(&w, "wrong challenges", e);
}

int rec_get_failures(
    struct span key, struct span value, struct failures *f, struct err *e)
{
	static const char what[] = "wrong challenges";
	struct rec_reader r = rec_read(value, VERSION);
	struct failures got = { .last = 0 };

	if (!rec_is(key, REC_FAILURES) || key.n < 2 ||
	    key.n > sizeof(got.remote) || memchr(key.p, '\0', key.n) != NULL)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	memcpy(got.remote, key.p + 1, key.n - 1);
	read_counts(&r, &got);
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*f = got;
	return 0;
}

int rec_put_all_failures(
    const struct rec_failures *f, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	write_counts(&w, &f->all);
	rec_write_i64(&w, f->addresses);
	if (f->addresses < 0)
		w.wrong = "fewer than none";
	return rec_write_end(&w, "wrong challenges in all", e);
}

int rec_get_all_failures(
    struct span key, struct span value, struct rec_failures *f, struct err *e)
{
	static const char what[] = "wrong challenges in all";
	struct rec_reader r = rec_read(value, VERSION);
	struct rec_failures got = { .addresses = 0 };
	struct rec_key want;

	rec_key_state("failures", &want);
	if (!span_eq(key, rec_key_span(&want)))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	read_counts(&r, &got.all);
	got.addresses = rec_read_i64(&r);
	rec_read_check(&r, got.addresses >= 0, "fewer than none");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*f = got;
	return 0;
}
