/*
 * http.h - one request to a SCEP server (RFC 8894, 4.1), with libcurl.
 *
 * A server is a stranger: http and https only, no redirects, no cookies, no
 * proxy credentials, a bound on bytes and on time.
 */
#ifndef HTTP_H
#define HTTP_H

#include "buf.h"

enum {
	HTTP_REPLY_MAX = 512 * 1024, /* bytes */
	HTTP_LIST_MAX = 32 << 20,    /* with a revocation list in it */
	HTTP_CONNECT_SECONDS = 10,
	HTTP_TOTAL_SECONDS = 60, /* a CA may think for half a minute */
};

struct http_reply {
	long status;
	char type[100]; /* Content-Type as sent, cut; may be empty */
	struct buf body;
};
void http_reply_release(struct http_reply *r);

/* http_check_url - is it one that http_get would try?  ERR_INPUT */
int http_check_url(const char *url, struct err *e);

/*
 * http_get - GET `url` with the parameter `operation`, and with `message` in
 * base64 unless it is empty.  http_post - the same with `body` as the body.
 * A URL without a path gets /cgi-bin/pkiclient.exe (RFC 8894, 4.1).
 * `max` bounds the answer, in bytes.
 * 0: an answer came, of whatever status; release *r.  -1: ERR_INPUT (the URL),
 * ERR_SYS (network, or an answer over `max`), ERR_NOMEM.
 */
int http_get(const char *url, const char *operation, struct span message,
    size_t max, struct http_reply *r, struct err *e);
int http_post(const char *url, const char *operation, struct span body,
    size_t max, struct http_reply *r, struct err *e);

#endif
