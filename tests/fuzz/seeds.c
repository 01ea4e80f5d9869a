/*
 * seeds - write one real input of every shape into DIR/<target>/, for the fuzz
 * targets to start from.  seeds.sh calls it, and adds what others make.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "crl.h"
#include "scep_client.h"
#include "seeds.h"

static const char *corpus;

void save(const char *target, const char *name, struct span bytes)
{
	char path[4096];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", corpus, target);
	if (mkdir(path, 0777) != 0)
		MUST(errno == EEXIST);
	snprintf(path, sizeof(path), "%s/%s/%s", corpus, target, name);
	f = fopen(path, "wb");
	MUST(f != NULL);
	MUST(fwrite(bytes.p, 1, bytes.n, f) == bytes.n);
	MUST(fclose(f) == 0);
}

void save_after(
    const char *target, const char *name, struct span head, struct span tail)
{
	struct buf all = { 0 };

	MUST(buf_put(&all, head, NULL) == 0 && buf_put(&all, tail, NULL) == 0);
	save(target, name, buf_span(&all));
	buf_release(&all);
}

/*
 * The elements of `in` as BER: no lengths, strings in pieces, `depth` levels.
 */
static void put_ber(struct buf *out, struct span in, int depth)
{
	static const uint8_t end[] = { 0, 0 };
	struct span body, whole, piece;
	uint8_t tag, head[2] = { 0, 0x80 };

	while (in.n > 0) {
		MUST(der_any(&in, &tag, &body, &whole, NULL) == 0);
		if (depth == 0 ||
		    ((tag & 0x20) == 0 && tag != DER_OCTET_STRING)) {
			MUST(buf_put(out, whole, NULL) == 0);
			continue;
		}
		head[0] = tag | 0x20;
		MUST(buf_put(out, (struct span){ head, 2 }, NULL) == 0);
		if (tag == DER_OCTET_STRING)
			for (; body.n > 0;
			     body.p += piece.n, body.n -= piece.n) {
				piece = (struct span){ body.p,
					body.n < 200 ? body.n : 200 };
				MUST(der_put(out, tag, piece, NULL) == 0);
			}
		else
			put_ber(out, body, depth - 1);
		MUST(buf_put(out, (struct span){ end, 2 }, NULL) == 0);
	}
}

/* What several messages are made of. */
static struct buf subject, cert, csr, ca_cert;

static void make_csrs(void)
{
	/* subjectAltName: dns, ip */
	static const uint8_t san[] = { 0x30, 0x0a, 0x82, 0x02, 'r', '1', 0x87,
		0x04, 10, 0, 0, 1 };
	const struct alg_digest *sha1 = alg_digest_by_name("SHA-1");
	const struct alg_digest *sha256 = alg_digest_by_name("SHA-256");
	struct buf ext = { 0 }, other = { 0 };

	MUST(extension_put(&ext, "2.5.29.17", false,
		 (struct span){ san, sizeof(san) }, NULL) == 0);
	MUST(csr_build(buf_span(&subject), fuzz_key(FUZZ_DEVICE), sha256,
		 buf_span(&ext), SPAN_LIT(FUZZ_CHALLENGE), &csr, NULL) == 0);
	save("csr", "san-printable", buf_span(&csr));
	MUST(csr_build(buf_span(&subject), fuzz_key(FUZZ_DEVICE), sha1,
		 (struct span){ 0 }, SPAN_LIT("gehe\xc3\xadm"), &other,
		 NULL) == 0);
	save("csr", "utf8", buf_span(&other));
	buf_release(&ext);
	buf_release(&other);
}

static void make_certs(void)
{
	struct span list[2];
	struct buf out = { 0 }, ber = { 0 };

	MUST(scep_self_signed(buf_span(&subject), fuzz_key(FUZZ_DEVICE),
		 FUZZ_NOW, &cert, NULL) == 0);
	save("cert", "self-signed", buf_span(&cert));
	save("ca_set", "one", buf_span(&cert));
	save("cert", "ca", buf_span(&ca_cert));
	list[0] = buf_span(&cert);
	list[1] = buf_span(&ca_cert);
	for (size_t n = 0; n <= 2; n++) {
		char name[20];

		buf_cut(&out, 0);
		snprintf(name, sizeof(name), "certs%zu", n);
		MUST(cms_certs_only(list, n, NULL, 0, &out, NULL) == 0);
		save("cms_certs", name, buf_span(&out));
		save("ca_set", name, buf_span(&out));
	}
	put_ber(&ber, buf_span(&out), 6);
	save("ca_set", "certs-ber", buf_span(&ber));
	save("ber", "certs-ber", buf_span(&ber));
	buf_release(&ber);
	buf_release(&out);
}

/* Lists of none and of three, alone and in the answer to GetCRL. */
static void make_crls(void)
{
	struct buf entries = { 0 }, der = { 0 }, answer = { 0 };
	struct cert_view v;
	struct crl_fields f = {
		.aki = SPAN_LIT("0123456789abcdefghij"),
		.number = 4711,
		.this_update = FUZZ_NOW,
		.next_update = FUZZ_NOW + 86400,
	};
	struct span list;

	MUST(cert_parse(buf_span(&ca_cert), &v, NULL) == 0);
	f.issuer = v.subject;
	for (unsigned n = 0; n <= 3; n += 3) {
		char name[20];

		for (unsigned i = 0; i < n; i++)
			MUST(crl_entry_put(&entries, SPAN_LIT("\x12\x34"),
				 FUZZ_NOW, i, NULL) == 0);
		f.entries = buf_span(&entries);
		buf_cut(&der, 0);
		MUST(crl_make(&f, fuzz_key(FUZZ_CA),
			 alg_digest_by_name("SHA-256"), &der, NULL) == 0);
		snprintf(name, sizeof(name), "entries%u", n);
		save("crl", name, buf_span(&der));
	}
	list = buf_span(&der);
	MUST(cms_certs_only(NULL, 0, &list, 1, &answer, NULL) == 0);
	save("crl", "answer", buf_span(&answer));
	buf_release(&answer);
	buf_release(&der);
	buf_release(&entries);
}

