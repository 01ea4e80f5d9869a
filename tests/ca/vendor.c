#include "vendor.h"

#include <criterion/criterion.h>

#include "crl.h"
#include "x509_signed.h"

#define FOREVER INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static void sign(const struct privkey *key, struct span issuer,
    struct span subject, const struct vendor_cert *w, struct buf *der)
{
	const uint8_t usage[] = { DER_BIT_STRING, 2, 0,
		w->usage != 0 ? w->usage
		    : w->ca   ? 0x06
			      : 0x80 };
	const uint8_t serial = w->serial != 0 ? w->serial : 0x11;
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf spki = { 0 }, extensions = { 0 }, tbs = { 0 };
	struct cert_fields f = {
		.serial = { &serial, 1 },
		.issuer = issuer,
		.subject = subject,
		.not_before = TEST_NOW - 86400,
		.not_after = w->not_after != 0 ? w->not_after : FOREVER,
	};

	ok(privkey_spki(w->key, &spki, e));
	if (w->ca)
		ok(extension_put(&extensions, "2.5.29.19", true,
		    SPAN_LIT("\x30\x03\x01\x01\xff"), e));
	ok(extension_put(&extensions, "2.5.29.15", true,
	    (struct span){ usage, sizeof(usage) }, e));
	if (w->san.n > 0)
		ok(extension_put(&extensions, "2.5.29.17", false, w->san, e));
	f.spki = buf_span(&spki);
	f.extensions = buf_span(&extensions);
	ok(cert_tbs(&f, privkey_algorithm(key), digest, &tbs, e));
	buf_cut(der, 0);
	ok(cert_sign(buf_span(&tbs), key, digest, der, e));
	buf_release(&spki);
	buf_release(&extensions);
	buf_release(&tbs);
}

void vendor_make(struct vendor *v, const char *key, const char *name,
    const struct vendor *above, int64_t not_after)
{
	struct vendor_cert w = { .ca = true, .not_after = not_after };

	*v = (struct vendor){ .key = test_key(key, "rsa:2048") };
	w.key = v->key;
	ok(name_parse(name, &v->name, e));
	if (above == NULL)
		above = v;
	sign(above->key, buf_span(&above->name), buf_span(&v->name), &w,
	    &v->cert);
}

void vendor_release(struct vendor *v)
{
	privkey_free(v->key);
	buf_release(&v->name);
	buf_release(&v->cert);
}

void vendor_sign(
    const struct vendor *v, const struct vendor_cert *w, struct buf *der)
{
	struct buf subject = { 0 };

	ok(name_parse(w->subject, &subject, e));
	sign(v->key, buf_span(&v->name), buf_span(&subject), w, der);
	buf_release(&subject);
}

void vendor_client(struct client *c, const struct vendor *v, const char *key,
    const char *subject)
{
	struct vendor_cert w = { .subject = subject };

	client_make(c, key, "rsa:2048", subject);
	w.key = c->key;
	vendor_sign(v, &w, &c->cert);
}

void vendor_trust(
    const struct ca_home *h, const struct vendor *v, const struct vendor *other)
{
	struct buf pem = { 0 };

	ok(pem_encode(buf_span(&v->cert), "CERTIFICATE", &pem, e));
	if (other != NULL)
		ok(pem_encode(buf_span(&other->cert), "CERTIFICATE", &pem, e));
	ca_home_write(h, "certs/vendor.pem", 0644, buf_span(&pem));
	buf_release(&pem);
}

static void make_crl(const struct vendor *v, const uint8_t *serials,
    int64_t next_update, struct buf *der)
{
	struct buf entries = { 0 };
	struct crl_fields f = {
		.issuer = buf_span(&v->name),
		.aki = SPAN_LIT("vendor"),
		.number = 1,
		.this_update = TEST_NOW - 7200,
		.next_update = next_update,
	};

	for (; *serials != 0; serials++)
		ok(crl_entry_put(&entries, (struct span){ serials, 1 },
		    TEST_NOW - 3600, 1, e));
	f.entries = buf_span(&entries);
	ok(crl_make(&f, v->key, alg_digest_by_name("SHA-256"), der, e));
	buf_release(&entries);
}

void vendor_crl(const struct ca_home *h, const struct vendor *v,
    const uint8_t *serials, int64_t next_update)
{
	struct buf der = { 0 };

	make_crl(v, serials, next_update, &der);
	ca_home_write(h, "certs/vendor.crl", 0644, buf_span(&der));
	buf_release(&der);
}

void vendor_crl_two(const struct ca_home *h, const struct vendor *v,
    const uint8_t *serials, int64_t next_update, const struct vendor *other,
    const uint8_t *other_serials)
{
	struct buf der = { 0 }, pem = { 0 };

	make_crl(v, serials, next_update, &der);
	ok(pem_encode(buf_span(&der), "X509 CRL", &pem, e));
	buf_release(&der);
	make_crl(other, other_serials, TEST_NOW + 20 * 86400, &der);
	ok(pem_encode(buf_span(&der), "X509 CRL", &pem, e));
	ca_home_write(h, "certs/vendor.crl", 0644, buf_span(&pem));
	buf_release(&der);
	buf_release(&pem);
}

void vendor_crl_odd(const struct ca_home *h, const struct vendor *v,
    struct span entries, const char *oid, bool critical, struct span value)
{
	const struct alg_digest *digest = alg_digest_by_name("SHA-256");
	struct buf in = { 0 }, list = { 0 }, seq = { 0 };
	struct buf tbs = { 0 }, der = { 0 };

	ok(extension_put(&list, oid, critical, value, e));
	ok(der_put(&seq, DER_SEQUENCE, buf_span(&list), e));
	ok(der_put(&in, DER_INTEGER, SPAN_LIT("\x01"), e));
	ok(signature_alg_put(&in, privkey_algorithm(v->key), digest, e));
	ok(buf_put(&in, buf_span(&v->name), e));
	ok(der_put_time(&in, TEST_NOW - 7200, e));
	ok(der_put_time(&in, TEST_NOW + 3600, e));
	if (entries.n > 0)
		ok(der_put(&in, DER_SEQUENCE, entries, e));
	ok(der_put(&in, DER_CTX0_CONS, buf_span(&seq), e));
	ok(der_put(&tbs, DER_SEQUENCE, buf_span(&in), e));
	ok(x509_sign(buf_span(&tbs), v->key, digest, &der, e));
	ca_home_write(h, "certs/vendor.crl", 0644, buf_span(&der));
	buf_release(&list);
	buf_release(&seq);
	buf_release(&in);
	buf_release(&tbs);
	buf_release(&der);
}
