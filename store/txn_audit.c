/*
 * txn_audit.c - lines are made, and leave for the file.
 */
#include <inttypes.h>
#include <string.h>

#include "txn_audit.h"

enum { AT_ONCE = 64 }; /* lines; the others wait for the next drain */

int txn_get_audit(struct visit *v, struct rec_audit *a, struct err *e)
{
	struct rec_key key;
	struct span value;
	struct err why;

	rec_key_state("audit", &key);
	if (txn_get(v, &key, &value, &why) == 0)
		return rec_get_audit(rec_key_span(&key), value, a, e);
	if (why.kind != ERR_NOT_FOUND) {
		if (e != NULL)
			*e = why;
		return -1;
	}
	*a = (struct rec_audit){ .seq = 0 };
	return 0;
}

int txn_put_audit(struct visit *v, const struct rec_audit *a, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	rec_key_state("audit", &key);
	if (rec_put_audit(a, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

static int put_line(
    struct visit *v, int64_t seq, struct span line, struct err *e)
{
	struct buf value = { 0 };
	struct rec_key key;
	int rc = -1;

	rec_key_line(seq, &key);
	if (rec_put_line(line, &value, e) == 0)
		rc = txn_put(v, &key, buf_span(&value), e);
	buf_release(&value);
	return rc;
}

int txn_audit(struct visit *v, int64_t now, const char *event, struct err *e)
{
	struct audit_head head;
	struct buf line = { 0 };
	struct rec_audit a;
	int rc = -1;

	if (event == NULL)
		return 0;
	if (txn_get_audit(v, &a, e) != 0)
		return -1;
	head.seq = a.seq;
	memcpy(head.chain, a.chain, sizeof(head.chain));
	if (audit_line_put(&head, now, event, &line, e) == 0 &&
	    put_line(v, head.seq, buf_span(&line), e) == 0) {
		a.seq = head.seq;
		memcpy(a.chain, head.chain, sizeof(a.chain));
		/* a durable commit makes what was noted before durable, too */
		if (v->kind == VISIT_WRITE)
			a.firm = a.seq;
		v->told = true;
		rc = txn_put_audit(v, &a, e);
	}
	buf_release(&line);
	return rc;
}

int txn_get_line(struct visit *v, int64_t seq, struct buf *line, struct err *e)
{
	struct span value, text;
	struct rec_key key;
	int64_t same;

	rec_key_line(seq, &key);
	if (txn_get(v, &key, &value, e) != 0 ||
	    rec_get_line(rec_key_span(&key), value, &same, &text, e) != 0)
		return -1;
	return buf_put(line, text, e);
}

/* first_line - the number of the first one that waits; 0: none does */
static int first_line(struct visit *v, int64_t *seq, struct err *e)
{
	struct rec_key from;
	struct txn_scan s;
	struct span line;
	int rc;

	*seq = 0;
	rec_key_first(REC_LINE, &from);
	rc = txn_scan_from(v, &s, &from, e);
	if (rc == 0 && !s.end && rec_is(s.key, REC_LINE))
		rc = rec_get_line(s.key, s.value, seq, &line, e);
	txn_scan_end(&s);
	return rc;
}

/*
 * is_ours - does the file end where we have been?  Whoever put a line of his
 * own there must not make us believe that ours are written.
 */
static int is_ours(struct visit *v, const struct rec_audit *a, int64_t first,
    const struct audit_head *last, struct err *e)
{
	struct audit_head ours = { .seq = a->seq };
	struct buf line = { 0 };
	int rc = 0;

	if (last->seq < first)
		return 0; /* written long ago: for `audit verify` to judge */
	memcpy(ours.chain, a->chain, sizeof(ours.chain));
	if (last->seq < a->seq) {
		rc = txn_get_line(v, last->seq, &line, e);
		if (rc == 0)
			rc = audit_line_read(buf_span(&line), &ours, e);
		buf_release(&line);
	}
	if (rc == 0 &&
	    (last->seq != ours.seq ||
		memcmp(last->chain, ours.chain, sizeof(ours.chain)) != 0))
		rc = err_set(e, ERR_STORE,
		    "line %" PRId64 " of the audit log was not made by this CA",
		    last->seq);
	return rc;
}

/* write_lines - those from number `from` to `to`, in one piece */
static int write_lines(struct visit *v, struct audit_file *file, int64_t from,
    int64_t to, struct err *e)
{
	struct buf lines = { 0 };
	int rc = 0;

	for (; rc == 0 && from <= to; from++) {
		rc = txn_get_line(v, from, &lines, e);
		if (rc == 0)
			rc = buf_put(&lines, SPAN_LIT("\n"), e);
	}
	if (rc == 0)
		rc = file->append(file, buf_span(&lines), e);
	buf_release(&lines);
	return rc;
}

static int forget_lines(
    struct visit *v, int64_t from, int64_t to, struct err *e)
{
	struct rec_key key;

	for (; from <= to; from++) {
		rec_key_line(from, &key);
		if (txn_del(v, &key, e) != 0)
			return -1;
	}
	return 0;
}

static int64_t smaller(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int txn_drain(struct visit *v, struct audit_file *file, int64_t *left,
    bool *changed, struct err *e)
{
	int64_t first, begin, end, gone;
	struct audit_head last;
	struct rec_audit a;

	*left = 0;
	*changed = false;
	if (txn_get_audit(v, &a, e) != 0 || first_line(v, &first, e) != 0)
		return -1;
	if (first == 0)
		return 0;
	if (file->last(file, &last, e) != 0 ||
	    is_ours(v, &a, first, &last, e) != 0)
		return -1;
	begin = last.seq < first ? first : last.seq + 1;
	end = smaller(a.firm, begin + AT_ONCE - 1);
	gone = smaller(smaller(file->synced, last.seq), first + AT_ONCE - 1);
	*changed = gone >= first || begin <= end;
	if (forget_lines(v, first, gone, e) != 0)
		return -1;
	if (begin <= end) {
		a.written = end;
		if (write_lines(v, file, begin, end, e) != 0 ||
		    txn_put_audit(v, &a, e) != 0)
			return -1;
	}
	*left = a.seq - (begin <= end ? end : begin - 1);
	return 0;
}
