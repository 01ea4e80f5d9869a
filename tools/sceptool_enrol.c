/*
 * enrol, renew and poll: a request is put together in one of three ways, and
 * from its answer on they are the same.
 */
#include "sceptool_enrol.h"

#include <string.h>

const struct privkey *enrol_key(const struct enrolment *n)
{
	return n->new_key != NULL ? n->new_key : n->s.key;
}

static void enrolment_release(struct enrolment *n)
{
	session_release(&n->s);
	buf_release(&n->subject);
	buf_release(&n->extensions);
	buf_release(&n->challenge);
	buf_release(&n->key_pem);
	privkey_free(n->new_key);
}

/* The key that was made: written first, then used. */
static int write_key(struct enrolment *n, const struct opts *o,
    struct privkey **key, struct err *e)
{
	struct span pem = buf_span(&n->key_pem);

	if (file_create(opt_value(o, "key-out"), 0600, pem, e) != 0 ||
	    privkey_import(pem, key, e) != 0)
		return -1;
	return key_check(*key, e);
}

/* Ask for what n says, with a request of the key that it is for. */
static int ask(struct enrolment *n, enum scep_type type, struct err *e)
{
	struct buf csr = { 0 };
	int rc = -1;

	if (csr_build(buf_span(&n->subject), enrol_key(n), n->s.digest,
		buf_span(&n->extensions), buf_span(&n->challenge), &csr,
		e) == 0)
		rc = session_ask(&n->s, type, buf_span(&csr), e);
	buf_release(&csr);
	return rc;
}

static int enrol_first(struct enrolment *n, const struct opts *o, struct err *e)
{
	int rc = n->key_pem.n > 0 ? write_key(n, o, &n->s.key, e)
				  : key_read(opt_value(o, "key"), &n->s.key, e);

	if (rc != 0 || scep_trans_id(n->s.key, n->s.trans_id, e) != 0 ||
	    session_stranger(&n->s, buf_span(&n->subject), e) != 0)
		return -1;
	return ask(n, SCEP_PKCSREQ, e);
}

/* Has as much of the old certificate's lifetime passed as --after wants? */
static bool is_due(const struct enrolment *n, const struct cert_view *old)
{
	int64_t life = old->not_after - old->not_before;

	return n->after == 0 || life <= 0 ||
	    n->s.now >= old->not_before + life / 100 * n->after;
}

/* The names of the old certificate (RFC 8894, 2.5). */
static int renew_files(struct enrolment *n, const struct opts *o, struct err *e)
{
	struct cert_view old;
	struct span san;
	struct err why;
	bool critical;

	if (enrol_challenge(n, o, e) != 0 || session_signer(&n->s, o, e) != 0 ||
	    cert_parse(buf_span(&n->s.cert), &old, e) != 0 ||
	    buf_put(&n->subject, old.subject, e) != 0)
		return -1;
	n->not_due = !is_due(n, &old);
	if (cert_extension(
		old.extensions, "2.5.29.17", &san, &critical, &why) == 0)
		return extension_put(
		    &n->extensions, "2.5.29.17", critical, san, e);
	if (why.kind == ERR_NOT_FOUND)
		return 0;
	return err_set(e, ERR_CONF, "%s: %s", opt_value(o, "cert"), why.text);
}

/*
 * RFC 8894, 2.3: RenewalReq to the CA that has signed the certificate, if it
 * knows that; signed by the certificate of another, it is a first request.
 */
static enum scep_type renewal_type(const struct enrolment *n)
{
	if (n->type != NULL)
		return strcmp(n->type, "renewalreq") == 0 ? SCEP_RENEWALREQ
							  : SCEP_PKCSREQ;
	if (n->s.caps.renewal &&
	    ca_set_issued(&n->s.ca, buf_span(&n->s.cert), NULL) == 0)
		return SCEP_RENEWALREQ;
	return SCEP_PKCSREQ;
}

