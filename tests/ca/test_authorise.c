/*
 * authorise in ca.conf: a program that has a word in what is issued.
 */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "scene.h"
#include "world.h"

/* A CA whose program does `script`; `conf` is more of the endpoint. */
static void begin_with(const char *script, const char *conf)
{
	char text[1500], program[2000];

	begin(CA_RSA, "");
	snprintf(
	    program, sizeof(program), "#!/bin/sh\nH=%s\n%s\n", h.dir, script);
	ca_home_write(&h, "program", 0755, span_str(program));
	snprintf(text, sizeof(text),
	    "[endpoint default]\nauthorise = %s/program\n"
	    "authorise_timeout = 2s\n%s\n",
	    h.dir, conf);
	ca_home_write(&h, HOME_CONF, 0640, span_str(text));
	ca_home_open(&h, NULL);
}

static void ask(const struct ask *q, enum scep_status status, enum refusal why)
{
	struct result r;

	client_enrol(&c, &h, q, &r);
	cr_assert_eq(r.answer.status, status, "status %d, %s (%s)",
	    r.answer.status, refusal_entry(r.ev.refusal)->code, r.ev.detail);
	cr_expect_eq(
	    r.ev.refusal, why, "%s", refusal_entry(r.ev.refusal)->code);
	result_release(&r);
}

static bool has_file(const char *name)
{
	return access(ca_home_path(&h, name), F_OK) == 0;
}

static void read_file(const char *name, struct buf *text)
{
	buf_cut(text, 0);
	ok(home_read(h.dir, name, text, e));
	ok(buf_put(text, (struct span){ (const uint8_t *)"", 1 }, e));
}

static void expect_line(const struct buf *text, const char *line)
{
	cr_expect_not_null(strstr((const char *)text->p, line),
	    "%s is not in\n%s", line, (const char *)text->p);
}

/* It sees the CSR and the facts, and grants. */
Test(authorise, facts)
{
	struct result r;
	struct buf text = { 0 }, csr = { 0 }, der = { 0 };
	const struct ask q = { .challenge = challenge };

	begin_with("/usr/bin/env >$H/env; cat >$H/csr; exit 0", "");
	client_enrol(&c, &h, &q, &r);
	granted(&r);
	read_file("env", &text);
	expect_line(&text, "TRANSACTIONID=t1\n");
	expect_line(&text, "SCEPCA_TRANSACTION=t1\n");
	expect_line(&text, "SCEPCA_TYPE=PKCSReq\n");
	expect_line(&text, "SCEPCA_SUBJECT=" NAME "\n");
	expect_line(&text, "SCEPCA_SAN=\n");
	expect_line(&text, "SCEPCA_REMOTE=192.0.2.1\n");
	expect_line(&text, "SCEPCA_ENDPOINT=default\n");
	expect_line(&text, "SCEPCA_PROFILE=default\n");
	expect_line(&text, "SCEPCA_RULE=challenge\n");
	expect_line(&text, "SCEPCA_SIGNER=\n");
	expect_line(&text, "SCEPCA_CSR_SHA256=");
	expect_line(&text, "SCEPCA_KEY_SHA256=");
	cr_expect_null(strstr((char *)text.p, challenge));
	client_csr(&c, &q, &csr);
	ok(home_read(h.dir, "csr", &der, e));
	cr_expect(span_eq(buf_span(&csr), buf_span(&der)));
	/* the renewal, by the certificate */
	client_adopt(&c, NULL, buf_span(&r.cert));
	result_release(&r);
	ask(&(struct ask){ .type = SCEP_RENEWALREQ, .trans_id = "t2" },
	    SCEP_SUCCESS, REFUSE_NONE);
	read_file("env", &text);
	expect_line(&text, "SCEPCA_TYPE=RenewalReq\n");
	expect_line(&text, "SCEPCA_RULE=renewal\n");
	cr_expect_null(strstr((char *)text.p, "SCEPCA_SIGNER=\n"));
	buf_release(&text);
	buf_release(&csr);
	buf_release(&der);
	end();
}

