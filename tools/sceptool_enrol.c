#include <string.h>
#include <time.h>

#include "http.h"
#include "sceptool_enrol.h"

static void enrolment_release(struct enrolment *n)
{
	struct buf *bufs[] = { &n->subject, &n->extensions, &n->fingerprint,
		&n->challenge, &n->key_pem, &n->csr, &n->self_signed,
		&n->request };

	for (size_t i = 0; i < sizeof(bufs) / sizeof(bufs[0]); i++)
		buf_release(bufs[i]);
	privkey_free(n->key);
	ca_set_release(&n->ca);
	scep_answer_release(&n->answer);
}

static int get_key(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *path = opt_value(o, "key");
	int rc;

	if (path != NULL)
		rc = file_read(path, FILE_SIZE_MAX, &n->key_pem, e);
	else
		rc = file_create(
		    opt_value(o, "key-out"), 0600, buf_span(&n->key_pem), e);
	if (rc == 0)
		rc = privkey_import(buf_span(&n->key_pem), &n->key, e);
	if (rc == 0 && privkey_algorithm(n->key) != GNUTLS_PK_RSA)
		return err_set(e, ERR_ALG,
		    "the key is not RSA: the answer could not be enveloped "
		    "to it (RFC 8894, 3.1)");
	return rc;
}

static int read_ca_file(struct enrolment *n, const char *path, struct err *e)
{
	struct buf pem = { 0 };
	int rc = file_read(path, FILE_SIZE_MAX, &pem, e);

	if (rc == 0 && (rc = ca_set_pem(buf_span(&pem), &n->ca, e)) != 0)
		err_prefix(e, "%s", path);
	buf_release(&pem);
	return rc;
}

static void warn_unverified(const struct enrolment *n, const struct out *out)
{
	for (size_t i = 0; i < n->ca.n; i++) {
		json_t *cert;

		if (!n->ca.trusted[i] || !cert_is_ca(n->ca.certs[i]))
			continue;
		cert = show_cert(n->ca.certs[i]);
		out_complain(out,
		    "the CA is not verified: no --fingerprint, no --ca; its "
		    "SHA-256 fingerprint is %s",
		    json_string_value(json_object_get(cert, "sha256")));
		json_decref(cert);
	}
}

/* RFC 8894, 2.2: first of all the CA's certificates, and are they the CA's? */
static int get_ca(struct enrolment *n, const struct opts *o,
    const struct out *out, struct err *e)
{
	const char *path = opt_value(o, "ca");
	struct span fingerprint = buf_span(&n->fingerprint);
	int rc;

	if (path != NULL) {
		rc = read_ca_file(n, path, e);
	} else {
		rc = fetch_ca(n->url, &n->ca, e);
		if (rc == 0)
			rc = ca_set_trust(&n->ca, fingerprint, e);
		if (rc == 0 && fingerprint.n == 0)
			warn_unverified(n, out);
	}
	return rc == 0 ? ca_set_roles(&n->ca, &n->roles, e) : -1;
}

static int make_request(struct enrolment *n, struct err *e)
{
	struct span challenge = buf_span(&n->challenge);
	struct scep_request q = {
		.type = SCEP_PKCSREQ,
		.trans_id = n->trans_id,
		.nonce = { n->nonce, sizeof(n->nonce) },
		.signer_key = n->key,
		.recipient = n->roles.recipient,
		.digest = n->digest,
		.cipher = n->cipher,
		.now = n->now,
	};

	if (gnutls_rnd(GNUTLS_RND_NONCE, n->nonce, sizeof(n->nonce)) < 0)
		return err_set(e, ERR_CRYPTO, "no random numbers");
	if (scep_trans_id(n->key, n->trans_id, e) != 0 ||
	    csr_build(buf_span(&n->subject), n->key, n->digest,
		buf_span(&n->extensions), challenge, &n->csr, e) != 0 ||
	    scep_self_signed(
		buf_span(&n->subject), n->key, n->now, &n->self_signed, e) != 0)
		return -1;
	q.content = buf_span(&n->csr);
	q.signer_cert = buf_span(&n->self_signed);
	return scep_request_make(&q, &n->request, e);
}

static int check_answer(struct enrolment *n, struct span reply, struct err *e)
{
	/* Whoever asked with an old algorithm takes it in the answer. */
	const struct alg_policy algs = {
		.worst = n->digest->grade > n->cipher->grade ? n->digest->grade
							     : n->cipher->grade,
	};
	const struct scep_expect x = {
		.trans_id = n->trans_id,
		.nonce = { n->nonce, sizeof(n->nonce) },
		.ca_signer = n->roles.signer,
		.own_cert = buf_span(&n->self_signed),
		.own_key = n->key,
		.algs = &algs,
	};

	return scep_answer_open(reply, &x, &n->answer, e);
}

