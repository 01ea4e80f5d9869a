/*
 * seed - put records into the store of a home, as enrolment would.  Without
 * more words, certificates: one that is valid, one revoked, one expired, and
 * some with names that a stranger chose to deceive whoever reads a listing
 * (T-48).
 *
 * usage: seed HOME
 *	  seed HOME enrolled NAME		CN=NAME, with the challenge on
 *						standard input
 *	  seed HOME granted NAME ENDPOINT	and by which one
 *	  seed HOME renewed NAME SECONDS	and its successor, so old
 *	  seed HOME pending CSR ID [ADDRESS [AGE [TTL]]]
 *	  seed HOME approved CSR ID		requests; CSR is a file, DER
 *	  seed HOME many CSR N			N that wait, under N ids
 *	  seed HOME ended CSR ID AGE		rejected; and a challenge
 *	  seed HOME crl AGE			made so long ago
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "crl.h"
#include "crl_publish.h"
#include "as_owner.h"
#include "csr.h"
#include "der.h"
#include "issue.h"
#include "name_match.h"
#include "store_pending.h"

static const struct {
	const char *name; /* UTF-8 */
	enum cert_state state;
	bool expired;
} certs[] = {
	{ "r1.example.org", CERT_VALID, false },
	{ "r2.example.org", CERT_REVOKED, false },
	{ "r3.example.org", CERT_VALID, true },
	{ "R4.other.example", CERT_HELD, false },
	{ "line\nbreak\r", CERT_VALID, false },
	{ "\033[2Jescape\a", CERT_VALID, false },
	{ "\342\200\256gro.elpmaxe", CERT_VALID, false }, /* U+202E */
	{ "\302\23331mcsi", CERT_VALID, false },	  /* U+009B */
};

static void die(const char *what, const struct err *e)
{
	fprintf(stderr, "seed: %s: %s\n", what, e->text);
	exit(1);
}

/* make_name - CN=name,O=Example, to the octet */
static int make_name(const char *name, struct buf *der, struct err *e)
{
	static const uint8_t cn[] = { 0x55, 4, 3 }, o[] = { 0x55, 4, 10 };
	const struct {
		struct span oid, value;
	} rdns[] = {
		{ { o, sizeof(o) }, SPAN_LIT("Example") },
		{ { cn, sizeof(cn) }, span_str(name) },
	};
	struct buf all = { 0 };
	size_t i;
	int rc = 0;

	for (i = 0; i < 2 && rc == 0; i++) {
		struct buf attr = { 0 }, set = { 0 };

		if (der_put(&attr, DER_OID, rdns[i].oid, e) != 0 ||
		    der_put(&attr, DER_UTF8, rdns[i].value, e) != 0 ||
		    der_put(&set, DER_SEQUENCE, buf_span(&attr), e) != 0 ||
		    der_put(&all, DER_SET, buf_span(&set), e) != 0)
			rc = -1;
		buf_release(&attr);
		buf_release(&set);
	}
	if (rc == 0)
		rc = der_put(der, DER_SEQUENCE, buf_span(&all), e);
	buf_release(&all);
	return rc;
}

static void make_key(struct buf *spki)
{
	struct privkey *key = NULL;
	struct buf pem = { 0 };
	struct err e;

	if (privkey_generate("rsa:2048", &pem, &e) != 0 ||
	    privkey_import(buf_span(&pem), &key, &e) != 0 ||
	    privkey_spki(key, spki, &e) != 0)
		die("key", &e);
	buf_release(&pem);
	privkey_free(key);
}

/* issue - a certificate for `name`, as it is to be recorded but for the rest */
static void issue(struct ca *ca, const char *name, struct span spki,
    int64_t now, struct stored_cert *c)
{
	struct authorisation a = { .granted = true };
	struct grantable g = { .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE };
	struct buf subject = { 0 };
	struct err e;

	if (make_name(name, &subject, &e) != 0)
		die(name, &e);
	g.subject = buf_span(&subject);
	if (issue_leaf(ca, &a, &ca->conf.profile, &g, spki, now, c, &e) != 0 ||
	    name_hash(g.subject, c->name_hash, &e) != 0)
		die(name, &e);
	c->state = CERT_VALID;
	c->issued_at = now;
	strcpy(c->profile, ca->conf.profile.name);
	buf_release(&subject);
}

static void record(struct ca *ca, struct stored_cert *c)
{
	struct err e;

	if (store_cert_add(ca->store, c, NULL, &e) != 0)
		die("store", &e);
	stored_cert_release(c);
}