/* Exit 1: refused with its words; the challenge is as good as before. */
Test(authorise, refuses)
{
	struct result r;
	const struct ask q = { .challenge = challenge };

	begin_with("test -e $H/yes && exit 0\n"
		   "echo 'not in the inventory'; echo more; exit 1",
	    "");
	client_enrol(&c, &h, &q, &r);
	cr_expect_eq(r.answer.status, SCEP_FAILURE);
	cr_expect_eq(r.ev.refusal, REFUSE_PROGRAM);
	cr_expect_str_eq(
	    result_text(&r), "not authorised: not in the inventory");
	cr_expect_str_eq(r.ev.detail, "not in the inventory");
	result_release(&r);
	cr_expect_eq(world_uses(&h, challenge), 0);
	cr_expect_eq(ca_home_certs(&h), 0);
	/* once more, and it has changed its mind */
	ca_home_write(&h, "yes", 0600, SPAN_LIT(""));
	ask(&q, SCEP_SUCCESS, REFUSE_NONE);
	cr_expect_eq(world_uses(&h, challenge), 1);
	end();
}

/* Exit 2: the operator decides; polls and retransmissions do not ask again. */
Test(authorise, asks_the_operator)
{
	const struct ask q = { .challenge = challenge };
	struct buf text = { 0 };
	struct result r;

	begin_with("echo x >>$H/runs; echo 'looks new'; exit 2", "");
	client_enrol(&c, &h, &q, &r);
	cr_expect_eq(r.answer.status, SCEP_PENDING);
	cr_expect_str_eq(r.ev.detail, "looks new");
	result_release(&r);
	ask(&q, SCEP_PENDING, REFUSE_NONE);
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	cr_expect_eq(r.answer.status, SCEP_PENDING);
	result_release(&r);
	cr_expect_eq(world_state(&h, &c, "t1"), REQUEST_PENDING);
	world_decide(&h, &c, "t1", true, "", TEST_NOW);
	world_poll(&c, &h, "t1", TEST_NOW, &r);
	granted(&r);
	result_release(&r);
	ask(&q, SCEP_SUCCESS, REFUSE_NONE); /* once more */
	read_file("runs", &text);
	cr_expect_str_eq((char *)text.p, "x\n");
	buf_release(&text);
	cr_expect_eq(ca_home_certs(&h), 1);
	end();
}

/* Broken in any way: HTTP 500, and nothing is issued, consumed or recorded. */
Test(authorise, fails_closed, .timeout = 60)
{
	static const char *const scripts[] = { "exit 3", "exit 126",
		"kill -9 $$", "sleep 60", "yes", "exec <&-; yes >&2; exit 4" };
	struct pki_facts f = { .now = TEST_NOW, .remote = "192.0.2.1" };
	char program[200];
	struct buf msg = { 0 }, reply = { 0 };
	struct pki_event ev;
	struct census before;
	struct err why;

	begin_with("exit 0", "");
	client_ask(&c, &h, &(struct ask){ .challenge = challenge }, &msg);
	world_census(&h, &before);
	for (size_t i = 0; i <= COUNT(scripts); i++) {
		if (i < COUNT(scripts)) {
			snprintf(program, sizeof(program), "#!/bin/sh\n%s\n",
			    scripts[i]);
			ca_home_write(&h, "program", 0755, span_str(program));
		} else {
			cr_assert_eq(unlink(ca_home_path(&h, "program")), 0);
		}
		cr_expect_eq(
		    pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, &why),
		    -1, "%zu", i);
		cr_expect(why.kind == ERR_SYS || why.kind == ERR_CONF,
		    "%zu: %s", i, why.text);
		cr_expect_not_null(
		    strstr(why.text, "authorise"), "%s", why.text);
		cr_expect_eq(reply.n, 0);
		pki_event_release(&ev);
		world_unchanged(&h, &before, why.text);
	}
	ca_home_write(&h, "program", 0777, SPAN_LIT("#!/bin/sh\nexit 0\n"));
	cr_expect_eq(
	    pki_operation(h.ca, &f, buf_span(&msg), &reply, &ev, &why), -1);
	cr_expect_eq(why.kind, ERR_PERM, "%s", why.text);
	pki_event_release(&ev);
	ca_home_write(&h, "program", 0755, SPAN_LIT("#!/bin/sh\nexit 0\n"));
	ask(&(struct ask){ .challenge = challenge }, SCEP_SUCCESS, REFUSE_NONE);
	buf_release(&msg);
	buf_release(&reply);
	end();
}

/*
 * T-11: a veto opens no door: whoever is refused, or waits for the operator,
 * does so without the program.
 */
