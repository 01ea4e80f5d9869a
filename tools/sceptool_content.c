/*
 * What is in an envelope: a request, certificates, a revocation list, or the
 * question for one.
 */
#include <string.h>

#include "ber.h"
#include "crl.h"
#include "csr.h"
#include "scep_client.h"
#include "sceptool_decode.h"

#define OID_SAN "2.5.29.17"

/* for what may hold a revocation list: some elements for each of its entries */
static const struct der_limits list_limits = {
	.depth = 16,
	.elements = MESSAGE_SIZE_MAX,
};

void add_problem(json_t *layer, const char *text, bool *bad)
{
	json_object_set_new(layer, "problem", out_text(span_str(text)));
	*bad = true;
}

json_t *show_certs(const struct span *certs, size_t n)
{
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, show_cert(certs[i]));
	return list;
}

static json_t *show_extensions(struct span list)
{
	json_t *all = json_object();
	char oid[EXTENSION_OID_MAX];
	struct span value;
	bool critical;

	while (list.n > 0 &&
	    extension_next(&list, oid, &value, &critical, NULL) == 0)
		if (strcmp(oid, OID_SAN) == 0)
			json_object_set_new(
			    all, "subjectAltName", san_show(value));
		else
			json_object_set_new(all, oid, out_hex(value));
	return all;
}

static json_t *show_csr(const struct csr *r, bool *bad)
{
	json_t *layer = json_object();
	struct err e;

	json_object_set_new(layer, "subject", out_name(r->subject));
	json_object_set_new(layer, "key", show_key(r->spki));
	json_object_set_new(
	    layer, "signature", json_string(alg_name(r->sig_oid)));
	if (csr_verify(r, &e) != 0)
		add_problem(layer, e.text, bad);
	else
		json_object_set_new(layer, "verified", json_true());
	if (r->has_challenge)
		json_object_set_new(layer, "challenge_password",
		    out_text(buf_span(&r->challenge)));
	json_object_set_new(
	    layer, "extensions", show_extensions(r->extensions));
	return layer;
}

/* A list whole, its entries in place of their number. */
json_t *show_list(struct span der, bool *bad)
{
	json_t *v = show_crl(der);

	if (json_object_get(v, "problem") != NULL)
		*bad = true;
	else
		json_object_set_new(v, "revoked", show_crl_entries(der));
	return v;
}

/* The certificates and revocation lists of a certs-only message. */
static bool show_certs_only(json_t *doc, struct span der, bool *bad)
{
	struct span certs[CMS_CERTS_MAX], crls[CMS_CERTS_MAX];
	size_t n_certs, n_crls;

	if (cms_certs_only_parse(der, certs, CMS_CERTS_MAX, &n_certs, NULL) !=
		0 ||
	    cms_crls_only_parse(der, crls, CMS_CERTS_MAX, &n_crls, NULL) != 0)
		return false;
	if (n_certs > 0 || n_crls == 0)
		json_object_set_new(doc, "issued", show_certs(certs, n_certs));
	if (n_crls > 0) {
		json_t *lists = json_array();

		for (size_t i = 0; i < n_crls; i++)
			json_array_append_new(lists, show_list(crls[i], bad));
		json_object_set_new(doc, "revocation_list", lists);
	}
	return true;
}

/* What CertPoll, GetCert and GetCRL hold (RFC 8894, 3.3.3, 3.3.4). */
static bool show_question(json_t *doc, struct span der)
{
	struct span issuer, subject, serial;

	if (issuer_and_subject_get(der, &issuer, &subject, NULL) == 0) {
		json_object_set_new(doc, "asked_for",
		    json_pack("{s:o, s:o}", "issuer", out_name(issuer),
			"subject", out_name(subject)));
		return true;
	}
	if (issuer_and_serial_get(der, &issuer, &serial, NULL) != 0)
		return false;
	json_object_set_new(doc, "asked_for",
	    json_pack("{s:o, s:o}", "issuer", out_name(issuer), "serial",
		out_hex(serial)));
	return true;
}

/*
 * Show what was decrypted, if it is something: a request, certificates, or
 * whatever else is well-formed.
 */
bool show_content(json_t *doc, struct span plain, bool *bad)
{
	struct buf der = { 0 };
	struct csr csr;
	bool known = true;

	if (csr_parse(plain, &csr, NULL) == 0) {
		json_object_set_new(doc, "request", show_csr(&csr, bad));
		csr_release(&csr);
	} else if (show_question(doc, plain)) {
		known = true;
	} else if (ber_to_der(plain, &list_limits, &der, NULL) == 0 &&
	    show_certs_only(doc, buf_span(&der), bad)) {
		known = true;
	} else if (der_check(plain, &der_limits, NULL) == 0) {
		json_object_set_new(doc, "content", out_hex(plain));
	} else {
		known = false;
	}
	buf_release(&der);
	return known;
}
