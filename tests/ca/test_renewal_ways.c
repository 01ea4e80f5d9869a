/*
 * Renewals: by whichever message, when they may come, and what becomes of the
 * certificate that is renewed.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "scene.h"
#include "world.h"

static void ask(const struct client *who, const struct ask *q, int64_t now,
    enum scep_status status, enum refusal why, const char *step)
{
	struct result r;

	client_enrol_at(who, &h, q, now, &r);
	cr_assert_eq(r.answer.status, status, "%s: status %d, %s (%s)", step,
	    r.answer.status, refusal_entry(r.ev.refusal)->code, r.ev.detail);
	cr_expect_eq(r.ev.refusal, why, "%s: %s", step,
	    refusal_entry(r.ev.refusal)->code);
	result_release(&r);
}

/*
 * F2, F3, F6, R070, R121, R124, R125, R127, R129: the ways to renew.  A
 * finished id blocks nothing; ids need not relate to keys.
 */
static const struct {
	const char *name;
	struct ask q;
	bool new_key;
} renewals[] = {
	{ "certmonger: 19, same key, same id", { .trans_id = "first" }, false },
	{ "strongSwan: 17, new key", { .type = 17, .trans_id = "r2" }, true },
	{ "17, same key, same id", { .type = 17, .trans_id = "first" }, false },
	{ "TrustCore: 19, id is a serial", { .trans_id = "0123456789abcdef" },
	    true },
	{ "Apple: 19, spent challenge", { .challenge = "xxxxxxxxxx" }, true },
};

Test(ways, ways)
{
	struct client device, next;
	struct cert_view v;
	struct result r;
	struct scep_msg m;
	struct ask q;

	begin(CA_RSA, "[profile default]\nduplicate = refuse\n");
	client_make(&next, "dev3", "rsa:2048", NAME);
	for (size_t i = 0; i < COUNT(renewals); i++) {
		struct serial serial;

		world_enrol(&device, &h, "dev2", NAME, TEST_NOW, &serial);
		q = renewals[i].q;
		q.csr_key = renewals[i].new_key ? next.key : NULL;
		client_enrol_at(&device, &h, &q, TEST_NOW + 3600, &r);
		cr_assert_eq(r.answer.status, SCEP_SUCCESS, "%s: %s (%s)",
		    renewals[i].name, refusal_entry(r.ev.refusal)->code,
		    r.ev.detail);
		cr_expect(!r.ev.repeated, "%s", renewals[i].name);
		ok(cert_parse(buf_span(&r.cert), &v, e));
		cr_expect(span_eq(v.subject, buf_span(&device.name)));
		cr_expect_leq(v.not_before, TEST_NOW + 3600);
		cr_expect_eq(v.not_after, TEST_NOW + 3600 + 365 * 86400);
		open_reply(&r, &m); /* R129: to the old certificate */
		ok(cert_parse(buf_span(&device.cert), &v, e));
		cr_expect_not_null(cms_enveloped_pick(&m.env, &v));
		scep_msg_release(&m);
		world_revoke(&h, &serial, REASON_SUPERSEDED, TEST_NOW);
		world_revoke(&h, &r.ev.serial, REASON_SUPERSEDED, TEST_NOW);
		result_release(&r);
		client_release(&device);
	}
	client_release(&next);
	end();
}

/*
 * R132: supersede = 0 revokes it at once.  R144, R145: and yet the answer that
 * got lost can be had again, by asking again and by polling; nothing else can.
 */