static void add(struct ca *ca, size_t i, struct span spki, int64_t now)
{
	struct stored_cert c = { 0 };

	issue(ca, certs[i].name, spki, now, &c);
	c.state = certs[i].state;
	if (c.state != CERT_VALID) {
		c.revoked_at = now;
		c.reason = c.state == CERT_HELD ? 6 : 1;
	}
	if (certs[i].expired)
		c.not_after = now - 60;
	snprintf(c.trans_id, sizeof(c.trans_id), "transaction-%zu", i);
	snprintf(c.remote, sizeof(c.remote), "192.0.2.%zu", i + 1);
	record(ca, &c);
}

static void add_all(struct ca *ca)
{
	struct buf spki = { 0 };
	size_t i;

	make_key(&spki);
	for (i = 0; i < sizeof(certs) / sizeof(certs[0]); i++)
		add(ca, i, buf_span(&spki), time(NULL));
	buf_release(&spki);
}

static void enrolled(struct ca *ca, const char *name)
{
	struct stored_challenge challenge;
	struct stored_cert c = { 0 };
	struct buf spki = { 0 };
	char value[300];
	struct err e;

	if (fgets(value, sizeof(value), stdin) == NULL)
		value[0] = '\0';
	value[strcspn(value, "\n")] = '\0';
	if (challenge_find(ca, span_str(value), &challenge, &e) != 0)
		die("challenge", &e);
	make_key(&spki);
	issue(ca, name, buf_span(&spki), time(NULL), &c);
	memcpy(c.challenge_id, challenge.id, sizeof(c.challenge_id));
	snprintf(c.trans_id, sizeof(c.trans_id), "of-%s", name);
	record(ca, &c);
	buf_release(&spki);
}

static void granted(struct ca *ca, const char *name, const char *endpoint)
{
	struct stored_cert c = { 0 };
	struct buf spki = { 0 };

	make_key(&spki);
	issue(ca, name, buf_span(&spki), time(NULL), &c);
	snprintf(c.trans_id, sizeof(c.trans_id), "of-%s", name);
	snprintf(c.endpoint, sizeof(c.endpoint), "%s", endpoint);
	record(ca, &c);
	buf_release(&spki);
}

static void renewed(struct ca *ca, const char *name, int64_t age)
{
	struct stored_cert old = { 0 }, new = { 0 };
	struct buf spki = { 0 };

	make_key(&spki);
	issue(ca, name, buf_span(&spki), time(NULL), &old);
	issue(ca, name, buf_span(&spki), time(NULL), &new);
	new.renews = old.serial;
	new.issued_at -= age;
	record(ca, &old);
	record(ca, &new);
	buf_release(&spki);
}

static void read_csr(const char *path, struct buf *der)
{
	struct err e = { .text = "cannot be read" };
	uint8_t bytes[8192];
	FILE *f = fopen(path, "rb");
	size_t n;

	if (f == NULL)
		die(path, &e);
	n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	if (buf_put(der, (struct span){ bytes, n }, &e) != 0)
		die(path, &e);
}

/* request - as a device with this CSR would leave it */
static void request(struct span der, const char *id, struct stored_request *r)
{
	struct csr csr;
	struct err e;

	*r = (struct stored_request){ .state = REQUEST_PENDING,
		.type = 19,
		.created_at = time(NULL),
		.reason = "no challenge" };
	if (csr_parse(der, &csr, &e) != 0 ||
	    sha256_of(csr.spki, r->key.key_hash, &e) != 0 ||
	    sha256_of(der, r->csr_hash, &e) != 0 ||
	    name_hash(csr.subject, r->name_hash, &e) != 0 ||
	    buf_put(&r->csr, der, &e) != 0)
		die("CSR", &e);
	snprintf(r->key.trans_id, sizeof(r->key.trans_id), "%s", id);
	snprintf(r->remote, sizeof(r->remote), "192.0.2.77");
	snprintf(r->endpoint, sizeof(r->endpoint), "default");
	r->expires_at = r->created_at + 86400;
	csr_release(&csr);
}

static void pend(struct ca *ca, const struct stored_request *r)
{
	const struct pend p = { .request = r, .now = r->created_at };
	enum pend_outcome outcome;
	struct err e;

	if (store_pend(ca->store, &p, &outcome, &e) != 0)
		die("store_pend", &e);
	if (outcome != PEND_DONE) {
		snprintf(e.text, sizeof(e.text), "outcome %d", (int)outcome);
		die("store_pend", &e);
	}
}

