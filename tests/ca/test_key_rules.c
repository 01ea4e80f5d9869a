/* T-06: keys that anybody can break are not certified. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "key_rules.h"
#include "scene.h"
#include "weak_key.h"

/* judge - the modulus p q and an exponent; what is said of it, or "" */
static const char *judge_with(
    const mpz_t p, const mpz_t q, const char *exponent, unsigned min)
{
	static char why[KEY_WEAKNESS_SIZE];
	uint8_t modulus[1024], octets[64];
	size_t n = 0, k = 0;
	mpz_t x;

	mpz_init(x);
	mpz_mul(x, p, q);
	cr_assert_lt(mpz_sizeinbase(x, 256), sizeof(modulus));
	mpz_export(modulus, &n, 1, 1, 0, 0, x);
	cr_assert_eq(mpz_set_str(x, exponent, 0), 0);
	mpz_export(octets, &k, 1, 1, 0, 0, x);
	mpz_clear(x);
	why[0] = '\0';
	if (key_rules_rsa((struct span){ modulus, n },
		(struct span){ octets, k }, min, why))
		return "";
	cr_assert_neq(why[0], '\0');
	return why;
}

static const char *judge(const mpz_t p, const mpz_t q)
{
	return judge_with(p, q, "65537", 0);
}

static mpz_t p, q;

static void two_primes(void)
{
	mpz_init(p);
	mpz_init(q);
	weak_prime(p, 1024, 1);
	weak_prime(q, 1024, 2);
}

static void no_primes(void)
{
	mpz_clear(p);
	mpz_clear(q);
}

#define PRIMES .init = two_primes, .fini = no_primes

static void expect_says(const char *said, const char *want, const char *what)
{
	cr_expect_eq(want[0] == '\0', said[0] == '\0', "%s: '%s'", what, said);
	cr_expect_not_null(strstr(said, want), "%s: '%s'", what, said);
}

Test(key_rules, exponents, PRIMES)
{
	static const struct {
		const char *exponent;
		unsigned min;
		const char *says;
	} rows[] = {
		{ "3", 0, "" },
		{ "17", 0, "" },
		{ "65537", 0, "" },
		{ "4294967295", 0, "" },
		{ "65537", 65537, "" },
		{ "0", 0, "exponent 0" },
		{ "1", 0, "exponent 1;" },
		{ "2", 0, "exponent 2;" },
		{ "4", 0, "even public exponent 4" },
		{ "65536", 0, "even public exponent" },
		{ "4294967296", 0, "even public exponent" },
		{ "4294967297", 0, "over 2^32" },
		{ "0x200000001", 0, "over 2^32" },
		{ "0x10000000000000000000000000000001", 0, "over 2^32" },
		{ "17", 65537, "at least 65537" },
		{ "1", 1, "at least 3" },
	};

	for (size_t i = 0; i < COUNT(rows); i++)
		expect_says(judge_with(p, q, rows[i].exponent, rows[i].min),
		    rows[i].says, rows[i].exponent);
}

Test(key_rules, factors, PRIMES)
{
	static const struct {
		unsigned long factor;
		const char *says;
	} rows[] = {
		{ 2, "even" }, { 3, "factor 3" }, { 167, "factor 167" },
		{ 173, "factor 173" }, { 743, "factor 743" },
		{ 751, "factor 751" },
		{ 757, "" }, /* the next prime: a matter for Fermat */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		mpz_set_ui(p, rows[i].factor);
		expect_says(judge(p, q), rows[i].says, rows[i].says);
	}
	/* each prime below 752, alone */
	for (mpz_set_ui(p, 2); mpz_cmp_ui(p, 752) < 0; mpz_nextprime(p, p))
		cr_expect_str_neq(judge(p, q), "", "%lu", mpz_get_ui(p));
	mpz_set_ui(p, 0);
	expect_says(judge(p, q), "even", "the modulus 0");
	mpz_set_ui(p, 1);
	mpz_set_ui(q, 1);
	cr_expect_str_neq(judge(p, q), "", "the modulus 1");
}

/* Boulder's fixture took 42 rounds */
Test(key_rules, fermat, PRIMES)
{
	static const unsigned long steps[] = { 0, 1, 42, 100, 108, 120, 1000 };
	unsigned long is;
	char want[32];

	for (size_t i = 0; i < COUNT(steps); i++) {
		is = weak_close(p, q, steps[i]);
		snprintf(want, sizeof(want), "in %lu step", is > 0 ? is : 1);
		expect_says(judge(p, q), is > KEY_FERMAT_ROUNDS ? "" : want,
		    "close primes");
	}
	mpz_set(q, p);
	expect_says(judge(p, q), "1 step", "a square");
}

Test(key_rules, roca, PRIMES)
{
	for (unsigned long i = 0; i < 4; i++) {
		weak_roca(p, 10 * i);
		weak_roca(q, 10 * i + 5);
		expect_says(judge(p, q), "ROCA", "both primes");
		weak_prime(q, 1024, i);
		expect_says(judge(p, q), "", "one prime only");
	}
}

/* Of numbers in a row those without small factors are refused for nothing. */
Test(key_rules, sound_keys, PRIMES)
{
	const char *said;
	unsigned sound = 0;

	for (int i = 0; i < 2000; i++) {
		mpz_add_ui(q, q, 2);
		said = judge(p, q);
		sound += said[0] == '\0';
		if (said[0] != '\0')
			expect_says(said, "factor", "a number");
	}
	cr_expect_gt(sound, 100, "%u", sound);
}

/* The whole way: the device is told, and gets nothing.  Takes the key. */
static void expect_weak(struct privkey *key, const char *says)
{
	struct client weak = { .key = key };
	struct ask ask = { .challenge = challenge };
	struct result r;

	begin(CA_RSA, "");
	ok(name_parse(NAME, &weak.name, e));
	ok(scep_self_signed(
	    buf_span(&weak.name), key, TEST_NOW, &weak.cert, e));
	client_enrol(&weak, &h, &ask, &r);
	cr_expect_eq(r.ev.refusal, REFUSE_KEY_WEAK, "%s",
	    refusal_entry(r.ev.refusal)->code);
	cr_expect_eq(r.answer.status, SCEP_FAILURE);
	cr_expect_not_null(
	    strstr(result_text(&r), says), "'%s'", result_text(&r));
	cr_expect_eq(ca_home_certs(&h), 0);
	result_release(&r);
	/* the challenge is good for a better key */
	client_enrol(&c, &h, &ask, &r);
	granted(&r);
	result_release(&r);
	client_release(&weak);
	end();
}

Test(key_rules, close_primes_enrol, PRIMES)
{
	unsigned long steps = weak_close(p, q, 42);
	char says[32];

	snprintf(says, sizeof(says), "in %lu step", steps);
	expect_weak(weak_privkey(p, q), says);
}

Test(key_rules, roca_enrols, PRIMES)
{
	weak_roca(p, 1);
	weak_roca(q, 2);
	expect_weak(weak_privkey(p, q), "ROCA");
}
