/* asked.h: R148 field-notes F1 - an approval is for what was looked at. */
#include <criterion/criterion.h>

#include "asked.h"
#include "cert.h"

#define SAN_A SPAN_LIT("\x30\x03\x82\x01\x61")
#define SAN_B SPAN_LIT("\x30\x03\x82\x01\x62")
#define SKI_A SPAN_LIT("\x04\x01\x61")
#define SKI_B SPAN_LIT("\x04\x01\x62")
#define NAME_A                                                          \
	SPAN_LIT("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" \
		 "a")
#define NAME_B                                                          \
	SPAN_LIT("\x30\x0c\x31\x0a\x30\x08\x06\x03\x55\x04\x03\x0c\x01" \
		 "b")

static struct privkey *new_key(void)
{
	struct privkey *key = NULL;
	struct buf pem = { 0 };

	cr_assert_eq(privkey_generate("rsa:2048", &pem, NULL), 0);
	cr_assert_eq(privkey_import(buf_span(&pem), &key, NULL), 0);
	buf_release(&pem);
	return key;
}

/* What a CSR asks for; an empty extension is not there. */
struct asks {
	struct span name, san, ski;
	bool critical; /* the names are */
	struct span challenge;
};

static void make(
    const struct asks *a, const struct privkey *key, struct buf *der)
{
	struct buf list = { 0 };

	if (a->san.n != 0)
		cr_assert_eq(extension_put(
				 &list, "2.5.29.17", a->critical, a->san, NULL),
		    0);
	if (a->ski.n != 0)
		cr_assert_eq(
		    extension_put(&list, "2.5.29.14", false, a->ski, NULL), 0);
	cr_assert_eq(csr_build(a->name, key, alg_digest_by_name("SHA-256"),
			 buf_span(&list), a->challenge, der, NULL),
	    0);
	buf_release(&list);
}

static bool same(const struct asks *a, const struct privkey *key_a,
    const struct asks *b, const struct privkey *key_b)
{
	struct buf old = { 0 }, new = { 0 };
	struct csr csr;
	bool is;

	make(a, key_a, &old);
	make(b, key_b, &new);
	cr_assert_eq(csr_parse(buf_span(&new), &csr, NULL), 0);
	is = asked_same(buf_span(&old), &csr);
	csr_release(&csr);
	buf_release(&old);
	buf_release(&new);
	return is;
}

Test(asked, what_counts)
{
	const struct asks first = { NAME_A, SAN_A, SKI_A, false, { 0 } };
	const struct {
		const char *what;
		struct asks asks;
		bool same;
	} rows[] = {
		{ "another subjectKeyIdentifier",
		    { NAME_A, SAN_A, SKI_B, false, { 0 } }, true },
		{ "none", { NAME_A, SAN_A, { 0 }, false, { 0 } }, true },
		{ "a challenge", { NAME_A, SAN_A, SKI_A, false, SPAN_LIT("x") },
		    true },
		{ "another subject", { NAME_B, SAN_A, SKI_A, false, { 0 } },
		    false },
		{ "other names", { NAME_A, SAN_B, SKI_A, false, { 0 } },
		    false },
		{ "critical names", { NAME_A, SAN_A, SKI_A, true, { 0 } },
		    false },
		{ "no names", { NAME_A, { 0 }, SKI_A, false, { 0 } }, false },
	};
	struct privkey *key = new_key(), *other = new_key();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		cr_expect_eq(same(&first, key, &rows[i].asks, key),
		    rows[i].same, "%s", rows[i].what);
		cr_expect_eq(same(&rows[i].asks, key, &first, key),
		    rows[i].same, "before it %s", rows[i].what);
	}
	cr_expect_not(same(&first, key, &first, other), "another key");
	privkey_free(other);
	privkey_free(key);
}

Test(asked, unreadable)
{
	const struct asks a = { NAME_A, SAN_A, SKI_A, false, { 0 } };
	struct privkey *key = new_key();
	struct buf der = { 0 };
	struct csr csr;

	make(&a, key, &der);
	cr_assert_eq(csr_parse(buf_span(&der), &csr, NULL), 0);
	cr_expect(asked_same(buf_span(&der), &csr));
	cr_expect_not(asked_same(SPAN_LIT(""), &csr));
	cr_expect_not(asked_same((struct span){ der.p, der.n - 1 }, &csr));
	cr_expect_not(asked_granted(buf_span(&der), &csr), "no certificate");
	csr_release(&csr);
	buf_release(&der);
	privkey_free(key);
}
