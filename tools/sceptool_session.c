#include "sceptool_session.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "http.h"

/* Names on the command line and in the tables of alg.h. */
static const struct {
	const char *option, *name;
} names[] = {
	{ "sha1", "SHA-1" },
	{ "sha256", "SHA-256" },
	{ "sha384", "SHA-384" },
	{ "sha512", "SHA-512" },
	{ "md5", "MD5" },
	{ "aes128", "AES-128-CBC" },
	{ "aes192", "AES-192-CBC" },
	{ "aes256", "AES-256-CBC" },
	{ "des3", "DES-EDE3-CBC" },
	{ "des", "DES-CBC" },
};

static const char *table_name(const char *option)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcasecmp(names[i].option, option) == 0)
			return names[i].name;
	return "";
}

static int read_algorithms(
    struct session *s, const struct opts *o, struct err *e)
{
	const char *digest = opt_value(o, "digest");
	const char *cipher = opt_value(o, "cipher");

	if (digest != NULL) {
		s->digest = alg_digest_by_name(table_name(digest));
		if (s->digest == NULL)
			return err_set(e, ERR_INPUT,
			    "--digest %s: not one of sha256, sha384, sha512, "
			    "sha1, md5",
			    digest);
	}
	if (cipher != NULL) {
		s->cipher = alg_cipher_by_name(table_name(cipher));
		if (s->cipher == NULL)
			return err_set(e, ERR_INPUT,
			    "--cipher %s: not one of aes128, aes192, aes256, "
			    "des3, des",
			    cipher);
	}
	return 0;
}

int session_options(struct session *s, const struct opts *o, struct err *e)
{
	if (opt_value(o, "ca") != NULL && opt_value(o, "fingerprint") != NULL)
		return err_set(e, ERR_INPUT,
		    "--ca names certificates that are trusted already: "
		    "no --fingerprint with it");
	s->url = o->words[0];
	s->by_get = opt_value(o, "get") != NULL;
	s->now = time(NULL);
	if (http_check_url(s->url, e) != 0 || read_algorithms(s, o, e) != 0)
		return -1;
	return fingerprint_option(o, &s->fingerprint, e);
}

static int read_ca_file(struct session *s, const char *path, struct err *e)
{
	struct buf pem = { 0 };
	int rc = file_read(path, FILE_SIZE_MAX, &pem, e);

	if (rc == 0 && (rc = ca_set_pem(buf_span(&pem), &s->ca, e)) != 0)
		err_prefix(e, "%s", path);
	buf_release(&pem);
	return rc;
}

static void warn_unverified(const struct session *s, const struct out *out)
{
	for (size_t i = 0; i < s->ca.n; i++) {
		json_t *cert;

		if (!s->ca.trusted[i] || !cert_is_ca(s->ca.certs[i]))
			continue;
		cert = show_cert(s->ca.certs[i]);
		out_complain(out,
		    "the CA is not verified: no --fingerprint, no --ca; its "
		    "SHA-256 fingerprint is %s",
		    json_string_value(json_object_get(cert, "sha256")));
		json_decref(cert);
	}
}

/* RFC 8894, 2.2: first of all the CA's certificates, and are they the CA's? */
static int get_ca(struct session *s, const struct opts *o,
    const struct out *out, struct err *e)
{
	const char *path = opt_value(o, "ca");
	struct span fingerprint = buf_span(&s->fingerprint);
	int rc;

	if (path != NULL) {
		rc = read_ca_file(s, path, e);
	} else {
		rc = fetch_ca(s->url, "GetCACert", &s->ca, e);
		if (rc == 0)
			rc = ca_set_trust(&s->ca, fingerprint, e);
		if (rc == 0 && fingerprint.n == 0)
			warn_unverified(s, out);
	}
	return rc == 0 ? ca_set_roles(&s->ca, &s->roles, e) : -1;
}

int session_open(struct session *s, const struct opts *o, const struct out *out,
    struct err *e)
{
	if (fetch_caps(s->url, &s->caps, NULL, e) != 0 ||
	    get_ca(s, o, out, e) != 0)
		return -1;
	if (s->digest == NULL)
		s->digest = server_caps_digest(&s->caps);
	if (s->cipher == NULL)
		s->cipher = server_caps_cipher(&s->caps);
	return 0;
}

int key_check(const struct privkey *key, struct err *e)
{
	if (privkey_algorithm(key) == GNUTLS_PK_RSA)
		return 0;
	return err_set(e, ERR_ALG,
	    "the key is not RSA: the answer could not be enveloped to it "
	    "(RFC 8894, 3.1)");
}

int key_read(const char *path, struct privkey **key, struct err *e)
{
	struct buf pem = { 0 };
	struct privkey *k = NULL;
	int rc = file_read(path, FILE_SIZE_MAX, &pem, e);

	if (rc == 0 && (rc = privkey_import(buf_span(&pem), &k, e)) != 0)
		err_prefix(e, "%s", path);
	if (rc == 0 && (rc = key_check(k, e)) != 0)
		err_prefix(e, "%s", path);
	buf_release(&pem);
	if (rc != 0)
		privkey_free(k);
	else
		*key = k;
	return rc;
}

