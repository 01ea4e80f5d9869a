/*
 * scepca show - who the CA is: what an operator compares with what a device
 * displays (RFC 8894, 2.2).
 */
#include "describe.h"
#include "scepca.h"

static void section(struct out *out, json_t *doc, const char *key,
    const char *heading, const struct cert_view *v)
{
	json_t *cert = describe_cert(v);

	if (!out->json)
		out_section(heading, describe_fields, describe_n_fields, cert);
	json_object_set_new(doc, key, cert);
}

int run_show(const struct opts *o, struct out *out)
{
	static const struct out_field about[] = {
		{ "home", "home", 0 },
		{ "url", "URL", 0 },
	};
	char home[HOME_PATH_MAX];
	struct ca *ca = NULL;
	struct err e;
	json_t *doc;
	int rc = scepca_home(o, out, home);

	if (rc != EXIT_DONE)
		return rc;
	if (ca_open(home, NULL, &ca, &e) != 0 || ca_certs(ca, &e) != 0) {
		(void)out_error(out, &e);
		ca_close(ca);
		return EXIT_BROKEN;
	}
	doc = json_object();
	json_object_set_new(doc, "home", out_text(span_str(ca->home)));
	json_object_set_new(doc, "url", out_text(span_str(ca->conf.url)));
	if (!out->json)
		out_section(NULL, about, 2, doc);
	section(out, doc, "ca", "CA certificate", &ca->ca_cert);
	if (ca->has_ra) {
		section(out, doc, "ra_sign", "RA certificate, signs messages",
		    &ca->sign_cert);
		section(out, doc, "ra_enc", "RA certificate, decrypts messages",
		    &ca->enc_cert);
	}
	out_json(out, doc);
	ca_close(ca);
	return EXIT_DONE;
}
