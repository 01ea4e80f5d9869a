/*
 * A certificate renews where it was granted: what one URL refuses, or asks
 * more for, is not to be had at another one (security.md T-21).
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "name_match.h"
#include "pending.h"
#include "scene.h"
#include "world.h"

enum { DAY = 86400 };

static const char lenient[] = "[endpoint lenient]\nrenewal_grace = 30d\n";

static const int types[] = { SCEP_RENEWALREQ, SCEP_PKCSREQ };

static void write_conf(const char *conf)
{
	ca_home_write(&h, HOME_CONF, 0640, span_str(conf));
}

static void endpoint_is(const struct serial *serial, const char *want)
{
	struct stored_cert cert;

	ok(store_cert_find(h.ca->store, serial, &cert, e));
	cr_expect_str_eq(cert.endpoint, want);
	stored_cert_release(&cert);
}

/* enrolled - `device` has a certificate, from the endpoint */
static void enrolled(struct client *device, const char *endpoint)
{
	struct serial serial;

	ca_home_open(&h, endpoint);
	world_enrol(device, &h, "dev2", NAME, TEST_NOW, &serial);
	endpoint_is(&serial, endpoint);
}

/* renews - at that endpoint, by both messages: `want` is the code, or "none" */
static void renews(const struct client *device, const char *endpoint,
    int64_t now, const char *want, const char *says)
{
	struct privkey *key = test_key("renewed", "rsa:2048");
	static unsigned n; /* a transaction of its own for each */
	char id[16];
	struct result r;

	ca_home_open(&h, endpoint);
	for (size_t t = 0; t < COUNT(types); t++) {
		snprintf(id, sizeof(id), "renew-%u", n++);
		client_enrol_at(device, &h,
		    &(struct ask){
			.type = types[t], .trans_id = id, .csr_key = key },
		    now, &r);
		cr_expect_str_eq(refusal_entry(r.ev.refusal)->code, want,
		    "at %s by %d: %s (%s), want %s", endpoint, types[t],
		    refusal_entry(r.ev.refusal)->code, r.ev.detail, want);
		cr_expect_not_null(
		    strstr(r.ev.detail, says), "'%s'", r.ev.detail);
		cr_expect(!r.ev.repeated);
		if (r.answer.status == SCEP_SUCCESS)
			endpoint_is(&r.ev.serial, endpoint);
		else /* R151: where it would renew is in the log only */
			cr_expect_null(strstr(result_text(&r), "strict"));
		result_release(&r);
	}
	privkey_free(key);
}

static const struct {
	const char *rule; /* of [endpoint strict] */
	int64_t after;	  /* the enrolment */
	const char *why;  /* what is said there */
} rules[] = {
	{ "renewal = no\n", 0, "renewal-off" },
	{ "renewal = challenge\n", 0, "challenge-none" },
	{ "renewal_from = 50%\n", 0, "renewal-early" },
	{ "renewal_grace = 0\n", 370 * DAY, "signer-expired" },
	{ "authorise = /usr/bin/false\n", 0, "program" },
	{ "", 0, "none" },
};

/* T-21: round the rules of its URL by way of another one */
Test(endpoint, only_its_own)
{
	struct client device;
	char conf[256];

	begin(CA_RSA, "");
	for (size_t i = 0; i < COUNT(rules); i++) {
		snprintf(conf, sizeof(conf), "[endpoint strict]\n%s", lenient);
		write_conf(conf);
		enrolled(&device, "strict");
		snprintf(conf, sizeof(conf), "[endpoint strict]\n%s%s",
		    rules[i].rule, lenient);
		write_conf(conf);
		renews(&device, "lenient", TEST_NOW + rules[i].after,
		    "renewal-endpoint", "the endpoint strict");
		renews(&device, "default", TEST_NOW + rules[i].after,
		    "renewal-endpoint", "the endpoint strict");
		renews(&device, "strict", TEST_NOW + rules[i].after,
		    rules[i].why, "");
		client_release(&device);
	}
	end();
}

