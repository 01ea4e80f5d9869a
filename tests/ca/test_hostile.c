/*
 * Messages that are broken on purpose, of all five types and in all three
 * layers: no fault, no crash, and nothing more in the store (R019, T-30, T-33).
 *
 *	HOSTILE_RUNS=20000 HOSTILE_SEED=7 meson test ca-hostile
 */
#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "scene.h"
#include "world.h"

enum { RUNS = 2000, CENSUS_EVERY = 500, BODY = 64 * 1024 };

static const int types[] = { SCEP_PKCSREQ, SCEP_RENEWALREQ, SCEP_CERTPOLL,
	SCEP_GETCERT, SCEP_GETCRL };

/* What is broken, and then wrapped and signed as it should be. */
enum layer { MESSAGE, ENVELOPE, CONTENT, LAYERS };

static struct client device;
static const struct client *who; /* signs */
static struct ask q;
static struct buf good[LAYERS];
static struct census before;

/* The content that a request of this type has. */
static void good_content(void)
{
	struct buf env = { 0 };
	struct cms_enveloped v;
	const struct cms_recipient *to;
	const struct alg_cipher *cipher;

	client_envelope(who, &h, &q, &env);
	ok(cms_enveloped_parse(buf_span(&env), &v, e));
	ok(cms_enveloped_cipher(&v, &cipher, e));
	ok(ca_enc_key(h.ca, e));
	to = cms_enveloped_pick(&v, &h.ca->enc_cert);
	cr_assert_not_null(to);
	ok(cms_enveloped_decrypt(
	    &v, to, cipher, h.ca->enc_key, &good[CONTENT], e));
	cms_enveloped_release(&v);
	buf_release(&env);
}

/*
 * A request that was answered well: what is left of it when it is broken may be
 * the same request still, and must then get the same answer.  One that can be
 * read and is another needs a challenge, for a renewal too, and there is none.
 */
static void set_up(int type)
{
	struct result r;

	begin(CA_RSA_RA, "");
	world_enrol(&device, &h, "dev2", "CN=device", TEST_NOW, NULL);
	client_enrol(&c, &h, &(struct ask){ .trans_id = "waits" }, &r);
	cr_assert_eq(r.answer.status, SCEP_PENDING);
	result_release(&r);
	q = (struct ask){ .type = type, .trans_id = "hostile" };
	who = &device;
	if (type == SCEP_PKCSREQ || type == SCEP_CERTPOLL)
		who = &c;
	h.ca->conf.endpoint.renewal = RENEWAL_CHALLENGE;
	if (type == SCEP_PKCSREQ || type == SCEP_RENEWALREQ)
		q.challenge = challenge;
	if (type == SCEP_CERTPOLL)
		q.trans_id = "waits";
	good_content();
	q.content = buf_span(&good[CONTENT]);
	client_envelope(who, &h, &q, &good[ENVELOPE]);
	q.envelope = buf_span(&good[ENVELOPE]);
	client_ask(who, &h, &q, &good[MESSAGE]);
	client_send(who, &h, &q, buf_span(&good[MESSAGE]), TEST_NOW, &r);
	cr_assert_eq(r.answer.status,
	    type == SCEP_CERTPOLL ? SCEP_PENDING : SCEP_SUCCESS, "%d: %s", type,
	    refusal_entry(r.ev.refusal)->code);
	result_release(&r);
	world_census(&h, &before);
}

static void clear_up(void)
{
	ok(store_check(h.ca->store, e));
	for (size_t i = 0; i < LAYERS; i++)
		buf_release(&good[i]);
	client_release(&device);
	end();
}

