/* The CRL: when it is made, and what is in it (R168, R174, R176 to R178). */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "crl_home.h"

enum { HOUR = 3600, DAY = 24 * HOUR };

#define FAR (TEST_NOW + 300 * DAY) /* a certificate that is good for long */
#define CA_END (TEST_NOW + INT64_C(3650) * DAY)

static struct ca_home h;

static void begin(void)
{
	ca_home_make(&h, CA_RSA, "");
}

static void end(void)
{
	ca_home_drop(&h);
}

TestSuite(crl, .timeout = 60);

/* Made at 1000, good until 1700; crl_renew = 100 */
static const struct {
	const char *name;
	struct crl_state s;
	int64_t now;
	bool want;
} dues[] = {
	{ "none yet", { 0 }, 1000, true },
	{ "none yet, but revoked", { .changed = true }, 1000, true },
	{ "just made", { 7, 1000, 1700, false, 0 }, 1000, false },
	{ "a second before", { 7, 1000, 1700, false, 0 }, 1099, false },
	{ "of age", { 7, 1000, 1700, false, 0 }, 1100, true },
	{ "changed", { 7, 1000, 1700, true, 0 }, 1001, true },
	{ "changed and claimed", { 7, 1000, 1700, true, 1050 }, 1001, true },
	{ "ends early", { 7, 1000, 1050, false, 0 }, 1049, false },
	{ "at its end", { 7, 1000, 1050, false, 0 }, 1050, true },
	{ "clocks differ a little", { 7, 1000, 1700, false, 0 }, 700, false },
	{ "from a time ahead", { 7, 1000, 1700, false, 0 }, 699, true },
};

Test(crl, due)
{
	const struct conf conf = { .crl_lifetime = 700, .crl_renew = 100 };

	for (size_t i = 0; i < COUNT(dues); i++)
		cr_expect_eq(crl_is_due(&dues[i].s, &conf, dues[i].now),
		    dues[i].want, "%s", dues[i].name);
}

