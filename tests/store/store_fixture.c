/*
 * store_fixture.c - stores, samples, and the one process that all tests run.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "store_fixture.h"

enum { DER_BYTES = 1100, CSR_BYTES = 700 };

void must_failed(
    const char *file, int line, const char *cond, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "%s:%d: (%s) ", file, line, cond);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\n");
	fflush(NULL);
	abort();
}

double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int remove_one(
    const char *path, const struct stat *sb, int type, struct FTW *ftw)
{
	(void)sb;
	(void)type;
	(void)ftw;
	return remove(path);
}

void remove_tree(const char *path)
{
	must(nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0 ||
		errno == ENOENT,
	    "%s: %s", path, strerror(errno));
}

static void copy_file(int from_dir, int to_dir, const char *name)
{
	int from = openat(from_dir, name, O_RDONLY | O_CLOEXEC), to;
	char block[65536];
	struct stat sb;
	ssize_t n;

	if (from < 0 && errno == ENOENT)
		return; /* it went away meanwhile: cp would only complain */
	must(from >= 0 && fstat(from, &sb) == 0, "%s", name);
	to = openat(to_dir, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
	    sb.st_mode & 0777);
	must(to >= 0, "%s: %s", name, strerror(errno));
	while ((n = read(from, block, sizeof(block))) > 0)
		must(write(to, block, (size_t)n) == n, "%s", name);
	close(from);
	close(to);
}

void copy_tree(const char *from, const char *to)
{
	int from_fd = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC), to_fd;
	struct dirent *d;
	DIR *dir;

	must(from_fd >= 0 && mkdir(to, 0700) == 0, "%s -> %s", from, to);
	to_fd = open(to, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	must((dir = opendir(from)) != NULL, "%s", from);
	while ((d = readdir(dir)) != NULL)
		if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
			copy_file(from_fd, to_fd, d->d_name);
	closedir(dir);
	close(from_fd);
	close(to_fd);
}

const char *fixture_path(const struct fixture *f, const char *name)
{
	static char path[4][2 * FIXTURE_PATH];
	static unsigned n;

	n = (n + 1) % 4;
	snprintf(path[n], sizeof(path[n]), "%s/%s", f->root, name);
	return path[n];
}

void fixture_init(struct fixture *f, const char *name)
{
	const char *base = getenv("STORE_TEST_DIR");
	char cwd[FIXTURE_PATH / 2];
	struct err e;

	if (base == NULL)
		base = getcwd(cwd, sizeof(cwd));
	must(base != NULL && strlen(base) < FIXTURE_PATH / 2, "directory");
	snprintf(f->root, sizeof(f->root), "%s/store-test-%s-%d", base, name,
	    (int)getpid());
	snprintf(f->dir, sizeof(f->dir), "%.1000s/store", f->root);
	remove_tree(f->root);
	must(mkdir(f->root, 0755) == 0, "%s: %s", f->root, strerror(errno));
	must(store_create(f->dir, &e) == 0, "%s", e.text);
}

void fixture_release(struct fixture *f)
{
	remove_tree(f->root);
}

struct store *fixture_open(const char *dir)
{
	struct store *st;
	struct err e;

	must(store_open(dir, &st, &e) == 0, "%s", e.text);
	return st;
}

/* Bytes that look random and follow from n. */
static void fill(uint8_t *p, size_t len, uint32_t n)
{
	uint64_t x = n * 0x9e3779b97f4a7c15U + 1;
	size_t i;

	for (i = 0; i < len; i++) {
		x = x * 6364136223846793005U + 1442695040888963407U;
		p[i] = (uint8_t)(x >> 56);
	}
}

void sample_serial(struct sample *s, uint32_t serial)
{
	struct serial *sn = &s->cert.serial;

	*sn = (struct serial){ .n = 5,
		.b = { 1, (uint8_t)(serial >> 24), (uint8_t)(serial >> 16),
		    (uint8_t)(serial >> 8), (uint8_t)serial } };
	s->request.serial = *sn;
}

