#include "ca_home.h"

#include <criterion/criterion.h>
#include <ftw.h>
#include <gnutls/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "issued.h"

enum { CA_LIFETIME = 3650 * 86400, PAGE = 50 };

static const char *base(void)
{
	const char *dir = getenv("CA_TEST_DIR");

	cr_assert_not_null(dir, "CA_TEST_DIR is not set: run by meson test");
	return dir;
}

void test_dir_make(char *dir, size_t size)
{
	snprintf(dir, size, "%s/home-XXXXXX", base());
	cr_assert_not_null(mkdtemp(dir), "%s", dir);
}

static int remove_one(
    const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

void test_dir_drop(const char *dir)
{
	cr_expect_eq(nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/* A key that is too small for privkey_generate. */
static void small_key(struct buf *pem)
{
	gnutls_x509_privkey_t key;
	gnutls_datum_t out;

	cr_assert_eq(gnutls_x509_privkey_init(&key), 0);
	cr_assert_eq(
	    gnutls_x509_privkey_generate(key, GNUTLS_PK_RSA, 1024, 0), 0);
	cr_assert_eq(
	    gnutls_x509_privkey_export2(key, GNUTLS_X509_FMT_PEM, &out), 0);
	ok(buf_put(pem, (struct span){ out.data, out.size }, e));
	gnutls_free(out.data);
	gnutls_x509_privkey_deinit(key);
}

void test_key_pem(const char *name, const char *kind, struct buf *pem)
{
	struct buf new = { 0 };
	char file[64];

	snprintf(file, sizeof(file), "key-%s.pem", name);
	if (home_read(base(), file, pem, NULL) == 0)
		return;
	if (strcmp(kind, "rsa:1024") == 0)
		small_key(&new);
	else
		ok(privkey_generate(kind, &new, e));
	/* another test may have been faster: then its key is the one */
	(void)home_create(base(), file, 0600, buf_span(&new), NULL);
	buf_release(&new);
	ok(home_read(base(), file, pem, e));
}

struct privkey *test_key(const char *name, const char *kind)
{
	struct privkey *key;
	struct buf pem = { 0 };

	test_key_pem(name, kind, &pem);
	ok(privkey_import(buf_span(&pem), &key, e));
	buf_release(&pem);
	return key;
}

const char *ca_home_path(const struct ca_home *h, const char *name)
{
	static char path[2][1024];
	static unsigned n;

	n = (n + 1) % 2;
	snprintf(path[n], sizeof(path[n]), "%s/%s", h->dir, name);
	return path[n];
}

void ca_home_write(
    const struct ca_home *h, const char *name, mode_t mode, struct span bytes)
{
	ok(home_replace(h->dir, name, mode, bytes, e));
}

static void write_cert(
    const struct ca_home *h, const char *name, struct stored_cert *cert)
{
	struct buf pem = { 0 };

	ok(pem_encode(buf_span(&cert->der), "CERTIFICATE", &pem, e));
	ca_home_write(h, name, 0644, buf_span(&pem));
	buf_release(&pem);
}

static void write_key(const struct ca_home *h, const char *file,
    const char *name, const char *kind)
{
	struct buf pem = { 0 };

	test_key_pem(name, kind, &pem);
	ca_home_write(h, file, 0400, buf_span(&pem));
	buf_release(&pem);
}

static void make_ra(const struct ca_home *h, const struct cert_view *ca_cert,
    const struct privkey *ca_key, bool sign)
{
	const char *name = sign ? "ra-sign" : "ra-enc";
	struct privkey *key = test_key(name, "rsa:2048");
	struct buf subject = { 0 };
	struct stored_cert cert = { 0 };

	ok(name_parse(
	    sign ? "CN=RA signs,O=Test" : "CN=RA reads,O=Test", &subject, e));
	ok(issue_ra(ca_cert, ca_key, buf_span(&subject), key, sign, TEST_NOW,
	    CA_LIFETIME, &cert, e));
	write_cert(h, sign ? HOME_RA_SIGN_CERT : HOME_RA_ENC_CERT, &cert);
	write_key(
	    h, sign ? HOME_RA_SIGN_KEY : HOME_RA_ENC_KEY, name, "rsa:2048");
	stored_cert_release(&cert);
	buf_release(&subject);
	privkey_free(key);
}

static void make_ca(const struct ca_home *h, enum ca_kind kind)
{
	static const struct {
		const char *name, *kind;
	} keys[] = {
		[CA_RSA] = { "ca", "rsa:2048" },
		[CA_RSA_RA] = { "ca", "rsa:2048" },
		[CA_EC_RA] = { "ca-p384", "ec:p384" },
		[CA_EC] = { "ca-p256", "ec:p256" },
	};
	struct privkey *key = test_key(keys[kind].name, keys[kind].kind);
	bool ra = kind == CA_RSA_RA || kind == CA_EC_RA;
	struct buf subject = { 0 };
	struct stored_cert cert = { 0 };
	struct cert_view view;

	ok(name_parse("CN=Test CA,O=Test", &subject, e));
	ok(issue_ca(
	    buf_span(&subject), key, ra, TEST_NOW, CA_LIFETIME, &cert, e));
	write_cert(h, HOME_CA_CERT, &cert);
	write_key(h, HOME_CA_KEY, keys[kind].name, keys[kind].kind);
	if (ra) {
		ok(cert_parse(buf_span(&cert.der), &view, e));
		make_ra(h, &view, key, true);
		make_ra(h, &view, key, false);
	}
	stored_cert_release(&cert);
	buf_release(&subject);
	privkey_free(key);
}

void ca_home_make(struct ca_home *h, enum ca_kind kind, const char *conf)
{
	static const char *const dirs[] = { HOME_CERTS, HOME_KEYS,
		HOME_PUBLIC };
	const uint8_t secret[32] = { 's', 'e', 'c', 'r', 'e', 't' };

	*h = (struct ca_home){ .ca = NULL };
	test_dir_make(h->dir, sizeof(h->dir));
	for (size_t i = 0; i < COUNT(dirs); i++)
		cr_assert_eq(mkdir(ca_home_path(h, dirs[i]), 0700), 0);
	ca_home_write(h, HOME_CONF, 0640, span_str(conf));
	ca_home_write(h, HOME_CHALLENGE_SECRET, 0400,
	    (struct span){ secret, sizeof(secret) });
	ok(store_create(ca_home_path(h, HOME_STORE), e));
	make_ca(h, kind);
	/* what ca.conf names must be there; vendor.h puts something into it */
	if (strstr(conf, "certs/vendor.pem") != NULL)
		ca_home_write(h, "certs/vendor.pem", 0644, SPAN_LIT(""));
	if (strstr(conf, "certs/vendor.crl") != NULL)
		ca_home_write(h, "certs/vendor.crl", 0644, SPAN_LIT(""));
	ca_home_open(h, NULL);
}

void ca_home_open(struct ca_home *h, const char *endpoint)
{
	ca_close(h->ca);
	h->ca = NULL;
	ok(ca_open(h->dir, endpoint, &h->ca, e));
}

void ca_home_drop(struct ca_home *h)
{
	issued_keep(h);
	ca_close(h->ca);
	test_dir_drop(h->dir);
}

void ca_home_challenge(struct ca_home *h, const struct challenge_spec *spec,
    char value[CHALLENGE_TEXT_SIZE + 1])
{
	const struct challenge_spec once = { .uses = 1 };
	struct stored_challenge c;
	struct buf text = { 0 };

	ok(challenge_new(
	    h->ca, spec != NULL ? spec : &once, TEST_NOW, &text, &c, e));
	cr_assert_eq(text.n, CHALLENGE_TEXT_SIZE);
	memcpy(value, text.p, text.n);
	value[text.n] = '\0';
	buf_release(&text);
}

size_t ca_home_certs(struct ca_home *h)
{
	static struct stored_cert page[PAGE];
	struct serial last = { 0 };
	size_t n = PAGE, count = 0;

	ok(ca_store(h->ca, e));
	ok(store_check(h->ca->store, e));
	while (n == PAGE) {
		ok(store_cert_page(
		    h->ca->store, count > 0 ? &last : NULL, page, PAGE, &n, e));
		count += n;
		for (size_t i = 0; i < n; i++) {
			last = page[i].serial;
			stored_cert_release(&page[i]);
		}
	}
	return count;
}
