/* T-26: one certificate that is presented, one name (R103). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "name_match.h"
#include "pending.h"
#include "store_revoke.h"
#include "vendor_scene.h"
#include "world.h"

/* With a key of its own each time, as a device that is reset makes one. */
static void ask_anew(
    const char *subject, int64_t now, enum refusal why, const char *detail)
{
	static int keys;
	char key[16];

	snprintf(key, sizeof(key), "own%d", ++keys);
	privkey_free(new_key);
	new_key = test_key(key, "ec:p256");
	ask(subject, &plain, now, why, detail);
}

static void revoke_named(const char *subject, enum crl_reason reason)
{
	struct stored_cert page[10], got;
	enum revoke_outcome outcome;
	struct buf name = { 0 };
	uint8_t hash[32];
	size_t n;

	ok(name_parse(subject, &name, e));
	ok(name_hash(buf_span(&name), hash, e));
	ok(store_cert_page(h.ca->store, NULL, page, COUNT(page), &n, e));
	for (size_t i = 0; i < n; i++) {
		if (memcmp(page[i].name_hash, hash, sizeof(hash)) == 0) {
			ok(store_revoke(h.ca->store, &page[i].serial, reason,
			    TEST_NOW, NULL, &outcome, &got, e));
			stored_cert_release(&got);
		}
		stored_cert_release(&page[i]);
	}
	buf_release(&name);
}

#define ONE_NAME \
	"tie = serialNumber\nprofile = device\n[profile device]\ndays = 10\n"

/* Of the names that are tied to one number a device has one at a time. */
Test(trust, one_name)
{
	static const char *const names[] = { "CN=FCW2235L0EH," SN, SUDI,
		SN ",O=Cisco", SN ",unstructuredName=FCW2235L0EH" };
	const int64_t later = TEST_NOW + 9 * 86400;

	trust_begin(ONE_NAME);
	vendor_client(&c, &root, "dev1", SUDI);
	ask_anew(SN, TEST_NOW, REFUSE_NONE, NULL);
	for (size_t i = 0; i < COUNT(names); i++)
		ask_anew(names[i], TEST_NOW, REFUSE_TRUST_NAME,
		    "was got with the one that was presented");
	ask_anew(SN, later, REFUSE_NONE, NULL);
	ask_anew(names[0], later + 10 * 86400, REFUSE_TRUST_NAME, "was got");
	revoke_named(SN, REASON_CERTIFICATE_HOLD);
	ask_anew(names[0], later, REFUSE_TRUST_NAME, "was got");
	revoke_named(SN, REASON_SUPERSEDED);
	ask_anew(names[0], later, REFUSE_NONE, NULL);
	ask_anew(SN, later, REFUSE_TRUST_NAME, "was got");
	/* expired, it has none */
	ask_anew(SN, later + 10 * 86400 + 1, REFUSE_NONE, NULL);
	client_release(&c);
	/* another device is another matter */
	vendor_client(&c, &root, "dev4", "serialNumber=2");
	ask_anew("serialNumber=2", TEST_NOW, REFUSE_NONE, NULL);
	ok(store_check(h.ca->store, e));
	trust_end();
}

Test(trust, one_name_unless_allowed)
{
	trust_begin(ONE_NAME "key_reuse = allow\n");
	vendor_client(&c, &root, "dev1", SUDI);
	ask_anew(SN, TEST_NOW, REFUSE_NONE, NULL);
	ask_anew("CN=FCW2235L0EH," SN, TEST_NOW, REFUSE_NONE, NULL);
	trust_end();
}

static void count_one(
    const struct stored_request *r, const struct stored_cert *cert, void *arg)
{
	(void)r;
	(void)cert;
	++*(int *)arg;
}

/* What the operator has approved was got with it as well. */
Test(trust, one_name_approved)
{
	struct ask q = { .trans_id = "asked" };
	struct stored_request r, now;
	struct stored_cert cert = { 0 };
	struct buf name = { 0 };
	char detail[256] = "";
	enum refusal why = REFUSE_NONE;
	struct result res;
	bool decided;

	trust_begin(ONE_NAME "duplicate = pending\n");
	vendor_client(&c, &root, "dev4", SUDI);
	ask_anew(SN, TEST_NOW, REFUSE_NONE, NULL);
	client_release(&c);
	vendor_client(&c, &root, "dev1", SUDI);
	ok(name_parse(SN, &name, e));
	privkey_free(new_key);
	new_key = test_key("asked", "ec:p256");
	q.subject = buf_span(&name);
	q.csr_key = new_key;
	client_enrol(&c, &h, &q, &res);
	cr_assert_eq(res.answer.status, SCEP_PENDING, "%s", res.ev.detail);
	result_release(&res);
	ok(store_request_named(h.ca->store, "asked", &r, &cert, e));
	ok(store_decide(h.ca->store, &r.key, NULL, true, NULL, TEST_NOW, NULL,
	    &decided, &now, e));
	ok(pending_issue(
	    h.ca, &now, TEST_NOW, &cert, &why, detail, sizeof(detail), e));
	cr_expect_eq(why, REFUSE_NONE, "%s", detail);
	stored_cert_release(&cert);
	stored_request_release(&r);
	stored_request_release(&now);
	ask_anew("CN=FCW2235L0EH," SN, TEST_NOW, REFUSE_TRUST_NAME, "was got");
	buf_release(&name);
	trust_end();
}

/* A CA that waits for maintain: asked when it comes, and when it is made. */
Test(trust, one_name_offline)
{
	struct ask q = { .trans_id = "waits" };
	size_t issued, left;
	struct buf name = { 0 };
	struct result r;
	int done = 0;

	trust_begin(ONE_NAME);
	vendor_client(&c, &root, "dev1", SUDI);
	ok(name_parse("CN=FCW2235L0EH," SN, &name, e));
	q.subject = buf_span(&name);
	q.csr_key = new_key;
	h.ca->conf.offline = true;
	client_enrol(&c, &h, &q, &r);
	cr_expect_eq(r.answer.status, SCEP_PENDING, "%s", r.ev.detail);
	result_release(&r);
	h.ca->conf.offline = false;
	ask_anew(SN, TEST_NOW, REFUSE_NONE, NULL);
	h.ca->conf.offline = true;
	ask_anew("CN=FCW2235L0EH," SN, TEST_NOW, REFUSE_TRUST_NAME, "was got");
	h.ca->conf.offline = false;
	ok(pending_issue_all(
	    h.ca, TEST_NOW, count_one, &done, &issued, &left, e));
	cr_expect(done == 0 && issued == 0 && left == 1, "%zu", issued);
	revoke_named(SN, REASON_SUPERSEDED);
	ok(pending_issue_all(
	    h.ca, TEST_NOW, count_one, &done, &issued, &left, e));
	cr_expect(done == 1 && issued == 1 && left == 0, "%zu", issued);
	ask_anew(SN, TEST_NOW, REFUSE_TRUST_NAME, "was got");
	buf_release(&name);
	trust_end();
}
