/*
 * test_audit_line.c - lines of the audit log that hang on one another (T-61).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "audit_line.h"

static struct err e;

/* printf '%064d%s' 0 '1 1970-01-01T00:00:01Z granted serial=01' | sha256sum */
static const char first[] =
    "1 1970-01-01T00:00:01Z granted serial=01 chain="
    "35af6e3a5e283222ccf8fe6679f6970f6709087c5079e5e5865d59e6380154e5";

Test(audit_line, first_line)
{
	struct audit_head head = { .seq = 0 }, zero = { .seq = 0 }, got;
	struct buf line = { 0 };

	cr_assert_eq(audit_line_put(&head, 1, "granted serial=01", &line, &e),
	    0, "%s", e.text);
	cr_expect(span_eq(buf_span(&line), SPAN_LIT(first)), "%.*s",
	    (int)line.n, (const char *)line.p);
	cr_expect_eq(head.seq, 1);
	cr_expect_eq(audit_line_follows(buf_span(&line), &zero, &got, &e), 0);
	cr_expect_arr_eq(got.chain, head.chain, sizeof(head.chain));
	buf_release(&line);
}

/* Any one octet of a line that is another one: the line is not believed */
Test(audit_line, every_octet)
{
	struct audit_head before = { .seq = 41 }, head, got;
	struct buf line = { 0 };
	uint8_t was;

	memset(before.chain, 0x5a, sizeof(before.chain));
	head = before;
	cr_assert_eq(audit_line_put(&head, 1800000000,
			 "held serial=01 by=\"a b\"", &line, &e),
	    0);
	cr_expect_eq(head.seq, 42);
	for (size_t i = 0; i < line.n; i++)
		for (unsigned bit = 1; bit < 256; bit <<= 1) {
			was = line.p[i];
			line.p[i] ^= (uint8_t)bit;
			cr_expect_eq(audit_line_follows(
					 buf_span(&line), &before, &got, &e),
			    -1, "octet %zu", i);
			line.p[i] = was;
		}
	cr_expect_eq(audit_line_follows(buf_span(&line), &before, &got, &e), 0);
	/* behind another line it is a stranger */
	before.chain[31] ^= 1;
	cr_expect_eq(
	    audit_line_follows(buf_span(&line), &before, &got, &e), -1);
	cr_expect_not_null(strstr(e.text, "was changed"), "%s", e.text);
	buf_release(&line);
}

#define CHAIN     \
	" chain=" \
	"0000000000000000000000000000000000000000000000000000000000000000"

static const struct {
	const char *name, *line;
	int want;
} lines[] = {
	{ "good", "7 - x" CHAIN, 0 },
	{ "largest number", "999999999999999999 - x" CHAIN, 0 },
	{ "too large a number", "9999999999999999999 - x" CHAIN, -1 },
	{ "number 0", "0 - x" CHAIN, -1 },
	{ "leading zero", "07 - x" CHAIN, -1 },
	{ "sign", "+7 - x" CHAIN, -1 },
	{ "no number", " - x" CHAIN, -1 },
	{ "no blank", "7" CHAIN "0", -1 },
	{ "empty", "", -1 },
	{ "chain only", CHAIN, -1 },
	{ "upper case",
	    "7 - x "
	    "chain=A00000000000000000000000000000000000000000000000000000000000"
	    "0000",
	    -1 },
	{ "short chain",
	    "7 - x chain=0000000000000000000000000000000000000000000000", -1 },
	{ "behind the chain", "7 - x" CHAIN " ", -1 },
	{ "control character", "7 - \tx" CHAIN, -1 },
	{ "not ASCII", "7 - \xc3\xbc" CHAIN, -1 },
};
Test(audit_line, read)
{
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct audit_head head = { .seq = -1 };
		int rc = audit_line_read(span_str(lines[i].line), &head, &e);

		cr_expect_eq(rc, lines[i].want, "%s", lines[i].name);
		cr_expect(rc == 0 || head.seq == -1, "%s", lines[i].name);
	}
}

Test(audit_line, events_that_are_none)
{
	static char too_long[AUDIT_EVENT_MAX + 2];
	const char *const bad[] = { "", "a\nb", "a\x7f", "\xc3\xbc", too_long };
	struct audit_head head = { .seq = 3 }, got = head;
	struct buf line = { 0 };

	memset(too_long, 'x', sizeof(too_long) - 1);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		cr_expect_eq(audit_line_put(&head, 1, bad[i], &line, &e), -1);
		cr_expect_eq(e.kind, ERR_INPUT);
		cr_expect_eq(line.n, 0);
		cr_expect_eq(head.seq, 3);
	}
	too_long[AUDIT_EVENT_MAX] = '\0'; /* as long as it may be */
	cr_expect_eq(audit_line_put(&head, 1, too_long, &line, &e), 0);
	cr_expect_eq(audit_line_follows(buf_span(&line), &got, &got, &e), 0);
	buf_release(&line);
}
