/*
 * scepca init - make a CA.
 */
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "describe.h"
#include "init.h"
#include "operator.h"
#include "quote.h"
#include "scepca.h"
#include "secret_line.h"

enum { DAYS_MAX = 36500, DEFAULT_DAYS = 3650 };

static int read_challenge(const char *given, struct new_ca *n, struct err *e)
{
	static const char kind[] = "static:";

	if (given == NULL)
		return 0;
	if (strncmp(given, kind, sizeof(kind) - 1) != 0)
		return err_set(e, ERR_INPUT,
		    "--challenge takes static:TEXT, or static:- to read it");
	given += sizeof(kind) - 1;
	n->has_static = true;
	if (strcmp(given, "-") == 0)
		return secret_line("challenge", &n->static_challenge, e);
	return buf_put(&n->static_challenge, span_str(given), e);
}

/* is_url - good enough to stand in ca.conf; conf_load has the last word */
static bool is_url(const char *s)
{
	const char *p = s;

	while (*p > ' ' && *p < 0x7f && strchr("\"<>\\^`{|}", *p) == NULL)
		p++;
	return *p == '\0' && strlen(s) < 256 &&
	    (strncmp(s, "http://", 7) == 0 || strncmp(s, "https://", 8) == 0);
}

/*
 * read_plan - what the options ask for; values that others know better (kinds
 * of keys, names) are left to them.
 */
static int read_plan(const struct opts *o, struct new_ca *n, struct err *e)
{
	const char *key = opt_value(o, "key"), *ra_key = opt_value(o, "ra-key");
	const char *days = opt_value(o, "days");
	long n_days = DEFAULT_DAYS;

	*n = (struct new_ca){
		.subject = opt_value(o, "subject"),
		.key = key != NULL ? key : "rsa:3072",
		.ra_key = ra_key != NULL ? ra_key : "rsa:2048",
		.ra = opt_value(o, "ra") != NULL,
		.url = opt_value(o, "url"),
		.now = time(NULL),
	};
	operator_name(n->by, sizeof(n->by));
	if (n->subject == NULL || n->subject[0] == '\0')
		return err_set(e, ERR_INPUT,
		    "--subject is the name of the CA: --subject 'CN=Lab CA'");
	if (days != NULL &&
	    opt_number("days", days, 1, DAYS_MAX, &n_days, e) != 0)
		return -1;
	n->lifetime = (int64_t)n_days * 86400;
	if (n->url != NULL && !is_url(n->url))
		return err_set(e, ERR_INPUT,
		    "--url takes http://HOST/PATH of at most 255 characters");
	if (ra_key != NULL && !n->ra)
		return err_set(e, ERR_INPUT, "--ra-key needs --ra");
	if (strncmp(n->ra_key, "rsa:", 4) != 0)
		return err_set(e, ERR_INPUT,
		    "--ra-key takes rsa:2048 to rsa:4096: requests are "
		    "encrypted to it (RFC 8894, 3.1)");
	return read_challenge(opt_value(o, "challenge"), n, e);
}

/*
 * find_owner - whom --user names; *owner stays as it is if that is who we are
 */
static int find_owner(const struct opts *o, struct owner *storage,
    const struct owner **owner, struct err *e)
{
	const char *name = opt_value(o, "user");

	if (name == NULL)
		return 0;
	if (owner_by_name(name, storage, e) != 0)
		return -1;
	if (storage->uid == geteuid())
		return 0;
	if (geteuid() != 0)
		return err_set(
		    e, ERR_INPUT, "only root can give a home to %s", name);
	*owner = storage;
	return 0;
}

/* put_command - one of them, as a shell takes it and a terminal shows it */
static void put_command(const char *before, const char *home, const char *after)
{
	char text[5 * HOME_PATH_MAX] = "";
	FILE *f = fmemopen(text, sizeof(text) - 1, "w");

	if (f == NULL)
		return;
	fprintf(f, "  %s ", before);
	quote_word(f, home);
	fputs(after, f);
	fclose(f);
	out_escape(stdout, span_str(text));
	putchar('\n');
}

/* next_steps - what makes a CA out of a directory; for people */
static void next_steps(const char *home, bool has_static)
{
	printf("\nNext:\n");
	put_command("set SCEPCA_HOME to", home, " in the web server");
	put_command("scepca --home", home, " check");
	if (!has_static)
		put_command("scepca --home", home, " challenge new");
	printf("Devices show a fingerprint of the CA: compare it with the ones "
	       "above.\n");
}

static int report(struct out *out, const char *home, bool has_static)
{
	struct ca *ca = NULL;
	struct err e;
	json_t *doc, *cert;
	int rc = EXIT_DONE;

	if (ca_open(home, NULL, &ca, &e) != 0 || ca_certs(ca, &e) != 0) {
		rc = out_error(out, &e);
		ca_close(ca);
		return rc;
	}
	cert = describe_cert(&ca->ca_cert);
	if (!out->json) {
		printf("A CA is made in ");
		out_escape(stdout, span_str(home));
		putchar('\n');
		out_section(NULL, describe_fields, describe_n_fields, cert);
		next_steps(home, has_static);
	}
	doc = json_object();
	json_object_set_new(doc, "home", out_text(span_str(home)));
	json_object_set_new(doc, "ca", cert);
	if (ca->has_ra) {
		json_object_set_new(
		    doc, "ra_sign", describe_cert(&ca->sign_cert));
		json_object_set_new(
		    doc, "ra_enc", describe_cert(&ca->enc_cert));
	}
	out_json(out, doc);
	if (geteuid() == 0)
		out_complain(out,
		    "the home belongs to root: the CGI must run as its owner, "
		    "which should be another user (--user)");
	ca_close(ca);
	return rc;
}

int run_init(const struct opts *o, struct out *out)
{
	const struct owner *owner = NULL;
	struct owner storage;
	struct new_dir dir;
	struct new_ca n;
	const char *home;
	struct err e;
	int rc = scepca_named_home(o, out, &home);

	if (rc != EXIT_DONE)
		return rc;
	rc = EXIT_REFUSED;
	if (read_plan(o, &n, &e) != 0) {
		rc = out_usage(out, "%s", e.text);
	} else if (strncmp(n.key, "ec:", 3) == 0 && !n.ra) {
		err_set(&e, ERR_ALG,
		    "an EC key cannot decrypt requests (RFC 8894, 3.1): "
		    "--key %s needs --ra",
		    n.key);
		rc = out_error(out, &e);
	} else if (find_owner(o, &storage, &owner, &e) != 0 ||
	    new_dir_make(home, owner, &dir, &e) != 0) {
		rc = out_error(out, &e);
	} else if (make_home(dir.temp, &n, &e) != 0) {
		new_dir_remove(&dir);
		/* a kind of key, a name, a challenge: what the options say */
		rc = e.kind == ERR_INPUT ? out_usage(out, "%s", e.text)
					 : out_error(out, &e);
	} else if (new_dir_place(&dir, &e) != 0 ||
	    (owner != NULL && become_owner(owner, &e) != 0)) {
		rc = out_error(out, &e);
	} else {
		rc = report(out, dir.path, n.has_static);
	}
	buf_release(&n.static_challenge);
	return rc;
}
