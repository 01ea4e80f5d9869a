/*
 * seed - put certificates into the store of a home, as enrolment would: one
 * that is valid, one revoked, one expired, and some with names that a stranger
 * chose to deceive whoever reads a listing (T-48).
 *
 * usage: seed HOME
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "der.h"
#include "issue.h"

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

static void add(struct ca *ca, size_t i, struct span spki, int64_t now)
{
	struct authorisation a = { .granted = true };
	struct stored_cert c = { 0 };
	struct grantable g = { .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE };
	struct buf subject = { 0 };
	struct err e;

	if (make_name(certs[i].name, &subject, &e) != 0)
		die(certs[i].name, &e);
	g.subject = buf_span(&subject);
	if (issue_leaf(ca, &a, &g, spki, now, &c, &e) != 0)
		die(certs[i].name, &e);
	c.state = certs[i].state;
	c.issued_at = now;
	if (c.state != CERT_VALID) {
		c.revoked_at = now;
		c.reason = c.state == CERT_HELD ? 6 : 1;
	}
	if (certs[i].expired)
		c.not_after = now - 60;
	snprintf(c.trans_id, sizeof(c.trans_id), "transaction-%zu", i);
	snprintf(c.remote, sizeof(c.remote), "192.0.2.%zu", i + 1);
	if (store_cert_add(ca->store, &c, &e) != 0)
		die("store", &e);
	stored_cert_release(&c);
	buf_release(&subject);
}

int main(int argc, char **argv)
{
	struct buf pem = { 0 }, spki = { 0 };
	struct privkey *key = NULL;
	struct ca *ca = NULL;
	struct err e = { .text = "usage: seed HOME" };
	size_t i;

	if (argc != 2 || ca_open(argv[1], NULL, &ca, &e) != 0 ||
	    ca_keys(ca, &e) != 0 || ca_store(ca, &e) != 0 ||
	    privkey_generate("rsa:2048", &pem, &e) != 0 ||
	    privkey_import(buf_span(&pem), &key, &e) != 0 ||
	    privkey_spki(key, &spki, &e) != 0)
		die("home", &e);
	for (i = 0; i < sizeof(certs) / sizeof(certs[0]); i++)
		add(ca, i, buf_span(&spki), time(NULL));
	buf_release(&pem);
	buf_release(&spki);
	privkey_free(key);
	ca_close(ca);
	return 0;
}
