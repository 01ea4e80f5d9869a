/*
 * Are ca.conf, the certificates and the keys good for what they have to do, and
 * does the library do its part of it?
 */
#include <gnutls/x509.h>
#include <string.h>

#include "check.h"

enum { DAY = 86400, EXPIRY_WARNING = 30 * DAY, RSA_MIN = 2048 };

/* A certificate of the CA and its key. */
struct part {
	const char *cert_name, *key_name;
	unsigned usage; /* GNUTLS_KEY_* that it needs */
	const char *usage_text;
	bool has_cert;
	struct buf der;
	struct cert_view cert;
	struct privkey *key;
};

static int look_at_endpoint(const struct conf *conf, void *arg)
{
	struct check *c = arg;

	c->conf = *conf;
	c->has_conf = true;
	if (conf->endpoint.algs.worst >= ALG_LEGACY)
		c->takes_legacy = true;
	if (conf->endpoint.unauthorised == UNAUTHORISED_PENDING)
		c->takes_all = true;
	if (conf->endpoint.algs.worst >= ALG_OBSOLETE)
		check_say(c, WARNING, HOME_CONF,
		    "obsolete = no, as soon as the last such device is gone",
		    "[endpoint %s] takes MD5 and single DES, which protect "
		    "nothing (RFC 8894, 2.9)",
		    conf->endpoint.name);
	return 0;
}

/* What a profile grants that few would want to. */
static int look_at_profile(const struct profile *p, void *arg)
{
	static const char smartcard[] = "1.3.6.1.4.1.311.20.2.2";
	struct check *c = arg;

	if (p->rsa_min < RSA_MIN)
		check_say(c, WARNING, HOME_CONF, "rsa_min = 2048",
		    "RSA keys of %u bits are certified by [profile %s]",
		    p->rsa_min, p->name);
	if (p->san != WISH_GRANT)
		return 0;
	if (p->wildcard && words_is(&p->san_rule[SAN_DNS], "any"))
		check_say(c, WARNING, HOME_CONF,
		    "san_dns = the wildcard names that are meant",
		    "[profile %s] certifies any name for many, such as *.com",
		    p->name);
	if (words_is(&p->san_rule[SAN_SID], "any"))
		check_say(c, WARNING, HOME_CONF,
		    "san_sid = patterns of accounts, such as S-1-5-21-1-2-3-*",
		    "[profile %s] certifies any account of Windows, an "
		    "administrator's too",
		    p->name);
	if (words_is(&p->san_rule[SAN_UPN], "any") &&
	    (words_has(&p->eku, smartcard) ||
		words_has(&p->eku_allowed, smartcard)))
		check_say(c, WARNING, HOME_CONF,
		    "san_upn = patterns of users, such as *@corp.example.com",
		    "[profile %s] certifies any user for smart card logon",
		    p->name);
	return 0;
}

void check_conf(struct check *c)
{
	struct err e;

	if (conf_each_endpoint(c->home, look_at_endpoint, c, &e) != 0) {
		check_say(c, PROBLEM, HOME_CONF,
		    e.kind == ERR_CONF
			? "correct that line; ca.conf(5) has all settings"
			: check_command(c, "see", HOME_CONF, ""),
		    "%s", e.text);
		return;
	}
	conf_each_profile(c->home, look_at_profile, c, &e);
	check_say(c, FINE, HOME_CONF, NULL, "every line is understood");
}