Test(ways, superseded_at_once)
{
	const struct ask q = { .type = SCEP_RENEWALREQ, .trans_id = "r" };
	const struct ask more = { .type = SCEP_RENEWALREQ, .trans_id = "s" };
	struct stored_cert old = { 0 };
	struct result first, r;
	struct client device;
	struct serial serial;

	begin(CA_RSA, "[profile default]\nsupersede = 0\n");
	world_enrol(&device, &h, "dev2", NAME, TEST_NOW, &serial);
	client_enrol(&device, &h, &q, &first);
	granted(&first);
	ok(store_cert_find(h.ca->store, &serial, &old, e));
	cr_expect_eq(old.state, CERT_REVOKED);
	cr_expect_eq(old.reason, REASON_SUPERSEDED);
	stored_cert_release(&old);

	client_enrol(&device, &h, &q, &r);
	granted(&r);
	cr_expect(span_eq(buf_span(&r.cert), buf_span(&first.cert)));
	result_release(&r);
	world_poll(&device, &h, "r", TEST_NOW, &r);
	granted(&r);
	cr_expect(span_eq(buf_span(&r.cert), buf_span(&first.cert)));
	result_release(&r);
	ask(&device, &more, TEST_NOW, SCEP_FAILURE, REFUSE_SIGNER_REVOKED,
	    "another renewal by the old one");
	client_adopt(&device, NULL, buf_span(&first.cert));
	ask(&device, &more, TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "by the new");
	result_release(&first);
	client_release(&device);
	end();
}

/* R132: by default the old one stays as it is */
Test(ways, not_superseded)
{
	const struct ask q = { .type = SCEP_RENEWALREQ, .trans_id = "r" };
	struct client device;
	struct census n;

	begin(CA_RSA, "");
	world_enrol(&device, &h, "dev2", NAME, TEST_NOW, NULL);
	ask(&device, &q, TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "renewal");
	world_census(&h, &n);
	cr_expect_eq(n.valid, 2);
	client_release(&device);
	end();
}

/* R126, R130: when a renewal may come, to the per cent and to the second */
static const struct {
	const char *conf;
	int64_t after; /* seconds; the certificate is for 100 days */
	enum refusal why;
} times[] = {
	{ "", 0, REFUSE_NONE },
	{ "", 100 * 86400 - 1, REFUSE_NONE },
	{ "", 100 * 86400 + 1, REFUSE_SIGNER_EXPIRED },
	{ "renewal_from = 50%\n", 49 * 86400, REFUSE_RENEWAL_EARLY },
	{ "renewal_from = 50%\n", 51 * 86400, REFUSE_NONE },
	{ "renewal_from = 50%\n", 75 * 86400, REFUSE_NONE },
	{ "renewal_grace = 2d\n", 101 * 86400, REFUSE_NONE },
	{ "renewal_grace = 2d\n", 102 * 86400 + 1, REFUSE_SIGNER_EXPIRED },
};

Test(ways, renewal_times)
{
	static const char days[] = "[profile default]\ndays = 100\n";
	struct ask q = { .type = SCEP_RENEWALREQ };
	struct client device;
	char conf[200], id[8];

	begin(CA_RSA, days);
	world_enrol(&device, &h, "dev2", NAME, TEST_NOW, NULL);
	for (size_t i = 0; i < COUNT(times); i++) {
		snprintf(conf, sizeof(conf), "%s[endpoint default]\n%s", days,
		    times[i].conf);
		ca_home_write(&h, HOME_CONF, 0640, span_str(conf));
		ca_home_open(&h, NULL);
		snprintf(id, sizeof(id), "r%zu", i);
		q.trans_id = id;
		ask(&device, &q, TEST_NOW + times[i].after,
		    times[i].why == REFUSE_NONE ? SCEP_SUCCESS : SCEP_FAILURE,
		    times[i].why, id);
	}
	client_release(&device);
	end();
}

/* R124: renewal_key = new refuses the old key, under 19 too */
Test(ways, renewal_needs_a_new_key)
{
	static const int types[] = { SCEP_RENEWALREQ, SCEP_PKCSREQ };
	struct client device, next;
	struct ask q = { .trans_id = "r" };

	begin(CA_RSA, "[endpoint default]\nrenewal_key = new\n");
	world_enrol(&device, &h, "dev2", NAME, TEST_NOW, NULL);
	client_make(&next, "dev3", "rsa:2048", NAME);
	for (size_t i = 0; i < COUNT(types); i++) {
		q.type = types[i];
		q.csr_key = NULL;
		ask(&device, &q, TEST_NOW, SCEP_FAILURE, REFUSE_RENEWAL_KEY,
		    "the old key");
		q.csr_key = next.key;
		ask(&device, &q, TEST_NOW, SCEP_SUCCESS, REFUSE_NONE, "a new");
	}
	client_release(&next);
	client_release(&device);
	end();
}
