/*
 * main.c - pkiclient.exe: the environment and stdin in, one reply out.
 *
 * What is not done here: looking at argv, which mod_cgid fills with a query
 * that has no '=' in it (CVE-2012-1823 lived on that).
 */
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "audit.h"
#include "body.h"
#include "cgi_env.h"
#include "log.h"
#include "op.h"
#include "program.h"
#include "reply.h"
#include "service_log.h"
#include "warm.h"

/* GnuTLS wakes up when an operation needs it: serve.c. */
GNUTLS_SKIP_GLOBAL_INIT

enum { WALL_SECONDS = 30, CPU_SECONDS = 10 };

/* Bytes; four times a store of a million certificates. */
#define FILE_SIZE_MAX ((rlim_t)32 << 30)

static struct buf last_words;

/* How many processes its user may have, as we found it. */
static struct rlimit processes;

/* T-44: nothing that we open may become stdout, and nothing leaks in. */
static void take_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		_exit(EXIT_FAILURE);
	close_range(STDERR_FILENO + 1, ~0U, 0);
}

/* Async-signal-safe: a line for the log, and gone.  The store recovers. */
static void give_up(int sig)
{
	ssize_t n = write(STDERR_FILENO, last_words.p, last_words.n);

	(void)sig;
	(void)n;
	program_abandon();
	_exit(EXIT_FAILURE);
}

/* T-32, T-45, T-47.  Each is a second wall: none is worth not answering for. */
static void limit_process(void)
{
	static const struct {
		int resource;
		rlim_t soft, hard;
	} limits[] = {
		{ RLIMIT_CORE, 0, 0 },
		{ RLIMIT_CPU, CPU_SECONDS, 2 * CPU_SECONDS },
		{ RLIMIT_FSIZE, FILE_SIZE_MAX, FILE_SIZE_MAX },
	};

	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		(void)setrlimit(limits[i].resource,
		    &(struct rlimit){ limits[i].soft, limits[i].hard });
	if (getrlimit(RLIMIT_NPROC, &processes) == 0)
		(void)setrlimit(
		    RLIMIT_NPROC, &(struct rlimit){ 0, processes.rlim_max });
	(void)prctl(PR_SET_DUMPABLE, 0);
	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	umask(077);
}

/*
 * No byte of the request has been looked into yet.  Whoever takes this process
 * over can start no other, except where ca.conf wants programs started.
 */
static void limit_processes(const struct ca *ca)
{
	bool programs = ca != NULL &&
	    (ca->conf.notify[0] != '\0' ||
		ca->conf.endpoint.authorise[0] != '\0');

	(void)setrlimit(
	    RLIMIT_NPROC, programs ? &processes : &(struct rlimit){ 0, 0 });
}

/* fcgiwrap never ends a program that hangs, so this one ends itself. */
static void set_deadline(const struct request *q)
{
	struct sigaction act = { .sa_handler = give_up };
	char why[64];

	log_begin(&last_words, q->now, q->id, q->remote);
	snprintf(why, sizeof(why), "gave up: over %d s, or %d s of CPU time",
	    WALL_SECONDS, CPU_SECONDS);
	log_field_text(&last_words, "error", why);
	log_end(&last_words);
	sigemptyset(&act.sa_mask);
	sigaction(SIGALRM, &act, NULL);
	sigaction(SIGXCPU, &act, NULL);
	act.sa_handler = SIG_IGN; /* a write that fails says so itself */
	sigaction(SIGPIPE, &act, NULL);
	sigaction(SIGXFSZ, &act, NULL);
	alarm(WALL_SECONDS);
}

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

