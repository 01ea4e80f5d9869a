/* getcert and getcrl: what the CA has issued and what it has revoked. */
#include <string.h>
#include <time.h>

#include "crl.h"
#include "sceptool_session.h"

/* The name of one who asks without a certificate of this CA. */
#define STRANGER "CN=sceptool"

/* Digits as people copy them, into the contents of an INTEGER. */
static int read_serial(const char *text, struct buf *serial, struct err *e)
{
	struct buf digits = { 0 }, octets = { 0 };
	struct span s;
	int rc = 0;

	if (strncmp(text, "0x", 2) == 0 || strncmp(text, "0X", 2) == 0)
		text += 2;
	for (const char *p = text; rc == 0 && *p != '\0'; p++)
		if (*p != ':')
			rc = buf_put(
			    &digits, (struct span){ (const uint8_t *)p, 1 }, e);
	if (rc == 0 && digits.n == 0)
		rc = err_set(e, ERR_INPUT, "no digits");
	/* a zero in front that does no harm makes their number even */
	if (rc == 0 && digits.n % 2 != 0)
		rc = hex_get(&octets,
		    (struct span){ (uint8_t[]){ '0', digits.p[0] }, 2 }, e);
	if (rc == 0)
		rc = hex_get(&octets,
		    (struct span){
			digits.p + digits.n % 2, digits.n - digits.n % 2 },
		    e);
	s = buf_span(&octets);
	while (s.n > 1 && s.p[0] == 0)
		s = (struct span){ s.p + 1, s.n - 1 };
	if (rc == 0 && (s.p[0] & 0x80) != 0)
		rc = buf_put(serial, SPAN_LIT("\0"), e);
	if (rc == 0)
		rc = buf_put(serial, s, e);
	buf_release(&digits);
	buf_release(&octets);
	return rc == 0 ? 0 : err_prefix(e, "SERIAL is hexadecimal");
}

static int query_options(struct session *s, const struct opts *o, struct err *e)
{
	if ((opt_value(o, "key") == NULL) != (opt_value(o, "cert") == NULL))
		return err_set(e, ERR_INPUT,
		    "--key and --cert go together: a certificate of this CA "
		    "and its key");
	return session_options(s, o, e);
}

/* A certificate of the CA if there is one, else a key for this once. */
static int query_signer(struct session *s, const struct opts *o, struct err *e)
{
	struct buf pem = { 0 }, name = { 0 };
	int rc = -1;

	if (opt_value(o, "key") != NULL)
		return session_signer(s, o, e);
	if (privkey_generate("rsa:2048", &pem, e) == 0 &&
	    privkey_import(buf_span(&pem), &s->key, e) == 0 &&
	    name_parse(STRANGER, &name, e) == 0)
		rc = session_stranger(s, buf_span(&name), e);
	buf_release(&pem);
	buf_release(&name);
	return rc;
}

/* Nothing is waited for, so any name of the transaction will do. */
static int random_id(struct session *s, struct err *e)
{
	uint8_t random[16];
	struct buf hex = { 0 };
	int rc = -1;

	if (gnutls_rnd(GNUTLS_RND_NONCE, random, sizeof(random)) < 0)
		return err_set(e, ERR_CRYPTO, "no random numbers");
	if (hex_put(&hex, (struct span){ random, sizeof(random) }, e) == 0) {
		memcpy(s->trans_id, hex.p, hex.n);
		s->trans_id[hex.n] = '\0';
		rc = 0;
	}
	buf_release(&hex);
	return rc;
}

/* Send a message about a certificate of this CA: issuer and serial number. */
static int query(
    struct session *s, enum scep_type type, struct span serial, struct err *e)
{
	struct cert_view ca, named;
	struct buf content = { 0 };
	int rc = -1;

	if (random_id(s, e) != 0 || cert_parse(s->roles.ca, &ca, e) != 0)
		return -1;
	named = (struct cert_view){ .issuer = ca.subject, .serial = serial };
	if (issuer_and_serial_put(&content, &named, e) == 0)
		rc = session_ask(s, type, buf_span(&content), e);
	buf_release(&content);
	if (rc == 0 && s->answer.status == SCEP_PENDING)
		return err_set(e, ERR_INPUT,
		    "answer: PENDING, to a question that the CA has not to "
		    "decide (RFC 8894, 3.3.2)");
	return rc;
}

/* One query and what becomes of its answer. */
struct question {
	enum scep_type type;
	/* NULL: it stands on the command line */
	int (*serial)(const struct session *, const struct opts *, struct buf *,
	    struct err *);
	int (*take)(struct session *, const struct opts *, struct span serial,
	    struct out *);
};

