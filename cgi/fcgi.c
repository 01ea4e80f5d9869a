/*
 * A worker ends after a number of requests, or when it has grown: what a
 * library loses with each, and Berkeley DB with each recovery, stays bounded.
 */
#include "fcgi.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "body.h"
#include "process.h"
#include "workers.h"

enum {
	WORKERS = 4,
	REQUESTS_MAX = 10000,
	GROWTH_MAX_KIB = 64 << 10,
	GRACE_MS = 100, /* for an idle connection while others wait */
};

/* How long a web server has to close its end, before what is done behind. */
static const char close_poll_ms[] = "100";

/* What a request does not say. */
struct fallback {
	const char *home, *endpoint; /* NULL: not set */
};

struct source {
	FCGX_Request *request;
	const struct fallback *fallback;
};

bool fcgi_listens(int fd)
{
	int yes = 0;
	socklen_t n = sizeof(yes);

	return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &yes, &n) == 0 &&
	    yes != 0;
}

static const char *param(void *arg, const char *name)
{
	const struct source *s = arg;
	const char *value = FCGX_GetParam(name, s->request->envp);

	if (value != NULL)
		return value;
	if (strcmp(name, "SCEPCA_HOME") == 0)
		return s->fallback->home;
	return strcmp(name, "SCEPCA_ENDPOINT") == 0 ? s->fallback->endpoint
						    : NULL;
}

static ssize_t read_some(void *arg, uint8_t *p, size_t n)
{
	FCGX_Request *r = arg;
	int got = FCGX_GetStr((char *)p, (int)n, r->in);

	if (got == 0 && FCGX_GetError(r->in) != 0) {
		errno = EIO;
		return -1;
	}
	return got;
}

static int put(FCGX_Stream *out, struct span s)
{
	while (s.n != 0) {
		int n = s.n < INT32_MAX ? (int)s.n : INT32_MAX;

		if (FCGX_PutStr((const char *)s.p, n, out) != n)
			return -1;
		s.p += n;
		s.n -= (size_t)n;
	}
	return 0;
}

static int write_all(
    void *arg, struct span head, struct span body, struct err *e)
{
	FCGX_Request *r = arg;

	if (put(r->out, head) == 0 && put(r->out, body) == 0 &&
	    FCGX_FFlush(r->out) == 0)
		return 0;
	return err_set(e, ERR_SYS, "reply: the web server has gone");
}

/*
 * On a connection that is kept, what is left of this request would be taken for
 * the next one: at least the record that ends the body.
 */
static void drain(FCGX_Request *r)
{
	char rest[4096];
	size_t n = 0;
	int got;

	do {
		got = FCGX_GetStr(rest, sizeof(rest), r->in);
		n += (size_t)got;
	} while (got == (int)sizeof(rest) && n < BODY_DRAIN_MAX);
	if (got == (int)sizeof(rest))
		r->keepConnection = 0;
}

static void done(void *arg)
{
	FCGX_Request *r = arg;

	if (r->keepConnection)
		drain(r);
	FCGX_Finish_r(r);
}

static void serve_request(
    struct ca **ca, FCGX_Request *r, const struct fallback *fallback)
{
	struct source s = { r, fallback };
	struct gateway g = { read_some, write_all, done, r };
	struct cgi_env env;

	cgi_env_read(&env, param, &s);
	if (env.method == NULL)
		env.method = "";
	(void)answer(ca, &env, &g, false);
}

/* The most memory that it has had so far, in KiB. */
static long memory(void)
{
	struct rusage used;

	return getrusage(RUSAGE_SELF, &used) == 0 ? used.ru_maxrss : 0;
}

/*
 * SIGTERM waits, for libfcgi takes an interrupted read for the end of a
 * request: a descriptor tells of it.  -1: it does not.
 */
static int set_up_signals(void)
{
	sigset_t term;

	(void)signal(SIGINT, SIG_IGN);	/* a terminal's; SIGTERM comes, too */
	(void)signal(SIGUSR1, SIG_IGN); /* libfcgi's */
	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	return signalfd(-1, &term, SFD_CLOEXEC);
}