static void check_dates(struct check *c, const struct part *p)
{
	int64_t left = p->cert.not_after - c->now;

	if (p->cert.not_before > c->now)
		check_say(c, PROBLEM, p->cert_name,
		    "set the clock of this machine",
		    "is not valid yet: the clock is wrong, or the certificate");
	else if (left < 0)
		check_say(c, PROBLEM, p->cert_name,
		    "make a new CA with scepca init, and let the devices enrol "
		    "there",
		    "expired %lld day(s) ago", (long long)(-left / DAY));
	else if (left < EXPIRY_WARNING)
		check_say(c, WARNING, p->cert_name,
		    "make a new CA with scepca init, and let the devices enrol "
		    "there",
		    "expires in %lld day(s)", (long long)(left / DAY));
	else if (p->usage & GNUTLS_KEY_KEY_CERT_SIGN && c->has_conf &&
	    left < c->conf.profile.lifetime)
		check_say(c, WARNING, p->cert_name,
		    "make a new CA in time, or lower days in ca.conf",
		    "expires in %lld days, and with it every certificate "
		    "that is issued now: days = %lld is not reached",
		    (long long)(left / DAY),
		    (long long)(c->conf.profile.lifetime / DAY));
}

static gnutls_x509_crt_t import(struct span der)
{
	gnutls_datum_t d = { (unsigned char *)der.p, (unsigned)der.n };
	gnutls_x509_crt_t crt;

	if (gnutls_x509_crt_init(&crt) < 0)
		return NULL;
	if (gnutls_x509_crt_import(crt, &d, GNUTLS_X509_FMT_DER) < 0) {
		gnutls_x509_crt_deinit(crt);
		return NULL;
	}
	return crt;
}

/* check_usage - the bits of RFC 8894, 2.1.2, and that a CA is one */
static void check_usage(struct check *c, const struct part *p)
{
	static const char remedy[] =
	    "this certificate cannot do its work: make a CA with scepca init";
	gnutls_x509_crt_t crt = import(p->cert.der);
	unsigned usage = 0, critical;

	if (crt == NULL) {
		check_say(c, PROBLEM, p->cert_name, remedy,
		    "is no certificate that GnuTLS can read");
		return;
	}
	if (gnutls_x509_crt_get_key_usage(crt, &usage, &critical) < 0)
		usage = 0;
	if ((usage & p->usage) != p->usage)
		check_say(c, PROBLEM, p->cert_name, remedy,
		    "keyUsage lacks one of %s (RFC 8894, 2.1.2)",
		    p->usage_text);
	if ((p->usage & GNUTLS_KEY_KEY_CERT_SIGN) != 0 &&
	    gnutls_x509_crt_get_ca_status(crt, &critical) <= 0)
		check_say(c, PROBLEM, p->cert_name, remedy,
		    "is not the certificate of a CA (basicConstraints)");
	gnutls_x509_crt_deinit(crt);
}

static void load_cert(struct check *c, struct part *p)
{
	struct buf pem = { 0 };
	struct err e;

	if (home_read(c->home, p->cert_name, &pem, &e) == 0) {
		if (pem_decode(buf_span(&pem), "CERTIFICATE", &p->der, &e) ==
			0 &&
		    cert_parse(buf_span(&p->der), &p->cert, &e) == 0) {
			p->has_cert = true;
			check_dates(c, p);
			check_usage(c, p);
		} else {
			check_say(c, PROBLEM, p->cert_name,
			    "bring it back from a backup", "no certificate: %s",
			    e.text);
		}
	}
	buf_release(&pem);
}

static void load_key(struct check *c, struct part *p)
{
	struct buf pem = { 0 };
	struct err e;

	/* what is wrong with the file itself has been told already */
	if (home_read_secret(c->home, p->key_name, &pem, &e) == 0 &&
	    privkey_import(buf_span(&pem), &p->key, &e) != 0)
		check_say(c, PROBLEM, p->key_name,
		    "bring it back from a backup", "no private key: %s",
		    e.text);
	buf_release(&pem);
}