void sample_init(struct sample *s, uint32_t n)
{
	uint8_t *der, *csr;

	memset(s, 0, sizeof(*s));
	snprintf(s->challenge.id, sizeof(s->challenge.id), "%08x", n);
	fill(s->challenge.mac, sizeof(s->challenge.mac), n);
	s->challenge.uses = 1;
	s->challenge.created_at = 1000;

	snprintf(s->request.key.trans_id, sizeof(s->request.key.trans_id),
	    "transaction-%u", n);
	fill(s->request.key.key_hash, sizeof(s->request.key.key_hash), ~n);
	fill(s->request.csr_hash, sizeof(s->request.csr_hash), n ^ 0x5555);
	fill(s->request.name_hash, sizeof(s->request.name_hash), n ^ 0x3333);
	s->request.state = REQUEST_GRANTED;
	s->request.type = 19;
	strcpy(s->request.remote, "192.0.2.1");
	s->request.created_at = s->request.decided_at = 1001;

	s->cert.state = CERT_VALID;
	s->cert.not_before = 1000;
	s->cert.not_after = 2000;
	s->cert.issued_at = 1001;
	memcpy(s->cert.key_hash, s->request.key.key_hash,
	    sizeof(s->cert.key_hash));
	memcpy(
	    s->cert.name_hash, s->request.name_hash, sizeof(s->cert.name_hash));
	snprintf(s->cert.trans_id, sizeof(s->cert.trans_id), "%s",
	    s->request.key.trans_id);
	snprintf(s->cert.challenge_id, sizeof(s->cert.challenge_id), "%s",
	    s->challenge.id);
	must(buf_grow(&s->cert.der, DER_BYTES, &der, NULL) == 0, "memory");
	fill(der, DER_BYTES, n);
	sample_serial(s, n);

	s->grant = (struct grant){ .request = &s->request,
		.cert = &s->cert,
		.challenge_mac = s->challenge.mac,
		.now = 1001 };

	s->waiting = s->request;
	s->waiting.state = REQUEST_PENDING;
	s->waiting.serial.n = 0;
	s->waiting.decided_at = 0;
	must(buf_grow(&s->waiting.csr, CSR_BYTES, &csr, NULL) == 0, "memory");
	fill(csr, CSR_BYTES, n ^ 0x7777);
	s->pend = (struct pend){ .request = &s->waiting, .now = 1001 };
}

void sample_release(struct sample *s)
{
	stored_cert_release(&s->cert);
	stored_request_release(&s->waiting);
}

enum pend_outcome sample_pend(struct store *st, const struct sample *s)
{
	enum pend_outcome outcome;
	struct err e;

	must(store_pend(st, &s->pend, &outcome, &e) == 0, "%s", e.text);
	return outcome;
}

bool sample_decide(struct store *st, const struct sample *s, bool approve,
    enum request_state *state)
{
	struct stored_request r;
	bool decided;
	struct err e;

	must(store_decide(st, &s->request.key, NULL, approve, "", s->pend.now,
		 NULL, &decided, &r, &e) == 0,
	    "%s", e.text);
	*state = r.state;
	stored_request_release(&r);
	return decided;
}

enum request_state sample_state(struct store *st, const struct sample *s)
{
	struct stored_request r;
	enum request_state state;
	struct stored_cert c;
	struct err e;

	if (store_request_find(st, &s->request.key, &r, &c, &e) != 0) {
		must(e.kind == ERR_NOT_FOUND, "%s", e.text);
		return 0;
	}
	state = r.state;
	stored_request_release(&r);
	stored_cert_release(&c);
	return state;
}

void sample_add_challenge(struct store *st, const struct sample *s)
{
	struct err e;

	must(store_challenge_add(st, &s->challenge, NULL, &e) == 0, "%s",
	    e.text);
}

enum grant_outcome sample_grant(
    struct store *st, const struct sample *s, struct stored_cert *recorded)
{
	enum grant_outcome outcome;
	struct err e;

	must(store_grant(st, &s->grant, &outcome, recorded, &e) == 0, "%s",
	    e.text);
	return outcome;
}

