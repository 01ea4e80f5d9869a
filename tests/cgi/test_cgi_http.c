/*
 * test_cgi_http.c - the HTTP side of pkiclient.exe: the gates before any
 * message is read, the bytes of every kind of reply.
 */
#include <stdio.h>
#include <string.h>

#include <criterion/criterion.h>

#include "cms_signed.h"
#include "lab_ca.h"
#include "op.h"
#include "rows.h"
#include "run_cgi.h"

static struct lab_ca lab;

static void setup(void)
{
	lab_ca_make(&lab, "");
}

static void teardown(void)
{
	lab_ca_drop(&lab);
}

TestSuite(http, .init = setup, .fini = teardown, .timeout = 60);

#define GET "REQUEST_METHOD=GET"
#define HEAD "REQUEST_METHOD=HEAD"
#define POST "REQUEST_METHOD=POST"
#define Q "QUERY_STRING="

static const struct {
	const char *env[5];
	const char *body;
	int status;
	const char *text; /* of the body, or the start of it */
} gates[] = {
	/* R024, R029, R039, field notes A10, A11: whatever the message, in
	   any case */
	{ { GET, Q "operation=GetCACaps" }, "", 200, "AES\n" },
	{ { GET, Q "operation=getcacaps" }, "", 200, "AES\n" },
	{ { GET, Q "OPERATION=GETCACAPS" }, "", 200, "AES\n" },
	{ { GET, Q "operation=GetCA%43aps" }, "", 200, "AES\n" },
	{ { GET, Q "operation=GetCACaps&message=" }, "", 200, "AES\n" },
	{ { GET, Q "operation=GetCACaps&message=NoSuchCA" }, "", 200, "AES\n" },
	{ { GET, Q "operation=GetCACaps&message=%zz" }, "", 200, "AES\n" },
	{ { GET, Q "x=y&message=0&operation=GetCACaps" }, "", 200, "AES\n" },
	{ { GET, Q "operation=GetCACert" }, "", 200, "0\x82" },
	{ { GET, Q "operation=GetCACert&message=0" }, "", 200, "0\x82" },
	{ { GET, Q "operation=GetCACert&message=trustpoint" }, "", 200,
	    "0\x82" },
	/* R045 */
	{ { GET, Q "operation=GetCACertChain" }, "", 200, "0\x82" },
	{ { GET, Q "operation=getcacertchain&message=0" }, "", 200, "0\x82" },
	{ { HEAD, Q "operation=GetCACertChain" }, "", 200, "" },
	{ { POST, Q "operation=GetCACertChain", "CONTENT_LENGTH=0" }, "", 400,
	    "POST is for PKIOperation only." },
	/* A body where none belongs is read and forgotten. */
	{ { GET, Q "operation=GetCACaps", "CONTENT_LENGTH=5" }, "noise", 200,
	    "AES\n" },
	{ { GET, Q "operation=GetCACaps", "CONTENT_LENGTH=-5" }, "noise", 200,
	    "AES\n" },
	/* R023 */
	{ { GET }, "", 400, "Unknown operation." },
	{ { GET, Q }, "", 400, "Unknown operation." },
	{ { GET, Q "operation" }, "", 400, "Unknown operation." },
	{ { GET, Q "operation=" }, "", 400, "Unknown operation." },
	{ { GET, Q "operation=Foo" }, "", 400, "Unknown operation." },
	{ { GET, Q "operation=GetCACaps%00" }, "", 400, "Unknown operation." },
	{ { GET, Q "operation=GetCACaps%" }, "", 400, "Unknown operation." },
	{ { GET, Q "GetCACaps" }, "", 400, "Unknown operation." },
	{ { GET, Q "--version" }, "", 400, "Unknown operation." },
	/* R011 */
	{ { GET, Q "operation=GetCACaps&operation=GetCACaps" }, "", 400,
	    "The query is not understood." },
	{ { GET, Q "operation=GetCACert&message=0&MESSAGE=1" }, "", 400,
	    "The query is not understood." },
	/* methods */
	{ { "REQUEST_METHOD=", Q "operation=GetCACaps" }, "", 405,
	    "Method not allowed." },
	{ { "REQUEST_METHOD=get", Q "operation=GetCACaps" }, "", 405,
	    "Method not allowed." },
	{ { "REQUEST_METHOD=PUT", Q "operation=GetCACaps", "CONTENT_LENGTH=4" },
	    "body", 405, "Method not allowed." },
	{ { "REQUEST_METHOD=DELETE", Q "operation=GetCACaps" }, "", 405,
	    "Method not allowed." },
	{ { "REQUEST_METHOD=OPTIONS" }, "", 405, "Method not allowed." },
	{ { HEAD, Q "operation=PKIOperation&message=MIA" }, "", 405, "" },
	/* R021 */
	{ { POST, Q "operation=GetCACert", "CONTENT_LENGTH=0" }, "", 400,
	    "POST is for PKIOperation only." },
	{ { POST, Q "operation=GetCACaps", "CONTENT_LENGTH=3" }, "abc", 400,
	    "POST is for PKIOperation only." },
	{ { POST, Q "operation=", "CONTENT_LENGTH=3" }, "abc", 400,
	    "Unknown operation." },
	/* messages that are none (R162) */
	{ { GET, Q "operation=PKIOperation" }, "", 400,
	    "The message is missing or damaged." },
	{ { GET, Q "operation=PKIOperation&message=" }, "", 400,
	    "The message is missing or damaged." },
	{ { GET, Q "operation=PKIOperation&message=%0A" }, "", 400,
	    "The message is missing or damaged." },
	{ { GET, Q "operation=PKIOperation&message=M" }, "", 400,
	    "The message is missing or damaged." },
	{ { GET, Q "operation=PKIOperation&message=M!!A" }, "", 400,
	    "The message is missing or damaged." },
	{ { GET, Q "operation=PKIOperation&message=MIA%" }, "", 400,
	    "The message is missing or damaged." },
	{ { GET, Q "operation=PKIOperation&message=MIAG" }, "", 400,
	    "Not a SCEP message." },
	{ { GET, Q "operation=PKIOperation&message=AAAA" }, "", 400,
	    "Not a SCEP message." },
	{ { POST, Q "operation=PKIOperation", "CONTENT_LENGTH=0" }, "", 400,
	    "The message is missing or damaged." },
	{ { POST, Q "operation=PKIOperation", "CONTENT_LENGTH=6" }, "a=b&c!",
	    400, "The message is missing or damaged." },
	{ { POST, Q "operation=PKIOperation", "CONTENT_LENGTH=1" }, "0", 400,
	    "Not a SCEP message." },
	{ { POST, Q "operation=PKIOperation", "CONTENT_LENGTH=4" }, "MIAG", 400,
	    "Not a SCEP message." },
	/* Field note A9: a message parameter does not replace the body. */
	{ { POST, Q "operation=PKIOperation&message=MIAG", "CONTENT_LENGTH=0" },
	    "", 400, "The message is missing or damaged." },
	{ { POST, Q "", "CONTENT_LENGTH=1" }, "0", 400, "Not a SCEP message." },
	{ { POST, "CONTENT_LENGTH=1" }, "0", 400, "Not a SCEP message." },
	/* T-42: what CONTENT_LENGTH may say */
	{ { POST, Q }, "0", 400, "Not a SCEP message." },
	{ { POST, Q, "CONTENT_LENGTH=" }, "0", 400, "Not a SCEP message." },
	{ { POST, Q, "HTTP_TRANSFER_ENCODING=chunked" }, "0", 400,
	    "Not a SCEP message." },
	{ { POST, Q, "CONTENT_LENGTH=2" }, "0", 400,
	    "The message is missing or damaged." },
	{ { POST, Q, "CONTENT_LENGTH=-1" }, "0", 400,
	    "The message is missing or damaged." },
	{ { POST, Q, "CONTENT_LENGTH=1x" }, "0", 400,
	    "The message is missing or damaged." },
	{ { POST, Q, "CONTENT_LENGTH=18446744073709551617" }, "0", 400,
	    "The message is missing or damaged." },
	{ { POST, Q, "CONTENT_LENGTH=65536" }, "0", 400,
	    "The message is missing or damaged." },
	{ { POST, Q, "CONTENT_LENGTH=65537" }, "0", 413,
	    "The message is too long." },
	{ { POST, Q, "CONTENT_LENGTH=1000000000" }, "0", 413,
	    "The message is too long." },
};

