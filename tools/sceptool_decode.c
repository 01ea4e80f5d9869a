/*
 * sceptool decode: every layer of a pkiMessage as one JSON document, and that
 * document as indented text.  What cannot be read is said in its place, and
 * what can be is shown: the messages that people look at are the broken ones.
 */
#include <string.h>

#include "ber.h"
#include "cms_enveloped.h"
#include "crl.h"
#include "scep_client.h"
#include "sceptool_decode.h"

/* "PKCSReq (19)" for a code, as far as it is known. */
static json_t *show_code(const char *kind, struct span value)
{
	static const struct {
		const char *kind, *code, *name;
	} codes[] = {
		{ "messageType", "3", "CertRep" },
		{ "messageType", "17", "RenewalReq" },
		{ "messageType", "19", "PKCSReq" },
		{ "messageType", "20", "CertPoll" },
		{ "messageType", "21", "GetCert" },
		{ "messageType", "22", "GetCRL" },
		{ "pkiStatus", "0", "SUCCESS" },
		{ "pkiStatus", "2", "FAILURE" },
		{ "pkiStatus", "3", "PENDING" },
		{ "failInfo", "0", "badAlg" },
		{ "failInfo", "1", "badMessageCheck" },
		{ "failInfo", "2", "badRequest" },
		{ "failInfo", "3", "badTime" },
		{ "failInfo", "4", "badCertId" },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (strcmp(codes[i].kind, kind) == 0 &&
		    span_eq(span_str(codes[i].code), value))
			return json_sprintf(
			    "%s (%s)", codes[i].name, codes[i].code);
	return NULL;
}

/* A string of whatever type as text, anything else as hex. */
static json_t *show_value(const char *name, uint8_t tag, struct span value)
{
	struct buf text = { 0 };
	json_t *v = NULL;
	int64_t t;

	if (der_text(tag, value, &text, NULL) == 0) {
		v = show_code(name, buf_span(&text));
		if (v == NULL)
			v = out_text(buf_span(&text));
	} else if (der_time(tag, value, &t, NULL) == 0) {
		v = out_time(t);
	}
	buf_release(&text);
	return v != NULL ? v : out_hex(value);
}

static json_t *show_attributes(const struct cms_signed *s)
{
	static const struct {
		const char *oid, *name;
	} known[] = {
		{ "1.2.840.113549.1.9.3", "contentType" },
		{ "1.2.840.113549.1.9.4", "messageDigest" },
		{ "1.2.840.113549.1.9.5", "signingTime" },
		{ "2.16.840.1.113733.1.9.2", "messageType" },
		{ "2.16.840.1.113733.1.9.3", "pkiStatus" },
		{ "2.16.840.1.113733.1.9.4", "failInfo" },
		{ "2.16.840.1.113733.1.9.5", "senderNonce" },
		{ "2.16.840.1.113733.1.9.6", "recipientNonce" },
		{ "2.16.840.1.113733.1.9.7", "transactionID" },
		{ "1.3.6.1.5.5.7.24.1", "failInfoText" },
	};
	json_t *list = json_object();

	for (size_t i = 0; i < s->n_attrs; i++) {
		const char *name = s->attrs[i].oid;
		struct span value;
		struct err e;
		uint8_t tag;

		for (size_t k = 0; k < sizeof(known) / sizeof(known[0]); k++)
			if (strcmp(known[k].oid, s->attrs[i].oid) == 0)
				name = known[k].name;
		if (cms_attr_one(s, s->attrs[i].oid, &tag, &value, &e) != 0)
			json_object_set_new(
			    list, name, out_text(span_str(e.text)));
		else if (tag == DER_OID && span_eq(value, s->content_oid))
			json_object_set_new(
			    list, name, json_string(s->content_type));
		else
			json_object_set_new(
			    list, name, show_value(name, tag, value));
	}
	return list;
}

/* "good", or why not. */
static void verify(json_t *layer, const struct cms_signed *s, bool *bad)
{
	struct pubkey key;
	struct err e;

	if (!s->has_signer) {
		add_problem(layer, "the signer's certificate is missing", bad);
		return;
	}
	if (pubkey_import(s->signer.spki, &key, &e) != 0) {
		add_problem(layer, e.text, bad);
		return;
	}
	if (cms_signed_verify(s, &key, &e) != 0)
		add_problem(layer, e.text, bad);
	else
		json_object_set_new(layer, "verified", json_true());
	pubkey_release(&key);
}

static json_t *show_signed(const struct cms_signed *s, bool *bad)
{
	json_t *layer = json_object();

	json_object_set_new(
	    layer, "digest", json_string(alg_name(s->digest_oid)));
	json_object_set_new(
	    layer, "signature", json_string(alg_name(s->sig_oid)));
	verify(layer, s, bad);
	if (s->has_signer)
		json_object_set_new(
		    layer, "signer", out_name(s->signer.subject));
	json_object_set_new(layer, "attributes", show_attributes(s));
	json_object_set_new(
	    layer, "certificates", show_certs(s->certs, s->n_certs));
	return layer;
}

/* RecipientIdentifier: issuer and serial, or [0] key identifier. */
static json_t *show_recipient(const struct cms_recipient *r)
{
	json_t *v = json_pack("{s:s}", "algorithm", alg_name(r->key_alg));
	struct span rid = r->rid, body, issuer, serial;

	if (der_next(&rid, DER_SEQUENCE, &body, NULL) == 0 &&
	    der_any(&body, NULL, NULL, &issuer, NULL) == 0 &&
	    der_next(&body, DER_INTEGER, &serial, NULL) == 0) {
		json_object_set_new(v, "issuer", out_name(issuer));
		json_object_set_new(v, "serial", out_hex(serial));
	} else if (der_next(&rid, DER_CTX0, &body, NULL) == 0) {
		json_object_set_new(v, "key_identifier", out_hex(body));
	}
	return v;
}

static json_t *show_enveloped(const struct cms_enveloped *v)
{
	json_t *list = json_array();

	for (size_t i = 0; i < v->n_recipients; i++)
		json_array_append_new(list, show_recipient(&v->recipients[i]));
	return json_pack("{s:s, s:o, s:I, s:o}", "cipher",
	    alg_name(v->cipher_oid), "iv", out_hex(v->iv), "bytes",
	    (json_int_t)v->ciphertext.n, "recipients", list);
}

/* There is no telling which entry is the key's: bad ones give nonsense. */
static void show_opened(json_t *doc, const struct cms_enveloped *v,
    const struct privkey *key, bool *bad)
{
	const struct alg_cipher *cipher;
	struct buf plain = { 0 };
	bool known = false;
	struct err e;

	if (cms_enveloped_cipher(v, &cipher, &e) != 0) {
		add_problem(doc, e.text, bad);
		return;
	}
	for (size_t i = 0; i < v->n_recipients && !known; i++) {
		buf_cut(&plain, 0);
		if (cms_recipient_alg(&v->recipients[i], &e) == 0 &&
		    cms_enveloped_decrypt(
			v, &v->recipients[i], cipher, key, &plain, &e) == 0)
			known = show_content(doc, buf_span(&plain), bad);
	}
	if (!known)
		add_problem(doc, "the key does not open the envelope", bad);
	buf_release(&plain);
}

static void show_inner(json_t *doc, const struct cms_signed *s,
    const struct privkey *key, bool *bad)
{
	struct buf der = { 0 };
	struct cms_enveloped v;
	json_t *layer;
	struct err e;

	if (s->content.n == 0)
		return; /* FAILURE, PENDING (RFC 8894, 3.3.2) */
	if (ber_to_der(s->content, &der_limits, &der, &e) != 0 ||
	    cms_enveloped_parse(buf_span(&der), &v, &e) != 0) {
		layer = json_object();
		add_problem(layer, e.text, bad);
		json_object_set_new(doc, "envelope", layer);
	} else {
		json_object_set_new(doc, "envelope", show_enveloped(&v));
		if (key != NULL)
			show_opened(doc, &v, key, bad);
		cms_enveloped_release(&v);
	}
	buf_release(&der);
}

static int read_key(const char *path, struct privkey **key, struct err *e)
{
	struct buf pem = { 0 };
	int rc = file_read(path, FILE_SIZE_MAX, &pem, e);

	if (rc == 0)
		rc = privkey_import(buf_span(&pem), key, e);
	buf_release(&pem);
	return rc;
}

/* A bare list, as a distribution point has it. */
static int decode_crl(struct span in, struct out *out)
{
	bool bad = false;
	json_t *doc = json_pack("{s:I, s:s, s:o}", "bytes", (json_int_t)in.n,
	    "encoding", "DER", "revocation_list", show_list(in, &bad));

	if (!out->json)
		show_document(doc);
	out_json(out, doc);
	return bad ? EXIT_REFUSED : EXIT_DONE;
}

static int decode(struct span in, const struct privkey *key, struct out *out)
{
	struct buf der = { 0 };
	struct cms_signed s;
	bool bad = false;
	struct err e;
	json_t *doc;

	if (crl_parse(in, &(struct crl_view){ 0 }, NULL) == 0)
		return decode_crl(in, out);
	if (ber_to_der(in, &der_limits, &der, &e) != 0 ||
	    cms_signed_parse(buf_span(&der), &s, &e) != 0) {
		buf_release(&der);
		return out_error(out, &e);
	}
	doc = json_pack("{s:I, s:s}", "bytes", (json_int_t)in.n, "encoding",
	    span_eq(in, buf_span(&der)) ? "DER" : "BER");
	json_object_set_new(doc, "signed", show_signed(&s, &bad));
	show_inner(doc, &s, key, &bad);
	buf_release(&der);
	if (!out->json)
		show_document(doc);
	out_json(out, doc);
	return bad ? EXIT_REFUSED : EXIT_DONE;
}

int cmd_decode(const struct opts *o, struct out *out)
{
	const char *key_path = opt_value(o, "key");
	struct privkey *key = NULL;
	struct buf in = { 0 };
	struct err e;
	int rc;

	if (file_read(o->words[0], MESSAGE_SIZE_MAX, &in, &e) != 0 ||
	    (key_path != NULL && read_key(key_path, &key, &e) != 0))
		rc = out_error(out, &e);
	else
		rc = decode(buf_span(&in), key, out);
	buf_release(&in);
	privkey_free(key);
	return rc;
}
