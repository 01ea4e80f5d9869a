/*
 * scepca-refusals(7) has the table of ca/refusal.c, entry by entry, so that
 * every code in a log is explained; and the ca.conf that init writes says what
 * holds without it.
 *
 * REFUSALS_MANUAL is the path of the page.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "home.h"
#include "init.h"
#include "refusal.h"

static const char *const fails[] = {
	[SCEP_BAD_ALG] = "badAlg",
	[SCEP_BAD_MESSAGE_CHECK] = "badMessageCheck",
	[SCEP_BAD_REQUEST] = "badRequest",
	[SCEP_BAD_TIME] = "badTime",
	[SCEP_BAD_CERT_ID] = "badCertId",
};

/* the items of the page are of one form: .It Cm CODE Em FAILINFO Dq TEXT */
Test(manual, refusals)
{
	FILE *f = fopen(REFUSALS_MANUAL, "r");
	char line[512], wanted[512];
	unsigned r = REFUSE_NONE + 1;
	const struct refusal_entry *t;

	cr_assert_not_null(f, REFUSALS_MANUAL);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, ".It ", 4) != 0)
			continue;
		cr_assert_lt(r, REFUSE_COUNT, "not in the table: %s", line);
		t = refusal_entry((enum refusal)r++);
		snprintf(wanted, sizeof(wanted), ".It Cm %s Em %s Dq %s\n",
		    t->code, fails[t->fail], t->text);
		cr_expect_str_eq(line, wanted, "want %shave %s", wanted, line);
	}
	fclose(f);
	cr_expect_eq(r, REFUSE_COUNT, "missing in the page: %s",
	    refusal_entry((enum refusal)r)->code);
}

static void load(const char *home, struct span text, struct conf *c)
{
	char path[HOME_PATH_MAX];
	struct err e = { 0 };

	cr_assert_eq(home_path(home, HOME_CONF, path, &e), 0, "%s", e.text);
	cr_assert_eq(
	    home_replace(home, HOME_CONF, 0600, text, &e), 0, "%s", e.text);
	memset(c, 0, sizeof(*c));
	cr_assert_eq(conf_load(home, NULL, c, &e), 0, "%s", e.text);
	unlink(path);
}

Test(manual, conf_defaults)
{
	char home[] = "/tmp/test_manual.XXXXXX";
	struct conf written, empty;
	struct buf text = { 0 };
	struct err e;

	cr_assert_not_null(mkdtemp(home));
	cr_assert_eq(conf_text(NULL, &text, &e), 0);
	load(home, buf_span(&text), &written);
	load(home, SPAN_LIT(""), &empty);
	cr_expect_str_eq(written.url, empty.url);
	cr_expect_eq(written.endpoint.algs.worst, empty.endpoint.algs.worst);
	cr_expect_eq(written.endpoint.reply_chain, empty.endpoint.reply_chain);
	cr_expect_eq(written.endpoint.time_window, empty.endpoint.time_window);
	cr_expect_eq(written.profile.lifetime, empty.profile.lifetime);
	cr_expect_eq(written.profile.backdate, empty.profile.backdate);
	cr_expect_eq(written.profile.rsa_min, empty.profile.rsa_min);
	cr_expect_eq(written.profile.rsa_max, empty.profile.rsa_max);
	cr_expect_eq(written.profile.san, empty.profile.san);
	cr_expect_eq(written.offline, empty.offline);
	cr_expect_eq(written.pending_ttl, empty.pending_ttl);
	cr_expect_eq(written.pending_max, empty.pending_max);
	cr_expect_eq(written.pending_per_remote, empty.pending_per_remote);
	cr_expect_eq(written.crl_lifetime, empty.crl_lifetime);
	cr_expect_eq(written.crl_renew, empty.crl_renew);
	cr_expect_eq(
	    written.endpoint.unauthorised, empty.endpoint.unauthorised);
	cr_expect_eq(written.endpoint.renewal, empty.endpoint.renewal);
	cr_expect_eq(
	    written.endpoint.renewal_from, empty.endpoint.renewal_from);
	cr_expect_eq(
	    written.endpoint.renewal_grace, empty.endpoint.renewal_grace);
	cr_expect_eq(written.endpoint.renewal_needs_new,
	    empty.endpoint.renewal_needs_new);
	cr_expect_eq(written.endpoint.getcert, empty.endpoint.getcert);
	cr_expect_eq(written.endpoint.getcrl, empty.endpoint.getcrl);
	cr_expect_eq(written.profile.duplicate, empty.profile.duplicate);
	cr_expect_eq(written.profile.supersede, empty.profile.supersede);

	buf_release(&text);
	cr_assert_eq(conf_text("http://a.example/", &text, &e), 0);
	load(home, buf_span(&text), &written);
	cr_expect_str_eq(written.url, "http://a.example/");
	buf_release(&text);
	rmdir(home);
}