static void waiting(struct ca *ca, int argc, char **argv)
{
	struct stored_request r;
	struct buf der = { 0 };

	read_csr(argv[3], &der);
	request(buf_span(&der), argv[4], &r);
	if (strcmp(argv[2], "approved") == 0)
		r.state = REQUEST_APPROVED;
	if (argc > 5)
		snprintf(r.remote, sizeof(r.remote), "%s", argv[5]);
	if (argc > 6)
		r.created_at -= atol(argv[6]);
	if (argc > 7)
		r.expires_at = r.created_at + atol(argv[7]);
	pend(ca, &r);
	stored_request_release(&r);
	buf_release(&der);
}

static void many(struct ca *ca, const char *path, long n)
{
	struct stored_request r;
	struct buf der = { 0 };
	char id[32];

	read_csr(path, &der);
	while (n-- > 0) {
		snprintf(id, sizeof(id), "many-%ld", n);
		request(buf_span(&der), id, &r);
		pend(ca, &r);
		stored_request_release(&r);
	}
	buf_release(&der);
}

static void ended(struct ca *ca, const char *path, const char *id, int64_t age)
{
	const struct challenge_spec spec = { .uses = 1,
		.expires_at = time(NULL) - age };
	struct stored_request r, done = { 0 };
	struct stored_challenge challenge;
	struct buf der = { 0 }, value = { 0 };
	struct err e;
	bool decided;

	read_csr(path, &der);
	request(buf_span(&der), id, &r);
	r.created_at -= age;
	r.expires_at = 0;
	pend(ca, &r);
	if (store_decide(ca->store, &r.key, NULL, false, "gone by",
		time(NULL) - age, NULL, &decided, &done, &e) != 0 ||
	    challenge_new(
		ca, &spec, time(NULL) - age - 1, &value, &challenge, &e) != 0)
		die("ended", &e);
	stored_request_release(&done);
	stored_request_release(&r);
	buf_release(&value);
	buf_release(&der);
}

/* crl - by hand: crl_publish makes none before the CA began */
static void crl(struct ca *ca, int64_t age)
{
	struct crl_fields f = { .this_update = time(NULL) - age };
	struct buf der = { 0 };
	bool claimed;
	struct err e;

	if (ca_issue_key(ca, &e) != 0 ||
	    cert_ski(&ca->ca_cert, &f.aki, &e) != 0 ||
	    store_crl_claim(
		ca->store, time(NULL), 9, &f.number, &claimed, &e) != 0)
		die("CRL", &e);
	f.issuer = ca->ca_cert.subject;
	f.next_update = f.this_update + 7 * 86400;
	if (crl_make(&f, ca->ca_key, alg_digest_by_name("SHA-256"), &der, &e) !=
		0 ||
	    home_replace(ca->home, HOME_PUBLIC_CRL, 0644, buf_span(&der), &e) !=
		0 ||
	    store_crl_done(ca->store, f.number, f.this_update, f.next_update,
		NULL, &e) != 0)
		die("CRL", &e);
	buf_release(&der);
}

int main(int argc, char **argv)
{
	struct err e = { .text = "see the head of seed.c" };
	const char *what = argc > 2 ? argv[2] : "";
	struct ca *ca = NULL;

	if (argc < 2 || as_owner(argv[1], &e) != 0 ||
	    ca_open(argv[1], NULL, &ca, &e) != 0 || ca_store(ca, &e) != 0)
		die("usage", &e);
	if (argc == 2)
		add_all(ca);
	else if (argc == 4 && strcmp(what, "enrolled") == 0)
		enrolled(ca, argv[3]);
	else if (argc == 4 && strcmp(what, "crl") == 0)
		crl(ca, atol(argv[3]));
	else if (argc == 5 && strcmp(what, "granted") == 0)
		granted(ca, argv[3], argv[4]);
	else if (argc == 5 && strcmp(what, "renewed") == 0)
		renewed(ca, argv[3], atol(argv[4]));
	else if (argc == 5 && strcmp(what, "many") == 0)
		many(ca, argv[3], atol(argv[4]));
	else if (argc == 6 && strcmp(what, "ended") == 0)
		ended(ca, argv[3], argv[4], atol(argv[5]));
	else if (argc > 4 &&
	    (strcmp(what, "pending") == 0 || strcmp(what, "approved") == 0))
		waiting(ca, argc, argv);
	else
		die("usage", &e);
	ca_close(ca);
	return 0;
}