static void check_pair(struct check *c, const struct part *p)
{
	struct buf spki = { 0 };
	struct pubkey pub;
	struct err e;

	if (pubkey_import(p->cert.spki, &pub, &e) != 0) {
		check_say(c, PROBLEM, p->cert_name,
		    "make a CA with scepca init", "its key: %s", e.text);
		return;
	}
	if (pub.pk == GNUTLS_PK_RSA && pub.bits < RSA_MIN)
		check_say(c, PROBLEM, p->cert_name,
		    "make a CA with a key of at least 2048 bits",
		    "its RSA key has %u bits (RFC 8894, 7.1)", pub.bits);
	pubkey_release(&pub);
	if (p->key == NULL)
		return;
	if (privkey_spki(p->key, &spki, &e) != 0)
		check_say(c, PROBLEM, p->key_name,
		    "bring it back from a backup", "%s", e.text);
	else if (!span_eq(buf_span(&spki), p->cert.spki))
		check_say(c, PROBLEM, p->key_name,
		    "bring key and certificate back from one backup",
		    "is not the key of %s", p->cert_name);
	buf_release(&spki);
}

/*
 * check_issuer - the RA's certificates must be the CA's, or clients refuse them
 */
static void check_issuer(
    struct check *c, const struct part *ra, const struct part *ca)
{
	gnutls_x509_crt_t crt = import(ra->cert.der),
			  issuer = import(ca->cert.der);
	unsigned status = 0;

	if (crt != NULL && issuer != NULL &&
	    (gnutls_x509_crt_verify(crt, &issuer, 1,
		 GNUTLS_VERIFY_DISABLE_TIME_CHECKS, &status) < 0 ||
		status != 0))
		check_say(c, PROBLEM, ra->cert_name,
		    "bring the certificates back from one backup",
		    "is not signed by %s", ca->cert_name);
	if (crt != NULL)
		gnutls_x509_crt_deinit(crt);
	if (issuer != NULL)
		gnutls_x509_crt_deinit(issuer);
}

/*
 * try_unwrap, try_sha1 - what every request needs, with the keys at hand: a
 * system-wide policy can switch it off, and then nothing else would say why
 * (security.md T-65).
 */
static void try_unwrap(struct check *c, const struct part *p)
{
	static const uint8_t cek[16] = "a content key..";
	uint8_t back[sizeof(cek)] = { 0 };
	struct buf wrapped = { 0 };
	struct pubkey pub;
	struct err e;

	if (pubkey_import(p->cert.spki, &pub, &e) != 0)
		return; /* told */
	if (pubkey_wrap(
		&pub, (struct span){ cek, sizeof(cek) }, &wrapped, &e) == 0)
		privkey_unwrap(p->key, buf_span(&wrapped), back, sizeof(back));
	if (memcmp(cek, back, sizeof(cek)) != 0)
		check_say(c, PROBLEM, "RSA encryption",
		    "allow it in /etc/gnutls/config "
		    "(allow-rsa-pkcs1-encrypt = true)",
		    "a wrapped key does not come back: GnuTLS is told to "
		    "refuse PKCS#1 v1.5");
	else
		check_say(c, FINE, "RSA encryption", NULL,
		    "a key wrapped for %s comes back", p->cert_name);
	buf_release(&wrapped);
	pubkey_release(&pub);
}

static void try_sha1(struct check *c, const struct part *p)
{
	const struct alg_digest *sha1 = alg_digest_by_name("SHA-1");
	struct span data = SPAN_LIT("a message");
	struct buf sig = { 0 };
	struct pubkey pub;
	struct err e;

	if (pubkey_import(p->cert.spki, &pub, &e) != 0)
		return; /* told */
	if (privkey_sign(p->key, sha1, data, &sig, &e) != 0 ||
	    pubkey_verify(&pub, sha1->rsa, data, buf_span(&sig), &e) != 0)
		check_say(c, PROBLEM, "SHA-1",
		    "legacy = no in ca.conf, or allow it for GnuTLS (on Red "
		    "Hat: update-crypto-policies --set DEFAULT:SHA1)",
		    "ca.conf takes it in messages, and GnuTLS does not: %s",
		    e.text);
	else
		check_say(c, FINE, "SHA-1", NULL,
		    "signatures of old clients can be verified");
	buf_release(&sig);
	pubkey_release(&pub);
}