static bool starts_with(struct span s, const char *text)
{
	size_t n = strlen(text);

	return s.n >= n && memcmp(s.p, text, n) == 0;
}

static void expect_gate(size_t n)
{
	struct cgi_call c = { .body = span_str(gates[n].body) };
	struct cgi_done d;

	cgi_env_of(&c, lab.home, gates[n].env);
	cgi_run(&c, &d);
	cr_expect_eq(d.exit_code, 0, "row %zu", n);
	cr_expect_eq(d.status, gates[n].status, "row %zu: %d", n, d.status);
	cr_expect(starts_with(d.body, gates[n].text), "row %zu: %.*s", n,
	    (int)d.out.n, (const char *)d.out.p);
	cr_expect(cgi_log_has(&d, " status="), "row %zu: %.*s", n, (int)d.log.n,
	    (const char *)d.log.p);
	cgi_release(&d);
}

Test(http, gates)
{
	for (size_t n = 0; n < COUNT(gates); n++)
		expect_gate(n);
	cr_expect_eq(lab_ca_certs(&lab), 0);
}

/* One byte below the limits and one above (T-30, R019). */
Test(http, limits)
{
	static char query[QUERY_MAX + 2], body[BODY_MAX + 1];
	struct cgi_done d;

	memset(query, 'x', QUERY_MAX + 1);
	memcpy(query, "operation=GetCACaps&", 20);
	cgi_get(lab.home, query, &d);
	cr_expect_eq(d.status, 414);
	cgi_release(&d);
	query[QUERY_MAX] = '\0';
	cgi_get(lab.home, query, &d);
	cr_expect_eq(d.status, 200);
	cgi_release(&d);

	memset(body, '0', sizeof(body));
	cgi_post(lab.home, (struct span){ (uint8_t *)body, BODY_MAX + 1 }, &d);
	cr_expect_eq(d.status, 413);
	cgi_release(&d);
	cgi_post(lab.home, (struct span){ (uint8_t *)body, BODY_MAX }, &d);
	cr_expect_eq(d.status, 400);
	cgi_release(&d);
}

