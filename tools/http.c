#include "http.h"

#include <stdio.h>
#include <string.h>

#include <curl/curl.h>
#include <gnutls/gnutls.h>

#define DEFAULT_PATH "/cgi-bin/pkiclient.exe"

/* Append "name=value" to the query, the value percent-encoded: "+" too. */
static CURLUcode add_parameter(
    CURLU *u, const char *name, const char *value, size_t n)
{
	struct buf text = { 0 };
	CURLUcode rc = CURLUE_OUT_OF_MEMORY;

	if (buf_put(&text, span_str(name), NULL) == 0 &&
	    buf_put(&text, SPAN_LIT("="), NULL) == 0 &&
	    buf_put(&text, (struct span){ (const uint8_t *)value, n }, NULL) ==
		0 &&
	    buf_put(&text, (struct span){ (const uint8_t *)"", 1 }, NULL) == 0)
		rc = curl_url_set(u, CURLUPART_QUERY, (char *)text.p,
		    CURLU_APPENDQUERY | CURLU_URLENCODE);
	buf_release(&text);
	return rc;
}

static CURLUcode add_default_path(CURLU *u)
{
	char *path = NULL;
	CURLUcode rc = curl_url_get(u, CURLUPART_PATH, &path, 0);

	if (rc == CURLUE_OK && strcmp(path, "/") == 0)
		rc = curl_url_set(u, CURLUPART_PATH, DEFAULT_PATH, 0);
	curl_free(path);
	return rc;
}

static CURLUcode add_message(CURLU *u, struct span message)
{
	gnutls_datum_t bin = { (unsigned char *)message.p,
		(unsigned)message.n };
	gnutls_datum_t text = { NULL, 0 };
	CURLUcode rc;

	if (message.n == 0)
		return CURLUE_OK;
	if (gnutls_base64_encode2(&bin, &text) < 0)
		return CURLUE_OUT_OF_MEMORY;
	rc = add_parameter(u, "message", (const char *)text.data, text.size);
	gnutls_free(text.data);
	return rc;
}

static CURLUcode check_scheme(CURLU *u)
{
	char *scheme = NULL;
	CURLUcode rc = curl_url_get(u, CURLUPART_SCHEME, &scheme, 0);

	if (rc == CURLUE_OK && strcmp(scheme, "http") != 0 &&
	    strcmp(scheme, "https") != 0)
		rc = CURLUE_UNSUPPORTED_SCHEME;
	curl_free(scheme);
	return rc;
}

/* *ret is to be freed with curl_free(). */
static int make_url(const char *url, const char *operation, struct span message,
    char **ret, struct err *e)
{
	CURLU *u = curl_url();
	CURLUcode rc = CURLUE_OUT_OF_MEMORY;

	if (u != NULL &&
	    (rc = curl_url_set(u, CURLUPART_URL, url,
		 CURLU_DISALLOW_USER | CURLU_NON_SUPPORT_SCHEME)) ==
		CURLUE_OK &&
	    (rc = check_scheme(u)) == CURLUE_OK &&
	    (rc = add_default_path(u)) == CURLUE_OK &&
	    (rc = add_parameter(
		 u, "operation", operation, strlen(operation))) == CURLUE_OK &&
	    (rc = add_message(u, message)) == CURLUE_OK)
		rc = curl_url_get(u, CURLUPART_URL, ret, 0);
	curl_url_cleanup(u);
	if (rc != CURLUE_OK)
		return err_set(e,
		    rc == CURLUE_OUT_OF_MEMORY ? ERR_NOMEM : ERR_INPUT,
		    "URL: %s", curl_url_strerror(rc));
	return 0;
}

static size_t on_body(char *p, size_t size, size_t n, void *arg)
{
	struct buf *body = arg;
	struct span s = { (const uint8_t *)p, size * n };

	return buf_put(body, s, NULL) == 0 ? s.n : CURL_WRITEFUNC_ERROR;
}

