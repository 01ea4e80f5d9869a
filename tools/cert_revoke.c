/*
 * scepca cert revoke - a certificate that is no longer good, by its serial
 * number or by the challenge that it was enrolled with (security.md T-62).
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"
#include "certs.h"
#include "challenge.h"
#include "crl_cmd.h"
#include "describe.h"
#include "failure.h"
#include "notices.h"
#include "scepca.h"
#include "secret_line.h"

/*
 * check_kind - the CA's own certificate cannot be revoked by its own CRL, and
 * without those of the RA nobody can enrol (CVE-2012-3367).
 */
static int check_kind(
    struct ca *ca, const struct stored_cert *c, bool force, struct err *e)
{
	uint8_t ca_key[32];

	if (ca_certs(ca, e) != 0 || sha256_of(ca->ca_cert.spki, ca_key, e) != 0)
		return -1;
	if (memcmp(ca_key, c->key_hash, sizeof(ca_key)) == 0 ||
	    span_eq(buf_span(&c->der), buf_span(&ca->ca_der)))
		return err_set(e, ERR_INPUT,
		    "this is the certificate of the CA itself, which its own "
		    "CRL cannot revoke: make a new CA with scepca init");
	if (!force && ca->has_ra &&
	    (span_eq(buf_span(&c->der), buf_span(&ca->sign_der)) ||
		span_eq(buf_span(&c->der), buf_span(&ca->enc_der))))
		return err_set(e, ERR_INPUT,
		    "this is the certificate of the RA, without which no "
		    "device can enrol; --force revokes it");
	return 0;
}

/* publish - put it on the CRL, or say what does; returns the exit code */
static int publish(struct ca *ca, struct out *out, int64_t now, json_t *doc)
{
	const char *word = "waiting";
	bool made = false;
	struct err e;
	int rc = EXIT_DONE;

	if (ca_issue_key(ca, &e) != 0) {
		out_complain(out,
		    "the CRL does not say so yet (%s); where the CA's key is: "
		    "scepca crl --now",
		    e.text);
	} else if (crl_follow(ca, now, &made, &e) != 0) {
		out_complain(out,
		    "the CRL does not say so yet (%s); mend that, then: "
		    "scepca crl --now",
		    e.text);
		rc = EXIT_BROKEN;
	} else {
		word = made ? "published" : "current";
	}
	json_object_set_new(doc, "crl", json_string(word));
	return rc;
}

static const char *word_of(enum crl_reason reason)
{
	if (reason == REASON_CERTIFICATE_HOLD)
		return "held";
	return reason == REASON_REMOVE_FROM_CRL ? "released" : "revoked";
}

static int revoke_it(struct ca *ca, struct out *out,
    const struct serial *serial, enum crl_reason reason)
{
	static const struct out_field fields[] = {
		{ "serial", "serial", 0 },
		{ "subject", "subject", 0 },
		{ "state", "state", 0 },
		{ "reason", "reason", 0 },
		{ "revoked", "since", 0 },
		{ "crl", "CRL", 0 },
	};
	int64_t now = time(NULL);
	struct stored_cert c = { 0 };
	struct buf event = { 0 };
	enum revoke_outcome outcome;
	struct err e;
	json_t *doc;
	int rc;

	rc = audit_revoked(
	    ca, word_of(reason), serial, reason_name(reason), &event, &e);
	if (rc == 0)
		rc = store_revoke(ca->store, serial, reason, now,
		    audit_text(&event), &outcome, &c, &e);
	buf_release(&event);
	if (rc != 0)
		return out_error(out, &e);
	if (outcome == REVOKE_NOT_HELD) {
		err_set(&e, ERR_INPUT,
		    "this certificate is %s: only a hold can be ended",
		    certs_state(&c, now));
		rc = out_error(out, &e);
	} else {
		doc = certs_json(&c, now);
		json_object_set_new(
		    doc, "changed", json_boolean(outcome == REVOKE_DONE));
		if (outcome == REVOKE_ALREADY)
			out_complain(out,
			    "it was %s before (%s): nothing is changed",
			    certs_state(&c, now), reason_name(c.reason));
		if (outcome == REVOKE_DONE && c.state != CERT_VALID)
			notices_cert(ca, out, NOTICE_REVOKED, &c, NULL);
		/* again, too: perhaps the CRL could not be made then */
		rc = publish(ca, out, now, doc);
		out_fields(
		    out, NULL, fields, sizeof(fields) / sizeof(fields[0]), doc);
	}
	stored_cert_release(&c);
	return rc;
}

