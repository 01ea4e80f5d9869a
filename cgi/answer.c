#include "answer.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"
#include "body.h"
#include "log.h"
#include "process.h"
#include "program.h"
#include "reply.h"
#include "service_log.h"

/* Octets; an address of IPv6 with a zone has some 60. */
enum { REMOTE_MAX = 128 };

static enum http_method method_of(const char *name)
{
	if (strcmp(name, "GET") == 0)
		return HTTP_GET;
	if (strcmp(name, "POST") == 0)
		return HTTP_POST;
	return strcmp(name, "HEAD") == 0 ? HTTP_HEAD : HTTP_OTHER;
}

/* Random, so that a client's complaint finds its line in the log. */
static void make_id(char id[17])
{
	uint64_t r = 0;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) < 0)
		r = 0; /* early in a boot; the log has the time, too */
	snprintf(id, 17, "%016llx", (unsigned long long)r);
}

/* Have the CA of this request open, as its files are now. */
static int turn_to_ca(
    struct ca **ca, const struct cgi_env *env, bool last, struct err *e)
{
	if (env->home == NULL)
		return err_set(e, ERR_CONF,
		    "SCEPCA_HOME is not set; the web server has to set it to "
		    "the directory of the CA, see pkiclient.exe(8)");
	if (*ca != NULL && strcmp((*ca)->home, env->home) != 0) {
		ca_close(*ca);
		*ca = NULL;
	}
	if (*ca != NULL)
		return ca_turn(*ca, env->endpoint, e);
	if (ca_open(env->home, env->endpoint, ca, e) != 0)
		return -1;
	(*ca)->one_request = last;
	return 0;
}

static bool wants_programs(const struct ca *ca)
{
	return ca->conf.notify[0] != '\0' ||
	    ca->conf.endpoint.authorise[0] != '\0';
}

/*
 * Whoever guesses waits for his answer, but he does not keep the workers of
 * the web server from others: of the processes of a CA one sleeps at a time,
 * and the rest answer at once (security.md T-12).
 */
static void hold_back(const char *home, unsigned ms)
{
	struct timespec t = { .tv_sec = ms / 1000,
		.tv_nsec = (long)(ms % 1000) * 1000000 };
	int fd = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		(void)nanosleep(&t, NULL);
	close(fd);
}

/*
 * In a process of its own, which when the program starts has no key, and no
 * descriptor but the lock, if there is one.
 */
static _Noreturn void give_and_exit(
    struct ca *ca, const struct notice *notice, int lock)
{
	static struct conf conf;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int last = STDERR_FILENO;

	conf = ca->conf;
	ca_close(ca);
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		dup2(null, fd);
	if (lock >= 0)
		last = dup2(lock, STDERR_FILENO + 1);
	close_range((unsigned)last + 1, ~0U, 0);
	process_as_usual();
	(void)setsid();
	alarm((unsigned)conf.notify_timeout + 5);
	_exit(notice_give(&conf, notice, NULL) == 0 ? EXIT_SUCCESS
						    : EXIT_FAILURE);
}

/*
 * A web server waits for this process, and ends it when it does not end: Apache
 * after three seconds.
 */
static void give_notice(struct ca *ca, const struct notice *notice)
{
	char path[HOME_PATH_MAX];
	int lock = -1;

	/*
	 * A stranger can be refused as often as he likes: of these one is told
	 * at a time.  The lock is the child's, too.
	 */
	if (notice->event == NOTICE_REFUSED) {
		if (home_path(ca->home, HOME_CONF, path, NULL) == 0)
			lock = open(path, O_RDONLY | O_CLOEXEC);
		if (lock < 0)
			return;
	}
	if ((lock < 0 || flock(lock, LOCK_EX | LOCK_NB) == 0) && fork() == 0)
		give_and_exit(ca, notice, lock);
	if (lock >= 0)
		close(lock);
}

/* The client has its answer and need not wait for what comes now. */
static void after_reply(
    struct ca *ca, const struct request *q, const struct reply *r)
{
	if (ca == NULL)
		return;
	if (r->has_transaction)
		(void)service_log_append(ca->home, buf_span(&r->log), NULL);
	if (r->has_delivered && ca->store != NULL)
		(void)audit_note_delivered(
		    ca, &r->delivered, q->remote, q->now, NULL);
	audit_drain_due(ca);
	if (r->notice.event != NOTICE_NONE)
		give_notice(ca, &r->notice);
}

static int send_reply(const struct ca *ca, const struct cgi_env *env,
    const struct gateway *g, struct reply *r)
{
	struct err e;
	int rc;

	if (r->delay_ms != 0)
		hold_back(env->home, r->delay_ms);
	rc = reply_write(g, r, &e);
	if (rc != 0)
		log_field_text(&r->log, "lost", e.text);
	if (r->notice.event != NOTICE_NONE &&
	    program_check(ca->conf.notify, &e) != 0)
		log_field_put(&r->log, "notify", span_str(e.text));
	log_end(&r->log);
	log_write(STDERR_FILENO, &r->log);
	r->has_delivered = r->has_delivered && rc == 0;
	return rc;
}

int answer(struct ca **ca, const struct cgi_env *env, const struct gateway *g,
    bool last)
{
	struct body body = { 0 };
	struct reply r;
	struct err e;
	char id[17], remote[REMOTE_MAX]; /* for after g->done() */
	struct request q = {
		.method = method_of(env->method),
		.query = span_str(env->query),
		.remote = remote,
		.id = id,
		.now = (int64_t)time(NULL),
	};
	struct ca *its = NULL; /* *ca, if it can be asked */
	int rc;

	make_id(id);
	snprintf(remote, sizeof(remote), "%s", env->remote);
	process_deadline(q.now, id, remote);
	if ((env->has_body &&
		body_read(g, env->content_length, BODY_MAX, &body, &e) != 0) ||
	    turn_to_ca(ca, env, last, &e) != 0) {
		process_programs(false);
		serve_fault(&q, &e, &r);
	} else {
		its = *ca;
		process_programs(wants_programs(its));
		q.body = buf_span(&body.bytes);
		q.body_too_long = body.too_long;
		q.body_short = body.is_short;
		serve(its, &q, &r);
	}
	rc = send_reply(its, env, g, &r);
	g->done(g->arg);
	after_reply(its, &q, &r);
	reply_release(&r);
	body_release(&body);
	process_programs(false);
	process_on_time();
	return rc;
}
