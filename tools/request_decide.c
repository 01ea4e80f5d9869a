/*
 * scepca request approve and reject - the operator's word on a request.
 */
#include <ctype.h>
#include <string.h>
#include <time.h>

#include "audit.h"
#include "certs.h"
#include "notices.h"
#include "pending.h"
#include "policy.h"
#include "requests.h"
#include "scepca.h"

enum { FINGERPRINT_MIN = 8 /* hex digits */ };

static const struct out_field fields[] = {
	{ "id", "id", 0 },
	{ "subject", "subject", 0 },
	{ "state", "state", 0 },
	{ "serial", "certificate", 0 },
	{ "reason", "reason", 0 },
};
static const size_t n_fields = sizeof(fields) / sizeof(fields[0]);

/*
 * check_fingerprint - does the SHA-256 of the CSR begin so?  Colons and case
 * are as they come, from a screen or over the telephone (T-17).
 */
static int check_fingerprint(
    const char *text, const uint8_t hash[32], struct err *e)
{
	static const char hex[] = "0123456789abcdef";
	bool right = true;
	size_t n = 0;

	for (; *text != '\0'; text++) {
		if (*text == ':' || *text == ' ')
			continue;
		if (!isxdigit((unsigned char)*text) || n == 64)
			return err_set(e, ERR_INPUT,
			    "--fingerprint takes %d to 64 hex digits",
			    FINGERPRINT_MIN);
		if (tolower((unsigned char)*text) !=
		    hex[n % 2 == 0 ? hash[n / 2] >> 4 : hash[n / 2] & 15])
			right = false;
		n++;
	}
	if (n < FINGERPRINT_MIN)
		return err_set(e, ERR_INPUT,
		    "--fingerprint takes %d to 64 hex digits", FINGERPRINT_MIN);
	return right
	    ? 0
	    : err_set(e, ERR_SIG,
		  "the request has another fingerprint: is it that of the "
		  "device?  See scepca request show");
}

/*
 * answer - how the request stands now.  Its name is in `before`, if what is
 * recorded has lost it with the CSR.
 */
static void answer(struct out *out, const struct stored_request *r,
    const struct stored_request *before, const struct stored_cert *c,
    const char *reason)
{
	json_t *doc = requests_json(r, c, time(NULL), false);
	struct span name;

	if (requests_name(before, c, &name))
		json_object_set_new(doc, "subject", out_name(name));
	if (c->der.n > 0)
		json_object_set_new(doc, "state", json_string("granted"));
	json_object_set_new(doc, "serial",
	    c->der.n > 0 ? certs_serial(&c->serial) : json_null());
	json_object_set_new(doc, "reason",
	    reason[0] != '\0' ? out_text(span_str(reason)) : json_null());
	out_fields(out, NULL, fields, n_fields, doc);
}

/* say_refusal - policy says no, and what would change its mind */
static int say_refusal(
    struct out *out, const char *before, enum refusal why, const char *detail)
{
	const struct refusal_entry *t = refusal_entry(why);
	struct err e;

	err_set(&e, ERR_INPUT, "%s: %s: %s%s%s; %s", before, t->code, t->text,
	    detail[0] != '\0' ? ": " : "", detail, t->remedy);
	return out_error(out, &e);
}

/*
 * use_endpoint - its settings are those that hold for the request; if it is no
 * longer in ca.conf, those of the default
 */
static void use_endpoint(struct ca *ca, const char *endpoint)
{
	struct conf conf;

	if (conf_load(ca->home, endpoint, &conf, NULL) == 0)
		ca->conf = conf;
}

/* issue - the certificate of an approved request, here and now if possible */
static int issue(struct ca *ca, struct out *out, const struct stored_request *r)
{
	struct stored_cert c = { 0 };
	enum refusal why = REFUSE_NONE;
	char detail[400] = "";
	struct err e;
	int rc = EXIT_DONE;

	if (ca_issue_key(ca, &e) != 0) {
		answer(out, r, r, &c, "");
		out_complain(out,
		    "approved; its certificate is made when the device polls, "
		    "or, with issue = offline, by scepca maintain where the "
		    "CA's key is (here: %s)",
		    e.text);
		return EXIT_DONE;
	}
	if (pending_issue(
		ca, r, time(NULL), &c, &why, detail, sizeof(detail), &e) != 0) {
		(void)err_prefix(&e, "approved, but no certificate yet");
		return out_error(out, &e);
	}
	if (why == REFUSE_NONE) {
		notices_cert(ca, out, NOTICE_ISSUED, &c, r);
		answer(out, r, r, &c, "");
	} else
		rc = say_refusal(out,
		    "approved, but no certificate can be made (scepca maintain "
		    "tries again; scepca request reject gives up)",
		    why, detail);
	stored_cert_release(&c);
	return rc;
}

/* decide - store_decide, told in the audit log */
static int decide(struct ca *ca, const struct stored_request *r,
    const uint8_t *csr_hash, bool yes, const char *reason, bool *decided,
    struct stored_request *now_is, struct err *e)
{
	struct buf event = { 0 };
	int rc = audit_decided(ca, r, yes, reason, &event, e);

