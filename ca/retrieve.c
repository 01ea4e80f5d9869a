#include "retrieve.h"

#include <stdio.h>
#include <string.h>

#include "crl.h"
#include "crl_publish.h"
#include "envelope.h"
#include "name_match.h"

/* Is it the asker's own: his key's, or his name's (R167)? */
static int may_have(const struct ca *ca, const struct scep_msg *m,
    const struct stored_cert *c, bool *may, struct err *e)
{
	uint8_t key_hash[32];
	struct cert_view v;

	*may = ca->conf.endpoint.getcert == GETCERT_ANY;
	if (*may)
		return 0;
	if (sha256_of(m->cms.signer.spki, key_hash, e) != 0 ||
	    cert_parse(buf_span(&c->der), &v, e) != 0)
		return -1;
	*may = memcmp(key_hash, c->key_hash, sizeof(key_hash)) == 0 ||
	    span_eq(v.der, ca->ca_cert.der); /* which everybody may have */
	return *may ? 0 : name_same(m->cms.signer.subject, v.subject, may, e);
}

/* find - *found says whether there is one with this serial; release *c */
static int find(struct ca *ca, struct span number, struct stored_cert *c,
    bool *found, struct err *e)
{
	struct serial serial = { .n = (uint8_t)number.n };
	struct err lookup;

	*found = false;
	if (number.n == 0 || number.n > sizeof(serial.b))
		return 0;
	memcpy(serial.b, number.p, number.n);
	if (ca_store(ca, e) != 0)
		return -1;
	if (store_cert_find(ca->store, &serial, c, &lookup) == 0)
		*found = true;
	else if (lookup.kind != ERR_NOT_FOUND)
		return err_set(e, lookup.kind, "%s", lookup.text);
	return 0;
}

/*
 * What is asked for: *ours says whether its issuer is this CA, and then there
 * is a *serial, which borrows `plain`.
 *
 * Nobody has to prove anything to ask, so what cannot be read is answered as
 * what is not there, after the same work: else whoever puts blocks of another's
 * envelope into one of his own could tell which of his guesses are padding, and
 * read the other's CSR octet by octet (security.md T-02).  The log knows.
 */
static int open_question(struct ca *ca, const struct scep_msg *m,
    struct buf *plain, struct span *serial, bool *ours, struct pki_event *ev,
    struct err *e)
{
	struct span issuer;
	enum refusal why;

	if (envelope_issuer_and_serial(
		ca, m, plain, &issuer, serial, &why, e) != 0)
		return -1;
	if (why != REFUSE_NONE)
		issuer = m->cms.signer.issuer;
	if (name_same(issuer, ca->ca_cert.subject, ours, e) != 0)
		return -1;
	if (why != REFUSE_NONE) {
		*ours = false;
		snprintf(ev->detail, sizeof(ev->detail),
		    "the envelope cannot be read");
	}
	return 0;
}

int retrieve_cert(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_outcome *o, struct pki_event *ev,
    struct err *e)
{
	struct buf plain = { 0 };
	struct stored_cert cert = { 0 };
	struct span serial;
	bool ours = false, may = false;
	int rc = -1;

	(void)f;
	if (ca->conf.endpoint.getcert == GETCERT_NO) {
		pki_refuse(o, REFUSE_GETCERT_OFF);
		return 0;
	}
	if (open_question(ca, m, &plain, &serial, &ours, ev, e) != 0 ||
	    (ours && find(ca, serial, &cert, &ours, e) != 0) ||
	    (ours && may_have(ca, m, &cert, &may, e) != 0))
		goto out;
	if (may)
		pki_grant(o, &cert);
	else
		pki_refuse(o, REFUSE_NO_CERT);
	rc = 0;
out:
	stored_cert_release(&cert);
	buf_release(&plain);
	return rc;
}

static int read_crl(struct ca *ca, int64_t now, struct pki_outcome *o,
    struct pki_event *ev, struct err *e)
{
	struct buf crl = { .max = CRL_MAX };
	struct err stale, why;

	if (crl_current(ca, now, &crl, &stale, &why) == 0) {
		if (stale.kind != ERR_NONE)
			snprintf(ev->warning, sizeof(ev->warning),
			    "an old CRL: %s", stale.text);
		o->crl = crl;
		o->status = SCEP_SUCCESS;
		return 0;
	}
	buf_release(&crl);
	if (why.kind != ERR_NOT_FOUND)
		return err_set(e, why.kind, "%s", why.text);
	pki_refuse(o, REFUSE_NO_CRL);
	return 0;
}

int retrieve_crl(struct ca *ca, const struct pki_facts *f,
    const struct scep_msg *m, struct pki_outcome *o, struct pki_event *ev,
    struct err *e)
{
	struct buf plain = { 0 };
	struct span serial;
	bool ours = false;
	int rc = -1;

	if (ca->conf.endpoint.getcrl != GETCRL_CRL) {
		if (ca->conf.endpoint.getcrl == GETCRL_CDP)
			crl_url(&ca->conf, ev->detail);
		pki_refuse(o, REFUSE_GETCRL_OFF); /* R171 */
		return 0;
	}
	/* R170: of a certificate that we do not know, the CRL is the same */
	if (open_question(ca, m, &plain, &serial, &ours, ev, e) == 0) {
		rc = 0;
		if (ours)
			rc = read_crl(ca, f->now, o, ev, e);
		else
			pki_refuse(o, REFUSE_NO_CRL);
	}
	buf_release(&plain);
	return rc;
}
