/*
 * fake_ca - a SCEP server that does what it is told, right or wrong, for the
 * tests of a client.  It knows no policy: whoever asks gets a certificate.
 *
 * usage: fake_ca DIR [FAULT ...]
 *
 * Listens on 127.0.0.1, prints the port, and serves until it is killed.  DIR
 * gets ca.pem, ca.key, and the last request as it came: request.der, and its
 * method.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "query.h"
#include "scep_client.h"

enum { LIFETIME = 86400, REQUEST_MAX = 128 * 1024 };

static char *const *faults; /* of argv */
static const char *dir;
static struct err e;

#define OK(call) ((call) == 0 ? (void)0 : die(__LINE__, #call))

static _Noreturn void die(int line, const char *what)
{
	fprintf(stderr, "fake_ca:%d: %s: %s\n", line, what, e.text);
	exit(1);
}

static bool fault(const char *name)
{
	for (char *const *f = faults; *f != NULL; f++)
		if (strcmp(*f, name) == 0)
			return true;
	return false;
}

/* A key and its certificate. */
struct party {
	struct buf name, pem, spki, cert;
	struct privkey *key;
};
static struct party ca, ra_sign, ra_enc, stranger;

static void put_file(const char *name, struct span bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n ||
	    fclose(f) != 0)
		die(__LINE__, path);
}

/* `usage` is the octet of KeyUsage; 0 for a CA. */
static void put_extensions(uint8_t usage, struct buf *ext)
{
	static const uint8_t is_ca[] = { 0x30, 3, 1, 1, 0xff };
	const uint8_t bits[] = { 3, 2, 0, usage != 0 ? usage : 0xa6 };

	if (usage == 0)
		OK(extension_put(ext, "2.5.29.19", true,
		    (struct span){ is_ca, sizeof(is_ca) }, &e));
	OK(extension_put(
	    ext, "2.5.29.15", true, (struct span){ bits, sizeof(bits) }, &e));
}

static void issue(const struct party *issuer, struct span subject,
    struct span spki, uint8_t usage, struct buf *cert)
{
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf ext = { 0 }, tbs = { 0 };
	uint8_t serial[8];
	struct cert_fields f = {
		.serial = { serial, sizeof(serial) },
		.issuer = buf_span(&issuer->name),
		.subject = subject,
		.spki = spki,
		.not_before = time(NULL) - 60,
		.not_after = time(NULL) + LIFETIME,
	};

	OK(gnutls_rnd(GNUTLS_RND_NONCE, serial, sizeof(serial)));
	serial[0] = 0x42;
	put_extensions(usage, &ext);
	f.extensions = buf_span(&ext);
	OK(cert_tbs(&f, GNUTLS_PK_RSA, digest, &tbs, &e));
	OK(cert_sign(buf_span(&tbs), issuer->key, digest, cert, &e));
	buf_release(&ext);
	buf_release(&tbs);
}

static void make_party(struct party *p, const char *name,
    const struct party *issuer, uint8_t usage)
{
	OK(name_parse(name, &p->name, &e));
	OK(privkey_generate("rsa:2048", &p->pem, &e));
	OK(privkey_import(buf_span(&p->pem), &p->key, &e));
	OK(privkey_spki(p->key, &p->spki, &e));
	issue(issuer, buf_span(&p->name), buf_span(&p->spki), usage, &p->cert);
}

static void make_parties(void)
{
	struct buf pem = { 0 };

	make_party(&ca, "CN=Fake CA,O=Test", &ca, 0);
	make_party(&stranger, "CN=Stranger", &stranger, 0);
	if (fault("ra")) {
		const struct party *issuer =
		    fault("ra-of-stranger") ? &stranger : &ca;

		make_party(&ra_sign, "CN=RA sign", issuer, 0x80);
		make_party(&ra_enc, "CN=RA enc", issuer, 0x20);
	}
	OK(pem_encode(buf_span(&ca.cert), "CERTIFICATE", &pem, &e));
	put_file("ca.pem", buf_span(&pem));
	put_file("ca.key", buf_span(fault("ra") ? &ra_enc.pem : &ca.pem));
	buf_release(&pem);
}