/* check_public - what the web server offers is this CA (RFC 8894, 2.2) */
static void check_public(struct check *c, const struct part *ca)
{
	struct buf der = { 0 };
	struct err e;

	/* that it is missing has been told already */
	if (home_read(c->home, HOME_PUBLIC_CA, &der, &e) == 0 &&
	    !span_eq(buf_span(&der), ca->cert.der))
		check_say(c, WARNING, HOME_PUBLIC_CA,
		    check_command(c,
			"scepca cert list; scepca cert export SERIAL --der "
			"--out",
			HOME_PUBLIC_CA, ""),
		    "is not the certificate of %s", ca->cert_name);
	buf_release(&der);
}

/* check_opening - what is fine to us must be so to the server's own eyes */
static void check_opening(struct check *c)
{
	struct ca *ca = NULL;
	struct err e;

	if (ca_open(c->home, NULL, &ca, &e) != 0 ||
	    (c->key_elsewhere
		    ? ca_sign_key(ca, &e) != 0 || ca_enc_key(ca, &e) != 0
		    : ca_keys(ca, &e) != 0))
		check_say(c, PROBLEM, "keys", "mend that, and check again",
		    "%s", e.text);
	else
		check_say(c, FINE, "keys", NULL,
		    "%s decrypts requests and signs answers%s",
		    ca->has_ra ? "the RA" : "the CA",
		    c->key_elsewhere ? "; the CA's key is not here, and "
				       "certificates wait for it"
				     : "");
	ca_close(ca);
}

void check_ca(struct check *c)
{
	struct part ca = { HOME_CA_CERT, HOME_CA_KEY,
		.usage = GNUTLS_KEY_KEY_CERT_SIGN,
		.usage_text = "keyCertSign" };
	struct part sign = { HOME_RA_SIGN_CERT, HOME_RA_SIGN_KEY,
		.usage = GNUTLS_KEY_DIGITAL_SIGNATURE,
		.usage_text = "digitalSignature" };
	struct part enc = { HOME_RA_ENC_CERT, HOME_RA_ENC_KEY,
		.usage = GNUTLS_KEY_KEY_ENCIPHERMENT,
		.usage_text = "keyEncipherment" };
	struct part *parts[] = { &ca, &sign, &enc };
	struct part *signer = c->has_ra ? &sign : &ca;
	struct part *recipient = c->has_ra ? &enc : &ca;
	size_t i, n = c->has_ra ? 3 : 1;

	if (!c->has_ra) {
		ca.usage |=
		    GNUTLS_KEY_DIGITAL_SIGNATURE | GNUTLS_KEY_KEY_ENCIPHERMENT;
		ca.usage_text = "keyCertSign, digitalSignature, "
				"keyEncipherment";
	}
	for (i = 0; i < n; i++) {
		load_cert(c, parts[i]);
		load_key(c, parts[i]);
		if (parts[i]->has_cert)
			check_pair(c, parts[i]);
		if (i > 0 && parts[i]->has_cert && ca.has_cert)
			check_issuer(c, parts[i], &ca);
	}
	if (ca.has_cert)
		check_public(c, &ca);
	if (recipient->key != NULL &&
	    privkey_algorithm(recipient->key) != GNUTLS_PK_RSA)
		check_say(c, PROBLEM, recipient->key_name,
		    "make a CA with scepca init --ra",
		    "requests are encrypted to RSA keys, and this is none "
		    "(RFC 8894, 3.1)");
	else if (recipient->key != NULL && recipient->has_cert)
		try_unwrap(c, recipient);
	if (c->takes_legacy && signer->key != NULL && signer->has_cert &&
	    privkey_algorithm(signer->key) == GNUTLS_PK_RSA)
		try_sha1(c, signer);
	if (c->problems == 0)
		check_opening(c);
	for (i = 0; i < 3; i++) {
		privkey_free(parts[i]->key);
		buf_release(&parts[i]->der);
	}
}
