/*
 * test_cgi_pki.c - PKIOperation through pkiclient.exe: what a device sends, in
 * all the ways that devices send it, and what comes back and goes into the log.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <criterion/criterion.h>

#include "device.h"
#include "op.h"
#include "rows.h"
#include "run_cgi.h"

static struct lab_ca lab;
static struct device dev;
static struct buf challenge;

static void setup(void)
{
	lab_ca_make(&lab, "");
	lab_ca_challenge(&lab, 1, &challenge);
	device_make(&dev, "router1");
}

static void teardown(void)
{
	device_release(&dev);
	buf_release(&challenge);
	lab_ca_drop(&lab);
}

TestSuite(pki, .init = setup, .fini = teardown, .timeout = 120);

/* The message went through: SUCCESS with this very certificate. */
static void expect_cert(const struct asked *q, const struct cgi_done *d,
    const struct buf *want, const char *how)
{
	struct buf cert = { 0 };

	cr_assert_eq(d->status, 200, "%s: %.*s", how, (int)d->log.n,
	    (const char *)d->log.p);
	cr_expect_eq(device_read(&dev, &lab, q, d->body, &cert), SCEP_SUCCESS,
	    "%s", how);
	cr_expect(span_eq(buf_span(&cert), buf_span(want)),
	    "%s: another certificate", how);
	buf_release(&cert);
}

/*
 * R105, R160, T-49, T-50: header, log line; the certificate is in the store,
 * and marked as delivered.  Field note B6: nobody asked for capabilities before.
 */
Test(pki, enrol)
{
	struct buf cert = { 0 };
	struct cgi_done d;
	struct asked q;
	struct stored_cert c;
	struct err e;
	size_t n;

	device_ask(&dev, &lab, "4711", buf_span(&challenge), &q);
	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_assert_eq(d.status, 200, "%.*s", (int)d.log.n, (char *)d.log.p);
	cr_expect_eq(d.exit_code, 0);
	cr_expect(d.whole);
	cr_expect(span_eq(cgi_header(&d, "Content-Type"),
	    SPAN_LIT("application/x-pki-message")));
	cr_expect(
	    span_eq(cgi_header(&d, "Cache-Control"), SPAN_LIT("no-store")));
	cr_expect(span_eq(cgi_header(&d, "Pragma"), SPAN_LIT("no-cache")));
	cr_expect_eq(cgi_header(&d, "Connection").n, 0);
	cr_expect_eq(device_read(&dev, &lab, &q, d.body, &cert), SCEP_SUCCESS);

	cr_expect(cgi_log_has(&d,
	    " remote=192.0.2.7 method=POST op=PKIOperation type=PKCSReq "
	    "transaction=4711 key="));
	cr_expect(cgi_log_has(&d, " result=SUCCESS serial="));
	cr_expect(cgi_log_has(&d, " challenge="));
	cr_expect(cgi_log_has(&d, " digest=SHA-256 cipher=AES-128-CBC"));
	cr_expect(cgi_log_has(&d, " subject=\"CN=router1\""), "%.*s",
	    (int)d.log.n, (const char *)d.log.p);

	cr_expect_eq(lab_ca_certs(&lab), 1);
	cr_assert_eq(store_cert_page(lab.ca->store, NULL, &c, 1, &n, &e), 0);
	cr_assert_eq(n, 1);
	cr_expect(span_eq(buf_span(&c.der), buf_span(&cert)));
	cr_expect_str_eq(c.remote, "192.0.2.7");
	cr_expect_str_eq(c.trans_id, "4711");
	cr_expect_gt(c.delivered_at, 0);
	stored_cert_release(&c);
	buf_release(&cert);
	cgi_release(&d);
	asked_release(&q);
}

/* The one certificate in the store: when it was delivered. */
static int64_t delivered_at(void)
{
	struct stored_cert c;
	struct err e;
	int64_t at;
	size_t n;

	cr_assert_eq(store_cert_page(lab.ca->store, NULL, &c, 1, &n, &e), 0);
	cr_assert_eq(n, 1);
	at = c.delivered_at;
	stored_cert_release(&c);
	return at;
}

/*
 * R146, R163: the commit is made, and then nobody is there to read the answer.
 * The certificate is recorded as issued, not as delivered; who asks again gets
 * this one.
 */
