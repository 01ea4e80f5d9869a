#include "fuzz_home.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "challenge.h"
#include "issue.h"

static char home[HOME_PATH_MAX];
static pid_t maker;

static int remove_one(
    const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

static void remove_home(void)
{
	if (getpid() == maker)
		(void)nftw(home, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *fuzz_home(void)
{
	const char *tmp = getenv("TMPDIR");

	if (home[0] != '\0')
		return home;
	snprintf(home, sizeof(home), "%s/fuzz-XXXXXX",
	    tmp != NULL && tmp[0] == '/' ? tmp : "/tmp");
	MUST(mkdtemp(home) != NULL);
	maker = getpid();
	MUST(atexit(remove_home) == 0);
	return home;
}

void fuzz_home_write(const char *name, struct span bytes)
{
	char path[HOME_PATH_MAX];
	FILE *f;

	MUST(home_path(fuzz_home(), name, path, NULL) == 0);
	f = fopen(path, "wb");
	MUST(f != NULL);
	MUST(fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	MUST(fclose(f) == 0 && chmod(path, 0600) == 0);
}

static void make_dir(const char *name)
{
	char path[HOME_PATH_MAX];

	MUST(home_path(fuzz_home(), name, path, NULL) == 0);
	MUST(mkdir(path, 0700) == 0);
}

static const char conf[] = "[endpoint default]\n"
			   "obsolete = yes\n"
			   "reply_chain = full\n"
			   "[profile default]\n"
			   "rsa_min = 1024\n";

/* Everything that goes into the certificate is fixed but its serial number. */
void fuzz_ca_cert(struct buf *der)
{
	struct buf name = { 0 }, spki = { 0 }, tbs = { 0 }, ext = { 0 };
	/* BOOLEAN TRUE; all that a CA signs, and keyEncipherment */
	static const uint8_t ca[] = { 0x30, 3, 1, 1, 0xff };
	static const uint8_t usage[] = { 3, 2, 1, 0xa6 };
	static const uint8_t key_id[] = { 4, 4, 'f', 'u', 'z', 'z' };
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct cert_fields f = {
		.serial = SPAN_LIT("\x01"),
		.not_before = FUZZ_NOW - 86400,
		.not_after = FUZZ_NOW + INT64_C(3650) * 86400,
	};

	MUST(name_parse("CN=Fuzz CA", &name, NULL) == 0);
	MUST(privkey_spki(fuzz_key(FUZZ_CA), &spki, NULL) == 0);
	MUST(extension_put(&ext, "2.5.29.19", true,
		 (struct span){ ca, sizeof(ca) }, NULL) == 0);
	MUST(extension_put(&ext, "2.5.29.15", true,
		 (struct span){ usage, sizeof(usage) }, NULL) == 0);
	MUST(extension_put(&ext, "2.5.29.14", false,
		 (struct span){ key_id, sizeof(key_id) }, NULL) == 0);
	f.issuer = f.subject = buf_span(&name);
	f.spki = buf_span(&spki);
	f.extensions = buf_span(&ext);
	MUST(cert_tbs(&f, GNUTLS_PK_RSA, digest, &tbs, NULL) == 0);
	MUST(cert_sign(buf_span(&tbs), fuzz_key(FUZZ_CA), digest, der, NULL) ==
	    0);
	buf_release(&name);
	buf_release(&spki);
	buf_release(&tbs);
	buf_release(&ext);
}

static void make_home(void)
{
	struct buf cert = { 0 }, pem = { 0 };
	const uint8_t secret[32] = { 1 };
	char path[HOME_PATH_MAX];

	make_dir(HOME_CERTS);
	make_dir(HOME_KEYS);
	fuzz_home_write(HOME_CONF, SPAN_LIT(conf));
	fuzz_home_write(
	    HOME_CHALLENGE_SECRET, (struct span){ secret, sizeof(secret) });
	fuzz_home_write(HOME_CA_KEY, span_str(fuzz_key_pem(FUZZ_CA)));
	fuzz_ca_cert(&cert);
	MUST(pem_encode(buf_span(&cert), "CERTIFICATE", &pem, NULL) == 0);
	fuzz_home_write(HOME_CA_CERT, buf_span(&pem));
	MUST(home_path(fuzz_home(), HOME_STORE, path, NULL) == 0);
	MUST(store_create(path, NULL) == 0);
	buf_release(&cert);
	buf_release(&pem);
}

struct ca *fuzz_ca(void)
{
	static struct ca *ca;
	struct stored_challenge c;

	if (ca == NULL) {
		make_home();
		MUST(ca_open(fuzz_home(), NULL, &ca, NULL) == 0);
		MUST(ca_keys(ca, NULL) == 0 && ca_store(ca, NULL) == 0);
		MUST(challenge_static(ca, SPAN_LIT(FUZZ_CHALLENGE), FUZZ_NOW,
			 &c, NULL) == 0);
	}
	return ca;
}