static int exchange(struct enrolment *n, bool by_get, struct err *e)
{
	struct span request = buf_span(&n->request);
	struct http_reply r;
	int rc;

	if (by_get || !n->caps.post)
		rc = http_get(n->url, "PKIOperation", request, &r, e);
	else
		rc = http_post(n->url, "PKIOperation", request, &r, e);
	if (rc == 0) {
		rc = http_status_check(&r, e);
		if (rc == 0)
			rc = check_answer(n, buf_span(&r.body), e);
		http_reply_release(&r);
	}
	return rc == 0 ? 0 : err_prefix(e, "PKIOperation");
}

/* RFC 8894, 3.1: is it ours, and is it the CA's? */
static int take_cert(struct enrolment *n, struct span *cert, struct err *e)
{
	struct buf spki = { 0 };
	int rc = -1;

	if (privkey_spki(n->key, &spki, e) == 0 &&
	    scep_answer_cert(&n->answer, buf_span(&spki), cert, e) == 0 &&
	    ca_set_issued(&n->ca, *cert, e) == 0)
		rc = 0;
	buf_release(&spki);
	return rc;
}

static int report_refusal(const struct enrolment *n, struct out *out)
{
	static const char *const fails[] = { "badAlg", "badMessageCheck",
		"badRequest", "badTime", "badCertId" };
	const char *fail = fails[n->answer.fail];
	json_t *text = out_text(buf_span(&n->answer.fail_text));

	out_complain(out, "the CA refuses: %s%s%s", fail,
	    n->answer.fail_text.n > 0 ? ": " : "", json_string_value(text));
	out_json(out,
	    json_pack("{s:s, s:s, s:s, s:o}", "status", "failure",
		"transaction", n->trans_id, "fail_info", fail, "fail_text",
		text));
	return EXIT_REFUSED;
}

static int report_pending(const struct enrolment *n, struct out *out)
{
	out_complain(
	    out, "the CA has not decided yet: transaction %s", n->trans_id);
	out_json(out,
	    json_pack(
		"{s:s, s:s}", "status", "pending", "transaction", n->trans_id));
	return EXIT_PENDING;
}

static int finish(struct enrolment *n, const struct opts *o, struct out *out)
{
	struct buf pem = { 0 };
	struct span cert;
	json_t *doc;
	struct err e;
	int rc = -1;

	if (n->answer.status == SCEP_FAILURE)
		return report_refusal(n, out);
	if (n->answer.status == SCEP_PENDING)
		return report_pending(n, out);
	if (take_cert(n, &cert, &e) == 0 &&
	    pem_encode(cert, "CERTIFICATE", &pem, &e) == 0)
		rc = file_replace(
		    opt_value(o, "cert-out"), 0644, buf_span(&pem), &e);
	buf_release(&pem);
	if (rc != 0)
		return out_error(out, &e);
	doc = show_cert(cert);
	json_object_set_new(doc, "status", json_string("success"));
	json_object_set_new(doc, "transaction", json_string(n->trans_id));
	out_fields(out, NULL, cert_fields, n_cert_fields, doc);
	return EXIT_DONE;
}

static int enrol(struct enrolment *n, const struct opts *o, struct out *out)
{
	struct err e;

	if (enrol_options(n, o, &e) != 0)
		return out_usage(out, "%s", e.text);
	if (enrol_challenge(n, o, &e) != 0 ||
	    fetch_caps(n->url, &n->caps, NULL, &e) != 0 ||
	    get_ca(n, o, out, &e) != 0 || get_key(n, o, &e) != 0)
		return out_error(out, &e);
	if (n->digest == NULL)
		n->digest = server_caps_digest(&n->caps);
	if (n->cipher == NULL)
		n->cipher = server_caps_cipher(&n->caps);
	if (make_request(n, &e) != 0 ||
	    exchange(n, opt_value(o, "get") != NULL, &e) != 0)
		return out_error(out, &e);
	return finish(n, o, out);
}

int cmd_enrol(const struct opts *o, struct out *out)
{
	struct enrolment n = { .now = time(NULL) };
	int rc = enrol(&n, o, out);

	enrolment_release(&n);
	return rc;
}
