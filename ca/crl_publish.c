#include "crl_publish.h"

#include <gnutls/x509-ext.h>
#include <gnutls/x509.h>

#include "audit.h"
#include "crl.h"
#include "extensions.h"
#include "issue.h"

enum {
	/* How long others leave it to the one who makes the list.  The CGI
	 * lives half as long. */
	CLAIM_SECONDS = 60,
	/* A list from so far ahead: the clock was wrong when it was made. */
	CLOCK_SLACK = 300,
	/* Certificates of one visit to the store, so that it is short. */
	PAGE = 256,
	/* GnuTLS takes the square of the time for longer lists: 4 seconds for
	 * 10,000 entries, minutes for 100,000. */
	GNUTLS_ENTRIES = 1000,
};

bool crl_is_due(const struct crl_state *s, const struct conf *conf, int64_t now)
{
	return s->this_update == 0 || s->changed ||
	    now - s->this_update >= conf->crl_renew || now >= s->next_update ||
	    s->this_update - now > CLOCK_SLACK;
}

/* What is there, in the store and as a file; both must be. */
static int look(
    struct ca *ca, int64_t now, struct crl_state *s, bool *due, struct err *e)
{
	bool there;

	if (ca_store(ca, e) != 0 || store_crl_state(ca->store, s, e) != 0 ||
	    home_exists(ca->home, HOME_PUBLIC_CRL, &there, e) != 0)
		return -1;
	*due = !there || crl_is_due(s, &ca->conf, now);
	return 0;
}

/* Can a list be made at all?  Asked before others are kept from it. */
static int check_ready(struct ca *ca, int64_t now, struct err *e)
{
	gnutls_datum_t der;
	struct span value;
	unsigned usage = 0;

	if (ca_issue_key(ca, e) != 0 ||
	    issue_check_dates(&ca->ca_cert, now, e) != 0)
		return -1;
	if (cert_extension(
		ca->ca_cert.extensions, "2.5.29.15", &value, NULL, NULL) == 0) {
		der = (gnutls_datum_t){ (uint8_t *)value.p, (unsigned)value.n };
		if (gnutls_x509_ext_import_key_usage(&der, &usage) != 0)
			usage = 0;
	}
	if ((usage & GNUTLS_KEY_CRL_SIGN) == 0)
		return err_set(e, ERR_CONF,
		    "%s: its keyUsage lacks cRLSign, without which nobody "
		    "takes its CRL (RFC 5280, 4.2.1.3); make a certificate "
		    "that has it",
		    HOME_CA_CERT);
	return 0;
}

/*
 * The entries, by serial.  One that has expired leaves the list when it has
 * been in a list that was made after its end (RFC 5280, 3.3): when `previous`,
 * the thisUpdate of the last one, is past that.
 */
static int put_entries(struct store *st, int64_t previous, struct buf *entries,
    size_t *count, struct err *e)
{
	struct revoked page[PAGE];
	struct serial last;
	size_t n = PAGE;

	for (bool first = true; n == PAGE; first = false) {
		if (store_revoked_page(
			st, first ? NULL : &last, page, PAGE, &n, e) != 0)
			return -1;
		for (size_t i = 0; i < n; i++) {
			const struct revoked *r = &page[i];

			if (r->not_after < previous)
				continue;
			if (crl_entry_put(entries,
				(struct span){ r->serial.b, r->serial.n },
				r->revoked_at, r->reason, e) != 0)
				return -1;
			++*count;
		}
		if (n > 0)
			last = page[n - 1].serial;
	}
	return 0;
}

static int broken(struct err *e, const char *what)
{
	return err_set(e, ERR_CRYPTO,
	    "the CRL that was made is wrong (%s); it is thrown away", what);
}

/* A second opinion, as long as it is cheap. */
static int ask_gnutls(struct span der, const struct cert_view *ca_cert,
    size_t count, struct err *e)
{
	/* its clock is not ours: `now` came as an argument */
	const unsigned times = GNUTLS_CERT_REVOCATION_DATA_ISSUED_IN_FUTURE |
	    GNUTLS_CERT_REVOCATION_DATA_SUPERSEDED;
	gnutls_datum_t list = { (uint8_t *)der.p, (unsigned)der.n };
	gnutls_datum_t cert = { (uint8_t *)ca_cert->der.p,
		(unsigned)ca_cert->der.n };
	gnutls_x509_crl_t crl = NULL;
	gnutls_x509_crt_t crt = NULL;
	unsigned status = 0;
	int rc = -1;

	if (gnutls_x509_crl_init(&crl) != 0 ||
	    gnutls_x509_crt_init(&crt) != 0) {
		err_set(e, ERR_NOMEM, "CRL");
		goto out;
	}
	if (gnutls_x509_crt_import(crt, &cert, GNUTLS_X509_FMT_DER) != 0 ||
	    gnutls_x509_crl_import(crl, &list, GNUTLS_X509_FMT_DER) != 0 ||
	    gnutls_x509_crl_get_version(crl) != 2 ||
	    gnutls_x509_crl_get_crt_count(crl) != (int)count)
		broken(e, "GnuTLS reads another list");
	else if (gnutls_x509_crl_verify(crl, &crt, 1, 0, &status) != 0 ||
	    (status != 0 && (status & times) == 0) ||
	    (status & ~(times | GNUTLS_CERT_INVALID)) != 0)
		broken(e, "GnuTLS does not trust it");
	else
		rc = 0;
out:
	gnutls_x509_crt_deinit(crt);
	gnutls_x509_crl_deinit(crl);
	return rc;
}

