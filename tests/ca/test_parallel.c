/* Many processes at once: a challenge grants one certificate (R107, T-13). */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"

enum { PROCESSES = 8, ROUNDS = 5 };

/* What a child tells. */
struct told {
	int rc; /* of pki_operation */
	struct pki_event ev;
};

/* One process: open the home, wait for the others, answer one message. */
static void one_process(
    const struct ca_home *h, struct span msg, int start, struct told *told)
{
	const struct pki_facts f = { .now = TEST_NOW, .remote = "" };
	struct ca *ca;
	struct buf reply = { 0 };
	char byte;

	if (ca_open(h->dir, NULL, &ca, NULL) != 0)
		_exit(1);
	if (read(start, &byte, 1) != 0) /* until the parent closes its end */
		_exit(1);
	told->rc = pki_operation(ca, &f, msg, &reply, &told->ev, NULL);
	ca_close(ca);
	_exit(0);
}

/* All messages at once, each in a process of its own */
static void all_at_once(
    const struct ca_home *h, const struct buf *msgs, struct told *told)
{
	int start[2], status;

	memset(told, 0, PROCESSES * sizeof(*told));
	cr_assert_eq(pipe(start), 0);
	for (int i = 0; i < PROCESSES; i++) {
		pid_t pid = fork();

		cr_assert(pid >= 0);
		if (pid == 0) {
			close(start[1]);
			one_process(h, buf_span(&msgs[i]), start[0], &told[i]);
		}
	}
	close(start[0]);
	close(start[1]);
	for (int i = 0; i < PROCESSES; i++) {
		cr_assert(wait(&status) > 0);
		cr_expect_eq(status, 0);
	}
}

static struct told *shared(void)
{
	struct told *t = mmap(NULL, PROCESSES * sizeof(*t),
	    PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	cr_assert_neq(t, MAP_FAILED);
	return t;
}

/* One challenge in PROCESSES requests: one certificate, and no error */
Test(parallel, one_challenge, .timeout = 60)
{
	struct told *told = shared();
	struct ca_home h;
	struct client c;
	struct buf msgs[PROCESSES] = { 0 };
	char challenge[CHALLENGE_TEXT_SIZE + 1], id[8];
	int granted, used;

	ca_home_make(&h, CA_RSA, "");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	for (int round = 0; round < ROUNDS; round++) {
		ca_home_challenge(&h, NULL, challenge);
		for (int i = 0; i < PROCESSES; i++) {
			snprintf(id, sizeof(id), "id%d", i);
			client_ask(&c, &h,
			    &(struct ask){
				.trans_id = id, .challenge = challenge },
			    &msgs[i]);
		}
		all_at_once(&h, msgs, told);
		granted = used = 0;
		for (int i = 0; i < PROCESSES; i++) {
			cr_expect_eq(told[i].rc, 0);
			granted += told[i].ev.refusal == REFUSE_NONE;
			used += told[i].ev.refusal == REFUSE_CHALLENGE_USED;
			buf_release(&msgs[i]);
		}
		cr_expect_eq(granted, 1, "round %d: %d", round, granted);
		cr_expect_eq(used, PROCESSES - 1);
	}
	cr_expect_eq(ca_home_certs(&h), ROUNDS);
	client_release(&c);
	ca_home_drop(&h);
}

/* One message PROCESSES times: one certificate, and everybody gets it (R145) */
Test(parallel, one_request, .timeout = 60)
{
	struct told *told = shared();
	struct ca_home h;
	struct client c;
	struct buf msgs[PROCESSES] = { 0 };
	char challenge[CHALLENGE_TEXT_SIZE + 1];
	int repeated = 0;

	ca_home_make(&h, CA_RSA, "");
	client_make(&c, "dev1", "rsa:2048", "CN=r1");
	ca_home_challenge(&h, NULL, challenge);
	for (int i = 0; i < PROCESSES; i++)
		client_ask(
		    &c, &h, &(struct ask){ .challenge = challenge }, &msgs[i]);
	all_at_once(&h, msgs, told);
	for (int i = 0; i < PROCESSES; i++) {
		cr_expect_eq(told[i].rc, 0);
		cr_expect_eq(told[i].ev.refusal, REFUSE_NONE, "%s",
		    refusal_entry(told[i].ev.refusal)->code);
		cr_expect_eq(told[i].ev.serial.n, told[0].ev.serial.n);
		cr_expect_arr_eq(told[i].ev.serial.b, told[0].ev.serial.b,
		    told[0].ev.serial.n);
		repeated += told[i].ev.repeated;
		buf_release(&msgs[i]);
	}
	cr_expect_eq(repeated, PROCESSES - 1);
	cr_expect_eq(ca_home_certs(&h), 1);
	client_release(&c);
	ca_home_drop(&h);
}