Test(pki, lost_answer)
{
	char home[300], length[40];
	struct buf cert = { 0 };
	struct cgi_call c = { .env = { home, length, "REQUEST_METHOD=POST" } };
	struct cgi_done d;
	struct asked q;
	int fds[2];

	cr_assert_eq(pipe2(fds, O_CLOEXEC), 0);
	close(fds[0]);
	device_ask(&dev, &lab, "lost", buf_span(&challenge), &q);
	c.body = buf_span(&q.message);
	c.out = fds[1];
	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", lab.home);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", c.body.n);
	cgi_run(&c, &d);
	cr_expect_eq(d.exit_code, 1);
	cr_expect(cgi_log_has(&d, " lost="), "%.*s", (int)d.log.n,
	    (const char *)d.log.p);
	cgi_release(&d);
	cr_expect_eq(lab_ca_certs(&lab), 1);
	cr_expect_eq(delivered_at(), 0);

	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_expect_eq(device_read(&dev, &lab, &q, d.body, &cert), SCEP_SUCCESS);
	cgi_release(&d);
	cr_expect_eq(lab_ca_certs(&lab), 1);
	cr_expect_gt(delivered_at(), 0);
	buf_release(&cert);
	asked_release(&q);
}

/* base64 as clients write it, from what gnutls makes. */
static void respell(const struct buf *in, const char *plus, const char *slash,
    const char *pad, size_t fold, struct buf *out)
{
	size_t column = 0;

	for (size_t n = 0; n < in->n; n++) {
		struct span one = { in->p + n, 1 };

		if (in->p[n] == '+')
			one = span_str(plus);
		else if (in->p[n] == '/')
			one = span_str(slash);
		else if (in->p[n] == '=')
			one = span_str(pad);
		cr_assert_eq(buf_put(out, one, NULL), 0);
		if (fold != 0 && ++column % fold == 0)
			cr_assert_eq(buf_put(out, SPAN_LIT("%0A"), NULL), 0);
	}
	cr_assert_eq(buf_put(out, SPAN_LIT("\0"), NULL), 0);
}

static const struct {
	const char *name, *before, *plus, *slash, *pad;
	size_t fold;
} spellings[] = {
	{ "RFC 8894", "operation=PKIOperation&message=", "%2B", "%2F", "%3D",
	    0 },
	{ "order", "x=1&message=", "%2B", "%2F", "%3D", 0 },
	{ "case", "OPERATION=pkioperation&MESSAGE=", "%2b", "%2f", "%3d", 0 },
	{ "sscep", "operation=PKIOperation&message=", "%2B", "/", "%3D", 64 },
	{ "macOS", "operation=PKIOperation&message=", "+", "/", "%3D", 0 },
	{ "raw", "operation=PKIOperation&message=", "+", "/", "=", 0 },
	{ "blank", "operation=PKIOperation&message=", "%20", "/", "%3D", 76 },
	{ "for URLs", "operation=PKIOperation&message=", "-", "_", "", 0 },
	{ "twice", "operation=PKIOperation&message=", "%252B", "%252F", "%253D",
	    0 },
};

static void ask_spelt(size_t n, const struct buf *base64, const struct asked *q,
    const struct buf *cert)
{
	struct buf query = { 0 };
	struct cgi_done d;

	cr_assert_eq(buf_put(&query, span_str(spellings[n].before), NULL), 0);
	respell(base64, spellings[n].plus, spellings[n].slash, spellings[n].pad,
	    spellings[n].fold, &query);
	if (strstr(spellings[n].before, "PKI") == NULL &&
	    strstr(spellings[n].before, "pki") == NULL) {
		query.n--; /* the NUL */
		cr_assert_eq(buf_put(&query,
				 SPAN_LIT("&operation=PKIOperation\0"), NULL),
		    0);
	}
	cgi_get(lab.home, (const char *)query.p, &d);
	expect_cert(q, &d, cert, spellings[n].name);
	cr_expect(cgi_log_has(&d, " repeated=yes"));
	cr_expect(
	    span_eq(cgi_header(&d, "Cache-Control"), SPAN_LIT("no-store")));
	cgi_release(&d);
	buf_release(&query);
}

/*
 * R010, R016, R017, R018, field notes A3, A4, A5 and A7: by GET, however spelt,
 * the same message gets what it got by
 * POST (R145), and nothing new is issued.
 */
