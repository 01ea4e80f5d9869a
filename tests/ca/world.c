#include "world.h"

#include <criterion/criterion.h>
#include <string.h>

enum { PAGE = 50 };

void world_enrol(struct client *c, struct ca_home *h, const char *key,
    const char *name, int64_t now, struct serial *serial)
{
	char value[CHALLENGE_TEXT_SIZE + 1];
	struct result r;

	client_make(c, key, "rsa:2048", name);
	ca_home_challenge(h, NULL, value);
	client_enrol_at(c, h,
	    &(struct ask){ .challenge = value, .trans_id = "first" }, now, &r);
	cr_assert_eq(r.answer.status, SCEP_SUCCESS, "%s: %s: %s", name,
	    refusal_entry(r.ev.refusal)->code, r.ev.detail);
	client_adopt(c, NULL, buf_span(&r.cert));
	if (serial != NULL)
		*serial = r.ev.serial;
	result_release(&r);
}

void world_revoke(struct ca_home *h, const struct serial *serial,
    enum crl_reason reason, int64_t now)
{
	enum revoke_outcome outcome;
	struct stored_cert cert = { 0 };

	ok(ca_store(h->ca, e));
	ok(store_revoke(
	    h->ca->store, serial, reason, now, NULL, &outcome, &cert, e));
	cr_assert_eq(outcome, REVOKE_DONE);
	stored_cert_release(&cert);
}

void world_sign(const struct world_issuer *issuer, const struct world_cert *w,
    struct buf *der)
{
	/* BIT STRING: digitalSignature, keyEncipherment */
	static const uint8_t usage[] = { DER_BIT_STRING, 2, 5, 0xa0 };
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf spki = { 0 }, extensions = { 0 }, tbs = { 0 };
	struct cert_fields f = {
		.serial = w->serial.n > 0 ? w->serial : SPAN_LIT("\x66\x66"),
		.issuer = issuer->name,
		.subject = w->subject,
		.not_before = TEST_NOW - 86400,
		.not_after =
		    w->not_after != 0 ? w->not_after : TEST_NOW + 86400,
	};

	ok(privkey_spki(w->key, &spki, e));
	ok(extension_put(&extensions, "2.5.29.15", true,
	    (struct span){ usage, sizeof(usage) }, e));
	f.spki = buf_span(&spki);
	f.extensions = buf_span(&extensions);
	ok(cert_tbs(&f, privkey_algorithm(issuer->key), digest, &tbs, e));
	buf_cut(der, 0);
	ok(cert_sign(buf_span(&tbs), issuer->key, digest, der, e));
	buf_release(&spki);
	buf_release(&extensions);
	buf_release(&tbs);
}

void world_key(
    const struct client *c, const char *trans_id, struct request_key *key)
{
	struct buf spki = { 0 };

	*key = (struct request_key){ .trans_id = "" };
	ok(privkey_spki(c->key, &spki, e));
	ok(sha256_of(buf_span(&spki), key->key_hash, e));
	cr_assert_lt(strlen(trans_id), sizeof(key->trans_id));
	strcpy(key->trans_id, trans_id);
	buf_release(&spki);
}

void world_decide(struct ca_home *h, const struct client *c,
    const char *trans_id, bool approve, const char *reason, int64_t now)
{
	struct request_key key;
	struct stored_request r = { 0 };
	bool decided;

	world_key(c, trans_id, &key);
	ok(ca_store(h->ca, e));
	ok(store_decide(h->ca->store, &key, NULL, approve, reason, now, NULL,
	    &decided, &r, e));
	cr_assert(decided, "transaction %s: state %d", trans_id, r.state);
	stored_request_release(&r);
}

int world_state(struct ca_home *h, const struct client *c, const char *trans_id)
{
	struct request_key key;
	struct stored_request r = { 0 };
	struct stored_cert cert = { 0 };
	struct err why = { 0 };
	int state = 0;

	world_key(c, trans_id, &key);
	ok(ca_store(h->ca, e));
	if (store_request_find(h->ca->store, &key, &r, &cert, &why) == 0) {
		state = r.state;
		stored_request_release(&r);
		stored_cert_release(&cert);
	} else {
		cr_assert_eq(why.kind, ERR_NOT_FOUND, "%s", why.text);
	}
	return state;
}