static int renew_first(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *path = opt_value(o, "new-key");

	if ((n->key_pem.n > 0 && write_key(n, o, &n->new_key, e) != 0) ||
	    (path != NULL && key_read(path, &n->new_key, e) != 0) ||
	    scep_renewal_id(
		enrol_key(n), buf_span(&n->s.cert), n->s.trans_id, e) != 0)
		return -1;
	return ask(n, renewal_type(n), e);
}

/* Who asked then: with a certificate, or by the key alone. */
static int poll_files(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *path = opt_value(o, "new-key");
	struct cert_view v;

	if (path != NULL && key_read(path, &n->new_key, e) != 0)
		return -1;
	if (opt_value(o, "cert") == NULL) {
		if (key_read(opt_value(o, "key"), &n->s.key, e) != 0)
			return -1;
		return session_stranger(&n->s, buf_span(&n->subject), e);
	}
	if (session_signer(&n->s, o, e) != 0 ||
	    cert_parse(buf_span(&n->s.cert), &v, e) != 0)
		return -1;
	return buf_put(&n->subject, v.subject, e);
}

static int poll_first(struct enrolment *n, const struct opts *o, struct err *e)
{
	const char *id = opt_value(o, "transaction");
	int rc = 0;

	if (id != NULL)
		strcpy(n->s.trans_id, id); /* poll_options: it fits */
	else if (opt_value(o, "cert") != NULL)
		rc = scep_renewal_id(
		    enrol_key(n), buf_span(&n->s.cert), n->s.trans_id, e);
	else
		rc = scep_trans_id(enrol_key(n), n->s.trans_id, e);
	return rc == 0 ? enrol_poll(n, e) : -1;
}

/* The ways in which they differ. */
struct errand {
	int (*options)(struct enrolment *, const struct opts *, struct err *);
	/* what is in the files; before the server is asked for anything */
	int (*files)(struct enrolment *, const struct opts *, struct err *);
	/* the first message, to a CA that is known */
	int (*first)(struct enrolment *, const struct opts *, struct err *);
};

static int not_due(const struct enrolment *n, struct out *out)
{
	static const struct out_field fields[] = {
		{ "status", "status", 0 },
		{ "not_after", "valid until", 0 },
	};
	struct cert_view v;
	struct err e;

	if (cert_parse(buf_span(&n->s.cert), &v, &e) != 0)
		return out_error(out, &e);
	out_fields(out, NULL, fields, 2,
	    json_pack("{s:s, s:o}", "status", "not due", "not_after",
		out_time(v.not_after)));
	return EXIT_NOT_DUE;
}

static int run(struct enrolment *n, const struct errand *x,
    const struct opts *o, struct out *out)
{
	struct err e;

	if (x->options(n, o, &e) != 0)
		return out_usage(out, "%s", e.text);
	if (x->files(n, o, &e) != 0)
		return out_error(out, &e);
	if (n->not_due)
		return not_due(n, out);
	if (session_open(&n->s, o, out, &e) != 0 || x->first(n, o, &e) != 0)
		return out_error(out, &e);
	return enrol_settle(n, o, out);
}

static int run_errand(
    const struct errand *x, const struct opts *o, struct out *out)
{
	struct enrolment n = { 0 };
	int rc = run(&n, x, o, out);

	enrolment_release(&n);
	return rc;
}

int cmd_enrol(const struct opts *o, struct out *out)
{
	static const struct errand x = {
		enrol_options,
		enrol_challenge,
		enrol_first,
	};

	return run_errand(&x, o, out);
}

int cmd_renew(const struct opts *o, struct out *out)
{
	static const struct errand x = {
		renew_options,
		renew_files,
		renew_first,
	};

	return run_errand(&x, o, out);
}

int cmd_poll(const struct opts *o, struct out *out)
{
	static const struct errand x = { poll_options, poll_files, poll_first };

	return run_errand(&x, o, out);
}