Test(pki, get_and_post)
{
	struct buf cert = { 0 }, base64 = { 0 };
	struct cgi_done d;
	struct asked q;

	device_ask(&dev, &lab, "get", buf_span(&challenge), &q);
	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_assert_eq(device_read(&dev, &lab, &q, d.body, &cert), SCEP_SUCCESS);
	cgi_release(&d);
	device_base64(&q, &base64);
	for (size_t n = 0; n < COUNT(spellings); n++)
		ask_spelt(n, &base64, &q, &cert);
	cr_expect_eq(lab_ca_certs(&lab), 1);
	buf_release(&base64);
	buf_release(&cert);
	asked_release(&q);
}

/* R021, R022, T-42, field notes A6, A8, A9, A14: the ways of a POST */
static const struct {
	const char *name, *env[3];
	bool length, base64;
} posts[] = {
	{ "no query", { "X=" }, true, false },
	{ "operation in capitals", { "QUERY_STRING=operation=PKIOPERATION" },
	    true, false },
	{ "empty message parameter",
	    { "QUERY_STRING=operation=PKIOperation&message=" }, true, false },
	{ "type", { "CONTENT_TYPE=application/x-pki-message" }, true, false },
	{ "another type", { "CONTENT_TYPE=text/html; charset=x" }, true,
	    false },
	{ "in chunks", { "HTTP_TRANSFER_ENCODING=chunked" }, false, false },
	{ "no length", { "X=" }, false, false },
	{ "base64", { "X=" }, true, true },
	{ "base64 in chunks", { "HTTP_TRANSFER_ENCODING=chunked" }, false,
	    true },
	{ "https", { "HTTPS=on" }, true, false }, /* R028 */
	{ "path", { "PATH_INFO=/pkiclient.exe", "SCRIPT_NAME=/certsrv/x" },
	    true, false }, /* R012 */
};

Test(pki, posts)
{
	struct buf cert = { 0 }, base64 = { 0 };
	char home[300], length[40];
	struct cgi_done d;
	struct asked q;

	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", lab.home);
	device_ask(&dev, &lab, "post", buf_span(&challenge), &q);
	device_base64(&q, &base64);
	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_assert_eq(device_read(&dev, &lab, &q, d.body, &cert), SCEP_SUCCESS);
	cgi_release(&d);
	for (size_t n = 0; n < COUNT(posts); n++) {
		struct cgi_call c = {
			.env = { home, "REQUEST_METHOD=POST", length,
			    posts[n].env[0], posts[n].env[1] },
			.body =
			    buf_span(posts[n].base64 ? &base64 : &q.message),
		};

		snprintf(
		    length, sizeof(length), "CONTENT_LENGTH=%zu", c.body.n);
		if (!posts[n].length)
			length[15] = '\0';
		cgi_run(&c, &d);
		expect_cert(&q, &d, &cert, posts[n].name);
		cgi_release(&d);
	}
	cr_expect_eq(lab_ca_certs(&lab), 1);
	buf_release(&base64);
	buf_release(&cert);
	asked_release(&q);
}

/*
 * T-18: the challenge of a request that was granted, and of one that was not,
 * is in no output and in no file.
 */
Test(pki, canary)
{
	static const char wrong[] = "canary-b2e0c6f4d1";
	struct buf cert = { 0 };
	struct cgi_done good, bad;
	struct asked q, r;

	device_ask(&dev, &lab, "good", buf_span(&challenge), &q);
	cgi_post(lab.home, buf_span(&q.message), &good);
	cr_expect_eq(
	    device_read(&dev, &lab, &q, good.body, &cert), SCEP_SUCCESS);
	device_ask(&dev, &lab, "bad", span_str(wrong), &r);
	cgi_post(lab.home, buf_span(&r.message), &bad);
	cr_expect_eq(
	    device_read(&dev, &lab, &r, bad.body, &cert), SCEP_FAILURE);
	cr_expect(cgi_log_has(&bad, " refusal=challenge-unknown"));

	cr_expect_not(cgi_has(buf_span(&good.out), buf_span(&challenge)));
	cr_expect_not(cgi_has(buf_span(&good.log), buf_span(&challenge)));
	cr_expect_not(cgi_has(buf_span(&bad.out), span_str(wrong)));
	cr_expect_not(cgi_has(buf_span(&bad.log), span_str(wrong)));
	cr_expect_not(lab_ca_holds(&lab, buf_span(&challenge)));
	cr_expect_not(lab_ca_holds(&lab, span_str(wrong)));
	/* and the search would find one */
	cr_expect(lab_ca_holds(&lab, SPAN_LIT("192.0.2.7")));
	buf_release(&cert);
	cgi_release(&good);
	cgi_release(&bad);
	asked_release(&q);
	asked_release(&r);
}

