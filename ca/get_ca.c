#include "get_ca.h"

#include "cms_signed.h"

int get_ca_caps(const struct ca *ca, struct buf *body, struct err *e)
{
	/*
	 * SHA-384 is registered nowhere, but strongSwan 5.9.8 believes AES and
	 * SHA-256 only when it is there.  GetNextCACert is not done yet.
	 */
	const bool legacy = ca->conf.endpoint.algs.worst >= ALG_LEGACY;
	const bool renewal = ca->conf.endpoint.renewal != RENEWAL_NO;
	const struct {
		const char *line;
		bool on;
	} caps[] = {
		{ "AES\n", true },
		{ "DES3\n", legacy },
		{ "SHA-1\n", legacy },
		{ "SHA-256\n", true },
		{ "SHA-384\n", true },
		{ "SHA-512\n", true },
		{ "POSTPKIOperation\n", true },
		{ "Renewal\n", renewal },
		{ "SCEPStandard\n", true },
	};
	size_t before = body->n;

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if (caps[i].on &&
		    buf_put(body, span_str(caps[i].line), e) != 0) {
			buf_cut(body, before);
			return -1;
		}
	return 0;
}

/* The certs-only message of all there are: RA first, CA last. */
static int put_all(const struct ca *ca, struct buf *body, struct err *e)
{
	struct span all[3];
	size_t n = 0;

	if (ca->has_ra)
		all[n++] = ca->sign_cert.der;
	if (ca->has_ra && !span_eq(ca->enc_cert.der, ca->sign_cert.der))
		all[n++] = ca->enc_cert.der;
	all[n++] = ca->ca_cert.der;
	return cms_certs_only(all, n, NULL, 0, body, e);
}

int get_ca_cert(
    struct ca *ca, struct buf *body, const char **media_type, struct err *e)
{
	if (ca_certs(ca, e) != 0)
		return -1;
	if (!ca->has_ra) { /* RFC 8894, 4.2.1.1 */
		*media_type = "application/x-x509-ca-cert";
		return buf_put(body, ca->ca_cert.der, e);
	}
	*media_type = "application/x-x509-ca-ra-cert"; /* 4.2.1.2 */
	return put_all(ca, body, e);
}

int get_ca_chain(
    struct ca *ca, struct buf *body, const char **media_type, struct err *e)
{
	if (ca_certs(ca, e) != 0)
		return -1;
	*media_type = "application/x-x509-ca-ra-cert-chain";
	return put_all(ca, body, e);
}
