/*
 * store_dir.c - everything about the store's directory that is not Berkeley DB.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "store_dir.h"

/*
 * Room that must be free.  A write needs two log files, some pages and, if it
 * finds the store in need of recovery, new regions: together under 6 MB.
 */
enum { ROOM_TO_WRITE = 16 << 20, ROOM_TO_RECOVER = 8 << 20 };
enum { FILES_TO_WRITE = 16 };

enum err_kind store_dir_kind(int number)
{
	switch (number) {
	case EACCES:
	case EPERM:
	case EROFS:
		return ERR_PERM;
	case ENOSPC:
	case EDQUOT:
		return ERR_FULL;
	default: /* ENOENT too: ERR_NOT_FOUND is for records and stores */
		return ERR_STORE;
	}
}

static int fail_errno(struct err *e, const char *what)
{
	return err_set(
	    e, store_dir_kind(errno), "%s: %s", what, strerror(errno));
}

int store_dir_owned(const struct stat *sb, struct err *e)
{
	char text[1024];
	struct passwd pw, *owner = NULL;

	if (sb->st_uid != geteuid()) {
		(void)getpwuid_r(sb->st_uid, &pw, text, sizeof(text), &owner);
		return err_set(e, ERR_PERM,
		    "belongs to %s (uid %u) and we run as uid %u; "
		    "run this as its owner: nobody else, not even root, may "
		    "touch it, or its files would end up with two owners",
		    owner != NULL ? owner->pw_name : "another user",
		    (unsigned)sb->st_uid, (unsigned)geteuid());
	}
	if ((sb->st_mode & 0777) != 0700)
		return err_set(e, ERR_PERM,
		    "mode is %03o and must be 700: chmod 700",
		    (unsigned)sb->st_mode & 0777);
	return 0;
}

int store_dir_local(int fd, struct err *e)
{
	static const struct {
		uint32_t magic;
		const char *name;
	} remote[] = {
		{ 0x00006969, "NFS" }, { 0x0000517b, "SMB" },
		{ 0xff534d42, "CIFS" }, { 0xfe534d42, "SMB2" },
		{ 0x01021997, "9P" }, { 0x00c36400, "Ceph" },
		{ 0x5346414f, "AFS" }, { 0x73757245, "Coda" },
		{ 0x7461636f, "OCFS2" }, { 0x01161970, "GFS2" },
		{ 0x0bd00bd0, "Lustre" },
		{ 0x65735546, "FUSE" }, /* sshfs, GlusterFS: cannot be told */
	};
	struct statfs fs;
	size_t n;

	if (fstatfs(fd, &fs) != 0)
		return fail_errno(e, "statfs");
	for (n = 0; n < sizeof(remote) / sizeof(remote[0]); n++)
		if ((uint32_t)fs.f_type == remote[n].magic)
			return err_set(e, ERR_STORE,
			    "is on %s, where locks and shared memory do not "
			    "hold: move it to a local file system",
			    remote[n].name);
	return 0;
}

int store_dir_open(const char *dir, int *fd, struct stat *sb, struct err *e)
{
	int d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (d < 0 && (errno == ENOENT || errno == ENOTDIR))
		return err_set(
		    e, ERR_NOT_FOUND, "is not there: scepca init makes one");
	if (d < 0)
		return fail_errno(e, "open");
	if (fstat(d, sb) != 0) {
		fail_errno(e, "stat");
		goto fail;
	}
	if (store_dir_owned(sb, e) != 0 || store_dir_local(d, e) != 0)
		goto fail;
	*fd = d;
	return 0;
fail:
	close(d);
	return -1;
}

int store_dir_room(int fd, bool recovering, struct err *e)
{
	uint64_t need = recovering ? ROOM_TO_RECOVER : ROOM_TO_WRITE, room;
	struct statvfs fs;

	if (fstatvfs(fd, &fs) != 0)
		return fail_errno(e, "statvfs");
	room = (uint64_t)fs.f_bavail * fs.f_frsize;
	if (room < need)
		return err_set(e, ERR_FULL,
		    "file system full: %llu MB free, %llu MB needed; "
		    "make room and it goes on by itself",
		    (unsigned long long)room >> 20,
		    (unsigned long long)need >> 20);
	/* some file systems make inodes as they go and count none */
	if (fs.f_files != 0 && fs.f_favail < FILES_TO_WRITE)
		return err_set(e, ERR_FULL,
		    "file system full: %llu inodes left; delete files",
		    (unsigned long long)fs.f_favail);
	return 0;
}

/* Call `act` for every file whose name matches; *n counts them. */
static int for_each(int fd, const char *pattern,
    int (*act)(int fd, const char *name), size_t *n, struct err *e)
{
	int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;
	struct dirent *d;
	DIR *dir;

	if (copy < 0 || (dir = fdopendir(copy)) == NULL) {
		fail_errno(e, "open directory");
		if (copy >= 0)
			close(copy);
		return -1;
	}
	for (*n = 0; rc == 0 && (d = readdir(dir)) != NULL;) {
		if (fnmatch(pattern, d->d_name, 0) != 0)
			continue;
		if ((rc = act(fd, d->d_name)) != 0)
			fail_errno(e, d->d_name);
		++*n;
	}
	closedir(dir);
	return rc;
}

static int sync_file(int fd, const char *name)
{
	int f = openat(fd, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), rc, why;

	if (f < 0)
		return -1;
	rc = fdatasync(f);
	why = errno;
	close(f);
	errno = why;
	return rc;
}

static int drop_file(int fd, const char *name)
{
	return unlinkat(fd, name, 0);
}

static int hold_file(int fd, const char *name)
{
	int f = openat(fd, name, O_RDWR | O_NOFOLLOW | O_CLOEXEC), rc, why;

	if (f < 0)
		return -1;
	rc = fallocate(f, FALLOC_FL_KEEP_SIZE, 0, STORE_REGION_MAX);
	if (rc != 0 && errno == EOPNOTSUPP) /* then it is a risk, no more */
		rc = 0;
	why = errno;
	close(f);
	errno = why;
	return rc;
}

int store_dir_sync(int fd, struct err *e)
{
	size_t logs, dbs;

	if (for_each(fd, "log.??????????", sync_file, &logs, e) != 0 ||
	    for_each(fd, "*.db", sync_file, &dbs, e) != 0)
		return -1;
	if (logs == 0 || dbs == 0)
		return err_set(e, ERR_STORE,
		    "%s missing: put it back or restore a backup, nothing "
		    "else will do",
		    dbs == 0 ? "store.db is" : "the log files (log.*) are");
	if (fsync(fd) != 0)
		return fail_errno(e, "fsync");
	return 0;
}

int store_dir_drop_regions(int fd, struct err *e)
{
	size_t n;

	return for_each(fd, "__db.*", drop_file, &n, e);
}

int store_dir_hold_regions(int fd, struct err *e)
{
	size_t n;

	return for_each(fd, "__db.*", hold_file, &n, e);
}