static uint32_t serial_number(const struct serial *s)
{
	return (uint32_t)s->b[1] << 24 | (uint32_t)s->b[2] << 16 |
	    (uint32_t)s->b[3] << 8 | s->b[4];
}

static int grant_sample(struct store *st, struct sample *s, uint32_t n,
    uint32_t *serial, struct err *e)
{
	struct stored_cert recorded = { .serial = { 0 } };
	enum grant_outcome outcome;
	uint32_t pick = n;

	/* few enough numbers that some are taken, more than the samples */
	do {
		pick = pick * 1664525 + 1013904223;
		*serial = 1 + (pick >> 8) % 30000;
		sample_serial(s, *serial);
		if (store_grant(st, &s->grant, &outcome, &recorded, e) != 0)
			return -1;
	} while (outcome == GRANT_SERIAL_TAKEN);
	if (outcome == GRANT_ALREADY) {
		*serial = serial_number(&recorded.serial);
		stored_cert_release(&recorded);
		outcome = GRANT_DONE;
	}
	must(outcome == GRANT_DONE, "sample %u: outcome %d", n, (int)outcome);
	return 0;
}

uint32_t enrol_ack(const char *dir, uint32_t n, uint32_t *ack, struct err *e)
{
	struct stored_request r;
	struct stored_cert c;
	struct store *st = NULL;
	uint32_t serial = 0, got = 0;
	struct sample s;

	sample_init(&s, n);
	if (store_open(dir, &st, e) != 0)
		goto out;
	if (ack != NULL)
		store_ends_process(st);
	if (store_request_find(st, &s.request.key, &r, &c, e) == 0) {
		got = serial_number(&c.serial);
		stored_cert_release(&c);
		goto out;
	}
	if (e->kind != ERR_NOT_FOUND)
		goto out;
	if (store_challenge_add(st, &s.challenge, NULL, e) != 0 &&
	    (e->kind != ERR_STORE || /* taken: an earlier life of ours? */
		store_challenge_find(st, s.challenge.mac, &s.challenge, NULL) !=
		    0))
		goto out;
	if (grant_sample(st, &s, n, &serial, e) == 0)
		got = serial;
out:
	if (ack != NULL)
		*(volatile uint32_t *)ack = got;
	store_close(st);
	sample_release(&s);
	return got;
}

uint32_t enrol(const char *dir, uint32_t n, struct err *e)
{
	return enrol_ack(dir, n, NULL, e);
}

enum trace_of find_trace(struct store *st, uint32_t n, uint32_t *serial)
{
	struct stored_challenge ch = { .used = 0 };
	struct stored_request r;
	struct stored_cert c = { .serial = { 0 } };
	bool challenge, granted;
	struct sample s;
	struct err e;

	sample_init(&s, n);
	challenge = store_challenge_find(st, s.challenge.mac, &ch, &e) == 0;
	must(challenge || e.kind == ERR_NOT_FOUND, "%s", e.text);
	granted = store_request_find(st, &s.request.key, &r, &c, &e) == 0;
	must(granted || e.kind == ERR_NOT_FOUND, "%s", e.text);
	must(granted == (ch.used == 1), "sample %u is half done", n);
	if (granted) {
		must(span_eq(buf_span(&c.der), buf_span(&s.cert.der)),
		    "sample %u has the certificate of another", n);
		*serial = serial_number(&c.serial);
	}
	stored_cert_release(&c);
	sample_release(&s);
	return granted	? TRACE_GRANTED
	    : challenge ? TRACE_CHALLENGE
			: TRACE_NONE;
}

int wait_for(pid_t pid, int seconds)
{
	const struct timespec ms = { .tv_nsec = 1000000 };
	double end = now_ms() + seconds * 1e3;
	int status;
	pid_t got;

	while ((got = waitpid(pid, &status, WNOHANG)) == 0) {
		if (now_ms() > end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			must(0, "process hung for %d seconds", seconds);
		}
		nanosleep(&ms, NULL);
	}
	must(got == pid, "waitpid: %s", strerror(errno));
	return status;
}