/* One endpoint, and the one after the other: nothing to be set. */
Test(endpoint, a_chain_at_one)
{
	struct client device;
	struct result r;

	begin(CA_RSA, "");
	enrolled(&device, "default");
	for (int i = 0; i < 3; i++) {
		char id[] = { 'r', (char)('0' + i), '\0' };

		ca_home_open(&h, NULL);
		client_enrol(&device, &h,
		    &(struct ask){ .type = types[i % 2], .trans_id = id }, &r);
		granted(&r);
		endpoint_is(&r.ev.serial, "default");
		client_adopt(&device, NULL, buf_span(&r.cert));
		result_release(&r);
	}
	client_release(&device);
	end();
}

/* R130, T-21: of a revoked one that is what the log says, wherever it comes */
Test(endpoint, of_a_revoked_one)
{
	struct client device;
	struct serial serial = { 0 };
	struct cert_view v;

	begin(CA_RSA, "[endpoint strict]\n");
	enrolled(&device, "strict");
	ok(cert_parse(buf_span(&device.cert), &v, e));
	serial.n = (uint8_t)v.serial.n;
	memcpy(serial.b, v.serial.p, v.serial.n);
	world_revoke(&h, &serial, REASON_KEY_COMPROMISE, TEST_NOW);
	renews(&device, "default", TEST_NOW, "signer-revoked", "reason 1");
	client_release(&device);
	end();
}

/* Devices come over to another URL, and are of that one then. */
static const struct {
	const char *conf; /* of [endpoint new], at the end of ca.conf */
	const char *why;
} moves[] = {
	{ "", "renewal-endpoint" },
	{ "renewal_of = default\n", "renewal-endpoint" },
	{ "renewal_of = strict\n", "none" },
	{ "renewal_of = default strict\n", "none" },
	{ "renewal_of = default\nrenewal_of = strict\n", "none" },
	{ "renewal_of = *\n", "none" },
	{ "renewal_of = *\nrenewal = no\n", "renewal-off" },
};

Test(endpoint, renewal_of)
{
	struct client device, moved;
	char conf[256];
	struct result r;

	begin(CA_RSA, "[endpoint strict]\n[endpoint new]\n");
	enrolled(&device, "strict");
	for (size_t i = 0; i < COUNT(moves); i++) {
		snprintf(conf, sizeof(conf),
		    "[endpoint strict]\n[endpoint new]\n%s", moves[i].conf);
		write_conf(conf);
		renews(&device, "new", TEST_NOW, moves[i].why, "");
	}
	/* its own ones are renewed there as ever, and not at the old URL */
	write_conf("[endpoint strict]\n[endpoint new]\nrenewal_of = strict\n");
	ca_home_open(&h, "new");
	client_make(&moved, "dev2", "rsa:2048", NAME);
	client_adopt(&moved, NULL, buf_span(&device.cert));
	client_enrol(&moved, &h,
	    &(struct ask){ .type = SCEP_RENEWALREQ, .trans_id = "moves" }, &r);
	granted(&r);
	client_adopt(&moved, NULL, buf_span(&r.cert));
	result_release(&r);
	renews(&moved, "new", TEST_NOW, "none", "");
	renews(&moved, "strict", TEST_NOW, "renewal-endpoint", "endpoint new");
	client_release(&moved);
	client_release(&device);
	end();
}

/* The section is gone: the log names what there was, and a setting serves it */
Test(endpoint, that_is_gone)
{
	struct client device;

	begin(CA_RSA, "[endpoint strict]\n");
	enrolled(&device, "strict");
	write_conf("");
	renews(&device, "default", TEST_NOW, "renewal-endpoint",
	    "the endpoint strict");
	write_conf("[endpoint default]\nrenewal_of = strict\n");
	renews(&device, "default", TEST_NOW, "none", "");
	client_release(&device);
	end();
}

/*
 * A first try at the wrong URL, or a stranger's copy of the message, does not
 * bring a request under the rules of that URL (T-21).
 */
