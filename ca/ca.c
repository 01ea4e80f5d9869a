#include "ca.h"

#include <gnutls/x509-ext.h>
#include <stdlib.h>
#include <string.h>

#include "audit.h"

int ca_open(
    const char *home, const char *endpoint, struct ca **ca, struct err *e)
{
	char path[HOME_PATH_MAX]; /* of the longest name below the home */
	struct ca *new;

	if (home_path(home, HOME_CHALLENGE_SECRET, path, e) != 0)
		return -1;
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return err_set(e, ERR_NOMEM, "no memory for the CA");
	memcpy(new->home, home, strlen(home) + 1);
	if (conf_load(home, endpoint, &new->conf, e) != 0) {
		free(new);
		return -1;
	}
	*ca = new;
	return 0;
}

static void drop_certs(struct ca *ca)
{
	buf_release(&ca->ca_der);
	buf_release(&ca->sign_der);
	buf_release(&ca->enc_der);
	ca->has_certs = false;
}

static void drop_keys(struct ca *ca)
{
	if (ca->enc_key != ca->ca_key)
		privkey_free(ca->enc_key);
	if (ca->sign_key != ca->ca_key)
		privkey_free(ca->sign_key);
	privkey_free(ca->ca_key);
	ca->ca_key = ca->sign_key = ca->enc_key = NULL;
	ca->can_issue = false;
	explicit_bzero(ca->challenge_secret, sizeof(ca->challenge_secret));
	ca->has_secret = false;
}

int ca_turn(struct ca *ca, const char *endpoint, struct err *e)
{
	struct home_stamp now;

	/* before they are read: what is written meanwhile is seen next time */
	home_stamp(ca->home, &now);
	if (!home_stamp_eq(&now, &ca->stamp)) {
		drop_certs(ca);
		drop_keys(ca);
		ca->stamp = now;
	}
	return conf_load(ca->home, endpoint, &ca->conf, e);
}

void ca_close(struct ca *ca)
{
	if (ca == NULL)
		return;
	audit_drain_due(ca);
	store_close(ca->store);
	drop_keys(ca);
	drop_certs(ca);
	explicit_bzero(ca, sizeof(*ca));
	free(ca);
}

/* A certificate file: PEM to DER, and the view of it. */
static int load_cert(const struct ca *ca, const char *name, struct buf *der,
    struct cert_view *v, struct err *e)
{
	struct buf pem = { 0 };
	int rc = -1;

	if (home_read(ca->home, name, &pem, e) != 0)
		return -1;
	if (pem_decode(buf_span(&pem), "CERTIFICATE", der, e) != 0 ||
	    cert_parse(buf_span(der), v, e) != 0) {
		if (e != NULL && e->kind != ERR_NOMEM)
			e->kind = ERR_CONF;
		err_prefix(e, "%s", name);
	} else {
		rc = 0;
	}
	buf_release(&pem);
	return rc;
}

/* One of the two RA certificates; *there is false if there is no such file. */
static int load_ra_cert(const struct ca *ca, const char *name, struct buf *der,
    struct cert_view *v, bool *there, struct err *e)
{
	struct err why;

	*there = false;
	if (load_cert(ca, name, der, v, &why) != 0)
		return why.kind == ERR_NOT_FOUND
		    ? 0
		    : err_set(e, why.kind, "%s", why.text);
	*there = true;
	if (!span_eq(v->issuer, ca->ca_cert.subject))
		return err_set(e, ERR_CONF,
		    "%s: its issuer is not the CA of %s; "
		    "is it of another CA?",
		    name, HOME_CA_CERT);
	return 0;
}

int ca_certs(struct ca *ca, struct err *e)
{
	bool sign, enc;

	if (ca->has_certs)
		return 0;
	if (load_cert(ca, HOME_CA_CERT, &ca->ca_der, &ca->ca_cert, e) != 0 ||
	    load_ra_cert(ca, HOME_RA_SIGN_CERT, &ca->sign_der, &ca->sign_cert,
		&sign, e) != 0 ||
	    load_ra_cert(ca, HOME_RA_ENC_CERT, &ca->enc_der, &ca->enc_cert,
		&enc, e) != 0) {
		drop_certs(ca);
		return -1;
	}
	if (sign != enc) {
		drop_certs(ca);
		return err_set(e, ERR_CONF,
		    "%s is there but %s is not; an RA has both",
		    sign ? HOME_RA_SIGN_CERT : HOME_RA_ENC_CERT,
		    sign ? HOME_RA_ENC_CERT : HOME_RA_SIGN_CERT);
	}
	if (!sign)
		ca->sign_cert = ca->enc_cert = ca->ca_cert;
	ca->has_ra = sign;
	ca->has_certs = true;
	return 0;
}

/* What a key does, and what its certificate must say for that. */
struct duty {
	const char *cert, *key; /* files */
	unsigned usage;		/* GNUTLS_KEY_… */
	const char *usage_name, *work;
	bool rsa; /* messages know RSA only (R004) */
};

