#include "crl_home.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Of 16 octets, as most are; the last one tells them apart. */
static struct serial serial_of(uint8_t id)
{
	return (struct serial){ .n = 16, .b = { [0] = 0x40, [15] = id } };
}

void crl_home_cert(struct ca_home *h, uint8_t id, int64_t not_after)
{
	struct stored_cert c = {
		.serial = serial_of(id),
		.state = CERT_VALID,
		.not_before = TEST_NOW,
		.not_after = not_after,
		.issued_at = TEST_NOW,
		.key_hash = { id },
		.name_hash = { id },
	};

	ok(ca_certs(h->ca, e));
	ok(ca_store(h->ca, e));
	c.der = h->ca->ca_der; /* nobody looks at it */
	ok(store_cert_add(h->ca->store, &c, NULL, e));
}

void crl_home_revoke(
    struct ca_home *h, uint8_t id, enum crl_reason reason, int64_t now)
{
	struct serial serial = serial_of(id);
	enum revoke_outcome outcome;
	struct stored_cert c = { 0 };

	ok(store_revoke(
	    h->ca->store, &serial, reason, now, NULL, &outcome, &c, e));
	cr_assert_eq(outcome, REVOKE_DONE);
	stored_cert_release(&c);
}

bool crl_home_publish(struct ca_home *h, int64_t now, bool force)
{
	bool made;

	ok(crl_publish(h->ca, now, force, &made, e));
	return made;
}

void crl_home_read(struct ca_home *h, struct crl_list *l)
{
	struct serial model = serial_of(0);
	struct span left, serial;

	*l = (struct crl_list){ .der.max = CRL_MAX };
	ok(ca_certs(h->ca, e));
	ok(home_read_large(h->dir, HOME_PUBLIC_CRL, CRL_MAX, &l->der, e));
	ok(crl_parse(buf_span(&l->der), &l->view, e));
	ok(crl_verify(buf_span(&l->der), h->ca->ca_cert.spki, e));
	for (left = l->view.entries; left.n > 0; l->n++) {
		cr_assert_lt(l->n, CRL_ENTRIES);
		ok(crl_entry_next(&left, &serial, &l->entry[l->n].at,
		    &l->entry[l->n].reason, e));
		if (serial.n == model.n &&
		    memcmp(serial.p, model.b, serial.n - 1u) == 0)
			l->entry[l->n].id = serial.p[serial.n - 1];
	}
}

void crl_list_release(struct crl_list *l)
{
	buf_release(&l->der);
}

int64_t crl_home_number(struct ca_home *h)
{
	struct crl_list l;
	int64_t n;

	crl_home_read(h, &l);
	n = l.view.number;
	crl_list_release(&l);
	return n;
}

/* Its clock is today, the tests' is not: only the signature counts here. */
void crl_home_openssl(const struct ca_home *h)
{
	char command[2048];

	snprintf(command, sizeof(command),
	    "openssl crl -inform DER -in %s/" HOME_PUBLIC_CRL
	    " -CAfile %s/" HOME_CA_CERT " -noout 2>&1 | grep -qx 'verify OK'",
	    h->dir, h->dir);
	cr_expect_eq(system(command), 0, "%s", command);
}
