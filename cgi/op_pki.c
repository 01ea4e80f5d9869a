#include "op.h"

#include <stdio.h>

#include "log.h"
#include "pki_operation.h"
#include "reply.h"

/* Octets that tell one key from another. */
enum { KEY_HASH_SHOWN = 8 };

/* Is less there than the outermost length says?  Some limit cut it. */
static bool is_cut(struct span m)
{
	size_t len = 0, k;

	if (m.n < 2 || m.p[1] < 0x80 || m.p[1] > 0x84)
		return m.n < 2;
	k = m.p[1] & 0x7f;
	if (m.n - 2 < k)
		return true;
	for (size_t i = 0; i < k; i++)
		len = len << 8 | m.p[2 + i];
	return len > m.n - 2 - k;
}

/*
 * A body in base64, as some tools send it, without blanks at its end: within it
 * a blank stands for the + that it was before a query was made of it.
 */
static struct span trimmed(struct span body)
{
	while (body.n > 0 && body.p[body.n - 1] == ' ')
		body.n--;
	return body;
}

/* Append the pkiMessage of a request to `der`.  ERR_INPUT: it has none. */
static int read_message(const struct request *q, const struct query *u,
    struct buf *der, struct err *e)
{
	int rc;

	if (q->method == HTTP_GET && !u->has_message)
		return err_set(e, ERR_INPUT, "no parameter message");
	if (q->method == HTTP_POST && q->body_short)
		return err_set(e, ERR_INPUT, "body is not CONTENT_LENGTH long");
	if (q->method == HTTP_GET)
		rc = query_message(u->message, der, e);
	else if (q->body.n != 0 && q->body.p[0] != 0x30)
		rc = base64_decode(trimmed(q->body), der, e);
	else
		rc = buf_put(der, q->body, e);
	if (rc == 0 && der->n == 0)
		rc = err_set(e, ERR_INPUT, "message is empty");
	return rc;
}

static void log_hex(struct buf *line, const char *key, struct span octets)
{
	struct buf hex = { 0 };

	if (hex_put(&hex, octets, NULL) == 0)
		log_field_put(line, key, buf_span(&hex));
	buf_release(&hex);
}

static const char *type_name(const struct pki_event *ev)
{
	switch (ev->type) {
	case SCEP_PKCSREQ:
		return "PKCSReq";
	case SCEP_RENEWALREQ:
		return "RenewalReq";
	case SCEP_CERTPOLL:
		return "CertPoll";
	case SCEP_GETCERT:
		return "GetCert";
	case SCEP_GETCRL:
		return "GetCRL";
	default:
		return ev->type_text;
	}
}

static const char *status_name(enum scep_status status)
{
	switch (status) {
	case SCEP_SUCCESS:
		return "SUCCESS";
	case SCEP_PENDING:
		return "PENDING";
	default:
		return "FAILURE";
	}
}

static void log_number(struct buf *line, const char *key, int64_t n)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)n);
	log_field_text(line, key, text);
}

/* Early in the line: what a client sends does not crowd it out. */
static void log_alert(struct buf *line, const struct pki_event *ev)
{
	const struct pki_alert *a = &ev->alert;

	log_field_text(line, "alert", a->what);
	log_field_text(line, "challenge", ev->challenge_id);
	if (a->first_at == 0)
		return;
	log_number(line, "first_time", a->first_at);
	log_field_put(line, "first_remote", span_str(a->first_remote));
	log_hex(
	    line, "first_key", (struct span){ a->first_key, KEY_HASH_SHOWN });
}

static void log_event(struct reply *r, const struct pki_event *ev)
{
	struct buf *line = &r->log;

	r->has_transaction = true;
	log_field_text(line, "type", type_name(ev));
	if (ev->alert.what != NULL)
		log_alert(line, ev);
	log_field_put(line, "transaction", span_str(ev->trans_id));
	if (ev->has_key)
		log_hex(
		    line, "key", (struct span){ ev->key_hash, KEY_HASH_SHOWN });
	log_field_text(
	    line, "result", ev->answered ? status_name(ev->status) : "none");
	if (ev->answered && ev->status == SCEP_FAILURE)
		log_field_text(
		    line, "refusal", refusal_entry(ev->refusal)->code);
	if (ev->answered && ev->status != SCEP_SUCCESS && ev->detail[0] != '\0')
		log_field_put(line, "detail", span_str(ev->detail));
	if (ev->warning[0] != '\0')
		log_field_put(line, "warning", span_str(ev->warning));
	if (ev->serial.n != 0)
		log_hex(line, "serial",
		    (struct span){ ev->serial.b, ev->serial.n });
	if (ev->repeated)
		log_field_text(line, "repeated", "yes");
	if (ev->challenge_id[0] != '\0' && ev->alert.what == NULL)
		log_field_text(line, "challenge", ev->challenge_id);
	if (ev->subject.n != 0)
		log_field_put(line, "subject", buf_span(&ev->subject));
	if (ev->signer.n != 0)
		log_field_put(line, "signer", buf_span(&ev->signer));
	if (ev->delay_ms != 0)
		log_number(line, "delay_ms", ev->delay_ms);
	if (ev->digest != NULL)
		log_field_text(line, "digest", ev->digest);
	if (ev->cipher != NULL)
		log_field_text(line, "cipher", ev->cipher);
}

static int answer(struct ca *ca, const struct request *q, struct span der,
    struct reply *r, struct err *e)
{
	struct pki_facts facts = { .now = q->now, .remote = q->remote };
	struct pki_event ev = { 0 };
	int rc = pki_operation(ca, &facts, der, &r->body, &ev, e);

	if (rc == 0) {
		log_event(r, &ev);
		r->status = 200;
		r->content_type = "application/x-pki-message";
		r->has_delivered = ev.delivers;
		r->delivered = ev.serial;
		r->delay_ms = ev.delay_ms;
	} else if (e->kind == ERR_INPUT) {
		if (is_cut(der))
			err_prefix(e, "cut off after %zu bytes", der.n);
		reply_refuse(r, q, 400, "Not a SCEP message.", e->text);
		rc = 0;
	} else if (ev.trans_id[0] != '\0') {
		log_event(r, &ev); /* whose request it was */
	}
	r->notice = ev.notice;
	ev.notice = (struct notice){ .event = NOTICE_NONE };
	pki_event_release(&ev);
	return rc;
}

/* PKIOperation (RFC 8894, 4.3), by POST or, as old Cisco IOS does, by GET. */
int op_pki(struct ca *ca, const struct request *q, const struct query *u,
    struct reply *r, struct err *e)
{
	struct buf der = { 0 };
	int rc;

	r->no_store = true;
	if (q->method == HTTP_POST && q->body_too_long) {
		reply_refuse(r, q, 413, "The message is too long.", NULL);
		return 0;
	}
	rc = read_message(q, u, &der, e);
	if (rc == 0) {
		rc = answer(ca, q, buf_span(&der), r, e);
	} else if (e->kind == ERR_INPUT) {
		reply_refuse(
		    r, q, 400, "The message is missing or damaged.", e->text);
		rc = 0;
	}
	buf_release(&der);
	return rc;
}