static int open_ca(const struct cgi_env *env, struct ca **ca, struct err *e)
{
	if (env->home == NULL)
		return err_set(e, ERR_CONF,
		    "SCEPCA_HOME is not set; the web server has to set it to "
		    "the directory of the CA, see pkiclient.exe(8)");
	return ca_open(env->home, env->endpoint, ca, e);
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
 * In a process of its own, for a web server waits for this one, and ends it
 * when it does not end: Apache after three seconds.  The keys are gone by now.
 */
static void give_notice(const char *home, const struct conf *conf,
    const struct notice *notice, int null)
{
	char path[HOME_PATH_MAX];

	/*
	 * A stranger can be refused as often as he likes: of these one is told
	 * at a time.  The descriptor, and with it the lock, is the child's.
	 */
	if (notice->event == NOTICE_REFUSED) {
		int fd = home_path(home, HOME_CONF, path, NULL) == 0
		    ? open(path, O_RDONLY | O_CLOEXEC)
		    : -1;

		if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
			return;
	}
	if (fork() != 0)
		return;
	dup2(null, STDIN_FILENO);
	(void)setsid();
	alarm((unsigned)conf->notify_timeout + 5);
	_exit(
	    notice_give(conf, notice, NULL) == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

/*
 * The client has its answer and need not wait for what comes now.  Closes `ca`.
 */
static void after_reply(
    struct ca *ca, const struct request *q, const struct reply *r)
{
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) { /* fcgiwrap waits for the end of both */
		dup2(fd, STDOUT_FILENO);
		dup2(fd, STDERR_FILENO);
	}
	if (ca != NULL && r->has_transaction)
		(void)service_log_append(ca->home, buf_span(&r->log), NULL);
	if (r->has_delivered && ca != NULL && ca->store != NULL)
		(void)audit_note_delivered(
		    ca, &r->delivered, q->remote, q->now, NULL);
	if (ca != NULL && r->notice.event != NOTICE_NONE && fd >= 0) {
		static struct conf conf;
		char home[HOME_PATH_MAX];

		conf = ca->conf;
		memcpy(home, ca->home, sizeof(home));
		ca_close(ca);
		give_notice(home, &conf, &r->notice, fd);
	} else {
		ca_close(ca);
	}
}

static int answer(const struct cgi_env *env, struct request *q)
{
	struct body body = { 0 };
	struct ca *ca = NULL;
	struct reply r;
	struct err e;
	int rc;

	if ((env->has_body &&
		body_read(STDIN_FILENO, env->content_length, BODY_MAX, &body,
		    &e) != 0) ||
	    open_ca(env, &ca, &e) != 0) {
		limit_processes(NULL);
		serve_fault(q, &e, &r);
	} else {
		ca->one_request = true;
		limit_processes(ca);
		q->body = buf_span(&body.bytes);
		q->body_too_long = body.too_long;
		q->body_short = body.is_short;
		serve(ca, q, &r);
	}
	if (r.delay_ms != 0)
		hold_back(env->home, r.delay_ms);
	rc = reply_write(STDOUT_FILENO, &r, &e);
	if (rc != 0)
		log_field_text(&r.log, "lost", e.text);
	if (r.notice.event != NOTICE_NONE &&
	    program_check(ca->conf.notify, &e) != 0)
		log_field_put(&r.log, "notify", span_str(e.text));
	log_end(&r.log);
	log_write(STDERR_FILENO, &r.log);
	r.has_delivered = r.has_delivered && rc == 0;
	after_reply(ca, q, &r);
	reply_release(&r);
	body_release(&body);
	return rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

static const char usage[] =
    "pkiclient.exe is the CGI program of a SCEP server: a web server runs it.\n"
    "By hand: SCEPCA_HOME=/path REQUEST_METHOD=GET \\\n"
    "\tQUERY_STRING=operation=GetCACaps pkiclient.exe\n"
    "See pkiclient.exe(8); the operator's tool is scepca(1).\n";

int main(void)
{
	struct request q = { .now = (int64_t)time(NULL) };
	struct cgi_env env;
	char id[17];

	warm_up();
	take_descriptors();
	cgi_env_read(&env);
	if (env.method == NULL) {
		fputs(usage, stderr);
		return 2;
	}
	make_id(id);
	q.id = id;
	q.method = method_of(env.method);
	q.query = span_str(env.query);
	q.remote = env.remote;
	limit_process();
	set_deadline(&q);
	/* Not exit(): the destructors of libraries cost time and do nothing. */
	_exit(answer(&env, &q));
}