static const char *caps(void)
{
	if (fault("caps-crlf"))
		return "sha-256\r\nAES\r\nx-unknown\r\nPostPkiOperation\r\n";
	if (fault("caps-old"))
		return "DES3\nSHA-1\n";
	if (fault("caps-512"))
		return "AES\nDES3\nSHA-1\nSHA-512\nPOSTPKIOperation\n";
	return "AES\nDES3\nSHA-1\nSHA-256\nPOSTPKIOperation\nSCEPStandard\n";
}

static void get_ca_cert(struct buf *body)
{
	const struct span certs[] = { buf_span(&ra_sign.cert),
		buf_span(&ra_enc.cert), buf_span(&ca.cert) };

	if (fault("ra"))
		OK(cms_certs_only(certs, 3, NULL, 0, body, &e));
	else if (fault("ca-garbage"))
		OK(buf_put(body, SPAN_LIT("<html>"), &e));
	else
		OK(buf_put(body, buf_span(&ca.cert), &e));
}

/* The certificate that was asked for, in its certs-only message. */
static void answer_content(const struct scep_msg *m, struct buf *content)
{
	struct buf plain = { 0 }, cert = { 0 };
	const struct party *enc = fault("ra") ? &ra_enc : &ca;
	struct cert_view own;
	struct span spki, list;
	struct csr csr;

	OK(cert_parse(buf_span(&enc->cert), &own, &e));
	OK(scep_msg_decrypt(m, &own, enc->key, &plain, &e));
	OK(csr_parse(buf_span(&plain), &csr, &e));
	spki = fault("other-key") ? buf_span(&stranger.spki) : csr.spki;
	issue(fault("other-ca") ? &stranger : &ca, csr.subject, spki, 0xa0,
	    &cert);
	list = buf_span(&cert);
	OK(cms_certs_only(&list, 1, NULL, 0, content, &e));
	csr_release(&csr);
	buf_release(&plain);
	buf_release(&cert);
}

static void choose_attrs(const struct scep_msg *m, struct scep_attrs_out *a)
{
	a->type = fault("type") ? SCEP_PKCSREQ : SCEP_CERTREP;
	a->trans_id = fault("trans-id") ? "another" : m->attrs.trans_id;
	a->sender_nonce = SPAN_LIT("0123456789abcdef");
	a->recipient_nonce = fault("nonce") ? SPAN_LIT("0123456789abcdef")
	    : fault("no-nonce")		    ? (struct span){ 0 }
					    : m->attrs.sender_nonce;
	a->has_status = !fault("no-status");
	a->status = fault("pending")			? SCEP_PENDING
	    : fault("failure") || fault("fail-unknown") ? SCEP_FAILURE
	    : fault("status-unknown")			? (enum scep_status)7
							: SCEP_SUCCESS;
	a->fail = fault("fail-unknown") ? (enum scep_fail)9 : SCEP_BAD_REQUEST;
	a->fail_text = "no \033[31mway";
	a->signing_time = time(NULL);
}

static void pki_operation(struct span in, struct buf *body)
{
	const struct alg_policy any = { .worst = ALG_OBSOLETE };
	const struct party *signer = fault("signer") ? &stranger
	    : fault("ra")			     ? &ra_sign
						     : &ca;
	struct span cert = buf_span(&signer->cert);
	struct buf content = { 0 };
	struct scep_seal s = {
		.cert = cert, .certs = &cert, .n_certs = 1, .key = signer->key
	};
	struct scep_msg m;

	put_file("request.der", in);
	OK(scep_msg_open(in, &m, &e));
	OK(scep_msg_algs(&m, &any, &e));
	OK(scep_msg_verify(&m, &e));
	choose_attrs(&m, &s.attrs);
	s.digest = fault("weak") ? alg_digest_by_name("SHA-1") : m.digest;
	s.cipher = fault("des") ? alg_cipher_by_name("DES-CBC") : m.cipher;
	s.to = &m.cms.signer;
	s.to_key = &m.signer_key;
	s.has_content = s.attrs.status == SCEP_SUCCESS && !fault("no-envelope");
	if (s.has_content)
		answer_content(&m, &content);
	s.content = buf_span(&content);
	if (fault("no-certs"))
		s.n_certs = 0;
	OK(scep_msg_seal(&s, body, &e));
	if (fault("signature"))
		body->p[body->n - 1] ^= 1;
	buf_release(&content);
	scep_msg_release(&m);
}

