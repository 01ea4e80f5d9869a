#include <string.h>
#include <strings.h>

#include "http.h"
#include "sceptool_enrol.h"

enum { CHALLENGE_SIZE_MAX = 1024 };

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
    struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *digest = opt_value(o, "digest");
	const char *cipher = opt_value(o, "cipher");

	if (digest != NULL) {
		n->digest = alg_digest_by_name(table_name(digest));
		if (n->digest == NULL)
			return err_set(e, ERR_INPUT,
			    "--digest %s: not one of sha256, sha384, sha512, "
			    "sha1, md5",
			    digest);
	}
	if (cipher != NULL) {
		n->cipher = alg_cipher_by_name(table_name(cipher));
		if (n->cipher == NULL)
			return err_set(e, ERR_INPUT,
			    "--cipher %s: not one of aes128, aes192, aes256, "
			    "des3, des",
			    cipher);
	}
	return 0;
}

static int read_san(struct enrolment *n, const struct opts *o, struct err *e)
{
	struct buf list = { 0 }, value = { 0 };
	const char *text;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (text = opt_nth(o, "san", i)) != NULL;
	     i++)
		rc = san_put(text, &list, e);
	if (rc == 0 && list.n > 0) {
		rc = der_put(&value, DER_SEQUENCE, buf_span(&list), e);
		if (rc == 0)
			rc = extension_put(&n->extensions, "2.5.29.17", false,
			    buf_span(&value), e);
	}
	buf_release(&list);
	buf_release(&value);
	return rc;
}

/* Blanks and colons are how people write fingerprints. */
static int read_fingerprint(
    struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *text = opt_value(o, "fingerprint");
	struct buf digits = { 0 };
	int rc = 0;

	for (; rc == 0 && text != NULL && *text != '\0'; text++)
		if (*text != ':' && *text != ' ')
			rc = buf_put(&digits,
			    (struct span){ (const uint8_t *)text, 1 }, e);
	if (rc == 0)
		rc = hex_get(&n->fingerprint, buf_span(&digits), e);
	if (rc == 0 && text != NULL && n->fingerprint.n != 32 &&
	    n->fingerprint.n != 20 && n->fingerprint.n != 16)
		rc = err_set(e, ERR_INPUT,
		    "%zu bytes are neither SHA-256, SHA-1 nor MD5",
		    n->fingerprint.n);
	buf_release(&digits);
	return rc == 0 ? 0 : err_prefix(e, "--fingerprint");
}

/* It is written when the CA is known, and before it is used. */
static int new_key(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *kind = opt_value(o, "key-type");

	if (opt_value(o, "key-out") == NULL)
		return 0;
	return privkey_generate(
	    kind != NULL ? kind : "rsa:2048", &n->key_pem, e);
}

int enrol_options(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *subject = opt_value(o, "subject");
	bool has_key = opt_value(o, "key") != NULL;

	if (subject == NULL || opt_value(o, "cert-out") == NULL)
		return err_set(
		    e, ERR_INPUT, "--subject and --cert-out are needed");
	if (has_key == (opt_value(o, "key-out") != NULL) ||
	    (has_key && opt_value(o, "key-type") != NULL))
		return err_set(e, ERR_INPUT,
		    "either --key for a key that exists, or --key-out (and "
		    "--key-type) for a new one");
	if (opt_value(o, "ca") != NULL && opt_value(o, "fingerprint") != NULL)
		return err_set(e, ERR_INPUT,
		    "--ca names certificates that are trusted already: "
		    "no --fingerprint with it");
	n->url = o->words[0];
	if (http_check_url(n->url, e) != 0 || read_algorithms(n, o, e) != 0 ||
	    name_parse(subject, &n->subject, e) != 0 ||
	    read_san(n, o, e) != 0 || read_fingerprint(n, o, e) != 0)
		return -1;
	return new_key(n, o, e);
}

/* The first line of the file. */
int enrol_challenge(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *path = opt_value(o, "challenge-file");
	const uint8_t *end;

	if (path == NULL)
		return 0;
	if (file_read(path, CHALLENGE_SIZE_MAX, &n->challenge, e) != 0)
		return -1;
	end = n->challenge.n == 0
	    ? NULL
	    : memchr(n->challenge.p, '\n', n->challenge.n);
	if (end != NULL)
		buf_cut(&n->challenge, (size_t)(end - n->challenge.p));
	if (n->challenge.n > 0 && n->challenge.p[n->challenge.n - 1] == '\r')
		buf_cut(&n->challenge, n->challenge.n - 1);
	if (n->challenge.n == 0)
		return err_set(e, ERR_CONF, "%s: no challenge in it", path);
	return 0;
}
