#include <stdio.h>
#include <string.h>

#include "http.h"
#include "scep_client.h"
#include "sceptool.h"

int http_status_check(const struct http_reply *r, struct err *e)
{
	if (r->status == 200)
		return 0;
	return err_set(e, ERR_SYS, "the server answers HTTP %ld", r->status);
}

int fetch_caps(
    const char *url, struct server_caps *caps, struct buf *body, struct err *e)
{
	struct http_reply r;
	int rc = 0;

	if (http_get(url, "GetCACaps", (struct span){ 0 }, HTTP_REPLY_MAX, &r,
		e) != 0)
		return err_prefix(e, "GetCACaps");
	if (r.status != 200)
		buf_cut(&r.body, 0);
	server_caps_parse(buf_span(&r.body), caps);
	if (body != NULL)
		rc = buf_put(body, buf_span(&r.body), e);
	http_reply_release(&r);
	return rc;
}

int fetch_ca(
    const char *url, const char *operation, struct ca_set *set, struct err *e)
{
	struct http_reply r;
	int rc = -1;

	if (http_get(
		url, operation, (struct span){ 0 }, HTTP_REPLY_MAX, &r, e) != 0)
		return err_prefix(e, "%s", operation);
	if (http_status_check(&r, e) == 0)
		rc = ca_set_answer(buf_span(&r.body), set, e);
	if (rc != 0)
		err_prefix(e, "%s", operation);
	http_reply_release(&r);
	return rc;
}

/* The lines of the answer, as they are: unknown keywords are worth seeing. */
static json_t *lines_of(struct span body)
{
	json_t *list = json_array();

	while (body.n > 0) {
		const uint8_t *lf = memchr(body.p, '\n', body.n);
		struct span line = { body.p,
			lf != NULL ? (size_t)(lf - body.p) : body.n };

		body.p += line.n + (lf != NULL);
		body.n -= line.n + (lf != NULL);
		if (line.n > 0 && line.p[line.n - 1] == '\r')
			line.n--;
		if (line.n > 0)
			json_array_append_new(list, out_text(line));
	}
	return list;
}

static json_t *caps_document(const struct server_caps *c, struct span body)
{
	return json_pack("{s:o, s:s, s:s, s:s}", "capabilities", lines_of(body),
	    "digest", server_caps_digest(c)->name, "cipher",
	    server_caps_cipher(c)->name, "method", c->post ? "POST" : "GET");
}

static const struct out_field caps_fields[] = {
	{ "digest", "digest", 0 },
	{ "cipher", "cipher", 0 },
	{ "method", "method", 0 },
};

int cmd_caps(const struct opts *o, struct out *out)
{
	const char *url = o->words[0];
	struct server_caps caps;
	struct buf body = { 0 };
	json_t *doc, *line;
	struct err e;
	size_t i;

	if (http_check_url(url, &e) != 0)
		return out_usage(out, "%s", e.text);
	if (fetch_caps(url, &caps, &body, &e) != 0)
		return out_error(out, &e);
	doc = caps_document(&caps, buf_span(&body));
	buf_release(&body);
	if (!out->json)
		json_array_foreach(json_object_get(doc, "capabilities"), i,
		    line) printf("%s\n", json_string_value(line));
	out_fields(out, "\na request would use", caps_fields,
	    sizeof(caps_fields) / sizeof(caps_fields[0]), doc);
	return EXIT_DONE;
}

/* Blanks and colons are how people write fingerprints. */
int fingerprint_option(
    const struct opts *o, struct buf *fingerprint, struct err *e)
{
	const char *text = opt_value(o, "fingerprint");
	struct buf digits = { 0 };
	int rc = 0;

	for (; rc == 0 && text != NULL && *text != '\0'; text++)
		if (*text != ':' && *text != ' ')
			rc = buf_put(&digits,
			    (struct span){ (const uint8_t *)text, 1 }, e);
	if (rc == 0)
		rc = hex_get(fingerprint, buf_span(&digits), e);
	if (rc == 0 && text != NULL && fingerprint->n != 32 &&
	    fingerprint->n != 20 && fingerprint->n != 16)
		rc = err_set(e, ERR_INPUT,
		    "%zu bytes are neither SHA-256, SHA-1 nor MD5",
		    fingerprint->n);
	buf_release(&digits);
	return rc == 0 ? 0 : err_prefix(e, "--fingerprint");
}

static int write_pem(const char *path, const struct ca_set *set, struct err *e)
{
	struct buf pem = { 0 };
	int rc = 0;

	for (size_t i = 0; rc == 0 && i < set->n; i++)
		rc = pem_encode(set->certs[i], "CERTIFICATE", &pem, e);
	if (rc == 0)
		rc = file_replace(path, 0644, buf_span(&pem), e);
	buf_release(&pem);
	return rc;
}

static int report_set(
    const struct ca_set *set, const struct opts *o, struct out *out)
{
	const char *path = opt_value(o, "out");
	json_t *list, *cert;
	char heading[40];
	struct err e;
	size_t i;

	if (path != NULL && write_pem(path, set, &e) != 0)
		return out_error(out, &e);
	list = json_array();
	for (i = 0; i < set->n; i++)
		json_array_append_new(list, show_cert(set->certs[i]));
	if (!out->json)
		json_array_foreach(list, i, cert)
		{
			snprintf(
			    heading, sizeof(heading), "certificate %zu", i + 1);
			out_section(heading, cert_fields, n_cert_fields, cert);
		}
	out_json(out, json_pack("{s:o}", "certificates", list));
	return EXIT_DONE;
}

int cmd_getca(const struct opts *o, struct out *out)
{
	const char *url = o->words[0];
	struct ca_set set;
	struct err e;
	int rc;

	if (http_check_url(url, &e) != 0)
		return out_usage(out, "%s", e.text);
	if (fetch_ca(url, "GetCACert", &set, &e) != 0)
		return out_error(out, &e);
	rc = report_set(&set, o, out);
	ca_set_release(&set);
	return rc;
}

/*
 * With a fingerprint one certificate is known, else the ends of the chain are
 * believed.  From there every other is reached by a signature, up or down.
 */
static int check_chain(
    struct ca_set *set, struct span fingerprint, struct err *e)
{
	bool more = true;

	if (ca_set_trust(set, fingerprint, e) != 0)
		return -1;
	while (more) {
		more = false;
		for (size_t i = 0; i < set->n; i++)
			for (size_t k = 0; k < set->n && !set->trusted[i]; k++)
				if (set->trusted[k] &&
				    scep_cert_issued_by(set->certs[k],
					set->certs[i], NULL) == 0)
					more = set->trusted[i] = true;
	}
	for (size_t i = 0; i < set->n; i++)
		if (!set->trusted[i])
			return err_set(e, ERR_SIG,
			    "GetCACertChain: no signature leads to "
			    "certificate %zu",
			    i + 1);
	return 0;
}

int cmd_getchain(const struct opts *o, struct out *out)
{
	const char *url = o->words[0];
	struct buf fingerprint = { 0 };
	struct ca_set set = { 0 };
	struct err e;
	int rc;

	if (http_check_url(url, &e) != 0 ||
	    fingerprint_option(o, &fingerprint, &e) != 0)
		rc = out_usage(out, "%s", e.text);
	else if (fetch_ca(url, "GetCACertChain", &set, &e) != 0 ||
	    check_chain(&set, buf_span(&fingerprint), &e) != 0)
		rc = out_error(out, &e);
	else
		rc = report_set(&set, o, out);
	ca_set_release(&set);
	buf_release(&fingerprint);
	return rc;
}