/*
 * Wait for the next request: on the connection that the web server keeps open,
 * if it does, or on a new one.  Who waits on a new one has to be served, too,
 * so a connection that stays idle then is closed.  False: SIGTERM.
 */
static bool wait_for_request(FCGX_Request *r, int signals)
{
	enum { TERM, NEW, KEPT };
	struct pollfd fds[] = {
		[TERM] = { .fd = signals, .events = POLLIN },
		[NEW] = { .fd = STDIN_FILENO, .events = POLLIN },
		[KEPT] = { .fd = r->ipcFd, .events = POLLIN }, /* or -1 */
	};

	while (poll(fds, 3, -1) < 0)
		continue;
	if (r->ipcFd >= 0 && fds[KEPT].revents == 0 &&
	    poll(&fds[KEPT], 1, GRACE_MS) == 0)
		FCGX_Free(r, 1);
	return fds[TERM].revents == 0;
}

/*
 * A web server that connects and says nothing, or half of it, is not waited
 * for.  0: there is a request; -EAGAIN: another worker was faster.
 */
static int accept_request(FCGX_Request *r)
{
	int rc;

	process_deadline((int64_t)time(NULL), NULL, "");
	rc = FCGX_Accept_r(r);
	if (rc != 0)
		process_on_time();
	if (rc != 0 && rc != -EAGAIN)
		fprintf(stderr, "scepca: accept: %s\n", strerror(-rc));
	return rc;
}

static int work(void *arg)
{
	const struct fallback *fallback = arg;
	struct ca *ca = NULL;
	FCGX_Request r;
	int signals, served = 0, rc = 0;
	long most = memory() + GROWTH_MAX_KIB;

	process_limit(false);
	if (FCGX_Init() != 0 || FCGX_InitRequest(&r, STDIN_FILENO, 0) != 0 ||
	    (signals = set_up_signals()) < 0)
		return EXIT_FAILURE;
	while (served < REQUESTS_MAX && memory() <= most &&
	    wait_for_request(&r, signals)) {
		if ((rc = accept_request(&r)) == -EAGAIN)
			continue;
		if (rc != 0)
			break;
		serve_request(&ca, &r, fallback);
		served++;
		while (waitpid(-1, NULL, WNOHANG) > 0)
			continue; /* a notice was given */
	}
	FCGX_Free(&r, 1);
	ca_close(ca);
	return rc == 0 || rc == -EAGAIN ? EXIT_SUCCESS : EXIT_FAILURE;
}

static unsigned count_workers(const char *text)
{
	char *end;
	unsigned long n;

	if (text == NULL || *text == '\0')
		return WORKERS;
	n = strtoul(text, &end, 10);
	return *end == '\0' && n <= WORKERS_MAX ? (unsigned)n : 0;
}

/* Whoever can connect chooses the home: that is for file modes to restrict. */
static bool is_local(int fd)
{
	struct sockaddr_storage a = { .ss_family = AF_UNSPEC };
	socklen_t n = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &n) == 0 &&
	    a.ss_family == AF_UNIX;
}

int fcgi_serve(void)
{
	struct fallback fallback = { getenv("SCEPCA_HOME"),
		getenv("SCEPCA_ENDPOINT") };
	unsigned n = count_workers(getenv("SCEPCA_WORKERS"));

	if (n == 0) {
		fprintf(stderr,
		    "scepca: SCEPCA_WORKERS is no number from 1 to %d\n",
		    WORKERS_MAX);
		return 2;
	}
	if (!is_local(STDIN_FILENO)) {
		fprintf(stderr,
		    "scepca: the socket on stdin is one of the network, which "
		    "anybody may connect to; want a path (spawn-fcgi -s)\n");
		return 2;
	}
	cgi_env_clear();
	setenv("LIBFCGI_OS_CLOSE_POLL_TIMEOUT", close_poll_ms, 1);
	/* a worker that comes too late does not wait in accept(2) */
	if (fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK) != 0) {
		perror("scepca: the socket on stdin");
		return EXIT_FAILURE;
	}
	return workers_run(n, work, &fallback);
}
