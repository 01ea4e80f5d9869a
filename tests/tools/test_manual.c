/*
 * scepca-refusals(7) has the table of ca/refusal.c, entry by entry, so that
 * every code in a log is explained; and the ca.conf that init writes says what
 * holds without it.
 *
 * REFUSALS_MANUAL and CONF_MANUAL are the paths of the pages.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf_key.h"
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

/*
 * The presets in ca.conf(5): under each .It Cm NAME a row for each setting, of
 * the form .It Li "KEY = VALUE" Ta "why".
 */
Test(manual, presets)
{
	FILE *f = fopen(CONF_MANUAL, "r");
	const struct conf_preset *p = conf_presets;
	char line[512], wanted[512];
	bool inside = false, started = false;
	size_t n = 0;

	cr_assert_not_null(f, CONF_MANUAL);
	while (fgets(line, sizeof(line), f) != NULL) {
		if (strncmp(line, ".Ss ", 4) == 0) {
			inside = strcmp(line, ".Ss Presets\n") == 0;
			continue;
		}
		if (!inside)
			continue;
		if (strncmp(line, ".It Cm ", 7) == 0) {
			if (started) {
				cr_expect_null(p->settings[n].key,
				    "%s: no row of %s", p->name,
				    p->settings[n].key);
				p++;
			}
			started = true;
			cr_assert_not_null(p->name, "no such preset: %s", line);
			snprintf(
			    wanted, sizeof(wanted), ".It Cm %s\n", p->name);
			cr_expect_str_eq(line, wanted);
			n = 0;
		} else if (strncmp(line, ".It Li ", 7) == 0) {
			cr_assert_not_null(
			    p->settings[n].key, "%s: %s", p->name, line);
			snprintf(wanted, sizeof(wanted),
			    ".It Li \"%s = %s\" Ta \"", p->settings[n].key,
			    p->settings[n].value);
			n++;
			cr_expect_eq(strncmp(line, wanted, strlen(wanted)), 0,
			    "want %s, have %s", wanted, line);
		}
	}
	fclose(f);
	cr_expect_null(p->settings[n].key, "%s", p->name);
	cr_expect_null(p[1].name, "not in the page: %s", p[1].name);
}

/* Every setting of those sections has its entry there. */
Test(manual, settings)
{
	static const struct conf_key *const tables[] = { conf_ca_keys,
		conf_endpoint_keys, conf_profile_keys, conf_trust_keys };
	FILE *f = fopen(CONF_MANUAL, "r");
	static char page[200000];
	char wanted[64];

	cr_assert_not_null(f, CONF_MANUAL);
	page[fread(page, 1, sizeof(page) - 1, f)] = '\0';
	fclose(f);
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct conf_key *k = tables[i]; k->name != NULL;
		     k++) {
			snprintf(wanted, sizeof(wanted),
			    "\n.It Cm %s Li = ", k->name);
			cr_expect_not_null(strstr(page, wanted), "%s", k->name);
		}
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
	/* both are zeros but for what was set, so all of them can be compared */
	cr_expect_eq(memcmp(&written.endpoint, &empty.endpoint,
			 sizeof(written.endpoint)),
	    0);
	cr_expect_eq(
	    memcmp(&written.profile, &empty.profile, sizeof(written.profile)),
	    0);
	cr_expect_eq(memcmp(&written, &empty, sizeof(written)), 0);
	buf_release(&text);
	cr_assert_eq(conf_text("http://a.example/", &text, &e), 0);
	load(home, buf_span(&text), &written);
	cr_expect_str_eq(written.url, "http://a.example/");
	buf_release(&text);
	rmdir(home);
}
