/*
 * device - the client's side of the benchmark, made beforehand and looked at
 * afterwards, so that neither is measured.
 *
 * usage: device requests CA-CERT KEY CHALLENGE DIR FIRST COUNT
 *	  device check CA-CERT KEY ANSWERS DIR FIRST COUNT
 *
 * requests: DIR/0.der …, each under another transactionID, from number FIRST on
 * (for one name, because they have one key), and DIR/0.cert …, the certificates
 * that they are signed with. check: is each CGI answer ANSWERS.0 … the SUCCESS
 * that belongs to its request?
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scep_client.h"

static struct err e;

#define OK(call) ((call) == 0 ? (void)0 : die(#call))

static _Noreturn void die(const char *what)
{
	fprintf(stderr, "device: %s: %s\n", what, e.text);
	exit(1);
}

static void read_file(const char *path, struct buf *out)
{
	uint8_t *at;
	size_t n;
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		die(path);
	do {
		OK(buf_grow(out, 4096, &at, &e));
		n = fread(at, 1, 4096, f);
		buf_cut(out, out->n - 4096 + n);
	} while (n > 0);
	fclose(f);
}

static void write_file(
    const char *dir, int i, const char *suffix, struct span bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%d.%s", dir, i, suffix);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n ||
	    fclose(f) != 0)
		die(path);
}

static struct buf ca_cert;
static struct privkey *key;

static struct span nonce(void)
{
	return SPAN_LIT("0123456789abcdef");
}

static void load(const char *cert_path, const char *key_path)
{
	struct buf pem = { 0 };

	read_file(cert_path, &pem);
	OK(pem_decode(buf_span(&pem), "CERTIFICATE", &ca_cert, &e));
	buf_release(&pem);
	read_file(key_path, &pem);
	OK(privkey_import(buf_span(&pem), &key, &e));
	buf_release(&pem);
}

/* A PKCSReq, or the CertPoll that asks what became of it. */
static void make_request(
    enum scep_type type, const char *challenge, const char *dir, int i, int id)
{
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf name = { 0 }, csr = { 0 }, cert = { 0 }, out = { 0 };
	char trans_id[40];
	struct scep_request q = {
		.type = type,
		.trans_id = trans_id,
		.nonce = nonce(),
		.signer_key = key,
		.recipient = buf_span(&ca_cert),
		.digest = digest,
		.cipher = alg_cipher_by_name("AES-128-CBC"),
		.now = time(NULL),
	};

	snprintf(trans_id, sizeof(trans_id), "bench-%d", id);
	OK(name_parse("CN=device.example,O=Bench", &name, &e));
	OK(csr_build(buf_span(&name), key, digest, (struct span){ 0 },
	    span_str(challenge), &csr, &e));
	OK(scep_self_signed(buf_span(&name), key, q.now, &cert, &e));
	q.content = buf_span(&csr);
	q.signer_cert = buf_span(&cert);
	OK(scep_request_make(&q, &out, &e));
	write_file(dir, i, "der", buf_span(&out));
	write_file(dir, i, "cert", buf_span(&cert));
	buf_release(&name);
	buf_release(&csr);
	buf_release(&cert);
	buf_release(&out);
}

/* The body of a CGI answer. */
static struct span body_of(const struct buf *answer)
{
	const uint8_t *p =
	    answer->n == 0 ? NULL : memmem(answer->p, answer->n, "\r\n\r\n", 4);

	if (p == NULL)
		die("no header in the answer");
	return (struct span){ p + 4, answer->n - (size_t)(p + 4 - answer->p) };
}

static void check(const char *dir, const char *pattern, int i, int id)
{
	const struct alg_policy algs = { .worst = ALG_CURRENT };
	struct buf answer = { 0 }, own = { 0 }, spki = { 0 };
	char path[4096], trans_id[40];
	struct scep_expect x = {
		.trans_id = trans_id,
		.nonce = nonce(),
		.ca_signer = buf_span(&ca_cert),
		.own_key = key,
		.algs = &algs,
	};
	struct scep_answer a;
	struct span cert;

	snprintf(trans_id, sizeof(trans_id), "bench-%d", id);
	snprintf(path, sizeof(path), "%s/%d.cert", dir, i);
	read_file(path, &own);
	snprintf(path, sizeof(path), "%s.%d", pattern, i);
	read_file(path, &answer);
	x.own_cert = buf_span(&own);
	OK(scep_answer_open(body_of(&answer), &x, &a, &e));
	if (a.status != SCEP_SUCCESS)
		die("the answer is no SUCCESS");
	OK(privkey_spki(key, &spki, &e));
	OK(scep_answer_cert(&a, buf_span(&spki), &cert, &e));
	OK(scep_cert_issued_by(cert, buf_span(&ca_cert), &e));
	scep_answer_release(&a);
	buf_release(&answer);
	buf_release(&own);
	buf_release(&spki);
}

int main(int argc, char **argv)
{
	bool polling = argc == 8 && strcmp(argv[1], "polls") == 0;
	bool making =
	    polling || (argc == 8 && strcmp(argv[1], "requests") == 0);
	bool checking = argc == 8 && strcmp(argv[1], "check") == 0;
	int first, count;

	if (!making && !checking)
		die("usage: device requests|polls|check CA-CERT KEY "
		    "CHALLENGE|ANSWERS DIR FIRST COUNT");
	load(argv[2], argv[3]);
	first = atoi(argv[6]);
	count = atoi(argv[7]);
	for (int i = 0; i < count; i++)
		if (making)
			make_request(polling ? SCEP_CERTPOLL : SCEP_PKCSREQ,
			    argv[4], argv[5], i, first + i);
		else
			check(argv[5], argv[4], i, first + i);
	privkey_free(key);
	buf_release(&ca_cert);
	return 0;
}
