/*
 * What strangers can learn by having the server decrypt for them: nothing
 * (T-01, T-02, T-03; R083, R151).  Each test collects answers to requests that
 * differ in the envelope only and wants them equal to the octet, but for what
 * differs in any two answers.
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <gnutls/crypto.h>
#include <string.h>

#include "cbc.h"
#include "parts.h"
#include "scene.h"
#include "world.h"

enum { BLOCK = PARTS_BLOCK };

static struct span bytes_of(const uint8_t *p, size_t n)
{
	return (struct span){ p, n };
}

/* ---- who asks, and how ---- */

enum who { STRANGER, FORGER, REVOKED_DEVICE, DEVICE, WHO };
static const char *const who_names[] = { "stranger", "forger", "revoked",
	"enrolled" };
static struct client people[WHO];

/* One way to ask: a messageType and a signer. */
struct form {
	int type;
	enum who who;
};
static const struct form forms[] = {
	{ SCEP_PKCSREQ, STRANGER },
	{ SCEP_PKCSREQ, FORGER },
	{ SCEP_PKCSREQ, REVOKED_DEVICE },
	{ SCEP_PKCSREQ, DEVICE },
	{ SCEP_RENEWALREQ, STRANGER },
	{ SCEP_RENEWALREQ, FORGER },
	{ SCEP_RENEWALREQ, REVOKED_DEVICE },
	{ SCEP_RENEWALREQ, DEVICE },
	{ SCEP_GETCERT, STRANGER },
	{ SCEP_GETCERT, DEVICE },
	{ SCEP_GETCRL, STRANGER },
};

ParameterizedTestParameters(oracle, rsa_blocks)
{
	static size_t idx[COUNT(forms)];

	for (size_t n = 0; n < COUNT(idx); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, COUNT(idx));
}

ParameterizedTestParameters(oracle, last_octets)
{
	static size_t idx[COUNT(forms)];

	for (size_t n = 0; n < COUNT(idx); n++)
		idx[n] = n;
	return cr_make_param_array(size_t, idx, COUNT(idx));
}

static void gather(void)
{
	struct serial serial;
	struct cert_view real;
	struct world_issuer namesake;
	struct world_cert w = { .not_after = TEST_NOW + 86400 };

	begin(CA_RSA_RA, "");
	ok(ca_certs(h.ca, e));
	client_make(&people[STRANGER], "dev2", "rsa:2048", "CN=stranger");
	world_enrol(&people[REVOKED_DEVICE], &h, "dev3", "CN=revoked", TEST_NOW,
	    &serial);
	world_revoke(&h, &serial, REASON_KEY_COMPROMISE, TEST_NOW);
	world_enrol(&people[DEVICE], &h, "dev5", "CN=device", TEST_NOW, NULL);
	/* a certificate that says it is the device's: T-21 */
	client_make(&people[FORGER], "dev2", "rsa:2048", "CN=device");
	ok(cert_parse(buf_span(&people[DEVICE].cert), &real, e));
	namesake = (struct world_issuer){ people[FORGER].key, real.issuer };
	w.subject = real.subject;
	w.serial = real.serial;
	w.key = people[FORGER].key;
	world_sign(&namesake, &w, &people[FORGER].cert);
}

static void disperse(void)
{
	for (size_t i = 0; i < WHO; i++)
		client_release(&people[i]);
	end();
}

/* What the answers were so far: all are to be as the first was. */
struct answers {
	struct form form;
	struct buf first;
	enum refusal why;
	size_t n;
};

static void try(struct answers *a, const struct parts *p, const char *what)
{
	struct buf env = { 0 }, noise = { 0 };
	struct ask q = { .type = a->form.type };
	struct result r;

	parts_put(&h, p, &env);
	q.envelope = buf_span(&env);
	client_enrol(&people[a->form.who], &h, &q, &r);
	cr_expect_eq(r.answer.status, SCEP_FAILURE, "%s", what);
	world_noise(&r, &noise);
	if (a->n++ == 0) {
		buf_move(&a->first, &noise);
		a->why = r.ev.refusal;
	}
	cr_expect(a->n == 1 || span_eq(buf_span(&a->first), buf_span(&noise)),
	    "type %d, %s: %s: answered '%s' (%s), the first was %s",
	    a->form.type, who_names[a->form.who], what, result_text(&r),
	    refusal_entry(r.ev.refusal)->code, refusal_entry(a->why)->code);
	/* the log names nobody to whom a stranger's envelope may belong */
	cr_expect_eq(r.ev.subject.n, 0, "%s", what);
	cr_expect_str_eq(r.ev.challenge_id, "", "%s", what);
	result_release(&r);
	buf_release(&env);
	buf_release(&noise);
}

