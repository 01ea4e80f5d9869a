/*
 * [trust NAME], where the CA that ours comes after had the very same name
 * (R103): its certificates look like forged ones of ours, and are not.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "vendor_scene.h"
#include "world.h"

#define DEVICE "CN=r1,O=Test"

static char name[200];	  /* of our CA */
static struct vendor old; /* the one before it */

static void begin_same_name(const char *trust)
{
	struct buf text = { 0 };

	trust_begin(trust);
	ok(ca_certs(h.ca, e));
	ok(name_text(h.ca->ca_cert.subject, &text, e));
	snprintf(name, sizeof(name), "%.*s", (int)text.n, (char *)text.p);
	buf_release(&text);
	vendor_make(&old, "dev8", name, NULL, TEST_NOW + 86400);
	cr_assert(span_eq(buf_span(&old.name), h.ca->ca_cert.subject),
	    "another encoding of %s", name);
}

static void end_same_name(void)
{
	vendor_release(&old);
	trust_end();
}

/* Each of its devices comes over, by either type. */
Test(trust_same_name, device)
{
	begin_same_name("tie = subject");
	vendor_trust(&h, &old, NULL);
	vendor_client(&c, &old, "dev1", DEVICE);
	ask(DEVICE, &plain, TEST_NOW, REFUSE_NONE, NULL);
	ask(DEVICE, &(struct ask){ .type = SCEP_RENEWALREQ }, TEST_NOW,
	    REFUSE_NONE, NULL);
	ask("CN=r2,O=Test", &plain, TEST_NOW, REFUSE_TRUST_NAME, "subject");
	client_release(&c);
	/* the name is not enough: of another key it is a stranger, who has to
	 * sign with the key that is to be certified */
	vendor_release(&old);
	vendor_make(&old, "dev9", name, NULL, TEST_NOW + 86400);
	vendor_client(&c, &old, "dev1", DEVICE);
	ask(DEVICE, &plain, TEST_NOW, REFUSE_ENVELOPE, NULL);
	cr_expect_eq(ca_home_certs(&h), 2);
	end_same_name();
}

/* A CRL of the old one counts for its own, as that of any CA does. */
Test(trust_same_name, revoked)
{
	static const uint8_t none[] = { 0 }, listed[] = { 0x11, 0 };
	struct vendor own;

	begin_same_name("tie = subject\ncrl = certs/vendor.crl");
	vendor_trust(&h, &old, NULL);
	vendor_client(&c, &old, "dev1", DEVICE);
	vendor_crl(&h, &old, none, TEST_NOW + 3600);
	ask(DEVICE, &plain, TEST_NOW, REFUSE_NONE, NULL);
	vendor_crl(&h, &old, listed, TEST_NOW + 3600);
	ask(DEVICE, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "lists it");
	/* ours, of the same name, says nothing about them */
	vendor_make(&own, "ca", name, NULL, TEST_NOW + 86400);
	vendor_trust(&h, &own, &old);
	vendor_crl(&h, &own, none, TEST_NOW + 3600);
	ask(DEVICE, &plain, TEST_NOW, REFUSE_SIGNER_REVOKED, "no full CRL");
	vendor_release(&own);
	end_same_name();
}

/*
 * What our own key has signed counts by the books alone, also where its own
 * certificate is in the file, or that of a CA above it.
 */
Test(trust_same_name, own)
{
	struct vendor own, below;
	struct ask q = { 0 };

	begin_same_name("tie = subject");
	vendor_make(&own, "ca", name, NULL, TEST_NOW + 86400);
	vendor_make(&below, "ca", name, &root, TEST_NOW + 86400);
	cr_assert(span_eq(buf_span(&own.name), h.ca->ca_cert.subject));
	vendor_trust(&h, &own, &old);
	vendor_client(&c, &own, "dev1", DEVICE);
	ask(DEVICE, &plain, TEST_NOW, REFUSE_ENVELOPE, NULL);
	vendor_trust(&h, &root, &old);
	q.between = buf_span(&below.cert);
	ask(DEVICE, &q, TEST_NOW, REFUSE_ENVELOPE, NULL);
	cr_expect_eq(ca_home_certs(&h), 0);
	vendor_release(&own);
	vendor_release(&below);
	end_same_name();
}
