#include "get_ca.h"

#include "cms_signed.h"

int get_ca_caps(const struct ca *ca, struct buf *body, struct err *e)
{
	/*
	 * SHA-384 is registered nowhere, but strongSwan 5.9.8 believes AES and
	 * SHA-256 only when it is there.  Renewal and GetNextCACert are not
	 * done yet.
	 */
	static const struct {
		const char *line;
		enum alg_grade grade;
	} caps[] = {
		{ "AES\n", ALG_CURRENT },
		{ "DES3\n", ALG_LEGACY },
		{ "SHA-1\n", ALG_LEGACY },
		{ "SHA-256\n", ALG_CURRENT },
		{ "SHA-384\n", ALG_CURRENT },
		{ "SHA-512\n", ALG_CURRENT },
		{ "POSTPKIOperation\n", ALG_CURRENT },
		{ "SCEPStandard\n", ALG_CURRENT },
	};
	size_t before = body->n;

	for (size_t i = 0; i < sizeof(caps) / sizeof(caps[0]); i++)
		if (caps[i].grade <= ca->conf.endpoint.algs.worst &&
		    buf_put(body, span_str(caps[i].line), e) != 0) {
			buf_cut(body, before);
			return -1;
		}
	return 0;
}

int get_ca_cert(
    struct ca *ca, struct buf *body, const char **media_type, struct err *e)
{
	struct span all[3];
	size_t n = 0;

	if (ca_certs(ca, e) != 0)
		return -1;
	if (!ca->has_ra) { /* RFC 8894, 4.2.1.1 */
		*media_type = "application/x-x509-ca-cert";
		return buf_put(body, ca->ca_cert.der, e);
	}
	all[n++] = ca->sign_cert.der;
	if (!span_eq(ca->enc_cert.der, ca->sign_cert.der))
		all[n++] = ca->enc_cert.der;
	all[n++] = ca->ca_cert.der;
	*media_type = "application/x-x509-ca-ra-cert"; /* 4.2.1.2 */
	return cms_certs_only(all, n, NULL, 0, body, e);
}
