/*
 * seeds - write one real input of every shape into DIR/<target>/, for the fuzz
 * targets to start from.  seeds.sh calls it, and adds what others make.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "fuzz_home.h"
#include "rec.h"
#include "scep_client.h"

static const char *corpus;

static void save(const char *target, const char *name, struct span bytes)
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

static void save_after(
    const char *target, const char *name, struct span head, struct span tail)
{
	struct buf all = { 0 };

	MUST(buf_put(&all, head, NULL) == 0 && buf_put(&all, tail, NULL) == 0);
	save(target, name, buf_span(&all));
	buf_release(&all);
}

/* The elements of `in` as BER: no lengths, strings in pieces, `depth` levels. */
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

static void make_names(void)
{
	static const char *const texts[] = {
		"CN=r1",
		"CN=r1.example,serialNumber=4711,O=Lab\\, West,C=DE",
		"CN=Z\xc3\xbcrich,DC=example,DC=net",
		"2.5.4.99=#0c0161,CN=a+CN=b",
	};
	struct buf name = { 0 };
	char file[20];

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		snprintf(file, sizeof(file), "text%zu", i);
		save("name", file, span_str(texts[i]));
		buf_cut(&name, 0);
		if (name_parse(texts[i], &name, NULL) != 0)
			continue;
		snprintf(file, sizeof(file), "der%zu", i);
		save("name", file, buf_span(&name));
		save("der", file, buf_span(&name));
	}
	buf_release(&name);
	MUST(name_parse(texts[1], &subject, NULL) == 0);
}

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

/* A Name and extensions, as fuzz_policy.c takes them. */
static void make_wishes(void)
{
	static const struct {
		const char *name, *oid;
		bool critical;
		struct span value;
	} wishes[] = {
		{ "san", "2.5.29.17", false,
		    SPAN_LIT("\x30\x36\x82\x02r1\x87\x04\x0a\0\0\x01"
			     "\x81\x03"
			     "a@b"
			     "\x86\x08http://x\xa0\x1b\x06\x0a\x2b\x06\x01"
			     "\x04\x01\x82\x37\x14\x02\x03\xa0\x0d\x0c\x0b"
			     "u@x.example") },
		{ "key-usage", "2.5.29.15", true,
		    SPAN_LIT("\x03\x02\x05\xa0") },
		{ "ca", "2.5.29.19", true, SPAN_LIT("\x30\x03\x01\x01\xff") },
		{ "leaf", "2.5.29.19", true, SPAN_LIT("\x30\x00") },
		{ "eku", "2.5.29.37", false,
		    SPAN_LIT("\x30\x14\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x01"
			     "\x06\x08\x2b\x06\x01\x05\x05\x07\x03\x02") },
		{ "template", "1.3.6.1.4.1.311.20.2", false,
		    SPAN_LIT("\x1e\x02\0A") },
	};
	struct buf ext = { 0 };

	save("policy", "none", buf_span(&subject));
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		buf_cut(&ext, 0);
		MUST(extension_put(&ext, wishes[i].oid, wishes[i].critical,
			 wishes[i].value, NULL) == 0);
		save_after("policy", wishes[i].name, buf_span(&subject),
		    buf_span(&ext));
	}
	save_after("policy", "no-name", SPAN_LIT("\x30\0"), buf_span(&ext));
	buf_release(&ext);
}

