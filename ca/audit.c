#include "audit.h"

#include <stdio.h>
#include <time.h>

#include "audit_file.h"
#include "log_field.h"
#include "cert.h"
#include "pubkey.h"

enum { USUAL = 1200 }; /* octets of an event */

static int begin(struct buf *event, const char *word, struct err *e)
{
	event->max = AUDIT_EVENT_MAX;
	if (buf_reserve(event, USUAL, e) != 0)
		return -1;
	return buf_put(event, span_str(word), e);
}

static int end(struct buf *event, struct err *e)
{
	event->max = AUDIT_EVENT_MAX + 1;
	return buf_put(event, (struct span){ (const uint8_t *)"", 1 }, e);
}

const char *audit_text(const struct buf *event)
{
	return (const char *)event->p;
}

/* Text that may be missing. */
static void put_text(struct buf *event, const char *key, const char *text)
{
	if (text[0] != '\0')
		log_field_put(event, key, span_str(text));
}

/* In full, however long: it is what a person searches for. */
static void put_trans_id(struct buf *event, const char *trans_id)
{
	log_field_text(event, "transaction", trans_id);
}

static void put_hex(struct buf *event, const char *key, struct span bytes)
{
	struct buf hex = { 0 };

	if (hex_put(&hex, bytes, NULL) == 0)
		log_field_put(event, key, buf_span(&hex));
	buf_release(&hex);
}

static void put_hash(struct buf *event, const char *key, const uint8_t hash[32])
{
	put_hex(event, key, (struct span){ hash, 32 });
}

static void put_serial(
    struct buf *event, const char *key, const struct serial *s)
{
	put_hex(event, key, (struct span){ s->b, s->n });
}

static void put_time(struct buf *event, const char *key, int64_t at)
{
	char stamp[40];
	time_t t = (time_t)at;
	struct tm tm;

	if (gmtime_r(&t, &tm) != NULL &&
	    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &tm) != 0)
		log_field_text(event, key, stamp);
}

static int put_name(struct buf *event, struct span subject, struct err *e)
{
	struct buf text = { 0 };
	int rc = name_text(subject, &text, e);

	if (rc == 0)
		log_field_put(event, "subject", buf_span(&text));
	buf_release(&text);
	return rc;
}

int audit_granted(const struct ca *ca, const struct stored_request *r,
    const struct stored_cert *cert, struct span subject, struct buf *event,
    struct err *e)
{
	uint8_t hash[32];

	if (sha256_of(buf_span(&cert->der), hash, e) != 0 ||
	    begin(event, "granted", e) != 0)
		return -1;
	put_trans_id(event, r->key.trans_id);
	put_serial(event, "serial", &cert->serial);
	put_text(event, "rule", cert->rule);
	put_text(event, "challenge", cert->challenge_id);
	if (cert->renews.n != 0)
		put_serial(event, "renews", &cert->renews);
	put_text(event, "by", ca->by);
	put_text(event, "remote", r->remote);
	if (r->created_at != r->decided_at)
		put_time(event, "asked", r->created_at);
	put_text(event, "endpoint", r->endpoint);
	put_text(event, "profile", cert->profile);
	put_hash(event, "csr", r->csr_hash);
	put_hash(event, "certificate", hash);
	put_hash(event, "signer", r->signer_hash);
	if (put_name(event, subject, e) != 0)
		return -1;
	return end(event, e);
}

int audit_decided(const struct ca *ca, const struct stored_request *r,
    bool approved, const char *reason, struct buf *event, struct err *e)
{
	if (begin(event, approved ? "approved" : "rejected", e) != 0)
		return -1;
	put_trans_id(event, r->key.trans_id);
	put_text(event, "by", ca->by);
	put_text(event, "reason", reason);
	put_text(event, "remote", r->remote);
	put_time(event, "asked", r->created_at);
	put_text(event, "endpoint", r->endpoint);
	/* a rejection is of whatever the device asks for by now */
	if (approved)
		put_hash(event, "csr", r->csr_hash);
	return end(event, e);
}

