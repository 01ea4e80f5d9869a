/*
 * fake_ca - a SCEP server that does what it is told, right or wrong, for the
 * tests of a client.  It knows no policy: whoever asks gets a certificate.
 *
 * usage: fake_ca DIR [FAULT ...]
 *
 * Listens on 127.0.0.1, prints the port, and serves until it is killed.  DIR
 * gets ca.pem, ca.key, and the last request as it came: request.der, and its
 * method.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fake_pki.h"
#include "query.h"

enum { REQUEST_MAX = 128 * 1024 };

static const char *caps(void)
{
	if (fault("caps-crlf"))
		return "sha-256\r\nAES\r\nx-unknown\r\nPostPkiOperation\r\n";
	if (fault("caps-old"))
		return "DES3\nSHA-1\n";
	if (fault("caps-512"))
		return "AES\nDES3\nSHA-1\nSHA-512\nPOSTPKIOperation\n";
	if (fault("renewal"))
		return "AES\nSHA-256\nPOSTPKIOperation\nRenewal\n";
	return "AES\nDES3\nSHA-1\nSHA-256\nPOSTPKIOperation\nSCEPStandard\n";
}

static void send_all(int fd, struct span s)
{
	ssize_t n;

	for (; s.n > 0; s.p += n, s.n -= (size_t)n) {
		n = send(fd, s.p, s.n, MSG_NOSIGNAL);
		if (n <= 0)
			return;
	}
}

static void reply(int fd, const char *status, struct span body)
{
	char head[300];
	int n = snprintf(head, sizeof(head),
	    "HTTP/1.1 %s\r\nContent-Length: %zu\r\nConnection: close\r\n"
	    "Content-Type: application/octet-stream\r\n"
	    "Location: http://127.0.0.1:1/\r\n\r\n",
	    status, body.n);

	send_all(fd, (struct span){ (uint8_t *)head, (size_t)n });
	send_all(fd, body);
}

static void reply_huge(int fd)
{
	struct buf big = { 0 };
	uint8_t *at;

	OK(buf_grow(&big, BUF_MAX, &at, &e));
	reply(fd, "200 OK", buf_span(&big));
	buf_release(&big);
}

static void serve(
    int fd, const char *method, struct span query, struct span body)
{
	struct buf out = { 0 }, message = { 0 };
	struct query q;

	OK(query_split(query, &q, &e));
	if (query_is(q.operation, "GetCACaps")) {
		if (fault("caps-404"))
			reply(fd, "404 Not Found", SPAN_LIT("SHA-512\nAES\n"));
		else
			reply(fd, "200 OK", span_str(caps()));
	} else if (query_is(q.operation, "GetCACert")) {
		fake_ca_cert(&out);
		reply(fd, "200 OK", buf_span(&out));
	} else if (query_is(q.operation, "GetCACertChain")) {
		fake_chain(&out);
		reply(fd, "200 OK", buf_span(&out));
	} else if (fault("http-500")) {
		reply(fd, "500 Oops", SPAN_LIT("<html>"));
	} else if (fault("redirect")) {
		reply(fd, "302 Found", (struct span){ 0 });
	} else if (fault("garbage")) {
		reply(fd, "200 OK", SPAN_LIT("<html>"));
	} else if (fault("huge")) {
		reply_huge(fd);
	} else {
		if (q.has_message)
			OK(query_message(q.message, &message, &e));
		put_file("method", span_str(method));
		if (fake_pki(q.has_message ? buf_span(&message) : body, &out))
			reply(fd, "200 OK", buf_span(&out));
		else
			reply(fd, "500 Oops", SPAN_LIT("<html>"));
	}
	buf_release(&out);
	buf_release(&message);
}

/* Read one request; good enough for curl. */
static void serve_connection(int fd)
{
	static char in[REQUEST_MAX + 1];
	char method[8], path[64];
	const char *end, *length, *question, *space;
	size_t n = 0, want = 0;
	ssize_t k;

	do {
		k = recv(fd, in + n, REQUEST_MAX - n, 0);
		if (k <= 0)
			return;
		n += (size_t)k;
		in[n] = '\0';
		end = strstr(in, "\r\n\r\n");
		if (end == NULL)
			continue;
		end += 4;
		length = strcasestr(in, "\r\nContent-Length:");
		want = length != NULL && length < end
		    ? strtoul(length + 17, NULL, 10)
		    : 0;
	} while (end == NULL || n < (size_t)(end - in) + want);
	if (sscanf(in, "%7s %63[^? ]", method, path) != 2 ||
	    (question = strchr(in, '?')) == NULL ||
	    (space = strchr(question, ' ')) == NULL)
		return;
	put_file("path", span_str(path));
	serve(fd, method,
	    (struct span){
		(const uint8_t *)question + 1, (size_t)(space - question) - 1 },
	    (struct span){ (const uint8_t *)end, want });
}

int main(int argc, char **argv)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof(at);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fd;

	if (argc < 2)
		return 2;
	fake_start(argv[1], argv + 2);
	if (listener < 0 ||
	    bind(listener, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    listen(listener, 8) != 0 ||
	    getsockname(listener, (struct sockaddr *)&at, &size) != 0)
		die(__FILE__, __LINE__, "socket");
	printf("%u\n", ntohs(at.sin_port));
	fflush(stdout);
	while ((fd = accept(listener, NULL, NULL)) >= 0) {
		serve_connection(fd);
		close(fd);
	}
	return 1;
}