/* Send it: an answer, or "this is no pkiMessage". */
static void suffer(struct span in, const char *what, unsigned n)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "192.0.2.66" };
	struct pki_event ev = { .answered = false };
	struct buf reply = { 0 };
	struct err why = { 0 };
	int rc = pki_operation(h.ca, &f, in, &reply, &ev, &why);

	if (rc != 0 && (why.kind != ERR_INPUT || reply.n != 0 || ev.answered))
		cr_expect(false, "%s %u: a fault of kind %d: %s", what, n,
		    why.kind, why.text);
	if (rc == 0 && (!ev.answered || reply.n == 0))
		cr_expect(false, "%s %u: no answer", what, n);
	if (rc == 0 && ev.delivers && !ev.repeated)
		cr_expect(false, "%s %u: a new certificate", what, n);
	pki_event_release(&ev);
	buf_release(&reply);
}

/* Put what is broken back into what it is in. */
static void suffer_layer(
    enum layer layer, struct span broken, const char *what, unsigned n)
{
	struct ask wrapped = q;
	struct buf msg = { 0 };

	if (layer == MESSAGE || broken.n == 0) {
		suffer(broken, what, n);
		return;
	}
	wrapped.content = broken;
	wrapped.envelope = layer == ENVELOPE ? broken : (struct span){ 0 };
	client_ask(who, &h, &wrapped, &msg);
	suffer(buf_span(&msg), what, n);
	buf_release(&msg);
}

/* ---- cut ---- */

static size_t *indexes(size_t n)
{
	static size_t idx[COUNT(types)];

	for (size_t i = 0; i < n; i++)
		idx[i] = i;
	return idx;
}

ParameterizedTestParameters(hostile, truncated)
{
	return cr_make_param_array(size_t, indexes(COUNT(types)), COUNT(types));
}

/* R019: cut at every octet; no part of a message is a message */
ParameterizedTest(size_t *i, hostile, truncated, .timeout = 120)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct pki_event ev;
	struct buf reply = { 0 };
	struct err why = { 0 };

	set_up(types[*i]);
	for (size_t n = 0; n < good[MESSAGE].n; n++) {
		if (pki_operation(h.ca, &f, (struct span){ good[MESSAGE].p, n },
			&reply, &ev, &why) != -1 ||
		    why.kind != ERR_INPUT || reply.n != 0)
			cr_expect(false, "type %d, %zu of %zu: %s", types[*i],
			    n, good[MESSAGE].n, why.text);
		pki_event_release(&ev);
	}
	/* inside of what is whole outside: some of it, it is costly */
	for (unsigned layer = ENVELOPE; layer < LAYERS; layer++)
		for (size_t n = 1; n < good[layer].n; n += 1 + n / 8)
			suffer_layer((enum layer)layer,
			    (struct span){ good[layer].p, n }, "cut",
			    (unsigned)n);
	world_unchanged(&h, &before, "truncated");
	clear_up();
}

/* ---- mutated ---- */

static uint64_t state; /* of the generator: xorshift64* */

static unsigned random_below(size_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (unsigned)((state * UINT64_C(2685821657736338717) >> 33) % n);
}

static unsigned long setting(const char *name, unsigned long otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoul(text, NULL, 10) : otherwise;
}

/* Take n octets out at `at`, put m random ones there. */
static void splice(struct buf *b, size_t at, size_t n, size_t m)
{
	struct buf out = { 0 };
	uint8_t *p;

	ok(buf_put(&out, (struct span){ b->p, at }, e));
	ok(buf_grow(&out, m, &p, e));
	for (size_t i = 0; i < m; i++)
		p[i] = (uint8_t)random_below(256);
	ok(buf_put(&out, (struct span){ b->p + at + n, b->n - at - n }, e));
	buf_move(b, &out);
}

static void mutate(struct buf *b)
{
	static const uint8_t odd[] = { 0x00, 0x01, 0x02, 0x04, 0x05, 0x06, 0x13,
		0x24, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0x84, 0xa0, 0xff };
	size_t at = random_below(b->n), n;

	switch (random_below(6)) {
	case 0:
		b->p[at] ^= (uint8_t)(1U << random_below(8));
		break;
	case 1:
		b->p[at] = (uint8_t)random_below(256);
		break;
	case 2:
		b->p[at] = odd[random_below(sizeof(odd))];
		break;
	case 3:
		n = 1 + random_below(16);
		splice(b, at, n < b->n - at ? n : 0, 0);
		break;
	case 4:
		splice(b, at, 0, 1 + random_below(16));
		break;
	default: /* one place is copied to another */
		n = 1 + random_below(32);
		if (n < b->n - at)
			memmove(b->p + random_below(b->n - n), b->p + at, n);
	}
}

