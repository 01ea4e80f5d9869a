#include "issue.h"

#include <gnutls/crypto.h>
#include <string.h>

#include "crl_publish.h"
#include "extensions.h"
#include "lint.h"

/* Clocks of devices are slow; the CA's own certificates too begin earlier. */
enum { CA_BACKDATE = 600 };

int serial_random(struct serial *s, struct err *e)
{
	uint8_t b[SERIAL_MAX];
	size_t skip = 0;

	if (gnutls_rnd(GNUTLS_RND_KEY, b, sizeof(b)) != 0)
		return err_set(e, ERR_CRYPTO, "no random bytes");
	b[0] &= 0x7f; /* positive: 159 bits are left */
	while (skip < sizeof(b) && b[skip] == 0)
		skip++;
	if (skip > sizeof(b) / 2) /* once in 2^80 times, or always */
		return err_set(
		    e, ERR_CRYPTO, "the random generator gives zeros only");
	if (b[skip] >= 0x80)
		skip--; /* X.690, 8.3: this zero makes it positive */
	s->n = (uint8_t)(sizeof(b) - skip);
	memset(s->b, 0, sizeof(s->b));
	memcpy(s->b, b + skip, s->n);
	return 0;
}

/* Whatever a message used, a certificate has nothing weaker (R077). */
int issue_digest(
    const struct privkey *key, const struct alg_digest **digest, struct err *e)
{
	const char *name = "SHA-256";
	struct buf spki = { 0 };
	struct pubkey pub = { 0 };
	int rc = 0;

	if (privkey_algorithm(key) == GNUTLS_PK_ECDSA) {
		rc = privkey_spki(key, &spki, e);
		if (rc == 0)
			rc = pubkey_import(buf_span(&spki), &pub, e);
		if (rc == 0 && pub.bits > 256)
			name = pub.bits > 384 ? "SHA-512" : "SHA-384";
		pubkey_release(&pub);
		buf_release(&spki);
	}
	*digest = alg_digest_by_name(name);
	return rc;
}

int issue_check_dates(
    const struct cert_view *issuer, int64_t now, struct err *e)
{
	if (now < issuer->not_before)
		return err_set(e, ERR_CONF,
		    "the CA certificate is not valid yet; is this clock "
		    "right?");
	if (now >= issuer->not_after)
		return err_set(e, ERR_CONF,
		    "the CA certificate has expired, or its end cannot be "
		    "read; nothing can be issued with it");
	return 0;
}

/* From `backdate` before now for `lifetime`, but within the issuer's dates. */
static int set_dates(struct cert_fields *f, const struct cert_view *issuer,
    int64_t now, int64_t backdate, int64_t lifetime, struct err *e)
{
	if (issue_check_dates(issuer, now, e) != 0)
		return -1;
	f->not_before = now - backdate;
	if (f->not_before < issuer->not_before)
		f->not_before = issuer->not_before;
	f->not_after = issuer->not_after; /* R182 */
	if (lifetime < issuer->not_after - now)
		f->not_after = now + lifetime;
	return 0;
}

/*
 * Choose a serial, look at what was decided, sign it, and look again before
 * anybody else does.  `issuer` is NULL for a certificate that signs itself.
 */
static int make(struct cert_fields *f, const struct extension_plan *p,
    const struct privkey *key, const struct cert_view *issuer, int64_t now,
    struct stored_cert *cert, struct err *e)
{
	struct buf extensions = { 0 }, tbs = { 0 }, der = { 0 };
	const struct alg_digest *digest;
	struct serial serial;
	uint8_t key_hash[32];
	int rc = -1;

	if (serial_random(&serial, e) != 0 ||
	    issue_digest(key, &digest, e) != 0 ||
	    extensions_build(p, &extensions, e) != 0)
		goto out;
	f->serial = (struct span){ serial.b, serial.n };
	f->extensions = buf_span(&extensions);
	if (cert_tbs(f, privkey_algorithm(key), digest, &tbs, e) != 0 ||
	    lint_tbs(buf_span(&tbs), f, issuer, e) != 0 ||
	    cert_sign(buf_span(&tbs), key, digest, &der, e) != 0 ||
	    lint_signed(buf_span(&der), buf_span(&tbs), issuer, e) != 0 ||
	    sha256_of(f->spki, key_hash, e) != 0)
		goto out;
	buf_move(&cert->der, &der);
	cert->serial = serial;
	cert->state = CERT_VALID;
	cert->not_before = f->not_before;
	cert->not_after = f->not_after;
	cert->issued_at = now;
	memcpy(cert->key_hash, key_hash, sizeof(key_hash));
	rc = 0;
out:
	buf_release(&der);
	buf_release(&tbs);
	buf_release(&extensions);
	return rc;
}

