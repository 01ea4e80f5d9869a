/*
 * A line of an audit log that somebody may have had his hands on.  What can be
 * read follows on something, or does not; what we make behind it does.
 */
#include <string.h>

#include "audit_line.h"
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span in = { data, size };
	struct audit_head head = { .seq = -1 }, before = { .seq = 0 }, got;
	struct buf line = { 0 };
	struct err e;

	if (audit_line_read(in, &head, &e) != 0) {
		MUST(head.seq == -1);
		MUST(e.kind == ERR_INPUT);
		MUST(audit_line_follows(in, &before, &got, NULL) != 0);
		return 0;
	}
	MUST(head.seq > 0 && size <= AUDIT_LINE_MAX);
	before.seq = head.seq - 1;
	if (audit_line_follows(in, &before, &got, &e) == 0) {
		/* as we would have made it: behind that one no other does */
		before.chain[0] ^= 1;
		MUST(audit_line_follows(in, &before, &got, &e) != 0);
	}
	before = head;
	MUST(audit_line_put(&head, 1, "event a=b", &line, &e) == 0);
	MUST(audit_line_follows(buf_span(&line), &before, &got, &e) == 0);
	MUST(memcmp(&got, &head, sizeof(got)) == 0);
	buf_release(&line);
	return 0;
}