/* ---- T-01: blocks that are no PKCS #1 ---- */

static uint8_t modulus[RSA_RAW_SIZE];

/* 00 02 PS 00 key, the key of n octets at the end */
static void pad(uint8_t m[RSA_RAW_SIZE], const uint8_t *key, size_t n)
{
	memset(m, 0xb7, RSA_RAW_SIZE);
	m[0] = 0;
	m[1] = 2;
	m[RSA_RAW_SIZE - n - 1] = 0;
	memcpy(m + RSA_RAW_SIZE - n, key, n);
}

static void try_block(struct answers *a, struct parts *p,
    const uint8_t m[RSA_RAW_SIZE], const char *what)
{
	p->wrapped_size = RSA_RAW_SIZE;
	rsa_raw_encrypt(modulus, m, p->wrapped);
	try(a, p, what);
}

/* A CSR under a key that is known, as its owner sends it. */
static void own_envelope(
    const struct client *who, const uint8_t key[32], struct parts *p)
{
	const struct alg_cipher *aes = alg_cipher_by_name("AES-128-CBC");
	struct buf *text = &p->ciphertext;
	uint8_t *end;
	size_t n;

	*p = (struct parts){ .iv = { 7 } };
	client_csr(who, &(struct ask){ .challenge = challenge }, text);
	n = BLOCK - text->n % BLOCK;
	ok(buf_grow(text, n, &end, e));
	memset(end, (int)n, n);
	ok(cbc_run(aes, CBC_ENCRYPT, key, p->iv, text->p, text->n, e));
}

static void try_forms_of_c(struct answers *a, struct parts *p)
{
	uint8_t m[RSA_RAW_SIZE] = { 0 };

	/* c = n, c = 2^2048 - 1, c of 255, 257, 0 octets */
	p->wrapped_size = RSA_RAW_SIZE;
	memcpy(p->wrapped, modulus, RSA_RAW_SIZE);
	try(a, p, "c = n");
	memset(p->wrapped, 0xff, sizeof(p->wrapped));
	try(a, p, "c > n");
	memset(p->wrapped, 0, sizeof(p->wrapped));
	try(a, p, "c = 0");
	p->wrapped[RSA_RAW_SIZE - 1] = 1;
	try(a, p, "c = 1");
	m[RSA_RAW_SIZE - 1] = 2;
	rsa_raw_encrypt(modulus, m, p->wrapped);
	p->wrapped_size = RSA_RAW_SIZE - 1;
	try(a, p, "c of 255 octets");
	p->wrapped_size = RSA_RAW_SIZE + 1;
	try(a, p, "c of 257 octets");
	p->wrapped_size = 1;
	try(a, p, "c of 1 octet");
	p->wrapped_size = 0;
	try(a, p, "c of no octets");
}

/*
 * Every class of malformed block, each around the right content key, so that a
 * server that lets one pass issues.
 */
ParameterizedTest(size_t *i, oracle, rsa_blocks, .timeout = 120)
{
	static const size_t sizes[] = { 0, 8, 15, 17, 24, 32 };
	uint8_t key[32] = "0123456789abcdef0123456789abcde";
	uint8_t m[RSA_RAW_SIZE];
	struct answers a = { .form = forms[*i] };
	struct census before;
	struct parts p;

	gather();
	rsa_raw_modulus(h.ca->enc_cert.spki, modulus);
	own_envelope(&people[forms[*i].who], key, &p);
	world_census(&h, &before);
	pad(m, (const uint8_t *)"another key here", BLOCK);
	try_block(&a, &p, m, "another key");
	pad(m, key, BLOCK);
	m[0] = 1;
	try_block(&a, &p, m, "01 02");
	for (unsigned type = 0; type < 256; type += type < 3 ? 1 : 126) {
		pad(m, key, BLOCK);
		m[1] = (uint8_t)type;
		if (type != 2)
			try_block(&a, &p, m, "00 and not 02");
	}
	for (size_t n = 0; n < COUNT(sizes); n++) {
		pad(m, key, sizes[n]);
		try_block(&a, &p, m, "a key of another size");
	}
	pad(m, key, BLOCK);
	m[RSA_RAW_SIZE - BLOCK - 1] = 0x55;
	try_block(&a, &p, m, "no separator");
	for (size_t at = 2; at < RSA_RAW_SIZE; at += at < 4 ? 1 : 31) {
		pad(m, key, BLOCK);
		m[at] = 0;
		if (at < RSA_RAW_SIZE - BLOCK - 1)
			try_block(&a, &p, m, "separator too early");
		m[RSA_RAW_SIZE - BLOCK - 1] = 0x55;
		try_block(&a, &p, m, "separator elsewhere");
	}
	try_forms_of_c(&a, &p);
	world_unchanged(&h, &before, "malformed blocks");
	buf_release(&p.ciphertext);
	buf_release(&a.first);
	disperse();
}

