#include "reply.h"

#include <stdio.h>

#include "log.h"

/* A store that was busy for this long needs a longer pause. */
enum { RETRY_SECONDS = 3 * STORE_LOCK_SECONDS };

static const struct {
	int status;
	const char *reason;
} reasons[] = {
	{ 200, "OK" },
	{ 400, "Bad Request" },
	{ 405, "Method Not Allowed" },
	{ 413, "Content Too Large" },
	{ 414, "URI Too Long" },
	{ 500, "Internal Server Error" },
	{ 503, "Service Unavailable" },
};

static const char *reason_of(int status)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].status == status)
			return reasons[i].reason;
	return "Error";
}

void reply_refuse(struct reply *r, const struct request *q, int status,
    const char *text, const char *why)
{
	char line[160];

	/* T-49: constants only; what else there is to say is in the log. */
	snprintf(line, sizeof(line), "%s (request %s)\n", text,
	    q->id != NULL ? q->id : "-");
	buf_release(&r->body);
	(void)buf_put(&r->body, span_str(line), NULL); /* or the status does */
	r->status = status;
	r->content_type = "text/plain";
	r->no_store = true;
	log_field_text(&r->log, "error", why != NULL ? why : text);
}

void reply_fault(struct reply *r, const struct request *q, const struct err *e)
{
	if (e->kind == ERR_BUSY) {
		reply_refuse(r, q, 503, "Busy. Try again later.", e->text);
		r->retry_after = RETRY_SECONDS;
		return;
	}
	reply_refuse(
	    r, q, 500, "The server failed. Its log says why.", e->text);
}

void reply_release(struct reply *r)
{
	buf_release(&r->body);
	buf_release(&r->log);
	notice_release(&r->notice);
	*r = (struct reply){ 0 };
}

static int put_line(struct buf *head, const char *name, const char *value)
{
	if (value == NULL)
		return 0;
	return buf_put(head, span_str(name), NULL) |
	    buf_put(head, SPAN_LIT(": "), NULL) |
	    buf_put(head, span_str(value), NULL) |
	    buf_put(head, SPAN_LIT("\r\n"), NULL);
}

static int put_head(struct buf *head, const struct reply *r)
{
	char status[64], length[32], after[32];

	snprintf(
	    status, sizeof(status), "%d %s", r->status, reason_of(r->status));
	snprintf(length, sizeof(length), "%zu", r->body.n);
	snprintf(after, sizeof(after), "%u", r->retry_after);
	return put_line(head, "Status", status) |
	    put_line(head, "Content-Type", r->content_type) |
	    put_line(head, "Content-Length", length) |
	    put_line(head, "X-Content-Type-Options", "nosniff") |
	    put_line(head, "Cache-Control", r->no_store ? "no-store" : NULL) |
	    put_line(head, "Pragma", r->no_store ? "no-cache" : NULL) |
	    put_line(head, "Allow", r->allow) |
	    put_line(head, "Retry-After", r->retry_after != 0 ? after : NULL) |
	    buf_put(head, SPAN_LIT("\r\n"), NULL);
}

int reply_write(const struct gateway *g, const struct reply *r, struct err *e)
{
	struct buf head = { 0 };
	struct span body = r->head ? SPAN_LIT("") : buf_span(&r->body);
	int rc = -1;

	if (put_head(&head, r) != 0)
		err_set(e, ERR_NOMEM, "the head of a reply");
	else
		rc = g->write(g->arg, buf_span(&head), body, e);
	buf_release(&head);
	return rc;
}
