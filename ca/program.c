#include "program.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
	ENV_TEXT_MAX = 64 * 1024,
	LINE_MAX_SHOWN = 120,
	TAKE_MAX = 16 * PROGRAM_OUT_MAX
};

/* Its process group; 0: none runs. */
static volatile pid_t running;

void program_abandon(void)
{
	if (running > 0)
		(void)kill(-running, SIGKILL);
}

/* ---- what it is told ---- */

static int put_value(struct buf *text, struct span value, struct err *e)
{
	char hex[5];
	struct span one;

	for (size_t i = 0; i < value.n; i++) {
		one = (struct span){ value.p + i, 1 };
		if (value.p[i] < ' ' || value.p[i] == 0x7f) {
			snprintf(hex, sizeof(hex), "\\x%02x", value.p[i]);
			one = span_str(hex);
		}
		if (buf_put(text, one, e) != 0)
			return -1;
	}
	return 0;
}

int program_fact(
    struct program_env *env, const char *name, struct span value, struct err *e)
{
	size_t before = env->text.n;

	if (env->n == PROGRAM_FACTS_MAX)
		return err_set(e, ERR_INPUT, "over %d facts for a program",
		    PROGRAM_FACTS_MAX);
	env->text.max = ENV_TEXT_MAX;
	if (buf_put(&env->text, span_str(name), e) != 0 ||
	    buf_put(&env->text, SPAN_LIT("="), e) != 0 ||
	    put_value(&env->text, value, e) != 0 ||
	    buf_put(&env->text, (struct span){ (const uint8_t *)"", 1 }, e) !=
		0) {
		buf_cut(&env->text, before);
		return -1;
	}
	env->at[env->n++] = before;
	return 0;
}

void program_env_release(struct program_env *env)
{
	buf_release(&env->text);
	*env = (struct program_env){ .n = 0 };
}

/* ---- may it be run? ---- */

int program_check(const char *path, struct err *e)
{
	struct stat st;

	if (stat(path, &st) != 0)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_PERM,
		    "%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(e, ERR_CONF, "%s: is no regular file", path);
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return err_set(e, ERR_PERM,
		    "%s: belongs to user id %ld, who could make another "
		    "program of it; run: chown root %s",
		    path, (long)st.st_uid, path);
	if ((st.st_mode & 022) != 0)
		return err_set(e, ERR_PERM,
		    "%s: mode %04o: others can change it; run: chmod go-w %s",
		    path, (unsigned)(st.st_mode & 07777), path);
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) != 0)
		return err_set(e, ERR_PERM,
		    "%s: user id %ld cannot execute it; run: chmod 0755 %s",
		    path, (long)geteuid(), path);
	return 0;
}

void program_first_line(struct span text, char *out, size_t size)
{
	size_t n = 0;

	for (; n < text.n && n + 1 < size && text.p[n] != '\n'; n++)
		out[n] = text.p[n] >= ' ' && text.p[n] < 0x7f ? (char)text.p[n]
							      : '?';
	while (n > 0 && (out[n - 1] == ' ' || out[n - 1] == '?'))
		n--; /* a carriage return, most likely */
	out[n] = '\0';
}

/* ---- the run ---- */