Test(endpoint, of_a_request_that_waits)
{
	static const struct {
		const char *endpoint;
		enum refusal why; /* or it waits */
	} steps[] = { { "default", REFUSE_NONE },
		{ "factory", REFUSE_NO_CHALLENGE }, { "other", REFUSE_NONE },
		{ "default", REFUSE_NONE },
		{ "factory", REFUSE_NO_CHALLENGE } };
	struct stored_request r = { 0 };
	struct stored_cert none = { 0 };
	struct request_key key;
	struct result got;

	begin(CA_RSA,
	    "[endpoint factory]\nunauthorised = refuse\n"
	    "[endpoint other]\n");
	for (size_t i = 0; i < COUNT(steps); i++) {
		ca_home_open(&h, steps[i].endpoint);
		client_enrol(&c, &h, &(struct ask){ .trans_id = "w" }, &got);
		cr_expect_eq(got.answer.status,
		    steps[i].why == REFUSE_NONE ? SCEP_PENDING : SCEP_FAILURE,
		    "step %zu: %d", i, got.answer.status);
		cr_expect_eq(got.ev.refusal, steps[i].why, "step %zu: %s", i,
		    refusal_entry(got.ev.refusal)->code);
		memcpy(key.key_hash, got.ev.key_hash, sizeof(key.key_hash));
		result_release(&got);
	}
	/* it waits where it was asked for first */
	strcpy(key.trans_id, "w");
	ok(store_request_find(h.ca->store, &key, &r, &none, e));
	cr_expect_str_eq(r.endpoint, "default");
	stored_request_release(&r);
	/* and a challenge at another one makes an end of it */
	ca_home_open(&h, "factory");
	client_enrol(&c, &h,
	    &(struct ask){ .trans_id = "w", .challenge = challenge }, &got);
	granted(&got);
	endpoint_is(&got.ev.serial, "factory");
	result_release(&got);
	end();
}

/* The record of a certificate from before endpoints were kept: as before. */
Test(endpoint, not_known)
{
	struct stored_cert old = { .trans_id = "before" };
	const struct authorisation a = { .granted = true };
	struct grantable g = { .key_usage = GNUTLS_KEY_DIGITAL_SIGNATURE |
		    GNUTLS_KEY_KEY_ENCIPHERMENT };
	struct buf spki = { 0 };

	begin(CA_RSA, lenient);
	ok(ca_issue_key(h.ca, e));
	ok(ca_store(h.ca, e));
	g.subject = buf_span(&c.name);
	ok(privkey_spki(c.key, &spki, e));
	ok(issue_leaf(h.ca, &a, &h.ca->conf.profile, &g, buf_span(&spki),
	    TEST_NOW, &old, e));
	ok(name_hash(g.subject, old.name_hash, e));
	ok(store_cert_add(h.ca->store, &old, NULL, e));
	endpoint_is(&old.serial, "");
	client_adopt(&c, NULL, buf_span(&old.der));
	renews(&c, "lenient", TEST_NOW, "none", "");
	renews(&c, "default", TEST_NOW, "none", "");
	stored_cert_release(&old);
	buf_release(&spki);
	end();
}

/* waited - by whoever makes the certificate, it is of where it was asked for */
static void waited(const char *id, struct result *r)
{
	ca_home_open(&h, "strict");
	client_enrol(&c, &h, &(struct ask){ .trans_id = id }, r);
	cr_assert_eq(r->answer.status, SCEP_PENDING);
	result_release(r);
	world_decide(&h, &c, id, true, "", TEST_NOW);
	ca_home_open(&h, "lenient");
}

Test(endpoint, approved_later)
{
	size_t issued, left;
	struct result r;
	char conf[128];

	snprintf(conf, sizeof(conf), "[endpoint strict]\n%s", lenient);
	begin(CA_RSA, conf);
	waited("poll", &r); /* at the next poll, at another URL */
	world_poll(&c, &h, "poll", TEST_NOW, &r);
	granted(&r);
	endpoint_is(&r.ev.serial, "strict");
	result_release(&r);

	waited("tool", &r); /* by scepca */
	ok(pending_issue_all(h.ca, TEST_NOW, NULL, NULL, &issued, &left, e));
	cr_expect_eq(issued, 1);
	world_poll(&c, &h, "tool", TEST_NOW, &r);
	granted(&r);
	endpoint_is(&r.ev.serial, "strict");
	client_adopt(&c, NULL, buf_span(&r.cert));
	result_release(&r);
	renews(&c, "lenient", TEST_NOW, "renewal-endpoint", "strict");
	renews(&c, "strict", TEST_NOW, "none", "");
	end();
}
