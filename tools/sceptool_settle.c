/* From the first answer to the certificate: polls, refusals, checks. */
#include <errno.h>
#include <string.h>
#include <time.h>

#include "sceptool_enrol.h"

int enrol_poll(struct enrolment *n, struct err *e)
{
	struct buf content = { 0 };
	struct cert_view ca;
	int rc = -1;

	if (cert_parse(n->s.roles.ca, &ca, e) == 0 &&
	    issuer_and_subject_put(
		&content, ca.subject, buf_span(&n->subject), e) == 0)
		rc = session_ask(&n->s, SCEP_CERTPOLL, buf_span(&content), e);
	buf_release(&content);
	return rc;
}

static void sleep_for(long seconds)
{
	struct timespec left = { .tv_sec = seconds };

	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

/*
 * Poll until the CA has decided or the polls are used up.  A server that does
 * not work for a while is waited for, too: the request is in its hands.
 */
static int wait_for(struct enrolment *n, const struct out *out, struct err *e)
{
	long asked;

	for (asked = 1;
	     n->s.answer.status == SCEP_PENDING && asked <= n->max_polls;
	     asked++) {
		out_complain(out, "pending, asked %ld time%s, next in %ld s",
		    asked, asked == 1 ? "" : "s", n->interval);
		sleep_for(n->interval);
		if (enrol_poll(n, e) == 0)
			continue;
		if (e->kind != ERR_SYS || asked == n->max_polls)
			return -1;
		out_complain(out, "%s", e->text);
		n->s.answer.status = SCEP_PENDING;
	}
	return 0;
}

static int report_pending(const struct enrolment *n, struct out *out)
{
	out_complain(
	    out, "the CA has not decided yet: transaction %s", n->s.trans_id);
	out_json(out,
	    json_pack("{s:s, s:s}", "status", "pending", "transaction",
		n->s.trans_id));
	return EXIT_PENDING;
}

/* A CA may give another name than was asked for; its holder should know. */
static void check_name(
    const struct enrolment *n, struct span cert, const struct out *out)
{
	json_t *asked = out_name(buf_span(&n->subject)), *got;
	struct cert_view v;

	if (cert_parse(cert, &v, NULL) == 0) {
		got = out_name(v.subject);
		if (!json_equal(asked, got))
			out_complain(out,
			    "the certificate is for %s, asked was for %s",
			    json_string_value(got), json_string_value(asked));
		json_decref(got);
	}
	json_decref(asked);
}

/* RFC 8894, 3.1: is it ours, and is it the CA's? */
static int take_cert(struct enrolment *n, struct span *cert, struct err *e)
{
	struct buf spki = { 0 };
	int rc = -1;

	if (privkey_spki(enrol_key(n), &spki, e) == 0 &&
	    scep_answer_cert(&n->s.answer, buf_span(&spki), cert, e) == 0 &&
	    ca_set_issued(&n->s.ca, *cert, e) == 0)
		rc = 0;
	buf_release(&spki);
	return rc;
}

static int finish(struct enrolment *n, const struct opts *o, struct out *out)
{
	struct span cert;
	json_t *doc;
	struct err e;

	if (take_cert(n, &cert, &e) != 0 ||
	    pem_write(opt_value(o, "cert-out"), "CERTIFICATE", cert, &e) != 0)
		return out_error(out, &e);
	check_name(n, cert, out);
	doc = show_cert(cert);
	json_object_set_new(doc, "status", json_string("success"));
	json_object_set_new(doc, "transaction", json_string(n->s.trans_id));
	out_fields(out, NULL, cert_fields, n_cert_fields, doc);
	return EXIT_DONE;
}

int enrol_settle(struct enrolment *n, const struct opts *o, struct out *out)
{
	struct err e;

	if (n->wait && wait_for(n, out, &e) != 0)
		return out_error(out, &e);
	if (n->s.answer.status == SCEP_FAILURE)
		return session_refused(&n->s, out);
	if (n->s.answer.status == SCEP_PENDING)
		return report_pending(n, out);
	return finish(n, o, out);
}
