/* alg.h, pubkey.h, privkey.h, cbc.h: R078, R080, T-01, T-02, T-07, T-31. */
#include <criterion/criterion.h>
#include <string.h>

#include "cbc.h"
#include "fixture.h"

Test(alg, grades)
{
	cr_expect_eq(digest("SHA-256")->grade, ALG_CURRENT);
	cr_expect_eq(digest("SHA-1")->grade, ALG_LEGACY);
	cr_expect_eq(digest("MD5")->grade, ALG_OBSOLETE);
	cr_expect_eq(cipher("AES-128-CBC")->grade, ALG_CURRENT);
	cr_expect_eq(cipher("DES-EDE3-CBC")->grade, ALG_LEGACY);
	cr_expect_eq(cipher("DES-CBC")->grade, ALG_OBSOLETE);
	cr_expect_null(alg_cipher_by_oid("1.2.840.113549.3.2"), "RC2");
	cr_expect_null(alg_digest_by_oid("1.2.840.113549.2.2"), "MD2");
	cr_expect_str_eq(alg_name("1.2.840.113549.3.2"), "RC2-CBC");
	cr_expect_str_eq(alg_name("1.2.3.4"), "1.2.3.4");
}

/* Field note C5: either OID, but the digests must agree. */
Test(alg, signature_oids)
{
	const char *rsa_sha256 = "1.2.840.113549.1.1.11";
	const struct alg_digest *used;
	gnutls_sign_algorithm_t sig;

	cr_expect_eq(alg_signature(ALG_OID_RSA, GNUTLS_PK_RSA,
			 digest("SHA-512"), &sig, &used, NULL),
	    0);
	cr_expect_eq(sig, GNUTLS_SIGN_RSA_SHA512);
	cr_expect_eq(
	    alg_signature(rsa_sha256, GNUTLS_PK_RSA, NULL, &sig, &used, NULL),
	    0);
	cr_expect_str_eq(used->name, "SHA-256");
	cr_expect_eq(alg_signature(rsa_sha256, GNUTLS_PK_RSA, digest("SHA-1"),
			 &sig, &used, NULL),
	    -1, "digests contradict");
	cr_expect_eq(
	    alg_signature(rsa_sha256, GNUTLS_PK_ECDSA, NULL, &sig, &used, NULL),
	    -1, "another type of key");
	cr_expect_eq(
	    alg_signature(ALG_OID_RSA, GNUTLS_PK_RSA, NULL, &sig, &used, NULL),
	    -1, "no digest at all");
	cr_expect_eq(alg_signature("1.2.840.113549.1.1.10", GNUTLS_PK_RSA,
			 digest("SHA-256"), &sig, &used, NULL),
	    -1, "PSS");
}

/* A SubjectPublicKeyInfo for an RSA key of our choice. */
static void rsa_spki(struct buf *spki, struct span n, struct span x)
{
	struct buf key = { 0 }, seq = { 0 }, bits = { 0 }, alg = { 0 };
	struct buf all = { 0 };

	hex_get(&alg, SPAN_LIT("300d06092a864886f70d0101010500"), NULL);
	der_put(&key, DER_INTEGER, n, NULL);
	der_put(&key, DER_INTEGER, x, NULL);
	buf_put(&bits, SPAN_LIT("\0"), NULL);
	der_put(&seq, DER_SEQUENCE, buf_span(&key), NULL);
	buf_put(&bits, buf_span(&seq), NULL);
	buf_put(&all, buf_span(&alg), NULL);
	der_put(&all, DER_BIT_STRING, buf_span(&bits), NULL);
	buf_cut(spki, 0);
	der_put(spki, DER_SEQUENCE, buf_span(&all), NULL);
	buf_release(&key);
	buf_release(&seq);
	buf_release(&bits);
	buf_release(&alg);
	buf_release(&all);
}

