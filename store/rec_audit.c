/*
 * rec_audit.c - the lines of the audit log that wait, and the end of its chain.
 */
#include "audit_line.h"
#include "rec.h"
#include "rec_field.h"

enum { VERSION = 1 };

int rec_put_line(struct span line, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_span(&w, line);
	if (line.n == 0 || line.n > AUDIT_LINE_MAX)
		w.wrong = "empty or too long";
	return rec_write_end(&w, "line of the audit log", e);
}

int rec_get_line(struct span key, struct span value, int64_t *seq,
    struct span *line, struct err *e)
{
	static const char what[] = "line of the audit log";
	struct rec_reader r = rec_read(value, VERSION);
	struct span got;

	if (!rec_is(key, REC_LINE) || key.n != 1 + 8 || rec_time_of(key) < 1)
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got = rec_read_span(&r, AUDIT_LINE_MAX);
	rec_read_check(&r, got.n != 0, "empty");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*seq = rec_time_of(key);
	*line = got;
	return 0;
}

/* INT64_MAX is no number: there must be one above. */
static bool is_sane(const struct rec_audit *a)
{
	return a->written >= 0 && a->firm >= a->written && a->seq >= a->firm &&
	    a->seq < INT64_MAX;
}

int rec_put_audit(const struct rec_audit *a, struct buf *value, struct err *e)
{
	struct rec_writer w = rec_write(value, VERSION);

	rec_write_i64(&w, a->seq);
	rec_write_i64(&w, a->firm);
	rec_write_i64(&w, a->written);
	rec_write_octets(&w, a->chain, sizeof(a->chain));
	if (!is_sane(a))
		w.wrong = "number out of range";
	return rec_write_end(&w, "end of the audit log", e);
}

int rec_get_audit(
    struct span key, struct span value, struct rec_audit *a, struct err *e)
{
	static const char what[] = "end of the audit log";
	struct rec_reader r = rec_read(value, VERSION);
	struct rec_audit got = { .seq = 0 };
	struct rec_key k;

	rec_key_state("audit", &k);
	if (!span_eq(key, rec_key_span(&k)))
		return err_set(e, ERR_STORE, "%s: malformed key", what);
	got.seq = rec_read_i64(&r);
	got.firm = rec_read_i64(&r);
	got.written = rec_read_i64(&r);
	rec_read_octets(&r, got.chain, sizeof(got.chain));
	rec_read_check(&r, is_sane(&got), "number out of range");
	if (rec_read_end(&r, what, e) != 0)
		return -1;
	*a = got;
	return 0;
}