ParameterizedTestParameters(hostile, mutated)
{
	return cr_make_param_array(size_t, indexes(COUNT(types)), COUNT(types));
}

/*
 * One to four random changes, in the message itself or in what it holds.  The
 * seed is printed, and again with every failure.  No timeout: HOSTILE_RUNS says
 * how long it takes (and Criterion 2.4.1 leaks one of an hour).
 */
ParameterizedTest(size_t *i, hostile, mutated)
{
	unsigned long seed = setting("HOSTILE_SEED", 1);
	unsigned long runs = setting("HOSTILE_RUNS", RUNS);
	struct buf broken = { 0 };
	char what[100];

	set_up(types[*i]);
	state = (seed + 1) * UINT64_C(0x9e3779b97f4a7c15) + *i;
	fprintf(stderr, "type %d: %lu runs, HOSTILE_SEED=%lu\n", types[*i],
	    runs, seed);
	snprintf(what, sizeof(what), "type %d, HOSTILE_SEED=%lu, run",
	    types[*i], seed);
	for (unsigned n = 1; n <= runs; n++) {
		enum layer layer =
		    n % 4 < LAYERS ? (enum layer)(n % 4) : MESSAGE;

		buf_cut(&broken, 0);
		ok(buf_put(&broken, buf_span(&good[layer]), e));
		for (unsigned k = random_below(4) + 1; k > 0; k--)
			mutate(&broken);
		suffer_layer(layer, buf_span(&broken), what, n);
		if (n % CENSUS_EVERY == 0)
			world_unchanged(&h, &before, what);
	}
	world_unchanged(&h, &before, what);
	buf_release(&broken);
	clear_up();
}

/* ---- built to burst ---- */

static void repeat(struct buf *b, struct span unit, size_t size)
{
	while (b->n + unit.n <= size)
		ok(buf_put(b, unit, e));
}

/* Elements in elements, each with the length that it has. */
static void nest(struct buf *b, uint8_t tag, unsigned depth)
{
	struct buf in = { 0 };

	ok(buf_put(&in, SPAN_LIT("\x05\x00"), e));
	for (; depth > 0; depth--) {
		buf_cut(b, 0);
		ok(der_put(b, tag, buf_span(&in), e));
		buf_move(&in, b);
	}
	buf_move(b, &in);
}

/* One element of `tag` with as many units as there is room for. */
static void spread(struct buf *b, uint8_t tag, struct span unit)
{
	struct buf in = { 0 };

	repeat(&in, unit, BODY - 8);
	ok(der_put(b, tag, buf_span(&in), e));
	buf_release(&in);
}