/* A refusal is HTTP 200 and a signed FAILURE (R160); nothing is recorded. */
Test(pki, refused)
{
	struct cgi_done d;
	struct asked q;

	device_ask(&dev, &lab, "none", SPAN_LIT("a guess"), &q);
	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_expect_eq(d.status, 200);
	cr_expect_eq(device_read(&dev, &lab, &q, d.body, NULL), SCEP_FAILURE);
	cr_expect(cgi_log_has(&d, " result=FAILURE refusal=challenge-unknown"));
	cr_expect_eq(lab_ca_certs(&lab), 0);
	cgi_release(&d);
	asked_release(&q);
}

/* T-48: what a stranger may choose, in the log: one printable line. */
static const struct {
	const char *subject, *trans_id, *log;
} strangers[] = {
	{ "a", "x y=\"z\" '()+,-./:=?",
	    "transaction=\"x y=\\x22z\\x22 '()+,-./:=?\"" },
	{ "line\nscepca: result=SUCCESS", "1", " subject=\"CN=line" },
	{ "bell\007 escape\033[2J", "2", " subject=\"CN=bell" },
	{ "\xe2\x80\xaexe.live", "3", " subject=\"CN=" },
	{ "\xc3\xa4\xc3\xb6", "4", "CN=\\xc3\\xa4\\xc3\\xb6" },
	{ "a, O=b\" c\\", "5", " subject=\"CN=a" },
};

Test(pki, log_injection)
{
	for (size_t n = 0; n < COUNT(strangers); n++) {
		struct cgi_done d;
		struct asked q;

		device_rename(&dev, strangers[n].subject);
		device_ask(&dev, &lab, strangers[n].trans_id,
		    SPAN_LIT("no such challenge"), &q);
		cgi_post(lab.home, buf_span(&q.message), &d);
		cr_expect_eq(d.status, 200);
		cr_expect(cgi_log_has(&d, strangers[n].log), "row %zu: %.*s", n,
		    (int)d.log.n, (const char *)d.log.p);
		cgi_release(&d);
		asked_release(&q);
	}
}

/*
 * What `serve` says of a message: 400, or a signed FAILURE.  In process, so
 * that it can be done for every length of one.
 */
static void expect_no_harm(enum http_method method, struct span query,
    struct span body, bool may_grant, size_t n)
{
	struct request q = { .method = method,
		.query = query,
		.body = body,
		.remote = "",
		.now = time(NULL) };
	struct reply r;

	serve(lab.ca, &q, &r);
	cr_expect(r.status == 400 || r.status == 200, "%zu: %d", n, r.status);
	cr_expect(may_grant || !r.has_delivered, "%zu: granted", n);
	reply_release(&r);
}

/*
 * R019: a message cut anywhere does no harm, by POST and by GET; through the
 * program at some lengths, and the log names the cut.
 */
Test(pki, truncation)
{
	struct buf query = { 0 };
	struct cgi_done d;
	struct asked q;
	size_t end;

	device_ask(&dev, &lab, "cut", buf_span(&challenge), &q);
	device_query(&q, &query);
	for (size_t n = 0; n < q.message.n; n++)
		expect_no_harm(HTTP_POST, (struct span){ NULL, 0 },
		    (struct span){ q.message.p, n }, false, n);
	/* without its padding the message is whole */
	for (end = query.n; memcmp(query.p + end - 3, "%3D", 3) == 0;)
		end -= 3;
	for (size_t n = 0; n < end; n++)
		expect_no_harm(HTTP_GET, (struct span){ query.p, n },
		    (struct span){ NULL, 0 }, false, n);
	for (size_t n = 10; n < q.message.n; n += 199) {
		cgi_post(lab.home, (struct span){ q.message.p, n }, &d);
		cr_expect_eq(d.status, 400, "%zu", n);
		cr_expect(cgi_log_has(&d, "cut off after"), "%.*s",
		    (int)d.log.n, (const char *)d.log.p);
		cgi_release(&d);
	}
	cr_expect_eq(lab_ca_certs(&lab), 0);
	buf_release(&query);
	asked_release(&q);
}

