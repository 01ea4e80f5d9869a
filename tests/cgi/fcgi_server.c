#include "fcgi_server.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

/* Where a path of a socket is short enough. */
static int listen_in(struct fcgi_server *s)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	strcpy(s->dir, "/tmp/scepca-fcgi.XXXXXX");
	cr_assert_not_null(mkdtemp(s->dir));
	cr_assert_eq(chmod(s->dir, 0755), 0);
	snprintf(s->socket, sizeof(s->socket), "%s/socket", s->dir);
	strcpy(a.sun_path, s->socket);
	cr_assert_eq(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	cr_assert_eq(chmod(s->socket, 0666), 0);
	cr_assert_eq(listen(fd, 128), 0);
	return fd;
}

/* What cgi_start runs: it passes its environment on. */
static void write_proxy(struct fcgi_server *s, const char *cgi_fcgi)
{
	FILE *f;

	snprintf(s->proxy, sizeof(s->proxy), "%s/proxy", s->dir);
	f = fopen(s->proxy, "w");
	cr_assert_not_null(f);
	fprintf(
	    f, "#!/bin/sh\nexec %s -bind -connect %s\n", cgi_fcgi, s->socket);
	fclose(f);
	cr_assert_eq(chmod(s->proxy, 0755), 0);
}

bool fcgi_server_start(
    struct fcgi_server *s, const char *workers, const char *home)
{
	const char *cgi_fcgi = getenv("CGI_FCGI"), *exe = getenv("CGI_EXE");
	char workers_var[64], home_var[300];
	char *env[3] = { NULL };
	int fd, n = 0;

	if (cgi_fcgi == NULL)
		return false;
	cr_assert_not_null(exe, "CGI_EXE is not set: run by meson test");
	fd = listen_in(s);
	write_proxy(s, cgi_fcgi);
	s->log = memfd_create("log", MFD_CLOEXEC);
	if (workers != NULL) {
		snprintf(workers_var, sizeof(workers_var), "SCEPCA_WORKERS=%s",
		    workers);
		env[n++] = workers_var;
	}
	if (home != NULL) {
		snprintf(home_var, sizeof(home_var), "SCEPCA_HOME=%s", home);
		env[n++] = home_var;
	}
	s->pid = fork();
	cr_assert_geq(s->pid, 0);
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM); /* a test that fails */
		dup2(fd, STDIN_FILENO);
		dup2(s->log, STDERR_FILENO);
		execle(exe, exe, (char *)NULL, env);
		_exit(127);
	}
	close(fd);
	snprintf(s->exe, sizeof(s->exe), "%s", exe);
	setenv("CGI_EXE", s->proxy, 1);
	return true;
}

/* A worker that a sanitizer has ended is replaced, and nobody would know. */
static void expect_no_report(const struct fcgi_server *s)
{
	struct buf log = { 0 };

	fcgi_log(s, &log);
	cr_expect_not(cgi_has(buf_span(&log), SPAN_LIT("Sanitizer")), "%.*s",
	    (int)log.n, (const char *)log.p);
	buf_release(&log);
}

int fcgi_server_end(struct fcgi_server *s)
{
	int status = 0, tenths = 100;
	pid_t ended;

	while ((ended = waitpid(s->pid, &status, WNOHANG)) == 0 && tenths-- > 0)
		usleep(100000);
	cr_assert_eq(ended, s->pid, "the server does not end");
	expect_no_report(s);
	unlink(s->socket);
	unlink(s->proxy);
	rmdir(s->dir);
	setenv("CGI_EXE", s->exe, 1);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int fcgi_server_stop(struct fcgi_server *s)
{
	kill(s->pid, SIGTERM);
	return fcgi_server_end(s);
}

size_t fcgi_workers(const struct fcgi_server *s, pid_t *pid, size_t max)
{
	char path[64];
	size_t n = 0;
	long one;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/task/%ld/children",
	    (long)s->pid, (long)s->pid);
	f = fopen(path, "r");
	cr_assert_not_null(f, "%s", path);
	while (n < max && fscanf(f, "%ld", &one) == 1)
		pid[n++] = (pid_t)one;
	fclose(f);
	return n;
}

void fcgi_log(const struct fcgi_server *s, struct buf *text)
{
	uint8_t chunk[4096];
	ssize_t n;

	for (off_t at = 0; (n = pread(s->log, chunk, sizeof(chunk), at)) > 0;
	     at += n)
		cr_assert_eq(
		    buf_put(text, (struct span){ chunk, (size_t)n }, NULL), 0);
}