Test(authorise, opens_no_door)
{
	begin_with("echo x >$H/ran; exit 0", "unauthorised = refuse");
	ask(&(struct ask){ 0 }, SCEP_FAILURE, REFUSE_NO_CHALLENGE);
	ask(&(struct ask){ .challenge = "wrong" }, SCEP_FAILURE,
	    REFUSE_CHALLENGE_UNKNOWN);
	ask(&(struct ask){ .type = SCEP_RENEWALREQ }, SCEP_FAILURE,
	    REFUSE_SIGNER_UNKNOWN);
	/* and policy comes first */
	ask(&(struct ask){ .challenge = challenge,
		.subject = h.ca->ca_cert.subject },
	    SCEP_FAILURE, REFUSE_CA_KEY);
	h.ca->conf.endpoint.unauthorised = UNAUTHORISED_PENDING;
	ask(&(struct ask){ 0 }, SCEP_PENDING, REFUSE_NONE);
	cr_expect(!has_file("ran"));
	end();
}

/* unauthorised = program: its word alone is enough, and nothing less. */
Test(authorise, alone)
{
	const struct challenge_spec bound = { .uses = 1,
		.for_name = "CN=elsewhere" };
	char other[CHALLENGE_TEXT_SIZE + 1];
	struct buf text = { 0 };
	struct result r;

	begin_with("/usr/bin/env >$H/env; exit 0", "unauthorised = program");
	client_enrol(&c, &h, &(struct ask){ 0 }, &r);
	granted(&r);
	read_file("env", &text);
	expect_line(&text, "SCEPCA_RULE=none\n");
	{
		struct stored_cert cert;

		ok(store_cert_find(h.ca->store, &r.ev.serial, &cert, e));
		cr_expect_str_eq(cert.rule, "program");
		stored_cert_release(&cert);
	}
	result_release(&r);
	ask(&(struct ask){ .trans_id = "t2", .challenge = "of the MDM's own" },
	    SCEP_SUCCESS, REFUSE_NONE);
	cr_assert_eq(unlink(ca_home_path(&h, "env")), 0);
	/* what we know to be bad is not asked about */
	ca_home_challenge(&h, &bound, other);
	ask(&(struct ask){ .trans_id = "t3", .challenge = other }, SCEP_FAILURE,
	    REFUSE_CHALLENGE_NAME);
	ask(&(struct ask){ .trans_id = "t4", .type = SCEP_RENEWALREQ },
	    SCEP_FAILURE, REFUSE_SIGNER_UNKNOWN);
	cr_expect(!has_file("env"));
	/* a good one is a good one */
	ask(&(struct ask){ .trans_id = "t5", .challenge = challenge },
	    SCEP_SUCCESS, REFUSE_NONE);
	cr_expect_eq(world_uses(&h, challenge), 1);
	ask(&(struct ask){ .trans_id = "t6", .challenge = challenge },
	    SCEP_FAILURE, REFUSE_CHALLENGE_USED);
	buf_release(&text);
	end();
}

/* Its no is a no, and its 2 waits without anybody's challenge. */
Test(authorise, alone_says_no)
{
	begin_with(
	    "test -e $H/ask && exit 2; exit 1", "unauthorised = program");
	ask(&(struct ask){ 0 }, SCEP_FAILURE, REFUSE_PROGRAM);
	ca_home_write(&h, "ask", 0600, SPAN_LIT(""));
	ask(&(struct ask){ 0 }, SCEP_PENDING, REFUSE_NONE);
	cr_expect_eq(ca_home_certs(&h), 0);
	end();
}

/*
 * As micromdm's -csrverifierexec programs are written: the CSR on stdin, the
 * word in the exit status.
 */
Test(authorise, micromdm)
{
	begin_with(
	    "set -e\n"
	    "CSR=$(openssl req -inform der -noout -subject -nameopt RFC2253)\n"
	    "case \"$CSR\" in\n"
	    "*CN=r1.example.com*) exit 0 ;;\n"
	    "*) echo \"unknown: $CSR ($TRANSACTIONID)\"; exit 1 ;;\nesac",
	    "unauthorised = program");
	ask(&(struct ask){ 0 }, SCEP_SUCCESS, REFUSE_NONE);
	{
		struct buf name = { 0 };

		ok(name_parse("CN=somebody", &name, e));
		ask(&(struct ask){ .trans_id = "t2",
			.subject = buf_span(&name) },
		    SCEP_FAILURE, REFUSE_PROGRAM);
		buf_release(&name);
	}
	end();
}