static void make_confs(void)
{
	save("conf", "empty", SPAN_LIT(""));
	save("conf", "all",
	    SPAN_LIT("# a comment\n[ca]\nurl = http://ca.example/scep\n\n"
		     "[endpoint default]\nlegacy = no\nreply_chain = full\n"
		     "time_window = 5m\n[endpoint old-1]\nobsolete = yes\n"
		     "[profile default]\ndays = 30\nbackdate = 1h\n"
		     "rsa_min = 3072\nrsa_max = 4096\nsan = no\n"));
	save("conf", "wrong",
	    SPAN_LIT("[profile default]\ndays = 0\n[nonsense]\nx\n"));
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

static void make_der(void)
{
	static const struct {
		const char *name;
		struct span in;
	} seeds[] = {
		{ "utc",
		    SPAN_LIT("\x17"
			     "991231235959Z") },
		{ "generalized",
		    SPAN_LIT("\x18"
			     "20500101000000Z") },
		{ "printable", SPAN_LIT("\x13r1 (West)") },
		{ "t61", SPAN_LIT("\x14Z\xfcrich") },
		{ "utf8", SPAN_LIT("\x0cZ\xc3\xbcrich \xf0\x9f\x94\x91") },
		{ "bmp", SPAN_LIT("\x1e\0Z\x20\xac\xd8\x3d\xdd\x11") },
		{ "universal", SPAN_LIT("\x1c\0\0\0Z\0\x01\xf5\x11") },
		{ "two-in-one-rdn",
		    SPAN_LIT("\x30\x18\x31\x16"
			     "\x30\x09\x06\x03\x55\x04\x03\x0c\x02r1"
			     "\x30\x09\x06\x03\x55\x04\x05\x14\x02\xfc"
			     "1") },
		{ "nested", SPAN_LIT("\x30\x06\x31\x04\x04\x02r1") },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		save("der", seeds[i].name, seeds[i].in);
		save("name", seeds[i].name, seeds[i].in);
	}
}

static void make_queries(void)
{
	static const struct {
		const char *name, *text;
	} seeds[] = {
		{ "caps", "operation=GetCACaps" },
		{ "cert", "operation=GetCACert&message=r1" },
		{ "cisco",
		    "operation=PKIOperation&message="
		    "MIIBCgKCAQEA%0AyzAFcp%2F/Kg==%0A" },
		{ "apple", "operation=PKIOperation&message=MIAGCSqG+/A=%3D" },
		{ "url", "message=MIAGCSqG-_A&OPERATION=pki%4fperation" },
		{ "twice", "operation=PKIOperation&message=MIAG%252BSqG" },
	};

	for (size_t i = 0; i < sizeof(seeds) / sizeof(seeds[0]); i++) {
		save("query", seeds[i].name, span_str(seeds[i].text));
		save_after("serve", seeds[i].name, SPAN_LIT("G"),
		    span_str(seeds[i].text));
	}
	save("ca_set", "caps",
	    SPAN_LIT("AES\r\nDES3\nsha-256\nSHA-512 \nSCEPStandard\n"));
}

/* Key and value as fuzz_rec.c wants them. */
static void save_rec(
    const char *name, const struct rec_key *key, struct buf *value)
{
	struct buf out = { 0 };
	uint8_t n = (uint8_t)key->n;

	MUST(key->n < 256);
	MUST(buf_put(&out, (struct span){ &n, 1 }, NULL) == 0);
	MUST(buf_put(&out, rec_key_span(key), NULL) == 0);
	MUST(buf_put(&out, buf_span(value), NULL) == 0);
	save("rec", name, buf_span(&out));
	buf_release(&out);
	buf_release(value);
}

static void make_records(void)
{
	struct stored_cert c = {
		.serial = { 3, { 1, 2, 3 } },
		.state = CERT_VALID,
		.not_before = FUZZ_NOW,
		.not_after = FUZZ_NOW + 86400,
		.issued_at = FUZZ_NOW,
		.trans_id = "1",
		.challenge_id = "0123abcd",
		.remote = "192.0.2.7",
		.der = cert,
	};
	struct stored_request r = {
		.key = { .trans_id = "a transaction" },
		.state = REQUEST_GRANTED,
		.type = SCEP_PKCSREQ,
		.serial = { 3, { 1, 2, 3 } },
		.created_at = FUZZ_NOW,
		.decided_at = FUZZ_NOW,
	};
	struct stored_challenge h = {
		.id = "0123abcd",
		.uses = 1,
		.created_at = FUZZ_NOW,
		.for_name = "CN=r1",
		.note = "static",
	};
	struct buf value = { 0 };
	struct rec_key key;

	MUST(rec_key_cert(&c.serial, &key, NULL) == 0);
	MUST(rec_put_cert(&c, &value, NULL) == 0);
	save_rec("cert", &key, &value);
	MUST(rec_key_request(&r.key, &key, NULL) == 0);
	MUST(rec_put_request(&r, &value, NULL) == 0);
	save_rec("request", &key, &value);
	rec_key_challenge(h.mac, &key);
	MUST(rec_put_challenge(&h, &value, NULL) == 0);
	save_rec("challenge", &key, &value);
	MUST(rec_key_challenge_id(h.id, &key, NULL) == 0);
	MUST(rec_put_challenge_id(h.mac, &value, NULL) == 0);
	save_rec("challenge-id", &key, &value);
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
	make_names();
	make_csrs();
	make_wishes();
	make_confs();
	make_certs();
	make_der();
	for (size_t i = 0; i < 5; i++) {
		make_envelope(ciphers[i]);
		make_request(SCEP_PKCSREQ, digests[i], ciphers[i]);
	}
	make_request(SCEP_RENEWALREQ, "SHA-256", "AES-128-CBC");
	make_request(SCEP_GETCERT, "SHA-256", "AES-128-CBC");
	make_reply(SCEP_SUCCESS, "success");
	make_reply(SCEP_FAILURE, "failure");
	make_reply(SCEP_PENDING, "pending");
	make_queries();
	make_records();
	buf_release(&subject);
	buf_release(&cert);
	buf_release(&csr);
	buf_release(&ca_cert);
	return 0;
}
