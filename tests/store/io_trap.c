/*
 * io_trap.c - the calls themselves.
 */
#undef _FILE_OFFSET_BITS /* open and open64 are to be told apart here */
#undef _FORTIFY_SOURCE	 /* and are not to be inlined */
#define _LARGEFILE64_SOURCE

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "io_trap.h"

enum { PAGE = 4096, SEEN_MAX = 64 };

static struct io_trap trap;
static bool armed;
static unsigned hits;
static uint64_t chance;

static char seen[SEEN_MAX][24]; /* fresh_files: those there at io_set() */
static unsigned n_seen;

static uint64_t pretend_bytes, pretend_files;
static uint32_t pretend_magic;

static int trace_fd = -1;
static char trace_dir[PATH_MAX];

void io_set(const struct io_trap *t, uint32_t seed)
{
	trap = *t;
	hits = n_seen = 0;
	chance = seed * 0x9e3779b97f4a7c15U + 1;
	armed = true;
}

void io_clear(void)
{
	armed = false;
}

unsigned io_hits(void)
{
	return hits;
}

void io_pretend(uint64_t free_bytes, uint64_t free_files, uint32_t magic)
{
	pretend_bytes = free_bytes;
	pretend_files = free_files;
	pretend_magic = magic;
}

void io_trace(int fd, const char *dir)
{
	trace_fd = fd;
	snprintf(trace_dir, sizeof(trace_dir), "%s", dir != NULL ? dir : "");
}

static const char *last_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

/* The path behind a descriptor; false for what is no file. */
static bool path_of(int fd, char path[PATH_MAX])
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, PATH_MAX - 1);
	path[n > 0 ? n : 0] = '\0';
	return path[0] == '/';
}

/* A file is fresh if its first write of this process is at its start. */
static bool is_fresh(const char *name, uint64_t at)
{
	unsigned n;

	for (n = 0; n < n_seen; n++)
		if (strcmp(seen[n], name) == 0)
			return false;
	if (at == 0)
		return true;
	if (n_seen < SEEN_MAX)
		snprintf(seen[n_seen++], sizeof(seen[0]), "%s", name);
	return false;
}

/* springs - is this call to fail? */
static bool springs(unsigned op, const char *name, uint64_t at)
{
	if (!armed || (trap.ops & op) == 0 ||
	    fnmatch(trap.name != NULL ? trap.name : "*", name, 0) != 0 ||
	    (trap.fresh_files && !is_fresh(name, at)))
		return false;
	if (hits++ < trap.skip ||
	    (trap.times != 0 && hits > trap.skip + trap.times))
		return false;
	if (trap.per_mille == 0)
		return true;
	chance = chance * 6364136223846793005U + 1442695040888963407U;
	return (chance >> 33) % 1000 < trap.per_mille;
}

static int spring(void)
{
	if (trap.error == 0)
		(void)syscall(SYS_kill, getpid(), SIGKILL);
	errno = trap.error;
	return -1;
}

static void note(
    unsigned op, const char *path, uint64_t at, const void *data, size_t len)
{
	struct io_event ev = { .op = op, .len = (uint32_t)len, .at = at };
	const char *name = ".";
	struct iovec v[2] = { { &ev, sizeof(ev) }, { NULL, len } };
	size_t dir = strlen(trace_dir);

	if (trace_fd < 0 || strncmp(path, trace_dir, dir) != 0)
		return;
	if (path[dir] == '/')
		name = path + dir + 1;
	if (fnmatch("__db.*", name, 0) == 0 || strcmp(name, ".state") == 0)
		return; /* of no meaning to the next boot */
	snprintf(ev.name, sizeof(ev.name), "%s", name);
	memcpy(&v[1].iov_base, &data, sizeof(data));
	if (writev(trace_fd, v, data != NULL ? 2 : 1) < 0)
		(void)syscall(SYS_kill, getpid(), SIGABRT);
}

static ssize_t write_at(int fd, const void *p, size_t n, off64_t at, bool seek)
{
	char path[PATH_MAX];
	ssize_t rc;

	if ((!armed && trace_fd < 0) || !path_of(fd, path))
		return seek ? syscall(SYS_pwrite64, fd, p, n, at)
			    : syscall(SYS_write, fd, p, n);
	if (!seek)
		at = syscall(SYS_lseek, fd, 0, SEEK_CUR);
	if (springs(IO_WRITE, last_of(path), (uint64_t)at)) {
		if (trap.tear && n > PAGE) {
			n = PAGE * (1 + hits % ((n - 1) / PAGE));
			note(IO_WRITE, path, (uint64_t)at, p, n);
			(void)syscall(SYS_pwrite64, fd, p, n, at);
		}
		return spring();
	}
	rc = seek ? syscall(SYS_pwrite64, fd, p, n, at)
		  : syscall(SYS_write, fd, p, n);
	if (rc > 0)
		note(IO_WRITE, path, (uint64_t)at, p, (size_t)rc);
	return rc;
}

