#include "parts.h"

#include <criterion/criterion.h>
#include <string.h>

static void put_part(struct buf *out, uint8_t tag, struct buf *body)
{
	ok(der_put(out, tag, buf_span(body), e));
	buf_cut(body, 0);
}

static struct span bytes_of(const uint8_t *p, size_t n)
{
	return (struct span){ p, n };
}

void parts_put(const struct ca_home *h, const struct parts *p, struct buf *out)
{
	static const struct span enveloped =
	    BYTES("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03");
	static const struct span data =
	    BYTES("\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01");
	static const struct span rsa = BYTES("\x30\x0d\x06\x09\x2a\x86\x48\x86"
					     "\xf7\x0d\x01\x01\x01\x05\x00");
	static const struct span aes =
	    BYTES("\x06\x09\x60\x86\x48\x01\x65\x03\x04\x01\x02");
	static const struct span version = BYTES("\x02\x01\x00");
	struct buf a = { 0 }, b = { 0 }, body = { 0 };

	ok(buf_put(&a, version, e));
	ok(issuer_and_serial_put(&a, &h->ca->enc_cert, e));
	ok(buf_put(&a, rsa, e));
	ok(der_put(
	    &a, DER_OCTET_STRING, bytes_of(p->wrapped, p->wrapped_size), e));
	put_part(&b, DER_SEQUENCE, &a);
	ok(buf_put(&body, version, e));
	put_part(&body, DER_SET, &b);

	ok(buf_put(&b, aes, e));
	ok(der_put(&b, DER_OCTET_STRING, bytes_of(p->iv, PARTS_BLOCK), e));
	ok(buf_put(&a, data, e));
	put_part(&a, DER_SEQUENCE, &b);
	ok(der_put(&a, DER_CTX0, buf_span(&p->ciphertext), e));
	put_part(&body, DER_SEQUENCE, &a);

	put_part(&a, DER_SEQUENCE, &body);
	put_part(&body, DER_CTX0_CONS, &a);
	ok(buf_put(&a, enveloped, e));
	ok(buf_put(&a, buf_span(&body), e));
	put_part(out, DER_SEQUENCE, &a);
	buf_release(&a);
	buf_release(&b);
	buf_release(&body);
}

void parts_capture(const struct client *victim, const struct ca_home *h,
    const struct ask *q, struct parts *p)
{
	struct cms_enveloped v;
	struct buf env = { 0 };

	*p = (struct parts){ .wrapped_size = RSA_RAW_SIZE };
	client_envelope(victim, h, q, &env);
	ok(cms_enveloped_parse(buf_span(&env), &v, e));
	cr_assert_eq(v.recipients[0].encrypted_key.n, RSA_RAW_SIZE);
	cr_assert_eq(v.iv.n, PARTS_BLOCK);
	memcpy(p->wrapped, v.recipients[0].encrypted_key.p, RSA_RAW_SIZE);
	memcpy(p->iv, v.iv.p, PARTS_BLOCK);
	ok(buf_put(&p->ciphertext, v.ciphertext, e));
	cms_enveloped_release(&v);
	buf_release(&env);
}
