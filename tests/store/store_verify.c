/*
 * store_verify.c - what was acknowledged, and whether all of it is there.
 */
#include <string.h>
#include <sys/mman.h>

#include <db.h>

#include "store_fixture.h"

static size_t acks_size(uint32_t n)
{
	return sizeof(struct acks) + n * sizeof(uint32_t);
}

struct acks *acks_new(uint32_t n)
{
	struct acks *a = mmap(NULL, acks_size(n), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	must(a != MAP_FAILED, "mmap");
	a->n = n;
	return a;
}

void acks_free(struct acks *a)
{
	munmap(a, acks_size(a->n));
}

/* Every certificate is one of the samples', and no two have one serial. */
static void count_certs(struct store *st, uint32_t want)
{
	struct stored_cert page[50];
	struct serial last;
	uint32_t total = 0;
	bool first = true;
	struct err e;
	size_t n, i;

	do {
		must(store_cert_page(
			 st, first ? NULL : &last, page, 50, &n, &e) == 0,
		    "%s", e.text);
		for (i = 0; i < n; i++) {
			last = page[i].serial;
			stored_cert_release(&page[i]);
		}
		first = false;
		total += (uint32_t)n;
	} while (n == 50);
	must(total == want, "%u certificates, %u samples granted", total, want);
}

/* The engine's check of a file that nobody has open. */
static void verify_file(const struct fixture *f)
{
	char copy[FIXTURE_PATH], file[FIXTURE_PATH + 16];
	struct store *st;
	struct err e;
	DB *db;

	snprintf(copy, sizeof(copy), "%s", fixture_path(f, "verify-copy"));
	snprintf(file, sizeof(file), "%s/store.db", copy);
	copy_tree(f->dir, copy);
	st = fixture_open(copy); /* a copy: it recovers, all goes to the file */
	must(store_check(st, &e) == 0, "copy: %s", e.text);
	store_close(st);
	must(db_create(&db, NULL, 0) == 0, "db_create");
	must(db->verify(db, file, NULL, NULL, 0) == 0, "%s: not sound", file);
	remove_tree(copy);
}

void verify_store(const struct fixture *f, const struct acks *a)
{
	uint8_t *seen = calloc(1, 65536);
	uint32_t n, serial, granted = 0;
	struct store *st = fixture_open(f->dir);
	struct err e;

	must(store_check(st, &e) == 0, "%s", e.text);
	for (n = 0; n < a->n; n++) {
		serial = 0;
		if (find_trace(st, n, &serial) == TRACE_GRANTED)
			granted++;
		must(a->of[n].serial == 0 || a->of[n].serial == serial,
		    "sample %u: serial %u was acknowledged, recorded is %u", n,
		    a->of[n].serial, serial);
		must(serial == 0 || !seen[serial], "serial %u twice", serial);
		seen[serial] = 1;
	}
	count_certs(st, granted);
	store_close(st);
	free(seen);
}

void verify(const struct fixture *f, const struct acks *a)
{
	verify_store(f, a);
	verify_file(f);
}
