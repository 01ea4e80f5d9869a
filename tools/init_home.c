#include <errno.h>
#include <gnutls/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "audit.h"
#include "crl_publish.h"
#include "init.h"

static int make_directory(
    const char *home, const char *name, mode_t mode, struct err *e)
{
	char path[HOME_PATH_MAX];

	if (home_path(home, name, path, e) != 0)
		return -1;
	if (mkdir(path, 0700) != 0 || chmod(path, mode) != 0)
		return err_set(e, ERR_SYS, "%s: %s", path, strerror(errno));
	return 0;
}

/* make_key - a fresh key, and the file that keeps it */
static int make_key(const char *home, const char *name, const char *kind,
    struct privkey **key, struct err *e)
{
	struct buf pem = { 0 };
	struct privkey *k = NULL;
	int rc = -1;

	if (privkey_generate(kind, &pem, e) == 0 &&
	    privkey_import(buf_span(&pem), &k, e) == 0 &&
	    home_create(home, name, 0400, buf_span(&pem), e) == 0) {
		*key = k;
		k = NULL;
		rc = 0;
	}
	privkey_free(k);
	buf_release(&pem);
	return rc;
}

static int write_pem(
    const char *home, const char *name, struct span der, struct err *e)
{
	struct buf pem = { 0 };
	int rc = pem_encode(der, "CERTIFICATE", &pem, e);

	if (rc == 0)
		rc = home_create(home, name, 0644, buf_span(&pem), e);
	buf_release(&pem);
	return rc;
}

/* record - a certificate that no request asked for: of the `ca` or its `ra` */
static int record(struct store *st, const struct new_ca *n, const char *whose,
    struct stored_cert *c, struct err *e)
{
	struct buf event = { 0 };
	int rc = -1;

	c->issued_at = n->now;
	if (audit_own(n->by, whose, c, &event, e) == 0)
		rc = store_cert_add(st, c, audit_text(&event), e);
	buf_release(&event);
	return rc;
}

static int make_ca(const char *home, const struct new_ca *n, struct store *st,
    struct privkey **key, struct stored_cert *cert, struct err *e)
{
	struct buf subject = { 0 };
	int rc = -1;

	if (name_parse(n->subject, &subject, e) == 0 &&
	    make_key(home, HOME_CA_KEY, n->key, key, e) == 0 &&
	    issue_ca(buf_span(&subject), *key, n->ra, n->now, n->lifetime, cert,
		e) == 0 &&
	    write_pem(home, HOME_CA_CERT, buf_span(&cert->der), e) == 0 &&
	    home_create(home, HOME_PUBLIC_CA, 0644, buf_span(&cert->der), e) ==
		0)
		rc = record(st, n, "ca", cert, e);
	buf_release(&subject);
	return rc;
}

/*
 * make_ra - one of the two.  Its name is the CA's with a common name below it,
 * so that it is the CA's own and nobody takes it for the CA.
 */
static int make_ra(const char *home, const struct new_ca *n, struct store *st,
    const struct cert_view *ca, const struct privkey *ca_key, bool sign,
    struct err *e)
{
	struct stored_cert cert = { 0 };
	struct privkey *key = NULL;
	struct buf subject = { 0 };
	char *text = NULL;
	int rc = -1;

	if (asprintf(&text, "CN=SCEP RA %s,%s", sign ? "signing" : "encryption",
		n->subject) < 0) {
		text = NULL;
		err_set(e, ERR_NOMEM, "RA name");
		goto out;
	}
	if (name_parse(text, &subject, e) == 0 &&
	    make_key(home, sign ? HOME_RA_SIGN_KEY : HOME_RA_ENC_KEY, n->ra_key,
		&key, e) == 0 &&
	    issue_ra(ca, ca_key, buf_span(&subject), key, sign, n->now,
		n->lifetime, &cert, e) == 0 &&
	    write_pem(home, sign ? HOME_RA_SIGN_CERT : HOME_RA_ENC_CERT,
		buf_span(&cert.der), e) == 0)
		rc = record(st, n, "ra", &cert, e);
out:
	free(text);
	buf_release(&subject);
	privkey_free(key);
	stored_cert_release(&cert);
	return rc;
}

static int make_certs(
    const char *home, const struct new_ca *n, struct store *st, struct err *e)
{
	struct stored_cert cert = { 0 };
	struct privkey *key = NULL;
	struct cert_view ca;
	int rc = make_ca(home, n, st, &key, &cert, e);

	if (rc == 0 && n->ra)
		rc = cert_parse(buf_span(&cert.der), &ca, e);
	if (rc == 0 && n->ra)
		rc = make_ra(home, n, st, &ca, key, true, e);
	if (rc == 0 && n->ra)
		rc = make_ra(home, n, st, &ca, key, false, e);
	privkey_free(key);
	stored_cert_release(&cert);
	return rc;
}

static int make_store(const char *home, const struct new_ca *n, struct err *e)
{
	char path[HOME_PATH_MAX];
	struct store *st = NULL;
	int rc = -1;

	if (home_path(home, HOME_STORE, path, e) == 0 &&
	    store_create(path, e) == 0 && store_open(path, &st, e) == 0)
		rc = make_certs(home, n, st, e);
	store_close(st);
	return rc;
}

/* make_secret - what challenges are hashed under (RFC 8894, 7.3) */
static int make_secret(const char *home, struct err *e)
{
	uint8_t secret[32];
	int rc;

	if (gnutls_rnd(GNUTLS_RND_KEY, secret, sizeof(secret)) < 0)
		return err_set(e, ERR_CRYPTO, "no random numbers");
	rc = home_create(home, HOME_CHALLENGE_SECRET, 0400,
	    (struct span){ secret, sizeof(secret) }, e);
	gnutls_memset(secret, 0, sizeof(secret));
	return rc;
}

static int make_conf(const char *home, const struct new_ca *n, struct err *e)
{
	struct buf text = { 0 };
	int rc = conf_text(n->url, &text, e);

	if (rc == 0)
		rc = home_create(home, HOME_CONF, 0640, buf_span(&text), e);
	buf_release(&text);
	return rc;
}

/*
 * try_home - the new CA, opened as the server will open it; makes the first
 * CRL, so that what certificates point to is there from the start, records the
 * static challenge, and begins the audit log with what was done so far.
 */
static int try_home(const char *home, const struct new_ca *n, struct err *e)
{
	struct stored_challenge c;
	struct ca *ca = NULL;
	int64_t left;
	bool made;
	int rc = -1;

	if (ca_open(home, NULL, &ca, e) != 0)
		return -1;
	snprintf(ca->by, sizeof(ca->by), "%s", n->by);
	if (ca_keys(ca, e) == 0 && ca_store(ca, e) == 0 &&
	    crl_publish(ca, n->now, true, &made, e) == 0)
		rc = n->has_static
		    ? challenge_static(
			  ca, buf_span(&n->static_challenge), n->now, &c, e)
		    : 0;
	if (rc == 0)
		rc = audit_drain(ca, true, &left, e);
	ca_close(ca);
	return rc;
}

int make_home(const char *home, const struct new_ca *n, struct err *e)
{
	if (make_directory(home, HOME_CERTS, 0755, e) != 0 ||
	    make_directory(home, HOME_KEYS, 0700, e) != 0 ||
	    make_directory(home, HOME_PUBLIC, 0755, e) != 0 ||
	    make_conf(home, n, e) != 0 || make_secret(home, e) != 0 ||
	    make_store(home, n, e) != 0)
		return -1;
	return try_home(home, n, e);
}