	if (rc == 0)
		rc = store_decide(ca->store, &r->key, csr_hash, yes, reason,
		    time(NULL), audit_text(&event), decided, now_is, e);
	buf_release(&event);
	return rc;
}

/*
 * approve - *r is pending.  Whoever asked may have put another CSR in its place
 * since it was looked at: that one is not approved.
 */
static int approve(struct ca *ca, struct out *out, struct stored_request *r)
{
	struct stored_request now_is = { 0 };
	enum refusal why = REFUSE_NONE;
	int64_t now = time(NULL);
	char detail[400] = "";
	bool decided = false;
	struct err e;
	int rc;

	/* before anything is recorded, so that what is refused is not left
	 * approved */
	if (pending_judge(ca, r, &why, detail, sizeof(detail), &e) != 0)
		return out_error(out, &e);
	if (why != REFUSE_NONE)
		return say_refusal(out, "not approved", why, detail);
	if (decide(ca, r, r->csr_hash, true, "", &decided, &now_is, &e) != 0)
		return out_error(out, &e);
	if (memcmp(now_is.csr_hash, r->csr_hash, sizeof(r->csr_hash)) != 0) {
		err_set(&e, ERR_INPUT,
		    "the device changed its request meanwhile, and what it "
		    "asks now waits: scepca request show");
		rc = out_error(out, &e);
	} else if (!decided && now_is.state != REQUEST_APPROVED) {
		err_set(&e, ERR_INPUT, "it is not pending any more: it is %s",
		    requests_state_name(requests_state(&now_is, now)));
		rc = out_error(out, &e);
	} else {
		rc = issue(ca, out, &now_is);
	}
	stored_request_release(&now_is);
	return rc;
}

int run_request_approve(const struct opts *o, struct out *out)
{
	const char *fingerprint = opt_value(o, "fingerprint");
	struct stored_request r = { 0 };
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	int rc = scepca_open(o, out, &ca);

	if (rc != EXIT_DONE)
		return rc;
	if (store_request_named(ca->store, o->words[0], &r, &c, &e) != 0 ||
	    (fingerprint != NULL &&
		check_fingerprint(fingerprint, r.csr_hash, &e) != 0)) {
		rc = out_error(out, &e);
		goto out;
	}
	use_endpoint(ca, r.endpoint);
	if (requests_state(&r, time(NULL)) == REQUEST_PENDING) {
		rc = approve(ca, out, &r);
	} else if (r.state == REQUEST_APPROVED) {
		rc = issue(ca, out, &r);
	} else if (r.state == REQUEST_GRANTED) {
		out_complain(out, "it was granted before: nothing is changed");
		answer(out, &r, &r, &c, "");
	} else {
		err_set(&e, ERR_INPUT, "it is %s: the device has to ask again",
		    requests_state_name(requests_state(&r, time(NULL))));
		rc = out_error(out, &e);
	}
out:
	stored_request_release(&r);
	stored_cert_release(&c);
	ca_close(ca);
	return rc;
}

/* check_reason - it is told to the device, as UTF-8 in one line */
static int check_reason(const char *reason, struct err *e)
{
	struct span s = span_str(reason);

	if (s.n >= sizeof(((struct stored_request *)0)->reason))
		return err_set(e, ERR_INPUT, "--reason takes %zu octets",
		    sizeof(((struct stored_request *)0)->reason) - 1);
	while (s.n > 0)
		if (!out_is_harmless(out_char(&s)))
			return err_set(e, ERR_INPUT,
			    "--reason takes characters that can be seen");
	return 0;
}

static int reject(struct ca *ca, struct out *out,
    const struct stored_request *r, const char *reason)
{
	const struct stored_cert none = { 0 };
	struct stored_request now_is = { 0 };
	bool decided = false;
	struct err e;
	int rc = EXIT_DONE;

	if (decide(ca, r, NULL, false, reason, &decided, &now_is, &e) != 0)
		return out_error(out, &e);
	if (now_is.state == REQUEST_REJECTED) {
		if (decided)
			notices_rejected(ca, out, r, reason);
		else
			out_complain(
			    out, "it was rejected before: nothing is changed");
		answer(out, &now_is, r, &none, now_is.reason);
	} else {
		err_set(&e, ERR_INPUT,
		    now_is.state == REQUEST_GRANTED
			? "it is granted: scepca cert revoke takes the "
			  "certificate back"
			: "it is expired: there is nothing to reject");
		rc = out_error(out, &e);
	}
	stored_request_release(&now_is);
	return rc;
}

int run_request_reject(const struct opts *o, struct out *out)
{
	const char *reason = opt_value(o, "reason");
	struct stored_request r = { 0 };
	struct stored_cert c = { 0 };
	struct ca *ca;
	struct err e;
	int rc;

	if (reason == NULL)
		reason = "";
	if (check_reason(reason, &e) != 0)
		return out_usage(out, "%s", e.text);
	rc = scepca_open(o, out, &ca);
	if (rc != EXIT_DONE)
		return rc;
	if (store_request_named(ca->store, o->words[0], &r, &c, &e) == 0)
		rc = reject(ca, out, &r, reason);
	else
		rc = out_error(out, &e);
	stored_request_release(&r);
	stored_cert_release(&c);
	ca_close(ca);
	return rc;
}