/* One that runs, and our ends of what it is connected to; -1: closed. */
struct run {
	const struct program_call *p;
	pid_t pid;
	int in, out[2], err[2], pidfd;
	struct buf said, complaint;
	bool too_long;
	struct timespec end;
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* Its input in memory: there is no pipe that it could leave us writing to. */
static int make_input(struct run *r, struct err *e)
{
	struct span s = r->p->in;
	ssize_t n;

	r->in = memfd_create("stdin", MFD_CLOEXEC);
	if (r->in < 0)
		return err_set(e, ERR_SYS, "memfd: %s", strerror(errno));
	for (; s.n > 0; s.p += n, s.n -= (size_t)n) {
		n = write(r->in, s.p, s.n);
		if (n <= 0)
			return err_set(
			    e, ERR_SYS, "memfd: %s", strerror(errno));
	}
	(void)lseek(r->in, 0, SEEK_SET);
	return 0;
}

static int make_pipes(struct run *r, struct err *e)
{
	if (pipe2(r->out, O_CLOEXEC) != 0 || pipe2(r->err, O_CLOEXEC) != 0)
		return err_set(e, ERR_SYS, "pipe: %s", strerror(errno));
	/* we read what is there; it may write as it likes */
	(void)fcntl(r->out[0], F_SETFL, O_NONBLOCK);
	(void)fcntl(r->err[0], F_SETFL, O_NONBLOCK);
	return 0;
}

/* Signals as they are by default, whatever a web server left us. */
static int set_attributes(posix_spawnattr_t *attr)
{
	sigset_t all, none;

	sigfillset(&all);
	sigemptyset(&none);
	if (posix_spawnattr_setflags(attr,
		POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
		    POSIX_SPAWN_SETSIGMASK) != 0 ||
	    posix_spawnattr_setpgroup(attr, 0) != 0 ||
	    posix_spawnattr_setsigdefault(attr, &all) != 0)
		return -1;
	return posix_spawnattr_setsigmask(attr, &none);
}

static int set_actions(const struct run *r, posix_spawn_file_actions_t *actions)
{
	if (posix_spawn_file_actions_adddup2(actions, r->in, 0) != 0 ||
	    posix_spawn_file_actions_adddup2(actions, r->out[1], 1) != 0 ||
	    posix_spawn_file_actions_adddup2(actions, r->err[1], 2) != 0 ||
	    posix_spawn_file_actions_addclosefrom_np(actions, 3) != 0)
		return -1;
	return posix_spawn_file_actions_addchdir_np(actions, "/");
}

static int spawn(struct run *r, struct err *e)
{
	const struct program_env *env = r->p->env;
	char *envp[PROGRAM_FACTS_MAX + 4] = { (char *)"PATH=/usr/bin:/bin",
		(char *)"TZ=UTC0", (char *)"LC_ALL=C" };
	char *argv[] = { (char *)r->p->path, NULL };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	pid_t pid = -1;
	int rc;

	for (size_t i = 0; i < env->n; i++)
		envp[3 + i] = (char *)env->text.p + env->at[i];
	if (posix_spawn_file_actions_init(&actions) != 0)
		return err_set(e, ERR_NOMEM, "no memory for a program");
	if (posix_spawnattr_init(&attr) != 0) {
		posix_spawn_file_actions_destroy(&actions);
		return err_set(e, ERR_NOMEM, "no memory for a program");
	}
	rc = set_attributes(&attr) != 0 || set_actions(r, &actions) != 0
	    ? ENOMEM
	    : posix_spawn(&pid, r->p->path, &actions, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	if (rc != 0)
		return err_set(e, ERR_SYS, "cannot be started: %s%s",
		    strerror(rc),
		    rc == ENOENT || rc == ENOEXEC
			? "; is the interpreter of its first line there?"
			: "");
	running = r->pid = pid;
	r->pidfd = pidfd_open(pid, 0);
	return r->pidfd >= 0
	    ? 0
	    : err_set(e, ERR_SYS, "pidfd_open: %s", strerror(errno));
}

static int left_ms(const struct run *r)
{
	struct timespec now;
	int64_t ms;

	clock_gettime(CLOCK_MONOTONIC, &now);
	ms = (r->end.tv_sec - now.tv_sec) * 1000 +
	    (r->end.tv_nsec - now.tv_nsec) / 1000000;
	return ms < 0 ? 0 : (int)ms;
}

/*
 * Take what is there; close at the end.  More than *to may hold is dropped.  At
 * most TAKE_MAX at a time, more than its output may be: who writes faster than
 * we read must not keep us from looking at the clock.
 */
static int take(int *fd, struct buf *to, bool *too_long, struct err *e)
{
	uint8_t chunk[1024];
	ssize_t n = 1;
	size_t room;

	for (size_t all = 0; all < TAKE_MAX; all += (size_t)n) {
		n = read(*fd, chunk, sizeof(chunk));
		if (n <= 0)
			break;
		room = to->max - to->n;
		if ((size_t)n > room && too_long != NULL) {
			*too_long = true;
			return 0;
		}
		if ((size_t)n < room)
			room = (size_t)n;
		if (buf_put(to, (struct span){ chunk, room }, e) != 0)
			return -1;
	}
	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		close_fd(fd);
	return 0;
}

/* Until it has ended, or has to be. */
static int follow(struct run *r, struct err *e)
{
	struct pollfd fds[3];
	int n = 0;

	do {
		fds[0] = (struct pollfd){ r->out[0], POLLIN, 0 };
		fds[1] = (struct pollfd){ r->err[0], POLLIN, 0 };
		fds[2] = (struct pollfd){ r->pidfd, POLLIN, 0 };
		n = poll(fds, 3, left_ms(r));
		if (n < 0 && errno != EINTR)
			return err_set(e, ERR_SYS, "poll: %s", strerror(errno));
		if (n < 0)
			continue;
		if (r->out[0] >= 0 &&
		    take(&r->out[0], &r->said, &r->too_long, e) != 0)
			return -1;
		if (r->err[0] >= 0 &&
		    take(&r->err[0], &r->complaint, NULL, e) != 0)
			return -1;
		if (r->too_long)
			return err_set(e, ERR_SYS,
			    "wrote over %d bytes to its standard output",
			    PROGRAM_OUT_MAX);
		if (fds[2].revents != 0)
			return 0;
	} while (n != 0 && left_ms(r) > 0);
	return err_set(e, ERR_SYS, "did not end within %lld seconds",
	    (long long)r->p->timeout);
}

/* Kill what is left of its group, and let go of it. */
static int reap(struct run *r, int *how)
{
	pid_t got;

	(void)kill(-r->pid, SIGKILL);
	do
		got = waitpid(r->pid, how, 0);
	while (got < 0 && errno == EINTR);
	running = 0;
	return got == r->pid ? 0 : -1;
}

static int run(struct run *r, int *status, struct err *e)
{
	int rc = -1, how = 0;

	clock_gettime(CLOCK_MONOTONIC, &r->end);
	r->end.tv_sec += r->p->timeout;
	if (make_input(r, e) != 0 || make_pipes(r, e) != 0)
		return -1;
	if (spawn(r, e) == 0) {
		close_fd(&r->out[1]);
		close_fd(&r->err[1]);
		rc = follow(r, e);
	}
	if (r->pid > 0 && reap(r, &how) != 0 && rc == 0)
		rc = err_set(e, ERR_SYS, "waitpid: %s", strerror(errno));
	if (rc != 0)
		return -1;
	if (!WIFEXITED(how))
		return err_set(e, ERR_SYS, "was ended by signal %d (%s)",
		    WTERMSIG(how), strsignal(WTERMSIG(how)));
	*status = WEXITSTATUS(how);
	return 0;
}

/* The error, with the program's own words behind it. */
static void complain(const struct run *r, struct err *e)
{
	char line[LINE_MAX_SHOWN + 1];
	struct err why = *e;

	program_first_line(buf_span(&r->complaint), line, sizeof(line));
	err_set(e, why.kind, "%s: %.200s%s%s", r->p->path, why.text,
	    line[0] != '\0' ? "; it said: " : "", line);
}

int program_run(
    const struct program_call *p, struct buf *out, int *status, struct err *e)
{
	struct run r = {
		.p = p,
		.in = -1,
		.out = { -1, -1 },
		.err = { -1, -1 },
		.pidfd = -1,
		.said.max = PROGRAM_OUT_MAX,
		.complaint.max = PROGRAM_COMPLAINT_MAX,
	};
	/* fcgiwrap ignores it, which would take the exit status from us */
	struct sigaction usual = { .sa_handler = SIG_DFL }, before;
	struct err why = { 0 };
	int rc;

	if (program_check(p->path, e) != 0)
		return -1;
	sigemptyset(&usual.sa_mask);
	(void)sigaction(SIGCHLD, &usual, &before);
	rc = run(&r, status, &why);
	(void)sigaction(SIGCHLD, &before, NULL);
	if (rc == 0)
		rc = buf_put(out, buf_span(&r.said), &why);
	if (rc != 0) {
		complain(&r, &why);
		err_set(e, why.kind, "%s", why.text);
	}
	close_fd(&r.in);
	close_fd(&r.out[0]);
	close_fd(&r.out[1]);
	close_fd(&r.err[0]);
	close_fd(&r.err[1]);
	close_fd(&r.pidfd);
	buf_release(&r.said);
	buf_release(&r.complaint);
	return rc;
}
