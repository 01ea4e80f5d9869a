#include "vendor_scene.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "world.h"

struct vendor root, issuing, unknown;
struct privkey *new_key;
static int count;

void trust_begin(const char *trust)
{
	char conf[800];

	snprintf(conf, sizeof(conf),
	    /* one key asks for many names, which is another test's matter */
	    "[profile default]\nkey_reuse = allow\n"
	    "[endpoint default]\nunauthorised = refuse\ntrust = vendor\n"
	    "[trust vendor]\ncerts = certs/vendor.pem\n%s\n",
	    trust);
	ca_home_make(&h, CA_RSA, conf);
	vendor_make(&root, "dev7", "CN=Root,O=Vendor", NULL,
	    TEST_NOW + 20 * INT64_C(365) * 86400);
	vendor_make(&issuing, "dev6", "CN=Devices,O=Vendor", &root,
	    TEST_NOW + 20 * INT64_C(365) * 86400);
	vendor_make(&unknown, "dev5", "CN=Root,O=Vendor", NULL,
	    TEST_NOW + 20 * INT64_C(365) * 86400);
	new_key = test_key("dev2", "rsa:2048");
	vendor_trust(&h, &root, NULL);
}

void trust_end(void)
{
	privkey_free(new_key);
	client_release(&c);
	vendor_release(&root);
	vendor_release(&issuing);
	vendor_release(&unknown);
	ca_home_drop(&h);
}

void ask(const char *subject, const struct ask *more, int64_t now,
    enum refusal why, const char *detail)
{
	struct ask q = *more;
	struct buf name = { 0 };
	char id[16];
	struct result r;

	snprintf(id, sizeof(id), "t%d", ++count);
	ok(name_parse(subject, &name, e));
	q.trans_id = id;
	q.subject = buf_span(&name);
	q.csr_key = new_key;
	client_enrol_at(&c, &h, &q, now, &r);
	cr_expect_eq(r.ev.refusal, why, "%s: %s (%s), want %s", subject,
	    refusal_entry(r.ev.refusal)->code, r.ev.detail,
	    refusal_entry(why)->code);
	cr_expect_eq(
	    r.answer.status, why == REFUSE_NONE ? SCEP_SUCCESS : SCEP_FAILURE);
	if (detail != NULL)
		cr_expect_not_null(
		    strstr(r.ev.detail, detail), "%s", r.ev.detail);
	if (why == REFUSE_NONE && r.answer.status == SCEP_SUCCESS) {
		struct stored_cert cert;

		ok(store_cert_find(h.ca->store, &r.ev.serial, &cert, e));
		cr_expect_str_eq(cert.rule, "trust:vendor");
		cr_expect_eq(cert.renews.n, 0);
		stored_cert_release(&cert);
	}
	buf_release(&name);
	result_release(&r);
}

const struct ask plain = { 0 };