static const struct {
	const char *name;
	struct span head, unit; /* the head, then the unit again and again */
} bombs[] = {
	{ "sequences without end", { 0 }, BYTES("\x30\x80") },
	{ "sets without end", { 0 }, BYTES("\x31\x80") },
	{ "octet strings without end", { 0 }, BYTES("\x24\x80") },
	{ "tagged without end", { 0 }, BYTES("\xa0\x80") },
	{ "ends without beginning", { 0 }, BYTES("\x00\x00") },
	{ "ends in one sequence", BYTES("\x30\x80"), BYTES("\x00\x00") },
	{ "pieces without end", BYTES("\x30\x80\x24\x80"), BYTES("\x04\x00") },
	{ "members without end", BYTES("\x30\x80"), BYTES("\x05\x00") },
	{ "long tags", { 0 }, BYTES("\x3f\xff\xff\xff\xff\xff\x7f\x00") },
	{ "a tag without end", BYTES("\x3f"), BYTES("\xff") },
	{ "2^31 - 1 octets", BYTES("\x30\x84\x7f\xff\xff\xff"),
	    BYTES("\x05\x00") },
	{ "2^32 - 1 octets", BYTES("\x30\x84\xff\xff\xff\xff"),
	    BYTES("\x05\x00") },
	{ "2^64 - 1 octets", BYTES("\x30\x88\xff\xff\xff\xff\xff\xff\xff\xff"),
	    BYTES("\x05\x00") },
	{ "2^63 octets", BYTES("\x30\x88\x80\x00\x00\x00\x00\x00\x00\x00"),
	    BYTES("\x05\x00") },
	{ "a length of 126 octets", BYTES("\x30\xfe"), BYTES("\x01") },
	{ "the reserved length", BYTES("\x30\xff"), BYTES("\x05\x00") },
	{ "zeros before the length",
	    BYTES("\x30\x87\x00\x00\x00\x00\x00\xff\xf0"), BYTES("\x05\x00") },
	{ "lengths that lie", { 0 }, BYTES("\x30\x82\xff\xff") },
	{ "lengths that lie by one", BYTES("\x30\x82\xff\xfd"),
	    BYTES("\x30\x01") },
	{ "an OID without end",
	    BYTES("\x30\x83\x00\xff\xfb\x06\x83\x00\xff\xf6"), BYTES("\x81") },
	{ "what begins like a message",
	    BYTES("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80"
		  "\x30\x80\x02\x01\x01\x31\x80"),
	    BYTES("\x30\x00") },
	{ "what begins like an envelope",
	    BYTES("\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03\xa0\x80"
		  "\x30\x80\x02\x01\x00\x31\x80"),
	    BYTES("\x30\x00") },
};

/* Bombs that are well-formed: only their limits stop them. */
static void well_formed(size_t i, struct buf *b)
{
	static const uint8_t tags[] = { 0x30, 0x31, 0x24, 0xa0 };

	buf_cut(b, 0);
	if (i < 4)
		nest(b, tags[i], 5000);
	else if (i < 8)
		nest(b, tags[i - 4], 17);
	else if (i == 8)
		spread(b, 0x30, SPAN_LIT("\x05\x00"));
	else if (i == 9)
		spread(b, 0x31, SPAN_LIT("\x30\x00"));
	else
		spread(b, 0x24, SPAN_LIT("\x04\x01x"));
}
enum { WELL_FORMED = 11 };

/* In every layer, and in no time that anybody would notice. */
static void explode(struct span bomb, const char *name)
{
	struct timespec from, to;
	double seconds;

	for (unsigned layer = 0; layer < LAYERS; layer++) {
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
		suffer_layer((enum layer)layer, bomb, name, layer);
		clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
		seconds = (double)(to.tv_sec - from.tv_sec) +
		    (double)(to.tv_nsec - from.tv_nsec) / 1e9;
		cr_expect_lt(
		    seconds, 1.0, "%s, layer %u: %g s", name, layer, seconds);
	}
}

ParameterizedTestParameters(hostile, bombs)
{
	return cr_make_param_array(size_t, indexes(COUNT(types)), COUNT(types));
}

/* R058, T-30: depth, number of elements, lengths that lie */
ParameterizedTest(size_t *i, hostile, bombs, .timeout = 120)
{
	struct buf bomb = { 0 };

	set_up(types[*i]);
	for (size_t n = 0; n < COUNT(bombs); n++) {
		buf_cut(&bomb, 0);
		ok(buf_put(&bomb, bombs[n].head, e));
		repeat(&bomb, bombs[n].unit, BODY);
		explode(buf_span(&bomb), bombs[n].name);
	}
	for (size_t n = 0; n < WELL_FORMED; n++) {
		well_formed(n, &bomb);
		explode(buf_span(&bomb), "well-formed");
	}
	world_unchanged(&h, &before, "bombs");
	buf_release(&bomb);
	clear_up();
}
