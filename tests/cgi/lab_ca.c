#include "lab_ca.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "challenge.h"
#include "issue.h"

enum { LIFETIME = 3650 * 86400, PAGE = 50 };

static struct err e;

static void make_files(const struct lab_ca *l, struct span conf)
{
	static const char *const dirs[] = { HOME_CERTS, HOME_KEYS,
		HOME_PUBLIC };
	const uint8_t secret[32] = { 1, 2, 3 };

	for (size_t n = 0; n < sizeof(dirs) / sizeof(dirs[0]); n++)
		cr_assert_eq(mkdir(lab_ca_path(l, dirs[n]), 0700), 0);
	cr_assert_eq(
	    home_create(l->home, HOME_CONF, 0640, conf, &e), 0, "%s", e.text);
	cr_assert_eq(home_create(l->home, HOME_CHALLENGE_SECRET, 0400,
			 (struct span){ secret, sizeof(secret) }, &e),
	    0, "%s", e.text);
	cr_assert_eq(
	    store_create(lab_ca_path(l, HOME_STORE), &e), 0, "%s", e.text);
}

static void make_ca_cert(const struct lab_ca *l)
{
	struct buf name = { 0 }, key_pem = { 0 }, cert_pem = { 0 };
	struct privkey *key = NULL;
	struct stored_cert cert = { 0 };

	cr_assert(name_parse("CN=Lab CA,O=Lab", &name, &e) == 0 &&
		privkey_generate("rsa:2048", &key_pem, &e) == 0 &&
		privkey_import(buf_span(&key_pem), &key, &e) == 0 &&
		issue_ca(buf_span(&name), key, false, time(NULL), LIFETIME,
		    &cert, &e) == 0 &&
		pem_encode(buf_span(&cert.der), "CERTIFICATE", &cert_pem, &e) ==
		    0 &&
		home_create(
		    l->home, HOME_CA_KEY, 0400, buf_span(&key_pem), &e) == 0 &&
		home_create(
		    l->home, HOME_CA_CERT, 0644, buf_span(&cert_pem), &e) == 0,
	    "%s", e.text);
	stored_cert_release(&cert);
	privkey_free(key);
	buf_release(&name);
	buf_release(&key_pem);
	buf_release(&cert_pem);
}

void lab_ca_make(struct lab_ca *l, const char *conf)
{
	const char *tmp = getenv("CGI_TMP");

	cr_assert_not_null(tmp, "CGI_TMP is not set: run by meson test");
	*l = (struct lab_ca){ 0 };
	snprintf(l->home, sizeof(l->home), "%s/home-XXXXXX", tmp);
	cr_assert_not_null(mkdtemp(l->home));
	make_files(l, span_str(conf));
	make_ca_cert(l);
	cr_assert_eq(ca_open(l->home, NULL, &l->ca, &e), 0, "%s", e.text);
	cr_assert_eq(ca_certs(l->ca, &e), 0, "%s", e.text);
	cr_assert_eq(ca_store(l->ca, &e), 0, "%s", e.text);
}

static int remove_one(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void lab_ca_drop(struct lab_ca *l)
{
	ca_close(l->ca);
	cr_expect_eq(nftw(l->home, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

const char *lab_ca_path(const struct lab_ca *l, const char *name)
{
	static char path[512];

	snprintf(path, sizeof(path), "%s/%s", l->home, name);
	return path;
}

void lab_ca_challenge(struct lab_ca *l, int32_t uses, struct buf *value)
{
	const struct challenge_spec spec = { .uses = uses };
	struct stored_challenge c;

	cr_assert_eq(challenge_new(l->ca, &spec, time(NULL), value, &c, &e), 0,
	    "%s", e.text);
}

size_t lab_ca_certs(struct lab_ca *l)
{
	static struct stored_cert page[PAGE];
	struct serial last = { 0 };
	size_t n = PAGE, count = 0;

	cr_expect_eq(store_check(l->ca->store, &e), 0, "%s", e.text);
	while (n == PAGE) {
		cr_assert_eq(store_cert_page(l->ca->store,
				 count != 0 ? &last : NULL, page, PAGE, &n, &e),
		    0, "%s", e.text);
		count += n;
		if (n != 0)
			last = page[n - 1].serial;
		for (size_t i = 0; i < n; i++)
			stored_cert_release(&page[i]);
	}
	return count;
}

static struct span wanted;
static bool found;

static int look_into(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	void *p;
	int fd;

	(void)ftw;
	if (type != FTW_F || st->st_size == 0)
		return 0;
	fd = open(path, O_RDONLY);
	cr_assert(fd >= 0, "%s", path);
	p = mmap(NULL, (size_t)st->st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	cr_assert_neq(p, MAP_FAILED);
	if (memmem(p, (size_t)st->st_size, wanted.p, wanted.n) != NULL)
		found = true;
	munmap(p, (size_t)st->st_size);
	close(fd);
	return 0;
}

bool lab_ca_holds(const struct lab_ca *l, struct span bytes)
{
	wanted = bytes;
	found = false;
	cr_assert_eq(nftw(l->home, look_into, 16, FTW_PHYS), 0);
	return found;
}