/*
 * T-49, T-50, R026, field notes A13, A16, A17: every byte, with X for the digits
 * of the request's id.
 */
static const struct {
	const char *env[4];
	const char *want;
} snapshots[] = {
	{ { HEAD, Q "operation=GetCACaps" },
	    "Status: 200 OK\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 77\r\n"
	    "X-Content-Type-Options: nosniff\r\n\r\n" },
	{ { GET, Q "operation=GetCACaps" },
	    "Status: 200 OK\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 77\r\n"
	    "X-Content-Type-Options: nosniff\r\n\r\n"
	    "AES\nDES3\nSHA-1\nSHA-256\nSHA-384\nSHA-512\n"
	    "POSTPKIOperation\nRenewal\nSCEPStandard\n" },
	{ { GET, Q "operation=/etc/passwd%0d%0aX:%20y" },
	    "Status: 400 Bad Request\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 46\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n\r\n"
	    "Unknown operation. (request XXXXXXXXXXXXXXXX)\n" },
	{ { "REQUEST_METHOD=PATCH" },
	    "Status: 405 Method Not Allowed\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 47\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n"
	    "Allow: GET, HEAD, POST\r\n\r\n"
	    "Method not allowed. (request XXXXXXXXXXXXXXXX)\n" },
	{ { HEAD, Q "operation=PKIOperation" },
	    "Status: 405 Method Not Allowed\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 47\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n"
	    "Allow: GET, POST\r\n\r\n" },
	{ { POST, "CONTENT_LENGTH=99999" },
	    "Status: 413 Content Too Large\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 52\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n\r\n"
	    "The message is too long. (request XXXXXXXXXXXXXXXX)\n" },
	{ { GET, Q "operation=GetCACaps", "SCEPCA_HOME=/nonexistent/home" },
	    "Status: 500 Internal Server Error\r\n"
	    "Content-Type: text/plain\r\n"
	    "Content-Length: 64\r\n"
	    "X-Content-Type-Options: nosniff\r\n"
	    "Cache-Control: no-store\r\n"
	    "Pragma: no-cache\r\n\r\n"
	    "The server failed. Its log says why. "
	    "(request XXXXXXXXXXXXXXXX)\n" },
};

/* The id in the text, which is the one in the log; X it out. */
static void mask_id(struct cgi_done *d)
{
	char *at = memmem(d->out.p, d->out.n, "(request ", 9);
	char field[] = " id=XXXXXXXXXXXXXXXX ";

	if (at == NULL)
		return;
	memcpy(field + 4, at + 9, 16);
	cr_expect(cgi_log_has(d, field), "%s: %.*s", field, (int)d->log.n,
	    (const char *)d->log.p);
	memset(at + 9, 'X', 16);
}

Test(http, snapshots)
{
	for (size_t n = 0; n < COUNT(snapshots); n++) {
		struct cgi_call c = { 0 };
		struct cgi_done d;

		cgi_env_of(&c, lab.home, snapshots[n].env);
		if (snapshots[n].env[2] != NULL)
			c.env[0] = snapshots[n].env[2];
		cgi_run(&c, &d);
		mask_id(&d);
		cr_expect(
		    span_eq(buf_span(&d.out), span_str(snapshots[n].want)),
		    "row %zu: %.*s", n, (int)d.out.n, (const char *)d.out.p);
		cgi_release(&d);
	}
}

