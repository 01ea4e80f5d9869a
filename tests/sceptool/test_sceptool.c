/*
 * What a client makes of what a server says.  C… are rows of requirements.md,
 * section R.
 */
#include <criterion/criterion.h>
#include <string.h>

#include "ca_set.h"
#include "rows.h"
#include "scep_client.h"
#include "server_caps.h"

static struct err e;

/* C14, C15: any case, LF and CRLF, unknown words; the best that is there. */
static const struct {
	const char *name, *body, *digest, *cipher;
	bool post;
} caps_cases[] = {
	{ "nothing", "", "SHA-1", "DES-EDE3-CBC", false },
	{ "all", "AES\nDES3\nSHA-1\nSHA-256\nSHA-512\nPOSTPKIOperation\n",
	    "SHA-256", "AES-128-CBC", true },
	{ "CRLF, any case", "aes\r\nsha-256\r\npostpkioperation\r\n", "SHA-256",
	    "AES-128-CBC", true },
	{ "no line feed at the end", "SHA-1\nAES", "SHA-1", "AES-128-CBC",
	    false },
	{ "blanks", " SHA-512 \n\tDES3\t\n\n", "SHA-512", "DES-EDE3-CBC",
	    false },
	{ "the standard implies", "SCEPStandard\n", "SHA-256", "AES-128-CBC",
	    true },
	{ "only SHA-384", "SHA-384\n", "SHA-384", "DES-EDE3-CBC", false },
	{ "words in words", "XAES\nAESX\nSHA-2566\nSHA-25\n", "SHA-1",
	    "DES-EDE3-CBC", false },
	{ "a page", "<html>AES SHA-256</html>", "SHA-1", "DES-EDE3-CBC",
	    false },
};

TEST_ROWS(server_caps, table, caps_cases)
{
	struct server_caps c;

	server_caps_parse(span_str(caps_cases[i].body), &c);
	cr_expect_str_eq(server_caps_digest(&c)->name, caps_cases[i].digest,
	    "%s", caps_cases[i].name);
	cr_expect_str_eq(server_caps_cipher(&c)->name, caps_cases[i].cipher,
	    "%s", caps_cases[i].name);
	cr_expect_eq(c.post, caps_cases[i].post, "%s", caps_cases[i].name);
}

/* A key, and a certificate by itself or by an issuer. */
struct party {
	struct buf name, pem, spki, cert;
	struct privkey *key;
};

static void make(struct party *p, const char *name, const struct party *issuer,
    bool is_ca, uint8_t usage)
{
	static const uint8_t ca[] = { 0x30, 3, 1, 1, 0xff };
	const uint8_t bits[] = { 3, 2, 0, usage };
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf ext = { 0 }, tbs = { 0 };
	struct cert_fields f = { .serial = SPAN_LIT("\x01"),
		.not_before = 1,
		.not_after = INT64_C(4000000000) };

	cr_assert_eq(name_parse(name, &p->name, &e), 0);
	cr_assert_eq(privkey_generate("rsa:2048", &p->pem, &e), 0);
	cr_assert_eq(privkey_import(buf_span(&p->pem), &p->key, &e), 0);
	cr_assert_eq(privkey_spki(p->key, &p->spki, &e), 0);
	if (is_ca)
		cr_assert_eq(extension_put(&ext, "2.5.29.19", true,
				 (struct span){ ca, sizeof(ca) }, &e),
		    0);
	if (usage != 0)
		cr_assert_eq(extension_put(&ext, "2.5.29.15", true,
				 (struct span){ bits, sizeof(bits) }, &e),
		    0);
	f.issuer = buf_span(&issuer->name);
	f.subject = buf_span(&p->name);
	f.spki = buf_span(&p->spki);
	f.extensions = buf_span(&ext);
	cr_assert_eq(cert_tbs(&f, GNUTLS_PK_RSA, digest, &tbs, &e), 0);
	cr_assert_eq(
	    cert_sign(buf_span(&tbs), issuer->key, digest, &p->cert, &e), 0);
	buf_release(&ext);
	buf_release(&tbs);
}

static void drop(struct party *p)
{
	buf_release(&p->name);
	buf_release(&p->pem);
	buf_release(&p->spki);
	buf_release(&p->cert);
	privkey_free(p->key);
}

static void load(struct ca_set *s, struct party *const *list, size_t n)
{
	struct span certs[8];
	struct buf body = { 0 };

	for (size_t i = 0; i < n; i++)
		certs[i] = buf_span(&list[i]->cert);
	cr_assert_eq(cms_certs_only(certs, n, NULL, 0, &body, &e), 0);
	cr_assert_eq(ca_set_answer(buf_span(&body), s, &e), 0, "%s", e.text);
	cr_assert_eq(s->n, n);
	buf_release(&body);
}