static void send_all(int fd, struct span s)
{
	ssize_t n;

	for (; s.n > 0; s.p += n, s.n -= (size_t)n) {
		n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n <= 0)
			return;
	}
}

static void reply(int fd, const char *status, struct span body)
{
	char head[300];
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n"
	    "Content-Type: application/octet-stream\r\n"
	    "Location: http://127.0.0.1:1/\r\n\r\n",
	    status, body.n);

	send_all(fd, (struct span){ (uint8_t *)head, (size_t)n });
	send_all(fd, body);
}

static void reply_huge(int fd)
{
	struct buf big = { 0 };
	uint8_t *at;

	OK(buf_grow(&big, BUF_MAX, &at, &e));
	reply(fd, "200 OK", buf_span(&big));
	buf_release(&big);
}

static void serve(
    int fd, const char *method, struct span query, struct span body)
{
	struct buf out = { 0 }, message = { 0 };
	struct query q;

	OK(query_split(query, &q, &e));
	if (query_is(q.operation, "GetCACaps")) {
		if (fault("caps-404"))
			reply(fd, "404 Not Found", SPAN_LIT("SHA-512\nAES\n"));
		else
			reply(fd, "200 OK", span_str(caps()));
	} else if (query_is(q.operation, "GetCACert")) {
		get_ca_cert(&out);
		reply(fd, "200 OK", buf_span(&out));
	} else if (fault("http-500")) {
		reply(fd, "500 Oops", SPAN_LIT("<html>"));
	} else if (fault("redirect")) {
		reply(fd, "302 Found", (struct span){ 0 });
	} else if (fault("garbage")) {
		reply(fd, "200 OK", SPAN_LIT("<html>"));
	} else if (fault("huge")) {
		reply_huge(fd);
	} else {
		if (q.has_message)
			OK(query_message(q.message, &message, &e));
		put_file("method", span_str(method));
		pki_operation(q.has_message ? buf_span(&message) : body, &out);
		reply(fd, "200 OK", buf_span(&out));
	}
	buf_release(&out);
	buf_release(&message);
}

/* Read one request; good enough for curl. */
static void serve_connection(int fd)
{
	static char in[REQUEST_MAX + 1];
	char method[8], path[64];
	const char *end, *length, *question, *space;
	size_t n = 0, want = 0;
	ssize_t k;

	do {
		k = recv(fd, in + n, REQUEST_MAX - n, 0);
		if (k <= 0)
			return;
		n += (size_t)k;
		in[n] = '\0';
		end = strstr(in, "\r\n\r\n");
		if (end == NULL)
			continue;
		end += 4;
		length = strcasestr(in, "\r\nContent-Length:");
		want = length != NULL && length < end
		    ? strtoul(length + 17, NULL, 10)
		    : 0;
	} while (end == NULL || n < (size_t)(end - in) + want);
	if (sscanf(in, "%7s %63[^? ]", method, path) != 2 ||
	    (question = strchr(in, '?')) == NULL ||
	    (space = strchr(question, ' ')) == NULL)
		return;
	put_file("path", span_str(path));
	serve(fd, method,
	    (struct span){
		(const uint8_t *)question + 1, (size_t)(space - question) - 1 },
	    (struct span){ (const uint8_t *)end, want });
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	if (argc < 2)
		return 2;
	dir = argv[1];
	faults = argv + 2;
	make_parties();
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(listener, 8) != 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) != 0)
		die(__LINE__, "socket");
	printf("%u\n", ntohs(at.sin_port));
	fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		serve_connection(fd);
		close(fd);
	}
	return 1;
}