/*
 * Noise, and a message with a byte that is not its own: no 5xx, no crash.
 * Where no signature covers the byte (versions, digestAlgorithms) the message
 * is still good, once.
 */
Test(pki, garbage)
{
	static uint8_t noise[2048];
	struct cgi_done d;
	struct asked q;

	device_ask(&dev, &lab, "noise", buf_span(&challenge), &q);
	srandom(8894);
	for (size_t n = 0; n < 500; n++) {
		for (size_t i = 0; i < sizeof(noise); i++)
			noise[i] = (uint8_t)random();
		if (n % 2 == 0)
			noise[0] = 0x30;
		expect_no_harm(HTTP_POST, (struct span){ NULL, 0 },
		    (struct span){ noise, n * 4 }, false, n);
	}
	for (size_t n = 0; n < q.message.n; n += 3) {
		q.message.p[n] ^= 0x55;
		expect_no_harm(HTTP_POST, (struct span){ NULL, 0 },
		    buf_span(&q.message), true, n);
		q.message.p[n] ^= 0x55;
	}
	for (size_t n = 0; n < 5; n++) {
		noise[0] = (uint8_t)(0x30 + n);
		cgi_post(lab.home, (struct span){ noise, sizeof(noise) }, &d);
		cr_expect_eq(d.status, 400);
		cr_expect_eq(d.exit_code, 0);
		cr_expect(cgi_log_has(&d, " status=400"));
		cgi_release(&d);
	}
	cr_expect_leq(lab_ca_certs(&lab), 1);
	asked_release(&q);
}

/*
 * T-41, T-44 on the whole way: an environment that would keep GnuTLS from
 * signing with SHA-256, and no descriptor but stdin and stdout.
 */
Test(pki, hostile_surroundings)
{
	static const char priority[] = "[overrides]\n"
				       "insecure-hash = sha256\n"
				       "insecure-sig = rsa-sha256\n"
				       "tls-disabled-mac = sha256\n";
	char home[300], file[600], length[40];
	struct buf cert = { 0 };
	struct cgi_call c = {
		.env = { home, "REQUEST_METHOD=POST", length, file,
		    "GNUTLS_SYSTEM_PRIORITY_FAIL_ON_INVALID=1",
		    "DB_HOME=/nonexistent", "TMPDIR=/nonexistent",
		    "MALLOC_ARENA_MAX=junk", "LC_ALL=tr_TR.UTF-8" },
		.closed = 1U << 2,
	};
	struct cgi_done d;
	struct asked q;

	cr_assert_eq(
	    home_create(lab.home, "priority", 0644, span_str(priority), NULL),
	    0);
	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", lab.home);
	snprintf(file, sizeof(file), "GNUTLS_SYSTEM_PRIORITY_FILE=%s",
	    lab_ca_path(&lab, "priority"));
	device_ask(&dev, &lab, "hostile", buf_span(&challenge), &q);
	c.body = buf_span(&q.message);
	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", c.body.n);
	cgi_run(&c, &d);
	cr_assert_eq(d.status, 200);
	cr_expect_eq(device_read(&dev, &lab, &q, d.body, &cert), SCEP_SUCCESS);
	cr_expect_eq(d.log.n, 0);
	cr_expect_eq(lab_ca_certs(&lab), 1);
	buf_release(&cert);
	cgi_release(&d);
	asked_release(&q);
}

/* An enrolment fits into 16 MB of resident memory. */
Test(pki, memory)
{
	struct cgi_done d;
	struct asked q;

#ifdef SANITIZED
	teardown();
	cr_skip("the sanitizer needs more than the program");
#endif
	device_ask(&dev, &lab, "rss", buf_span(&challenge), &q);
	cgi_post(lab.home, buf_span(&q.message), &d);
	cr_expect_eq(d.status, 200);
	cr_expect_lt(d.max_rss_kb, 16 * 1024, "%ld KB", d.max_rss_kb);
	cgi_release(&d);
	asked_release(&q);
}
