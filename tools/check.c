/*
 * scepca check - everything that would stop enrolment, with its remedy.
 */
#include <gnutls/gnutls.h>
#include <libtasn1.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "check.h"
#include "quote.h"
#include "scepca.h"

static const char *const levels[] = {
	[FINE] = "fine",
	[WARNING] = "warning",
	[PROBLEM] = "problem",
};

void check_say(struct check *c, enum finding_level level, const char *what,
    const char *remedy, const char *fmt, ...)
{
	char text[600];
	json_t *f;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	c->problems += level == PROBLEM;
	c->warnings += level == WARNING;
	if (!c->out->json) {
		printf("%-8s ", levels[level]);
		out_escape(stdout, span_str(what));
		fputs(": ", stdout);
		out_escape(stdout, span_str(text));
		if (remedy != NULL) {
			printf("\n%-8s remedy: ", "");
			out_escape(stdout, span_str(remedy));
		}
		putchar('\n');
		return;
	}
	f = json_object();
	json_object_set_new(f, "level", json_string(levels[level]));
	json_object_set_new(f, "what", out_text(span_str(what)));
	json_object_set_new(f, "text", out_text(span_str(text)));
	json_object_set_new(f, "remedy",
	    remedy != NULL ? out_text(span_str(remedy)) : json_null());
	json_array_append_new(c->findings, f);
}

const char *check_command(
    struct check *c, const char *before, const char *name, const char *after)
{
	char path[2 * HOME_PATH_MAX];
	FILE *f = fmemopen(c->command, sizeof(c->command) - 1, "w");

	c->command[0] = '\0';
	if (f == NULL)
		return before;
	snprintf(path, sizeof(path), "%s%s%s", c->home,
	    name[0] != '\0' ? "/" : "", name);
	fprintf(f, "%s ", before);
	quote_word(f, path);
	fputs(after, f);
	fclose(f);
	return c->command;
}

void check_libraries(struct check *c)
{
	const char *gnutls = gnutls_check_version(NULL);
	const char *tasn1 = asn1_check_version(NULL);

	if (gnutls_check_version("3.7.7") == NULL)
		check_say(c, PROBLEM, "GnuTLS", "install GnuTLS 3.7.7 or later",
		    "version %s cannot unwrap keys without telling a stranger "
		    "about it",
		    gnutls);
	else
		check_say(c, FINE, "libraries", NULL, "GnuTLS %s, libtasn1 %s",
		    gnutls, tasn1);
}

static void summary(struct check *c)
{
	json_t *doc = json_object();

	json_object_set_new(doc, "home", out_text(span_str(c->home)));
	json_object_set_new(doc, "problems", json_integer(c->problems));
	json_object_set_new(doc, "warnings", json_integer(c->warnings));
	json_object_set_new(doc, "findings", c->findings);
	if (!c->out->json) {
		if (c->problems == 0)
			printf("Nothing stops enrolment");
		else
			printf("%u problem%s", c->problems,
			    c->problems == 1 ? "" : "s");
		printf(", %u warning%s.\n", c->warnings,
		    c->warnings == 1 ? "" : "s");
	}
	out_json(c->out, doc);
}

int run_check(const struct opts *o, struct out *out)
{
	struct check c = { .out = out, .now = time(NULL) };
	char home[HOME_PATH_MAX];
	struct stat st;
	struct err e;
	int rc = scepca_home(o, out, home);

	if (rc != EXIT_DONE)
		return rc;
	if (stat(home, &st) != 0) {
		err_set(&e, ERR_SYS,
		    "%s: a directory above it is closed to "
		    "its owner",
		    home);
		return out_error(out, &e);
	}
	c.home = home;
	c.findings = json_array();
	owner_by_uid(st.st_uid, st.st_gid, &c.owner);
	check_libraries(&c);
	check_conf(&c);
	check_files(&c);
	check_programs(&c);
	check_ca(&c);
	check_store(&c);
	summary(&c);
	return c.problems > 0 ? EXIT_REFUSED : EXIT_DONE;
}
