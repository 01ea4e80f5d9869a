#include "run_cgi.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <criterion/criterion.h>

enum { OUT_MAX = 64 << 20 }; /* bytes; a CRL may be long */

static int file_of(struct span s)
{
	int fd = memfd_create("cgi", MFD_CLOEXEC);

	cr_assert(fd >= 0);
	for (ssize_t n; s.n != 0; s.p += n, s.n -= (size_t)n)
		cr_assert((n = write(fd, s.p, s.n)) > 0);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void set_descriptors(const int fds[3], unsigned closed)
{
	for (int n = 0; n < 3; n++) {
		if (closed & 1U << n)
			close(n);
		else if (dup2(fds[n], n) != n)
			_exit(126);
	}
}

void cgi_start(const struct cgi_call *c, struct cgi_process *r)
{
	const char *exe = getenv("CGI_EXE");
	char *argv[6] = { (char *)exe };
	struct span nothing = { NULL, 0 };
	int in = c->in != 0 ? c->in : file_of(c->body);
	int fds[3] = { in, c->out, -1 };

	cr_assert_not_null(exe, "CGI_EXE is not set: run by meson test");
	for (size_t n = 0; n < 4 && c->argv[n] != NULL; n++)
		argv[n + 1] = (char *)c->argv[n];
	r->out = c->out != 0 ? -1 : file_of(nothing);
	r->log = file_of(nothing);
	if (c->out == 0)
		fds[1] = r->out;
	fds[2] = r->log;
	r->pid = fork();
	cr_assert(r->pid >= 0);
	if (r->pid == 0) {
		set_descriptors(fds, c->closed);
		execve(exe, argv, (char **)c->env);
		_exit(127);
	}
	if (c->in == 0)
		close(in);
}

static void read_file(int fd, struct buf *out)
{
	uint8_t chunk[4096];
	ssize_t n;

	for (off_t at = 0; (n = pread(fd, chunk, sizeof(chunk), at)) > 0;
	     at += n)
		cr_assert_eq(
		    buf_put(out, (struct span){ chunk, (size_t)n }, NULL), 0);
	close(fd);
}

/* Head, body and status, if the reply is whole. */
static void split_reply(struct cgi_done *d)
{
	const uint8_t *end =
	    d->out.n != 0 ? memmem(d->out.p, d->out.n, "\r\n\r\n", 4) : NULL;
	struct span length;
	char number[16] = "";

	if (end == NULL)
		return;
	d->head = (struct span){ d->out.p, (size_t)(end - d->out.p) + 2 };
	d->body = (struct span){ end + 4, d->out.n - d->head.n - 2 };
	length = cgi_header(d, "Content-Length");
	if (length.n == 0 || length.n >= sizeof(number))
		return;
	memcpy(number, length.p, length.n);
	d->whole = strtoul(number, NULL, 10) == d->body.n;
	d->status = atoi((const char *)cgi_header(d, "Status").p);
}

void cgi_finish(struct cgi_process *r, struct cgi_done *d)
{
	struct rusage ru;
	int how;

	*d = (struct cgi_done){ .exit_code = -1, .out.max = OUT_MAX };
	cr_assert_eq(wait4(r->pid, &how, 0, &ru), r->pid);
	if (WIFEXITED(how))
		d->exit_code = WEXITSTATUS(how);
	d->cpu_ms = (double)(ru.ru_utime.tv_sec + ru.ru_stime.tv_sec) * 1e3 +
	    (double)(ru.ru_utime.tv_usec + ru.ru_stime.tv_usec) / 1e3;
	d->max_rss_kb = ru.ru_maxrss;
	if (r->out >= 0)
		read_file(r->out, &d->out);
	read_file(r->log, &d->log);
	split_reply(d);
}

void cgi_release(struct cgi_done *d)
{
	buf_release(&d->out);
	buf_release(&d->log);
}

void cgi_run(const struct cgi_call *c, struct cgi_done *d)
{
	struct cgi_process r;

	cgi_start(c, &r);
	cgi_finish(&r, d);
}

static void call_home(const char *home, const char *method, const char *query,
    const char *length, struct span body, struct cgi_done *d)
{
	char home_var[1100];
	struct cgi_call c = {
		.env = { home_var, method, query, "REMOTE_ADDR=192.0.2.7",
		    length },
		.body = body,
	};

	snprintf(home_var, sizeof(home_var), "SCEPCA_HOME=%s", home);
	cgi_run(&c, d);
}

void cgi_get(const char *home, const char *query, struct cgi_done *d)
{
	char *query_var = NULL;

	cr_assert(asprintf(&query_var, "QUERY_STRING=%s", query) > 0);
	call_home(home, "REQUEST_METHOD=GET", query_var, NULL,
	    (struct span){ NULL, 0 }, d);
	free(query_var);
}

void cgi_post(const char *home, struct span body, struct cgi_done *d)
{
	char length[40];

	snprintf(length, sizeof(length), "CONTENT_LENGTH=%zu", body.n);
	call_home(home, "REQUEST_METHOD=POST",
	    "QUERY_STRING=operation=PKIOperation", length, body, d);
}

struct span cgi_header(const struct cgi_done *d, const char *name)
{
	struct span found = { (const uint8_t *)"", 0 };
	const char *line = (const char *)d->head.p, *end, *eol;
	size_t n = strlen(name);
	unsigned times = 0;

	for (end = line + d->head.n; line < end; line = eol + 2) {
		eol = memmem(line, (size_t)(end - line), "\r\n", 2);
		cr_assert_not_null(eol);
		if ((size_t)(eol - line) < n + 2 ||
		    strncasecmp(line, name, n) != 0 ||
		    memcmp(line + n, ": ", 2) != 0)
			continue;
		found.p = (const uint8_t *)line + n + 2;
		found.n = (size_t)(eol - line) - n - 2;
		times++;
	}
	return times == 1 ? found : (struct span){ (const uint8_t *)"", 0 };
}

void cgi_proc(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/%s", (long)pid, name);
	f = fopen(path, "r");
	cr_assert_not_null(f, "%s", path);
	text[fread(text, 1, size - 1, f)] = '\0';
	fclose(f);
}

bool cgi_has(struct span in, struct span text)
{
	return in.n != 0 && memmem(in.p, in.n, text.p, text.n) != NULL;
}

bool cgi_log_has(const struct cgi_done *d, const char *text)
{
	for (size_t n = 0; n < d->log.n; n++) {
		bool last = n == d->log.n - 1;

		if (last ? d->log.p[n] != '\n'
			 : d->log.p[n] < ' ' || d->log.p[n] > '~')
			return false;
	}
	return cgi_has(buf_span(&d->log), span_str(text));
}

void cgi_env_of(struct cgi_call *c, const char *ca, const char *const *more)
{
	static char home[300];
	size_t n = 0;

	snprintf(home, sizeof(home), "SCEPCA_HOME=%s", ca);
	c->env[n++] = home;
	c->env[n++] = "REMOTE_ADDR=192.0.2.7";
	for (; *more != NULL; more++)
		c->env[n++] = *more;
	cr_assert_lt(n, CGI_ENV_MAX);
}
