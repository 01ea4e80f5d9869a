#include "signer.h"

#include <string.h>

static bool is_of_the_ca(const struct ca *ca, const struct cert_view *v)
{
	return span_eq(v->spki, ca->ca_cert.spki) ||
	    span_eq(v->spki, ca->sign_cert.spki) ||
	    span_eq(v->spki, ca->enc_cert.spki);
}

/* Look the serial up, and compare every octet. */
static int recognise(
    struct ca *ca, const struct cert_view *v, struct signer *s, struct err *e)
{
	struct serial serial = { .n = (uint8_t)v->serial.n };
	struct err lookup;

	s->kind = SIGNER_FORGED;
	if (v->serial.n == 0 || v->serial.n > sizeof(serial.b))
		return 0;
	memcpy(serial.b, v->serial.p, v->serial.n);
	if (ca_store(ca, e) != 0)
		return -1;
	if (store_cert_find(ca->store, &serial, &s->cert, &lookup) != 0)
		return lookup.kind == ERR_NOT_FOUND
		    ? 0
		    : err_set(e, lookup.kind, "%s", lookup.text);
	if (span_eq(v->der, buf_span(&s->cert.der)) &&
	    cert_parse(buf_span(&s->cert.der), &s->view, e) == 0) {
		/* what no transaction led to is a former RA's, say */
		s->kind = s->cert.trans_id[0] == '\0' ? SIGNER_CA : SIGNER_OURS;
		return 0;
	}
	stored_cert_release(&s->cert);
	return 0;
}

int signer_identify(
    struct ca *ca, const struct scep_msg *m, struct signer *s, struct err *e)
{
	const struct cert_view *v = &m->cms.signer;
	struct signer new = { .kind = SIGNER_SELF };

	if (ca_certs(ca, e) != 0)
		return -1;
	if (is_of_the_ca(ca, v))
		new.kind = SIGNER_CA;
	else if (span_eq(v->issuer, ca->ca_cert.subject) &&
	    !span_eq(v->issuer, v->subject) && recognise(ca, v, &new, e) != 0)
		return -1;
	*s = new;
	return 0;
}

void signer_release(struct signer *s)
{
	stored_cert_release(&s->cert);
	*s = (struct signer){ .kind = SIGNER_SELF };
}