/* RFC 8894, 2.1.2; a certificate without keyUsage is not trusted with any. */
static int check_usage(
    const struct cert_view *cert, const struct duty *d, struct err *e)
{
	struct span value;
	unsigned usage = 0;

	if (cert_extension(cert->extensions, "2.5.29.15", &value, NULL, NULL) ==
	    0) {
		gnutls_datum_t der = { (unsigned char *)value.p,
			(unsigned)value.n };

		if (gnutls_x509_ext_import_key_usage(&der, &usage) != 0)
			usage = 0;
	}
	if ((usage & d->usage) == 0)
		return err_set(e, ERR_CONF,
		    "%s: its keyUsage lacks %s, without which it cannot %s "
		    "(RFC 8894, 2.1.2); make a certificate that has it, or an "
		    "RA for the messages",
		    d->cert, d->usage_name, d->work);
	return 0;
}

static int read_key(const struct ca *ca, const struct duty *d,
    const struct cert_view *cert, struct privkey **key, struct err *e)
{
	struct buf pem = { 0 }, spki = { 0 };
	struct privkey *new = NULL;
	int rc = -1;

	if (home_check_secret(ca->home, HOME_KEYS, e) != 0 ||
	    home_read_secret(ca->home, d->key, &pem, e) != 0)
		goto out;
	if (privkey_import(buf_span(&pem), &new, e) != 0) {
		err_prefix(e, "%s", d->key);
		goto out;
	}
	if (privkey_spki(new, &spki, e) != 0)
		goto out;
	if (!span_eq(buf_span(&spki), cert->spki)) {
		err_set(
		    e, ERR_CONF, "%s is not the key of %s", d->key, d->cert);
		goto out;
	}
	*key = new;
	new = NULL;
	rc = 0;
out:
	privkey_free(new);
	buf_release(&spki);
	buf_release(&pem);
	return rc;
}

static int check_rsa(
    const struct privkey *key, const struct duty *d, struct err *e)
{
	if (!d->rsa || privkey_algorithm(key) == GNUTLS_PK_RSA)
		return 0;
	return err_set(e, ERR_CONF,
	    "%s is not an RSA key and cannot %s; "
	    "give this CA an RA with RSA keys",
	    d->key, d->work);
}

/* Load one key, once; without an RA all duties are those of the CA key. */
static int need_key(struct ca *ca, const struct duty *d,
    const struct cert_view *cert, struct privkey **key, struct err *e)
{
	struct privkey **from =
	    strcmp(d->key, HOME_CA_KEY) == 0 ? &ca->ca_key : key;

	if (*from == NULL && read_key(ca, d, cert, from, e) != 0)
		return -1;
	if (check_rsa(*from, d, e) != 0 || check_usage(cert, d, e) != 0)
		return -1;
	*key = *from;
	return 0;
}

int ca_issue_key(struct ca *ca, struct err *e)
{
	static const struct duty issue = { HOME_CA_CERT, HOME_CA_KEY,
		GNUTLS_KEY_KEY_CERT_SIGN, "keyCertSign", "issue certificates",
		false };

	if (ca->can_issue)
		return 0;
	if (ca_certs(ca, e) != 0 ||
	    need_key(ca, &issue, &ca->ca_cert, &ca->ca_key, e) != 0)
		return -1;
	ca->can_issue = true;
	return 0;
}

int ca_sign_key(struct ca *ca, struct err *e)
{
	struct duty sign = { HOME_RA_SIGN_CERT, HOME_RA_SIGN_KEY,
		GNUTLS_KEY_DIGITAL_SIGNATURE, "digitalSignature",
		"sign answers", true };

	if (ca->sign_key != NULL)
		return 0;
	if (ca_certs(ca, e) != 0)
		return -1;
	if (!ca->has_ra) {
		sign.cert = HOME_CA_CERT;
		sign.key = HOME_CA_KEY;
	}
	return need_key(ca, &sign, &ca->sign_cert, &ca->sign_key, e);
}

int ca_enc_key(struct ca *ca, struct err *e)
{
	struct duty enc = { HOME_RA_ENC_CERT, HOME_RA_ENC_KEY,
		GNUTLS_KEY_KEY_ENCIPHERMENT, "keyEncipherment",
		"decrypt requests", true };

	if (ca->enc_key != NULL)
		return 0;
	if (ca_certs(ca, e) != 0)
		return -1;
	if (!ca->has_ra) {
		enc.cert = HOME_CA_CERT;
		enc.key = HOME_CA_KEY;
	}
	return need_key(ca, &enc, &ca->enc_cert, &ca->enc_key, e);
}

int ca_keys(struct ca *ca, struct err *e)
{
	if (ca_issue_key(ca, e) != 0 || ca_sign_key(ca, e) != 0)
		return -1;
	return ca_enc_key(ca, e);
}

int ca_store(struct ca *ca, struct err *e)
{
	char path[HOME_PATH_MAX];

	if (ca->store != NULL)
		return 0;
	if (home_check_secret(ca->home, HOME_STORE, e) != 0 ||
	    home_path(ca->home, HOME_STORE, path, e) != 0)
		return -1;
	if (store_open(path, &ca->store, e) != 0)
		return -1;
	if (ca->one_request)
		store_ends_process(ca->store);
	return 0;
}

int ca_profile(const struct ca *ca, const char *name, struct profile *other,
    const struct profile **p, struct err *e)
{
	*p = &ca->conf.profile;
	if (name[0] == '\0' || strcmp(name, ca->conf.profile.name) == 0)
		return 0;
	*p = other;
	return conf_profile(ca->home, name, other, e);
}