/* ---- T-02: CBC ---- */

/*
 * 256 guesses at the last octet of a captured envelope, and its capture as it
 * was.  That alone may be told from the rest by who has, or had, a certificate
 * of ours: the request is then a whole one, and he is told that he may not.
 */
static bool is_known(enum who who)
{
	return who == REVOKED_DEVICE || who == DEVICE;
}

ParameterizedTest(size_t *i, oracle, last_octets, .timeout = 120)
{
	struct answers a = { .form = forms[*i] };
	struct census before;
	struct parts p;
	struct result r;
	uint8_t *octet;

	gather();
	parts_capture(&c, &h, &(struct ask){ .challenge = challenge }, &p);
	octet = &p.ciphertext.p[p.ciphertext.n - BLOCK - 1];
	world_census(&h, &before);
	for (unsigned guess = 1; guess < 256; guess++) {
		*octet ^= (uint8_t)guess;
		try(&a, &p, "a guess");
		*octet ^= (uint8_t)guess;
	}
	if (!is_known(forms[*i].who))
		try(&a, &p, "captured, unchanged");
	/* T-03: and the victim's challenge is as good as before */
	world_unchanged(&h, &before, "guesses");
	cr_expect_eq(world_uses(&h, challenge), 0);
	client_enrol(&c, &h, &(struct ask){ .challenge = challenge }, &r);
	granted(&r);
	result_release(&r);
	buf_release(&p.ciphertext);
	buf_release(&a.first);
	disperse();
}

/*
 * Vaudenay's attack through GetCert and GetCRL, which ask for no proof of the
 * key that a CSR gives.  The attacker has the victim's envelope and knows the
 * first block of any CSR, so he knows what the cipher makes of that block, and
 * can write every other block of a message under the victim's content key:
 *
 *	30 4d 30 1c 04 1a .....	   chosen: IssuerAndSerialNumber, whose issuer
 *	................	   holds a block that he does not know,
 *	02 2d 01 ..............	   chosen: and whose serial number holds
 *	................	   another, and
 *	...............X	   the block that he wants to read
 *
 * X is padding, 01, for one guess of 256.  If that one is answered in any other
 * way than the rest he has an octet of the CSR, and soon its challenge.
 */
static void forge_names(const struct parts *captured, struct span csr,
    size_t target, unsigned guess, struct parts *p)
{
	uint8_t b1[BLOCK] = "\x30\x4d\x30\x1c\x04\x1a",
		b3[BLOCK] = "\x02\x2d\x01";
	uint8_t blocks[5][BLOCK];
	const uint8_t *first = captured->ciphertext.p;

	*p = *captured;
	p->ciphertext = (struct buf){ 0 };
	memset(blocks, 0x3c, sizeof(blocks));
	for (size_t i = 0; i < BLOCK; i++) {
		uint8_t known = csr.p[i] ^ captured->iv[i]; /* D(first) */

		p->iv[i] = known ^ b1[i];
		blocks[1][i] = known ^ b3[i];
	}
	memcpy(blocks[0], first, BLOCK);
	memcpy(blocks[2], first, BLOCK);
	blocks[3][BLOCK - 1] = (uint8_t)guess;
	memcpy(blocks[4], first + target * BLOCK, BLOCK);
	ok(buf_put(&p->ciphertext, bytes_of(&blocks[0][0], sizeof(blocks)), e));
}

Test(oracle, names_around_a_captured_block, .timeout = 120)
{
	static const int types[] = { SCEP_GETCERT, SCEP_GETCRL };
	const struct ask q = { .challenge = challenge };
	struct buf csr = { 0 };
	struct parts captured, p;
	struct answers a;

	gather();
	client_csr(&c, &q, &csr);
	parts_capture(&c, &h, &q, &captured);
	for (size_t t = 0; t < COUNT(types); t++) {
		a = (struct answers){ .form = { types[t], STRANGER } };
		for (unsigned guess = 0; guess < 256; guess++) {
			forge_names(&captured, buf_span(&csr), 20, guess, &p);
			try(&a, &p, "a guess");
			buf_release(&p.ciphertext);
		}
		buf_release(&a.first);
	}
	buf_release(&csr);
	buf_release(&captured.ciphertext);
	disperse();
}