/* The first certificate of a file, PEM or DER. */
static int cert_read(const char *path, struct buf *der, struct err *e)
{
	struct buf file = { 0 };
	struct cert_view v;
	int rc = file_read(path, FILE_SIZE_MAX, &file, e);

	if (rc == 0 && cert_parse(buf_span(&file), &v, NULL) == 0)
		buf_move(der, &file);
	else if (rc == 0 &&
	    (pem_decode(buf_span(&file), "CERTIFICATE", der, e) != 0 ||
		cert_parse(buf_span(der), &v, e) != 0))
		rc = err_prefix(e, "%s", path);
	buf_release(&file);
	return rc;
}

int session_signer(struct session *s, const struct opts *o, struct err *e)
{
	struct buf spki = { 0 };
	struct cert_view v;
	int rc = -1;

	if (key_read(opt_value(o, "key"), &s->key, e) == 0 &&
	    cert_read(opt_value(o, "cert"), &s->cert, e) == 0 &&
	    cert_parse(buf_span(&s->cert), &v, e) == 0 &&
	    privkey_spki(s->key, &spki, e) == 0) {
		if (span_eq(v.spki, buf_span(&spki)))
			rc = 0;
		else
			err_set(e, ERR_CONF,
			    "%s is not the certificate of the key in %s",
			    opt_value(o, "cert"), opt_value(o, "key"));
	}
	buf_release(&spki);
	return rc;
}

int session_stranger(struct session *s, struct span subject, struct err *e)
{
	return scep_self_signed(subject, s->key, s->now, &s->cert, e);
}

static int check_answer(struct session *s, struct span reply, struct err *e)
{
	/* Whoever asked with an old algorithm takes it in the answer. */
	const struct alg_policy algs = {
		.worst = s->digest->grade > s->cipher->grade ? s->digest->grade
							     : s->cipher->grade,
	};
	const struct scep_expect x = {
		.trans_id = s->trans_id,
		.nonce = { s->nonce, sizeof(s->nonce) },
		.ca_signer = s->roles.signer,
		.own_cert = buf_span(&s->cert),
		.own_key = s->key,
		.algs = &algs,
	};

	scep_answer_release(&s->answer);
	return scep_answer_open(reply, &x, &s->answer, e);
}

static int exchange(
    struct session *s, struct span request, size_t max, struct err *e)
{
	struct http_reply r;
	int rc;

	if (s->by_get || !s->caps.post)
		rc = http_get(s->url, "PKIOperation", request, max, &r, e);
	else
		rc = http_post(s->url, "PKIOperation", request, max, &r, e);
	if (rc == 0) {
		rc = http_status_check(&r, e);
		if (rc == 0)
			rc = check_answer(s, buf_span(&r.body), e);
		http_reply_release(&r);
	}
	return rc == 0 ? 0 : err_prefix(e, "PKIOperation");
}

int session_ask(
    struct session *s, enum scep_type type, struct span content, struct err *e)
{
	const struct scep_request q = {
		.type = type,
		.trans_id = s->trans_id,
		.nonce = { s->nonce, sizeof(s->nonce) },
		.content = content,
		.signer_cert = buf_span(&s->cert),
		.signer_key = s->key,
		.recipient = s->roles.recipient,
		.digest = s->digest,
		.cipher = s->cipher,
		.now = time(NULL),
	};
	struct buf request = { 0 };
	int rc = -1;

	if (gnutls_rnd(GNUTLS_RND_NONCE, s->nonce, sizeof(s->nonce)) < 0)
		return err_set(e, ERR_CRYPTO, "no random numbers");
	if (scep_request_make(&q, &request, e) == 0)
		rc = exchange(s, buf_span(&request),
		    type == SCEP_GETCRL ? HTTP_LIST_MAX : HTTP_REPLY_MAX, e);
	buf_release(&request);
	return rc;
}

int session_refused(const struct session *s, struct out *out)
{
	static const char *const fails[] = { "badAlg", "badMessageCheck",
		"badRequest", "badTime", "badCertId" };
	const char *fail = fails[s->answer.fail];
	json_t *text = out_text(buf_span(&s->answer.fail_text));

	out_complain(out, "the CA refuses: %s%s%s", fail,
	    s->answer.fail_text.n > 0 ? ": " : "", json_string_value(text));
	out_json(out,
	    json_pack("{s:s, s:s, s:s, s:o}", "status", "failure",
		"transaction", s->trans_id, "fail_info", fail, "fail_text",
		text));
	return EXIT_REFUSED;
}

void session_release(struct session *s)
{
	buf_release(&s->fingerprint);
	buf_release(&s->cert);
	privkey_free(s->key);
	ca_set_release(&s->ca);
	scep_answer_release(&s->answer);
}
