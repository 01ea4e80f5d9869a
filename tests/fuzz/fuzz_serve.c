/*
 * The whole server: the first octet is 'G' for GET, and the query follows, or
 * anything else for POST, and the body follows.  Whatever comes, the answer is
 * no 5xx, is well-formed, and the log line is one line.
 */
#include <string.h>

#include "fuzz_home.h"
#include "op.h"
#include "scep_msg.h"

static void check_reply(const struct reply *r)
{
	struct scep_msg m;

	MUST(r->status == 200 || (r->status >= 400 && r->status < 500));
	MUST(r->content_type != NULL && r->body.n > 0);
	if (strcmp(r->content_type, "application/x-pki-message") == 0) {
		MUST(scep_msg_open(buf_span(&r->body), &m, NULL) == 0);
		MUST(m.attrs.type == SCEP_CERTREP && m.attrs.has_status);
		MUST(scep_msg_verify(&m, NULL) == 0);
		scep_msg_release(&m);
	}
}

static void check_log(const struct buf *log)
{
	for (size_t i = 0; i < log->n; i++)
		MUST((log->p[i] >= 0x20 && log->p[i] < 0x7f) ||
		    (log->p[i] == '\n' && i + 1 == log->n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct request q = {
		.method = HTTP_POST,
		.query = SPAN_LIT("operation=PKIOperation"),
		.remote = "192.0.2.7",
		.now = FUZZ_NOW,
	};
	struct reply r;

	if (size == 0)
		return 0;
	if (data[0] == 'G') {
		q.method = HTTP_GET;
		q.query = (struct span){ data + 1, size - 1 };
	} else {
		q.body = (struct span){ data + 1, size - 1 };
	}
	serve(fuzz_ca(), &q, &r);
	check_reply(&r);
	check_log(&r.log);
	reply_release(&r);
	return 0;
}