/* T-31: sizes and exponents that are refused before they are used. */
Test(pubkey, rsa_bounds)
{
	static const struct {
		const char *name;
		size_t bytes;	      /* of the modulus */
		uint8_t last;	      /* octet of the modulus */
		const char *exponent; /* hex */
		int want;
	} rows[] = {
		{ "1024 bits", 128, 0x01, "010001", 0 },
		{ "4096 bits", 512, 0x01, "03", 0 },
		{ "exponent of 32 bits", 256, 0x01, "00ffffffff", 0 },
		{ "768 bits", 96, 0x01, "010001", -1 },
		{ "8192 bits", 1024, 0x01, "010001", -1 },
		{ "16384 bits", 2048, 0x01, "010001", -1 },
		{ "even modulus", 256, 0x02, "010001", -1 },
		{ "exponent one", 256, 0x01, "01", -1 },
		{ "even exponent", 256, 0x01, "04", -1 },
		{ "exponent over 2^32", 256, 0x01, "0100000001", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct buf n = { 0 }, x = { 0 }, spki = { 0 };
		struct pubkey key = { 0 };
		uint8_t *at;

		cr_assert_eq(buf_grow(&n, rows[i].bytes + 1, &at, NULL), 0);
		memset(at + 1, 0xc5, rows[i].bytes);
		at[rows[i].bytes] = rows[i].last;
		hex_get(&x, span_str(rows[i].exponent), NULL);
		rsa_spki(&spki, buf_span(&n), buf_span(&x));
		cr_expect_eq(pubkey_import(buf_span(&spki), &key, NULL),
		    rows[i].want, "%s", rows[i].name);
		pubkey_release(&key);
		buf_release(&n);
		buf_release(&x);
		buf_release(&spki);
	}
}

Test(pubkey, other_kinds_are_refused)
{
	/* Ed25519 and secp256k1, well formed */
	static const char *const spki[] = {
		"302a300506032b6570032100d75a980182b10ab7d54bfed3c964073a0ee172"
		"f"
		"3daa62325af021a68f707511a",
		"3056301006072a8648ce3d020106052b8104000a03420004"
		"79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f817"
		"9"
		"8483ada7726a3c4655da4fbfc0e1108a8fd17b448a68554199c47d08ffb10d"
		"4"
		"b8",
	};

	for (size_t i = 0; i < 2; i++) {
		struct buf der = { 0 };
		struct pubkey key;
		struct err e;

		cr_assert_eq(hex_get(&der, span_str(spki[i]), NULL), 0);
		cr_expect_eq(pubkey_import(buf_span(&der), &key, &e), -1);
		cr_expect_eq(e.kind, ERR_ALG, "%s", e.text);
		buf_release(&der);
	}
}

Test(privkey, signs_and_verifies)
{
	static const char *const kinds[] = { "rsa:2048", "ec:p256", "ec:p384",
		"ec:p521" };

	for (size_t i = 0; i < 4; i++) {
		const struct alg_digest *d = digest("SHA-256");
		struct party p;
		struct buf sig = { 0 };
		gnutls_sign_algorithm_t alg;

		party_make(&p, kinds[i], "CN=x");
		alg = p.pub.pk == GNUTLS_PK_RSA ? d->rsa : d->ecdsa;
		cr_assert_eq(
		    privkey_sign(p.key, d, SPAN_LIT("data"), &sig, NULL), 0);
		cr_expect_eq(pubkey_verify(&p.pub, alg, SPAN_LIT("data"),
				 buf_span(&sig), NULL),
		    0);
		cr_expect_eq(pubkey_verify(&p.pub, alg, SPAN_LIT("Data"),
				 buf_span(&sig), NULL),
		    -1);
		buf_release(&sig);
		party_release(&p);
	}
}

Test(privkey, garbage)
{
	struct privkey *key = NULL;
	struct buf pem = { 0 };
	struct err e;

	cr_expect_eq(privkey_import(SPAN_LIT("no key"), &key, &e), -1);
	cr_expect_eq(privkey_import((struct span){ 0 }, &key, &e), -1);
	cr_expect_eq(privkey_generate("rsa:512", &pem, &e), -1);
	cr_expect_null(key);
}

/*
 * T-01: nothing that an attacker can put into encryptedKey makes a difference
 * that he could see: the result is always some key, the same one for one
 * ciphertext.
 */
Test(privkey, unwrap_has_no_oracle)
{
	struct party p;
	struct buf good = { 0 };
	uint8_t cek[16], again[16], bad[257];

	party_make(&p, "rsa:2048", "CN=x");
	cr_assert_eq(
	    pubkey_wrap(&p.pub, SPAN_LIT("0123456789abcdef"), &good, NULL), 0);
	privkey_unwrap(p.key, buf_span(&good), cek, 16);
	cr_expect_arr_eq(cek, "0123456789abcdef", 16);

	/* a conformant ciphertext, but for a key of another length */
	privkey_unwrap(p.key, buf_span(&good), cek, 15);
	privkey_unwrap(p.key, buf_span(&good), again, 15);
	cr_expect_arr_eq(cek, again, 15);
	cr_expect_neq(memcmp(cek, "0123456789abcde", 15), 0);

	/* all zeros, all ones (over the modulus), random, short, long */
	for (int kind = 0; kind < 5; kind++) {
		size_t n = kind == 3 ? 100 : kind == 4 ? 257 : 256;

		memset(bad, kind == 1 ? 0xff : 0, sizeof(bad));
		for (size_t i = 0; kind >= 2 && i < n; i++)
			bad[i] = (uint8_t)(i * 37 + 11);
		privkey_unwrap(p.key, (struct span){ bad, n }, cek, 16);
		privkey_unwrap(p.key, (struct span){ bad, n }, again, 16);
		cr_expect_arr_eq(cek, again, 16, "kind %d", kind);
		bad[n - 1] ^= 1;
		privkey_unwrap(p.key, (struct span){ bad, n }, again, 16);
		cr_expect_neq(memcmp(cek, again, 16), 0, "kind %d", kind);
	}
	buf_release(&good);
	party_release(&p);
}

/* Some encoders strip the leading zeros of a ciphertext. */
Test(privkey, unwrap_pads_what_is_short)
{
	struct party p;
	struct buf wrapped = { 0 };
	uint8_t cek[16];

	party_make(&p, "rsa:2048", "CN=x");
	do { /* one in 256 begins with a zero */
		buf_cut(&wrapped, 0);
		cr_assert_eq(pubkey_wrap(&p.pub, SPAN_LIT("0123456789abcdef"),
				 &wrapped, NULL),
		    0);
	} while (wrapped.p[0] != 0);
	privkey_unwrap(p.key, (struct span){ wrapped.p + 1, wrapped.n - 1 },
	    cek, sizeof(cek));
	cr_expect_arr_eq(cek, "0123456789abcdef", 16);
	buf_release(&wrapped);
	party_release(&p);
}

/* T-02: bad padding is no padding. */
Test(cbc, unpadded)
{
	uint8_t p[32] = { 0 };

	p[31] = 1;
	cr_expect_eq(cbc_unpadded(p, 32, 16), 31);
	p[31] = 2;
	cr_expect_eq(cbc_unpadded(p, 32, 16), 32, "second octet differs");
	p[30] = 2;
	cr_expect_eq(cbc_unpadded(p, 32, 16), 30);
	p[31] = 0;
	cr_expect_eq(cbc_unpadded(p, 32, 16), 32, "zero");
	memset(p + 16, 16, 16);
	cr_expect_eq(cbc_unpadded(p, 32, 16), 16, "a whole block");
	memset(p, 17, 32);
	cr_expect_eq(cbc_unpadded(p, 32, 16), 32, "more than a block");
	memset(p, 255, 32);
	cr_expect_eq(cbc_unpadded(p, 32, 16), 32, "255");
	memset(p, 8, 32);
	cr_expect_eq(cbc_unpadded(p, 8, 8), 0, "nothing but padding");
}

/* FIPS 81's single DES example, run as EDE3. */
Test(cbc, single_des)
{
	struct buf key = { 0 }, iv = { 0 }, text = { 0 }, want = { 0 };

	hex_get(&key, SPAN_LIT("0123456789abcdef"), NULL);
	hex_get(&iv, SPAN_LIT("1234567890abcdef"), NULL);
	buf_put(&text, SPAN_LIT("Now is the time for all "), NULL);
	hex_get(&want,
	    SPAN_LIT("e5c7cdde872bf27c43e934008c389c0f683788499a7c05f6"), NULL);
	cr_assert_eq(cbc_run(cipher("DES-CBC"), CBC_ENCRYPT, key.p, iv.p,
			 text.p, text.n, NULL),
	    0);
	cr_expect(span_eq(buf_span(&text), buf_span(&want)));
	buf_release(&key);
	buf_release(&iv);
	buf_release(&text);
	buf_release(&want);
}