/* R005, R025, R041: the certificate itself, byte for byte */
Test(http, ca_cert)
{
	struct cgi_done d;

	cgi_get(lab.home, "operation=GetCACert", &d);
	cr_expect(span_eq(cgi_header(&d, "Content-Type"),
	    SPAN_LIT("application/x-x509-ca-cert")));
	cr_expect(d.whole);
	cr_expect(span_eq(d.body, lab.ca->ca_cert.der));
	cr_expect_eq(cgi_header(&d, "Cache-Control").n, 0);
	cgi_release(&d);
}

/* R045, R046 */
Test(http, ca_chain)
{
	struct cgi_done d;
	struct span cert;
	size_t n;
	struct err e;

	cgi_get(lab.home, "operation=GetCACertChain", &d);
	cr_expect(span_eq(cgi_header(&d, "Content-Type"),
	    SPAN_LIT("application/x-x509-ca-ra-cert-chain")));
	cr_expect(d.whole);
	cr_assert_eq(cms_certs_only_parse(d.body, &cert, 1, &n, &e), 0);
	cr_expect(n == 1 && span_eq(cert, lab.ca->ca_cert.der));
	cgi_release(&d);
}

/* T-40: mod_cgid makes arguments of a query without '='. */
Test(http, arguments)
{
	static const char *const env[] = { GET, Q "--help+-v", NULL };
	struct cgi_call c = { .argv = { "--help", "-v", "-c/tmp/x" } };
	struct cgi_done d;

	cgi_env_of(&c, lab.home, env);
	cgi_run(&c, &d);
	cr_expect_eq(d.status, 400);
	cr_expect_eq(d.exit_code, 0);
	cgi_release(&d);
}

/* Not started by a web server: says what it is, on stderr, and does nothing. */
Test(http, usage)
{
	struct cgi_call c = { .env = { "PATH=/usr/bin" } };
	struct cgi_done d;

	cgi_run(&c, &d);
	cr_expect_eq(d.exit_code, 2);
	cr_expect_eq(d.out.n, 0);
	cr_expect(cgi_has(buf_span(&d.log), SPAN_LIT("pkiclient.exe(8)")));
	cgi_release(&d);
}

/* What SCEPCA_HOME and SCEPCA_ENDPOINT may not be: 500, and the log why. */
static const struct {
	const char *home, *endpoint, *log;
} settings[] = {
	{ "X=", "Y=", "SCEPCA_HOME is not set" },
	{ "SCEPCA_HOME=", "Y=", "SCEPCA_HOME is not set" },
	{ "SCEPCA_HOME=relative/home", "Y=", "absolute" },
	{ "SCEPCA_HOME=/nonexistent", "Y=", "/nonexistent" },
	{ "HTTP_SCEPCA_HOME=/nonexistent", "Y=", "SCEPCA_HOME is not set" },
	{ NULL, "SCEPCA_ENDPOINT=nobody", "SCEPCA_ENDPOINT" },
	{ NULL, "SCEPCA_ENDPOINT=../../x", "SCEPCA_ENDPOINT" },
};

Test(http, settings)
{
	static const char *const env[] = { GET, Q "operation=GetCACaps", NULL };

	for (size_t n = 0; n < COUNT(settings); n++) {
		struct cgi_call c = { 0 };
		struct cgi_done d;

		cgi_env_of(&c, lab.home, env);
		if (settings[n].home != NULL)
			c.env[0] = settings[n].home;
		c.env[1] = settings[n].endpoint;
		cgi_run(&c, &d);
		cr_expect_eq(d.status, 500, "row %zu: %d", n, d.status);
		cr_expect(cgi_log_has(&d, settings[n].log), "row %zu: %.*s", n,
		    (int)d.log.n, (const char *)d.log.p);
		cr_expect_not(
		    cgi_has(buf_span(&d.out), SPAN_LIT("nonexistent")));
		cgi_release(&d);
	}
}

/* An endpoint of its own capabilities: the switch really is for that URL. */
Test(http, endpoint)
{
	static const char *const env[] = { GET, Q "operation=GetCACaps",
		"SCEPCA_ENDPOINT=modern", NULL };
	static const char conf[] =
	    "[endpoint modern]\nlegacy = no\nrenewal = no\n";
	struct cgi_call c = { 0 };
	struct cgi_done d;
	struct err e;

	cr_assert_eq(
	    home_replace(lab.home, HOME_CONF, 0640, span_str(conf), &e), 0);
	cgi_env_of(&c, lab.home, env);
	cgi_run(&c, &d);
	cr_expect_eq(d.status, 200);
	cr_expect_not(cgi_has(d.body, SPAN_LIT("DES3")));
	cr_expect_not(cgi_has(d.body, SPAN_LIT("SHA-1\n")));
	cr_expect_not(cgi_has(d.body, SPAN_LIT("Renewal"))); /* R128 */
	cgi_release(&d);
}