/* R174, R178: made once when it is due, by age, change, end and by order */
Test(crl, made_when_due, .init = begin, .fini = end)
{
	struct crl_list l;
	int64_t number, last;
	struct stat st;

	umask(077);
	cr_expect(crl_home_publish(&h, TEST_NOW, false), "the first one");
	cr_assert_eq(stat(ca_home_path(&h, HOME_PUBLIC_CRL), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0644);
	crl_home_read(&h, &l);
	cr_expect_eq(l.n, 0);
	cr_expect_eq(l.view.this_update, TEST_NOW);
	cr_expect_eq(l.view.next_update, TEST_NOW + 7 * DAY);
	cr_expect(span_eq(l.view.issuer, h.ca->ca_cert.subject));
	last = l.view.number;
	cr_expect_geq(last, TEST_NOW, "T-19: a number of before is lower");
	crl_list_release(&l);
	crl_home_openssl(&h);

	cr_expect_not(crl_home_publish(&h, TEST_NOW, false));
	cr_expect_not(crl_home_publish(&h, TEST_NOW + DAY - 1, false));
	cr_expect_eq(crl_home_number(&h), last);
	cr_expect(crl_home_publish(&h, TEST_NOW + DAY, false), "by age");
	number = crl_home_number(&h);
	cr_expect_gt(number, last);
	last = number;

	crl_home_cert(&h, 1, FAR);
	cr_expect_not(crl_home_publish(&h, TEST_NOW + DAY + 1, false));
	crl_home_revoke(&h, 1, REASON_UNSPECIFIED, TEST_NOW + DAY + 1);
	cr_expect(crl_home_publish(&h, TEST_NOW + DAY + 1, false), "changed");
	number = crl_home_number(&h);
	cr_expect_gt(number, last);
	last = number;
	cr_expect_not(crl_home_publish(&h, TEST_NOW + DAY + 1, false));
	cr_expect(crl_home_publish(&h, TEST_NOW + DAY + 1, true), "by order");
	number = crl_home_number(&h);
	cr_expect_gt(number, last, "in the same second, too");
	last = number;

	/* R182: it does not outlive the CA, and at its end there is a new one
	 * even if that is before crl_renew */
	cr_expect(crl_home_publish(&h, CA_END - HOUR, false));
	crl_home_read(&h, &l);
	cr_expect_eq(l.view.next_update, CA_END);
	cr_expect_gt(l.view.number, last);
	crl_list_release(&l);
}

/* The clock was wrong, and is put right: numbers rise all the same. */
Test(crl, clock_back, .init = begin, .fini = end)
{
	struct crl_list l;
	int64_t ahead;

	cr_expect(crl_home_publish(&h, TEST_NOW + 1000 * DAY, false));
	ahead = crl_home_number(&h);
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	crl_home_read(&h, &l);
	cr_expect_eq(l.view.this_update, TEST_NOW);
	cr_expect_gt(l.view.number, ahead);
	crl_list_release(&l);
	cr_expect_not(crl_home_publish(&h, TEST_NOW + 1, false));
}

/* R176, R177: who is revoked is in it, with time and reason, by serial */
Test(crl, entries, .init = begin, .fini = end)
{
	static const enum crl_reason reasons[] = { REASON_UNSPECIFIED,
		REASON_KEY_COMPROMISE, REASON_CA_COMPROMISE,
		REASON_AFFILIATION_CHANGED, REASON_SUPERSEDED,
		REASON_CESSATION_OF_OPERATION, REASON_CERTIFICATE_HOLD,
		REASON_PRIVILEGE_WITHDRAWN, REASON_AA_COMPROMISE };
	struct crl_list l;

	for (size_t i = COUNT(reasons); i > 0; i--) {
		crl_home_cert(&h, (uint8_t)(10 * i), FAR);
		crl_home_cert(&h, (uint8_t)(10 * i + 1), FAR); /* stays good */
		crl_home_revoke(&h, (uint8_t)(10 * i), reasons[i - 1],
		    TEST_NOW + (int64_t)i);
	}
	cr_expect(crl_home_publish(&h, TEST_NOW + 100, false));
	crl_home_read(&h, &l);
	cr_assert_eq(l.n, COUNT(reasons));
	for (size_t i = 0; i < l.n; i++) {
		cr_expect_eq(l.entry[i].id, 10 * (i + 1));
		cr_expect_eq(l.entry[i].at, TEST_NOW + (int64_t)i + 1);
		cr_expect_eq(l.entry[i].reason, reasons[i]);
	}
	crl_list_release(&l);
	crl_home_openssl(&h);
}

/* A hold is listed; it ends, or becomes a revocation. */
Test(crl, hold, .init = begin, .fini = end)
{
	struct crl_list l;

	crl_home_cert(&h, 1, FAR);
	crl_home_cert(&h, 2, FAR);
	crl_home_revoke(&h, 1, REASON_CERTIFICATE_HOLD, TEST_NOW);
	crl_home_revoke(&h, 2, REASON_CERTIFICATE_HOLD, TEST_NOW);
	cr_expect(crl_home_publish(&h, TEST_NOW, false));
	crl_home_read(&h, &l);
	cr_assert_eq(l.n, 2);
	cr_expect_eq(l.entry[0].reason, REASON_CERTIFICATE_HOLD);
	crl_list_release(&l);

	crl_home_revoke(&h, 1, REASON_REMOVE_FROM_CRL, TEST_NOW + 10);
	crl_home_revoke(&h, 2, REASON_KEY_COMPROMISE, TEST_NOW + 10);
	cr_expect(crl_home_publish(&h, TEST_NOW + 10, false));
	crl_home_read(&h, &l);
	cr_assert_eq(l.n, 1);
	cr_expect_eq(l.entry[0].id, 2);
	cr_expect_eq(l.entry[0].reason, REASON_KEY_COMPROMISE);
	crl_list_release(&l);
}

static size_t count_at(int64_t now)
{
	struct crl_list l;
	size_t n;

	cr_expect(crl_home_publish(&h, now, true));
	crl_home_read(&h, &l);
	n = l.n;
	crl_list_release(&l);
	return n;
}

/* RFC 5280, 3.3: an entry leaves when a list made after its end has had it */
Test(crl, expired, .init = begin, .fini = end)
{
	const int64_t over = TEST_NOW + 10 * DAY;

	crl_home_cert(&h, 1, over);
	crl_home_cert(&h, 2, FAR);
	crl_home_revoke(&h, 1, REASON_SUPERSEDED, TEST_NOW);
	cr_expect_eq(count_at(TEST_NOW), 1);
	crl_home_revoke(&h, 2, REASON_SUPERSEDED, TEST_NOW + DAY);
	cr_expect_eq(count_at(over - 1), 2);
	cr_expect_eq(count_at(over), 2, "valid to the end of that second");
	cr_expect_eq(count_at(over + 1), 2, "the first after its end");
	cr_expect_eq(count_at(over + 2), 1);
	cr_expect_eq(count_at(over + 3), 1);
}

/* RFC 5280, 5.2.1: signed by the CA of whatever kind, and openssl takes it */
static const struct {
	enum ca_kind kind;
	const char *oid; /* of the signature, with its header */
} kinds[] = {
	{ CA_RSA, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b" },
	{ CA_RSA_RA, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b" },
	{ CA_EC_RA, "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x03" },
	{ CA_EC, "\x06\x08\x2a\x86\x48\xce\x3d\x04\x03\x02" },
};

Test(crl, every_kind_of_ca)
{
	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct crl_list l;
		struct span ski;

		ca_home_make(&h, kinds[i].kind, "");
		crl_home_cert(&h, 1, FAR);
		crl_home_revoke(&h, 1, REASON_KEY_COMPROMISE, TEST_NOW);
		cr_expect(crl_home_publish(&h, TEST_NOW, false));
		crl_home_read(&h, &l);
		cr_expect_eq(l.n, 1);
		ok(cert_ski(&h.ca->ca_cert, &ski, e));
		cr_expect_not_null(memmem(l.der.p, l.der.n, ski.p, ski.n));
		cr_expect_not_null(memmem(
		    l.der.p, l.der.n, kinds[i].oid, strlen(kinds[i].oid)));
		crl_home_openssl(&h);
		crl_list_release(&l);
		ca_home_drop(&h);
	}
}