/* The last look at a list before it leaves (as lint_signed for certificates). */
static int read_back(struct span der, const struct crl_fields *f,
    const struct cert_view *ca_cert, size_t count, struct err *e)
{
	struct span left, serial;
	struct crl_view v;
	int64_t revoked_at;
	unsigned reason;
	size_t n = 0;

	if (crl_parse(der, &v, e) != 0)
		return -1;
	if (!span_eq(v.issuer, ca_cert->subject) || v.number != f->number ||
	    v.this_update != f->this_update ||
	    v.next_update != f->next_update || !span_eq(v.entries, f->entries))
		return broken(e, "other values");
	for (left = v.entries; left.n > 0; n++)
		if (crl_entry_next(&left, &serial, &revoked_at, &reason, e) !=
		    0)
			return -1;
	if (n != count)
		return broken(e, "other entries");
	if (crl_verify(der, ca_cert->spki, e) != 0)
		return -1;
	return count <= GNUTLS_ENTRIES ? ask_gnutls(der, ca_cert, count, e) : 0;
}

/* A list from `now` on; *until is its nextUpdate. */
static int make(struct ca *ca, int64_t number, int64_t previous, int64_t now,
    struct buf *der, int64_t *until, struct err *e)
{
	struct buf entries = { .max = CRL_MAX };
	const struct alg_digest *digest;
	uint8_t own[KEY_ID_SIZE];
	struct crl_fields f = {
		.issuer = ca->ca_cert.subject,
		.number = number,
		.this_update = now,
		.next_update = ca->ca_cert.not_after,
	};
	size_t count = 0;
	int rc = -1;

	/* RFC 5280, 5.1.2.5; no CRL outlives the certificate it is signed by */
	if (ca->conf.crl_lifetime < f.next_update - now)
		f.next_update = now + ca->conf.crl_lifetime;
	if (issuer_key_identifier(&ca->ca_cert, own, &f.aki, e) == 0 &&
	    issue_digest(ca->ca_key, &digest, e) == 0 &&
	    put_entries(ca->store, previous, &entries, &count, e) == 0) {
		f.entries = buf_span(&entries);
		if (crl_make(&f, ca->ca_key, digest, der, e) == 0)
			rc = read_back(
			    buf_span(der), &f, &ca->ca_cert, count, e);
	}
	*until = f.next_update;
	buf_release(&entries);
	return rc;
}

static int note_published(
    struct ca *ca, int64_t number, int64_t now, int64_t until, struct err *e)
{
	struct buf event = { 0 };
	int rc = audit_crl(ca, number, until, &event, e);

	if (rc == 0)
		rc = store_crl_done(
		    ca->store, number, now, until, audit_text(&event), e);
	buf_release(&event);
	return rc;
}

/* Make and publish the list that was claimed. */
static int publish(struct ca *ca, int64_t number, int64_t now, bool force,
    bool *made, struct err *e)
{
	struct buf der = { .max = CRL_MAX };
	struct crl_state s;
	int64_t until;
	bool due;
	int rc = -1;

	/* another may have been done between our look and our claim */
	if (look(ca, now, &s, &due, e) != 0)
		return -1;
	*made = false;
	if (!due && !force)
		return 0;
	if (make(ca, number, s.this_update, now, &der, &until, e) != 0)
		goto out;
	/*
	 * If we were held up beyond our claim, there is a newer list: numbers
	 * must not fall, so that one stays.
	 */
	if (store_crl_state(ca->store, &s, e) != 0)
		goto out;
	rc = 0;
	if (s.number <= number) {
		rc = -1;
		if (home_replace(ca->home, HOME_PUBLIC_CRL, 0644,
			buf_span(&der), e) == 0)
			rc = note_published(ca, number, now, until, e);
		*made = rc == 0;
	}
out:
	buf_release(&der);
	return rc;
}

int crl_publish(
    struct ca *ca, int64_t now, bool force, bool *made, struct err *e)
{
	bool due, claimed, done = false;
	struct crl_state s;
	int64_t number;
	int rc = 0;

	if (look(ca, now, &s, &due, e) != 0)
		return -1;
	if (due || force) {
		if (check_ready(ca, now, e) != 0 ||
		    store_crl_claim(ca->store, now, CLAIM_SECONDS, &number,
			&claimed, e) != 0)
			return -1;
		if (claimed)
			rc = publish(ca, number, now, force, &done, e);
		if (claimed && !done) /* the next one may try */
			(void)store_crl_done(
			    ca->store, number, 0, 0, NULL, NULL);
	}
	if (rc == 0)
		*made = done;
	return rc;
}

int crl_current(struct ca *ca, int64_t now, struct buf *der, struct err *stale,
    struct err *e)
{
	struct err why = { .kind = ERR_NONE }, missing;
	bool made;

	if (!ca->conf.offline)
		(void)crl_publish(ca, now, false, &made, &why);
	if (stale != NULL)
		*stale = why;
	if (der->max == 0)
		der->max = CRL_MAX;
	if (home_read_large(
		ca->home, HOME_PUBLIC_CRL, CRL_MAX, der, &missing) == 0)
		return 0;
	if (missing.kind != ERR_NOT_FOUND)
		return err_set(e, missing.kind, "%s", missing.text);
	if (why.kind != ERR_NONE)
		return err_set(e, ERR_NOT_FOUND,
		    "there is no CRL, and none could be made: %s", why.text);
	if (!ca->conf.offline)
		return err_set(e, ERR_BUSY,
		    "another process is making the first CRL; try again");
	return err_set(e, ERR_NOT_FOUND,
	    "there is no CRL; run: scepca --home %s crl", ca->home);
}