static void make_envelope(const char *cipher)
{
	struct buf out = { 0 };
	struct cert_view v;
	struct pubkey key;

	MUST(cert_parse(buf_span(&ca_cert), &v, NULL) == 0);
	MUST(pubkey_import(v.spki, &key, NULL) == 0);
	MUST(cms_enveloped_make(buf_span(&csr), &v, &key,
		 alg_cipher_by_name(cipher), &out, NULL) == 0);
	save("cms_enveloped", cipher, buf_span(&out));
	pubkey_release(&key);
	buf_release(&out);
}

static void make_request(
    enum scep_type type, const char *digest, const char *cipher)
{
	const struct scep_request q = {
		.type = type,
		.trans_id = "a transaction, (1)",
		.nonce = SPAN_LIT("0123456789abcdef"),
		.content = buf_span(&csr),
		.signer_cert = buf_span(&cert),
		.signer_key = fuzz_key(FUZZ_DEVICE),
		.recipient = buf_span(&ca_cert),
		.digest = alg_digest_by_name(digest),
		.cipher = alg_cipher_by_name(cipher),
		.now = FUZZ_NOW,
	};
	struct buf out = { 0 }, ber = { 0 };
	char name[80];

	MUST(scep_request_make(&q, &out, NULL) == 0);
	snprintf(name, sizeof(name), "request-%d-%s-%s", type, digest, cipher);
	save("scep_msg", name, buf_span(&out));
	save("cms_signed", name, buf_span(&out));
	save_after("serve", name, SPAN_LIT("P"), buf_span(&out));
	snprintf(
	    name, sizeof(name), "request-%d-%s-%s-ber", type, digest, cipher);
	put_ber(&ber, buf_span(&out), 6);
	save("scep_msg", name, buf_span(&ber));
	save("ber", name, buf_span(&ber));
	save_after("serve", name, SPAN_LIT("P"), buf_span(&ber));
	buf_release(&ber);
	buf_release(&out);
}

static void make_reply(enum scep_status status, const char *name)
{
	struct span certs = buf_span(&ca_cert);
	struct cert_view v;
	struct pubkey key;
	struct scep_seal s = {
		.attrs = {
			.type = SCEP_CERTREP,
			.trans_id = "1",
			.sender_nonce = SPAN_LIT("0123456789abcdef"),
			.recipient_nonce = SPAN_LIT("fedcba9876543210"),
			.has_status = true,
			.status = status,
			.fail = SCEP_BAD_TIME,
			.fail_text = "the clock is wr\xc3\xb6ng",
			.signing_time = FUZZ_NOW,
		},
		.has_content = status == SCEP_SUCCESS,
		.omit_content = status == SCEP_PENDING,
		.content = buf_span(&csr),
		.to = &v,
		.to_key = &key,
		.cipher = alg_cipher_by_name("AES-128-CBC"),
		.digest = alg_digest_by_name("SHA-256"),
		.cert = certs,
		.certs = &certs,
		.n_certs = 1,
		.key = fuzz_key(FUZZ_CA),
	};
	struct buf out = { 0 };

	MUST(cert_parse(certs, &v, NULL) == 0);
	MUST(pubkey_import(v.spki, &key, NULL) == 0);
	MUST(scep_msg_seal(&s, &out, NULL) == 0);
	save("scep_msg", name, buf_span(&out));
	save("cms_signed", name, buf_span(&out));
	pubkey_release(&key);
	buf_release(&out);
}

int main(int argc, char **argv)
{
	static const char *const ciphers[] = { "AES-128-CBC", "AES-192-CBC",
		"AES-256-CBC", "DES-EDE3-CBC", "DES-CBC" };
	static const char *const digests[] = { "SHA-256", "SHA-384", "SHA-512",
		"SHA-1", "MD5" };

	if (argc != 2) {
		fprintf(stderr, "usage: %s DIR\n", argv[0]);
		return 2;
	}
	corpus = argv[1];
	fuzz_ca_cert(&ca_cert);
	MUST(name_parse(SEEDS_SUBJECT, &subject, NULL) == 0);
	seeds_plain();
	make_csrs();
	make_certs();
	make_crls();
	for (size_t i = 0; i < 5; i++) {
		make_envelope(ciphers[i]);
		make_request(SCEP_PKCSREQ, digests[i], ciphers[i]);
	}
	make_request(SCEP_RENEWALREQ, "SHA-256", "AES-128-CBC");
	make_request(SCEP_GETCERT, "SHA-256", "AES-128-CBC");
	make_reply(SCEP_SUCCESS, "success");
	make_reply(SCEP_FAILURE, "failure");
	make_reply(SCEP_PENDING, "pending");
	buf_release(&subject);
	buf_release(&cert);
	buf_release(&csr);
	buf_release(&ca_cert);
	return 0;
}