void world_poll(const struct client *c, struct ca_home *h, const char *trans_id,
    int64_t now, struct result *r)
{
	client_enrol_at(c, h,
	    &(struct ask){ .type = SCEP_CERTPOLL, .trans_id = trans_id }, now,
	    r);
}

static void count_certs(struct store *st, struct census *n)
{
	static struct stored_cert page[PAGE];
	struct serial last = { 0 };
	size_t got = PAGE;

	for (bool first = true; got == PAGE; first = false) {
		ok(store_cert_page(
		    st, first ? NULL : &last, page, PAGE, &got, e));
		for (size_t i = 0; i < got; i++) {
			n->certs++;
			n->valid += page[i].state == CERT_VALID;
			last = page[i].serial;
			stored_cert_release(&page[i]);
		}
	}
}

static void count_requests(struct store *st, struct census *n)
{
	static struct stored_request page[PAGE];
	struct request_key last;
	size_t got = PAGE;

	for (bool first = true; got == PAGE; first = false) {
		ok(store_request_page(
		    st, first ? NULL : &last, page, PAGE, &got, e));
		for (size_t i = 0; i < got; i++) {
			n->requests++;
			n->open += request_is_open(&page[i]);
			last = page[i].key;
			stored_request_release(&page[i]);
		}
	}
}

static void count_challenges(struct store *st, struct census *n)
{
	static struct stored_challenge page[PAGE];
	uint8_t last[32];
	size_t got = PAGE;

	for (bool first = true; got == PAGE; first = false) {
		ok(store_challenge_page(
		    st, first ? NULL : last, page, PAGE, &got, e));
		for (size_t i = 0; i < got; i++) {
			n->challenges++;
			n->used += (size_t)page[i].used;
			n->revoked += page[i].revoked_at != 0;
			memcpy(last, page[i].mac, sizeof(last));
		}
	}
}

void world_census(struct ca_home *h, struct census *n)
{
	*n = (struct census){ 0 };
	ok(ca_store(h->ca, e));
	count_certs(h->ca->store, n);
	count_requests(h->ca->store, n);
	count_challenges(h->ca->store, n);
}

void world_unchanged(
    struct ca_home *h, const struct census *before, const char *what)
{
	struct census now;

	world_census(h, &now);
	cr_expect_eq(now.certs, before->certs, "%s: certificates", what);
	cr_expect_eq(now.valid, before->valid, "%s: valid ones", what);
	cr_expect_eq(now.requests, before->requests, "%s: requests", what);
	cr_expect_eq(now.open, before->open, "%s: open requests", what);
	cr_expect_eq(now.challenges, before->challenges, "%s", what);
	cr_expect_eq(now.used, before->used, "%s: challenges used", what);
	cr_expect_eq(now.revoked, before->revoked, "%s: challenges", what);
}

int32_t world_uses(struct ca_home *h, const char *value)
{
	struct authorisation a;
	struct stored_challenge c;
	enum refusal why;

	ok(challenge_authorise(h->ca,
	    &(struct challenge_use){
		.present = true, .value = span_str(value) },
	    TEST_NOW, &a, &why, e));
	cr_assert_neq(why, REFUSE_CHALLENGE_UNKNOWN, "no such challenge");
	ok(store_challenge_find(h->ca->store, a.challenge_mac, &c, e));
	return c.used;
}

/* Overwrite the octets of `part`, which borrows m->der, in out. */
static void blank(const struct scep_msg *m, struct span part, struct buf *out)
{
	cr_assert(part.p >= m->der.p && part.p + part.n <= m->der.p + m->der.n);
	memset(out->p + (part.p - m->der.p), 0, part.n);
}

void world_noise(const struct result *r, struct buf *out)
{
	struct scep_msg m;
	struct span time;
	uint8_t tag;

	buf_cut(out, 0);
	ok(scep_msg_open(buf_span(&r->reply), &m, e));
	ok(buf_put(out, buf_span(&m.der), e));
	blank(&m, m.attrs.sender_nonce, out);
	blank(&m, m.cms.signature, out);
	ok(cms_attr_one(&m.cms, "1.2.840.113549.1.9.5", &tag, &time, e));
	blank(&m, time, out);
	scep_msg_release(&m);
}