static CURLcode set_options(CURL *c, const char *url, struct buf *body)
{
	const struct {
		CURLoption option;
		long value;
	} numbers[] = {
		{ CURLOPT_NOSIGNAL, 1 },
		{ CURLOPT_FOLLOWLOCATION, 0 },
		{ CURLOPT_CONNECTTIMEOUT, HTTP_CONNECT_SECONDS },
		{ CURLOPT_TIMEOUT, HTTP_TOTAL_SECONDS },
	};
	CURLcode rc = CURLE_OK;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (rc == CURLE_OK)
			rc = curl_easy_setopt(
			    c, numbers[i].option, numbers[i].value);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(c, CURLOPT_URL, url);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(c, CURLOPT_USERAGENT, "sceptool");
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(c, CURLOPT_WRITEDATA, body);
	return rc;
}

/* `headers` must outlive the transfer. */
static CURLcode set_body(
    CURL *c, const struct span *body, struct curl_slist *headers)
{
	CURLcode rc = curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);

	if (rc == CURLE_OK)
		rc = curl_easy_setopt(
		    c, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)body->n);
	if (rc == CURLE_OK)
		rc = curl_easy_setopt(c, CURLOPT_POSTFIELDS, body->p);
	return rc;
}

static void read_facts(CURL *c, struct http_reply *r)
{
	const char *type = NULL;

	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &r->status);
	curl_easy_getinfo(c, CURLINFO_CONTENT_TYPE, &type);
	snprintf(r->type, sizeof(r->type), "%s", type != NULL ? type : "");
}

static int transfer(const char *url, const struct span *body, size_t max,
    struct http_reply *ret, struct err *e)
{
	char why[CURL_ERROR_SIZE] = "";
	struct http_reply r = { .body.max = max };
	struct curl_slist *headers =
	    curl_slist_append(NULL, "Content-Type: application/x-pki-message");
	CURL *c = curl_easy_init();
	CURLcode rc = CURLE_OUT_OF_MEMORY;

	if (c != NULL && headers != NULL) {
		curl_easy_setopt(c, CURLOPT_ERRORBUFFER, why);
		rc = set_options(c, url, &r.body);
		if (rc == CURLE_OK && body != NULL)
			rc = set_body(c, body, headers);
		if (rc == CURLE_OK)
			rc = curl_easy_perform(c);
	}
	if (rc == CURLE_OK) {
		read_facts(c, &r);
		*ret = r;
	} else {
		buf_release(&r.body);
		if (rc == CURLE_WRITE_ERROR)
			err_set(e, ERR_SYS, "answer of over %zu bytes", max);
		else
			err_set(e,
			    rc == CURLE_OUT_OF_MEMORY ? ERR_NOMEM : ERR_SYS,
			    "%s",
			    why[0] != '\0' ? why : curl_easy_strerror(rc));
	}
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	return rc == CURLE_OK ? 0 : -1;
}

static int request(const char *url, const char *operation, struct span message,
    const struct span *body, size_t max, struct http_reply *r, struct err *e)
{
	char *full = NULL;
	int rc;

	if (make_url(url, operation, message, &full, e) != 0)
		return -1;
	rc = transfer(full, body, max, r, e);
	curl_free(full);
	return rc;
}

int http_check_url(const char *url, struct err *e)
{
	char *full = NULL;

	if (make_url(url, "GetCACaps", (struct span){ 0 }, &full, e) != 0)
		return -1;
	curl_free(full);
	return 0;
}

int http_get(const char *url, const char *operation, struct span message,
    size_t max, struct http_reply *r, struct err *e)
{
	return request(url, operation, message, NULL, max, r, e);
}

int http_post(const char *url, const char *operation, struct span body,
    size_t max, struct http_reply *r, struct err *e)
{
	return request(url, operation, (struct span){ 0 }, &body, max, r, e);
}

void http_reply_release(struct http_reply *r)
{
	buf_release(&r->body);
}