static int run(struct session *s, const struct question *q,
    const struct opts *o, struct buf *serial, struct out *out)
{
	struct err e;

	if (query_signer(s, o, &e) != 0 ||
	    (q->serial != NULL && q->serial(s, o, serial, &e) != 0) ||
	    session_open(s, o, out, &e) != 0 ||
	    query(s, q->type, buf_span(serial), &e) != 0)
		return out_error(out, &e);
	if (s->answer.status == SCEP_FAILURE)
		return session_refused(s, out);
	return q->take(s, o, buf_span(serial), out);
}

static int ask(const struct question *q, const struct opts *o, struct out *out)
{
	struct buf serial = { 0 };
	struct session s = { 0 };
	struct err e;
	int rc;

	/* wrong words first: a key takes a while */
	if (query_options(&s, o, &e) != 0 ||
	    (o->n_words > 1 && read_serial(o->words[1], &serial, &e) != 0))
		rc = out_usage(out, "%s", e.text);
	else
		rc = run(&s, q, o, &serial, out);
	buf_release(&serial);
	session_release(&s);
	return rc;
}

static int take_cert(struct session *s, const struct opts *o,
    struct span serial, struct out *out)
{
	const char *path = opt_value(o, "out");
	struct span cert;
	json_t *doc;
	struct err e;

	if (scep_answer_serial(&s->answer, serial, &cert, &e) != 0 ||
	    ca_set_issued(&s->ca, cert, &e) != 0 ||
	    (path != NULL && pem_write(path, "CERTIFICATE", cert, &e) != 0))
		return out_error(out, &e);
	doc = show_cert(cert);
	json_object_set_new(doc, "status", json_string("success"));
	out_fields(out, NULL, cert_fields, n_cert_fields, doc);
	return EXIT_DONE;
}

int cmd_getcert(const struct opts *o, struct out *out)
{
	static const struct question q = {
		SCEP_GETCERT,
		NULL,
		take_cert,
	};

	return ask(&q, o, out);
}

/*
 * The list that counts for a certificate is asked for with its number; without
 * one any number will do, the CA has one list (RFC 8894, 3.3.4).
 */
static int any_serial(const struct session *s, const struct opts *o,
    struct buf *serial, struct err *e)
{
	struct cert_view v;

	if (opt_value(o, "cert") == NULL)
		return buf_put(serial, SPAN_LIT("\x01"), e);
	if (cert_parse(buf_span(&s->cert), &v, e) != 0)
		return -1;
	return buf_put(serial, v.serial, e);
}

/* Is it this CA's, signed by its key, and what everybody should use now? */
static int check_crl(const struct session *s, struct span crl,
    const struct out *out, struct err *e)
{
	int64_t now = time(NULL); /* the CA may just have made it */
	struct cert_view ca;
	struct crl_view v;

	if (cert_parse(s->roles.ca, &ca, e) != 0 ||
	    crl_parse(crl, &v, e) != 0 || crl_verify(crl, ca.spki, e) != 0)
		return -1;
	if (!span_eq(v.issuer, ca.subject))
		return err_set(e, ERR_SIG,
		    "CRL: its issuer is not this CA (RFC 5280, 5.1.2.3)");
	if (v.this_update > now)
		out_complain(out, "the list is of the future");
	if (v.next_update != 0 && v.next_update <= now)
		out_complain(out,
		    "the list is out of date: the CA should have made another");
	return 0;
}

static int take_crl(struct session *s, const struct opts *o, struct span serial,
    struct out *out)
{
	const char *path = opt_value(o, "out");
	bool der = opt_value(o, "der") != NULL;
	struct span crl;
	json_t *doc;
	struct err e;
	int rc;

	(void)serial;
	if (scep_answer_crl(&s->answer, &crl, &e) != 0 ||
	    check_crl(s, crl, out, &e) != 0)
		return out_error(out, &e);
	doc = show_crl(crl);
	rc = json_object_get(doc, "problem") != NULL
	    ? err_set(&e, ERR_INPUT, "%s",
		  json_string_value(json_object_get(doc, "problem")))
	    : 0;
	if (rc == 0 && path != NULL)
		rc = der ? file_replace(path, 0644, crl, &e)
			 : pem_write(path, "X509 CRL", crl, &e);
	if (rc != 0) {
		json_decref(doc);
		return out_error(out, &e);
	}
	json_object_set_new(doc, "status", json_string("success"));
	out_fields(out, NULL, crl_fields, n_crl_fields, doc);
	return EXIT_DONE;
}

int cmd_getcrl(const struct opts *o, struct out *out)
{
	static const struct question q = { SCEP_GETCRL, any_serial, take_crl };
	struct err e;

	if (opt_value(o, "der") != NULL && opt_value(o, "out") == NULL) {
		err_set(&e, ERR_INPUT, "--der is for --out");
		return out_usage(out, "%s", e.text);
	}
	return ask(&q, o, out);
}