int issue_leaf(struct ca *ca, const struct authorisation *a,
    const struct profile *profile, const struct grantable *g, struct span spki,
    int64_t now, struct stored_cert *cert, struct err *e)
{
	struct cert_fields f = {
		.subject = g->subject,
		.spki = spki,
	};
	char revoked_at[PUBLIC_URL_MAX], issuer_at[PUBLIC_URL_MAX];
	struct extension_plan p = {
		.key_usage = g->key_usage,
		.eku = buf_span(&g->eku),
		.san = g->san,
		.subject = g->subject,
		.spki = spki,
		.crl_url = revoked_at,
		.ca_url = issuer_at,
		.policies = &profile->policies,
	};
	uint8_t own[KEY_ID_SIZE];

	if (!a->granted)
		return err_set(
		    e, ERR_CRYPTO, "nothing is issued without authorisation");
	crl_url(&ca->conf, revoked_at);
	ca_cert_url(&ca->conf, issuer_at);
	if (ca_issue_key(ca, e) != 0 ||
	    issuer_key_identifier(&ca->ca_cert, own, &p.aki, e) != 0 ||
	    set_dates(&f, &ca->ca_cert, now, profile->backdate,
		profile->lifetime, e) != 0)
		return -1;
	f.issuer = ca->ca_cert.subject;
	return make(&f, &p, ca->ca_key, &ca->ca_cert, now, cert, e);
}

int issue_ca(struct span subject, const struct privkey *key, bool with_ra,
    int64_t now, int64_t lifetime, struct stored_cert *cert, struct err *e)
{
	struct buf spki = { 0 };
	struct cert_fields f = {
		.issuer = subject,
		.subject = subject,
		.not_before = now - CA_BACKDATE,
		.not_after = now + lifetime,
	};
	uint8_t own[KEY_ID_SIZE];
	struct extension_plan p = {
		.ca = true,
		.key_usage = GNUTLS_KEY_KEY_CERT_SIGN | GNUTLS_KEY_CRL_SIGN,
		.subject = subject,
		.aki = { own, sizeof(own) },
	};
	int rc = -1;

	if (!with_ra)
		p.key_usage |= GNUTLS_KEY_DIGITAL_SIGNATURE;
	/* RFC 8813, 3: an EC key cannot */
	if (!with_ra && privkey_algorithm(key) == GNUTLS_PK_RSA)
		p.key_usage |= GNUTLS_KEY_KEY_ENCIPHERMENT;
	if (privkey_spki(key, &spki, e) == 0) {
		f.spki = p.spki = buf_span(&spki);
		if (key_identifier(f.spki, own, e) == 0)
			rc = make(&f, &p, key, NULL, now, cert, e);
	}
	buf_release(&spki);
	return rc;
}

int issue_ra(const struct cert_view *ca_cert, const struct privkey *ca_key,
    struct span subject, const struct privkey *ra_key, bool sign, int64_t now,
    int64_t lifetime, struct stored_cert *cert, struct err *e)
{
	/* SEQUENCE OF OID: certificate request agent, which Windows wants to
	 * see in the certificate of an RA (1.3.6.1.4.1.311.20.2.1) */
	static const uint8_t eku[] = { 0x30, 0x0c, 0x06, 0x0a, 0x2b, 0x06, 0x01,
		0x04, 0x01, 0x82, 0x37, 0x14, 0x02, 0x01 };
	struct buf spki = { 0 };
	struct cert_fields f = {
		.issuer = ca_cert->subject,
		.subject = subject,
	};
	uint8_t own[KEY_ID_SIZE];
	struct extension_plan p = {
		.key_usage = sign ? GNUTLS_KEY_DIGITAL_SIGNATURE
				  : GNUTLS_KEY_KEY_ENCIPHERMENT,
		.eku = { eku, sizeof(eku) },
		.subject = subject,
	};
	int rc = -1;

	if (set_dates(&f, ca_cert, now, CA_BACKDATE, lifetime, e) == 0 &&
	    issuer_key_identifier(ca_cert, own, &p.aki, e) == 0 &&
	    privkey_spki(ra_key, &spki, e) == 0) {
		f.spki = p.spki = buf_span(&spki);
		rc = make(&f, &p, ca_key, ca_cert, now, cert, e);
	}
	buf_release(&spki);
	return rc;
}
