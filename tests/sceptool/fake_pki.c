/* What the fake CA knows and what it answers. */
#include "fake_pki.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crl.h"
#include "scep_client.h"

enum { LIFETIME = 86400 };

static char *const *faults; /* of argv */
static const char *dir;
struct err e;

_Noreturn void die(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, e.text);
	exit(1);
}

bool fault(const char *name)
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
static struct party root, ca, ra_sign, ra_enc, stranger;

void put_file(const char *name, struct span bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	if (f == NULL || fwrite(bytes.p, 1, bytes.n, f) != bytes.n ||
	    fclose(f) != 0)
		die(__FILE__, __LINE__, path);
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

/* `more` are extensions, as a request has them. */
static void issue(const struct party *issuer, struct span subject,
    struct span spki, uint8_t usage, struct span more, struct buf *cert)
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
	OK(buf_put(&ext, more, &e));
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
	issue(issuer, buf_span(&p->name), buf_span(&p->spki), usage,
	    (struct span){ 0 }, &p->cert);
}

void fake_start(const char *to, char *const *how)
{
	struct buf pem = { 0 };

	dir = to;
	faults = how;
	if (fault("root"))
		make_party(&root, "CN=Fake Root", &root, 0);
	make_party(&ca, "CN=Fake CA,O=Test", fault("root") ? &root : &ca, 0);
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

void fake_ca_cert(struct buf *body)
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

void fake_chain(struct buf *body)
{
	const struct span certs[] = { buf_span(&ca.cert),
		buf_span(
		    fault("chain-stranger") ? &stranger.cert : &root.cert) };

	OK(cms_certs_only(certs, fault("root") ? 2 : 1, NULL, 0, body, &e));
}

/* The request that is decided later, and the last certificate. */
static struct buf held, issued;
static char held_id[SCEP_TRANS_ID_MAX + 1];
static int polls; /* of it */

/* The certificate that was asked for, in its certs-only message. */
static void grant(struct span request, struct buf *content)
{
	struct buf name = { 0 };
	struct span spki, list, subject;
	struct csr csr;

	OK(csr_parse(request, &csr, &e));
	OK(csr_verify(&csr, &e));
	spki = fault("other-key") ? buf_span(&stranger.spki) : csr.spki;
	OK(name_parse("CN=somebody else", &name, &e));
	subject = fault("other-name") ? buf_span(&name) : csr.subject;
	buf_cut(&issued, 0);
	issue(fault("other-ca") ? &stranger : &ca, subject, spki, 0xa0,
	    csr.extensions, &issued);
	list = buf_span(&issued);
	OK(cms_certs_only(&list, 1, NULL, 0, content, &e));
	csr_release(&csr);
	buf_release(&name);
}

static bool is_pending(void)
{
	return fault("pending") || (fault("pending-2") && polls < 2);
}

/* A request for a certificate: granted, refused, or held. */
static enum scep_status take_request(
    const struct scep_msg *m, struct span plain, struct buf *content)
{
	if (m->attrs.type == SCEP_RENEWALREQ &&
	    scep_cert_issued_by(m->cms.signer.der, buf_span(&ca.cert), NULL) !=
		0)
		return SCEP_FAILURE;
	polls = 0;
	buf_cut(&held, 0);
	OK(buf_put(&held, plain, &e));
	strcpy(held_id, m->attrs.trans_id);
	if (is_pending())
		return SCEP_PENDING;
	grant(plain, content);
	return SCEP_SUCCESS;
}

/* RFC 8894, 3.3.3: about a request that is known, and by its names. */
static enum scep_status take_poll(
    const struct scep_msg *m, struct span plain, struct buf *content)
{
	struct span issuer, subject;
	struct csr csr;
	bool known;

	OK(issuer_and_subject_get(plain, &issuer, &subject, &e));
	if (held.n == 0 || strcmp(held_id, m->attrs.trans_id) != 0)
		return SCEP_FAILURE;
	OK(csr_parse(buf_span(&held), &csr, &e));
	known = span_eq(issuer, buf_span(&ca.name)) &&
	    span_eq(subject, csr.subject);
	csr_release(&csr);
	if (!known || fault("poll-refused"))
		return SCEP_FAILURE;
	polls++;
	if (is_pending())
		return SCEP_PENDING;
	grant(buf_span(&held), content);
	return SCEP_SUCCESS;
}

/* IssuerAndSerialNumber: of our names only, and the last certificate only. */
static enum scep_status take_getcert(struct span plain, struct buf *content)
{
	struct span issuer, serial, list = buf_span(&issued);
	struct cert_view v;

	OK(issuer_and_serial_get(plain, &issuer, &serial, &e));
	if (!span_eq(issuer, buf_span(&ca.name)) || issued.n == 0)
		return SCEP_FAILURE;
	OK(cert_parse(list, &v, &e));
	if (!span_eq(serial, v.serial))
		return SCEP_FAILURE;
	if (fault("getcert-other"))
		list = buf_span(&ca.cert);
	OK(cms_certs_only(&list, 1, NULL, 0, content, &e));
	return SCEP_SUCCESS;
}

/* Two entries, or 100,000, which is far beyond the limits for strangers. */
static void put_entries(struct buf *entries)
{
	unsigned n = fault("crl-big") ? 100000 : 2;

	for (unsigned i = 0; i < n; i++) {
		const uint8_t serial[] = { 0x12, (uint8_t)(i >> 16),
			(uint8_t)(i >> 8), (uint8_t)i };

		OK(crl_entry_put(entries,
		    (struct span){ serial, sizeof(serial) }, time(NULL), i % 2,
		    &e));
	}
}

static enum scep_status take_getcrl(struct span plain, struct buf *content)
{
	const struct party *signer = fault("crl-signer") ? &stranger : &ca;
	struct buf entries = { 0 }, crl = { 0 };
	struct crl_fields f = {
		.issuer =
		    buf_span(fault("crl-issuer") ? &stranger.name : &ca.name),
		.aki = SPAN_LIT("0123456789abcdefghij"),
		.number = 4711,
		.this_update = time(NULL) - (fault("crl-old") ? 200 : 0),
		.next_update = time(NULL) + (fault("crl-old") ? -100 : 1000),
	};
	struct span issuer, serial, list;

	OK(issuer_and_serial_get(plain, &issuer, &serial, &e));
	if (!span_eq(issuer, buf_span(&ca.name)))
		return SCEP_FAILURE;
	put_entries(&entries);
	f.entries = buf_span(&entries);
	OK(crl_make(&f, signer->key, alg_digest_by_name("SHA-256"), &crl, &e));
	list = buf_span(&crl);
	if (fault("crl-none"))
		OK(cms_certs_only(NULL, 0, NULL, 0, content, &e));
	else
		OK(cms_certs_only(NULL, 0, &list, 1, content, &e));
	buf_release(&entries);
	buf_release(&crl);
	return SCEP_SUCCESS;
}

/* What is asked for, and what is the answer? */
static enum scep_status decide(const struct scep_msg *m, struct buf *content)
{
	const struct party *enc = fault("ra") ? &ra_enc : &ca;
	enum scep_status status = SCEP_FAILURE;
	struct buf plain = { 0 };
	struct cert_view own;
	struct span in;

	OK(cert_parse(buf_span(&enc->cert), &own, &e));
	OK(scep_msg_decrypt(m, &own, enc->key, &plain, &e));
	in = buf_span(&plain);
	if (m->attrs.type == SCEP_PKCSREQ || m->attrs.type == SCEP_RENEWALREQ)
		status = take_request(m, in, content);
	else if (m->attrs.type == SCEP_CERTPOLL)
		status = take_poll(m, in, content);
	else if (m->attrs.type == SCEP_GETCERT)
		status = take_getcert(in, content);
	else if (m->attrs.type == SCEP_GETCRL)
		status = take_getcrl(in, content);
	buf_release(&plain);
	return fault("failure") || fault("fail-unknown") ? SCEP_FAILURE
	    : fault("status-unknown")			 ? (enum scep_status)7
	    : fault("always-pending")			 ? SCEP_PENDING
							 : status;
}

static void choose_attrs(
    const struct scep_msg *m, enum scep_status status, struct scep_attrs_out *a)
{
	a->type = fault("type") ? SCEP_PKCSREQ : SCEP_CERTREP;
	a->trans_id = fault("trans-id") ? "another" : m->attrs.trans_id;
	a->sender_nonce = SPAN_LIT("0123456789abcdef");
	a->recipient_nonce = fault("nonce") ? SPAN_LIT("0123456789abcdef")
	    : fault("no-nonce")		    ? (struct span){ 0 }
					    : m->attrs.sender_nonce;
	a->has_status = !fault("no-status");
	a->status = status;
	a->fail = fault("fail-unknown") ? (enum scep_fail)9 : SCEP_BAD_REQUEST;
	a->fail_text = "no \033[31mway";
	a->signing_time = time(NULL);
}

bool fake_pki(struct span in, struct buf *body)
{
	const struct alg_policy any = { .worst = ALG_OBSOLETE };
	const struct party *signer = fault("signer") ? &stranger
	    : fault("ra")			     ? &ra_sign
						     : &ca;
	struct span cert = buf_span(&signer->cert);
	struct buf content = { .max = CRL_MAX };
	struct scep_seal s = {
		.cert = cert, .certs = &cert, .n_certs = 1, .key = signer->key
	};
	static bool has_failed;
	struct scep_msg m;

	body->max = CRL_MAX;
	put_file("request.der", in);
	OK(scep_msg_open(in, &m, &e));
	OK(scep_msg_algs(&m, &any, &e));
	OK(scep_msg_verify(&m, &e));
	if (fault("poll-500") && m.attrs.type == SCEP_CERTPOLL && !has_failed) {
		has_failed = true;
		scep_msg_release(&m);
		return false;
	}
	choose_attrs(&m, decide(&m, &content), &s.attrs);
	s.digest = fault("weak") ? alg_digest_by_name("SHA-1") : m.digest;
	s.cipher = fault("des") ? alg_cipher_by_name("DES-CBC") : m.cipher;
	s.to = &m.cms.signer;
	s.to_key = &m.signer_key;
	s.has_content = s.attrs.status == SCEP_SUCCESS && !fault("no-envelope");
	s.content = buf_span(&content);
	if (fault("no-certs"))
		s.n_certs = 0;
	OK(scep_msg_seal(&s, body, &e));
	if (fault("signature"))
		body->p[body->n - 1] ^= 1;
	buf_release(&content);
	scep_msg_release(&m);
	return true;
}