enum { SIGN = 0x80, ENC = 0x20, CERT_SIGN = 0x04 };

/* C03, C04: what the fingerprint's certificate has signed is trusted, too. */
Test(ca_set, trust_follows_signatures)
{
	struct party root = { 0 }, ca = { 0 }, ra = { 0 }, other = { 0 };
	struct party *const all[] = { &ra, &ca, &other, &root };
	struct buf print = { 0 };
	struct ca_set s;

	make(&root, "CN=root", &root, true, CERT_SIGN);
	make(&ca, "CN=CA", &root, true, CERT_SIGN);
	make(&ra, "CN=RA", &ca, false, SIGN | ENC);
	make(&other, "CN=other", &other, true, CERT_SIGN | SIGN | ENC);

	load(&s, all, 4);
	cr_assert_eq(
	    cert_digest(buf_span(&root.cert), GNUTLS_DIG_SHA256, &print, &e),
	    0);
	cr_assert_eq(ca_set_trust(&s, buf_span(&print), &e), 0);
	cr_expect(
	    s.trusted[0] && s.trusted[1] && !s.trusted[2] && s.trusted[3]);
	cr_expect_eq(ca_set_issued(&s, buf_span(&ra.cert), &e), 0);
	cr_expect_eq(ca_set_issued(&s, buf_span(&other.cert), &e), -1);
	cr_expect_eq(e.kind, ERR_SIG);
	ca_set_release(&s);

	load(&s, all, 4);
	cr_assert_eq(ca_set_trust(&s, (struct span){ 0 }, &e), 0);
	for (size_t i = 0; i < 4; i++)
		cr_expect(s.trusted[i]);
	ca_set_release(&s);

	load(&s, all, 4);
	print.p[0] ^= 1;
	cr_expect_eq(ca_set_trust(&s, buf_span(&print), &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	ca_set_release(&s);

	buf_release(&print);
	for (size_t i = 0; i < 4; i++)
		drop(all[i]);
}

/* A certificate without the CA's extension signs nothing. */
Test(ca_set, only_a_ca_signs)
{
	struct party ca = { 0 }, leaf = { 0 }, below = { 0 };
	struct party *const all[] = { &ca, &leaf, &below };
	struct ca_set s;

	make(&ca, "CN=CA", &ca, true, CERT_SIGN | SIGN | ENC);
	make(&leaf, "CN=leaf", &ca, false, SIGN | ENC);
	make(&below, "CN=below", &leaf, false, SIGN | ENC);
	load(&s, all, 3);
	cr_assert_eq(ca_set_trust(&s, (struct span){ 0 }, &e), 0);
	cr_expect(s.trusted[0] && s.trusted[1] && !s.trusted[2]);
	ca_set_release(&s);
	/* GnuTLS takes whatever it is told to trust, even if it is no CA */
	cr_expect_eq(
	    scep_cert_issued_by(buf_span(&leaf.cert), buf_span(&leaf.cert), &e),
	    -1);
	cr_expect_eq(e.kind, ERR_SIG);
	cr_expect_eq(
	    scep_cert_issued_by(buf_span(&ca.cert), buf_span(&ca.cert), &e), 0);
	for (size_t i = 0; i < 3; i++)
		drop(all[i]);
}

/* RFC 8894, 2.1.2: the RA's certificates by their key usage, else the CA's. */
Test(ca_set, roles)
{
	struct party ca = { 0 }, enc = { 0 }, sign = { 0 };
	struct party root = { 0 }, sub = { 0 };
	struct party *const with_ra[] = { &enc, &sign, &ca };
	struct party *const chain[] = { &root, &sub };
	struct party *const alone[] = { &ca };
	struct ca_roles r;
	struct ca_set s;

	make(&ca, "CN=CA", &ca, true, CERT_SIGN);
	make(&enc, "CN=enc", &ca, false, ENC);
	make(&sign, "CN=sign", &ca, false, SIGN);
	load(&s, with_ra, 3);
	cr_expect_eq(ca_set_roles(&s, &r, &e), -1); /* nothing is trusted */
	cr_assert_eq(ca_set_trust(&s, (struct span){ 0 }, &e), 0);
	cr_assert_eq(ca_set_roles(&s, &r, &e), 0);
	cr_expect(span_eq(r.signer, buf_span(&sign.cert)));
	cr_expect(span_eq(r.recipient, buf_span(&enc.cert)));
	cr_expect(span_eq(r.ca, buf_span(&ca.cert)));
	ca_set_release(&s);

	/* the root first, which could do all of it: it is the CA that does */
	make(&root, "CN=root", &root, true, CERT_SIGN | SIGN | ENC);
	make(&sub, "CN=sub", &root, true, CERT_SIGN | SIGN | ENC);
	load(&s, chain, 2);
	cr_assert_eq(ca_set_trust(&s, (struct span){ 0 }, &e), 0);
	cr_assert_eq(ca_set_roles(&s, &r, &e), 0);
	cr_expect(span_eq(r.signer, buf_span(&sub.cert)));
	cr_expect(span_eq(r.recipient, buf_span(&sub.cert)));
	cr_expect(span_eq(r.ca, buf_span(&sub.cert)));
	ca_set_release(&s);

	/* a CA whose certificate allows neither, as some do */
	load(&s, alone, 1);
	cr_assert_eq(ca_set_trust(&s, (struct span){ 0 }, &e), 0);
	cr_assert_eq(ca_set_roles(&s, &r, &e), 0);
	cr_expect(span_eq(r.recipient, buf_span(&ca.cert)));
	cr_expect(span_eq(r.ca, buf_span(&ca.cert)));
	ca_set_release(&s);
	drop(&ca);
	drop(&enc);
	drop(&sign);
	drop(&root);
	drop(&sub);
}

Test(ca_set, files_and_nonsense)
{
	struct party ca = { 0 };
	struct buf pem = { 0 };
	struct ca_set s;

	make(&ca, "CN=CA", &ca, true, CERT_SIGN | SIGN | ENC);
	for (size_t n = 1; n <= CMS_CERTS_MAX + 1; n++) {
		cr_assert_eq(
		    pem_encode(buf_span(&ca.cert), "CERTIFICATE", &pem, &e), 0);
		if (n > CMS_CERTS_MAX) {
			cr_expect_eq(ca_set_pem(buf_span(&pem), &s, &e), -1);
			break;
		}
		cr_assert_eq(ca_set_pem(buf_span(&pem), &s, &e), 0);
		cr_expect(s.n == n && s.trusted[n - 1]);
		ca_set_release(&s);
	}
	cr_expect_eq(ca_set_pem(SPAN_LIT(""), &s, &e), -1);
	cr_expect_eq(
	    ca_set_pem(SPAN_LIT("-----END CERTIFICATE-----"), &s, &e), -1);
	cr_expect_eq(ca_set_answer((struct span){ 0 }, &s, &e), -1);
	cr_expect_eq(ca_set_answer(SPAN_LIT("<html>"), &s, &e), -1);
	buf_release(&pem);
	drop(&ca);
}

/* C05: the certificate that a first request is signed with. */
Test(scep_client, self_signed)
{
	struct buf name = { 0 }, pem = { 0 }, cert = { 0 }, again = { 0 };
	char id[SCEP_TRANS_ID_MAX + 1];
	struct privkey *key;
	struct cert_view v;
	struct span usage;
	bool critical;

	cr_assert_eq(name_parse("CN=r1", &name, &e), 0);
	cr_assert_eq(privkey_generate("rsa:2048", &pem, &e), 0);
	cr_assert_eq(privkey_import(buf_span(&pem), &key, &e), 0);
	cr_assert_eq(
	    scep_self_signed(buf_span(&name), key, 1000000, &cert, &e), 0);
	cr_assert_eq(cert_parse(buf_span(&cert), &v, &e), 0);
	cr_expect(span_eq(v.subject, buf_span(&name)));
	cr_expect(span_eq(v.issuer, buf_span(&name)));
	cr_expect(v.not_before < 1000000 && v.not_after > 1000000);
	cr_expect((v.serial.p[0] & 0x80) == 0 && v.serial.p[0] != 0);
	cr_assert_eq(
	    cert_extension(v.extensions, "2.5.29.15", &usage, &critical, &e),
	    0);
	cr_expect(critical && span_eq(usage, SPAN_LIT("\x03\x02\x05\xa0")));

	/* the same at the same time: a retransmission can be told */
	cr_assert_eq(
	    scep_self_signed(buf_span(&name), key, 1000000, &again, &e), 0);
	cr_expect(span_eq(buf_span(&cert), buf_span(&again)));

	cr_assert_eq(scep_trans_id(key, id, &e), 0);
	cr_expect_eq(strlen(id), 64);
	cr_expect_eq(strspn(id, "0123456789abcdef"), 64);
	buf_release(&name);
	buf_release(&pem);
	buf_release(&cert);
	buf_release(&again);
	privkey_free(key);
}

/* C05, R070: a kept key that is renewed has another transaction each time. */
Test(scep_client, transactions)
{
	char first[SCEP_TRANS_ID_MAX + 1], a[SCEP_TRANS_ID_MAX + 1];
	char b[SCEP_TRANS_ID_MAX + 1], again[SCEP_TRANS_ID_MAX + 1];
	struct party p = { 0 }, other = { 0 };

	make(&p, "CN=r1", &p, false, SIGN);
	make(&other, "CN=r1", &p, false, SIGN);
	cr_assert_eq(scep_trans_id(p.key, first, &e), 0);
	cr_assert_eq(scep_renewal_id(p.key, buf_span(&p.cert), a, &e), 0);
	cr_assert_eq(scep_renewal_id(p.key, buf_span(&other.cert), b, &e), 0);
	cr_assert_eq(scep_renewal_id(p.key, buf_span(&p.cert), again, &e), 0);
	cr_expect_str_eq(a, again);
	cr_expect_str_neq(a, first);
	cr_expect_str_neq(a, b);
	drop(&p);
	drop(&other);
}

/* RFC 8894, 3.3.3: what a CertPoll holds; every truncation is refused. */
Test(scep_client, issuer_and_subject)
{
	struct buf a = { 0 }, b = { 0 }, der = { 0 };
	struct span issuer, subject;

	cr_assert_eq(name_parse("CN=CA,O=Lab", &a, &e), 0);
	cr_assert_eq(name_parse("CN=r1", &b, &e), 0);
	cr_assert_eq(
	    issuer_and_subject_put(&der, buf_span(&a), buf_span(&b), &e), 0);
	cr_assert_eq(
	    issuer_and_subject_get(buf_span(&der), &issuer, &subject, &e), 0);
	cr_expect(span_eq(issuer, buf_span(&a)));
	cr_expect(span_eq(subject, buf_span(&b)));
	for (size_t n = 0; n < der.n; n++)
		cr_expect_eq(issuer_and_subject_get((struct span){ der.p, n },
				 &issuer, &subject, NULL),
		    -1);
	cr_assert_eq(buf_put(&der, SPAN_LIT("\0"), &e), 0);
	cr_expect_eq(
	    issuer_and_subject_get(buf_span(&der), &issuer, &subject, &e), -1);
	/* an IssuerAndSerialNumber is none */
	cr_expect_eq(
	    issuer_and_subject_get(SPAN_LIT("\x30\x05\x30\x00\x02\x01\x01"),
		&issuer, &subject, &e),
	    -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	buf_release(&a);
	buf_release(&b);
	buf_release(&der);
}

/* A SUCCESS with certificates or lists in it. */
static void answer(struct scep_answer *a, const struct span *certs,
    size_t n_certs, const struct span *crls, size_t n_crls)
{
	*a = (struct scep_answer){ .status = SCEP_SUCCESS };
	cr_assert_eq(
	    cms_certs_only(certs, n_certs, crls, n_crls, &a->content, &e), 0);
}

/* RFC 8894, 4.5, 4.6: the certificate by its number, the one list. */
Test(scep_client, answers_to_questions)
{
	/* whatever it is: nobody looks into it here */
	const struct span lists[] = { SPAN_LIT("\x30\x02\x05\x00"),
		SPAN_LIT("\x30\x00") };
	struct scep_answer a;
	struct party p = { 0 };
	struct span cert, crl;

	make(&p, "CN=r1", &p, false, SIGN);
	cert = buf_span(&p.cert);
	answer(&a, &cert, 1, NULL, 0);
	cr_assert_eq(scep_answer_serial(&a, SPAN_LIT("\x01"), &cert, &e), 0);
	cr_expect(span_eq(cert, buf_span(&p.cert)));
	cr_expect_eq(scep_answer_serial(&a, SPAN_LIT("\x02"), &cert, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	cr_expect_eq(scep_answer_crl(&a, &crl, &e), -1);
	cr_expect_eq(e.kind, ERR_NOT_FOUND);
	scep_answer_release(&a);
	answer(&a, NULL, 0, lists, 1);
	cr_assert_eq(scep_answer_crl(&a, &crl, &e), 0);
	cr_expect(span_eq(crl, lists[0]));
	scep_answer_release(&a);
	answer(&a, NULL, 0, lists, 2);
	cr_expect_eq(scep_answer_crl(&a, &crl, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	scep_answer_release(&a);
	drop(&p);
}
