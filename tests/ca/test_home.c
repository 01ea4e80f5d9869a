/* The files of a home: who may read them, and how they are written. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ca_home.h"

static char dir[512];

static void begin(void)
{
	test_dir_make(dir, sizeof(dir));
}

static void end(void)
{
	test_dir_drop(dir);
}

static const char *at(const char *name)
{
	static char path[2][1024];
	static unsigned n;

	n = (n + 1) % 2;
	snprintf(path[n], sizeof(path[n]), "%s/%s", dir, name);
	return path[n];
}

static size_t count_files(void)
{
	DIR *d = opendir(dir);
	struct dirent *entry;
	size_t n = 0;

	cr_assert_not_null(d);
	while ((entry = readdir(d)) != NULL)
		n += entry->d_name[0] != '.';
	closedir(d);
	return n;
}

Test(home, paths)
{
	char out[HOME_PATH_MAX], longest[HOME_PATH_MAX];
	struct err bad;

	ok(home_path("/srv/ca", HOME_CA_KEY, out, e));
	cr_expect_str_eq(out, "/srv/ca/keys/ca.pem");
	cr_expect_eq(home_path("srv/ca", HOME_CONF, out, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF);
	cr_expect_eq(home_path("", HOME_CONF, out, &bad), -1);
	cr_expect_eq(home_path(NULL, HOME_CONF, out, &bad), -1);
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[HOME_PATH_MAX - 9] = '\0'; /* one too long for "/ca.conf" */
	cr_expect_eq(home_path(longest, HOME_CONF, out, &bad), 0);
	longest[HOME_PATH_MAX - 9] = 'a';
	longest[HOME_PATH_MAX - 8] = '\0';
	cr_expect_eq(home_path(longest, HOME_CONF, out, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF);
}