struct issued_by {
	const char *challenge;
	struct serial serial;
	size_t n;
};

static int note_issued(const struct stored_cert *c, void *arg)
{
	struct issued_by *by = arg;

	if (strcmp(c->challenge_id, by->challenge) == 0) {
		by->serial = c->serial;
		by->n++;
	}
	return 0;
}

/*
 * wrong_pin - the same whatever is wrong with it, counted and slower each time,
 * as a wrong challenge in a request (R120)
 */
static int wrong_pin(struct ca *ca, struct out *out)
{
	struct stored_challenge none;
	unsigned ms = 0;
	struct err e;

	if (failure_note(ca, "pin", NULL, time(NULL), &ms, &none, &e) != 0)
		return out_error(out, &e);
	(void)nanosleep(&(struct timespec){ .tv_sec = ms / 1000,
			    .tv_nsec = (long)(ms % 1000) * 1000000 },
	    NULL);
	err_set(&e, ERR_NOT_FOUND,
	    "wrong challenge: no such certificate was enrolled with it");
	return out_error(out, &e);
}

/*
 * find_by_pin - the certificate that was enrolled with the challenge on
 * standard input; with `text`, that one if it was.  Returns the exit code.
 */
static int find_by_pin(
    struct ca *ca, struct out *out, const char *text, struct stored_cert *c)
{
	struct stored_challenge challenge = { 0 };
	struct issued_by by = { .challenge = challenge.id };
	struct buf pin = { 0 };
	struct err e;
	int rc;

	if (secret_line("challenge", &pin, &e) != 0)
		return out_error(out, &e);
	if (pin.n == 0)
		return out_usage(out,
		    "--pin reads the challenge from standard input, and there "
		    "is none");
	rc = challenge_find(ca, buf_span(&pin), &challenge, &e);
	buf_release(&pin);
	if (rc != 0)
		return e.kind == ERR_NOT_FOUND ? wrong_pin(ca, out)
					       : out_error(out, &e);
	if (text != NULL) {
		if (certs_find(ca->store, text, c, &e) == 0)
			return strcmp(c->challenge_id, challenge.id) == 0
			    ? EXIT_DONE
			    : wrong_pin(ca, out);
		return e.kind == ERR_NOT_FOUND ? wrong_pin(ca, out)
					       : out_error(out, &e);
	}
	if (certs_each(ca->store, note_issued, &by, &e) != 0)
		return out_error(out, &e);
	if (by.n == 0)
		return wrong_pin(ca, out);
	if (by.n > 1) {
		err_set(&e, ERR_INPUT,
		    "%zu certificates were enrolled with this challenge; say "
		    "which: scepca cert revoke --pin SERIAL",
		    by.n);
		return out_error(out, &e);
	}
	return store_cert_find(ca->store, &by.serial, c, &e) == 0
	    ? EXIT_DONE
	    : out_error(out, &e);
}

int run_cert_revoke(const struct opts *o, struct out *out)
{
	bool pin = opt_value(o, "pin") != NULL;
	const char *given = opt_value(o, "reason");
	const char *text = o->n_words > 0 ? o->words[0] : NULL;
	unsigned reason = REASON_UNSPECIFIED;
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	int rc;

	if (given != NULL && reason_read(given, &reason, &e) != 0)
		return out_usage(out, "%s", e.text);
	if (text == NULL && !pin)
		return out_usage(
		    out, "which one?  scepca cert revoke SERIAL, or --pin");
	if (pin && reason == REASON_REMOVE_FROM_CRL)
		return out_usage(
		    out, "--pin revokes; a hold is ended by the serial number");
	rc = scepca_open(o, out, &ca);
	if (rc != EXIT_DONE)
		return rc;
	if (pin)
		rc = find_by_pin(ca, out, text, &c);
	else if (certs_find(ca->store, text, &c, &e) != 0)
		rc = out_error(out, &e);
	if (rc == EXIT_DONE &&
	    check_kind(ca, &c, opt_value(o, "force") != NULL, &e) != 0)
		rc = out_error(out, &e);
	if (rc == EXIT_DONE)
		rc = revoke_it(ca, out, &c.serial, (enum crl_reason)reason);
	stored_cert_release(&c);
	ca_close(ca);
	return rc;
}