ssize_t write(int fd, const void *p, size_t n)
{
	return write_at(fd, p, n, 0, false);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t at)
{
	return write_at(fd, p, n, at, true);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t at)
{
	return write_at(fd, p, n, at, true);
}

static bool idle_syncs;

void io_skip_syncs(bool skip)
{
	idle_syncs = skip;
}

static int sync_by(int fd, long call)
{
	char path[PATH_MAX];
	int rc;

	if ((armed || trace_fd >= 0) && path_of(fd, path)) {
		if (springs(IO_SYNC, last_of(path), 0))
			return spring();
		rc = idle_syncs ? 0 : (int)syscall(call, fd);
		if (rc == 0)
			note(IO_SYNC, path, 0, NULL, 0);
		return rc;
	}
	return idle_syncs ? 0 : (int)syscall(call, fd);
}

int fsync(int fd)
{
	return sync_by(fd, SYS_fsync);
}

int fdatasync(int fd)
{
	return sync_by(fd, SYS_fdatasync);
}

int ftruncate(int fd, off_t size)
{
	char path[PATH_MAX];
	int rc;

	if (!path_of(fd, path))
		path[0] = '\0';
	if (springs(IO_SIZE, last_of(path), (uint64_t)size))
		return spring();
	if ((rc = (int)syscall(SYS_ftruncate, fd, size)) == 0)
		note(IO_SIZE, path, (uint64_t)size, NULL, 0);
	return rc;
}

int ftruncate64(int fd, off64_t size)
{
	return ftruncate(fd, size);
}

/* Only ever used on regions, which no power cut leaves behind: not traced. */
int fallocate64(int fd, int mode, off64_t at, off64_t len)
{
	char path[PATH_MAX];

	if (path_of(fd, path) && springs(IO_SIZE, last_of(path), 0))
		return spring();
	return (int)syscall(SYS_fallocate, fd, mode, at, len);
}

int unlink(const char *path)
{
	if (springs(IO_UNLINK, last_of(path), 0))
		return spring();
	note(IO_UNLINK, path, 0, NULL, 0);
	return (int)syscall(SYS_unlink, path);
}

int unlinkat(int fd, const char *name, int flags)
{
	char path[2 * PATH_MAX] = "";

	if (springs(IO_UNLINK, last_of(name), 0))
		return spring();
	if (trace_fd >= 0 && path_of(fd, path)) {
		strcat(path, "/");
		strncat(path, name, PATH_MAX - 1);
		note(IO_UNLINK, path, 0, NULL, 0);
	}
	return (int)syscall(SYS_unlinkat, fd, name, flags);
}

static int open_it(int dir, const char *path, int flags, mode_t mode)
{
	unsigned op = IO_OPEN;

	if (armed) {
		if ((flags & O_CREAT) != 0 &&
		    syscall(SYS_faccessat, dir, path, F_OK) != 0)
			op = IO_CREATE;
		if (springs(op, last_of(path), 0))
			return spring();
	}
	return (int)syscall(SYS_openat, dir, path, flags, mode);
}

/* The mode is there if O_CREAT is; reading it otherwise does no harm here. */
#define MODE_OF(last, mode)                                              \
	do {                                                             \
		va_list ap;                                              \
		va_start(ap, last);                                      \
		(mode) = ((last)&O_CREAT) != 0 ? va_arg(ap, mode_t) : 0; \
		va_end(ap);                                              \
	} while (0)

int open(const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return open_it(AT_FDCWD, path, flags, mode);
}

int open64(const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return open_it(AT_FDCWD, path, flags, mode);
}

int openat(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return open_it(dir, path, flags, mode);
}

int openat64(int dir, const char *path, int flags, ...)
{
	mode_t mode;

	MODE_OF(flags, mode);
	return open_it(dir, path, flags, mode);
}

int fstatvfs64(int fd, struct statvfs64 *fs)
{
	int (*next)(int, struct statvfs64 *);
	void *sym = dlsym(RTLD_NEXT, "fstatvfs64");
	int rc;

	memcpy(&next, &sym, sizeof(next));
	if ((rc = next(fd, fs)) != 0)
		return rc;
	if (pretend_bytes != 0)
		fs->f_bavail = pretend_bytes / fs->f_frsize;
	if (pretend_files != 0) {
		fs->f_files = 1000;
		fs->f_favail = pretend_files;
	}
	return 0;
}

int fstatfs64(int fd, struct statfs64 *fs)
{
	int rc = (int)syscall(SYS_fstatfs, fd, fs);

	if (rc == 0 && pretend_magic != 0)
		fs->f_type = pretend_magic;
	return rc;
}
