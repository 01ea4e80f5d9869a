/*
 * A CRL of 100,000 entries: seconds, and memory in proportion to its size.  The
 * linker puts the store_revoked_page of this file in front of the real one,
 * because to revoke so many takes the disk an hour.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#include "crl_home.h"

/* How much memory it may take, in sizes of the list: AddressSanitizer keeps
 * what is freed. */
#if defined(__SANITIZE_ADDRESS__)
#define MEMORY 100
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MEMORY 100
#endif
#endif
#ifndef MEMORY
#define MEMORY 8
#endif

enum { MANY = 100000, FEW = 10000, DAY = 86400 };

static uint32_t total, pages, longest; /* of the fake store */

int __wrap_store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e);
int __wrap_store_revoked_page(struct store *st, const struct serial *after,
    struct revoked *page, size_t max, size_t *n, struct err *e)
{
	uint32_t i = 0;

	(void)st;
	(void)e;
	if (after != NULL) {
		memcpy(&i, after->b + 12, sizeof(i));
		i = __builtin_bswap32(i) + 1;
	}
	pages++;
	for (*n = 0; *n < max && i < total; i++, ++*n) {
		uint32_t big = __builtin_bswap32(i);
		struct revoked r = {
			.serial = { .n = 16, .b = { 0x40 } },
			.revoked_at = TEST_NOW,
			.not_after = TEST_NOW + 100 * DAY,
			.reason = i % 3 == 0 ? REASON_UNSPECIFIED
			    : i % 3 == 1     ? REASON_SUPERSEDED
					     : REASON_KEY_COMPROMISE,
		};

		memcpy(r.serial.b + 12, &big, sizeof(big));
		page[*n] = r;
	}
	if (*n > longest)
		longest = (uint32_t)*n;
	return 0;
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static long peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* Publish `n` entries; the seconds it took, and how large the list is. */
static double publish(struct ca_home *h, uint32_t n, int64_t now, size_t *size)
{
	struct buf der = { .max = CRL_MAX };
	struct crl_view v;
	struct span left, serial;
	uint32_t count = 0;
	int64_t at;
	unsigned reason;
	double began = cpu_seconds(), took;

	total = n;
	cr_assert(crl_home_publish(h, now, true));
	took = cpu_seconds() - began;
	ok(home_read_large(h->dir, HOME_PUBLIC_CRL, CRL_MAX, &der, e));
	ok(crl_parse(buf_span(&der), &v, e));
	for (left = v.entries; left.n > 0; count++)
		ok(crl_entry_next(&left, &serial, &at, &reason, e));
	cr_expect_eq(count, n);
	*size = der.n;
	buf_release(&der);
	return took;
}

Test(crl_large, linear, .timeout = 60)
{
	struct ca_home h;
	double few, many;
	size_t size;
	long before, after;

	ca_home_make(&h, CA_RSA, "");
	few = publish(&h, FEW, TEST_NOW, &size);
	before = peak_kib();
	many = publish(&h, MANY, TEST_NOW + 1, &size);
	after = peak_kib();
	crl_home_openssl(&h);
	fprintf(stderr, "%d entries: %zu bytes, %.2f s, %ld KiB more\n", MANY,
	    size, many, after - before);
	/* ten times as many: quadratic would be a hundred times as long */
	cr_expect_lt(many, 40 * few + 1, "%.3f s and %.3f s", few, many);
	cr_expect_lt(many, 10);
	cr_expect_lt(after - before, (long)(MEMORY * size / 1024),
	    "%ld KiB for %zu", after - before, size);
	cr_expect_leq(longest, 500, "a visit to the store is short");
	cr_expect_gt(pages, MANY / 500);
	ca_home_drop(&h);
}
