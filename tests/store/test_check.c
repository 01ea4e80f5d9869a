/*
 * test_check.c - what store_check finds, and what create and open refuse.
 */
#include <criterion/criterion.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store_fixture.h"
#include "txn.h"

static struct fixture f;
static struct store *st;
static struct err e;

static void set_up(void)
{
	fixture_init(&f, "check");
	st = fixture_open(f.dir);
}

static void tear_down(void)
{
	store_close(st);
	fixture_release(&f);
}

TestSuite(check, .init = set_up, .fini = tear_down, .timeout = 60);

/* store_check names the first record that is wrong */
static struct rec_key damaged_key;
static struct span damaged_value;

static int put_damaged(struct visit *v, void *arg, struct err *err)
{
	(void)arg;
	return txn_put(v, &damaged_key, damaged_value, err);
}

static const char *check_after(struct span value)
{
	damaged_value = value;
	cr_assert_eq(
	    visit_run(st, VISIT_WRITE, put_damaged, NULL, &e), 0, "%s", e.text);
	cr_assert_eq(store_check(st, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE);
	return e.text;
}

Test(check, check_finds)
{
	struct buf value = { 0 };
	struct sample s;

	sample_init(&s, 1);
	sample_add_challenge(st, &s);
	cr_expect_eq(sample_grant(st, &s, NULL), GRANT_DONE);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);

	/* an id that leads nowhere */
	rec_key_challenge_id("ff", &damaged_key, NULL);
	rec_put_challenge_id(s.request.csr_hash, &value, NULL);
	cr_expect(strstr(check_after(buf_span(&value)),
		      "challenge id, key 496666: its challenge") != NULL,
	    "%s", e.text);
	/* a challenge that is known under two ids */
	buf_cut(&value, 0);
	rec_put_challenge_id(s.challenge.mac, &value, NULL);
	cr_expect(strstr(check_after(buf_span(&value)), "is called") != NULL,
	    "%s", e.text);
	buf_cut(&value, 0);

	/* a request whose certificate is missing; 'R' comes behind 'I' */
	rec_key_challenge_id("ff", &damaged_key, NULL);
	s.challenge.mac[0] ^= 1;
	strcpy(s.challenge.id, "ff");
	rec_put_challenge_id(s.challenge.mac, &value, NULL);
	damaged_value = buf_span(&value);
	cr_assert_eq(visit_run(st, VISIT_WRITE, put_damaged, NULL, &e), 0);
	buf_cut(&value, 0);
	rec_key_challenge(s.challenge.mac, &damaged_key);
	rec_put_challenge(&s.challenge, &value, NULL);
	damaged_value = buf_span(&value);
	cr_assert_eq(visit_run(st, VISIT_WRITE, put_damaged, NULL, &e), 0);
	cr_assert_eq(store_check(st, &e), 0, "%s", e.text);
	buf_cut(&value, 0);
	rec_key_request(&s.request.key, &damaged_key, NULL);
	s.request.serial.b[0] ^= 2;
	rec_put_request(&s.request, &value, NULL);
	cr_expect(
	    strstr(check_after(buf_span(&value)), "its certificate") != NULL,
	    "%s", e.text);
	/* truncated; then of a kind that nobody knows */
	cr_expect(strstr(check_after((struct span){ value.p, value.n - 1 }),
		      "truncated") != NULL,
	    "%s", e.text);
	rec_key_cert(&s.cert.serial, &damaged_key, NULL);
	damaged_key.b[0] = 'B'; /* comes first */
	cr_expect(strstr(check_after(SPAN_LIT("x")), "unknown kind") != NULL,
	    "%s", e.text);
	buf_release(&value);
	sample_release(&s);
}

/* More records than one visit of store_check or a split tree's page takes. */
Test(check, check_goes_through_many)
{
	struct sample s;

	for (uint32_t n = 0; n < 600; n++) {
		sample_init(&s, n);
		s.grant.challenge_mac = NULL;
		cr_assert_eq(sample_grant(st, &s, NULL), GRANT_DONE);
		sample_release(&s);
	}
	cr_expect_eq(store_check(st, &e), 0, "%s", e.text);
}

Test(check, create_refuses)
{
	cr_expect_eq(store_create(f.dir, &e), -1);
	cr_expect_eq(e.kind, ERR_STORE, "there already");
	cr_expect_eq(store_create("relative", &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_expect_eq(store_create(fixture_path(&f, "no/store"), &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
}

static void check_modes(const char *dir, mode_t mask)
{
	static const char *const names[] = { "", "/store.db", "/log.0000000001",
		"/.state", "/__db.001" };
	char path[2 * FIXTURE_PATH];
	struct stored_cert c;
	struct store *second;
	struct stat sb;

	umask(mask);
	cr_assert_eq(store_create(dir, &e), 0, "%s", e.text);
	second = fixture_open(dir);
	cr_expect_eq(
	    store_cert_find(second, &(struct serial){ 1, { 1 } }, &c, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
	store_close(second);
	cr_expect_eq(umask(022), mask, "the caller's umask is as it was");
	for (size_t i = 0; i < 5; i++) {
		snprintf(path, sizeof(path), "%s%s", dir, names[i]);
		cr_assert_eq(stat(path, &sb), 0, "%s", path);
		cr_expect_eq(sb.st_mode & 0777, i == 0 ? 0700 : 0600, "%s: %o",
		    path, (unsigned)sb.st_mode);
	}
}

Test(check, modes_do_not_depend_on_the_umask)
{
	check_modes(fixture_path(&f, "open"), 0);
	check_modes(fixture_path(&f, "closed"), 0777);
}

Test(check, open_refuses)
{
	const char *dir = fixture_path(&f, "empty");
	struct store *no = NULL;

	cr_expect_eq(store_open("relative", &no, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	cr_expect_eq(store_open(dir, &no, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_assert_eq(mkdir(dir, 0700), 0);
	cr_expect_eq(store_open(dir, &no, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND, "%s", e.text);
	cr_assert_eq(chmod(f.dir, 0750), 0);
	cr_expect_eq(store_open(f.dir, &no, &e), -1);
	cr_expect_eq(e.kind, ERR_PERM);
	cr_expect(strstr(e.text, "chmod 700") != NULL, "%s", e.text);
	cr_assert_eq(chmod(f.dir, 0700), 0);
	cr_expect_null(no);
	store_close(NULL);
}
