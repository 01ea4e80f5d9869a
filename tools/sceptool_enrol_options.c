#include <string.h>

#include "sceptool_enrol.h"

enum {
	CHALLENGE_SIZE_MAX = 1024,
	DAY = 24 * 60 * 60,
	INTERVAL = 60,	  /* seconds between two polls */
	MAX_POLLS = 1440, /* a day of them */
};

static int read_san(struct enrolment *n, const struct opts *o, struct err *e)
{
	struct buf list = { 0 }, value = { 0 };
	const char *text;
	int rc = 0;

	for (size_t i = 0; rc == 0 && (text = opt_nth(o, "san", i)) != NULL;
	     i++)
		rc = san_put(text, &list, e);
	if (rc == 0 && list.n > 0) {
		rc = der_put(&value, DER_SEQUENCE, buf_span(&list), e);
		if (rc == 0)
			rc = extension_put(&n->extensions, "2.5.29.17", false,
			    buf_span(&value), e);
	}
	buf_release(&list);
	buf_release(&value);
	return rc;
}

/* It is written when the CA is known, and before it is used. */
static int new_key(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *kind = opt_value(o, "key-type");

	if (opt_value(o, "key-out") == NULL)
		return 0;
	return privkey_generate(
	    kind != NULL ? kind : "rsa:2048", &n->key_pem, e);
}

/* --wait, and what goes with it. */
static int read_wait(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *interval = opt_value(o, "interval");
	const char *polls = opt_value(o, "max-polls");

	n->wait = opt_value(o, "wait") != NULL;
	n->interval = INTERVAL;
	n->max_polls = MAX_POLLS;
	if (!n->wait && (interval != NULL || polls != NULL))
		return err_set(
		    e, ERR_INPUT, "--interval and --max-polls are for --wait");
	if (interval != NULL &&
	    opt_number("interval", interval, 0, DAY, &n->interval, e) != 0)
		return -1;
	if (polls != NULL)
		return opt_number(
		    "max-polls", polls, 1, MAX_POLLS, &n->max_polls, e);
	return 0;
}

/* What each of the three takes. */
static int read_common(struct enrolment *n, const struct opts *o, struct err *e)
{
	if (opt_value(o, "cert-out") == NULL)
		return err_set(e, ERR_INPUT,
		    "--cert-out is needed: where the certificate goes");
	if (session_options(&n->s, o, e) != 0)
		return -1;
	return read_wait(n, o, e);
}

int enrol_options(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *subject = opt_value(o, "subject");
	bool has_key = opt_value(o, "key") != NULL;

	if (subject == NULL)
		return err_set(e, ERR_INPUT, "--subject is needed");
	if (has_key == (opt_value(o, "key-out") != NULL) ||
	    (has_key && opt_value(o, "key-type") != NULL))
		return err_set(e, ERR_INPUT,
		    "either --key for a key that exists, or --key-out (and "
		    "--key-type) for a new one");
	if (read_common(n, o, e) != 0 ||
	    name_parse(subject, &n->subject, e) != 0 || read_san(n, o, e) != 0)
		return -1;
	return new_key(n, o, e);
}

/* Both of --key and --cert: who renews, or who has asked. */
static int need_signer(const struct opts *o, struct err *e)
{
	if (opt_value(o, "key") != NULL && opt_value(o, "cert") != NULL)
		return 0;
	return err_set(e, ERR_INPUT,
	    "--key and --cert are needed: the certificate and its key");
}

int renew_options(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *after = opt_value(o, "after");
	int keys = (opt_value(o, "key-out") != NULL) +
	    (opt_value(o, "new-key") != NULL) +
	    (opt_value(o, "keep-key") != NULL);

	if (need_signer(o, e) != 0)
		return -1;
	if (keys != 1)
		return err_set(e, ERR_INPUT,
		    "one of --key-out for a new key, --new-key for one that "
		    "exists, --keep-key for the old one");
	if (opt_value(o, "key-type") != NULL && opt_value(o, "key-out") == NULL)
		return err_set(
		    e, ERR_INPUT, "--key-type is for --key-out, a new key");
	n->type = opt_value(o, "message-type");
	if (n->type != NULL && strcmp(n->type, "renewalreq") != 0 &&
	    strcmp(n->type, "pkcsreq") != 0)
		return err_set(
		    e, ERR_INPUT, "--message-type is renewalreq or pkcsreq");
	if (after != NULL && opt_number("after", after, 1, 99, &n->after, e))
		return -1;
	if (read_common(n, o, e) != 0)
		return -1;
	return new_key(n, o, e);
}

int poll_options(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *subject = opt_value(o, "subject");
	const char *id = opt_value(o, "transaction");

	if (opt_value(o, "key") == NULL ||
	    (subject != NULL) == (opt_value(o, "cert") != NULL))
		return err_set(e, ERR_INPUT,
		    "--key is needed, and either --subject as it was asked "
		    "for, or --cert as it was to be renewed");
	if (opt_value(o, "new-key") != NULL && subject != NULL)
		return err_set(
		    e, ERR_INPUT, "--new-key is for a renewal, with --cert");
	if (id != NULL &&
	    (id[0] == '\0' || strlen(id) > SCEP_TRANS_ID_MAX ||
		!is_printable_string(span_str(id))))
		return err_set(e, ERR_INPUT,
		    "--transaction is a PrintableString of 1 to %d characters "
		    "(RFC 8894, 3.2.1.1)",
		    SCEP_TRANS_ID_MAX);
	if (read_common(n, o, e) != 0)
		return -1;
	return subject != NULL ? name_parse(subject, &n->subject, e) : 0;
}

/* The first line of the file. */
int enrol_challenge(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *path = opt_value(o, "challenge-file");
	const uint8_t *end;

	if (path == NULL)
		return 0;
	if (file_read(path, CHALLENGE_SIZE_MAX, &n->challenge, e) != 0)
		return -1;
	end = n->challenge.n == 0
	    ? NULL
	    : memchr(n->challenge.p, '\n', n->challenge.n);
	if (end != NULL)
		buf_cut(&n->challenge, (size_t)(end - n->challenge.p));
	if (n->challenge.n > 0 && n->challenge.p[n->challenge.n - 1] == '\r')
		buf_cut(&n->challenge, n->challenge.n - 1);
	if (n->challenge.n == 0)
		return err_set(e, ERR_CONF, "%s: no challenge in it", path);
	return 0;
}
