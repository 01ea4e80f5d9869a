/*
 * Which names an operator takes for one another, and which not (T-17).
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "alike.h"
#include "cert.h"
#include "rows.h"

static const struct {
	const char *a, *b; /* RFC 4514 */
	bool alike;
} cases[] = {
	{ "CN=r1,O=Example", "CN=r1,O=Example", true },
	{ "CN=r1,O=Example", "CN=R1,O=EXAMPLE", true },
	{ "CN=r1,O=Example", "CN=r2,O=Example", false },
	{ "CN=r1,O=Example", "CN=r1,OU=Example", false },
	{ "CN=r1,O=Example", "CN=r1", false },
	{ "CN=gate 7", "CN=gate  7", true },
	{ "CN=gate 7", "CN=gate\302\2407", true },     /* no-break space */
	{ "CN=gate 7", "CN=gate\343\200\2007", true }, /* wide space */
	{ "CN=gate 7", "CN=gate7", false },
	{ "CN=gate 7", "CN=gate 7\\ ", true },
	{ "CN=gate", "CN=ga\342\200\213te", true },	/* zero width */
	{ "CN=gate", "CN=ga\\E2\\80\\AEte", true },	/* turned around */
	{ "CN=gate", "CN=ga\357\273\277te", true },	/* byte order mark */
	{ "CN=\303\204pfel", "CN=\303\244pfel", true }, /* not ASCII alone */
	{ "CN=a\\,O=b", "CN=a,O=b", true },
	{ "CN=a\\\\b", "CN=ab", false },
	{ "CN=a", "CN=aa", false },
};

static void look(const char *name, struct look *l)
{
	struct buf der = { 0 };
	struct err e = { 0 };

	cr_assert_eq(name_parse(name, &der, &e), 0, "%s", e.text);
	cr_assert_eq(look_of(buf_span(&der), l, &e), 0, "%s", e.text);
	buf_release(&der);
}

TEST_ROWS(alike, names, cases)
{
	struct look a, b;

	look(cases[i].a, &a);
	look(cases[i].b, &b);
	cr_expect_eq(look_same(&a, &b), cases[i].alike, "%s and %s", cases[i].a,
	    cases[i].b);
}

/* each of many is counted, and what is not there is not */
Test(alike, counted)
{
	struct looks s = { 0 };
	struct look l;
	char name[32];

	look("CN=nobody", &l);
	cr_expect_eq(looks_count(&s, &l), 0);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "CN=device %d", i % 200);
		look(name, &l);
		cr_assert_eq(looks_add(&s, &l, NULL), 0);
	}
	for (int i = 0; i < 200; i++) {
		snprintf(name, sizeof(name), "CN=DEVICE %d", i);
		look(name, &l);
		cr_expect_eq(looks_count(&s, &l), i < 100 ? 2 : 1, "%s", name);
	}
	look("CN=nobody", &l);
	cr_expect_eq(looks_count(&s, &l), 0);
	looks_release(&s);
	cr_expect_eq(looks_count(&s, &l), 0);
}