int audit_revoked(const struct ca *ca, const char *word,
    const struct serial *serial, const char *reason, struct buf *event,
    struct err *e)
{
	if (begin(event, word, e) != 0)
		return -1;
	put_serial(event, "serial", serial);
	put_text(event, "by", ca->by);
	put_text(event, "reason", reason);
	return end(event, e);
}

int audit_challenge(const struct ca *ca, const struct stored_challenge *c,
    struct buf *event, struct err *e)
{
	char uses[16];

	if (begin(event, "challenge", e) != 0)
		return -1;
	log_field_text(event, "id", c->id);
	put_text(event, "by", ca->by);
	snprintf(uses, sizeof(uses), "%d", (int)c->uses);
	log_field_text(
	    event, "uses", c->uses == CHALLENGE_UNLIMITED ? "unlimited" : uses);
	if (c->expires_at != 0)
		put_time(event, "expires", c->expires_at);
	put_text(event, "for", c->for_name);
	put_text(event, "profile", c->profile);
	put_text(event, "endpoint", c->endpoint);
	put_text(event, "only_transaction", c->trans_id);
	put_text(event, "note", c->note);
	return end(event, e);
}

int audit_challenge_end(
    const struct ca *ca, const char *word, struct buf *event, struct err *e)
{
	if (begin(event, word, e) != 0)
		return -1;
	put_text(event, "by", ca->by);
	return end(event, e);
}

int audit_crl(const struct ca *ca, int64_t number, int64_t next_update,
    struct buf *event, struct err *e)
{
	char text[32];

	if (begin(event, "crl", e) != 0)
		return -1;
	snprintf(text, sizeof(text), "%lld", (long long)number);
	log_field_text(event, "number", text);
	put_time(event, "next", next_update);
	put_text(event, "by", ca->by);
	return end(event, e);
}

int audit_own(const char *by, const char *word, const struct stored_cert *cert,
    struct buf *event, struct err *e)
{
	struct cert_view view;
	uint8_t hash[32];

	if (cert_parse(buf_span(&cert->der), &view, e) != 0 ||
	    sha256_of(buf_span(&cert->der), hash, e) != 0 ||
	    begin(event, word, e) != 0)
		return -1;
	put_serial(event, "serial", &cert->serial);
	put_text(event, "by", by);
	put_hash(event, "certificate", hash);
	if (put_name(event, view.subject, e) != 0)
		return -1;
	return end(event, e);
}

static int tell_delivered(const struct serial *serial, const char *remote,
    struct buf *event, struct err *e)
{
	if (begin(event, "delivered", e) != 0)
		return -1;
	put_serial(event, "serial", serial);
	put_text(event, "remote", remote != NULL ? remote : "");
	return end(event, e);
}

int audit_note_delivered(struct ca *ca, const struct serial *serial,
    const char *remote, int64_t now, struct err *e)
{
	struct buf event = { 0 };
	struct audit_log log;
	bool is_open;
	int rc = -1;

	if (tell_delivered(serial, remote, &event, e) == 0) {
		/* a log that cannot be written keeps its lines waiting */
		is_open = audit_log_open(ca->home, &log, NULL) == 0;
		rc = store_cert_delivered(ca->store, serial, now,
		    audit_text(&event), is_open ? &log.file : NULL, e);
		if (is_open)
			audit_log_close(&log);
	}
	buf_release(&event);
	return rc;
}

/* The lines that the first round has written are durable for the second. */
static int drain_round(struct ca *ca, bool all, int64_t *left, struct err *e)
{
	struct audit_log log;
	int rc;

	if (audit_log_open(ca->home, &log, e) != 0)
		return -1;
	rc = store_audit_drain(ca->store, &log.file, all, left, e);
	audit_log_close(&log);
	return rc;
}

int audit_drain(struct ca *ca, bool all, int64_t *left, struct err *e)
{
	int64_t before;

	if (ca_store(ca, e) != 0 || drain_round(ca, all, left, e) != 0)
		return -1;
	if (!all)
		return 0;
	do {
		before = *left;
		if (drain_round(ca, true, left, e) != 0)
			return -1;
	} while (*left > 0 && *left < before);
	return 0;
}

void audit_drain_due(struct ca *ca)
{
	int64_t left;

	if (ca->store != NULL && store_audit_due(ca->store))
		(void)audit_drain(ca, false, &left, NULL);
}
