/* Challenge passwords: made, recognised, worth something or not. */
#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "ca_home.h"

static struct ca_home h;
static struct buf name;

static void begin(void)
{
	ca_home_make(&h, CA_RSA, "");
	ok(name_parse("CN=r1,O=Test", &name, e));
}

static void end(void)
{
	buf_release(&name);
	ca_home_drop(&h);
}

static enum refusal worth(const char *value, int64_t now)
{
	struct challenge_use use = { .present = value != NULL,
		.subject = buf_span(&name) };
	struct authorisation a;
	enum refusal why;

	if (value != NULL)
		use.value = span_str(value);
	ok(challenge_authorise(h.ca, &use, now, &a, &why, e));
	cr_expect_eq(a.granted, why == REFUSE_NONE);
	return why;
}

static int by_text(const void *a, const void *b)
{
	return memcmp(a, b, CHALLENGE_TEXT_SIZE);
}

/* R106: 1000 values, unique, of 26 characters of base32; ids unique too */
Test(challenge, values, .init = begin, .fini = end)
{
	static char all[1000][CHALLENGE_TEXT_SIZE + 1];
	unsigned seen[256] = { 0 };

	for (size_t i = 0; i < COUNT(all); i++) {
		ca_home_challenge(&h, NULL, all[i]);
		cr_expect_eq(strspn(all[i], "abcdefghijklmnopqrstuvwxyz234567"),
		    CHALLENGE_TEXT_SIZE, "%s", all[i]);
		for (const char *p = all[i]; *p != '\0'; p++)
			seen[(uint8_t)*p]++;
	}
	qsort(all, COUNT(all), sizeof(all[0]), by_text);
	for (size_t i = 1; i < COUNT(all); i++)
		cr_assert_str_neq(all[i], all[i - 1]);
	for (const char *p = "abcdefghijklmnopqrstuvwxyz234567"; *p != '\0';
	     p++)
		cr_expect_gt(
		    seen[(uint8_t)*p], 500, "%c: %u", *p, seen[(uint8_t)*p]);
}

/* R107, R109, field note F7: what it is worth, and when */
Test(challenge, states, .init = begin, .fini = end)
{
	const struct challenge_spec spec = { .uses = 1,
		.expires_at = TEST_NOW + 3600 };
	char value[CHALLENGE_TEXT_SIZE + 1], upper[sizeof(value)];
	struct stored_challenge c;
	size_t n;

	ca_home_challenge(&h, &spec, value);
	cr_expect_eq(worth(value, TEST_NOW), REFUSE_NONE);
	cr_expect_eq(worth(value, TEST_NOW + 3599), REFUSE_NONE);
	cr_expect_eq(worth(value, TEST_NOW + 3600), REFUSE_CHALLENGE_EXPIRED);
	cr_expect_eq(worth(NULL, TEST_NOW), REFUSE_NO_CHALLENGE);
	cr_expect_eq(worth("", TEST_NOW), REFUSE_NO_CHALLENGE);

	memcpy(upper, value, sizeof(upper)); /* every character counts */
	upper[0] ^= 'a' ^ 'A';
	cr_expect_eq(worth(upper, TEST_NOW), REFUSE_CHALLENGE_UNKNOWN);
	value[CHALLENGE_TEXT_SIZE - 1] ^= 1;
	cr_expect_eq(worth(value, TEST_NOW), REFUSE_CHALLENGE_UNKNOWN);
	value[CHALLENGE_TEXT_SIZE - 1] ^= 1;

	ok(store_challenge_page(h.ca->store, NULL, &c, 1, &n, e));
	ok(store_challenge_revoke(h.ca->store, c.id, TEST_NOW, NULL, &c, e));
	cr_expect_eq(worth(value, TEST_NOW), REFUSE_CHALLENGE_REVOKED);
}

/* T-11, mkcertWeb: nothing recorded means that nobody may */
Test(challenge, empty_store, .init = begin, .fini = end)
{
	cr_expect_eq(worth(NULL, TEST_NOW), REFUSE_NO_CHALLENGE);
	cr_expect_eq(
	    worth("anything at all", TEST_NOW), REFUSE_CHALLENGE_UNKNOWN);
}