/* T-45: durable, whole, with the mode that was said, and no leavings */
Test(home, create_and_replace, .init = begin, .fini = end)
{
	struct buf got = { 0 };
	struct stat st;
	struct err bad;

	umask(077);
	ok(home_create(dir, "f", 0644, SPAN_LIT("one"), e));
	cr_assert_eq(stat(at("f"), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0644);
	cr_expect_eq(home_create(dir, "f", 0600, SPAN_LIT("two"), &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);
	ok(home_read(dir, "f", &got, e));
	cr_expect(span_eq(buf_span(&got), SPAN_LIT("one")));
	ok(home_replace(dir, "f", 0600, SPAN_LIT("three"), e));
	ok(home_read(dir, "f", &got, e)); /* appends */
	cr_expect(span_eq(buf_span(&got), SPAN_LIT("onethree")));
	cr_assert_eq(stat(at("f"), &st), 0);
	cr_expect_eq(st.st_mode & 07777, 0600);
	cr_expect_eq(count_files(), 1);
	cr_expect_eq(home_create(dir, "no/f", 0600, SPAN_LIT(""), &bad), -1);
	cr_expect_eq(bad.kind, ERR_SYS, "%s", bad.text);
	buf_release(&got);
}

/* T-45: a link at the target is replaced, not followed */
Test(home, planted_link, .init = begin, .fini = end)
{
	struct buf got = { 0 };
	struct err bad;

	ok(home_create(dir, "victim", 0600, SPAN_LIT("old"), e));
	cr_assert_eq(symlink("victim", at("link")), 0);
	cr_expect_eq(home_create(dir, "link", 0600, SPAN_LIT("new"), &bad), -1);
	ok(home_replace(dir, "link", 0600, SPAN_LIT("new"), e));
	ok(home_read(dir, "victim", &got, e));
	cr_expect(span_eq(buf_span(&got), SPAN_LIT("old")));
	buf_release(&got);
}

Test(home, what_is_not_read, .init = begin, .fini = end)
{
	struct buf got = { 0 }, big = { 0 };
	uint8_t *p;
	struct err bad;

	cr_expect_eq(home_read(dir, "none", &got, &bad), -1);
	cr_expect_eq(bad.kind, ERR_NOT_FOUND, "%s", bad.text);
	cr_assert_eq(symlink("/etc/passwd", at("link")), 0);
	cr_expect_eq(home_read(dir, "link", &got, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);
	cr_assert_eq(mkdir(at("dir"), 0700), 0);
	cr_expect_eq(home_read(dir, "dir", &got, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);
	cr_assert_eq(mkfifo(at("fifo"), 0600), 0); /* must not hang */
	cr_expect_eq(home_read(dir, "fifo", &got, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);

	ok(buf_grow(&big, HOME_FILE_MAX, &p, e));
	ok(home_create(dir, "fits", 0600, buf_span(&big), e));
	ok(home_read(dir, "fits", &got, e));
	cr_expect_eq(got.n, HOME_FILE_MAX);
	ok(buf_grow(&big, 1, &p, e));
	ok(home_create(dir, "big", 0600, buf_span(&big), e));
	cr_expect_eq(home_read(dir, "big", &got, &bad), -1);
	cr_expect_eq(bad.kind, ERR_CONF, "%s", bad.text);
	cr_expect_eq(got.n, HOME_FILE_MAX);
	buf_release(&got);
	buf_release(&big);
}

/* T-46, R007: owner and mode of what is secret, and the remedy in the text */
Test(home, secrets, .init = begin, .fini = end)
{
	static const struct {
		mode_t mode;
		bool good;
	} files[] = { { 0400, true }, { 0600, true }, { 0440, false },
		{ 0640, false }, { 0604, false }, { 0700, false },
		{ 04600, false }, { 0200, false } };
	struct buf got = { 0 };
	struct err bad;

	ok(home_create(dir, "key", 0400, SPAN_LIT("k"), e));
	for (size_t i = 0; i < COUNT(files); i++) {
		cr_assert_eq(chmod(at("key"), files[i].mode), 0);
		cr_expect_eq(home_check_secret(dir, "key", &bad),
		    files[i].good ? 0 : -1, "%04o", files[i].mode);
		cr_expect_eq(home_read_secret(dir, "key", &got, &bad),
		    files[i].good ? 0 : -1, "%04o", files[i].mode);
		if (files[i].good)
			continue;
		cr_expect_eq(bad.kind, ERR_PERM);
		cr_expect_not_null(
		    strstr(bad.text, "chmod 0400 /"), "%s", bad.text);
	}
	cr_assert_eq(chmod(at("key"), 0400), 0);
	cr_assert_eq(mkdir(at("keys"), 0755), 0);
	cr_expect_eq(home_check_secret(dir, "keys", &bad), -1);
	cr_expect_not_null(strstr(bad.text, "chmod 0700 /"), "%s", bad.text);
	cr_assert_eq(chmod(at("keys"), 0700), 0);
	ok(home_check_secret(dir, "keys", e));

	cr_assert_eq(symlink("key", at("link")), 0);
	cr_expect_eq(home_check_secret(dir, "link", &bad), -1);
	cr_expect_eq(bad.kind, ERR_PERM, "%s", bad.text);
	cr_expect_eq(home_read_secret(dir, "link", &got, &bad), -1);
	cr_expect_eq(home_check_secret(dir, "none", &bad), -1);
	cr_expect_eq(bad.kind, ERR_NOT_FOUND);
	buf_release(&got);
}

Test(home, foreign_owner, .init = begin, .fini = end)
{
	struct buf got = { 0 };
	struct err bad;

	if (geteuid() != 0)
		cr_skip("only root can give a file away");
	ok(home_create(dir, "key", 0400, SPAN_LIT("k"), e));
	cr_assert_eq(chown(at("key"), 12345, 12345), 0);
	cr_expect_eq(home_check_secret(dir, "key", &bad), -1);
	cr_expect_eq(bad.kind, ERR_PERM);
	cr_expect_not_null(strstr(bad.text, "12345"), "%s", bad.text);
	cr_expect_not_null(strstr(bad.text, "chown 0 /"), "%s", bad.text);
	cr_expect_eq(home_read_secret(dir, "key", &got, &bad), -1);
	cr_expect_eq(bad.kind, ERR_PERM);

	/* T-46: and when we are the one who may not read it */
	cr_assert_eq(chmod(dir, 0755), 0);
	cr_assert_eq(seteuid(23456), 0);
	cr_expect_eq(home_read_secret(dir, "key", &got, &bad), -1);
	cr_expect_eq(bad.kind, ERR_PERM);
	cr_expect_not_null(strstr(bad.text, "12345"), "%s", bad.text);
	cr_expect_eq(home_create(dir, "mine", 0600, SPAN_LIT(""), &bad), -1);
	cr_expect_eq(bad.kind, ERR_PERM, "%s", bad.text);
	cr_assert_eq(seteuid(0), 0);
	cr_expect_eq(got.n, 0);
}
