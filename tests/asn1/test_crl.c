/* crl.h: R168, R174, R176; RFC 5280, 5. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cms_signed.h"
#include "crl.h"
#include "fixture.h"

enum {
	NOW = 1767225600, /* 2026-01-01 */
	DAY = 24 * 60 * 60,
	MANY = 100000,
};
static const int64_t y2050 = 2524608000; /* 2050-01-01 00:00:00 */

#define AKI SPAN_LIT("\x01\x02\x03\x04\x05\x06\x07\x08")

static struct crl_fields fields(const struct party *ca, struct span entries)
{
	return (struct crl_fields){
		.issuer = buf_span(&ca->name),
		.aki = AKI,
		.entries = entries,
		.number = 1,
		.this_update = NOW,
		.next_update = NOW + DAY,
	};
}

static void make(
    const struct party *ca, const struct crl_fields *f, struct buf *der)
{
	struct err e;

	cr_assert_eq(
	    crl_make(f, ca->key, digest("SHA-256"), der, &e), 0, "%s", e.text);
}

/* Entry i of a list: a serial of 16 octets, a date, a reason. */
static void put_entry(struct buf *entries, unsigned i, unsigned reason)
{
	uint8_t serial[16] = { 0x40, 0, 0, 0, (uint8_t)(i >> 24),
		(uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
	struct err e;

	cr_assert_eq(
	    crl_entry_put(entries, (struct span){ serial, sizeof(serial) },
		NOW - (int64_t)i, reason, &e),
	    0, "%s", e.text);
}

/* No list at all: the field is left out, and other readers take that. */
Test(crl, empty_list)
{
	struct crl_fields f;
	struct buf der = { 0 };
	struct crl_view v;
	struct party ca, other;
	struct err e;

	party_make(&ca, "rsa:2048", "CN=Lab CA,O=Lab");
	party_make(&other, "rsa:2048", "CN=Lab CA,O=Lab");
	f = fields(&ca, (struct span){ 0 });
	make(&ca, &f, &der);
	cr_assert_eq(crl_parse(buf_span(&der), &v, &e), 0, "%s", e.text);
	cr_expect(span_eq(v.issuer, f.issuer));
	cr_expect_eq(v.this_update, NOW);
	cr_expect_eq(v.next_update, NOW + DAY);
	cr_expect_eq(v.number, 1);
	cr_expect_eq(v.entries.n, 0);
	cr_expect_eq(crl_verify(buf_span(&der), ca.view.spki, &e), 0);
	cr_expect_eq(crl_verify(buf_span(&der), other.view.spki, &e), -1);
	cr_expect_eq(e.kind, ERR_SIG);
	buf_release(&der);
	party_release(&ca);
	party_release(&other);
}

/* Keys of both kinds; MD5 is no signature, whatever the key. */
Test(crl, signatures)
{
	static const struct {
		const char *key, *digest;
		int verify;
	} rows[] = {
		{ "rsa:2048", "SHA-1", 0 },
		{ "rsa:2048", "SHA-512", 0 },
		{ "ec:p256", "SHA-256", 0 },
		{ "ec:p521", "SHA-512", 0 },
		{ "rsa:2048", "MD5", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crl_fields f;
		struct buf der = { 0 };
		struct party ca;
		struct err e;

		party_make(&ca, rows[i].key, "CN=Lab CA");
		f = fields(&ca, (struct span){ 0 });
		cr_assert_eq(
		    crl_make(&f, ca.key, digest(rows[i].digest), &der, &e), 0,
		    "%s", e.text);
		cr_expect_eq(crl_verify(buf_span(&der), ca.view.spki, &e),
		    rows[i].verify, "row %zu: %s", i, e.text);
		if (rows[i].verify != 0)
			cr_expect_eq(e.kind, ERR_ALG);
		buf_release(&der);
		party_release(&ca);
	}
}

/* CRLNumber at each length that its INTEGER can have, and below zero. */
Test(crl, numbers)
{
	static const int64_t numbers[] = { 0, 1, 127, 128, 255, 256, 32767,
		32768, INT64_C(1) << 62, INT64_MAX };
	struct buf der = { 0 };
	struct crl_fields f;
	struct crl_view v;
	struct party ca;
	struct err e;

	party_make(&ca, "ec:p256", "CN=Lab CA");
	f = fields(&ca, (struct span){ 0 });
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		f.number = numbers[i];
		buf_cut(&der, 0);
		make(&ca, &f, &der);
		cr_assert_eq(crl_parse(buf_span(&der), &v, NULL), 0);
		cr_expect_eq(
		    v.number, numbers[i], "%lld", (long long)numbers[i]);
	}
	f.number = -1;
	cr_expect_eq(crl_make(&f, ca.key, digest("SHA-256"), &der, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	buf_release(&der);
	party_release(&ca);
}

/* RFC 5280, 5.1.2.4: UTCTime through 2049, GeneralizedTime from 2050. */
Test(crl, dates_around_2050)
{
	const struct {
		int64_t at;
		uint8_t tag;
	} rows[] = {
		{ y2050 - 1, DER_UTC_TIME },
		{ y2050, DER_GENERALIZED_TIME },
	};
	struct span left, serial;
	struct crl_fields f;
	struct crl_view v;
	struct party ca;
	unsigned reason;
	int64_t at;

	party_make(&ca, "ec:p256", "CN=Lab CA");
	for (size_t i = 0; i < 2; i++) {
		struct buf entries = { 0 }, der = { 0 };

		cr_assert_eq(crl_entry_put(&entries, SPAN_LIT("\x01"),
				 rows[i].at, 0, NULL),
		    0);
		/* 30 len 02 01 01, and the Time */
		cr_expect_eq(entries.p[5], rows[i].tag);
		f = fields(&ca, buf_span(&entries));
		f.this_update = rows[i].at - 1;
		f.next_update = rows[i].at;
		make(&ca, &f, &der);
		cr_assert_eq(crl_parse(buf_span(&der), &v, NULL), 0);
		cr_expect_eq(v.this_update, rows[i].at - 1);
		cr_expect_eq(v.next_update, rows[i].at);
		left = v.entries;
		cr_assert_eq(
		    crl_entry_next(&left, &serial, &at, &reason, NULL), 0);
		cr_expect_eq(at, rows[i].at);
		cr_expect_eq(left.n, 0);
		buf_release(&entries);
		buf_release(&der);
	}
	party_release(&ca);
}

/* Each CRLReason that a full list may have; 0 is left out; 7, 8, 11 are not. */
Test(crl, reasons)
{
	struct buf entries = { 0 };
	struct span left, serial;
	unsigned reason, put = 0;
	int64_t at;
	struct err e;

	for (unsigned r = 0; r <= 11; r++) {
		bool good = r != 7 && r != 8 && r != 11;
		size_t before = entries.n;

		cr_expect_eq(
		    crl_entry_put(&entries, SPAN_LIT("\x05"), NOW, r, &e),
		    good ? 0 : -1, "reason %u", r);
		/* 2 of its header, 3 of the serial, 15 of the date */
		cr_expect_eq(entries.n - before,
		    !good	 ? 0
			: r == 0 ? 20
				 : 34,
		    "reason %u", r);
		put += good;
	}
	cr_expect_eq(put, 9);
	left = buf_span(&entries);
	for (unsigned r = 0; left.n > 0; r++) {
		if (r == 7)
			r = 9;
		cr_assert_eq(crl_entry_next(&left, &serial, &at, &reason, &e),
		    0, "%s", e.text);
		cr_expect_eq(reason, r);
		cr_expect(span_eq(serial, SPAN_LIT("\x05")));
	}
	buf_release(&entries);
}

/* What would make a list that nobody takes is refused, and nothing written. */
Test(crl, refused_fields)
{
	struct buf der = { 0 };
	struct party ca;

	party_make(&ca, "ec:p256", "CN=Lab CA");
	for (int i = 0; i < 5; i++) {
		struct crl_fields f = fields(&ca, (struct span){ 0 });
		struct err e;

		if (i == 0)
			f.issuer = SPAN_LIT("\x30\x00");
		else if (i == 1)
			f.issuer = SPAN_LIT("\x04\x01\x00");
		else if (i == 2)
			f.aki = (struct span){ 0 };
		else if (i == 3)
			f.next_update = f.this_update;
		else
			f.next_update = INT64_MAX;
		cr_expect_eq(crl_make(&f, ca.key, digest("SHA-256"), &der, &e),
		    -1, "row %d", i);
		cr_expect_eq(e.kind, ERR_INPUT, "row %d", i);
		cr_expect_eq(der.n, 0);
	}
	cr_expect_eq(crl_entry_put(&der, (struct span){ 0 }, NOW, 1, NULL), -1);
	cr_expect_eq(
	    crl_entry_put(&der, SPAN_LIT("\x01"), INT64_MAX, 1, NULL), -1);
	cr_expect_eq(der.n, 0);
	buf_release(&der);
	party_release(&ca);
}

/* Parse and walk; 0 if all of it can be read. */
static int read_all(struct span der)
{
	struct crl_view v;
	struct span serial;
	unsigned reason;
	int64_t at;

	if (crl_parse(der, &v, NULL) != 0)
		return -1;
	while (v.entries.n > 0)
		if (crl_entry_next(&v.entries, &serial, &at, &reason, NULL) !=
		    0)
			return -1;
	return 0;
}

/* Every truncation, trailing bytes, and a changed bit in what is signed. */
Test(crl, damaged)
{
	struct buf entries = { 0 }, der = { 0 };
	struct crl_fields f;
	struct party ca;
	size_t signed_n;

	party_make(&ca, "ec:p256", "CN=Lab CA");
	for (unsigned i = 0; i < 3; i++)
		put_entry(&entries, i, i);
	f = fields(&ca, buf_span(&entries));
	make(&ca, &f, &der);
	cr_assert_eq(read_all(buf_span(&der)), 0);
	for (size_t n = 0; n < der.n; n++)
		cr_expect_eq(read_all((struct span){ der.p, n }), -1, "%zu", n);
	/* 30 82 hh hh in front of the list, 30 81 hh or 30 82 hh hh of its own */
	cr_assert_eq(der.p[4], DER_SEQUENCE);
	signed_n = der.p[5] == 0x81 ? (size_t)3 + der.p[6]
				    : (size_t)4 + (der.p[6] << 8 | der.p[7]);
	for (size_t i = 4; i < 4 + signed_n; i++) {
		der.p[i] ^= 0x04;
		cr_expect_eq(crl_verify(buf_span(&der), ca.view.spki, NULL), -1,
		    "octet %zu", i);
		der.p[i] ^= 0x04;
	}
	cr_assert_eq(crl_verify(buf_span(&der), ca.view.spki, NULL), 0);
	cr_assert_eq(buf_put(&der, SPAN_LIT("\0"), NULL), 0);
	cr_expect_eq(read_all(buf_span(&der)), -1);
	buf_release(&der);
	buf_release(&entries);
	party_release(&ca);
}

/* R168, R169: in the crls field, and no certificate with it. */
Test(crl, in_an_answer)
{
	struct buf der = { 0 }, answer = { 0 };
	struct crl_fields f;
	struct span crl, got[2], none[1];
	struct party ca;
	struct err e;
	size_t n, found;

	party_make(&ca, "ec:p256", "CN=Lab CA");
	f = fields(&ca, (struct span){ 0 });
	make(&ca, &f, &der);
	crl = buf_span(&der);
	cr_assert_eq(cms_certs_only(NULL, 0, &crl, 1, &answer, &e), 0);
	cr_assert_eq(cms_crls_only_parse(buf_span(&answer), got, 2, &n, &e), 0);
	cr_assert_eq(n, 1);
	cr_expect(span_eq(got[0], crl));
	cr_assert_eq(
	    cms_certs_only_parse(buf_span(&answer), none, 1, &n, &e), 0);
	cr_expect_eq(n, 0);
	cr_expect_eq(
	    cms_crls_only_parse(buf_span(&answer), got, 0, &n, &e), -1);
	cr_expect_eq(e.kind, ERR_INPUT);
	for (n = 0; n < answer.n; n++)
		cr_expect_eq(cms_crls_only_parse((struct span){ answer.p, n },
				 got, 2, &found, NULL),
		    -1);
	buf_release(&answer);
	buf_release(&der);
	party_release(&ca);
}

/* Run a command in `dir`; its output has to hold `want`. */
static void shell(const char *dir, const char *command, const char *want)
{
	char text[600], line[1000];
	bool found = false;
	FILE *p;

	snprintf(text, sizeof(text), "cd %s && { %s; } 2>&1", dir, command);
	p = popen(text, "r");
	cr_assert_not_null(p);
	while (fgets(line, sizeof(line), p) != NULL)
		found = found || strstr(line, want) != NULL;
	cr_expect_eq(pclose(p), 0, "%s", command);
	cr_expect(found, "%s: no %s", command, want);
}

static void write_file(const char *dir, const char *name, struct span s)
{
	char path[200];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "wb");
	cr_assert_not_null(f);
	cr_assert_eq(fwrite(s.p, 1, s.n, f), s.n);
	cr_assert_eq(fclose(f), 0);
}

/* OpenSSL and GnuTLS read what we make, and OpenSSL verifies it. */
Test(crl, others_read_it)
{
	char dir[] = "/tmp/test-crl-XXXXXX", remove[64];
	struct buf entries = { 0 }, der = { 0 }, pem = { 0 };
	struct crl_fields f;
	struct party ca;

	party_make(&ca, "rsa:2048", "CN=Lab CA,O=Lab");
	cr_assert_not_null(mkdtemp(dir));
	cr_assert_eq(
	    pem_encode(buf_span(&ca.cert), "CERTIFICATE", &pem, NULL), 0);
	write_file(dir, "ca.pem", buf_span(&pem));
	f = fields(&ca, (struct span){ 0 });
	make(&ca, &f, &der);
	write_file(dir, "empty", buf_span(&der));
	put_entry(&entries, 1, 0);
	put_entry(&entries, 2, 1);
	f = fields(&ca, buf_span(&entries));
	f.number = 4711;
	buf_cut(&der, 0);
	make(&ca, &f, &der);
	write_file(dir, "two", buf_span(&der));
#define OPENSSL "openssl crl -inform DER -noout -CAfile ca.pem -text -in "
#define CERTTOOL "certtool --inder --crl-info --infile "
	shell(dir, OPENSSL "empty", "verify OK");
	shell(dir, OPENSSL "empty", "No Revoked Certificates.");
	shell(dir, OPENSSL "two", "verify OK");
	shell(dir, OPENSSL "two", "Version 2 (0x1)");
	shell(dir, OPENSSL "two", "Key Compromise");
	shell(dir, OPENSSL "two", "Next Update: Jan  2 00:00:00 2026 GMT");
	shell(dir, OPENSSL "two -crlnumber", "0x1267");
	shell(dir, CERTTOOL "empty", "No revoked certificates");
	shell(dir, CERTTOOL "two", "Revoked certificates (2)");
	shell(dir, CERTTOOL "two", "CRL Number (not critical): 1267");
	snprintf(remove, sizeof(remove), "rm -r %s", dir);
	cr_expect_eq(system(remove), 0);
	buf_release(&pem);
	buf_release(&der);
	buf_release(&entries);
	party_release(&ca);
}

/* 100,000 entries: time and memory in proportion, and all of them come back. */
Test(crl, many_entries)
{
	struct buf entries = { 0 }, der = { 0 };
	struct span serial, last = { 0 };
	struct crl_fields f;
	struct crl_view v;
	struct party ca;
	unsigned reason, n = 0;
	int64_t at;
	clock_t start;

	party_make(&ca, "ec:p256", "CN=Lab CA");
	start = clock();
	for (unsigned i = 0; i < MANY; i++)
		put_entry(&entries, i, 4);
	/* 2 + 2 + 16 + 15 + 14 octets each; a buf has at most twice of that */
	cr_expect_eq(entries.n, 49 * MANY);
	f = fields(&ca, buf_span(&entries));
	make(&ca, &f, &der);
	cr_expect_lt(der.n, entries.n + 500);
	cr_expect_leq(der.cap, 2 * der.n);
	cr_assert_eq(crl_verify(buf_span(&der), ca.view.spki, NULL), 0);
	cr_assert_eq(crl_parse(buf_span(&der), &v, NULL), 0);
	while (v.entries.n > 0) {
		cr_assert_eq(
		    crl_entry_next(&v.entries, &serial, &at, &reason, NULL), 0);
		last = serial;
		n++;
	}
	cr_expect_eq(n, MANY);
	cr_expect_eq(last.p[7], (MANY - 1) & 0xff);
	cr_expect_eq(at, NOW - (MANY - 1));
	/* a list of lists would take minutes; under sanitizers this is 2 s */
	cr_expect_lt(clock() - start, 20 * CLOCKS_PER_SEC);
	buf_release(&entries);
	buf_release(&der);
	party_release(&ca);
}