/* R119, T-20: bound to a name, and what is not that name */
Test(challenge, bound_to_a_name, .init = begin, .fini = end)
{
	static const struct {
		struct span name;
		enum refusal why;
	} rows[] = {
		/* CN=r1, in whatever string type it comes */
		{ BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
			"r1"),
		    REFUSE_NONE },
		{ BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x13\x02"
			"r1"),
		    REFUSE_NONE },
		{ BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x14\x02"
			"r1"),
		    REFUSE_NONE },
		{ BYTES("\x30\x0f\x31\x0d\x30\x0b\x06\x03\x55\x04\x03\x1e\x04"
			"\0r\0001"),
		    REFUSE_NONE },
		{ BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
			"R1"),
		    REFUSE_NONE },
		/* another, with a blank, with a NUL */
		{ BYTES("\x30\x0d\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
			"r2"),
		    REFUSE_CHALLENGE_NAME },
		{ BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03"
			"r1 "),
		    REFUSE_CHALLENGE_NAME },
		{ BYTES("\x30\x0e\x31\x0c\x30\x0a\x06\x03\x55\x04\x03\x0c\x03"
			"r1\0"),
		    REFUSE_CHALLENGE_NAME },
		/* a second CN, in an RDN of its own and in the same one */
		{ BYTES("\x30\x1a\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
			"r1\x31\x0b\x30\x09\x06\x03\x55\x04\x03\x0c\x02r2"),
		    REFUSE_CHALLENGE_NAME },
		{ BYTES("\x30\x18\x31\x16\x30\x09\x06\x03\x55\x04\x03\x0c\x02"
			"r1\x30\x09\x06\x03\x55\x04\x03\x0c\x02r2"),
		    REFUSE_CHALLENGE_NAME },
		{ BYTES("\x30\x00"), REFUSE_CHALLENGE_NAME },
		{ BYTES("r1"), REFUSE_CHALLENGE_NAME },
	};
	const struct challenge_spec spec = { .uses = 1, .for_name = "CN=r1" };
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct challenge_use use = { .present = true };
	struct authorisation a;
	enum refusal why;

	ca_home_challenge(&h, &spec, value);
	use.value = span_str(value);
	for (size_t i = 0; i < COUNT(rows); i++) {
		use.subject = rows[i].name;
		ok(challenge_authorise(h.ca, &use, TEST_NOW, &a, &why, e));
		cr_expect_eq(why, rows[i].why, "row %zu: %s", i,
		    refusal_entry(why)->code);
		cr_expect_str_eq(a.for_name, "CN=r1");
	}
}

Test(challenge, specs_that_are_refused, .init = begin, .fini = end)
{
	static const struct challenge_spec rows[] = {
		{ .uses = 0 },
		{ .uses = -2 },
		{ .uses = 1, .for_name = "" },
		{ .uses = 1, .for_name = "no name" },
		{ .uses = 1, .for_name = "CN=\\2a.example" },
		{ .uses = 1, .for_name = "CN=**" },
		{ .uses = 1, .for_name = "CN=a+CN=b" },
		{ .uses = 1, .for_name = "CN=\\ a" },
		{ .uses = 1, .for_name = "dns:" },
		{ .uses = 1, .for_name = "dns:a b" },
		{ .uses = 1, .for_name = "ip:10.0.0.1/8" },
		{ .uses = 1, .for_name = "email:root" },
		{ .uses = 1, .profile = "" },
		{ .uses = 1, .profile = "a b" },
		{ .uses = 1, .profile = "nowhere" },
		{ .uses = 1, .endpoint = "nowhere" },
		{ .uses = 1, .endpoint = "../x" },
		{ .uses = 1, .trans_id = "" },
		{ .uses = 1, .trans_id = "\t" },
	};
	struct stored_challenge c;
	struct buf value = { 0 };
	struct err bad;

	for (size_t i = 0; i < COUNT(rows); i++) {
		cr_expect_eq(
		    challenge_new(h.ca, &rows[i], TEST_NOW, &value, &c, &bad),
		    -1, "row %zu", i);
		cr_expect_eq(bad.kind, ERR_INPUT, "%s", bad.text);
		cr_expect_eq(value.n, 0);
	}
	cr_expect_eq(
	    challenge_static(h.ca, SPAN_LIT("seven.."), TEST_NOW, &c, &bad),
	    -1);
	cr_expect_eq(bad.kind, ERR_INPUT);
	cr_expect_eq(challenge_static(
			 h.ca, SPAN_LIT("tab\tand so on"), TEST_NOW, &c, &bad),
	    -1);
	cr_expect_null(strstr(bad.text, "and so on")); /* R111 */
	buf_release(&value);
}

/* A static one is good any number of times, until it is revoked. */
Test(challenge, static_one, .init = begin, .fini = end)
{
	struct stored_challenge c;
	struct err bad;

	ok(challenge_static(h.ca, SPAN_LIT("eight..."), TEST_NOW, &c, e));
	cr_expect_eq(c.uses, CHALLENGE_UNLIMITED);
	cr_expect_str_eq(c.note, "static");
	cr_expect_eq(worth("eight...", TEST_NOW), REFUSE_NONE);
	cr_expect_eq(worth("eight...", TEST_NOW + 1000000), REFUSE_NONE);
	cr_expect_eq(worth("eight..", TEST_NOW), REFUSE_CHALLENGE_UNKNOWN);
	cr_expect_eq(
	    challenge_static(h.ca, SPAN_LIT("eight..."), TEST_NOW, &c, &bad),
	    -1);
}

/* R110: another secret, another world; a broken one stops everything */
Test(challenge, secret, .init = begin, .fini = end)
{
	static const uint8_t other[32] = { 1 };
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct authorisation a;
	enum refusal why;
	struct err bad;

	ca_home_challenge(&h, NULL, value);
	ca_home_write(&h, HOME_CHALLENGE_SECRET, 0400,
	    (struct span){ other, sizeof(other) });
	ca_home_open(&h, NULL);
	cr_expect_eq(worth(value, TEST_NOW), REFUSE_CHALLENGE_UNKNOWN);
	ca_home_write(&h, HOME_CHALLENGE_SECRET, 0400,
	    (struct span){ other, sizeof(other) - 1 });
	ca_home_open(&h, NULL);
	cr_expect_eq(challenge_authorise(h.ca,
			 &(struct challenge_use){
			     .present = true, .value = span_str(value) },
			 TEST_NOW, &a, &why, &bad),
	    -1);
	cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);
}
